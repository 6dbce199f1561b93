"""The last step of a night, from readings to verdicts and flags: what is raised, what it says, what it costs."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bets.models import Bet, FamilyRule, Flag, Verdict
from org.models import Event, Run
from portfolio.judge import judge, store_judgement
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    FlagFactory,
    JobFactory,
    OutcomeFactory,
    TrancheFactory,
)
from tests.portfolio.judging import DAY, STRONG, WEAK, conclude, decide, due, night, open_kinds, read, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def bet() -> Bet:
    return BetFactory()


# --- the rule for the portfolio


def test_what_the_rule_did_is_written_for_each_family(bet: Bet) -> None:
    run = night()
    read(bet, run, log_e_cease=STRONG)
    read(BetFactory(), run)
    conclude(run)
    cease, miss, scale = FamilyRule.objects.filter(run=run).order_by("family")
    assert (cease.family, cease.bets, cease.issued, cease.alpha) == ("cease", 2, 1, 0.1)
    assert cease.cut == pytest.approx(math.log(20))
    assert cease.bound == pytest.approx(2 / 1e6)
    assert [(rule.family, rule.issued, rule.bound) for rule in (miss, scale)] == [("miss", 0, None), ("scale", 0, None)]


def test_a_judgement_that_is_stored_twice_is_written_once(bet: Bet) -> None:
    run = night()
    read(bet, run, settles=0.1)
    job = JobFactory(run=run, kind="judge")
    for _ in range(2):
        store_judgement(job, judge(job), AT)
    assert (Verdict.objects.count(), FamilyRule.objects.count(), Flag.objects.count()) == (1, 3, 0)


def test_a_bet_that_ended_flagged_goes_on_counting_in_its_quarter(bet: Bet) -> None:
    """Else whoever decides promptly would make every other flag of the quarter harder."""
    first, second = night(), night(1)
    others = BetFactory.create_batch(8)
    for one in (bet, *others):
        read(one, first, log_e_cease=STRONG if one == bet else WEAK)
    conclude(first)
    decide(bet, "cease", 0)
    for one in others:
        read(one, second, log_e_cease=math.log(50) if one == others[0] else WEAK)
    conclude(second)
    rule = FamilyRule.objects.get(run=second, family="cease")
    assert (rule.bets, rule.issued) == (9, 2)
    assert rule.cut == pytest.approx(math.log(9 / 0.1 / 2))
    assert open_kinds(others[0]) == ["cease"]


def test_a_flag_of_an_earlier_quarter_on_a_bet_that_ended_counts_no_longer(bet: Bet) -> None:
    FlagFactory(bet=bet, kind="cease", log_e=STRONG, cycle="2025-Q4", raised_on=dt.date(2025, 12, 30))
    Bet.objects.update(state="ceased")
    run = night()
    read(BetFactory(), run)
    conclude(run)
    assert FamilyRule.objects.get(run=run, family="cease").issued == 0


# --- several outcomes


def test_the_evidence_of_several_outcomes_is_joined_as_the_bet_says() -> None:
    run = night()
    bets = [BetFactory(fails_at=count) for count in (1, 2)]
    for one in bets:
        for number, log_e in enumerate((STRONG, -5.0), start=1):
            read(one, run, outcome=OutcomeFactory(bet=one, number=number), log_e_cease=log_e)
    conclude(run)
    assert [verdict(one, run) for one in bets] == ["cease", "measure"]
    assert Verdict.objects.get(bet=bets[0]).log_e_cease == pytest.approx(STRONG - math.log(2))
    assert "If every outcome were really at its kill line" in Flag.objects.get(bet=bets[0]).sentence


def test_a_refuted_guardrail_stops_scaling_and_is_named(bet: Bet) -> None:
    run = night()
    read(bet, run, log_e_scale=STRONG)
    guard = OutcomeFactory(bet=bet, number=2, role="guardrail", series__metric__name="Complaints")
    read(bet, run, outcome=guard, log_e_cease=STRONG)
    conclude(run)
    assert verdict(bet, run) == "measure"
    assert "The guardrail Complaints is beyond its kill line" in Verdict.objects.get(bet=bet).sentence
    assert not Flag.objects.exists()


def test_a_guardrail_that_holds_lets_a_bet_be_scaled_and_never_makes_its_case(bet: Bet) -> None:
    run = night()
    read(bet, run, log_e_scale=STRONG)
    read(bet, run, outcome=OutcomeFactory(bet=bet, number=2, role="guardrail"), log_e_scale=-9.0, log_e_miss=STRONG)
    conclude(run)
    assert verdict(bet, run) == "persist"
    assert open_kinds(bet) == ["scale"]


def test_a_guardrail_refuted_later_takes_back_the_verdict_and_not_the_flag(bet: Bet) -> None:
    first, second = night(), night(1)
    guard = OutcomeFactory(bet=bet, number=2, role="guardrail")
    for run, log_e in ((first, WEAK), (second, STRONG)):
        read(bet, run, outcome=guard, log_e_cease=log_e)
        read(bet, run, outcome=bet.outcomes.exclude(pk=guard.pk).first() or OutcomeFactory(bet=bet), log_e_scale=STRONG)
        conclude(run)
    assert (verdict(bet, first), verdict(bet, second)) == ("persist", "measure")
    assert open_kinds(bet) == ["scale"]


def test_a_verdict_rests_on_the_lines_as_they_stand_and_the_former_ones_go_on_being_read(bet: Bet) -> None:
    run = night()
    old = OutcomeFactory(bet=bet, number=1)
    new = OutcomeFactory(bet=bet, number=1, version=2, replaces=old, reason="The plan was cut.", kill_line=0.3)
    read(bet, run, outcome=old, log_e_cease=STRONG)
    read(bet, run, outcome=new)
    conclude(run)
    assert verdict(bet, run) == "measure"
    assert not Flag.objects.exists()


# --- what a flag says


def test_a_flag_says_since_when_and_until_when_acting_is_worth_it(bet: Bet) -> None:
    run = night()
    for days in (-9, 20, 80):
        TrancheFactory(bet=bet, planned_on=TODAY + days * DAY, amount=8_000_000)
    read(bet, run, log_e_cease=STRONG, cease_since=TODAY - 40 * DAY, recent=0.37, chance=0.02, evsi=300_000)
    conclude(run)
    flag = Flag.objects.get(bet=bet)
    assert (flag.since, flag.act_by) == (TODAY - 40 * DAY, TODAY + 20 * DAY)
    assert "below since about 21 January 2026, lately at 37.0 %" in flag.sentence
    assert "Another tranche would buy €3k of information for €80k." in flag.sentence
    assert Event.objects.get(kind="flag raised").payload["flag_kind"] == "cease"


def test_what_was_so_from_the_start_has_no_since_and_without_money_ahead_the_day_to_decide_counts(bet: Bet) -> None:
    run = night()
    read(bet, run, log_e_cease=STRONG, cease_since=TODAY - 120 * DAY)
    conclude(run)
    flag = Flag.objects.get(bet=bet)
    assert (flag.since, flag.act_by) == (None, TODAY + 60 * DAY)
    assert "since about" not in flag.sentence


# --- cannot conclude


def test_a_bet_that_cannot_be_settled_with_money_ahead_is_flagged(bet: Bet) -> None:
    run = night()
    TrancheFactory(bet=bet, planned_on=TODAY + 20 * DAY)
    read(bet, run, settles=0.19)
    conclude(run)
    assert verdict(bet, run) == "inconclusive"
    flag = Flag.objects.get(bet=bet)
    assert (flag.kind, flag.log_e, flag.act_by) == ("inconclusive", None, TODAY + 20 * DAY)
    assert "settle Conversion" in flag.sentence
    assert "is 19 %" in flag.sentence


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"settles": 0.2}, "measure"),
        ({"settles": None}, "measure"),
        ({"settles": 0.1, "health": "broken", "health_note": "It is broken."}, "none"),
        ({"settles": 0.1, "log_e_cease": STRONG}, "cease"),
    ],
)
def test_otherwise_it_is_not_said(bet: Bet, fields: dict[str, Any], kind: str) -> None:
    run = night()
    TrancheFactory(bet=bet, planned_on=TODAY + 20 * DAY)
    read(bet, run, **fields)
    conclude(run)
    assert verdict(bet, run) == kind
    assert not Flag.objects.filter(kind="inconclusive").exists()


@pytest.mark.parametrize(
    ("grain", "blocks", "kind"),
    [("day", 3, "measure"), ("day", 4, "inconclusive"), ("week", 4, "inconclusive"), ("month", 1, "inconclusive")],
)
def test_it_is_not_said_before_four_weeks_of_signals(bet: Bet, grain: str, blocks: int, kind: str) -> None:
    run = night()
    read(bet, run, outcome=OutcomeFactory(bet=bet, series__grain=grain), settles=0.1, blocks=blocks)
    conclude(run)
    assert verdict(bet, run) == kind


def test_a_bet_that_is_clear_of_its_kill_lines_says_so_while_its_target_is_open(bet: Bet) -> None:
    run, other = night(), BetFactory()
    read(bet, run, log_e_alive=math.log(21), settles=1.0)
    for number, log_e in enumerate((STRONG, WEAK), start=1):
        read(other, run, outcome=OutcomeFactory(bet=other, number=number), log_e_alive=log_e)
    conclude(run)
    said = dict(Verdict.objects.values_list("bet", "sentence"))
    assert said[bet.pk].startswith("Clear of the kill line; the target is neither refuted nor beaten. Conversion")
    assert said[other.pk].startswith("Not settled yet.")


def test_without_money_ahead_it_is_a_verdict_and_no_flag(bet: Bet) -> None:
    run = night()
    TrancheFactory(bet=bet, planned_on=TODAY)
    read(bet, run, settles=0.1)
    conclude(run)
    assert verdict(bet, run) == "inconclusive"
    assert not Flag.objects.exists()


def test_the_best_of_the_outcomes_counts_and_guardrails_do_not(bet: Bet) -> None:
    run = night()
    for number, (role, settles) in enumerate([("primary", 0.1), ("primary", 0.25), ("guardrail", 0.0)], start=1):
        read(bet, run, outcome=OutcomeFactory(bet=bet, number=number, role=role), settles=settles)
    conclude(run)
    assert verdict(bet, run) == "measure"


def test_it_does_not_flicker_and_is_cleared_by_signals_from_thirty_per_cent_on(bet: Bet) -> None:
    TrancheFactory(bet=bet, planned_on=TODAY + 20 * DAY)
    said = []
    for days, settles in enumerate((0.19, 0.29, None, 0.3, 0.25)):
        run = night(days)
        read(bet, run, settles=settles)
        conclude(run)
        said.append((verdict(bet, run), open_kinds(bet)))
    assert said == [("inconclusive", ["inconclusive"])] * 3 + [("measure", [])] * 2
    flag = Flag.objects.get()
    assert (flag.cleared_how, flag.cleared_on) == ("signals", TODAY + 3 * DAY)
    assert "30 % or more" in flag.cleared_because


def test_evidence_that_settles_it_answers_it_and_a_broken_feed_does_not(bet: Bet) -> None:
    TrancheFactory(bet=bet, planned_on=TODAY + 20 * DAY)
    first, broken, settled = night(), night(1), night(2)
    read(bet, first, settles=0.1)
    read(bet, broken, health="broken", health_note="It is broken.")
    read(bet, settled, log_e_cease=STRONG, settles=0.1)
    conclude(first)
    conclude(broken)
    assert open_kinds(bet) == ["inconclusive"]
    conclude(settled)
    assert open_kinds(bet) == ["cease"]
    assert Flag.objects.get(kind="inconclusive").cleared_because == "The evidence has settled it since."


# --- cost


QUERIES = 19  # one more where bets were persisted twice


def fill(count: int, run: Run) -> None:
    strong: list[Callable[[], dict[str, Any]]] = [
        lambda: {"log_e_cease": STRONG},
        lambda: {"settles": 0.1},
        lambda: {"health": "stale"},
        lambda: {"log_e_cease": 2.5},
    ]
    for number in range(count):
        one = BetFactory()
        TrancheFactory(bet=one, planned_on=TODAY + 20 * DAY)
        read(one, run, outcome=due(one), **strong[number % 4]())


@pytest.mark.parametrize("count", [4, 12])
def test_judging_takes_the_same_queries_for_any_number_of_bets(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    run = night()
    fill(count, run)
    FlagFactory(bet=BetFactory(), run=night(-5), raised_on=TODAY - 5 * DAY)
    job = JobFactory(run=run, kind="judge")
    with django_assert_num_queries(QUERIES):
        judge(job)
