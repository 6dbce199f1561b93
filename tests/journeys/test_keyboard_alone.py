"""With the keyboard alone: Tab reaches everything that can be used, in sight, with a mark that says where one is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from org.models import Person
from tests.browser import Complaints
from tests.journeys.helpers import sign_in
from tests.world import PAGES, WALKS

# A group of radio buttons is one stop, and so is whatever else keeps its own arrow keys.
NUMBER_STOPS = """() => {
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, iframe, [tabindex]");
  const stops = [...all].filter((one) => one.tabIndex >= 0 && !one.disabled && one.type !== "hidden"
    && one.checkVisibility({ visibilityProperty: true }) && !(one.type === "radio" && !one.checked));
  stops.forEach((one, i) => { one.dataset.stop = i; });
  return stops.map((one) => one.outerHTML.slice(0, 120));
}"""
ASK_AGAIN = 10  # presses
# What is under the hands is noted when the key comes up again: by then the focus has moved and is scrolled into sight.
NOTE_EACH_STOP = """() => {
  const marked = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== "none";
  window.noted = [];
  addEventListener("keyup", () => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    if (one.dataset.stop === undefined) return;
    window.noted.push([
      Number(one.dataset.stop),
      // The parts of a date field are stops of their own inside it, which a page cannot see.
      one.type === "date" || marked(getComputedStyle(one)) || marked(getComputedStyle(one, "::after"))
        || [...one.querySelectorAll("*")].some((inner) => marked(getComputedStyle(inner)))
        // A title whose link fills its card marks the card.
        || marked(getComputedStyle(one.closest("li, tr, article") ?? one)),
      box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    ]);
  }, { capture: true });
}"""


@pytest.mark.parametrize("names", WALKS, ids=lambda names: names[0])
def test_tab_reaches_everything_on_the_pages(
    names: list[str], page: Page, complaints: Complaints, live_server: Any, everything: dict[str, Any],
    product_operations: Person, client_of: Callable[[Person], Client],
) -> None:  # fmt: skip
    page.emulate_media(reduced_motion="reduce")
    sign_in(page.context, client_of(product_operations), live_server)
    troubles = []
    for name in names:
        page.goto(live_server.url + PAGES[name].url.format(**everything))
        # What a page that follows its work would swap under the hands.
        page.route("**", lambda route: None if "hx-request" in route.request.headers else route.continue_())
        troubles += [f"{name}: {trouble}" for trouble in sorted(_troubles_by_tab(page))]
        page.unroute_all()
        complaints[:] = [one for one in complaints if f"status of {PAGES[name].status}" not in one]
    assert not troubles, "\n".join(troubles)


def _troubles_by_tab(page: Page) -> set[str]:
    stops = page.evaluate(NUMBER_STOPS)
    assert stops
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.evaluate(NOTE_EACH_STOP)
    reached: set[int] = set()
    troubles: set[str] = set()
    # More than once round, because a page may begin in its middle; a date field takes five. Asked now and then only,
    # because asking takes as long as pressing.
    for presses in (len(stops), *[ASK_AGAIN] * (1 + (len(stops) + 10) // ASK_AGAIN)):
        for _ in range(presses):
            page.keyboard.press("Tab")
        for number, marked, seen in page.evaluate("() => window.noted.splice(0)"):
            reached.add(number)
            troubles |= {f"not in sight: {stops[number]}"} if not seen else set()
            troubles |= {f"no mark: {stops[number]}"} if not marked else set()
        if len(reached) == len(stops):
            break
    return troubles | {f"not reached: {stop}" for number, stop in enumerate(stops) if number not in reached}


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
