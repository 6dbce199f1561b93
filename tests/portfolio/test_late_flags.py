"""Flags that say that a bet is decided too late: from its money and its day to decide, never from its result."""

import uuid

import pytest

from bets.models import Bet, Flag
from funding import actions
from portfolio.flagged import FlagShown
from portfolio.reasoning import flag_steps
from tests import factories as f
from tests.funding.books import Books, open_books
from tests.portfolio.judging import DAY, conclude, decide, due, night, open_kinds, read

pytestmark = pytest.mark.django_db


def spending(books: Books, spent: int = 1_000_000) -> None:
    """100,000.00 were released a hundred days ago; so much of it was spent over the last ninety."""
    day = f.TODAY - 100 * DAY
    books.approve(books.commit(books.first, effective_date=day))
    books.approve(books.release(books.first, effective_date=day))
    source, target = books.account("released", books.first), books.account("spent", books.first)
    move = actions.Move(uuid.uuid4(), "spend", source, target, spent, f.TODAY - 5 * DAY, "actual", document="SAP 1")
    actions.post(move, at=f.AT, by=None)


@pytest.fixture
def books() -> Books:
    return open_books()


def judge(bet: Bet, decide_in: int, days: int = 0, **fields: object) -> None:
    run = night(days)
    outcome = bet.outcomes.first() or due(bet, decide_in)
    read(bet, run, outcome=outcome, **fields)
    conclude(run)


def test_a_day_to_decide_after_the_money_is_gone_is_flagged(books: Books) -> None:
    spending(books, 5_000_000)  # the other half lasts 90 days
    judge(books.bet, 120, answer_on=f.TODAY + 100 * DAY)
    flag = Flag.objects.get(bet=books.bet)
    assert (flag.kind, flag.log_e, flag.act_by) == ("late", None, f.TODAY + 90 * DAY)
    assert flag.sentence == (
        "Money lasts until 31 May 2026, at the pace of the last 90 days; the evidence can settle by 10 June 2026:"
        " decide by 31 May 2026 at the latest, or add a tranche. The next day to decide, 30 June 2026, comes after"
        " that. This says nothing about the result. It clears once the money lasts four weeks longer than that or the"
        " day comes sooner, or with a decision on the bet."
    )
    assert FlagShown(flag, []).headline.endswith("the day to decide comes after the money")
    steps = flag_steps(flag, None, judged=1, outcomes=1)
    assert (steps[0].value, steps[1].value) == ("31 May 2026", "nothing")


def test_what_winding_down_costs_brings_the_last_day_of_use_forward(books: Books) -> None:
    spending(books, 5_000_000)
    Bet.objects.filter(pk=books.bet.pk).update(wind_down=2_500_000)
    judge(books.bet, 60)
    assert Flag.objects.get(bet=books.bet).act_by == f.TODAY + 45 * DAY


def test_money_that_lasts_until_the_day_to_decide_raises_nothing(books: Books) -> None:
    spending(books)
    judge(books.bet, 120)
    assert open_kinds(books.bet) == []


def test_a_further_tranche_clears_it(books: Books) -> None:
    spending(books, 9_000_000)
    judge(books.bet, 60)
    assert open_kinds(books.bet) == ["late"]
    books.given(books.second)
    judge(books.bet, 60, days=1)
    flag = Flag.objects.get(bet=books.bet)
    assert (flag.cleared_how, flag.cleared_because) == (
        "signals", "The money lasts clearly beyond the day to decide by now, or that day has come.",
    )  # fmt: skip


@pytest.mark.parametrize(("given_back", "kinds"), [(915_000, ["late"]), (1_450_000, [])])
def test_a_pace_that_wobbles_neither_raises_nor_clears_it_again(
    books: Books, given_back: int, kinds: list[str]
) -> None:
    """What is left lasts about 18 days longer than the day to decide, or 38."""
    spending(books, 6_000_000)
    judge(books.bet, 70)
    assert open_kinds(books.bet) == ["late"]
    source, target = books.account("spent", books.first), books.account("released", books.first)
    refund = actions.Move(uuid.uuid4(), "refund", source, target, given_back, f.TODAY, "actual", document="SAP 2")
    actions.post(refund, at=f.AT, by=None)
    judge(books.bet, 70, days=1)
    assert open_kinds(books.bet) == kinds


def test_a_decision_answers_it_until_the_day_to_look_again(books: Books) -> None:
    spending(books, 9_000_000)
    judge(books.bet, 60)
    decide(books.bet, "persist", 0, again=20)
    judge(books.bet, 60, days=10)
    assert open_kinds(books.bet) == []
    judge(books.bet, 60, days=21)
    assert open_kinds(books.bet) == ["late"]


def test_money_that_is_only_planned_counts_when_its_end_is_stated() -> None:
    bet = f.BetFactory()
    f.TrancheFactory(bet=bet, planned_on=f.TODAY - 10 * DAY, lasts_until=f.TODAY + 30 * DAY)
    judge(bet, 60)
    flag = Flag.objects.get(bet=bet)
    assert flag.sentence.startswith("Nothing has been committed; as planned, money lasts until 1 April 2026;")
