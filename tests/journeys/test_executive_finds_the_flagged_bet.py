"""An executive opens the portfolio before a meeting, sees what needs a decision and why, and opens the bet."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bets.models import Bet
from org.models import Person, Run
from tests.factories import (
    BetFactory,
    FlagFactory,
    HypothesisFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    TrancheFactory,
    VerdictFactory,
)

PASSWORD = "a long enough password"


@pytest.fixture
def portfolio(executive: Person) -> Run:
    """Ten calm bets and one that is flagged, after one night."""
    executive.set_password(PASSWORD)
    executive.save()
    run = RunFactory()
    for number in range(10):
        _bet(f"Calm bet {number}", "measure", run)
    flagged = _bet("One-page claim form", "cease", run)
    HypothesisFactory(bet=flagged)
    sentence = "Conversion is between 30 % and 36 %; the kill line is 40 %."
    FlagFactory(bet=flagged, outcome=flagged.outcomes.get(), run=run, sentence=sentence)
    return run


def _bet(name: str, kind: str, run: Run) -> Bet:
    bet = BetFactory(name=name)
    ReadingFactory(outcome=OutcomeFactory(bet=bet), run=run)
    VerdictFactory(bet=bet, run=run, kind=kind)
    TrancheFactory(bet=bet)
    return bet


def _sign_in(page: Page, server: Any) -> None:
    page.goto(server.url)
    page.get_by_label("E-mail").fill("eva@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def test_the_executive_sees_what_needs_a_decision_first_and_opens_it(
    page: Page, live_server: Any, portfolio: Run
) -> None:
    _sign_in(page, live_server)
    first = page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=3)).first
    expect(first).to_contain_text("One-page claim form")
    expect(first).to_contain_text("Conversion is between 30 % and 36 %; the kill line is 40 %.")
    expect(first).to_contain_text("Cease")
    expect(first.get_by_role("img")).to_have_attribute("aria-label", re.compile("95 %"))
    first.get_by_role("link", name="See the evidence on One-page claim form").click()
    expect(page.get_by_role("heading", name="One-page claim form", level=1)).to_be_visible()


def test_a_wrong_password_keeps_the_address_and_moves_to_the_reason(
    page: Page, live_server: Any, portfolio: Run
) -> None:
    page.goto(live_server.url)
    page.get_by_label("E-mail").fill("eva@example.org")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("E-mail")).to_have_value("eva@example.org")


def test_the_search_narrows_at_once_and_can_be_shared_as_an_address(
    page: Page, live_server: Any, portfolio: Run
) -> None:
    _sign_in(page, live_server)
    page.keyboard.press("/")
    expect(page.get_by_label("Search bets")).to_be_focused()
    page.keyboard.type("claim")
    rows = page.locator("tr[data-row]:visible")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("q=claim"))
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Search bets")).to_have_value("claim")
    page.get_by_label("Search bets").fill("")
    expect(rows).to_have_count(11)
    page.go_back()
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def test_keys_walk_the_rows_and_can_be_switched_off(page: Page, live_server: Any, portfolio: Run) -> None:
    _sign_in(page, live_server)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Single keys are on").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()


def test_the_theme_stays_after_a_reload(page: Page, live_server: Any, portfolio: Run) -> None:
    _sign_in(page, live_server)
    page.get_by_role("button", name="Theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_everything_works_without_javascript(browser: Any, live_server: Any, portfolio: Run) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    _sign_in(page, live_server)
    expect(page.get_by_role("button", name="Theme")).to_be_hidden()
    page.get_by_label("Search bets").fill("claim")
    page.get_by_label("Search bets").press("Enter")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()
