"""Getting around: search from any page, single keys and their switch, the tour, and lost connections."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from org.models import Person
from tests.browser import Complaints
from tests.factories import BetFactory, MetricFactory, OutcomeFactory, RunFactory
from tests.journeys.helpers import sign_in, troubles


@pytest.fixture
def home(
    page: Page, context: BrowserContext, live_server: Any, executive: Person, client_of: Callable[[Person], Client]
) -> Page:
    """The portfolio with three bets, open for an executive."""
    RunFactory()
    for key, name in (("B-1", "Parcel lockers"), ("B-2", "Parcel drones"), ("B-3", "Pay by face")):
        OutcomeFactory(bet=BetFactory(key=key, name=name, lead=executive))
    MetricFactory(key="parcels", name="Parcels returned")
    sign_in(context, client_of(executive), live_server)
    page.goto(live_server.url)
    return page


def test_the_slash_finds_anything_from_any_page_without_a_mouse(home: Page) -> None:
    home.goto(home.url + "help/")
    home.keyboard.press("/")
    dialog = home.get_by_role("dialog", name="Search")
    field = dialog.get_by_role("searchbox")
    expect(field).to_be_focused()
    home.keyboard.type("parcel")
    expect(dialog.get_by_role("status")).to_have_text("3 found for “parcel”")
    expect(dialog.get_by_role("link")).to_have_text(
        [re.compile("Parcel drones"), re.compile("Parcel lockers"), re.compile("returned")]
    )
    home.keyboard.press("ArrowDown")
    home.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("link", name="Parcel lockers")).to_be_focused()
    home.keyboard.press("ArrowUp")
    home.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    home.keyboard.press("ArrowDown")
    home.keyboard.press("Enter")
    expect(home.get_by_role("heading", name="Parcel drones", level=1)).to_be_visible()


def test_escape_closes_the_search_and_gives_the_focus_back(home: Page) -> None:
    link = home.get_by_role("navigation", name="Main").get_by_role("link", name="Search")
    link.focus()
    home.keyboard.press("Enter")
    dialog = home.get_by_role("dialog", name="Search")
    expect(dialog).to_be_visible()
    home.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()


def test_enter_in_the_search_leads_to_the_page_with_all_results(home: Page) -> None:
    home.keyboard.press("/")
    home.keyboard.type("parcel")
    home.keyboard.press("Enter")
    expect(home).to_have_url(re.compile(r"/search/\?q=parcel$"))
    expect(home.get_by_role("heading", name="Bets 2")).to_be_visible()


def test_keys_rest_while_somebody_types_or_holds_a_modifier(home: Page) -> None:
    dialog = home.get_by_role("dialog", name="Keyboard shortcuts")
    home.locator("[data-filter]").focus()
    home.keyboard.type("t?/")
    expect(home.locator("[data-filter]")).to_have_value("t?/")
    expect(dialog).to_be_hidden()
    home.keyboard.press("Escape")
    home.locator("body").click(position={"x": 5, "y": 5})
    home.keyboard.press("Control+/")
    expect(home.get_by_role("dialog", name="Search")).to_be_hidden()
    expect(home.locator("html")).not_to_have_attribute("data-theme", "dark")
    home.keyboard.press("t")
    expect(home.locator("html")).to_have_attribute("data-theme", "dark")
    home.keyboard.press("f")
    expect(home.locator("[data-filter]")).to_be_focused()


def test_keys_turned_off_are_off_on_other_devices_too(
    home: Page, browser: Browser, live_server: Any, executive: Person, client_of: Callable[[Person], Client]
) -> None:
    home.keyboard.press("?")
    dialog = home.get_by_role("dialog", name="Keyboard shortcuts")
    with home.expect_response("**/help/keys/") as answer:
        dialog.get_by_label("Single keys are on").uncheck()
    assert answer.value.status == 204
    dialog.get_by_role("button", name="Close").click()
    home.keyboard.press("?")
    expect(dialog).to_be_hidden()
    elsewhere = browser.new_context(service_workers="block")
    sign_in(elsewhere, client_of(executive), live_server)
    other = elsewhere.new_page()
    other.goto(live_server.url)
    other.keyboard.press("/")
    expect(other.get_by_role("dialog", name="Search")).to_be_hidden()
    elsewhere.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_dialogs_are_sound_for_every_reader(home: Page, theme: Any) -> None:
    home.emulate_media(color_scheme=theme, reduced_motion="reduce")
    home.keyboard.press("?")
    shortcuts, search = (home.get_by_role("dialog", name=name) for name in ("Keyboard shortcuts", "Search"))
    expect(shortcuts).to_be_visible()
    assert troubles(home) == []
    home.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()  # no key opens a dialog below another one
    for width in (1440, 390):
        home.set_viewport_size({"width": width, "height": 900})
        home.keyboard.press("/")
        expect(search.get_by_role("searchbox")).to_be_focused()  # what is typed before would be keys of the page
        # The answer to a part of the word looks the same, and the next one would be swapped in under the eyes.
        with home.expect_response(lambda answer: answer.url.endswith("q=parcel")):
            home.keyboard.type("parcel")
        expect(search.get_by_role("link")).to_have_count(3)
        home.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
        assert troubles(home) == []
        home.keyboard.press("Escape")
        expect(search).to_be_hidden()


def test_the_tour_walks_three_steps_by_keyboard_and_never_returns(home: Page, executive: Person) -> None:
    executive.toured_at = None
    executive.save()
    home.reload()
    tour = home.get_by_role("region", name="Three things to know")
    expect(tour.get_by_text("What needs a decision comes first")).to_be_visible()
    expect(tour.get_by_role("button", name="Back")).to_be_hidden()
    tour.get_by_role("button", name="Next").press("Enter")
    expect(tour.get_by_text("The picture sets evidence against money")).to_be_visible()
    expect(tour.get_by_text("What needs a decision comes first")).to_be_hidden()
    home.keyboard.press("ArrowRight")
    expect(tour.get_by_text("Every bet holds its reasoning")).to_be_visible()
    expect(tour.get_by_role("button", name="Next")).to_be_hidden()
    tour.get_by_role("button", name="Back").click()
    tour.get_by_role("button", name="Next").click()
    tour.get_by_role("button", name="Done").click()
    expect(tour).to_be_hidden()
    expect(home.locator("#main")).to_be_focused()
    home.reload()
    expect(home.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
    expect(tour).to_be_hidden()


def test_escape_skips_the_tour_for_good(home: Page, executive: Person) -> None:
    executive.toured_at = None
    executive.save()
    home.reload()
    tour = home.get_by_role("region", name="Three things to know")
    tour.get_by_role("button", name="Skip").focus()
    home.keyboard.press("Escape")
    expect(tour).to_be_hidden()
    executive.refresh_from_db()
    assert executive.toured_at is not None


def test_a_lost_connection_is_said_loses_nothing_and_can_be_tried_again(home: Page, complaints: Complaints) -> None:
    home.route("**/search/**", lambda route: route.abort())
    home.keyboard.press("/")
    home.keyboard.type("drones")
    said = home.get_by_role("alert").filter(has_text="cannot be reached")
    expect(said).to_be_attached()
    expect(home.get_by_role("dialog").get_by_role("searchbox")).to_have_value("drones")
    home.unroute("**/search/**")
    home.get_by_role("button", name="Try again").click()
    expect(home.get_by_role("link", name="Parcel drones").first).to_be_visible()
    expect(said).not_to_be_attached()
    complaints.expect("ERR_FAILED")
    complaints.expect("htmx:")


def test_a_broken_answer_is_said_in_words(home: Page, complaints: Complaints) -> None:
    def broken(route: Route) -> None:
        route.fulfill(status=500, body="<h1>secret traceback</h1>")

    home.route("**/search/**", broken)
    home.keyboard.press("/")
    home.keyboard.type("drones")
    expect(home.get_by_role("alert").filter(has_text="Something went wrong on our side")).to_be_attached()
    expect(home.get_by_text("secret traceback")).to_have_count(0)
    complaints.expect("500")


def test_a_page_that_cannot_be_fetched_says_so_and_comes_back(
    browser: Browser, live_server: Any, executive: Person, client_of: Callable[[Person], Client]
) -> None:
    context = browser.new_context(service_workers="allow")
    sign_in(context, client_of(executive), live_server)
    page = context.new_page()
    page.goto(live_server.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    context.set_offline(True)
    page.goto(live_server.url + "/help/")
    expect(page.get_by_role("heading", name="Stakes cannot be reached")).to_be_visible()
    assert page.evaluate("caches.keys()") == ["offline-2"]
    assert page.evaluate("caches.open('offline-2').then((kept) => kept.keys()).then((all) => all.length)") == 4
    context.set_offline(False)
    expect(page.get_by_role("heading", name="Help", level=1)).to_be_visible()
    context.close()


def test_an_offline_form_is_not_sent_and_keeps_what_was_typed(home: Page) -> None:
    home.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false, configurable: true })")
    home.get_by_role("button", name="Sign out").click()
    expect(home.get_by_role("alert").filter(has_text="nothing was sent")).to_be_visible()
    home.evaluate("delete navigator.onLine")
    home.get_by_role("button", name="Try again").click()
    expect(home.get_by_role("heading", name="Sign in")).to_be_visible()
