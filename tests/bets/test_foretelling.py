"""Forecasts, gates, releases and realised value: who, of what, with which words, and what follows."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from bets.actions import mark_release, record_gate, record_value, state_forecast, withdraw_release
from bets.foretold import missing_forecasts
from bets.models import Bet, Forecast, GateResult, Outcome, RealisedValue, Release, Tranche
from bets.rules_foretold import forecast_refusals
from lib.refusals import Refused
from org.models import Domain, Event, Person
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    ForecastFactory,
    GateResultFactory,
    OutcomeFactory,
    ResolutionFactory,
    TrancheFactory,
)

pytestmark = pytest.mark.django_db
MARCH = TODAY.replace(day=1)


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    return BetFactory(domain=retail, lead=product_lead)


@pytest.fixture
def outcome(bet: Bet) -> Outcome:
    return OutcomeFactory(bet=bet, number=1)


@pytest.fixture
def tranche(bet: Bet) -> Tranche:
    return TrancheFactory(bet=bet, sequence=1)


def foretell(person: Person, probability: float, **of: Any) -> Forecast:
    return state_forecast(person, probability, **{"at": AT, "today": TODAY} | of)


def test_the_latest_forecast_of_a_person_counts_and_the_ones_before_stay(product_lead: Person, outcome) -> None:
    foretell(product_lead, 0.7, outcome=outcome)
    foretell(product_lead, 0.645, outcome=outcome, note="The pilot slipped.", at=AT + dt.timedelta(days=3))
    stated = Forecast.objects.filter(person=product_lead).values_list("probability", "note")
    assert list(stated) == [(0.645, "The pilot slipped."), (0.7, "")]


def test_the_same_forecast_again_writes_nothing(product_lead: Person, outcome) -> None:
    first = foretell(product_lead, 0.7, outcome=outcome, note=" Why. ")
    assert foretell(product_lead, 0.7, outcome=outcome, note="Why.") == first
    assert Event.objects.filter(kind="forecast stated").count() == 1


def test_the_event_of_a_forecast_does_not_say_the_number(product_lead: Person, tranche) -> None:
    foretell(product_lead, 0.735, tranche=tranche)
    event = Event.objects.get(kind="forecast stated")
    assert event.sentence == "Paul Lead stated a forecast of gate 1."
    assert "73" not in f"{event.sentence} {event.payload}".replace(str(event.payload["forecast"]), "")


@pytest.mark.parametrize("probability", [-0.1, 1.001, float("nan"), float("inf"), 0.333])
def test_a_forecast_is_whole_or_half_per_cent(product_lead: Person, outcome, probability: float) -> None:
    with pytest.raises(Refused, match=r"between 0 % and 100 %|whole or half per cent"):
        foretell(product_lead, probability, outcome=outcome)


def test_every_whole_and_half_per_cent_can_be_stated() -> None:
    assert [reason for half in range(201) for reason in forecast_refusals(float(half / 200), "")] == []
    assert all(list(forecast_refusals(float(Decimal(tenth) / 1000), "")) for tenth in range(1, 1000, 5) if tenth % 5)


def test_a_forecast_is_of_one_thing_and_its_note_is_short(product_lead: Person, outcome, tranche) -> None:
    for of in ({}, {"outcome": outcome, "tranche": tranche}):
        with pytest.raises(Refused, match="of one outcome or of one gate"):
            foretell(product_lead, 0.5, **of)
    with pytest.raises(Refused, match="at most 300 characters"):
        foretell(product_lead, 0.5, outcome=outcome, note="x" * 100_000)


@pytest.mark.parametrize("state", ["draft", "ceased", "concluded"])
def test_nothing_is_foretold_of_a_bet_that_is_not_under_way(bet: Bet, product_lead: Person, outcome, state) -> None:
    Bet.objects.update(state=state)
    with pytest.raises(Refused, match=f"This bet is {'a draft' if state == 'draft' else state}"):
        foretell(product_lead, 0.5, outcome=outcome)


def test_what_is_known_or_being_measured_is_not_foretold(bet: Bet, product_lead: Person, outcome, tranche) -> None:
    GateResultFactory(tranche=tranche)
    with pytest.raises(Refused, match="has been said already"):
        foretell(product_lead, 0.5, tranche=tranche)
    with pytest.raises(Refused, match="it is being measured"):
        foretell(product_lead, 0.5, outcome=outcome, today=outcome.decide_by)
    OutcomeFactory(bet=bet, number=1, version=2, replaces=outcome, reason="The unit changed.")
    with pytest.raises(Refused, match="has been restated"):
        foretell(product_lead, 0.5, outcome=outcome)
    resolved = OutcomeFactory(bet=bet, number=2)
    ResolutionFactory(outcome=resolved)
    with pytest.raises(Refused, match="has resolved"):
        foretell(product_lead, 0.5, outcome=resolved)


def test_viewers_and_people_of_elsewhere_state_no_forecast(viewer: Person, outsider: Person, outcome) -> None:
    for who in (viewer, outsider):
        with pytest.raises(Refused, match="You may not state a forecast here"):
            foretell(who, 0.5, outcome=outcome)
    assert not Forecast.objects.exists()


def test_a_gate_is_said_once_with_its_reason(finance: Person, tranche: Tranche) -> None:
    said = record_gate(tranche, False, " Conversion is below the line. ", by=finance, at=AT)
    assert (said.met, said.note, said.said_by) == (False, "Conversion is below the line.", finance)
    assert Event.objects.get(kind="gate said").sentence == "Gate 1 was not met: Conversion is below the line."
    with pytest.raises(Refused, match="it is said once"):
        record_gate(tranche, True, "On second thoughts.", by=finance, at=AT)


def test_the_lead_says_no_gate_and_neither_do_product_leads_and_viewers(
    retail: Domain, product_lead: Person, viewer: Person, executive: Person, tranche: Tranche
) -> None:
    for who in (product_lead, viewer):
        with pytest.raises(Refused, match="takes the role executive or finance or product operations"):
            record_gate(tranche, True, "Seen.", by=who, at=AT)
    own = TrancheFactory(bet=BetFactory(domain=retail, lead=executive))
    with pytest.raises(Refused, match="You lead this bet"):
        record_gate(own, True, "Seen.", by=executive, at=AT)
    draft = TrancheFactory(bet=BetFactory(domain=retail, state="draft"))
    with pytest.raises(Refused, match="is a draft"):
        record_gate(draft, True, "Seen.", by=executive, at=AT)
    for note, words in (("  ", "Say what you looked at"), ("x" * 501, "at most 500")):
        with pytest.raises(Refused, match=words):
            record_gate(tranche, True, note, by=executive, at=AT)
    assert not GateResult.objects.exists()


def mark(bet: Bet, by: Person, **changes: Any) -> Release:
    given: dict[str, Any] = {"name": "One-page form", "shipped_on": TODAY, "by": by, "at": AT, "today": TODAY} | changes
    return mark_release(bet, given.pop("name"), given.pop("shipped_on"), **given)


def test_a_release_is_marked_and_withdrawn_and_can_be_marked_again(bet: Bet, product_lead: Person) -> None:
    release = mark(bet, product_lead, url="https://intranet.example/releases/4")
    with pytest.raises(Refused, match="is marked on that day already"):
        mark(bet, product_lead, name=" One-page form ")
    withdraw_release(release, by=product_lead, at=AT)
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_release(release, by=product_lead, at=AT)
    assert mark(bet, product_lead).withdrawn_at is None
    kinds = ["release marked", "release withdrawn", "release marked"]
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "  "}, "Give a name"),
        ({"name": "x" * 100_000}, "at most 160"),
        ({"shipped_on": TODAY + dt.timedelta(days=1)}, "is not here yet"),
        ({"shipped_on": dt.date(202, 3, 1)}, "more than ten years back"),
        ({"note": "x" * 501}, "at most 500"),
        ({"url": "javascript:alert(1)"}, "begins with https"),
        ({"url": "https://"}, "begins with https"),
        ({"url": "https://[half"}, "begins with https"),
        ({"url": "https://example.org/" + "x" * 500}, "at most 500"),
    ],
)
def test_a_release_that_cannot_be_so_is_refused(bet: Bet, product_lead: Person, change, words) -> None:
    with pytest.raises(Refused, match=words):
        mark(bet, product_lead, **change)
    assert not Release.objects.exists()


def test_who_may_not_marks_no_release_and_withdraws_none(bet: Bet, product_lead: Person, executive: Person) -> None:
    release = mark(bet, product_lead)
    with pytest.raises(Refused, match="You may not mark a release here"):
        mark(bet, executive, name="Another")
    with pytest.raises(Refused, match="You may not mark a release here"):
        withdraw_release(release, by=executive, at=AT)


def say(bet: Bet, by: Person, amount: int = 4_000_000, **changes: Any) -> RealisedValue:
    given: dict[str, Any] = {
        "month": MARCH,
        "note": "At the rate agreed.",
        "by": by,
        "at": AT,
        "today": TODAY,
    } | changes
    return record_value(bet, given.pop("month"), amount, given.pop("note"), **given)


def test_the_latest_word_on_a_month_counts_and_the_same_again_writes_nothing(bet: Bet, finance: Person) -> None:
    first = say(bet, finance)
    assert say(bet, finance) == first
    say(bet, finance, 5_000_000)
    assert list(RealisedValue.objects.order_by("pk").values_list("amount", flat=True)) == [4_000_000, 5_000_000]
    events = Event.objects.filter(kind="value said").order_by("id")
    assert events[0].sentence == "Value realised in March 2026: €40,000.00. At the rate agreed."
    assert events[1].payload == {"month": "2026-03-01", "amount": 5_000_000, "before": 4_000_000}


def test_what_somebody_else_said_meanwhile_is_not_replaced_unseen(bet: Bet, finance: Person, admin: Person) -> None:
    theirs = say(bet, admin)
    with pytest.raises(Refused, match="Somebody else said the value of March 2026 meanwhile"):
        say(bet, finance, 5_000_000, seen=theirs.pk - 1)
    assert say(bet, finance, 5_000_000, seen=theirs.pk).amount == 5_000_000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"month": MARCH.replace(month=4)}, "has not begun"),
        ({"month": dt.date(2026, 2, 2)}, "by its first day"),
        ({"month": dt.date(2025, 10, 1)}, "lies before that"),
        ({"amount": 10**18}, "larger than any"),
        ({"note": " "}, "Say what the amount rests on"),
        ({"note": "x" * 100_000}, "at most 300"),
    ],
)
def test_a_value_that_cannot_be_so_is_refused(bet: Bet, finance: Person, change, words) -> None:
    with pytest.raises(Refused, match=words):
        say(bet, finance, **change)
    assert not RealisedValue.objects.exists()


def test_only_finance_says_value_and_of_no_draft(bet: Bet, product_lead: Person, executive: Person, finance) -> None:
    for who in (product_lead, executive):
        with pytest.raises(Refused, match="that takes the role finance"):
            say(bet, who)
    Bet.objects.update(state="draft")
    with pytest.raises(Refused, match="is a draft"):
        say(bet, finance)


def test_what_is_missing_is_what_can_still_be_foretold_and_was_not(
    bet: Bet, product_lead: Person, outcome, tranche, django_assert_num_queries
) -> None:
    foretold, past = OutcomeFactory(bet=bet, number=2), OutcomeFactory(bet=bet, number=3, decide_by=TODAY)
    ForecastFactory(outcome=foretold, person=product_lead)
    ForecastFactory(outcome=outcome)
    GateResultFactory(tranche=TrancheFactory(bet=bet, sequence=2))
    OutcomeFactory(bet=BetFactory(domain=bet.domain, state="ceased"))
    with django_assert_num_queries(2):
        found = missing_forecasts(product_lead, Bet.objects.filter(domain=bet.domain), TODAY)
        assert [str(one.bet) for one in found] == [str(bet)] * 2
    assert found == [outcome, tranche]
    assert past not in found
