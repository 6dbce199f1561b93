"""Signals: what is recorded, corrected, set aside; and that pulling twice changes nothing."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connections

from lib.refusals import Refused
from metrics import actions
from metrics.models import Pull, QuarantinedRow, Series, Signal, SignalRevision, Source
from metrics.sources.base import Batch, Point, SetAside
from org.models import Domain, Event, Person
from tests.factories import AT, TODAY, MetricFactory, SeriesFactory, SourceFactory

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - dt.timedelta(days=1)
LATER = AT + dt.timedelta(days=1)


def batch(*points: Point, aside: tuple[SetAside, ...] = (), kinds: dict[str, str] | None = None) -> Batch:
    rows, bad = {point.row for point in points}, {item.row for item in aside}
    known = kinds or {point.key: "proportion" for point in points}
    return Batch(list(points), list(aside), len(rows | bad), len(rows - bad), 0, 0, 0, known, "digest")


def point(row: int = 2, key: str = "a", total: float = 40.0, n: int = 100, **fields: Any) -> Point:
    given = {"arm": "treatment", "period": TODAY - dt.timedelta(days=row), "squares": None} | fields
    return Point(key=key, n=n, total=total, row=row, **given)


@pytest.fixture
def series() -> Series:
    return SeriesFactory(key="a", source__kind="csv")


def test_new_signals_are_recorded_and_counted(series: Series) -> None:
    pull = actions.record_pull(series.source, batch(point(2), point(3)), at=AT)
    assert (pull.signals_new, pull.signals_corrected, pull.signals_unchanged) == (2, 0, 0)
    assert Signal.objects.filter(series=series).count() == 2


def test_pulling_twice_changes_nothing(series: Series) -> None:
    brought = batch(point(2), point(3), aside=(SetAside(4, "a", "There are more successes than trials.", "x,1,2"),))
    actions.record_pull(series.source, brought, at=AT)
    before = list(Signal.objects.order_by("period").values())
    again = actions.record_pull(series.source, brought, at=LATER)
    assert (again.signals_new, again.signals_corrected, again.signals_unchanged) == (0, 0, 2)
    assert list(Signal.objects.order_by("period").values()) == before
    assert QuarantinedRow.objects.count() == 1
    assert not SignalRevision.objects.exists()


def test_a_corrected_value_replaces_and_its_history_stays(series: Series) -> None:
    actions.record_pull(series.source, batch(point(total=40)), at=AT)
    pull = actions.record_pull(series.source, batch(point(total=42)), at=LATER)
    assert pull.signals_corrected == 1
    assert Signal.objects.get(series=series).total == 42
    (old,) = SignalRevision.objects.filter(series=series)
    assert (old.total, old.recorded_at, old.replaced_at) == (40, AT, LATER)


def test_a_correction_of_a_correction_keeps_both(series: Series) -> None:
    for days, total in enumerate((40, 41, 42)):
        actions.record_pull(series.source, batch(point(total=total)), at=AT + dt.timedelta(days=days))
    assert list(SignalRevision.objects.order_by("replaced_at").values_list("total", flat=True)) == [40, 41]


def test_rows_set_aside_are_kept_with_their_reason_until_the_source_mends_them(series: Series) -> None:
    bad = SetAside(7, "a", "There are more successes (9) than trials (3).", "2026-03-01,3,9")
    actions.record_pull(series.source, batch(point(2), aside=(bad,)), at=AT)
    row = QuarantinedRow.objects.get()
    assert (row.row, row.reason, row.resolved_at) == (7, bad.reason, None)
    actions.record_pull(series.source, batch(point(2), point(7)), at=LATER)
    row.refresh_from_db()
    assert row.resolved_at == LATER


def test_a_row_that_goes_bad_again_is_open_again(series: Series) -> None:
    bad = SetAside(7, "a", "Not a number.", "x")
    for brought in (batch(aside=(bad,)), batch(point(7)), batch(aside=(bad,))):
        actions.record_pull(series.source, brought, at=AT)
    assert QuarantinedRow.objects.get().resolved_at is None


def test_every_row_is_accounted_for_even_when_no_series_asks_for_it(series: Series) -> None:
    pull = actions.record_pull(series.source, batch(point(2), point(3, key="unknown")), at=AT)
    assert (pull.rows_seen, pull.rows_kept, pull.rows_unclaimed) == (2, 2, 1)


def test_a_metric_of_another_kind_is_not_read_and_says_so(series: Series) -> None:
    pull = actions.record_pull(series.source, batch(point(2), kinds={"a": "mean"}), at=AT)
    assert "is a proportion" in pull.message
    assert not Signal.objects.exists()
    series.source.refresh_from_db()
    assert series.source.state == Source.State.ATTENTION


def test_a_control_arm_is_not_recorded_for_a_series_without_one(series: Series) -> None:
    actions.record_pull(series.source, batch(point(2, arm="control")), at=AT)
    assert not Signal.objects.exists()


def test_a_failed_pull_touches_no_signal_and_says_why(series: Series) -> None:
    actions.record_pull(series.source, batch(point(2)), at=AT)
    before = list(Signal.objects.values())
    pull = actions.record_failed_pull(series.source, "There is no file “a.csv”.", at=LATER)
    series.source.refresh_from_db()
    assert (pull.state, series.source.failures) == (Pull.State.FAILED, 1)
    assert series.source.message == "There is no file “a.csv”."
    assert list(Signal.objects.values()) == before


def test_a_good_pull_after_failures_clears_the_message(series: Series) -> None:
    actions.record_failed_pull(series.source, "No answer.", at=AT)
    actions.record_pull(series.source, batch(point(2)), at=LATER)
    series.source.refresh_from_db()
    assert (series.source.state, series.source.message, series.source.failures) == ("ok", "", 0)


def test_each_pull_writes_one_event_whatever_its_rows(series: Series) -> None:
    actions.record_pull(series.source, batch(*(point(row) for row in range(2, 50))), at=AT)
    assert Event.objects.filter(kind="pulled").count() == 1


@pytest.fixture
def typed(retail: Domain) -> Series:
    return SeriesFactory(source=SourceFactory(kind="typed", domain=retail))


def type_in(series: Series, by: Person, **changes: Any) -> actions.Written:
    given: dict[str, Any] = {"period": YESTERDAY, "n": 100, "total": 40.0, "squares": None} | changes
    return actions.record_signal(series, by=by, at=AT, today=TODAY, **given)


def test_a_product_lead_types_in_a_signal(typed: Series, product_lead: Person) -> None:
    assert type_in(typed, product_lead).new == 1
    assert Event.objects.get(kind="signal typed in").by == product_lead


def test_typing_over_a_value_keeps_the_old_one_with_the_name_of_who_did_it(typed: Series, product_lead: Person) -> None:
    type_in(typed, product_lead)
    assert type_in(typed, product_lead, total=41.0).corrected == 1
    assert SignalRevision.objects.get().replaced_by == product_lead


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"total": 101.0}, "more successes"),
        ({"n": -1, "total": -1.0}, "negative"),
        ({"n": 0, "total": 3.0}, "nobody was exposed"),
        ({"total": float("nan")}, "must be a number"),
        ({"period": TODAY}, "has not ended yet"),
    ],
)
def test_typed_signals_pass_the_same_checks(
    typed: Series, product_lead: Person, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        type_in(typed, product_lead, **changes)
    assert not Signal.objects.exists()


def test_a_mean_needs_squares_that_fit_its_sum(retail: Domain, product_lead: Person) -> None:
    series = SeriesFactory(metric=MetricFactory(kind="mean"), source=SourceFactory(domain=retail))
    with pytest.raises(Refused, match="sum of squares too"):
        type_in(series, product_lead)
    with pytest.raises(Refused, match="too small"):
        type_in(series, product_lead, total=100.0, squares=10.0)
    assert type_in(series, product_lead, total=100.0, squares=130.0).new == 1


def test_nobody_types_in_signals_of_a_domain_they_do_not_lead(
    typed: Series, outsider: Person, executive: Person
) -> None:
    for person in (outsider, executive):
        with pytest.raises(Refused, match="product lead"):
            type_in(typed, person)


@pytest.mark.django_db(transaction=True)
def test_two_pulls_of_one_source_at_once_leave_one_truth() -> None:
    series = SeriesFactory(key="a", source__kind="csv")
    brought = batch(*(point(row) for row in range(2, 200)))
    counted: list[int] = []

    def pull() -> None:
        counted.append(actions.record_pull(series.source, brought, at=AT).signals_new)
        connections.close_all()

    threads = [threading.Thread(target=pull) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted) == [0, 0, 0, 198]
