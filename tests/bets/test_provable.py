"""What signals can prove, said before an outcome is stated: the same as the first night, and what cannot be judged."""

import datetime as dt
from typing import Any

import pytest

from bets.baseline import baseline_of
from bets.models import Outcome
from bets.outcome_page import sentence_of, unsaved
from bets.provable import Provable, provable
from bets.reading import read_outcomes
from metrics.models import Series
from tests.bets.feeding import feed, on, shares
from tests.factories import BetFactory, OutcomeFactory, RunFactory, SegmentFactory, SeriesFactory, TrancheFactory

pytestmark = pytest.mark.django_db
TODAY = on(90)
LINES: dict[str, Any] = {
    "target": 0.45, "kill_line": 0.40, "baseline": 0.42, "starts_on": TODAY, "decide_by": on(210),
    "planned_exposures": 120_000.0,
}  # fmt: skip
FORETOLD = ("asked", "settles", "settles_by", "answer_on", "answer_times", "answer_with_on", "history_weeks", "health")


def series_with(days: int = 84, rate: float = 0.42, n: int = 1000, **fields: Any) -> Series:
    series: Series = SeriesFactory(**fields)
    if days:
        feed(series, shares(days, rate, n=n), n=n, first=90 - days)
    return series


def proof(series: Series, **lines: Any) -> Provable:
    bet = BetFactory(state="draft", starts_on=TODAY)
    return provable(unsaved(bet, series, LINES | lines), TODAY)


@pytest.mark.parametrize(
    ("days", "n", "lines"),
    [
        (84, 1000, {}),
        (84, 20, {"planned_exposures": 2_400.0}),
        (0, 0, {}),
        (84, 1000, {"starts_on": on(30), "glide": "linear", "baseline": 0.38, "grace_days": 7}),
        (20, 300, {"starts_on": TODAY + dt.timedelta(days=20), "planned_exposures": 9_000.0}),
    ],
)
def test_it_says_exactly_what_the_first_night_will_say(days: int, n: int, lines: dict[str, Any]) -> None:
    series, bet = series_with(days, n=n), BetFactory(starts_on=TODAY)
    TrancheFactory(bet=bet, planned_on=TODAY, lasts_until=on(150))
    before = provable(unsaved(bet, series, LINES | lines), TODAY).reading
    stated = OutcomeFactory(bet=bet, series=series, number=1, **LINES | lines)
    (night,) = read_outcomes([Outcome.objects.get(pk=stated.pk)], RunFactory(as_of=TODAY))
    assert [getattr(before, name) for name in FORETOLD] == [getattr(night, name) for name in FORETOLD]
    assert before.settles is not None


def test_segments_are_read_as_the_night_reads_them() -> None:
    whole = series_with()
    outcome = OutcomeFactory(bet=BetFactory(starts_on=TODAY), series=whole, number=1, **LINES)
    for name in ("app", "web"):
        part = series_with(metric=whole.metric, source=whole.source)
        SegmentFactory(outcome=outcome, name=name, series=part, weight=0.5)
    (night,) = read_outcomes([Outcome.objects.get(pk=outcome.pk)], RunFactory(as_of=TODAY))
    said = provable(outcome, TODAY, list(outcome.segments.select_related("series__source").order_by("name"))).reading
    assert said.settles == night.settles
    assert said.history_weeks == night.history_weeks


def test_nothing_is_written(django_assert_max_num_queries: Any) -> None:
    series, bet = series_with(), BetFactory(state="draft")
    with django_assert_max_num_queries(6):
        found = provable(unsaved(bet, series, LINES), TODAY)
    assert found.reading.pk is None
    assert not Outcome.objects.exists()


@pytest.mark.parametrize(
    ("n", "tone", "words"),
    [
        (1000, "yes", "very likely settle this by 30 Jul 2026"),
        (2, "hardly", "can hardly settle this"),
    ],
)
def test_the_chance_is_said_in_words(n: int, tone: str, words: str) -> None:
    found = proof(series_with(n=n), planned_exposures=120.0 * n)
    assert (found.tone, found.icon) == (tone, {"yes": "circle-check", "hardly": "clock-alert"}[tone])
    assert words in found.headline


def test_too_little_traffic_says_how_long_and_with_how_many_more() -> None:
    said = " ".join(proof(series_with(n=2), planned_exposures=120.0, decide_by=on(150)).sentences)
    assert "× the exposures" in said
    assert "the night will flag that it cannot conclude" in said


def test_what_cannot_be_judged_is_said_with_the_reason() -> None:
    assert any("rests on your plan alone" in words for words in proof(series_with(0)).unjudged)
    mean = proof(series_with(metric__kind="mean"), target=2.0, kill_line=1.0, baseline=1.2)
    assert any("the most that one value can be" in words for words in mean.unjudged)
    level = proof(series_with(metric__kind="level"), target=500.0, kill_line=400.0, baseline=420.0)
    assert any("has no exposures and no control" in words for words in level.unjudged)
    assert level.weeks is None
    soon = proof(series_with(), decide_by=TODAY + dt.timedelta(days=10))
    assert any("Only 10 days are left to read" in words for words in soon.unjudged)
    past = proof(series_with(), starts_on=on(40))
    assert any("Signals since 10 Feb 2026 count already" in words for words in past.sentences)


def test_a_constant_and_a_late_feed_are_named() -> None:
    constant = SeriesFactory()
    feed(constant, [400.0] * 84, first=6)
    assert any("constant feed" in words for words in proof(constant).unjudged)
    late = SeriesFactory()
    feed(late, shares(40), first=40)
    assert any("The series is late" in words for words in proof(late).unjudged)


def test_a_difference_to_control_needs_to_know_where_the_control_stands() -> None:
    given = {"contrast": "relative", "target": 0.1, "kill_line": 0.0}
    blind = proof(series_with(has_control=True), **given, baseline=None)
    assert (blind.tone, blind.icon) == ("unknown", "hourglass")
    assert any("enter its level as the baseline" in words for words in blind.unjudged)
    assert proof(series_with(has_control=True), **given, baseline=0.42).reading.settles is not None


@pytest.mark.parametrize(("days", "weeks", "asks"), [(84, 12, False), (35, 5, True), (0, 0, True)])
def test_it_asks_for_the_noise_before_the_start(days: int, weeks: int, asks: bool) -> None:
    found = proof(series_with(days))
    assert (found.weeks, found.asks_history) == (weeks, asks)
    if asks:
        assert f"{weeks} weeks are known" in found.history_words
        assert "8 are enough" in found.history_words


# ---- the baseline


def test_the_baseline_is_the_level_of_the_last_four_weeks_with_the_range_of_its_weeks() -> None:
    series = SeriesFactory()
    feed(series, [100.0] * 60 + [400.0] * 14 + [440.0] * 14, first=2)
    known = baseline_of(series, TODAY)
    assert known is not None
    assert (known.level, known.low, known.high, known.parts) == (0.42, 0.40, 0.44, 4)
    assert (known.first, known.last, known.per_day) == (on(62), on(89), 1000.0)
    assert known.planned(TODAY, on(210)) == 120_000.0


def test_both_arms_count_as_exposed_and_only_the_treated_make_the_level() -> None:
    series = SeriesFactory(has_control=True)
    feed(series, [400.0] * 28, first=62)
    feed(series, [100.0] * 28, first=62, arm="control")
    known = baseline_of(series, TODAY)
    assert known is not None
    assert (known.level, known.per_day) == (0.4, 2000.0)


@pytest.mark.parametrize(("kind", "level"), [("level", 410.0), ("mean", 0.41), ("rate", 0.41)])
def test_a_weekly_series_takes_twelve_weeks_in_the_unit_of_its_kind(kind: str, level: float) -> None:
    series = SeriesFactory(grain="week", metric__kind=kind)
    feed(series, [900.0] * 4 + [400.0, 420.0] * 6, first=-28)
    known = baseline_of(series, on(84))
    assert known is not None
    assert (known.level, known.parts) == (pytest.approx(level), 12)


@pytest.mark.parametrize(("settle", "last"), [(0, on(89)), (10, on(79))])
def test_signals_that_have_not_settled_do_not_count(settle: int, last: dt.date) -> None:
    known = baseline_of(series_with(metric__settle_days=settle), TODAY)
    assert known is not None
    assert known.last == last


def test_without_signals_of_the_last_weeks_there_is_no_baseline() -> None:
    assert baseline_of(SeriesFactory(), TODAY) is None
    assert baseline_of(series_with(30), on(400)) is None
    nobody = SeriesFactory()
    feed(nobody, [0.0] * 28, n=0, first=62)
    assert baseline_of(nobody, TODAY) is None


def test_the_sentence_follows_the_direction_and_the_unit() -> None:
    bet = BetFactory()
    up = sentence_of(unsaved(bet, SeriesFactory(metric__name="Conversion"), LINES))
    assert up == "If by 30 Jul 2026 Conversion has not reached 45.0 %, we act. Below 40.0 % we stop."
    waiting = SeriesFactory(metric__name="Wait", metric__kind="mean", metric__unit="minutes", metric__direction="lower")
    down = sentence_of(unsaved(bet, waiting, LINES | {"target": 5.0, "kill_line": 8.0}))
    assert down == "If by 30 Jul 2026 Wait has not come down to 5.00 minutes, we act. Above 8.00 minutes we stop."
