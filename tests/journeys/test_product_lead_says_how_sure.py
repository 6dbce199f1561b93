"""A product lead states a forecast by keyboard, sees the others' afterwards, changes it, and marks what shipped."""

import datetime as dt
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Forecast
from lib.clock import today
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import BetFactory, ForecastFactory, OutcomeFactory
from tests.journeys.helpers import sign_in, troubles


def test_a_product_lead_says_how_sure_and_only_then_sees_the_others(
    page: Page, live_server: Any, client: Client, product_lead: Person, retail: Domain, complaints: Complaints
) -> None:
    bet = BetFactory(key="B-1", name="One-page claim form", domain=retail, lead=product_lead)
    outcome = OutcomeFactory(bet=bet, number=1, decide_by=today() + dt.timedelta(days=90))
    ForecastFactory(outcome=outcome, probability=0.335)
    client.force_login(product_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/bets/B-1/")
    page.get_by_role("link", name="State or change mine").press("Enter")
    expect(page.get_by_role("heading", name="How sure are you")).to_be_visible()
    expect(page.get_by_text("33.5 %")).to_have_count(0)

    slider = page.get_by_role("slider", name="How likely, in per cent")
    slider.focus()
    page.keyboard.press("ArrowRight")
    number = page.get_by_role("spinbutton", name="How likely, in per cent")
    expect(number).to_have_value("50.5")
    number.fill("63.3")
    page.get_by_label("Why, in a few words").fill("The pilot went well.")
    page.keyboard.press("Enter")
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("State whole or half per cent")
    complaints.expect("409")
    assert troubles(page) == []
    expect(page.get_by_label("Why, in a few words")).to_have_value("The pilot went well.")

    number.fill("63.5")
    page.get_by_role("button", name="State my forecast").press("Enter")
    expect(page.locator(".notes")).to_contain_text("Your forecast is stated: 63.5 %.")
    expect(page.locator("#outcome-1")).to_contain_text("33.5 %")
    assert troubles(page) == []
    assert Forecast.objects.filter(person=product_lead).get().note == "The pilot went well."

    page.get_by_role("link", name="Back to the bet").press("Enter")
    expect(page.locator("#forecasts")).to_contain_text("63.5 %")
    page.get_by_role("link", name="Mark a release").press("Enter")
    page.get_by_label("What shipped").fill("All customers")
    page.get_by_role("button", name="Mark release").press("Enter")
    expect(page.get_by_role("region", name="Marked so far")).to_contain_text("All customers")
    page.get_by_role("link", name="Back to the bet").press("Enter")
    expect(page.locator(".shipped")).to_contain_text("All customers")
