"""Two people look at one meeting: the chair moves it with keys alone, a member on a phone sees each step at once."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Bet, Decision
from lib import clock
from org.models import Person
from portfolio.models import Review
from tests import factories as f
from tests.browser import REPORT_VIOLATIONS, Complaints
from tests.journeys.helpers import sign_in, troubles
from tests.reviews.board import Board, board


def held_today() -> Board:
    """A review of two bets; somebody has voted on the first, which the signals speak against."""
    growth = board(now=True)
    Review.objects.filter(pk=growth.review.pk).update(held_on=clock.today())
    bet = growth.bet("B-1", name="One click")
    f.HypothesisFactory(bet=bet), f.HypothesisFactory(bet=growth.bet("B-2", name="Two clicks"))
    run = f.RunFactory()
    f.VerdictFactory(bet=bet, run=run, kind="pivot", sentence="‹The target is refuted.›")
    f.ReadingFactory(run=run, outcome=bet.outcomes.get())
    growth.vote(growth.item(bet), growth.members[1], "persist", 0.7)
    growth.item(Bet.objects.get(key="B-2"))
    growth.opened()
    return growth


def votes(phone: Page) -> None:
    """A member votes within the meeting, by keys and by hand."""
    expect(phone.locator("#meeting")).to_contain_text("Comes first: One click")
    expect(phone.locator("#meeting")).not_to_contain_text("‹The target is refuted.›")
    assert troubles(phone) == []
    phone.get_by_label("in percent").fill("15")
    phone.get_by_role("heading", name="The agenda").click()  # whoever types is left alone by single keys
    phone.keyboard.press("v")
    expect(phone.get_by_role("radio", name="Pivot")).to_be_checked()
    phone.get_by_role("button", name="Keep my vote").click()
    expect(phone.locator("#meeting")).to_contain_text("2 of 4 have voted")


def decides(page: Page, growth: Board) -> None:
    """The chair decides by keys: one chooses, and nothing is sent before it is written and sent."""
    page.keyboard.press("v")
    expect(page.get_by_role("heading", name="The decision")).to_be_visible()
    expect(page.get_by_role("radio", name="Pivot")).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("radio", name="Cease")).to_be_checked()
    page.keyboard.press("x")
    expect(page.get_by_role("heading", name="The decision")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.get_by_role("radio", name="Persist")).to_be_checked()
    page.keyboard.press("v")
    assert not Decision.objects.exists()
    page.get_by_label("Why", exact=True).fill("Nobody clicks, now and next")  # n and w are letters here
    page.get_by_label("What evidence would change it").fill("A lift of two points.")
    page.keyboard.press("Tab")
    growth.item(growth.bet("B-3", name="Three clicks"))  # what others do meanwhile is said, and takes nothing away
    expect(page.get_by_text("This has changed, and what you typed is still here")).to_be_visible()
    expect(page.get_by_label("Why", exact=True)).to_have_value("Nobody clicks, now and next")
    expect(page.locator(".m-title h1")).to_have_text("One click")
    assert troubles(page) == []
    page.get_by_role("button", name="Record decision").press("Enter")


def test_a_chair_moves_the_meeting_by_keys_and_a_member_sees_it_without_reloading(
    page: Page, live_server: Any, db: None, client_of: Callable[[Person], Client], complaints: Complaints
) -> None:
    growth = held_today()
    there = f"{live_server.url}/reviews/growth/{growth.review.number}/meeting/"
    narrow = page.context.browser.new_context(  # type: ignore[union-attr]
        viewport={"width": 390, "height": 844}, locale="en-US", timezone_id="UTC", service_workers="block"
    )
    narrow.add_init_script(REPORT_VIOLATIONS)
    complaints.watch(narrow)
    sign_in(page.context, client_of(growth.chair), live_server)
    sign_in(narrow, client_of(growth.members[0]), live_server)
    phone = narrow.new_page()
    page.goto(there), phone.goto(there)
    phone.evaluate("window.here = true")  # gone as soon as the page is loaded anew

    votes(phone)
    expect(page.locator("#meeting")).to_contain_text("2 votes")
    page.get_by_role("button", name="Full screen").click()
    expect(page.get_by_role("button", name="Full screen")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("n")
    expect(page.locator(".m-title h1")).to_have_text("One click")
    expect(page).to_have_title("One click · Growth board · Stakes")
    expect(phone.locator(".m-title h1")).to_have_text("One click")
    expect(phone.locator("#m-now")).to_have_text("One click")  # for whoever hears the page
    expect(phone.locator("#meeting")).to_contain_text("A wide spread: talk about it")
    expect(phone.locator("#meeting")).to_contain_text("‹The target is refuted.›")
    expect(phone.locator("[data-elapsed]").first).to_have_text(re.compile(r"^0:\d\d$"))
    assert troubles(phone) == []

    decides(page, growth)
    expect(page.locator(".m-note.is-done")).to_contain_text("Nobody clicks, now and next")
    expect(phone.locator(".m-note.is-done")).to_contain_text("Nobody clicks, now and next")
    page.keyboard.press("ArrowRight")
    expect(phone.locator(".m-title h1")).to_have_text("Two clicks")
    Review.objects.filter(pk=growth.review.pk).update(on_table_at=clock.now() - dt.timedelta(minutes=14))
    expect(phone.locator("#meeting")).to_contain_text("4 min over")
    page.keyboard.press("b")
    expect(phone.locator(".m-title h1")).to_have_text("One click")
    assert page.evaluate("document.fullscreenElement !== null")
    assert phone.evaluate("window.here") is True and Decision.objects.get().kind == "pivot"

    phone.context.set_offline(True)
    expect(phone.locator("#m-apart")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator("#m-apart")).to_be_hidden()
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    narrow.close()
