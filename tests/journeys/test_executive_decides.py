"""An executive weighs the evidence of a flagged bet and decides, by keyboard; a slip loses nothing that was typed."""

import datetime as dt
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Decision
from lib.clock import today
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import FlagFactory, RunFactory
from tests.journeys.helpers import sign_in, troubles
from tests.portfolio.judged import judged


def test_an_executive_decides_by_keyboard_and_the_flag_is_cleared(
    page: Page, live_server: Any, client: Client, executive: Person, retail: Domain, complaints: Complaints
) -> None:
    night = RunFactory()
    bet = judged(night, retail, "B-1", "cease", name="One-page claim form")
    FlagFactory(bet=bet, outcome=bet.outcomes.get(), run=night)
    client.force_login(executive, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/bets/B-1/")
    page.get_by_role("link", name="Decide", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Decide on this bet")).to_be_visible()
    expect(page.get_by_role("region", name="The evidence tonight")).to_contain_text("beyond the kill line")

    page.get_by_label("Fund").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Persist")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("A strike, not the form.")
    page.get_by_role("button", name="Record decision").press("Enter")
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("Say what evidence would change it.")
    complaints.expect("422")
    assert troubles(page) == []
    expect(page.get_by_label("Persist")).to_be_checked()
    expect(page.get_by_label("Why", exact=True)).to_have_value("A strike, not the form.")

    page.locator(".errors a").press("Enter")
    expect(page.get_by_label("What evidence would change it")).to_be_focused()
    page.keyboard.type("The same in May.")
    page.get_by_role("button", name="Record decision").press("Enter")
    expect(page.locator(".notes")).to_contain_text("Decision recorded: Persist.")
    expect(page.locator("#decisions")).to_contain_text("A strike, not the form.")
    expect(page.locator("#flags")).to_have_count(0)
    page.get_by_text("The readings as they stood").click()
    expect(page.locator("#decision-1")).to_contain_text("38.0 % to 44.0 %")
    assert troubles(page) == []
    assert Decision.objects.get().look_again_on == today() + dt.timedelta(days=90)
