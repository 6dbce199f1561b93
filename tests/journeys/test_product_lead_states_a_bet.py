"""A product lead states a bet on a phone, from a template to live; leaves half-way, comes back, and loses nothing."""

import datetime as dt
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Bet, Sketch
from lib.clock import today
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import OutcomeFactory, TeamFactory, TemplateFactory
from tests.journeys.helpers import sign_in, troubles


def _believe(page: Page) -> None:
    """Writes half of the hypothesis, leaves, and finds it again as it was typed."""
    expect(page.get_by_role("heading", name="What do you believe?")).to_be_visible()
    page.get_by_label("What we change").fill("a cover that pays within a day")
    page.get_by_label("For whom").fill("people who commute by bike")
    expect(page.locator(".sentence")).to_contain_text("pays within a day for people who commute by bike will result")
    page.get_by_role("button", name="Leave for now").click()
    expect(page.locator(".guide")).to_contain_text("Left half-way")
    page.get_by_role("link", name="Go on with Hypothesis").click()
    expect(page.get_by_label("What we change")).to_have_value("a cover that pays within a day")
    page.get_by_label("What it results in").fill("more of them renewing")
    page.get_by_label("Why you believe so").fill("they wait three weeks for their money")
    page.get_by_role("button", name="Save and go on").click()


def _plan(page: Page, complaints: Complaints) -> None:
    """Slips in the money, and mends it."""
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator(".errors")).to_contain_text("Say how much it is.")
    complaints.expect("422")
    page.get_by_label("Amount").first.fill("80,000")
    page.get_by_label("Planned on").first.fill(str(today()))
    page.get_by_label("Claims intake").fill("4")
    for label, amount in (("Low", "100,000"), ("Likely", "600,000"), ("High", "1,500,000")):
        page.get_by_label(label).fill(amount)
    page.get_by_role("button", name="Save and go on").click()


def test_a_product_lead_states_a_bet_and_takes_it_live(
    page: Page, live_server: Any, client: Client, product_lead: Person, retail: Domain, complaints: Complaints
) -> None:
    TemplateFactory(name="New offer", premortem="What would a rival do?", change="a cover that …")
    team = TeamFactory(domain=retail, name="Claims intake", week_rate=2_000_000, rate_currency="EUR")
    client.force_login(product_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")

    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="State a bet").click()
    page.get_by_label("New offer").press("Space")
    page.get_by_label("Name", exact=True).fill("Cover for e-bikes")
    page.get_by_label("Claims intake").check()
    page.get_by_role("button", name="State it").click()

    _believe(page)
    expect(page.get_by_label("What must be true").first).to_have_value("Customers have the problem.")
    page.get_by_label("Importance").first.select_option("5")
    page.get_by_role("button", name="Save and go on").click()

    bet = Bet.objects.get()
    in_spring = today() + dt.timedelta(days=120)
    # Picking an outcome from the library has a journey of its own.
    OutcomeFactory(bet=bet, number=1, starts_on=today(), decide_by=in_spring)
    page.goto(f"{live_server.url}/bets/{bet.key}/draft/premortem/")
    expect(page.get_by_text("What would a rival do?")).to_be_visible()
    page.get_by_label("It is a year later").fill("Bike shops sold their own cover.")
    page.get_by_role("button", name="Save and go on").click()

    _plan(page, complaints)
    expect(page.get_by_role("region", name="As it reads so far")).to_contain_text("€160k")
    assert troubles(page) == []
    page.get_by_role("button", name="Go live").click()
    expect(page.locator(".notes")).to_contain_text("The bet is live")
    bet.refresh_from_db()
    assert (bet.state, bet.live_by, bet.efforts.get().team) == ("live", product_lead, team)
    assert not Sketch.objects.exists()
