"""Readings: what they say, what they rest on, and that the same signals are read the same to the last bit."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from bets.models import Bet, Outcome, Reading
from bets.reading import read_outcomes
from lib.bulk import copy_in
from metrics.evidence import ENGINE_VERSION
from metrics.models import Signal
from tests.bets.feeding import divided, feed, night_on, on, reading_on, shares, stated
from tests.factories import FamilyRuleFactory, HypothesisFactory, OutcomeFactory, RunFactory, TrancheFactory

pytestmark = pytest.mark.django_db
ODD = ("id", "run_id", "outcome_id")


def numbers(reading: Reading) -> dict[str, Any]:
    return {f.attname: getattr(reading, f.attname) for f in Reading._meta.fields if f.attname not in ODD}


def test_a_reading_says_what_it_rests_on() -> None:
    outcome = stated(50, series__metric__settle_days=3)
    HypothesisFactory(bet=outcome.bet, version=1)
    HypothesisFactory(bet=outcome.bet, version=2)
    reading = reading_on(50, outcome)
    assert (reading.cutoff, reading.last_period, reading.bet_version) == (on(47), on(46), 2)
    assert (reading.engine, len(reading.snapshot), reading.exposures) == (ENGINE_VERSION, 64, 47_000)


def test_the_last_four_weeks_stand_beside_the_whole() -> None:
    outcome = stated(60)
    feed(outcome.series, [500] * 28, first=60)
    reading = reading_on(88, outcome)
    assert reading.recent == 0.5
    assert reading.estimate == pytest.approx(0.448, abs=0.003)


def test_a_bet_that_went_bad_is_told_since_about_when() -> None:
    outcome = stated(112, 0.46)
    feed(outcome.series, shares(90, 0.33, seed=2), first=112)
    reading = reading_on(202, outcome)
    assert reading.cease_since == on(112)
    assert reading.log_e_cease > np.log(1000)
    assert reading.scale_since is None  # there is no evidence of it


def test_a_bet_that_was_bad_from_the_start_is_told_so() -> None:
    assert reading_on(60, stated(60, 0.33, grace_days=7)).cease_since == on(7)
    worse = stated(60, 0.36)
    feed(worse.series, shares(90, 0.30, seed=2), first=60)
    assert reading_on(150, worse).cease_since == on(0)


def test_history_is_read_counted_and_part_of_the_snapshot() -> None:
    outcome = stated(40)
    before = reading_on(40, outcome)
    feed(outcome.series, shares(84, seed=3), first=-84)
    after = reading_on(40, outcome)
    assert (before.history_weeks, before.phi_history) == (0, None)
    assert after.history_weeks == 12
    assert after.phi_history is not None
    assert after.snapshot != before.snapshot
    feed(outcome.series, [1.0], first=-85)
    assert reading_on(40, outcome).snapshot == after.snapshot  # a thirteenth week is not read


def test_a_bet_that_climbs_as_declared_is_not_told_to_cease() -> None:
    climb = np.linspace(0.30, 0.40, 150)
    declared = {"decide_by": on(200), "baseline": 0.29}
    flat, gliding = stated(**declared), stated(**declared, glide="linear")
    for outcome in (flat, gliding):
        feed(outcome.series, np.random.default_rng(6).binomial(1000, climb))
    assert reading_on(100, flat).log_e_cease > np.log(20)
    assert reading_on(100, gliding).log_e_cease < 0


def simpson(moved: bool) -> Outcome:
    """Two segments, each steady on a line of its own (35 % and 50 %); if they `moved`, more people are in the bad one
    than when the weights were taken."""
    outcome, (app, web) = divided({"app": 0.5, "web": 0.5}, kill_line=0.42, target=0.47)
    random = np.random.default_rng(4)
    n = np.full(70, 3400 if moved else 2000)
    counts = [n, 4000 - n]
    totals = [random.binomial(count, share) for count, share in zip(counts, (0.35, 0.50), strict=True)]
    for series, count, total in zip((app, web), counts, totals, strict=True):
        feed(series, total, n=count)
    feed(outcome.series, sum(totals), n=4000)
    return outcome


def test_a_mix_that_moved_gives_no_verdict_and_both_numbers() -> None:
    reading = reading_on(70, simpson(moved=True))
    assert (reading.health, reading.grade, reading.log_e_cease) == ("broken", "D", 0.0)
    assert reading.health_note == "The mix of segments explains it: crude and standardised results differ."
    assert reading.estimate == pytest.approx(0.425, abs=0.002)
    assert reading.crude == pytest.approx(0.3725, abs=0.005)


def test_a_mix_that_stays_is_read_standardised() -> None:
    reading = reading_on(70, simpson(moved=False))
    assert (reading.health, reading.grade) == ("healthy", "B")
    assert reading.crude == pytest.approx(reading.estimate, abs=0.001)
    assert reading_on(70, stated(70)).crude is None


def test_every_part_of_the_data_is_in_the_snapshot() -> None:
    outcome, (app, web) = divided({"app": 0.5, "web": 0.5}, days=20)
    feed(app, [100] * 20, n=500)
    feed(web, [100] * 20, n=500)
    seen = [reading_on(20, outcome).snapshot]
    for series in (outcome.series, app, web):
        Signal.objects.filter(series=series, period=on(5)).update(total=101)
        seen.append(reading_on(20, outcome).snapshot)
    Signal.objects.filter(series=web, period=on(7)).update(n=0, total=0)
    seen.append(reading_on(20, outcome).snapshot)
    Signal.objects.filter(series=web, period=on(7)).delete()
    seen.append(reading_on(20, outcome).snapshot)
    assert len(set(seen)) == 6


def test_a_level_is_judged_once_its_weeks_tell_and_graded_c() -> None:
    weekly = {"series__metric__kind": "level", "series__grain": "week", "kill_line": 8.0, "target": 9.0}
    outcome = OutcomeFactory(number=1, starts_on=on(0), decide_by=on(300), planned_exposures=40, **weekly)
    random = np.random.default_rng(3)
    feed(outcome.series, 5 + random.normal(0, 0.5, 12), n=0)
    early, late = reading_on(42, outcome), reading_on(84, outcome)
    assert (early.grade, early.health, early.log_e_cease) == ("D", "waiting", 0.0)
    assert (late.grade, late.health, late.exposures) == ("C", "healthy", 12)
    assert late.log_e_cease > np.log(20)


def mixed_portfolio() -> list[Outcome]:
    outcomes = [stated(70, 0.33 + 0.04 * nth, seed=nth, baseline=0.41) for nth in range(4)]
    outcomes += [simpson(moved=False), stated(30, series__grain="week"), stated(0), stated(5, grace_days=2)]
    control = stated(60, contrast="relative", target=0.01, kill_line=0.0, series__has_control=True)
    feed(control.series, shares(60, seed=9), arm="control")
    feed(outcomes[0].series, shares(84, seed=8), first=-84)
    level = stated(70, series__metric__kind="level", kill_line=400, target=430)
    gliding = stated(70, baseline=0.35, glide="linear")
    return [*outcomes, control, level, gliding]


def test_one_by_one_in_any_order_or_all_at_once_gives_the_same_bytes() -> None:
    outcomes, run = mixed_portfolio(), night_on(70)
    found = {reading.outcome_id: numbers(reading) for reading in read_outcomes(outcomes, run)}
    backwards = {reading.outcome_id: numbers(reading) for reading in read_outcomes(outcomes[::-1], run)}
    alone = {one.pk: numbers(read_outcomes([Outcome.objects.get(pk=one.pk)], run)[0]) for one in outcomes}
    assert found == backwards
    assert found == alone


def test_the_same_snapshot_is_read_the_same_again() -> None:
    (outcome,) = [stated(70, baseline=0.4)]
    first = reading_on(70, outcome)
    feed(outcome.series, [999] * 9, first=70)
    again = reading_on(70, outcome)
    assert numbers(first) == numbers(again)


def test_readings_take_as_many_queries_for_many_outcomes_as_for_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run, outcomes = night_on(30), [stated(30, seed=nth) for nth in range(6)]
    listed = Outcome.objects.select_related("bet", "series__metric", "series__source")
    for count in (1, 6):
        with django_assert_num_queries(7):  # outcomes, segments, signals, rows set aside, rule, tranches, hypotheses
            read_outcomes(listed.filter(pk__in=[one.pk for one in outcomes[:count]]), run)


def test_a_healthy_outcome_is_foretold() -> None:
    outcome = stated(120, 0.455, baseline=0.40, bet__value_low=1, bet__value_likely=10_000_00, bet__value_high=10**9)
    TrancheFactory(bet=outcome.bet, planned_on=on(150))
    reading = reading_on(120, outcome)
    assert reading.chance is not None
    assert 0.5 < reading.chance < 1
    assert reading.forecast_mean == pytest.approx(0.455, abs=0.01)
    assert reading.settles is not None
    assert reading.answer_on is None or reading.answer_on >= on(120)
    assert reading.evpi is not None
    assert reading.evsi is not None
    assert 0 <= reading.evsi <= reading.evpi


def test_without_a_value_or_a_tranche_ahead_the_next_proof_is_worth_nothing_that_is_known() -> None:
    priceless = reading_on(60, stated(60))
    assert (priceless.evpi, priceless.evsi) == (None, None)
    last = reading_on(60, stated(60, bet__value_low=1, bet__value_likely=2, bet__value_high=3))
    assert last.evpi is not None
    assert last.evsi is None


def test_the_largest_value_is_no_error() -> None:
    most = dict.fromkeys(("bet__value_low", "bet__value_likely", "bet__value_high"), 2**63 - 1)
    reading = reading_on(60, stated(60, **most))
    reading.save()
    assert reading.evpi is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"decide_by": dt.date.max},
        {"starts_on": dt.date.max - dt.timedelta(days=3), "decide_by": dt.date.max},
        {"starts_on": on(-3600), "decide_by": on(90)},
        {"planned_exposures": 1e300},
        {"planned_exposures": 1e-300},
        {"baseline": 1e308},
        {"baseline": -1e308},
        {"target": 0.4 + 1e-16, "kill_line": 0.4 - 1e-16},
        {"series__metric__settle_days": 32767},
    ],
)
def test_extreme_statements_are_read_without_an_error(fields: dict[str, Any]) -> None:
    worth = {"bet__value_low": 1, "bet__value_likely": 10**12, "bet__value_high": 10**13}
    outcome = stated(40, **worth, **fields)
    TrancheFactory(bet=outcome.bet, planned_on=dt.date.max)
    copy_in([reading_on(40, outcome)])
    stored = Reading.objects.get()
    assert stored.chance is None or 0 <= stored.chance <= 1


def test_what_comes_after_the_money_is_gone_settles_nothing_in_time() -> None:
    outcome = stated(60, 0.425, kill_line=0.42, target=0.43)
    paid = reading_on(60, outcome)
    first = TrancheFactory(bet=outcome.bet, sequence=1, planned_on=on(0), lasts_until=on(70))
    last = TrancheFactory(bet=outcome.bet, sequence=2, planned_on=on(70), lasts_until=on(74))
    short = reading_on(60, outcome)
    assert (paid.settles_by, short.settles_by) == (outcome.decide_by, on(74))
    assert (paid.settles or 0.0) > (short.settles or 0.0)
    assert (paid.answer_on, paid.chance) == (short.answer_on, short.chance)
    last.delete()
    assert reading_on(60, outcome).settles_by == first.lasts_until


def test_money_that_outlasts_the_decision_changes_nothing() -> None:
    outcome = stated(20, 0.425, kill_line=0.423, target=0.427, decide_by=on(90))
    before = reading_on(20, outcome)
    TrancheFactory(bet=outcome.bet, planned_on=on(0), lasts_until=outcome.decide_by + dt.timedelta(days=400))
    after = reading_on(20, outcome)
    assert (after.settles, after.settles_by) == (before.settles, outcome.decide_by)
    assert 0 < (after.settles or 0.0) < 1


def test_the_next_proof_lasts_as_long_as_its_money() -> None:
    worth = {"bet__value_low": 1, "bet__value_likely": 10_000_00, "bet__value_high": 10**9}
    brief, longer = (stated(60, 0.404, baseline=0.40, **worth) for _ in range(2))
    for outcome, days in ((brief, 63), (longer, 90)):
        TrancheFactory(bet=outcome.bet, planned_on=on(62), lasts_until=on(days))
    assert 0 <= (reading_on(60, brief).evsi or 0) < (reading_on(60, longer).evsi or 0)


def test_before_any_signal_an_answer_is_expected_from_the_plan_alone() -> None:
    reading = reading_on(0, stated(0, baseline=0.30))
    assert (reading.health, reading.chance, reading.evpi) == ("waiting", None, None)
    assert reading.answer_on is not None
    assert on(14) <= reading.answer_on <= on(300)
    assert reading.settles is not None


def test_days_until_an_answer_count_from_the_start_of_a_bet_that_has_not_begun() -> None:
    now, later = (stated(0, baseline=0.30, starts_on=on(days), decide_by=on(days + 300)) for days in (0, 50))
    first, second = reading_on(0, now).answer_on, reading_on(0, later).answer_on
    assert first is not None
    assert second == first + dt.timedelta(days=50)


@pytest.mark.parametrize("days", [40, 55])
def test_nothing_is_foretold_of_signals_that_are_broken_or_have_stopped(days: int) -> None:
    outcome = stated(40)
    if days == 40:
        Signal.objects.filter(series=outcome.series, period__gte=on(20), period__lt=on(35)).delete()
    reading = reading_on(days, outcome)
    assert reading.health == ("broken" if days == 40 else "stale")
    assert [reading.chance, reading.settles, reading.answer_on, reading.asked, reading.evpi] == [None] * 5


def test_what_is_asked_is_the_latest_cut_before_that_night_and_twenty_at_least() -> None:
    outcome = stated(40)
    assert reading_on(40, outcome).asked == pytest.approx(np.log(20))
    for day, cut in ((20, 9.0), (39, 6.5), (40, 8.0)):
        FamilyRuleFactory(run=night_on(day), cut=cut)
    FamilyRuleFactory(run=night_on(39), family="scale", cut=7.7)
    FamilyRuleFactory(run=RunFactory(kind="import", as_of=on(39)), cut=7.8)
    assert reading_on(40, outcome).asked == 6.5


def test_a_forecast_never_touches_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = stated(60, baseline=0.41)
    before = reading_on(60, outcome)
    outcome.baseline = 0.1
    Bet.objects.update(state="draft")  # what is live is frozen
    Outcome.objects.filter(pk=outcome.pk).update(baseline=0.1)
    after = reading_on(60, outcome)
    assert before.chance != after.chance
    logs: Callable[[Reading], list[float]] = lambda r: [r.log_e_cease, r.log_e_miss, r.log_e_scale, r.log_e_alive]  # noqa: E731
    assert logs(before) == logs(after)
