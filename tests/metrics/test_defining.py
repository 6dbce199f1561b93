"""Definitions: who registers and changes them, what is refused, and what a change leaves behind."""

import math
from dataclasses import replace
from typing import Any

import pytest

from lib.refusals import Refused
from lib.seen import seen_of
from metrics.actions import change_metric, register_metric
from metrics.definition import definition_of, fields_of
from metrics.models import Metric, MetricVersion
from metrics.rules import Definition, definition_refusals, delivery_hint, redefine_refusals
from metrics.versions import redefined
from org.models import Event
from tests.factories import AT, MetricFactory, PersonFactory, SeriesFactory, SignalFactory

GOOD = Definition("conversion", "Conversion", "proportion", "customer", "current", "higher", "%", "Paid policies.")


def refused(act: Any) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return " ".join(caught.value.reasons)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"kind": "mean", "cap": 9.5}, ""),
        ({"name": "  "}, "Give the metric a name."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"counts": "x" * 100_000}, "this has 100,000"),
        ({"unit": "a\x00"}, "cannot be stored"),
        ({"kind": "mood"}, "The kind of a metric is one of proportion, mean, rate, level, not “mood”."),
        ({"metric_class": "x"}, "The class of a metric"),
        ({"area": "x"}, "key value area"),
        ({"direction": "x"}, "direction"),
        ({"cap": 1.0}, "Only a mean has an upper limit"),
        ({"kind": "mean", "cap": 0.0}, "a number above 0"),
        ({"kind": "mean", "cap": math.inf}, "a number above 0"),
        ({"kind": "mean", "cap": math.nan}, "a number above 0"),
        ({"settle_days": -1}, "0 to 366 days"),
        ({"settle_days": 367}, "0 to 366 days"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_in_a_sentence(change: dict[str, Any], words: str) -> None:
    reasons = list(definition_refusals(replace(GOOD, **change)))
    assert len(reasons) == bool(words)
    assert words in " ".join(reasons)


def test_the_kind_of_a_metric_stays_once_signals_have_arrived() -> None:
    other = replace(GOOD, kind="rate")
    assert not list(redefine_refusals(GOOD, other, has_signals=False, reason="It is one."))
    assert "as a proportion" in " ".join(redefine_refusals(GOOD, other, has_signals=True, reason="It is one."))
    assert not list(redefine_refusals(GOOD, replace(GOOD, unit="x"), has_signals=True, reason="It is one."))


@pytest.mark.parametrize(
    ("name", "kind", "sounds"),
    [
        ("Delivered on time", "behaviour", True),
        ("on-budget share", "customer", True),
        ("Team velocity", "value", True),
        ("Story points done", "behaviour", True),
        ("Milestones met", "behaviour", True),
        ("Delivered on time", "delivery", False),
        ("Trips on timetable pages", "behaviour", False),
        ("Conversion", "customer", False),
    ],
)
def test_a_name_that_sounds_like_delivery_is_noticed(name: str, kind: str, sounds: bool) -> None:
    assert delivery_hint("key", name, kind) is sounds
    assert delivery_hint("a-milestone", "A", "value") is True


# ---- actions


@pytest.mark.django_db
def test_product_operations_register_a_metric(product_operations) -> None:
    made = register_metric(
        "nps", " Score ", "mean", by=product_operations, at=AT, cap=10.0, area="current", owner=product_operations
    )
    assert (made.name, made.area, made.owner, made.version) == ("Score", "current", product_operations, 1)
    assert Event.objects.get(kind="metric registered").by == product_operations


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "fields", "words"),
    [
        ("new", {}, "stands for a page of its own"),
        ("a b", {}, "letters, digits, hyphens"),
        ("x" * 61, {}, "at most 60"),
        ("", {}, "letters, digits, hyphens"),
        ("conversion", {}, "There is a metric with the key conversion already."),
        ("fine", {"cap": 1.0}, "Only a mean"),
    ],
)
def test_what_cannot_be_registered_is_refused(key, fields, words, product_operations) -> None:
    MetricFactory(key="conversion")
    said = refused(lambda: register_metric(key, "Name", "proportion", by=product_operations, at=AT, **fields))
    assert words in said
    assert Metric.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["executive", "product_lead", "finance", "viewer"])
def test_others_neither_register_nor_change_metrics(who, request, product_operations) -> None:
    by, metric = request.getfixturevalue(who), MetricFactory()
    assert "role product operations" in refused(lambda: register_metric("a", "A", "mean", by=by, at=AT))
    assert "role product operations" in refused(lambda: change_metric(metric, reason="R", name="B", by=by, at=AT))
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_owner_holds_a_role(product_operations) -> None:
    stranger, metric = PersonFactory(name="Sam Stranger"), MetricFactory()
    said = refused(lambda: register_metric("a", "A", "mean", owner=stranger, by=product_operations, at=AT))
    assert said == "Sam Stranger holds no role here: a metric is owned by somebody who does."
    assert "holds no role" in refused(
        lambda: change_metric(metric, owner=stranger, reason="R", by=product_operations, at=AT)
    )


@pytest.mark.django_db
def test_a_change_of_what_is_measured_is_a_version_and_an_event(product_operations) -> None:
    metric = MetricFactory(name="Conversion", counts="Quotes.", unit="%")
    series = SeriesFactory(metric=metric)
    before, meant = fields_of(metric), definition_of(series)
    changed = change_metric(
        metric, counts="Paid policies.", reason=" Test quotes counted. ", by=product_operations, at=AT,
        seen=seen_of(before),
    )  # fmt: skip
    kept = MetricVersion.objects.get()
    assert (changed.version, kept.version, kept.definition, kept.reason) == (2, 1, before, "Test quotes counted.")
    series.metric = changed
    assert definition_of(series) != meant
    event = Event.objects.get(kind="metric changed")
    assert event.payload["changes"] == {"counts": ["Quotes.", "Paid policies."]}
    assert event.payload["version"] == 2


@pytest.mark.django_db
def test_a_change_of_what_only_describes_is_no_version(product_operations) -> None:
    metric = MetricFactory(name="Conversion", unit="%")
    series = SeriesFactory(metric=metric)
    meant = definition_of(series)
    changes = {"name": "Conversions", "metric_class": "value", "area": "current", "owner": product_operations}
    changed = change_metric(metric, **changes, reason="Plural.", by=product_operations, at=AT)
    assert changed.version == 1
    assert not MetricVersion.objects.exists()
    series.metric = changed
    assert definition_of(series) == meant
    assert set(Event.objects.get().payload["changes"]) == set(changes)


@pytest.mark.django_db
def test_a_kind_changes_only_before_the_first_signal(product_operations) -> None:
    metric = MetricFactory()
    signal = SignalFactory(series=SeriesFactory(metric=metric))
    act = {"kind": "rate", "reason": "It is one.", "by": product_operations, "at": AT}
    assert "Signals have arrived" in refused(lambda: change_metric(metric, **act))
    signal.delete()
    assert change_metric(metric, **act).kind == "rate"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": " ", "unit": "€"}, "Give a reason"),
        ({"reason": "x" * 301, "unit": "€"}, "at most 300"),
        ({"reason": "R"}, "Nothing would change"),
        ({"reason": "R", "unit": " % "}, "Nothing would change"),
        ({"reason": "R", "unit": "€", "seen": "old"}, "Somebody changed this meanwhile"),
        ({"reason": "R", "name": ""}, "Give the metric a name."),
    ],
)
def test_what_cannot_be_changed_is_refused_and_nothing_is_written(fields, words, product_operations) -> None:
    metric = MetricFactory(unit="%")
    assert words in refused(lambda: change_metric(metric, **fields, by=product_operations, at=AT))
    assert Metric.objects.get().unit == "%"
    assert not MetricVersion.objects.exists()


@pytest.mark.django_db
def test_versions_say_in_words_what_changed_the_latest_first(product_operations) -> None:
    metric = MetricFactory(kind="mean", unit="days", counts="", cap=60.0)
    for fields, reason in (({"cap": 30.0, "direction": "lower"}, "Too long."), ({"counts": "All."}, "Unclear.")):
        metric = change_metric(metric, **fields, reason=reason, by=product_operations, at=AT)
    later, first = redefined(metric, metric.versions.select_related("changed_by"))
    assert (later.version, later.reason, later.by) == (3, "Unclear.", "Olga Operations")
    assert [(one.label, one.before, one.after) for one in later.differences] == [
        ("What counts and what does not", "nothing", "All.")
    ]
    assert [(one.before, one.after) for one in first.differences] == [
        ("Higher is better", "Lower is better"), ("60", "30"),
    ]  # fmt: skip


# ---- the page


FORM = {
    "key": "nps", "name": "Score", "kind": "mean", "metric_class": "customer", "area": "current", "direction": "higher",
    "unit": "", "counts": "", "cap": "10", "settle_days": "0", "owner": "",
}  # fmt: skip


@pytest.mark.django_db
def test_adding_a_metric_needs_a_login(client) -> None:
    assert client.get("/metrics/new/").status_code == 302


@pytest.mark.django_db
def test_who_may_not_add_a_metric_sees_why_and_no_form(client_of, viewer) -> None:
    page = client_of(viewer).get("/metrics/new/").content.decode()
    assert "that takes the role product operations" in page
    assert 'name="metric_class"' not in page
    assert client_of(viewer).post("/metrics/new/", FORM).status_code == 409
    assert not Metric.objects.exists()


@pytest.mark.django_db
def test_a_metric_is_added_on_its_page_and_delivery_is_warned_of(client_of, product_operations) -> None:
    client = client_of(product_operations)
    answer = client.post("/metrics/new/", FORM | {"name": "Delivered on time"}, follow=True)
    assert answer.redirect_chain == [("/metrics/nps/", 302)]
    page = answer.content.decode()
    assert "The metric is in the library." in page
    assert page.count("sounds like a measure of delivery") == 2
    assert Metric.objects.get().cap == 10


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"key": "a b"}, 422),
        ({"name": "x" * 100_000}, 422),
        ({"kind": "mood"}, 422),
        ({"cap": "NaN"}, 422),
        ({"settle_days": "9999"}, 422),
        ({"owner": "999999"}, 422),
        ({"key": "taken"}, 409),
        ({"kind": "rate"}, 409),
    ],
)
def test_bad_input_keeps_what_was_typed_and_writes_nothing(client_of, product_operations, change, status) -> None:
    MetricFactory(key="taken")
    answer = client_of(product_operations).post("/metrics/new/", FORM | {"counts": "What I typed"} | change)
    assert answer.status_code == status
    assert "What I typed" in answer.content.decode()
    assert Metric.objects.count() == 1


@pytest.mark.django_db
def test_the_page_of_a_metric_tells_what_it_meant_before(client_of, viewer, product_operations) -> None:
    metric = MetricFactory(key="conversion", counts="Quotes.")
    change_metric(metric, counts="Policies.", reason="Quotes are cheap.", by=product_operations, at=AT)
    page = client_of(viewer).get("/metrics/conversion/").content.decode()
    for words in ("What it meant before", "Version 2", "Quotes are cheap.", "<del>Quotes.</del>", "Olga Operations"):
        assert words in page
    assert "Change the definition" not in page
