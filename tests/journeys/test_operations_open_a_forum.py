"""Product operations open a forum, its chair moves a review, and a member makes the address of a calendar."""

import re
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from lib.clock import today
from portfolio.models import CalendarLink, Forum
from tests.browser import Complaints
from tests.cast import person
from tests.journeys.helpers import sign_in, troubles

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_a_forum_is_opened_its_review_is_moved_and_a_calendar_follows(
    page: Page, live_server: Any, client: Client, complaints: Complaints
) -> None:
    chair = person("Clara Chair", "executive")
    person("Adam Member", "product_lead")
    client.force_login(person("Olga Operations", "product_operations"), backend=BACKEND)
    sign_in(page.context, client, live_server)

    page.goto(live_server.url)
    page.get_by_role("link", name="Reviews").click()
    expect(page.get_by_text("A forum is a standing review")).to_be_visible()
    page.get_by_role("link", name="Open a forum").click()
    page.get_by_label("Name", exact=True).fill("Growth board")
    page.get_by_label("Key", exact=True).fill("growth")
    page.get_by_role("button", name="Open the forum").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("Choose who chairs it.")
    complaints.expect("422")
    page.get_by_label("Chair", exact=True).select_option("Clara Chair")
    page.get_by_label("Adam Member").check()
    page.get_by_label("at most: Fund").fill("5,000,000")
    page.get_by_role("button", name="Open the forum").click()
    expect(page.get_by_role("heading", name="Growth board")).to_be_visible()
    expect(page.get_by_text("Bets for which up to €5M are planned.")).to_be_visible()

    client.force_login(chair, backend=BACKEND)
    sign_in(page.context, client, live_server)
    page.reload()
    page.get_by_role("link", name="Move").first.click()
    day = today().replace(year=today().year + 2, day=3)
    page.get_by_label("New day").fill(str(day))
    page.get_by_label("Why it is moved").fill("The books close that week.")
    page.get_by_role("button", name="Move the review").click()
    expect(page.get_by_text("The books close that week.")).to_be_visible()
    assert Forum.objects.get().reviews.filter(held_on=day).exists()

    page.get_by_role("link", name="Reviews").first.click()
    page.get_by_role("link", name="In my calendar").click()
    page.get_by_role("button", name="Make an address").click()
    expect(page.get_by_label("Address of your calendar")).to_have_value(re.compile(r"/calendar/[\w-]{43}\.ics$"))
    assert CalendarLink.objects.get().person == chair
    assert troubles(page) == []
