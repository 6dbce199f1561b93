"""Health of what an outcome is read from: rows set aside, a changed definition, gaps; never a bad outcome."""

from dataclasses import replace
from typing import Any

import pytest

from bets.models import Bet, Reading
from bets.rules import Feed, health
from metrics.definition import definition_of, zone_of
from metrics.models import Metric, Series, Signal, Source
from tests.bets.feeding import divided, feed, on, reading_on, shares, stated
from tests.factories import AT, MetricFactory, QuarantinedRowFactory, SeriesFactory, SourceFactory

FEED = Feed(arrived=True, late=False, ready=True, constant=False, abstains=False, srm_log_e=0.0, missing=0.0)
ENTRY = {"key": "kept", "kind": "proportion", "arms": {"treatment": {"n": "asked", "sum": "kept"}}}
MAPPING: dict[str, Any] = {
    "location": {"file": "a.csv"},
    "grain": "day",
    "period": {"column": "day"},
    "series": [ENTRY, {**ENTRY, "key": "other"}],
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quarantined": 0.021}, "2% of the periods are missing because their rows were set aside"),
        ({"changed": "Renewals"}, "The definition of Renewals has changed since the outcome was stated"),
        ({"mixed": True}, "The mix of segments explains it"),
    ],
)
def test_what_is_wrong_with_the_data_breaks_the_feed_and_not_the_outcome(changes: dict[str, Any], words: str) -> None:
    state, note = health(replace(FEED, **changes))
    assert (state, words in note) == ("broken", True)
    assert (
        len(health(Feed(**{**vars(FEED), "changed": "M" * 120}))[1])
        <= Reading._meta.get_field("health_note").max_length
    )


def test_two_periods_in_a_hundred_may_be_lost() -> None:
    assert health(replace(FEED, quarantined=0.02)) == ("healthy", "")


def set_aside(series: Series, rows: int, **fields: Any) -> None:
    QuarantinedRowFactory.create_batch(rows, source=series.source, key=series.key, **fields)


def lose(series: Series, days: list[int]) -> None:
    """The rows of these days are not sound and were set aside."""
    Signal.objects.filter(series=series, period__in=[on(day) for day in days]).delete()
    set_aside(series, len(days))


@pytest.mark.django_db
def test_more_than_two_in_a_hundred_periods_lost_give_no_verdict_until_their_rows_are_mended() -> None:
    outcome = stated(100, 0.33)
    lose(outcome.series, [20, 40])
    assert reading_on(100, outcome).health == "healthy"
    lose(outcome.series, [60])
    broken = reading_on(100, outcome)
    assert (broken.health, broken.log_e_cease, broken.grade) == ("broken", 0.0, "D")
    assert broken.health_note == "3% of the periods are missing because their rows were set aside: mend them."
    outcome.series.source.quarantine.update(resolved_at=AT)
    assert reading_on(100, outcome).health == "healthy"


@pytest.mark.django_db
def test_a_row_set_aside_costs_nothing_where_another_gave_its_period() -> None:
    outcome = stated(40)
    set_aside(outcome.series, 9)
    assert reading_on(40, outcome).health == "healthy"
    Signal.objects.filter(series=outcome.series, period=on(20)).delete()
    assert reading_on(40, outcome).health == "broken"  # one of forty


@pytest.mark.django_db
def test_a_checkpoint_set_aside_is_made_up_for_by_the_next() -> None:
    outcome = stated(40, series__source__config={"cumulative": True})
    lose(outcome.series, [20, 21])
    assert reading_on(40, outcome).health == "healthy"


@pytest.mark.django_db
def test_rows_of_other_series_do_not_count_and_periods_before_the_start_do() -> None:
    outcome = stated(40)
    Signal.objects.filter(series=outcome.series, period=on(20)).delete()
    set_aside(SeriesFactory(source=outcome.series.source), 9)
    set_aside(SeriesFactory(key=outcome.series.key), 9)
    assert reading_on(40, outcome).health == "healthy"
    set_aside(outcome.series, 1)
    assert reading_on(40, outcome).health == "broken"
    feed(outcome.series, shares(84), first=-84)
    assert reading_on(40, outcome).health == "healthy"
    lose(outcome.series, [-50, -40])
    assert reading_on(40, outcome).health == "broken"


@pytest.mark.django_db
def test_rows_of_a_segment_count_too() -> None:
    outcome, (app, web) = divided({"app": 0.5, "web": 0.5}, days=30)
    for series in (app, web):
        feed(series, shares(30, n=500), n=500)
    lose(web, [10])
    assert reading_on(30, outcome).health == "broken"


def described(**changes: Any) -> Series:
    """A series that is in no database."""
    of_metric = {
        key: changes.pop(key) for key in list(changes) if key in {"kind", "unit", "cap", "counts", "settle_days"}
    }
    source = SourceFactory.build(
        domain=None, config=changes.pop("config", MAPPING), name=changes.pop("source", "Files")
    )
    metric = MetricFactory.build(**{"key": "renewals", "name": changes.pop("name", "Renewals"), **of_metric})
    return SeriesFactory.build(metric=metric, source=source, **{"key": "kept", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "rate"}, {"unit": "%"}, {"cap": 5.0}, {"counts": "Paid ones only."}, {"settle_days": 3},
        {"key": "other"}, {"grain": "week"}, {"has_control": True}, {"config": {}},
        {"config": MAPPING | {"series": [ENTRY | {"when": {"product": "car"}}]}},
        {"config": MAPPING | {"cumulative": True}}, {"config": MAPPING | {"time_zone": "Asia/Tokyo"}},
    ],
)  # fmt: skip
def test_a_definition_changes_with_what_is_counted_and_how(changes: dict[str, Any]) -> None:
    assert definition_of(described(**changes)) != definition_of(described())


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Renewals kept"}, {"source": "Other files"},
        {"config": MAPPING | {"location": {"file": "b.csv"}}}, {"config": MAPPING | {"delimiter": ";"}},
        {"config": MAPPING | {"series": [ENTRY]}},
    ],
)  # fmt: skip
def test_names_places_and_other_series_do_not_change_a_definition(changes: dict[str, Any]) -> None:
    assert definition_of(described(**changes)) == definition_of(described())


def test_an_entry_of_the_mapping_serves_keys_that_end_in_it_or_all_if_it_has_none() -> None:
    nested, stem = MAPPING | {"key": ["product"]}, MAPPING | {"series": [{**ENTRY, "key": ""}]}
    changed = [{**ENTRY, "kind": "rate"}]
    for config, key in ((nested, "car/kept"), (stem, "car")):
        series = [{**one, "kind": "rate"} for one in config["series"]]
        assert definition_of(described(config=config, key=key)) != definition_of(
            described(config=config | {"series": series}, key=key)
        )
    assert definition_of(described(config=nested, key="car/xkept")) == definition_of(
        described(config=nested | {"series": changed}, key="car/xkept")
    )


def test_the_zone_is_the_one_declared_or_that_of_the_enterprise(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Oslo"
    declared = SourceFactory.build(domain=None, config={"time_zone": "Asia/Tokyo"})
    assert [zone_of(one) for one in (declared, SourceFactory.build(domain=None))] == ["Asia/Tokyo", "Europe/Oslo"]


@pytest.mark.django_db
def test_a_metric_that_is_counted_differently_now_gives_no_verdict() -> None:
    outcome = stated(40, 0.33)
    Bet.objects.update(state="draft")  # what is live is frozen
    outcome.definition = definition_of(outcome.series)
    outcome.save()
    assert reading_on(40, outcome).health == "healthy"
    Metric.objects.update(counts="Only customers who were asked.")
    reading = reading_on(40, outcome)
    assert (reading.health, reading.log_e_cease) == ("broken", 0.0)
    assert reading.health_note.startswith(f"The definition of {outcome.series.metric} has changed")


@pytest.mark.django_db
def test_an_outcome_of_which_no_definition_was_recorded_is_not_checked() -> None:
    outcome = stated(40)
    Source.objects.update(config={"time_zone": "Asia/Tokyo"})
    assert reading_on(40, outcome).health == "healthy"


@pytest.mark.django_db
def test_gaps_are_counted_in_the_last_four_weeks_and_nothing_is_filled_in() -> None:
    outcome = stated(60)
    Signal.objects.filter(series=outcome.series, period__gte=on(5), period__lt=on(20)).delete()
    assert reading_on(60, outcome).health == "healthy"
    Signal.objects.filter(series=outcome.series, period__gte=on(40), period__lt=on(46)).delete()
    reading = reading_on(60, outcome)
    assert reading.health_note == "21% of the periods of the last four weeks of signals are missing."
    assert reading.exposures == 39_000


@pytest.mark.django_db
def test_a_feed_is_late_by_its_own_cadence_and_settle_time() -> None:
    daily, weekly = stated(40), stated(12, series__grain="week")
    settling = stated(40, series__metric__settle_days=5)
    for outcome, first_late in ((daily, 42), (weekly, 98), (settling, 47)):
        assert [reading_on(day, outcome).health for day in (first_late - 1, first_late)] == ["healthy", "stale"]


@pytest.mark.django_db
@pytest.mark.parametrize(("share", "state"), [(0.2, "healthy"), (0.5, "broken")])
def test_arms_are_held_against_the_split_that_was_planned(share: float, state: str) -> None:
    outcome = stated(40, contrast="relative", kill_line=0.0, target=0.01, share=share, series__has_control=True)
    feed(outcome.series, shares(40, n=4000), n=4000, arm="control")
    assert reading_on(40, outcome).health == state
