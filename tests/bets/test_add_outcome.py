"""Stating an outcome: what is fixed in advance, why it is refused, and what is noted of the noise before."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from bets.actions import add_outcome
from bets.models import Outcome
from bets.rules import Part, Statement, outcome_refusals
from lib.refusals import Refused
from metrics.definition import definition_of
from metrics.models import Series
from org.models import Event, Person
from tests.bets.feeding import START, feed, on, shares
from tests.factories import AT, BetFactory, SeriesFactory

SOUND = Statement(
    kind="proportion", contrast="", has_control=False, higher_is_better=True, kill_line=0.40, target=0.45,
    baseline=0.38, starts_on=START, decide_by=on(120), planned_exposures=9_000,
)  # fmt: skip
APP, WEB = Part("app", "1", 0.4, True), Part("web", "2", 0.6, True)


def reasons(**changes: Any) -> list[str]:
    return list(outcome_refusals(replace(SOUND, **changes), today=START))


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "guardrail", "weight": 3.0, "share": 0.1, "grace_days": 92},
        {"glide": "linear"},
        {"glide": "linear", "higher_is_better": False, "kill_line": 0.4, "target": 0.3, "baseline": 0.5},
        {"parts": (APP, WEB)},
        {"parts": (replace(APP, weight=1 / 3), replace(WEB, weight=1 / 3), Part("post", "3", 1 / 3, True))},
        {"zones": frozenset({"UTC"})},
    ],
)
def test_what_is_sound_is_not_refused(changes: dict[str, Any]) -> None:
    assert reasons(**changes) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": dt.date(206, 1, 1)}, "more than ten years back"),
        ({"role": "spare"}, "a primary or a guardrail, not “spare”"),
        ({"weight": 0.0}, "number above 0"),
        ({"weight": float("nan")}, "number above 0"),
        ({"weight": float("inf")}, "number above 0"),
        ({"share": 1.0}, "between 0 % and 100 %"),
        ({"share": float("nan")}, "between 0 % and 100 %"),
        ({"grace_days": 93}, "At most 92 days of grace"),
        ({"grace_days": -1}, "days of grace"),
        ({"grace_days": 1, "decide_by": on(20)}, "At most 0 days of grace"),
        ({"glide": "steep"}, "flat or linear"),
        ({"glide": "linear", "baseline": None}, "need the baseline"),
        ({"glide": "linear", "baseline": 0.41}, "not on the other side of 0.4"),
        ({"glide": "linear", "baseline": 0.40}, "not on the other side of 0.4"),
        ({"glide": "linear", "contrast": "relative", "has_control": True}, "cannot climb"),
        ({"baseline": float("nan")}, "baseline must be a number"),
        ({"parts": (APP,)}, "at least two"),
        ({"parts": (APP, replace(WEB, name="app"))}, "name of its own"),
        ({"parts": (APP, replace(WEB, name=" "))}, "name of its own"),
        ({"parts": (APP, replace(WEB, name="w" * 81))}, "at most 80 characters"),
        ({"parts": (APP, replace(WEB, series="1"))}, "each with a series of its own"),
        ({"parts": (APP, replace(WEB, fits=False))}, "the segment web must have the metric"),
        ({"parts": (APP, replace(WEB, weight=0.61))}, "add up to 1"),
        ({"parts": (replace(APP, weight=-0.1), replace(WEB, weight=1.1))}, "above 0"),
        ({"parts": (replace(APP, weight=float("nan")), WEB)}, "above 0"),
        ({"parts": (APP, WEB), "contrast": "difference", "has_control": True}, "without a control"),
        ({"parts": (APP, WEB), "kind": "level"}, "shares, means and rates"),
        ({"zones": frozenset({"UTC", "Asia/Tokyo"})}, "different time zones (Asia/Tokyo and UTC)"),
    ],
)
def test_what_is_not_sound_is_refused_with_the_reason(changes: dict[str, Any], words: str) -> None:
    assert any(words in reason for reason in reasons(**changes))


def state(lead: Person, series: Series, **fields: Any) -> Outcome:
    domain = lead.grants.get().domain
    bet = fields.pop("bet", None) or BetFactory(domain=domain, lead=lead, starts_on=START)
    for used in (series, *(part for _, part, _ in fields.get("segments", ()))):
        used.source.domain = domain  # within reach of the lead
    given = {"target": 0.45, "kill_line": 0.40, "decide_by": on(120), "planned_exposures": 9_000.0} | fields
    return add_outcome(bet, series, by=lead, at=AT, today=START, **given)


@pytest.mark.django_db
def test_what_was_declared_is_stored_with_the_definition(product_lead: Person) -> None:
    series = SeriesFactory()
    outcome = state(
        product_lead, series, role="guardrail", weight=2.0, grace_days=14, glide="linear", baseline=0.35, share=0.4
    )
    stored = Outcome.objects.get(pk=outcome.pk)
    assert (stored.role, stored.weight, stored.grace_days, stored.glide) == ("guardrail", 2.0, 14, "linear")
    assert (stored.baseline, stored.share, stored.definition) == (0.35, 0.4, definition_of(series))


@pytest.mark.django_db
def test_segments_are_stored_with_their_weights(product_lead: Person) -> None:
    whole = SeriesFactory()
    parts = [(name, SeriesFactory(metric=whole.metric), weight) for name, weight in (("web", 0.6), ("app", 0.4))]
    outcome = state(product_lead, whole, segments=parts)
    assert list(outcome.segments.values_list("name", "weight")) == [("app", 0.4), ("web", 0.6)]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["metric", "grain", "itself"])
def test_a_segment_of_something_else_is_refused_and_nothing_is_left_behind(product_lead: Person, wrong: str) -> None:
    whole = SeriesFactory()
    other = {
        "metric": lambda: SeriesFactory(),
        "grain": lambda: SeriesFactory(metric=whole.metric, grain="week"),
        "itself": lambda: whole,
    }[wrong]()
    with pytest.raises(Refused, match="segment web"):
        state(product_lead, whole, segments=[("app", SeriesFactory(metric=whole.metric), 0.5), ("web", other, 0.5)])
    assert not Outcome.objects.exists()


@pytest.mark.django_db
def test_signals_that_are_dated_in_two_time_zones_make_no_outcome(product_lead: Person) -> None:
    whole = SeriesFactory()
    far = SeriesFactory(metric=whole.metric, source__config={"time_zone": "Asia/Tokyo"})
    with pytest.raises(Refused, match="different time zones"):
        state(product_lead, whole, segments=[("app", far, 0.5), ("web", SeriesFactory(metric=whole.metric), 0.5)])


ASKED = (
    "so restarts begin after 12 weeks. Load the 12 weeks of this series before its start: 8 are enough, and"
    " nothing protects better against false flags."
)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("weeks", "grain", "said"),
    [
        (0, "day", f"none yet, {ASKED}"),
        (9, "day", "9 weeks."),
        (20, "week", "12 weeks."),
        (1, "week", f"1 week, {ASKED}"),
        (7, "day", f"7 weeks, {ASKED}"),
        (8, "day", "8 weeks."),
    ],
)
def test_how_much_is_known_of_the_noise_before_is_on_record(
    product_lead: Person, weeks: int, grain: str, said: str
) -> None:
    series = SeriesFactory(grain=grain)
    days = 7 * weeks
    feed(series, shares(days if grain == "day" else weeks), first=-days)
    outcome = state(product_lead, series)
    event = Event.objects.get(kind="outcome stated")
    assert event.sentence == f"Outcome 1: {outcome.series.metric}. Noise history: {said}"


@pytest.mark.django_db
def test_of_a_level_no_noise_is_asked(product_lead: Person) -> None:
    series = SeriesFactory(metric__kind="level")
    state(product_lead, series)
    assert Event.objects.get(kind="outcome stated").sentence == f"Outcome 1: {series.metric}."


@pytest.mark.django_db
def test_the_next_number_follows_the_highest_and_not_the_count(product_lead: Person) -> None:
    first = state(product_lead, SeriesFactory())
    Outcome.objects.create(
        bet=first.bet, number=1, version=2, replaces=first, reason="Moved.", series=first.series, target=0.5,
        kill_line=0.4, starts_on=START, decide_by=on(120) + dt.timedelta(days=1), planned_exposures=1.0,
    )  # fmt: skip
    assert state(product_lead, SeriesFactory(), bet=first.bet).number == 2
