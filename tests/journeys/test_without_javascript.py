"""Reading and forms need no JavaScript: every page is whole without it, and nobody meets a button that does nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from bets.models import Bet
from metrics.models import Series, Signal
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import TODAY
from tests.journeys.helpers import SIDEWAYS, sign_in
from tests.world import PAGES

# A disabled button that says why promises nothing.
IDLE_BUTTONS = """() => [...document.querySelectorAll("button:not([popovertarget], :disabled[aria-describedby])")]
  .filter((one) => one.checkVisibility() && (one.type === "button" || !one.form))
  .map((one) => `does nothing: ${one.textContent.trim() || one.ariaLabel}`)"""
CHARTS_WITHOUT_NUMBERS = """() => [...document.querySelectorAll("[data-plot]")]
  .filter((one) => !one.closest("section, article").querySelector("table, details a"))
  .map((one) => `no table beside ${one.dataset.plot}`)"""
EMPTY_BOXES = """() => [...document.querySelectorAll(".loading")].filter((one) => one.checkVisibility())
  .map((one) => `waits for a script: ${one.className}`)"""

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SIZES = (WIDE, NARROW)
LOOKS = {1440: (IDLE_BUTTONS, CHARTS_WITHOUT_NUMBERS, EMPTY_BOXES), 390: (SIDEWAYS,)}


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page of a browser without JavaScript."""
    complaints = Complaints()
    context = browser.new_context(locale="en-US", java_script_enabled=False, viewport=WIDE)
    context.set_default_timeout(20_000)
    complaints.watch(context)
    yield context.new_page()
    context.close()
    assert not [one for one in complaints if "the server responded with a status of" not in one]


def test_every_page_is_whole_without_javascript(
    plain: Page, live_server: Any, everything: dict[str, Any], product_operations: Person,
    client_of: Callable[[Person], Client],
) -> None:  # fmt: skip
    sign_in(plain.context, client_of(product_operations), live_server)
    found = []
    for number, (name, address) in enumerate(PAGES.items()):
        answer = plain.goto(live_server.url + address.url.format(**everything))
        assert answer is not None and answer.status == address.status, name
        # One page is read wide first and the next one narrow: to change the width takes as long as to look.
        for size in SIZES if number % 2 == 0 else reversed(SIZES):
            if plain.viewport_size != size:
                plain.set_viewport_size(size)
            found += [f"{name}: {one}" for look in LOOKS[size["width"]] for one in plain.evaluate(look)]
            assert size is NARROW or plain.locator("h1").first.is_visible(), f"{name} has no heading"
    assert not found, "\n".join(found)


def test_an_executive_signs_in_searches_and_reads_a_bet_without_javascript(
    plain: Page, live_server: Any, everything: dict[str, Any], executive: Person
) -> None:
    executive.set_password("a long enough password")
    executive.save()
    plain.goto(f"{live_server.url}/bets/B-cease/")
    plain.get_by_label("E-mail").fill(executive.email)
    plain.get_by_label("Password").fill("a long enough password")
    plain.get_by_role("button", name="Sign in").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("A bet to cease")
    plain.get_by_role("link", name="Search").first.click()
    plain.get_by_role("searchbox").first.fill("pivot")
    plain.keyboard.press("Enter")
    plain.get_by_role("main").get_by_role("link", name="A bet to pivot").first.click()
    expect(plain).to_have_url(f"{live_server.url}/bets/B-pivot/")
    plain.get_by_role("button", name="Sign out").click()
    expect(plain.get_by_role("link", name="Portfolio")).to_have_count(0)


def test_a_signal_is_typed_in_and_a_mistake_keeps_what_was_typed_without_javascript(
    plain: Page, live_server: Any, everything: dict[str, Any], product_lead: Person, retail: Domain,
    client_of: Callable[[Person], Client],
) -> None:  # fmt: skip
    series = Series.objects.get(pk=everything["typed"])
    sign_in(plain.context, client_of(product_lead), live_server)
    plain.goto(f"{live_server.url}/series/{series.pk}/signals/new/")
    plain.locator("[name=period]").fill(TODAY.isoformat())
    plain.locator("[name=n]").fill("10")
    plain.locator("[name=total]").fill("11")
    plain.get_by_role("button", name="Record signal").click()
    expect(plain.locator("main .errors")).to_be_visible()
    expect(plain.locator("[name=total]")).to_have_value("11")
    plain.locator("[name=total]").fill("4")
    plain.get_by_role("button", name="Record signal").click()
    expect(plain.locator("main .errors")).to_have_count(0)
    assert Signal.objects.get(series=series).total == 4.0


def test_the_list_is_searched_and_grouped_without_javascript(
    plain: Page, live_server: Any, everything: dict[str, Any], executive: Person, client_of: Callable[[Person], Client]
) -> None:
    sign_in(plain.context, client_of(executive), live_server)
    plain.goto(f"{live_server.url}/?q=B-measure")
    expect(plain.locator("#bets [data-row]")).to_have_count(1)
    assert Bet.objects.count() > 1
