"""Flags that say that a bet was persisted twice with nothing new: from decisions, and what was known at each."""

import math
from typing import Any

import pytest

from bets.models import Bet, Flag
from portfolio.agenda import asking_of
from portfolio.flagged import FlagShown
from portfolio.persisted import persisted_twice
from portfolio.queue import items_of, waiting_of
from portfolio.reasoning import flag_steps
from tests import factories as f
from tests.portfolio.judging import DAY, conclude, decide, due, night, open_kinds, read
from tests.reviews.board import board

pytestmark = pytest.mark.django_db


@pytest.fixture
def bet() -> Bet:
    return f.BetFactory()


def judge(bet: Bet, days: int, log_e: float = 1.0) -> None:
    run = night(days)
    read(bet, run, outcome=bet.outcomes.first() or due(bet, 300), log_e_scale=log_e)
    conclude(run)


def persist(bet: Bet, days: int, log_e: float = 1.0, kind: str = "persist") -> None:
    """A night that says so much for the target, and a decision that stands on it; look again after twenty days."""
    judge(bet, days, log_e)
    decide(bet, kind, days, again=20)


def test_two_decisions_to_persist_without_stronger_evidence_are_flagged(bet: Bet) -> None:
    persist(bet, 0)
    persist(bet, 30, 1.5)
    judge(bet, 31, 1.6)
    flag = Flag.objects.get(bet=bet)
    assert (flag.kind, flag.log_e, flag.since) == ("persisted", None, f.TODAY)
    assert flag.sentence == (
        "It was decided to persist on 2 March 2026 and again on 1 April 2026, and nothing new speaks for it: since the"
        " first of the two, the evidence for the target has not doubled, and no stronger finding was confirmed. It"
        " clears once one of these happens, or with a decision on the bet."
    )
    assert FlagShown(flag, []).headline == "Decided to persist twice, and nothing new speaks for it"
    assert [step.value for step in flag_steps(flag, None, judged=1, outcomes=1)] == ["2 Mar 2026", "nothing", ""]
    (item,) = items_of(waiting_of(Bet.objects.all(), f.TODAY + 31 * DAY), None, f.TODAY + 31 * DAY)
    assert item.reason == "Decided to persist twice, and nothing new speaks for it since 2 Mar 2026."


@pytest.mark.parametrize("kinds", [("persist", "fund"), ("defer", "persist"), ("persist",)])
def test_other_decisions_and_a_single_one_raise_nothing(bet: Bet, kinds: tuple[str, ...]) -> None:
    for place, kind in enumerate(kinds):
        persist(bet, 30 * place, kind=kind)
    judge(bet, 70)
    assert open_kinds(bet) == []


@pytest.mark.parametrize("when", [20, 40])
def test_stronger_evidence_of_signals_or_people_is_something_new(bet: Bet, when: int) -> None:
    strong = f.BetFactory(lead=bet.lead)
    for one in (bet, strong):
        f.EvidenceFactory(bet=one, strength=2, confirmed_at=f.AT - DAY, confirmed_by=f.PersonFactory())
        persist(one, 0)
        persist(one, 30)
    f.EvidenceFactory(bet=strong, strength=3, confirmed_at=f.AT + when * DAY, confirmed_by=f.PersonFactory())
    judge(bet, 41, 1.0 + math.log(2))
    judge(strong, 42)
    assert open_kinds(bet) == open_kinds(strong) == []


def test_it_clears_with_evidence_that_has_doubled_and_stays_cleared(bet: Bet) -> None:
    persist(bet, 0)
    persist(bet, 30)
    judge(bet, 31)
    judge(bet, 32, 2.0)
    judge(bet, 33, 1.0)
    flag = Flag.objects.get(bet=bet)
    assert (flag.cleared_how, flag.cleared_because) == (
        "signals", "Stronger evidence has come since it was decided to persist.",
    )  # fmt: skip


def test_a_third_time_quiets_it_until_the_day_to_look_again_and_another_decision_for_good(bet: Bet) -> None:
    persist(bet, 0)
    persist(bet, 30)
    judge(bet, 31)
    persist(bet, 32)
    judge(bet, 33)
    assert open_kinds(bet) == []
    judge(bet, 60)
    assert open_kinds(bet) == ["persisted"]
    decide(bet, "fund", 61, again=10)
    judge(bet, 90)
    assert open_kinds(bet) == []


def test_a_bet_that_no_night_had_judged_is_not_compared(bet: Bet) -> None:
    decide(bet, "persist", 0)
    persist(bet, 30)
    judge(bet, 31)
    assert open_kinds(bet) == []


def test_it_joins_the_agenda_as_a_flag() -> None:
    growth: Any = board()
    bet = growth.bet()
    persist(bet, 0)
    persist(bet, 30)
    judge(bet, 31)
    assert asking_of(growth.forum, f.TODAY + 60 * DAY)[bet.pk] == "flag"


def test_the_night_asks_no_more_however_many_bets_there_are(django_assert_max_num_queries: Any) -> None:
    for bet in f.BetFactory.create_batch(3):
        persist(bet, 0)
        persist(bet, 30)
    bets, run = list(Bet.objects.values_list("pk", flat=True)), night(31)
    with django_assert_max_num_queries(2):
        found = persisted_twice(bets, run)
    assert len(found) == 3
