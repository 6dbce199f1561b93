"""What the engine is asked of an outcome, and which signals it is given: all fixed when the outcome was stated."""

import datetime as dt

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from bets.models import Outcome
from bets.signals import Read, first_day, question_of, reads_of, shape_of
from tests.bets.feeding import START, divided, feed, on, shares, stated
from tests.factories import BetFactory, MetricFactory, OutcomeFactory, SeriesFactory

pytestmark = pytest.mark.django_db


def read_on(day: int, *outcomes: Outcome) -> Read:
    found = Outcome.objects.filter(pk__in=[one.pk for one in outcomes]).select_related("series__metric")
    (read,) = reads_of(found.order_by("pk"), on(day))
    return read


def asked(**fields: object) -> dict[str, float]:
    """The question about one outcome that is in no database."""
    kind, grain = fields.pop("kind", "proportion"), fields.pop("grain", "day")
    series = SeriesFactory.build(metric=MetricFactory.build(kind=kind), source=None, grain=grain)
    given = {"starts_on": START, "decide_by": on(281), "planned_exposures": 3_000.0, "baseline": 0.38} | fields
    outcome = OutcomeFactory.build(bet=BetFactory.build(domain=None, lead=None), series=series, **given)
    question = question_of(shape_of(outcome), [outcome])
    names = ("planned", "restarts", "glide_from", "glide_periods", "share")
    return {name: None if (value := getattr(question, name)) is None else float(value[0]) for name in names}


def test_restarts_are_every_28_days_until_the_decision_and_start_after_the_grace() -> None:
    assert asked()["restarts"] == 10
    assert asked(decide_by=on(280))["restarts"] == 9
    assert asked(grace_days=29)["restarts"] == 8
    assert asked(grain="week")["restarts"] == 10
    assert asked(decide_by=on(20))["restarts"] == 0


@pytest.mark.parametrize("fields", [{"grain": "month"}, {"kind": "level"}])
def test_months_and_levels_are_not_restarted(fields: dict[str, str]) -> None:
    assert asked(**fields)["restarts"] == 0


def test_the_plan_is_counted_in_exposures_in_arms_or_in_periods() -> None:
    assert asked()["planned"] == 1_000
    assert asked(contrast="relative", share=0.5)["planned"] == 250
    assert asked(contrast="difference", share=0.1)["planned"] == pytest.approx(90)
    assert asked(kind="level", grain="week", grace_days=1)["planned"] == pytest.approx(40 / 3)


def test_lines_climb_from_the_baseline_only_where_that_was_declared() -> None:
    assert np.isnan(asked()["glide_from"])
    gliding = asked(glide="linear", grain="week", grace_days=1)
    assert (gliding["glide_from"], gliding["glide_periods"]) == (0.38, 40)
    assert asked(contrast="relative")["glide_from"] is None


def test_only_a_contrast_has_a_share_of_arms() -> None:
    assert (asked()["share"], asked(contrast="relative", share=0.2)["share"]) == (None, 0.2)


def test_grace_days_are_not_read_and_the_twelve_weeks_before_the_start_are_history() -> None:
    outcome = stated(grace_days=10)
    feed(outcome.series, np.arange(200), first=-100)
    read = read_on(60, outcome)
    assert first_day(outcome) == on(10)
    assert read.arrays.y[0].tolist() == list(range(110, 160))
    assert read.history is not None
    assert read.history.y[0].tolist() == list(range(16, 100))


def test_a_day_is_told_from_its_column_whatever_the_grain() -> None:
    weekly = OutcomeFactory(series__grain="week", starts_on=START, decide_by=on(300))
    feed(weekly.series, [400] * 9, first=4)
    read = read_on(90, weekly)
    assert [read.day(0, column) for column in (0, 8)] == [on(4), on(60)]
    assert read.arrays.present.all()
    monthly = OutcomeFactory(series__grain="month", starts_on=dt.date(2026, 1, 15), decide_by=on(300))
    assert read_on(90, monthly).day(0, 3) == dt.date(2026, 5, 1)


def test_history_of_weeks_is_counted_back_from_the_start() -> None:
    weekly = OutcomeFactory(series__grain="week", starts_on=START, decide_by=on(300))
    feed(weekly.series, np.arange(20), n=100, first=-7 * 15 + 3)
    read = read_on(60, weekly)
    assert read.history is not None
    assert read.history.y[0].tolist() == list(range(3, 15))
    assert read.arrays.y[0].tolist() == list(range(15, 20))
    assert int(read.noise[1][0]) == 12


def test_noise_before_the_start_is_the_least_that_is_taken_for_granted() -> None:
    quiet, known = stated(30), stated(30)
    feed(known.series, shares(84, seed=5), first=-84)
    phi, weeks = read_on(30, quiet, known).noise
    assert np.isnan(phi[0])
    assert phi[1] > 0
    assert weeks.tolist() == [0, 12]


def test_a_value_of_nothing_is_a_value_and_a_gap_is_none() -> None:
    level = stated(series__metric__kind="level")
    feed(level.series, [0.0, 5.0], n=0)
    feed(level.series, [7.0], n=0, first=4)
    series = read_on(9, level).series
    assert series.n.tolist() == [[1.0, 1.0, 0.0, 0.0, 1.0]]
    assert series.y.tolist() == [[0.0, 5.0, 0.0, 0.0, 7.0]]


def test_segments_come_in_order_of_their_names_with_their_weights() -> None:
    outcome, (second, first) = divided({"web": 0.3, "app": 0.7})
    feed(first, [5.0])
    feed(second, [9.0, 8.0])
    series = read_on(9, outcome).series
    assert [part.y.tolist() for part in series.segments] == [[[5.0, 0.0]], [[9.0, 8.0]]]
    assert series.weights is not None
    assert series.weights.tolist() == [[0.7, 0.3]]


@pytest.mark.parametrize("size", [1, 5])
def test_signals_take_the_same_queries_for_one_outcome_and_for_many(
    size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    outcomes = [divided({"app": 0.5, "web": 0.5}, days=9)[0] for _ in range(size)]
    with django_assert_num_queries(5):  # outcomes with series, bets, sources, segments, signals
        read_on(9, *outcomes)
