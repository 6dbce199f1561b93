"""The betting table: what the chair assigns, within which limits, and what the decision then asks for."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import Aside
from bets.models import Bet
from funding.models import Budget, FundingRequest, Transfer
from lib.refusals import Refused
from lib.seen import seen_of
from org.models import Event
from portfolio import actions
from portfolio.actions.assigning import seen_in
from portfolio.models import AgendaItem, Assignment
from tests import factories as f
from tests.funding.books import Books
from tests.reviews.board import Board
from tests.reviews.table import ask, assign, changed, opened, other_bet, purse

pytestmark = pytest.mark.django_db


def test_what_is_assigned_leaves_less_for_others_and_touches_no_book(growth: Board, books: Books) -> None:
    before = Transfer.objects.count(), books.balance("available")
    assign(growth, books)
    assert (purse(growth, books).available, purse(growth, books).free) == (100_000_000, 94_000_000)
    assert (Transfer.objects.count(), books.balance("available")) == before
    assert not FundingRequest.objects.exists()


def test_a_bet_that_gets_money_comes_onto_the_agenda_at_once(growth: Board, books: Books) -> None:
    assign(growth, books)
    assert (growth.review.items.get().bet, growth.review.items.get().reason) == (books.bet, "chair")
    told = Event.objects.get(kind="money assigned")
    assert f"€60,000.00 of {books.budget} assigned to {books.bet}" in told.sentence and told.by == growth.chair


def test_the_same_again_is_done_once_and_another_amount_takes_its_place(growth: Board, books: Books) -> None:
    nothing = seen_of(seen_in(None))
    first = assign(growth, books, seen=nothing)
    assert assign(growth, books, seen=nothing) == first
    assert Event.objects.filter(kind="money assigned").count() == 1
    assign(growth, books, 7_000_000, seen=seen_of(seen_in(first)))
    assert Assignment.objects.get().amount == 7_000_000 and purse(growth, books).free == 93_000_000


def test_what_was_assigned_meanwhile_is_not_overwritten_unseen(growth: Board, books: Books) -> None:
    nothing = seen_of(seen_in(None))
    assign(growth, books)
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        assign(growth, books, 7_000_000, seen=nothing)
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        actions.take_back_assignment(growth.review, books.bet, by=growth.chair, at=growth.at, seen=nothing)
    assert Assignment.objects.get().amount == 6_000_000


def test_what_is_taken_back_is_free_again(growth: Board, books: Books) -> None:
    assign(growth, books)
    actions.take_back_assignment(growth.review, books.bet, by=growth.chair, at=growth.at)
    assert purse(growth, books).free == 100_000_000
    with pytest.raises(Refused, match="Nothing is assigned to this bet"):
        actions.take_back_assignment(growth.review, books.bet, by=growth.chair, at=growth.at)
    assert Event.objects.filter(kind="assignment taken back").count() == 1


def test_only_the_chair_assigns_and_takes_back(growth: Board, books: Books) -> None:
    with pytest.raises(Refused, match="The chair assigns the money"):
        assign(growth, books, by=growth.members[0])
    assign(growth, books)
    with pytest.raises(Refused, match="The chair assigns the money"):
        actions.take_back_assignment(growth.review, books.bet, by=growth.operations, at=growth.at)
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize(
    "amount, words",
    [
        (0, "Assign an amount above 0"),
        (-1, "Assign an amount above 0"),
        (10_000_001, "Only €100,000.00 of Tranche 1"),
    ],
)
def test_no_more_is_assigned_than_the_next_tranche_takes(growth: Board, books: Books, amount: int, words: str) -> None:
    with pytest.raises(Refused, match=words):
        assign(growth, books, amount)
    assert not Assignment.objects.exists() and not growth.review.items.exists()


def test_no_more_is_assigned_than_is_free_beside_what_others_have(growth: Board, books: Books) -> None:
    assign(growth, books, 95_000_000, other_bet(books))
    with pytest.raises(Refused, match=r"Only €50,000\.00 of Bets of direct sales is free"):
        assign(growth, books)
    assign(growth, books, 5_000_000)
    assert purse(growth, books).free == 0


@pytest.mark.parametrize(
    "change, words",
    [
        ({"funding_class": "run"}, "not money for bets"),
        ({"starts_on": dt.date(2020, 1, 1), "ends_on": dt.date(2020, 12, 31)}, "runs from"),
        ({"withdrawn_at": f.AT}, "was taken back"),
    ],
)
def test_a_budget_that_cannot_pay_the_bet_is_refused(
    growth: Board, books: Books, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        assign(growth, books, budget=changed(books, change))
    assert not Assignment.objects.exists()


def test_a_bet_is_not_paid_by_another_domain_or_in_another_currency(growth: Board, books: Books) -> None:
    foreign = other_bet(books)
    Bet.objects.filter(pk=foreign.pk).update(currency="USD")
    with pytest.raises(Refused, match="money never crosses over"):
        assign(growth, books, bet=foreign)
    with pytest.raises(Refused, match="belongs to another domain"):
        assign(growth, books, bet=growth.bet("B-away"))


def test_a_bet_of_which_nothing_can_be_asked_for_gets_nothing(growth: Board, books: Books) -> None:
    books.commit(books.first)
    with pytest.raises(Refused, match="Money is asked for already"):
        assign(growth, books)
    books.approve(FundingRequest.objects.get())
    with pytest.raises(Refused, match="is committed already: the decision asks for its release"):
        assign(growth, books)
    Bet.objects.filter(pk=books.bet.pk).update(state="held")
    with pytest.raises(Refused, match="The bet is held"):
        assign(growth, books)


def test_nobody_assigns_money_to_a_bet_that_they_lead(growth: Board, books: Books) -> None:
    Bet.objects.filter(pk=books.bet.pk).update(lead=growth.chair)
    with pytest.raises(Refused, match="nobody assigns money to their own bet"):
        assign(growth, books)


def test_nothing_is_assigned_once_the_review_is_over_or_the_bet_decided(growth: Board, books: Books) -> None:
    assign(growth, books)
    growth.decide(opened(growth, books.bet), "defer")
    with pytest.raises(Refused, match="has been decided on in this review"):
        assign(growth, books, 7_000_000)
    review = actions.close_review(growth.review, by=growth.chair, at=growth.at, today=growth.today)
    with pytest.raises(Refused, match="This review is over"):
        actions.assign_money(
            review, other_bet(books), books.budget, 100, by=growth.chair, at=growth.at, today=growth.today
        )


@pytest.mark.parametrize("kind", ["fund", "persist"])
def test_the_decision_asks_for_what_was_assigned_from_the_budget_it_was_assigned_of(
    growth: Board, books: Books, kind: str
) -> None:
    more = f.BudgetFactory(ledger=books.ledger, domain=books.domain, funding_class="bet", code="DS-MORE",
                           starts_on=books.budget.starts_on, ends_on=books.budget.ends_on)  # fmt: skip
    f.AccountFactory(ledger=books.ledger, budget=more, kind="available", tranche=None, code="more")
    assign(growth, books)
    growth.decide(opened(growth, books.bet), kind)
    asked = FundingRequest.objects.get()
    assert (asked.amount, asked.lines.get().credit_account.budget) == (6_000_000, books.budget)
    assert purse(growth, books).free == 94_000_000 and purse(growth, books).asked == 0
    books.approve(asked)
    assert (purse(growth, books).available, purse(growth, books).free) == (94_000_000, 94_000_000)


def test_what_stands_in_the_way_of_assigned_money_is_told_and_the_decision_stands(growth: Board, books: Books) -> None:
    assign(growth, books)
    changed(books, {"withdrawn_at": growth.at})
    decision = growth.decide(opened(growth, books.bet), "fund")
    assert not FundingRequest.objects.exists() and decision.pk
    assert "was taken back: choose another budget" in Event.objects.get(kind="item decided").sentence


@pytest.mark.parametrize("kind", ["pivot", "cease", "defer"])
def test_what_was_assigned_to_a_bet_that_does_not_go_on_is_free_again(growth: Board, books: Books, kind: str) -> None:
    assign(growth, books)
    growth.decide(opened(growth, books.bet), kind, aside=Aside(learned="Nobody buys it."))
    assert purse(growth, books).free == 100_000_000


def test_what_a_cease_returns_in_the_meeting_is_free_at_once_and_said_so(growth: Board, books: Books) -> None:
    books.given(books.first)
    assert purse(growth, books).free == 90_000_000
    growth.item(books.bet)
    growth.decide(opened(growth, books.bet), "cease", aside=Aside(learned="Nobody buys it."))
    assert (purse(growth, books).free, purse(growth, books).freed) == (100_000_000, 10_000_000)


def test_what_a_decision_could_not_ask_for_is_asked_for_once_there_is_money(
    growth: Board, books: Books, unasked: AgendaItem
) -> None:
    asked = ask(growth, unasked)
    assert (asked.decision, asked.amount, asked.proposer) == (unasked.decision, books.first.amount, growth.chair)
    with pytest.raises(Refused, match="has asked for its money already"):
        ask(growth, unasked)
    assert FundingRequest.objects.count() == 1


def test_it_is_asked_for_by_whoever_decided_and_while_that_decision_is_the_latest(
    growth: Board, books: Books, unasked: AgendaItem
) -> None:
    with pytest.raises(Refused, match="Whoever recorded the decision asks"):
        ask(growth, unasked, growth.members[0])
    f.DecisionFactory(bet=books.bet, kind="defer", number=2)
    with pytest.raises(Refused, match="Another decision was taken since"):
        ask(growth, unasked)
    assert not FundingRequest.objects.exists()


def test_it_is_not_asked_for_while_the_obstacle_is_there(growth: Board, books: Books, unasked: AgendaItem) -> None:
    changed(books, {"withdrawn_at": growth.at})
    with pytest.raises(Refused, match="Say from which budget it is paid"):
        ask(growth, unasked)


def test_only_a_decision_to_go_on_asks_for_money(growth: Board, books: Books) -> None:
    item = growth.item(books.bet)
    with pytest.raises(Refused, match="once it was decided to fund"):
        ask(growth, item)


def test_an_open_near_miss_puts_a_bet_on_the_agenda(growth: Board) -> None:
    near = growth.bet("B-near")
    f.FlagFactory(bet=near, outcome=near.outcomes.get(), kind="near_miss")
    f.DecisionFactory(bet=growth.bet("B-quiet"), kind="persist", look_again_on=growth.today + dt.timedelta(days=60))
    review = actions.make_agenda(growth.review, by=growth.chair, at=growth.at, today=growth.today)
    assert review.items.get(bet__key="B-near").reason == "flag"
    assert not review.items.filter(bet__key="B-quiet").exists()


def test_assigned_money_of_a_budget_that_is_gone_holds_nothing_up(growth: Board, books: Books) -> None:
    gone = f.BudgetFactory(ledger=books.ledger, domain=books.domain, funding_class="bet", code="DS-GONE",
                           starts_on=books.budget.starts_on, ends_on=books.budget.ends_on)  # fmt: skip
    f.AccountFactory(ledger=books.ledger, budget=gone, kind="available", tranche=None, code="gone", balance=0)
    f.AssignmentFactory(review=growth.review, bet=books.bet, budget=gone, amount=6_000_000)
    growth.item(books.bet)
    Budget.objects.filter(pk=gone.pk).update(withdrawn_at=growth.at)
    growth.decide(opened(growth, books.bet), "fund")
    assert not FundingRequest.objects.exists()
    asked = ask(growth, growth.review.items.get())
    assert (asked.amount, asked.lines.get().credit_account.budget) == (6_000_000, books.budget)
