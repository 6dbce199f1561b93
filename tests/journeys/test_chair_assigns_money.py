"""A chair assigns money at the betting table, decides to fund, and finance finds the request over that amount."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from lib import clock
from org.models import Person
from portfolio.models import Review
from tests.browser import Complaints
from tests.funding.books import books_of_today
from tests.journeys.helpers import sign_in, troubles
from tests.reviews.board import board


def test_a_chair_assigns_money_and_finance_is_asked_for_it(
    page: Page, live_server: Any, db: None, client_of: Callable[[Person], Client], complaints: Complaints
) -> None:
    books, growth = books_of_today(), board(now=True)
    Review.objects.filter(pk=growth.review.pk).update(held_on=clock.today())
    where = f"{live_server.url}/reviews/growth/{growth.review.number}/"

    sign_in(page.context, client_of(growth.chair), live_server)
    page.goto(where)
    page.get_by_role("link", name="Betting table").click()
    expect(page.locator(".page-head")).to_contain_text("€1M is free.")
    page.locator("summary", has_text="Assign money").click()
    page.get_by_label("Amount in EUR").fill("much")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator("main .errors")).to_be_visible()
    complaints.expect("422")
    assert troubles(page) == []
    page.get_by_label("Amount in EUR").fill("60,000")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator(".page-head")).to_contain_text("€940k is free.")
    page.set_viewport_size({"width": 390, "height": 844})
    assert troubles(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})

    page.get_by_role("link", name="Back to the agenda").click()
    page.get_by_role("button", name="Open the review").click()
    page.get_by_role("button", name="Open the next item").click()
    page.locator("label[for^=id_kind]", has_text="Fund").click()
    page.get_by_label("Why", exact=True).fill("It is ready.")
    page.get_by_label("What evidence would change it").fill("A fall.")
    page.get_by_role("button", name="Record decision").click()
    expect(page.locator(".on-table")).to_contain_text("€60,000.00 is asked for")

    sign_in(page.context, client_of(books.checker), live_server)
    page.goto(f"{live_server.url}/money/requests/")
    expect(page.locator("main")).to_contain_text(books.bet.name)
    expect(page.locator("main")).to_contain_text("€60k")
