"""The figure of an outcome and the moments it is drawn from: the same numbers as the reading and the table."""

import datetime as dt
import json

import pytest
from django.utils import translation

from bets.models import Flag, Outcome
from bets.reading import read_outcomes
from org.models import Run
from portfolio.charts import outcome_figure
from portfolio.moments import EVERY, MOMENTS, Way, ways_of
from tests.factories import (
    TODAY,
    FlagFactory,
    MetricFactory,
    OutcomeFactory,
    RunFactory,
    SeriesFactory,
    SignalFactory,
)

pytestmark = pytest.mark.django_db


def outcome_with(days: int, *, grain: str = "day", kind: str = "proportion", start: dt.date | None = None) -> Outcome:
    """An outcome whose series has so many periods of signals, the last one closed on TODAY."""
    step = {"day": 1, "week": 7, "month": 31}[grain]
    series = SeriesFactory(grain=grain, metric=MetricFactory(kind=kind))
    begun = start or TODAY - dt.timedelta(days=days * step)
    for number in range(days):
        period = begun + dt.timedelta(days=number * step)
        exposed = 0 if kind == "level" else 1_000
        SignalFactory(series=series, period=period, n=exposed, total=380.0 + 40 * (number % 2))
    return OutcomeFactory(series=series, starts_on=begun)


def way_of(outcome: Outcome) -> Way:
    return ways_of([outcome], TODAY)[outcome.pk]


def test_the_last_moment_equals_the_reading_of_the_same_day() -> None:
    outcome = outcome_with(60)
    reading = read_outcomes([outcome], Run(as_of=TODAY))[0]
    last = way_of(outcome).moments[-1]
    assert (last.estimate, last.lower, last.upper) == (reading.estimate, reading.lower, reading.upper)
    assert (last.exposures, last.day) == (60_000, reading.last_period)


def test_each_moment_carries_the_day_of_its_signal() -> None:
    outcome = outcome_with(30)
    assert [moment.day for moment in way_of(outcome).moments] == [
        outcome.starts_on + dt.timedelta(days=number) for number in range(30)
    ]


def test_a_week_is_named_by_its_own_first_day_whatever_weekday_that_is() -> None:
    monday = dt.date(2025, 11, 3)
    outcome = outcome_with(10, grain="week", start=monday)
    days = [moment.day for moment in way_of(outcome).moments]
    assert days == [monday + dt.timedelta(weeks=number) for number in range(10)]


def test_a_month_is_named_by_its_first_day() -> None:
    series = SeriesFactory(grain="month")
    months = [dt.date(2025, 11, 1), dt.date(2025, 12, 1), dt.date(2026, 1, 1)]
    for month in months:
        SignalFactory(series=series, period=month)
    outcome = OutcomeFactory(series=series, starts_on=months[0])
    assert [moment.day for moment in way_of(outcome).moments] == months


def test_a_day_without_a_signal_has_no_moment() -> None:
    outcome = outcome_with(20)
    gap = outcome.starts_on + dt.timedelta(days=7)
    type(SignalFactory.build(series=outcome.series)).objects.filter(series=outcome.series, period=gap).delete()
    days = [moment.day for moment in way_of(outcome).moments]
    assert gap not in days
    assert len(days) == 19


def test_a_trailing_signal_without_exposures_moves_no_date() -> None:
    outcome = outcome_with(20)
    first = outcome.starts_on
    SignalFactory(series=outcome.series, period=first - dt.timedelta(days=1), n=0, total=0)
    outcome.starts_on = first - dt.timedelta(days=1)
    assert way_of(outcome).moments[0].day == first
    late = outcome_with(5, start=TODAY - dt.timedelta(days=10))
    SignalFactory(series=late.series, period=TODAY - dt.timedelta(days=1), n=0, total=0)
    assert way_of(late).moments[-1].day == TODAY - dt.timedelta(days=6)


def test_a_long_way_is_thinned_and_keeps_its_last_moment() -> None:
    outcome = outcome_with(200)
    way = way_of(outcome)
    assert len(way.moments) <= MOMENTS
    assert way.step == 3
    assert way.moments[-1].day == TODAY - dt.timedelta(days=1)
    assert way.moments[-1].exposures == 200_000


def test_a_thinned_way_begins_and_ends_with_the_truth() -> None:
    outcome = outcome_with(200)
    thinned, whole = way_of(outcome).moments, ways_of([outcome], TODAY, EVERY)[outcome.pk].moments
    assert len(whole) == 200
    assert (thinned[0], thinned[-1]) == (whole[0], whole[-1])
    assert set(thinned) < set(whole)


def test_each_period_also_says_what_it_was_by_itself() -> None:
    first, second, *_ = way_of(outcome_with(20)).moments
    assert (first.value, first.exposed, second.value, second.exposures) == (0.38, 1_000, 0.42, 2_000)


def test_ten_thousand_days_make_a_small_figure_whose_ends_are_true() -> None:
    series = SeriesFactory()
    begun = TODAY - dt.timedelta(days=10_000)
    days = [begun + dt.timedelta(days=number) for number in range(10_000)]
    rows = [SignalFactory.build(series=series, period=day, n=1_000, total=380.0 + 40 * (day.day % 2)) for day in days]
    type(rows[0]).objects.bulk_create(rows)
    outcome = OutcomeFactory(series=series, starts_on=begun)
    way = way_of(outcome)
    figure = outcome_figure(outcome, way, [])
    assert len(json.dumps(figure)) < 20_000
    assert (figure["data"][2]["x"][0], figure["data"][2]["x"][-1]) == (str(days[0]), str(days[-1]))
    reading = read_outcomes([outcome], Run(as_of=TODAY))[0]
    assert (way.moments[-1].lower, way.moments[-1].upper) == (reading.lower, reading.upper)


def test_one_signal_is_a_point_and_claims_little() -> None:
    outcome = outcome_with(1)
    estimate = outcome_figure(outcome, way_of(outcome), [])["data"][2]
    assert estimate["mode"] == "lines+markers"
    assert len(estimate["x"]) == 1


def test_signals_that_count_nobody_make_no_moments() -> None:
    outcome = OutcomeFactory(starts_on=TODAY - dt.timedelta(days=9))
    for day in range(1, 9):
        SignalFactory(series=outcome.series, period=TODAY - dt.timedelta(days=day), n=0, total=0)
    way = way_of(outcome)
    assert way.moments == []
    json.dumps(outcome_figure(outcome, way, []), allow_nan=False)


def test_a_unit_that_looks_like_markup_stays_words() -> None:
    outcome = OutcomeFactory(series=SeriesFactory(metric=MetricFactory(kind="mean", unit="<a href=x>")))
    assert "<a" not in json.dumps(outcome_figure(outcome, way_of(outcome), []))


def test_words_and_numbers_of_a_figure_follow_the_reader_and_its_coordinates_do_not() -> None:
    outcome = outcome_with(60)
    with translation.override("de"):
        figure = outcome_figure(outcome, way_of(outcome), [])
    assert figure["data"][2]["text"][-1].startswith("40,0 %")
    assert figure["layout"]["annotations"][0]["text"].endswith("45,0 %")
    assert figure["layout"]["annotations"][2]["text"].endswith("1. Mai 2026")
    assert figure["data"][2]["y"][-1] == 40.0


def test_an_outcome_without_signals_has_no_moments_and_still_a_figure() -> None:
    outcome = OutcomeFactory()
    way = way_of(outcome)
    assert way.moments == []
    figure = outcome_figure(outcome, way, [])
    assert [line["y0"] for line in figure["layout"]["shapes"][:2]] == [pytest.approx(45.0), pytest.approx(40.0)]


def test_a_level_shows_its_values_and_claims_no_interval() -> None:
    outcome = outcome_with(20, kind="level")
    way = way_of(outcome)
    assert [moment.estimate for moment in way.moments[:2]] == [380.0, 420.0]
    assert all(moment.lower is None and moment.upper is None for moment in way.moments)
    assert outcome_figure(outcome, way, [])["data"][0]["x"] == []


def test_the_figure_holds_the_moments_as_percentages_with_the_words_of_the_sentence() -> None:
    outcome = outcome_with(60)
    way = way_of(outcome)
    figure = outcome_figure(outcome, way, [])
    lower, upper, estimate = figure["data"][:3]
    last = way.moments[-1]
    assert estimate["y"][-1] == pytest.approx(100 * (last.estimate or 0))
    assert (lower["y"][-1], upper["y"][-1]) == (pytest.approx(100 * last.lower), pytest.approx(100 * last.upper))
    assert estimate["text"][-1].startswith("40.0 %, between ")


def test_the_figure_is_json_without_nan_and_infinity() -> None:
    outcome = outcome_with(40)
    figure = outcome_figure(outcome, way_of(outcome), [])
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure


def test_target_and_kill_line_are_named_on_the_sides_that_face_away_from_each_other() -> None:
    outcome = outcome_with(20)
    target, kill, _ = outcome_figure(outcome, way_of(outcome), [])["layout"]["annotations"]
    assert (target["text"], target["yanchor"]) == ("Target 45.0 %", "bottom")
    assert (kill["text"], kill["yanchor"]) == ("Kill line 40.0 %", "top")


def test_the_lines_are_always_in_sight() -> None:
    outcome = outcome_with(60)
    low, high = outcome_figure(outcome, way_of(outcome), [])["layout"]["yaxis"]["range"]
    assert low < 40.0 < 45.0 < high


def test_a_flag_is_marked_where_the_estimate_stood_that_night() -> None:
    outcome = outcome_with(60)
    way = way_of(outcome)
    raised = TODAY - dt.timedelta(days=20)
    flag = FlagFactory(bet=outcome.bet, outcome=outcome, raised_on=raised, run=RunFactory(as_of=raised))
    mark = outcome_figure(outcome, way, [flag])["data"][-1]
    known = next(moment for moment in way.moments if moment.day == raised - dt.timedelta(days=1))
    assert mark["x"] == [raised.isoformat()]
    assert mark["y"] == [pytest.approx(100 * (known.estimate or 0))]
    assert mark["name"] == "Flagged: cease"


def test_flag_kinds_differ_in_shape_and_not_by_colour_alone() -> None:
    outcome = outcome_with(30)
    flags = [FlagFactory.build(bet=outcome.bet, outcome=outcome, kind=kind, run=None) for kind in Flag.Kind.values]
    marks = outcome_figure(outcome, way_of(outcome), flags)["data"][3:]
    assert len({mark["marker"]["symbol"] for mark in marks}) == len(Flag.Kind.values)


def test_ways_of_one_shape_take_one_query_and_one_for_their_segments(django_assert_num_queries) -> None:
    outcomes = [outcome_with(5), outcome_with(5), outcome_with(5)]
    with django_assert_num_queries(2):
        ways_of(outcomes, TODAY)


@pytest.mark.parametrize(
    ("kill", "target", "place"), [(0.40, 0.45, "middle"), (0.39, 0.395, "top"), (0.425, 0.43, "bottom")]
)
def test_the_date_is_named_where_no_line_is(kill: float, target: float, place: str) -> None:
    outcome = outcome_with(60)
    outcome.kill_line, outcome.target = kill, target
    figure = outcome_figure(outcome, way_of(outcome), [])
    assert figure["layout"]["annotations"][2]["yanchor"] == place


def test_a_level_of_nothing_is_a_value_and_is_shown() -> None:
    outcome = OutcomeFactory(series__metric__kind="level", starts_on=TODAY - dt.timedelta(days=3))
    for ago, value in ((3, 4.0), (2, 0.0)):
        SignalFactory(series=outcome.series, period=TODAY - dt.timedelta(days=ago), n=0, total=value)
    assert [moment.value for moment in way_of(outcome).moments] == [4.0, 0.0]
