"""Somebody narrows the list of all bets, keeps what they see under a name, and takes it along as a board."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from bets.models import Bet
from org.models import Domain, Person, Run
from tests.factories import BetFactory, FlagFactory, OutcomeFactory, ReadingFactory, TrancheFactory, VerdictFactory
from tests.factories import RunFactory as NightFactory
from tests.journeys.helpers import sign_in

ROWS = "#bets-rows [data-row]:not([hidden])"


@pytest.fixture
def portfolio(retail: Domain) -> None:
    night = NightFactory()
    for name, kind, planned in (
        ("Parcel lockers", "cease", 1_00), ("Weekend delivery", "cease", 9_00), ("Gift cards", "measure", 5_00),
    ):  # fmt: skip
        _bet(name, kind, planned, night, retail)


def _bet(name: str, kind: str, planned: int, night: Run, domain: Domain) -> Bet:
    bet = BetFactory(name=name, domain=domain)
    outcome = OutcomeFactory(bet=bet)
    ReadingFactory(outcome=outcome, run=night)
    VerdictFactory(bet=bet, run=night, kind=kind)
    TrancheFactory(bet=bet, amount=planned)
    if kind == "cease":
        FlagFactory(bet=bet, outcome=outcome, run=night)
    return bet


@pytest.fixture
def at_the_list(page: Page, context: BrowserContext, live_server: Any, client_of: Any, executive: Person) -> Page:
    sign_in(context, client_of(executive), live_server)
    page.goto(live_server.url)
    return page


def test_filters_sorts_and_views_all_stand_in_the_url(portfolio: None, at_the_list: Page) -> None:
    page = at_the_list
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("group", name="Verdict").get_by_label("Cease").check()
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/\?verdict=cease$"))
    page.get_by_role("button", name="Close").click()
    page.get_by_role("columnheader", name="Planned").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Planned")).to_have_attribute("aria-sort", "descending")
    expect(page.locator(ROWS).first).to_contain_text("Weekend delivery")
    expect(page.locator("#sort-planned")).to_be_focused()
    page.get_by_role("link", name="Save view").click()
    page.get_by_label("Name").fill("To cease, dearest first")
    page.get_by_role("button", name="Save view").click()
    view = page.get_by_role("link", name="To cease, dearest first")
    page.goto(page.url.split("?")[0])
    view.click()
    expect(page).to_have_url(re.compile(r"/\?verdict=cease&sort=-planned"))
    page.get_by_role("link", name=re.compile("^Verdict Cease")).click()
    expect(page.locator(ROWS)).to_have_count(3)
    page.go_back()
    expect(page.locator(ROWS)).to_have_count(2)


def test_words_narrow_the_rows_at_once_and_the_server_counts_them(portfolio: None, at_the_list: Page) -> None:
    page = at_the_list
    page.keyboard.press("f")
    expect(page.locator("#q")).to_be_focused()
    with page.expect_response(re.compile("q=gift")) as answer:
        page.keyboard.type("gift retail")
        assert page.locator(ROWS).count() == 1  # no waiting: the rows are hidden before the server is asked
    assert answer.value.ok
    expect(page.locator("#bets-count")).to_have_text("1 bet")
    expect(page).to_have_url(re.compile(r"/\?q=gift\+retail$"))
    expect(page.locator("#q")).to_be_focused()


# The page itself, the board and the saved views are walked with all other pages.
@pytest.mark.parametrize(("theme", "width"), [("dark", 1440), ("light", 390)])
def test_filters_and_what_they_leave_are_sound_for_every_reader(
    width: int, theme: Any, portfolio: None, at_the_list: Page
) -> None:
    page = at_the_list
    start = page.url.rstrip("/")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.get_by_role("button", name="Filters").click()
    assert _troubles_in(page, "#bets-filters") == []
    for url in ("/?horizon=9&verdict=cease", "/?view=board&columns=stage"):
        page.goto(start + url)
        assert _troubles_in(page, "#bets") == [], url


def _troubles_in(page: Page, part: str) -> list[Any]:
    """What axe finds in a part of the page, and sideways scrolling. The chart above the list has its own tests."""
    found = Axe().run(page, context=part, options={"resultTypes": ["violations", "incomplete"]}).response
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    rules = [
        (one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"] + found["incomplete"]
    ]
    return [*rules, *(["scrolls sideways"] if wide > shown else [])]


def test_without_javascript_the_same_form_ends_at_the_same_url(
    browser: Any, live_server: Any, client_of: Any, executive: Person, portfolio: None
) -> None:
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, client_of(executive), live_server)
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("group", name="Verdict").get_by_label("Cease").check()
    page.locator("#bets-filters").get_by_role("button", name="Apply").click()
    expect(page.locator(ROWS)).to_have_count(2)
    assert page.url.endswith("/?verdict=cease#bets")
    context.close()
