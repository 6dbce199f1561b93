"""Charts: drawn when they come near, open what is clicked, say so when they fail, and print in light colours."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect

from org.models import Person
from tests.browser import Complaints
from tests.factories import BetFactory
from tests.journeys.helpers import sign_in

FIGURE = {
    "data": [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [1],
            "y": [1234.5],
            "customdata": ["/bets/B-1/"],
            "marker": {"size": 60, "color": "var(--cease)"},
        }
    ],
    "layout": {"xaxis": {"range": [0, 2]}, "yaxis": {"range": [0, 2469]}, "font": {"color": "var(--text)"}},
}


@pytest.fixture
def chart(
    page: Page, context: BrowserContext, live_server: Any, executive: Person, client_of: Callable[[Person], Client]
) -> Callable[[Any], Page]:
    """Opens a page with one chart, whose figure the test answers."""
    BetFactory(key="B-1", name="Parcel lockers")
    sign_in(context, client_of(executive), live_server)

    def opened(answer: Any) -> Page:
        page.route("**/figure.json", answer)
        page.goto(live_server.url + "/help/")
        page.evaluate(
            """() => {
              const one = document.createElement("div");
              one.className = "plot"; one.dataset.plot = "/figure.json";
              one.dataset.plotly = "/static/plotly/plotly.min.js";
              document.querySelector("main").prepend(one);
              document.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
            }"""
        )
        return page

    return opened


def drawn(route: Route) -> None:
    route.fulfill(body=json.dumps(FIGURE), content_type="application/json")


def test_a_point_opens_what_it_stands_for(chart: Callable[[Any], Page]) -> None:
    page = chart(drawn)
    point = page.locator(".plot .point")
    expect(point).to_be_visible()
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.get_by_role("heading", name="Parcel lockers", level=1)).to_be_visible()


def test_no_point_leads_to_another_site(chart: Callable[[Any], Page]) -> None:
    figure = json.loads(json.dumps(FIGURE))
    figure["data"][0]["customdata"] = ["//elsewhere.example/", "javascript:alert(1)"]
    page = chart(lambda route: route.fulfill(body=json.dumps(figure), content_type="application/json"))
    page.locator(".plot .point").click(force=True)
    expect(page.get_by_role("heading", name="Help", level=1)).to_be_visible()


def test_a_chart_that_fails_says_so_and_can_be_tried_again(
    chart: Callable[[Any], Page], complaints: Complaints
) -> None:
    page = chart(lambda route: route.fulfill(status=500, body="<h1>secret traceback</h1>"))
    said = page.get_by_role("alert").filter(has_text="The chart could not be loaded.")
    expect(said).to_be_visible()
    page.unroute("**/figure.json")
    page.route("**/figure.json", drawn)
    said.get_by_role("button", name="Try again").click()
    expect(page.locator(".plot .point")).to_be_visible()
    expect(said).to_have_count(0)
    complaints.expect("500")


def test_a_dark_page_prints_light(chart: Callable[[Any], Page]) -> None:
    page = chart(drawn)
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".plot[data-drawn=dark]")).to_be_visible()
    tick = page.locator(".plot .xtick text").first
    light_on_dark = tick.evaluate("one => getComputedStyle(one).fill")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".plot[data-drawn=light]")).to_be_visible()
    assert tick.evaluate("one => getComputedStyle(one).fill") != light_on_dark
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".plot[data-drawn=dark]")).to_be_visible()


def test_numbers_at_the_axis_follow_the_language(chart: Callable[[Any], Page], page: Page) -> None:
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => { document.documentElement.lang = 'de'; })"
    )
    page = chart(drawn)
    expect(page.locator(".plot .xtick text").filter(has_text="0,5")).to_be_visible()
