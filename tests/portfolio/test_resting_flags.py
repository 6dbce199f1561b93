"""Flags that were decided on rest until the day to look again; what the verdict says goes on."""

from typing import Any

import pytest

from bets.actions import record_decision
from bets.models import Bet, FamilyRule, Flag
from org.models import Event, Person
from portfolio.judge import judge, store_judgement
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    FlagFactory,
    JobFactory,
    SignalFactory,
    TrancheFactory,
)
from tests.portfolio.judging import DAY, STRONG, WEAK, conclude, decide, due, night, open_kinds, read, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def bet() -> Bet:
    return BetFactory()


@pytest.mark.parametrize(
    ("fields", "kind", "said"),
    [
        ({"log_e_cease": STRONG}, "cease", "cease"),
        ({"log_e_scale": STRONG}, "scale", "persist"),
        ({"settles": 0.1}, "inconclusive", "inconclusive"),
        ({"health": "stale", "health_note": "Two expected arrivals were missed."}, "stale", "none"),
    ],
)
def test_a_decided_flag_rests_until_the_day_to_look_again_and_the_verdict_does_not(
    bet: Bet, fields: dict[str, Any], kind: str, said: str
) -> None:
    TrancheFactory(bet=bet, planned_on=TODAY + 90 * DAY)
    raised = []
    for days in (0, 1, 29, 30):
        run = night(days)
        read(bet, run, **fields)
        conclude(run)
        assert verdict(bet, run) == said
        raised.append(open_kinds(bet))
        if days == 0:
            decide(bet, "persist", 0)
    assert raised == [[kind], [], [], [kind]]
    assert Flag.objects.order_by("id").last().raised_on == TODAY + 30 * DAY  # type: ignore[union-attr]


def test_a_resting_flag_keeps_its_frozen_evidence_in_the_rule(bet: Bet) -> None:
    first, second = night(), night(1)
    for run, log_e in ((first, STRONG), (second, WEAK)):
        read(bet, run, log_e_cease=log_e)
    conclude(first)
    decide(bet, "persist", 0)
    conclude(second)
    assert FamilyRule.objects.get(run=second, family="cease").issued == 1
    assert verdict(bet, second) == "cease"


def test_another_kind_of_flag_is_raised_all_the_same(bet: Bet) -> None:
    first, second = night(), night(1)
    read(bet, first, log_e_miss=STRONG)
    conclude(first)
    decide(bet, "persist", 0)
    read(bet, second, log_e_miss=STRONG, log_e_cease=STRONG)
    conclude(second)
    assert open_kinds(bet) == ["cease"]


def test_the_latest_decision_says_until_when_if_it_was_made_while_the_flag_rested(bet: Bet) -> None:
    first = night()
    read(bet, first, log_e_cease=STRONG)
    conclude(first)
    decide(bet, "persist", 0, again=30)
    decide(bet, "defer", 20, again=30)
    rested, again = night(49), night(50)
    for run in (rested, again):
        read(bet, run, log_e_cease=STRONG)
        conclude(run)
        assert open_kinds(bet) == ([] if run is rested else ["cease"])


def test_a_decision_made_after_the_rest_was_over_rests_nothing_it_did_not_see(bet: Bet) -> None:
    FlagFactory(
        bet=bet, outcome=due(bet, 60), kind="cease", cleared_on=None, raised_on=TODAY - 200 * DAY, cycle="2025-Q3"
    )
    decide(bet, "persist", -190, again=30)
    decide(bet, "persist", -1, again=60)
    run = night()
    read(bet, run, log_e_cease=STRONG)
    conclude(run)
    assert open_kinds(bet) == ["cease"]


def test_a_reversal_of_a_cease_brings_the_bet_back_with_its_flag_at_rest(bet: Bet) -> None:
    first, second = night(), night(2)
    read(bet, first, log_e_cease=STRONG)
    conclude(first)
    decide(bet, "cease", 0)
    executive = Person.objects.get(grants__role="executive")
    record_decision(
        bet, "fund", rationale="The data were misread.", would_change="Nothing.", look_again_on=TODAY + 9 * DAY,
        by=executive, at=AT + DAY, today=TODAY + DAY, reverses=bet.decisions.get(),
    )  # fmt: skip
    read(bet, second, log_e_cease=STRONG)
    conclude(second)
    assert (verdict(bet, second), open_kinds(bet)) == ("cease", [])


def test_a_flag_that_was_decided_on_while_the_night_thought_is_not_raised_again(bet: Bet) -> None:
    first, run = night(), night(30)
    read(bet, first, log_e_cease=STRONG)
    conclude(first)
    decide(bet, "persist", 0, again=30)
    read(bet, run, log_e_cease=STRONG)
    job = JobFactory(run=run, kind="judge")
    judgement = judge(job)
    assert [flag.kind for flag in judgement.raised] == ["cease"]
    decide(bet, "defer", 30)
    store_judgement(job, judgement, AT)
    assert open_kinds(bet) == []


def test_a_flag_is_not_raised_on_a_bet_that_was_decided_on_while_the_night_thought(bet: Bet) -> None:
    other, run = BetFactory(), night()
    for one in (bet, other):
        FlagFactory(bet=one, outcome=due(one, 60), kind="cease")
        read(one, run, log_e_cease=STRONG, log_e_miss=STRONG)
    Flag.objects.filter(bet=other).update(cleared_on=TODAY, cleared_how="signals", cleared_because="For this test.")
    job = JobFactory(run=run, kind="judge")
    judgement = judge(job)
    decide(bet, "cease", 0)
    store_judgement(job, judgement, AT)
    assert open_kinds(bet) == []
    assert open_kinds(other) == ["cease", "pivot"]


def test_outcomes_whose_window_has_been_measured_are_resolved_once(bet: Bet) -> None:
    outcome = due(bet)
    for ago in range(1, 40):
        SignalFactory(series=outcome.series, period=TODAY - ago * DAY, n=100, total=50)
    for days in (0, 1):
        run = night(days)
        read(bet, run, outcome=outcome)
        conclude(run)
    assert (outcome.resolution.reached, outcome.resolution.value) == (True, 0.5)
    assert Event.objects.get(kind="outcome resolved").sentence == "Outcome 1 resolved: target reached."
