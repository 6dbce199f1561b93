"""Finance sets a guardrail, a lead reads that it stops what they ask for, and the team's weeks are seen beside it."""

from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Bet
from funding.models import FundingRequest, Guardrail
from tests.browser import Complaints
from tests.factories import RoleGrantFactory
from tests.funding.books import books_of_today
from tests.journeys.helpers import sign_in, troubles

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_finance_sets_a_guardrail_and_it_is_said_before_anybody_asks(
    page: Page, live_server: Any, client: Client, complaints: Complaints
) -> None:
    books = books_of_today()
    RoleGrantFactory(person=books.checker, role="product_lead")
    client.force_login(books.checker, backend=BACKEND)
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/money/guardrails/")
    expect(page.get_by_text("There is no guardrail yet")).to_be_visible()
    page.get_by_role("link", name="Largest bet").click()
    page.get_by_label("Name").fill("Small bets")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("Say at most how much.")
    complaints.expect("422")
    page.get_by_label("At most").fill("60,000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("at most €60k")
    assert Guardrail.objects.get().at_most == 6_000_000

    page.goto(f"{live_server.url}/bets/{Bet.objects.get().key}/tranches/1/commit/")
    expect(page.get_by_text("Stopped by a guardrail:")).to_be_visible()
    expect(page.get_by_text("Small bets: €0 before, €100k after; at most €60k.")).to_be_visible()
    assert not FundingRequest.objects.exists()
    assert troubles(page) == []
