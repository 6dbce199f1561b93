"""A lead asks for a tranche, finance reads and approves it by keyboard, and the money is committed; on a decision it is
released, signed on a phone in the dark."""

from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from funding.models import FundingRequest
from lib.clock import today
from org.models import Person
from tests import factories as f
from tests.browser import Complaints
from tests.funding.books import books_of_today
from tests.journeys.helpers import sign_in, troubles


def _as(page: Page, live_server: Any, person: Person) -> None:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)


def test_money_is_asked_for_read_and_approved_and_moves(
    page: Page, live_server: Any, transactional_db: None, complaints: Complaints
) -> None:
    books = books_of_today()
    money = f"{live_server.url}/bets/{books.bet.key}/money/"
    _as(page, live_server, books.lead)
    page.goto(money)
    page.get_by_role("link", name="Ask to commit tranche 1").press("Enter")
    page.get_by_label("Why, in your words").focus()
    page.keyboard.type("It pays for twenty talks with brokers.")
    page.get_by_role("button", name="Ask", exact=True).press("Enter")
    expect(page.locator(".notes")).to_contain_text("Whoever may approve it sees it in their inbox.")
    expect(page.locator("main")).to_contain_text("You asked for it, so somebody else approves it.")

    _as(page, live_server, books.checker)
    page.goto(f"{live_server.url}/money/requests/")
    expect(page.locator(".asks tbody tr")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What is signed")).to_be_visible()
    expect(page.locator(".figures")).to_contain_text("€900,000.00")
    assert troubles(page) == []
    page.get_by_role("link", name="Approve").press("Enter")
    page.get_by_role("button", name="Approve €100,000.00").press("Enter")
    expect(page.locator(".notes")).to_contain_text("the money has moved")
    assert books.balance("committed", books.first) == 10_000_000

    f.DecisionFactory(bet=books.bet, kind="fund", look_again_on=today())
    _as(page, live_server, books.lead)
    page.goto(money)
    page.get_by_role("link", name="Ask to release tranche 1").press("Enter")
    page.get_by_label("Why, in your words").fill("Sixteen of twenty want it.")
    page.get_by_role("button", name="Ask", exact=True).press("Enter")
    expect(page.locator(".notes")).to_be_visible()

    _as(page, live_server, books.checker)
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/money/requests/{FundingRequest.objects.get(kind='release').pk}/")
    page.get_by_role("link", name="Approve").click()
    assert troubles(page) == []
    page.get_by_label("Comment").fill("The talks were worth it.")
    page.get_by_role("button", name="Approve €100,000.00").click()
    expect(page.locator(".notes")).to_contain_text("the money has moved")
    assert books.balance("released", books.first) == 10_000_000
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
