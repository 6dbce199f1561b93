"""An executive opens the portfolio before a meeting, sees what needs a decision and why, and opens the bet."""

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bets.models import Bet
from lib.clock import today
from org.models import Person, Run
from tests.browser import Complaints
from tests.factories import (
    TODAY,
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
    before, run = RunFactory(as_of=TODAY - dt.timedelta(days=31)), RunFactory()
    for number in range(10):
        _bet(f"Calm bet {number}", "measure", run)
    flagged = _bet("One-page claim form", "cease", run, due_in=-12, lower=0.30, estimate=0.33, upper=0.36)
    VerdictFactory(bet=flagged, run=before, kind="measure")
    HypothesisFactory(bet=flagged)
    sentence = "Conversion is between 30 % and 36 %; the kill line is 40 %."
    FlagFactory(bet=flagged, outcome=flagged.outcomes.get(), run=run, sentence=sentence)
    return run


def _bet(name: str, kind: str, run: Run, *, due_in: int = 90, **reading: float) -> Bet:
    bet = BetFactory(name=name)
    outcome = OutcomeFactory(bet=bet, decide_by=today() + dt.timedelta(days=due_in))
    ReadingFactory(outcome=outcome, run=run, **reading)
    VerdictFactory(bet=bet, run=run, kind=kind)
    TrancheFactory(bet=bet)
    return bet


def _sign_in(page: Page, server: Any) -> None:
    page.goto(server.url)
    page.get_by_label("E-mail").fill("eva@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
    expect(
        page.get_by_role("button", name="Theme")
    ).to_be_visible()  # shown by the script, which hears keys from then on


def test_the_executive_sees_what_needs_a_decision_first_and_opens_it(
    page: Page, live_server: Any, portfolio: Run
) -> None:
    _sign_in(page, live_server)
    first = page.locator("#queue").get_by_role("listitem").first
    expect(first).to_contain_text("One-page claim form")
    expect(first).to_contain_text(re.compile(r"Beyond the kill line: Conversion \d+ at 33.0 %, the line is 40.0 %."))
    expect(first).to_contain_text("12 days overdue")
    expect(first).to_contain_text("Cease")
    expect(first.get_by_role("img")).to_have_attribute("aria-label", re.compile("95 %"))
    first.click()  # anywhere in the row
    expect(page.get_by_role("heading", name="One-page claim form", level=1)).to_be_visible()
    page.get_by_text("Full reasoning").first.click()
    expect(page.locator("#flags")).to_contain_text("kill line")


def test_the_picture_says_what_it_shows_and_a_click_opens_the_bet(page: Page, live_server: Any, portfolio: Run) -> None:
    _sign_in(page, live_server)
    picture = page.locator("#picture")
    expect(picture).to_contain_text("1 of 11 bets stands clearly beyond its kill line")
    expect(picture.locator(".plot[data-ready]")).to_be_visible()
    expect(picture.locator(".legendtext")).to_have_text(["Keep measuring", "Cease"])
    picture.get_by_text("Show as a table").click()
    row = picture.get_by_role("row").filter(has_text="One-page claim form")
    expect(row).to_contain_text("33.0 %")
    expect(row).to_contain_text("30.0 % to 36.0 %")
    picture.get_by_text("Show as a table").click()
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    middle = picture.locator(".scatterlayer .trace").nth(1).locator(".point").bounding_box()
    assert middle
    page.mouse.click(middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2)
    expect(page.get_by_role("heading", name="One-page claim form", level=1)).to_be_visible()


def test_what_changed_since_last_month_unfolds(page: Page, live_server: Any, portfolio: Run) -> None:
    _sign_in(page, live_server)
    told = page.locator("#changes").get_by_role("listitem").filter(has_text="is now")
    expect(told).to_be_hidden()
    page.get_by_role("link", name="Since").click()
    expect(told).to_be_visible()
    expect(told).to_contain_text("One-page claim form")
    expect(told).to_contain_text("Keep measuring")


def test_a_wrong_password_keeps_the_address_and_moves_to_the_reason(
    page: Page, live_server: Any, portfolio: Run, complaints: Complaints
) -> None:
    page.goto(live_server.url)
    page.get_by_label("E-mail").fill("eva@example.org")
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("not correct")
    expect(page.get_by_label("E-mail")).to_have_value("eva@example.org")
    complaints.expect("422 (Unprocessable Entity)")


def test_the_filter_narrows_at_once_and_can_be_shared_as_an_address(
    page: Page, live_server: Any, portfolio: Run
) -> None:
    _sign_in(page, live_server)
    page.keyboard.press("f")
    expect(page.get_by_label("Filter bets by words")).to_be_focused()
    page.keyboard.type("claim")
    rows = page.locator("tr[data-row]:visible")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("q=claim"))
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Filter bets by words")).to_have_value("claim")
    page.get_by_label("Filter bets by words").fill("")
    expect(rows).to_have_count(11)
    page.go_back()
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()


def test_the_theme_stays_after_a_reload(page: Page, live_server: Any, portfolio: Run) -> None:
    _sign_in(page, live_server)
    page.get_by_role("button", name="Theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
