"""What a decision does to the money of its bet: a cease returns it, a pivot holds it, a reversal opens it again."""

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from bets.models import Bet, Decision
from funding import actions
from funding.models import Account, FundingRequest, Transfer
from lib.refusals import Refused
from org.models import Event, Person
from portfolio.actions import decide_bet
from tests import factories as f
from tests.cast import person
from tests.funding.books import Books, half_way, open_books

pytestmark = pytest.mark.django_db
AGAIN = f.TODAY + dt.timedelta(days=60)


@pytest.fixture
def decider() -> Person:
    return person("Eva Executive", "executive")


def decide(books: Books, by: Person, kind: str = "cease", **given: Any) -> Decision:
    said = {"rationale": f"To {kind} it.", "would_change": "A control arm.", "look_again_on": AGAIN, **given}
    return decide_bet(books.bet, kind, by=by, at=f.AT, today=f.TODAY, **said)


def test_a_cease_returns_all_that_is_not_spent_and_closes_the_accounts(decider: Person) -> None:
    books = half_way()
    decision = decide(books, decider)
    assert books.balance("available") == 97_000_000
    assert [books.balance(kind, books.first) for kind in ("committed", "released", "spent")] == [0, 0, 3_000_000]
    assert books.balance("committed", books.second) == 0
    closed = Account.objects.filter(tranche__bet=books.bet, closed=True)
    assert set(closed.values_list("kind", flat=True)) == {"committed", "released"}
    request = FundingRequest.objects.get(kind="return")
    assert (request.state, request.amount, request.decision, request.approvals.count()) == (
        "posted", 17_000_000, decision, 0,
    )  # fmt: skip
    said = Event.objects.get(kind="money returned").sentence
    assert said == "€170,000.00 returned to Bets of direct sales."


def test_what_it_costs_to_wind_down_is_set_aside_from_what_was_released_first(decider: Person) -> None:
    books = half_way()
    decide(books, decider, wind_down=8_000_000)
    assert books.balance("winddown", books.first) == 7_000_000
    assert books.balance("winddown", books.second) == 1_000_000
    assert books.balance("available") == 89_000_000
    assert Event.objects.get(kind="money returned").sentence == (
        "€90,000.00 returned to Bets of direct sales; €80,000.00 set aside to wind the bet down."
    )


@pytest.mark.parametrize(("planned", "set_aside"), [(0, 0), (2_000_000, 2_000_000), (99_000_000, 17_000_000)])
def test_what_was_planned_for_it_is_set_aside_when_nobody_says_how_much(
    decider: Person, planned: int, set_aside: int
) -> None:
    books = half_way()
    Bet.objects.filter(pk=books.bet.pk).update(wind_down=planned)
    decide(books, decider)
    assert actions.account_of(books.budget, "available").balance == 97_000_000 - set_aside


@pytest.mark.parametrize("wind_down", [17_000_001, -1, 1.9, True])
def test_no_more_is_set_aside_than_there_is_and_then_nothing_is_decided(decider: Person, wind_down: Any) -> None:
    books = half_way()
    with pytest.raises(Refused, match=r"Only €170,000\.00|whole number of minor units"):
        decide(books, decider, wind_down=wind_down)
    assert not Decision.objects.filter(kind="cease").exists()
    assert Bet.objects.get(pk=books.bet.pk).state == "live"
    assert books.balance("released", books.first) == 7_000_000


def test_requests_that_wait_are_void_once_a_bet_has_ceased(books: Books, decider: Person) -> None:
    request = books.commit(books.first)
    decide(books, decider)
    request.refresh_from_db()
    assert (request.state, request.closed_because) == ("voided", "The bet has ceased.")
    with pytest.raises(Refused, match="has changed since"):
        books.approve(request)
    with pytest.raises(Refused, match="has ceased"):
        books.commit(books.second)
    assert books.balance("available") == 100_000_000


def test_a_bet_without_money_ceases_as_before(books: Books, decider: Person) -> None:
    decide(books, decider)
    assert Bet.objects.get(pk=books.bet.pk).state == "ceased"
    assert not FundingRequest.objects.exists()
    with pytest.raises(Refused, match="Nothing of this bet's money is left"):
        decide_bet(
            f.BetFactory(state="live"), "cease", rationale="No.", would_change="Yes.", look_again_on=None, by=decider,
            at=f.AT, today=f.TODAY, wind_down=1,
        )  # fmt: skip


def test_the_money_of_several_ledgers_returns_to_each_of_them(decider: Person) -> None:
    books = half_way()
    other = open_books()
    other.budget.domain = books.domain
    other.budget.save(update_fields=["domain"])
    third = f.TrancheFactory(bet=books.bet, sequence=3, amount=5_000_000)
    ask = actions.Ask("commit", other.account("available"), other.account("committed", third), 5_000_000, tranche=third)
    books.approve(books.submit("commit", [ask], ledger=other.ledger))
    decide(books, decider)
    assert books.balance("available") == 97_000_000
    assert other.balance("available") == 100_000_000
    assert FundingRequest.objects.filter(kind="return", state="posted").count() == 2


def test_money_returns_on_the_next_open_day_when_the_books_are_closed_today(decider: Person) -> None:
    books = half_way()
    type(books.ledger).objects.filter(pk=books.ledger.pk).update(closed_through=f.TODAY + dt.timedelta(days=1))
    decide(books, decider)
    returned = Transfer.objects.filter(kind="return").values_list("effective_date", flat=True)
    assert set(returned) == {f.TODAY + dt.timedelta(days=2)}


def test_a_reversal_opens_the_accounts_and_the_money_stays_where_it_is(decider: Person) -> None:
    books = half_way()
    cease = decide(books, decider)
    decide(books, decider, "fund", reverses=cease)
    assert not Account.objects.filter(tranche__bet=books.bet, closed=True).exists()
    assert books.balance("available") == 97_000_000
    books.approve(books.commit(books.second))
    assert books.balance("committed", books.second) == 10_000_000


def test_what_is_left_of_winding_down_returns_when_it_is_done(decider: Person) -> None:
    books = half_way()
    decide(books, decider, wind_down=2_000_000)
    aside, spent = books.account("winddown", books.first), books.account("spent", books.first)
    move = actions.Move(uuid.uuid4(), "spend", aside, spent, 500_000, f.TODAY, "actual", document="SAP 4712")
    actions.post(move, at=f.AT, by=None)
    actions.finish_wind_down(books.bet, by=books.lead, at=f.AT, today=f.TODAY)
    assert books.balance("available") == 96_500_000
    assert Account.objects.get(kind="winddown").closed
    with pytest.raises(Refused, match="given back already"):
        actions.finish_wind_down(books.bet, by=books.lead, at=f.AT, today=f.TODAY)


def test_a_bet_that_ceases_twice_sets_money_aside_twice(books: Books, decider: Person) -> None:
    books.given(books.first)
    cease = decide(books, decider, wind_down=1_000_000)
    actions.finish_wind_down(books.bet, by=books.lead, at=f.AT, today=f.TODAY)
    decide(books, decider, "fund", reverses=cease)
    books.given(books.first)
    decide(books, decider, wind_down=3_000_000)
    assert books.balance("winddown", books.first) == 3_000_000
    actions.finish_wind_down(books.bet, by=books.lead, at=f.AT, today=f.TODAY)
    assert books.balance("available") == 100_000_000


def test_who_may_not_ask_for_money_does_not_finish_winding_down(decider: Person) -> None:
    books = half_way()
    decide(books, decider, wind_down=2_000_000)
    with pytest.raises(Refused, match="ask for money"):
        actions.finish_wind_down(books.bet, by=decider, at=f.AT, today=f.TODAY)


def test_a_pivot_voids_what_is_asked_for_and_holds_the_rest(decider: Person) -> None:
    books = half_way()
    request = books.release(books.second)
    decide(books, decider, "pivot")
    request.refresh_from_db()
    assert request.state == "voided"
    assert "pivoted" in request.closed_because
    assert books.balance("committed", books.second) == 10_000_000
    with pytest.raises(Refused, match="held until its new hypothesis"):
        books.release(books.second)


def test_only_a_cease_sets_money_aside(books: Books, decider: Person) -> None:
    with pytest.raises(Refused, match="only when it ceases"):
        decide(books, decider, "persist", wind_down=1_000)
    assert not Decision.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_cease_and_a_release_at_the_same_moment_leave_no_money_behind() -> None:
    """Whichever comes first: the release is either returned too, or void."""
    books, decider = open_books(), person("Eva Executive", "executive")
    books.given(books.first)
    request = books.release(books.first)
    start = threading.Barrier(2)

    def run(act: Any) -> str:
        start.wait(10)
        try:
            act()
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    acts = [lambda: decide(books, decider), lambda: books.approve(request)]
    with ThreadPoolExecutor(2) as pool:
        ceased, _approved = pool.map(run, acts)
    assert ceased == ""
    assert (books.balance("available"), books.balance("released", books.first)) == (100_000_000, 0)
    assert Account.objects.filter(tranche__bet=books.bet, kind__in=["committed", "released"], closed=False).count() == 0
    request.refresh_from_db()
    assert request.state in ("posted", "voided")
