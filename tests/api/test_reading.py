"""One's own record of forecasts, and the promise record, by API."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from org.models import Domain, Person
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_one_reads_how_good_ones_own_forecasts_were(
    product_lead: Person, retail: Domain, client_of: Callable[[Person], Client]
) -> None:
    tranche = f.TrancheFactory(bet__domain=retail)
    f.ForecastFactory(person=product_lead, outcome=None, tranche=tranche, probability=0.8, stated_at=f.AT)
    f.GateResultFactory(tranche=tranche, met=True, said_at=f.AT + dt.timedelta(days=5))
    f.ForecastFactory(outcome=None, tranche=tranche, probability=0.1, stated_at=f.AT)
    told = client_of(product_lead).get("/api/calibration/").json()
    assert (told["scored"], told["too_few"], round(told["brier"], 4)) == (1, True, 0.04)
    assert [(row["count"], row["chance"]) for row in told["reliability"] if row["count"]] == [(1, 0.8)]


def test_one_reads_the_promise_record_of_the_domains_one_sees(
    product_lead: Person, retail: Domain, client_of: Callable[[Person], Client]
) -> None:
    for domain, realised in ((retail, 50), (f.DomainFactory(name="Elsewhere"), 150)):
        bet = f.BetFactory(domain=domain, state="ceased", value_low=1, value_likely=100, value_high=200)
        f.RealisedValueFactory(bet=bet, amount=realised)
    told = client_of(product_lead).get("/api/promises/").json()
    assert [(row["domain"], row["bets"], row["kept"], row["too_few"]) for row in told["domains"]] == [
        (retail.name, 1, 0.5, True)
    ]
