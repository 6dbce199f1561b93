"""With the keyboard alone: what opens over a page keeps the focus and gives it back. That Tab reaches everything on all
pages is looked at where they are walked."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from org.models import Person
from tests.journeys.helpers import sign_in


@pytest.fixture
def portfolio(
    page: Page, live_server: Any, everything: dict[str, Any], executive: Person, client_of: Callable[[Person], Client]
) -> Page:
    sign_in(page.context, client_of(executive), live_server)
    page.goto(live_server.url)
    return page


def test_the_search_dialog_keeps_the_focus_and_gives_it_back(portfolio: Page) -> None:
    link = portfolio.locator("#bets [data-row] a").first
    link.focus()
    portfolio.keyboard.press("/")
    dialog = portfolio.locator("#finder")
    expect(dialog).to_be_visible()
    for _ in range(8):
        portfolio.keyboard.press("Tab")
        assert portfolio.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('#finder')"
        )
    portfolio.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()


def test_a_bet_is_found_and_opened_by_keys(portfolio: Page, live_server: Any) -> None:
    portfolio.keyboard.press("/")
    with portfolio.expect_response(lambda answer: answer.url.endswith("q=pivot")):
        portfolio.keyboard.type("pivot")
    expect(portfolio.locator("#finder-found a").first).to_be_visible()
    portfolio.keyboard.press("ArrowDown")
    portfolio.keyboard.press("Enter")
    expect(portfolio).to_have_url(f"{live_server.url}/bets/B-pivot/")


def test_the_help_dialog_opens_by_its_key_and_gives_the_focus_back(portfolio: Page) -> None:
    portfolio.keyboard.press("j")
    row = portfolio.locator("[data-row]:focus")
    expect(row).to_have_count(1)
    portfolio.keyboard.press("?")
    expect(portfolio.locator("#keys")).to_be_visible()
    portfolio.keyboard.press("Escape")
    expect(portfolio.locator("#keys")).to_be_hidden()
    expect(row).to_have_count(1)


def test_the_menu_of_a_phone_opens_and_closes_by_keys(portfolio: Page) -> None:
    portfolio.set_viewport_size({"width": 390, "height": 844})
    menu = portfolio.get_by_role("button", name="Menu")
    menu.focus()
    portfolio.keyboard.press("Enter")
    expect(portfolio.locator("#nav")).to_be_visible()
    portfolio.keyboard.press("Escape")
    expect(portfolio.locator("#nav")).to_be_hidden()
    expect(menu).to_be_focused()
