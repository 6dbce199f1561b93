"""Changing and dropping an outcome of a draft: who may, what is kept, two tabs, and what is never stated at all."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import add_outcome, change_outcome, drop_outcome
from bets.actions.outcomes import outcome_seen
from bets.models import Bet, Outcome
from lib.refusals import Refused
from metrics.definition import definition_of
from metrics.models import Series
from org.models import Domain, Event, Person
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    EvidenceLinkFactory,
    OutcomeFactory,
    SegmentFactory,
    SeriesFactory,
)

pytestmark = pytest.mark.django_db
SOON = TODAY + dt.timedelta(days=90)


@pytest.fixture
def series(retail: Domain) -> Series:
    made: Series = SeriesFactory(source__domain=retail)
    return made


@pytest.fixture
def outcome(retail: Domain, product_lead: Person, series: Series) -> Outcome:
    bet = BetFactory(domain=retail, lead=product_lead, state="draft")
    stated: Outcome = OutcomeFactory(bet=bet, number=1, series=series)
    return stated


def change(outcome: Outcome, by: Person, **fields: Any) -> Outcome:
    return change_outcome(outcome, by=by, at=AT, today=TODAY, **fields)


def test_lines_of_a_draft_are_changed_in_place_and_the_event_keeps_both(outcome: Outcome, product_lead: Person) -> None:
    change(outcome, product_lead, target=0.5, decide_by=SOON)
    stored = Outcome.objects.get()
    assert (stored.target, stored.decide_by, stored.kill_line, stored.version) == (0.5, SOON, 0.40, 1)
    event = Event.objects.get(kind="outcome changed")
    assert event.sentence == "Outcome 1 changed: target, decide by."
    assert (event.payload["target"], event.by) == ([0.45, 0.5], product_lead)


def test_another_series_brings_its_own_direction_and_definition(
    outcome: Outcome, product_lead: Person, retail: Domain
) -> None:
    other = SeriesFactory(source__domain=retail, metric__direction="lower")
    change(outcome, product_lead, series=other, target=0.30, kill_line=0.40)
    stored = Outcome.objects.get()
    assert (stored.series, stored.higher_is_better) == (other, False)
    assert stored.definition == definition_of(other)


def test_segments_stay_and_must_still_fit(outcome: Outcome, product_lead: Person, retail: Domain) -> None:
    for name in ("app", "web"):
        part = SeriesFactory(metric=outcome.series.metric, source=outcome.series.source)
        SegmentFactory(outcome=outcome, name=name, series=part)
    change(outcome, product_lead, target=0.5)
    with pytest.raises(Refused, match="segment app must have the metric"):
        change(outcome, product_lead, series=SeriesFactory(source__domain=retail))
    assert outcome.segments.count() == 2
    drop_outcome(outcome, by=product_lead, at=AT)
    assert not Outcome.objects.exists()


def test_who_was_slower_is_told_and_nothing_is_overwritten(
    outcome: Outcome, product_lead: Person, product_operations: Person
) -> None:
    seen = outcome_seen(outcome)
    change(outcome, product_operations, seen=seen, target=0.5)
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        change(outcome, product_lead, seen=seen, target=0.6)
    assert Outcome.objects.get().target == 0.5
    change(outcome, product_lead, seen=outcome_seen(Outcome.objects.get()), target=0.6)
    assert Outcome.objects.get().target == 0.6


def test_nothing_changed_leaves_no_event(outcome: Outcome, product_lead: Person) -> None:
    change(outcome, product_lead, seen=outcome_seen(outcome), target=0.45)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kill_line": 0.45}, "wrong side"),
        ({"target": float("nan")}, "must be numbers"),
        ({"target": float("inf")}, "must be numbers"),
        ({"target": 45.0}, "between 0 % and 100 %"),
        ({"decide_by": TODAY}, "not in the future"),
        ({"planned_exposures": 0.0}, "more than none"),
    ],
)
def test_what_could_not_be_stated_cannot_be_changed_to(
    outcome: Outcome, product_lead: Person, fields: dict[str, Any], words: str
) -> None:
    before = Outcome.objects.values().get()
    with pytest.raises(Refused, match=words):
        change(outcome, product_lead, **fields)
    assert Outcome.objects.values().get() == before


@pytest.mark.parametrize("state", ["live", "held", "ceased", "concluded"])
def test_outcomes_are_frozen_once_the_bet_is_live(state: str, outcome: Outcome, product_lead: Person) -> None:
    Bet.objects.update(state=state)
    with pytest.raises(Refused, match="frozen since it went live"):
        change(outcome, product_lead, target=0.5)
    with pytest.raises(Refused, match="frozen since it went live"):
        drop_outcome(outcome, by=product_lead, at=AT)
    assert Outcome.objects.get().target == 0.45


@pytest.mark.parametrize("who", ["executive", "finance", "viewer", "outsider"])
def test_only_who_may_state_a_bet_changes_its_outcomes(
    who: str, request: pytest.FixtureRequest, outcome: Outcome
) -> None:
    person = request.getfixturevalue(who)
    with pytest.raises(Refused, match="may not state a bet here"):
        change(outcome, person, target=0.5)
    with pytest.raises(Refused, match="may not state a bet here"):
        drop_outcome(outcome, by=person, at=AT)
    assert Outcome.objects.get().target == 0.45


def test_a_dropped_outcome_is_gone_and_told_and_cannot_be_changed_any_more(
    outcome: Outcome, product_lead: Person
) -> None:
    drop_outcome(outcome, by=product_lead, at=AT)
    event = Event.objects.get(kind="outcome dropped")
    assert event.payload["target"] == 0.45
    with pytest.raises(Refused, match="Somebody dropped this outcome meanwhile"):
        change(outcome, product_lead, target=0.5)
    with pytest.raises(Refused, match="Somebody dropped this outcome meanwhile"):
        drop_outcome(outcome, by=product_lead, at=AT)


def test_an_outcome_that_evidence_points_to_stays_whole(outcome: Outcome, product_lead: Person) -> None:
    SegmentFactory(outcome=outcome)
    EvidenceLinkFactory(evidence__bet=outcome.bet, assumption=None, outcome=outcome)
    with pytest.raises(Refused, match="it stays, but its lines can be changed"):
        drop_outcome(outcome, by=product_lead, at=AT)
    assert outcome.segments.count() == 1
    assert not Event.objects.exists()


# ---- what is never stated


def add(bet: Bet, series: Series, by: Person, **fields: Any) -> Outcome:
    given = {"target": 0.5, "kill_line": 0.4, "decide_by": SOON, "planned_exposures": 9_000.0} | fields
    return add_outcome(bet, series, by=by, at=AT, today=TODAY, **given)


def test_a_delivery_measure_is_no_outcome(outcome: Outcome, product_lead: Person, retail: Domain) -> None:
    on_time = SeriesFactory(source__domain=retail, metric__metric_class="delivery")
    with pytest.raises(Refused, match="says that we built, not that it worked"):
        add(outcome.bet, on_time, product_lead)
    with pytest.raises(Refused, match="says that we built, not that it worked"):
        change(outcome, product_lead, series=on_time)
    assert Outcome.objects.get().series == outcome.series


def test_a_series_out_of_reach_is_no_outcome_nor_part_of_one(
    outcome: Outcome, product_lead: Person, product_operations: Person
) -> None:
    theirs = SeriesFactory(metric=outcome.series.metric)
    with pytest.raises(Refused, match="belongs to a domain whose sources you may not use"):
        add(outcome.bet, theirs, product_lead)
    with pytest.raises(Refused, match="belongs to a domain whose sources you may not use"):
        add(outcome.bet, outcome.series, product_lead, segments=[("app", theirs, 0.5)])
    assert add(outcome.bet, theirs, product_operations).number == 2


def test_the_same_lines_are_stated_once(outcome: Outcome, product_lead: Person, series: Series) -> None:
    add(outcome.bet, series, product_lead)
    with pytest.raises(Refused, match="Outcome 2 says the same already"):
        add(outcome.bet, series, product_lead)
    with pytest.raises(Refused, match="Outcome 2 says the same already"):
        change(outcome, product_lead, target=0.5, decide_by=SOON)
    assert Outcome.objects.count() == 2


@pytest.mark.parametrize(("state", "words"), [("ceased", "is ceased"), ("concluded", "is concluded")])
def test_a_bet_that_is_over_gets_no_outcome(
    state: str, words: str, outcome: Outcome, product_lead: Person, series: Series
) -> None:
    Bet.objects.update(state=state)
    with pytest.raises(Refused, match=words):
        add(outcome.bet, series, product_lead)
    assert Outcome.objects.count() == 1
