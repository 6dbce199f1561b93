"""Every page, light and dark, from wide to narrow and zoomed: axe finds nothing and skips nothing, nothing scrolls
sideways, nothing moves for those who asked for less motion, Tab reaches everything, and the console stays empty."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page

from org.models import Person
from tests.browser import Complaints
from tests.journeys.helpers import MOVING, SIDEWAYS, sign_in, troubles
from tests.journeys.tabbing import troubles_by_tab
from tests.world import BEFORE_THE_DOOR, PAGES, WALKS, Address

# Each width and each theme once: colours hang on the theme alone, and which parts there are on the width. The journey
# of the flagged bets walks the other two pairs.
SIGHTS = [(1440, 900, "light"), (390, 844, "dark")]
# Between them the width alone makes a difference; the second is what remains of 1440 by 900 at 200 % zoom.
WIDTHS = [(1024, 768), (720, 450)]
DRAWN = "theme => [...document.querySelectorAll('[data-plot]')].every(one => one.dataset.drawn === theme)"
LOADED = "() => [...document.querySelectorAll('details [hx-get]')].every(one => one.querySelector('table'))"
# What one click away shows must be as sound as the rest; and rows scrolled out of sight would be skipped.
OPEN = """() => {
  const shut = [...document.querySelectorAll("details:not([open])")];
  const boxes = [...document.querySelectorAll(".scroll")].map((one) => [one, one.style.maxHeight]);
  shut.forEach((one) => { one.open = true; });
  boxes.forEach(([one]) => { one.style.maxHeight = "none"; });
  window.asItWas = () => {
    shut.forEach((one) => { one.open = false; });
    boxes.forEach(([one, height]) => { one.style.maxHeight = height; });
    document.querySelectorAll(".plot > *").forEach((one) => { one.style.visibility = ""; });
  };
}"""
Look = Callable[[Iterable[Address], Client | None], list[str]]


@pytest.fixture
def look(page: Page, complaints: Complaints, live_server: Any) -> Look:
    """Opens addresses with a session; returns the troubles of all sights."""
    # Without motion, so that no colour is caught half-way.
    page.emulate_media(reduced_motion="reduce")

    def looked(addresses: Iterable[Address], session: Client | None) -> list[str]:
        if session:
            sign_in(page.context, session, live_server)
        found, expected = [], set()
        for address in addresses:
            found += _troubles_of(page, live_server.url, address)
            expected |= {f"status of {address.status} "} if address.status != 200 else set()
            page.unroute_all()
        for words in expected:
            complaints.expect(words)
        return [*found, *complaints]

    return looked


def _troubles_of(page: Page, server: str, address: Address) -> list[str]:
    _see(page, *SIGHTS[0])
    answer = page.goto(server + address.url)
    assert answer is not None
    assert answer.status == address.status, f"{address.url} answered {answer.status}"
    found: list[str] = page.evaluate(MOVING)
    _open_all(page)
    for width, height, theme in SIGHTS:
        _see(page, width, height, theme)
        page.wait_for_function(DRAWN, arg=theme)
        found += [f"{address.url} {theme} {width}: {trouble}" for trouble in troubles(page)]
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        found += [f"{address.url} {width}: {trouble}" for trouble in page.evaluate(SIDEWAYS)]
    page.evaluate("asItWas()")
    _see(page, *SIGHTS[0])
    page.wait_for_function(DRAWN, arg=SIGHTS[0][2])
    return [*found, *(f"{address.url} by Tab: {trouble}" for trouble in sorted(troubles_by_tab(page)))]


def _see(page: Page, width: int, height: int, theme: str) -> None:
    if page.viewport_size != (size := {"width": width, "height": height}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]


def _open_all(page: Page) -> None:
    """What is one click away, charts included."""
    page.evaluate(OPEN)
    for chart in page.locator("[data-plot]").all():
        chart.scroll_into_view_if_needed()
        page.wait_for_function("one => one.dataset.ready === '1'", arg=chart.element_handle())
    page.wait_for_function(LOADED)
    # What a page that follows its work would swap while it is looked at.
    page.route("**", lambda route: None if "hx-request" in route.request.headers else route.continue_())
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")


@pytest.mark.parametrize("names", WALKS, ids=lambda names: names[0])
def test_pages_are_sound_for_every_reader(
    names: list[str], look: Look, everything: dict[str, Any], product_operations: Person,
    client_of: Callable[[Person], Client],
) -> None:  # fmt: skip
    addresses = [Address(PAGES[name].url.format(**everything), PAGES[name].status) for name in names]
    found = look(addresses, client_of(product_operations))
    assert not found, "\n".join(found)


def test_the_pages_before_the_door_are_sound_for_every_reader(look: Look, db: None) -> None:
    found = look(map(Address, BEFORE_THE_DOOR), None)
    assert not found, "\n".join(found)
