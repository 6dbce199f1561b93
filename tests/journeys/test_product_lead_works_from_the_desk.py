"""A product lead finds on the desk what finance asked, answers by keyboard, and finance reads it from a notice."""

import datetime as dt
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Comment
from lib.clock import now, today
from org.actions import deliver_next_events
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import BetFactory, CommentFactory
from tests.journeys.helpers import sign_in, troubles


def test_a_product_lead_answers_from_the_desk_and_tells_a_colleague(
    page: Page, live_server: Any, client_of: Any, retail: Domain, product_lead: Person, finance: Person,
    viewer: Person, complaints: Complaints,
) -> None:  # fmt: skip
    bet = BetFactory(domain=retail, lead=product_lead, key="CL-1", name="Faster claims")
    asked = {"asks": product_lead, "answer_by": today() - dt.timedelta(days=1)}
    CommentFactory(bet=bet, text="Which rate?", written_by=finance, **asked)
    lead: Client = client_of(product_lead)
    sign_in(page.context, lead, live_server)

    page.goto(f"{live_server.url}/help/")
    page.locator("body").press("d")
    due = page.get_by_role("region", name="Due 1")
    expect(due).to_contain_text("Fiona Finance asks: Which rate?")
    expect(due).to_contain_text("1 day overdue")
    assert troubles(page) == []
    due.get_by_role("link", name="Answer").press("Enter")
    expect(page.get_by_label("Reply", exact=True)).to_be_visible()
    assert troubles(page) == []
    page.get_by_role("button", name="Write reply").press("Enter")
    expect(page.locator(".errors")).to_be_focused()
    complaints.expect("422")
    page.get_by_label("Reply", exact=True).fill("That of May.")
    page.get_by_role("button", name="Write reply").press("Enter")
    expect(page.locator("#comments")).to_contain_text("answered")

    page.get_by_label("Comment", exact=True).focus()
    page.keyboard.type("Have a look @ver")
    expect(page.locator("#offers").get_by_text("Vera Viewer")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Have a look @Vera Viewer ")
    assert troubles(page) == []
    page.get_by_role("button", name="Write comment").press("Enter")
    expect(page.locator("#comments")).to_contain_text("Told: Vera Viewer")
    assert list(Comment.objects.latest("pk").mentions.all()) == [viewer]

    deliver_next_events(at=now())
    page.context.clear_cookies()
    sign_in(page.context, client_of(finance), live_server)
    page.goto(f"{live_server.url}/notices/")
    expect(page.locator("#notices")).to_contain_text("Paul Lead answered you on Faster claims: That of May.")
    assert troubles(page) == []
    page.get_by_role("button", name="Open").press("Enter")
    expect(page.locator("#comments")).to_contain_text("That of May.")
