"""A product lead logs a finding from the page of the bet, by keyboard alone and on a phone, in half a minute."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Bet, Evidence
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import AssumptionFactory, BetFactory, EvidenceKindFactory
from tests.journeys.helpers import sign_in, troubles

INTERACTIONS_AT_MOST = 20  # key presses and taps, without the letters of the three sentences


class Hands:
    """Presses keys, and counts them; letters of sentences are typed and not counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed, self.begun = page, 0, time.monotonic()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
        self.pressed += len(keys)

    def say(self, words: str) -> None:
        self.page.keyboard.insert_text(words)

    def told(self, how: str) -> None:
        print(f"evidence logged {how}: {self.pressed} interactions, {time.monotonic() - self.begun:.1f} s")


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    made = BetFactory(key="B-1", name="One-page claim form", domain=retail, lead=product_lead)
    AssumptionFactory(bet=made, number=1, statement="Length is why they give up.", importance=5)
    AssumptionFactory(bet=made, number=2, statement="They read on a phone.", importance=3)
    EvidenceKindFactory(name="An interview", cap=2)
    EvidenceKindFactory(name="Trial with customers", cap=4)
    return made


@pytest.fixture
def lead_page(page: Page, live_server: Any, product_lead: Person, client_of: Callable[[Person], Client]) -> Page:
    sign_in(page.context, client_of(product_lead), live_server)
    return page


def test_by_keyboard_alone_then_with_a_file_that_lies(
    lead_page: Page, live_server: Any, bet: Bet, complaints: Complaints, settings: Any, tmp_path: Path
) -> None:
    settings.FILES_FOLDER = tmp_path / "files"
    page = lead_page
    page.goto(f"{live_server.url}/bets/B-1/")
    hands = Hands(page)
    hands.press("e")
    expect(page.get_by_label("Kind of evidence")).to_be_focused()
    hands.press("T", "Tab")
    hands.say("Showed the form to twelve customers.")
    hands.press("Tab")
    hands.say("Nine filled it in within two minutes.")
    hands.press("Tab")
    hands.say("Length was the reason.")
    hands.press("Tab", "Space", "ArrowRight", "ArrowRight", "ArrowRight")
    expect(page.get_by_label("3 Market data")).to_be_checked()
    expect(page.get_by_label("5 Controlled test or launch data")).to_be_disabled()
    hands.press("Tab", "ArrowRight")
    expect(page.get_by_role("group", name="Length is why").get_by_label("Supports")).to_be_checked()
    assert troubles(page) == []
    hands.press("Enter")
    expect(page.locator(".notes")).to_contain_text("Evidence logged.")
    hands.told("by keyboard")
    assert hands.pressed <= INTERACTIONS_AT_MOST
    expect(page.locator("#findings")).to_contain_text("Length was the reason.")
    assert Evidence.objects.get().strength == 3
    assert troubles(page) == []

    page.locator("#findings").get_by_role("link", name="Length was the reason.").click()
    page.get_by_role("link", name="Change", exact=True).click()
    page.get_by_text("Source, files and snapshot").click()
    lying = {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(40)}
    page.get_by_label("Files").set_input_files(lying)
    page.get_by_role("button", name="Save evidence").click()
    expect(page.locator(".errors")).to_contain_text(
        "“notes.pdf” is called .pdf, but its content is that of a .png file."
    )
    complaints.expect("409")
    page.get_by_text("Source, files and snapshot").click()
    page.get_by_label("Files").set_input_files(lying | {"name": "notes.png"})
    page.get_by_role("button", name="Save evidence").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="notes.png").click()
    assert download.value.suggested_filename == "notes.png"


def test_on_a_phone_by_touch(lead_page: Page, live_server: Any, bet: Bet) -> None:
    page = lead_page
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/bets/B-1/")
    hands = Hands(page)

    def tap(what: Any) -> None:
        what.click()
        hands.pressed += 1

    tap(page.get_by_role("link", name="Log evidence").first)
    page.get_by_label("Kind of evidence").select_option(label="An interview, up to 2 (anecdote)")
    hands.pressed += 2
    for label, words in (
        ("What was done", "Asked Ann."),
        ("What was observed", "She sighed."),
        ("What was learned", "Too long."),
    ):
        tap(page.get_by_label(label))
        hands.say(words)
    tap(page.get_by_text("2 Anecdote"))
    tap(page.get_by_role("group", name="They read on a phone.").get_by_text("Opposes"))
    assert troubles(page) == []
    tap(page.get_by_role("button", name="Save evidence"))
    expect(page.locator(".notes")).to_contain_text("Evidence logged.")
    hands.told("on a phone")
    assert hands.pressed <= INTERACTIONS_AT_MOST
    assert not Evidence.objects.get().links.get().supports
