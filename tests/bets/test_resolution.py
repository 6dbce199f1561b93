"""Outcomes resolve: measured over the last four whole weeks before the decide-by date, once that is settled."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bets.models import Outcome, Resolution
from bets.resolution import due_resolutions
from metrics.models import Signal
from tests.bets.feeding import divided, feed, night_on, on, reading_on, stated
from tests.factories import OutcomeFactory, ResolutionFactory, RunFactory

pytestmark = pytest.mark.django_db


def due_on(day: int) -> list[Resolution]:
    return due_resolutions(night_on(day))


def ended(days: int = 66, *, before: float = 300, window: float = 460, **fields: Any) -> Outcome:
    """Decided by day 66; so much a day before the last four whole weeks (from day 35), and so much in them."""
    outcome = stated(0, decide_by=on(66), **fields)
    feed(outcome.series, [before] * 35 + [window] * 28 + [before] * 3)
    Signal.objects.filter(series=outcome.series, period__gte=on(days)).delete()
    return outcome


def test_the_last_four_whole_weeks_before_the_date_are_measured() -> None:
    outcome = ended()
    (resolution,) = due_on(66)
    assert (resolution.starts_on, resolution.ends_on) == (on(35), on(63))
    assert (resolution.value, resolution.reached, resolution.outcome) == (0.46, True, outcome)
    resolution.save()
    assert due_on(66) == []


@pytest.mark.parametrize(("window", "reached"), [(450, True), (449, False)])
def test_the_target_itself_is_reached(window: float, reached: bool) -> None:
    ended(window=window)
    assert due_on(66)[0].reached is reached


def test_lower_is_better_turns_it_around() -> None:
    ended(window=450, higher_is_better=False, kill_line=0.5, target=0.46)
    assert due_on(66)[0].reached is True


def test_nothing_resolves_before_its_date_has_settled() -> None:
    ended(series__metric__settle_days=4)
    assert [len(due_on(day)) for day in (65, 69, 70)] == [0, 0, 1]


def test_a_window_without_signals_does_not_resolve_and_one_with_gaps_does() -> None:
    ended(35)
    assert due_on(90) == []
    gappy = ended(36)
    assert [(one.outcome, one.value) for one in due_on(90)] == [(gappy, 0.46)]


@pytest.mark.parametrize("state", ["ceased", "concluded", "held"])
def test_bets_that_ended_resolve_too(state: str) -> None:
    ended(bet__state=state)
    assert len(due_on(66)) == 1


def test_a_draft_does_not() -> None:
    ended(bet__state="draft")
    assert due_on(66) == []


def test_a_version_that_was_replaced_resolves_by_its_own_line() -> None:
    first = ended()
    OutcomeFactory(
        bet=first.bet, number=1, version=2, replaces=first, reason="Moved.", series=first.series, target=0.5,
        starts_on=first.starts_on, decide_by=first.decide_by,
    )  # fmt: skip
    assert [one.reached for one in due_on(66)] == [True, False]


def test_a_contrast_resolves_as_the_contrast() -> None:
    outcome = ended(window=460, contrast="relative", kill_line=0.0, target=0.10, series__has_control=True)
    feed(outcome.series, [400] * 66, arm="control")
    (resolution,) = due_on(66)
    assert (resolution.value, resolution.reached) == (pytest.approx(0.15), True)


def test_segments_resolve_standardised() -> None:
    outcome, (app, web) = divided({"app": 0.5, "web": 0.5}, decide_by=on(66), kill_line=0.3, target=0.4)
    feed(app, [90] * 66, n=300)
    feed(web, [350] * 66, n=700)
    feed(outcome.series, [440] * 66)
    assert due_on(66)[0].value == pytest.approx(0.4)


def test_of_monthly_signals_the_last_whole_month_is_measured() -> None:
    outcome = OutcomeFactory(series__grain="month", starts_on=on(0), decide_by=dt.date(2026, 6, 20))
    for month, total in ((3, 100), (4, 200), (5, 500), (6, 100)):
        Signal.objects.create(
            series=outcome.series, arm="treatment", period=dt.date(2026, month, 1), n=1000, total=total,
            recorded_at=RunFactory().started_at,
        )  # fmt: skip
    (resolution,) = due_resolutions(RunFactory(as_of=dt.date(2026, 7, 5)))
    assert (resolution.starts_on, resolution.ends_on) == (dt.date(2026, 5, 1), dt.date(2026, 6, 1))
    assert resolution.value == 0.5


def test_a_level_resolves_as_the_mean_of_its_values() -> None:
    ended(window=460, series__metric__kind="level", kill_line=400, target=459)
    assert due_on(66)[0].value == 460


def test_the_forecast_of_the_last_night_is_what_was_measured() -> None:
    outcome = ended(before=440, baseline=0.40)
    (resolution,) = due_on(66)
    reading = reading_on(66, outcome)
    assert (reading.forecast_mean, reading.chance) == (pytest.approx(resolution.value), 1.0)


@pytest.mark.parametrize("count", [1, 5])
def test_resolving_takes_as_many_queries_for_many_as_for_one(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        ended()
    ResolutionFactory(outcome=ended())
    run = night_on(66)
    with django_assert_num_queries(3):  # outcomes, segments, signals
        assert len(due_resolutions(run)) == count
