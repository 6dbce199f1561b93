"""A product lead picks a metric, reads at once what the signals can prove while typing, and states the outcome."""

import datetime as dt
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Outcome
from lib.clock import today
from metrics.models import Signal
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import AT, AllowanceFactory, BetFactory, SeriesFactory
from tests.journeys.helpers import sign_in, troubles


def test_a_product_lead_states_an_outcome_and_sees_at_once_what_can_be_proven(
    page: Page, live_server: Any, client: Client, product_lead: Person, retail: Domain, complaints: Complaints
) -> None:
    BetFactory(key="B-1", name="One-page claim form", domain=retail, lead=product_lead, state="draft")
    AllowanceFactory(days=3000)
    series = SeriesFactory(source__domain=retail, metric__name="Conversion")
    Signal.objects.bulk_create(
        Signal(series=series, arm="treatment", period=today() - dt.timedelta(days=n), n=1000, total=420 + n % 7,
               recorded_at=AT)
        for n in range(1, 85)
    )  # fmt: skip
    client.force_login(product_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)
    page.set_viewport_size({"width": 390, "height": 844})

    page.goto(f"{live_server.url}/bets/B-1/draft/outcomes/")
    page.get_by_role("link", name="Add an outcome").click()
    page.get_by_label("Search by name").fill("conversion")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("row", name="Conversion").get_by_role("link").click()
    expect(page.locator(".known")).to_contain_text("It was 42.3 %")

    said = page.locator("#provable")
    page.get_by_label("Decide by").fill(str(today() + dt.timedelta(days=120)))
    page.get_by_label("Target").fill("45")
    page.get_by_label("Kill line").fill("40")
    expect(said).to_contain_text("has not reached 45.0 %, we act. Below 40.0 % we stop.")
    expect(said).to_contain_text("very likely settle this")
    page.get_by_label("Kill line").fill("47")
    expect(said).to_contain_text("on the wrong side of the target")
    assert troubles(page) == []

    page.get_by_role("button", name="State outcome").click()
    expect(page.locator(".errors")).to_be_focused()
    complaints.expect("409")
    expect(page.get_by_label("Target")).to_have_value("45")
    page.get_by_label("Kill line").fill("40")
    page.get_by_label("Kill line").press("Enter")
    expect(page.get_by_text("Outcome stated.")).to_be_visible()
    expect(page.locator(".stated")).to_contain_text("Conversion has not reached 45.0 %")
    assert Outcome.objects.get().kill_line == 0.40

    page.get_by_role("link", name="Add what is to be learnt").click()
    expect(page.get_by_label("Who reads the answer")).to_be_visible()
    assert troubles(page) == []
