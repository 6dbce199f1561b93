"""An executive ends a bet: what returns is said first, a slip loses nothing, and the money is where the page says."""

from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from org.models import Person
from tests.browser import Complaints
from tests.funding.books import open_books
from tests.journeys.helpers import sign_in, troubles


def test_an_executive_ceases_a_bet_and_its_money_returns(
    page: Page, live_server: Any, client: Client, executive: Person, complaints: Complaints
) -> None:
    books = open_books()
    books.given(books.first, "released")
    books.given(books.second)
    client.force_login(executive, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/bets/{books.bet.key}/decide/")
    told = page.get_by_role("region", name="What a cease does to its money")
    expect(told).to_be_hidden()
    page.locator("[value=cease]").focus()
    page.keyboard.press("Space")
    expect(told).to_contain_text("€200,000.00 returns to Bets of direct sales at once.")
    page.get_by_label("Why", exact=True).fill("Nobody buys it.")
    page.get_by_label("What evidence would change it").fill("A market.")
    page.get_by_label("Set aside to wind it down").fill("900000")
    page.get_by_role("button", name="Record decision").press("Enter")
    expect(page.locator(".errors")).to_contain_text("Only €200,000.00 of this bet's money is left")
    complaints.expect("409")
    assert troubles(page) == []
    page.get_by_label("Set aside to wind it down").fill("20,000")
    page.get_by_role("button", name="Record decision").press("Enter")
    expect(page.locator("#money")).to_contain_text("€20,000.00 is still set aside to wind it down.")
    expect(page.locator("#money")).to_contain_text("€980,000.00 available in")
    assert troubles(page) == []
    assert books.balance("available") == 98_000_000
