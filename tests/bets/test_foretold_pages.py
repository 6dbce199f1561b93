"""Pages on which people foretell and say what came: three things each, and what must not be shown."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bets.models import Bet, Forecast, GateResult, RealisedValue, Release
from lib.clock import today
from org.models import Event
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    ForecastFactory,
    GateResultFactory,
    OutcomeFactory,
    ReadingFactory,
    RealisedValueFactory,
    ReleaseFactory,
    ResolutionFactory,
    RunFactory,
    TrancheFactory,
)
from tests.pages import text

pytestmark = pytest.mark.django_db
OF_BET = ["/bets/B-1/forecasts/", "/bets/B-1/gates/1/", "/bets/B-1/releases/new/", "/bets/B-1/value/"]
FORECAST = {"thing": "outcome-1", "percent": "62.5", "note": "The pilot."}
GATE = {"met": "no", "note": "Conversion is below the line."}
RELEASE = {"name": "One-page form", "shipped_on": "2026-03-01", "note": "Half of them.", "url": "https://x.example/1"}
VALUE = {"month": "2026-02", "amount": "12500.50", "note": "At the rate agreed."}


@pytest.fixture
def bet(retail, product_lead) -> Bet:
    made = BetFactory(key="B-1", name="Faster claims", domain=retail, lead=product_lead)
    OutcomeFactory(bet=made, number=1, decide_by=today() + dt.timedelta(days=90))
    TrancheFactory(bet=made, sequence=1, gate="Forty interviews")
    return made


@pytest.mark.parametrize("path", [*OF_BET, "/forecasts/", "/promises/"])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(client, bet, path) -> None:
    assert client.get(path).status_code == 302


def test_a_bet_out_of_reach_does_not_exist(client_of, outsider, bet) -> None:
    release = ReleaseFactory(bet=bet)
    client = client_of(outsider)
    assert [client.get(path).status_code for path in OF_BET] == [404] * 4
    assert client.post(f"/bets/B-1/releases/{release.pk}/withdraw/").status_code == 404
    assert client_of(bet.lead).post(f"/bets/B-1/releases/{ReleaseFactory().pk}/withdraw/").status_code == 404


@pytest.mark.parametrize(
    ("who", "path", "typed", "made", "words"),
    [
        ("product_lead", OF_BET[0], FORECAST, Forecast, "Your forecast is stated: 62.5 %."),
        ("finance", OF_BET[1], GATE, GateResult, "Recorded."),
        ("product_lead", OF_BET[2], RELEASE, Release, "Release marked."),
        ("finance", OF_BET[3], VALUE, RealisedValue, "Value recorded."),
    ],
)
def test_what_is_typed_in_is_kept(request, client_of, bet, who, path, typed, made, words) -> None:
    answer = client_of(request.getfixturevalue(who)).post(path, typed, follow=True)
    assert answer.redirect_chain
    assert words in text(answer)
    assert made.objects.count() == 1
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "path", "typed", "change", "status", "words"),
    [
        ("product_lead", OF_BET[0], FORECAST, {"percent": ""}, 422, "Say how likely it is."),
        ("product_lead", OF_BET[0], FORECAST, {"percent": "NaN"}, 422, "Enter a number from 0 to 100."),
        ("product_lead", OF_BET[0], FORECAST, {"percent": "100.5"}, 422, "less than or equal to 100"),
        ("product_lead", OF_BET[0], FORECAST, {"percent": "33.3"}, 409, "State whole or half per cent"),
        ("product_lead", OF_BET[0], FORECAST, {"note": "x" * 301}, 422, "at most 300"),
        ("product_lead", OF_BET[0], FORECAST, {"note": "a\0b"}, 422, "Null characters are not allowed."),
        ("finance", OF_BET[1], GATE, {"met": "perhaps"}, 422, "perhaps"),
        ("finance", OF_BET[1], GATE, {"note": "x" * 501}, 422, "at most 500"),
        ("product_lead", OF_BET[2], RELEASE, {"shipped_on": "2999-01-01"}, 409, "is not here yet"),
        ("product_lead", OF_BET[2], RELEASE, {"url": "javascript:alert(1)"}, 409, "begins with https"),
        ("finance", OF_BET[3], VALUE, {"month": "soon"}, 422, "Enter a month such as 2026-09."),
        ("finance", OF_BET[3], VALUE, {"month": "2999-01"}, 409, "has not begun"),
        ("finance", OF_BET[3], VALUE, {"amount": "1e999"}, 422, "Enter an amount"),
        ("finance", OF_BET[3], VALUE, {"amount": "Infinity"}, 422, "Enter an amount"),
    ],
)
def test_what_cannot_be_so_is_said_and_everything_typed_is_kept(
    request, client_of, bet, who, path, typed, change, status, words
) -> None:
    answer = client_of(request.getfixturevalue(who)).post(path, {**typed, **change})
    assert answer.status_code == status
    page = text(answer)
    assert words in page
    for name, value in {**typed, **change}.items():
        assert value in ("", "perhaps", "no") or value in page, name
    assert not Event.objects.exists()


def test_a_forecast_of_nothing_that_is_there_is_not_found(client_of, product_lead, bet) -> None:
    client = client_of(product_lead)
    for thing in ("", "outcome-9", "gate-x", "outcome-" + "9" * 50):
        assert client.post(OF_BET[0], {**FORECAST, "thing": thing}).status_code == 404


@pytest.mark.parametrize("path", OF_BET)
def test_who_may_not_sees_why_and_no_form(client_of, viewer, bet, path) -> None:
    page = text(client_of(viewer).get(path))
    assert "that takes the role" in page
    assert "<textarea" not in page
    assert 'name="percent"' not in page


def test_others_and_the_signals_are_shown_only_after_ones_own(client_of, product_lead, executive, bet) -> None:
    outcome = bet.outcomes.get()
    ForecastFactory(outcome=outcome, person=executive, probability=0.335, note="Seen before.")
    ReadingFactory(outcome=outcome, run=RunFactory(), chance=0.27)
    client = client_of(product_lead)
    before = text(client.get(OF_BET[0]))
    assert "1 other person has stated a forecast." in before
    for secret in ("33.5 %", "Seen before.", "27 %"):
        assert secret not in before
    client.post(OF_BET[0], FORECAST)
    after = text(client.get(OF_BET[0]))
    for words in ("62.5 %", "33.5 %", "Seen before.", "27 %", "48 %"):
        assert words in after


def test_the_forecast_page_takes_the_same_number_of_queries_for_one_and_for_many(
    client_of, product_lead, bet, django_assert_num_queries
) -> None:
    client = client_of(product_lead)
    with CaptureQueriesContext(connection) as one:
        client.get(OF_BET[0])
    for number in range(2, 6):
        outcome = OutcomeFactory(bet=bet, number=number, decide_by=today() + dt.timedelta(days=90))
        ForecastFactory.create_batch(3, outcome=outcome)
        GateResultFactory(tranche=TrancheFactory(bet=bet, sequence=number))
    with django_assert_num_queries(len(one)):
        client.get(OF_BET[0])


def test_what_finance_said_meanwhile_stands_beside_the_form_and_the_form_stays_filled(client_of, finance, bet) -> None:
    client = client_of(finance)
    theirs = RealisedValueFactory(bet=bet, month=dt.date(2026, 2, 1), amount=7_700_000, note="Theirs.")
    answer = client.post(OF_BET[3], {**VALUE, "seen": theirs.pk - 1})
    assert answer.status_code == 409
    page = text(answer)
    for words in ("Somebody else said the value of February 2026 meanwhile", "€77k", "Theirs.", "12500.50"):
        assert words in page
    assert f'name="seen" value="{theirs.pk}"' in page
    assert client.post(OF_BET[3], {**VALUE, "seen": theirs.pk}).status_code == 302


def test_a_withdrawn_release_leaves_the_list(client_of, product_lead, executive, bet) -> None:
    release = ReleaseFactory(bet=bet, name="Wrong one")
    path = f"/bets/B-1/releases/{release.pk}/withdraw/"
    assert client_of(executive).post(path).status_code == 409
    client = client_of(product_lead)
    assert "Wrong one" in text(client.get(OF_BET[2]))
    assert "Release withdrawn." in text(client.post(path, follow=True))
    assert "Wrong one" not in text(client.get(OF_BET[2]))


def scored(person, bet: Bet) -> None:
    """Foretold ten days before the window with 0.8, and the engine with 0.4 on the same days; it was reached."""
    outcome = bet.outcomes.get(number=1)
    ResolutionFactory(outcome=outcome, starts_on=TODAY + dt.timedelta(days=10), ends_on=TODAY + dt.timedelta(days=38))
    ForecastFactory(outcome=outcome, person=person, probability=0.8, stated_at=AT)
    ReadingFactory(outcome=outcome, run=RunFactory(), as_of=TODAY + dt.timedelta(days=5), chance=0.4)


def test_ones_own_record_stands_beside_the_engines(client_of, product_lead, bet, django_assert_num_queries) -> None:
    client = client_of(product_lead)
    scored(product_lead, bet)
    with CaptureQueriesContext(connection) as one:
        client.get("/forecasts/")
    ForecastFactory(outcome=OutcomeFactory(bet=bet, number=2), person=product_lead)
    gate = bet.tranches.get()
    ForecastFactory(outcome=None, tranche=gate, person=product_lead, probability=0.3, stated_at=AT)
    GateResultFactory(tranche=gate, met=False, said_at=AT + dt.timedelta(days=4))
    with django_assert_num_queries(len(one)):
        page = text(client.get("/forecasts/"))
    for words in ("Too few to compare", "0.065", "0.040", "0.360", "0.090", "Of 1 outcome resolved here, 1 reached"):
        assert words in page, words


def test_only_executives_and_product_operations_see_the_record_of_others(
    client_of, product_lead, executive, product_operations, finance, bet
) -> None:
    scored(product_lead, bet)
    path = f"/forecasts/?person={product_lead.pk}"
    assert client_of(finance).get(path).status_code == 404
    for who in (executive, product_operations):
        page = text(client_of(who).get(path))
        assert "How good the forecasts of Paul Lead are" in page
        assert "0.040" in page
    assert client_of(executive).get("/forecasts/?person=x").status_code == 404
    assert client_of(executive).get("/forecasts/?person=" + "9" * 30).status_code == 404


def test_promises_are_compared_from_three_bets_on_in_the_domains_one_sees(client_of, product_lead, retail) -> None:
    worth = {"state": "concluded", "value_low": 0, "value_likely": 10_000_000, "value_high": 20_000_000}
    client = client_of(product_lead)
    assert "Nothing to compare yet" in text(client.get("/promises/"))
    for domain, amount in ((retail, 4_000_000), (retail, 8_000_000), (BetFactory().domain, 5_000_000)):
        RealisedValueFactory(bet=BetFactory(domain=domain, **worth), amount=amount)
    page = text(client.get("/promises/"))
    assert "Over all domains, 3 bets brought 57 % of what they promised." in page
    assert page.count("<tr>") == 2
