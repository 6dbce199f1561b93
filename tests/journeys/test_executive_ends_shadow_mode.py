"""An executive sees what guardrails would have stopped, ends shadow mode, and what was advice is a refusal."""

from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from funding.models import Advice, FundingRequest
from tests.browser import Complaints
from tests.cast import person
from tests.factories import GuardrailFactory, RoleGrantFactory
from tests.funding.books import books_of_today
from tests.journeys.helpers import sign_in, troubles


def test_an_executive_ends_shadow_mode_and_what_was_advice_is_a_refusal(
    page: Page, live_server: Any, client: Client, complaints: Complaints
) -> None:
    books, eva = books_of_today(shadow=True), person("Eva Executive", "executive")
    RoleGrantFactory(person=eva, role="product_lead")
    GuardrailFactory(kind="largest", horizon=None, at_most=6_000_000, name="Small bets")
    client.force_login(eva, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/bets/{books.bet.key}/tranches/1/commit/")
    expect(page.get_by_text("Shadow mode: this would be stopped.")).to_be_visible()
    page.get_by_label("Why, in your words").fill("Twenty brokers wait for it.")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="Let pass in shadow mode")).to_contain_text("Small bets: €0 before")
    assert troubles(page) == []

    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="See what they would have stopped, and decide when it ends").click()
    expect(page.get_by_text("1 request over €100k would have been stopped.")).to_be_visible()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("Say on which day it ends.")
    complaints.expect("422")
    page.get_by_label("Ends on").fill(page.evaluate("new Date().toISOString().slice(0, 10)"))
    page.get_by_label("Why").fill("Our gates and limits have proved themselves.")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".notes")).to_contain_text("Decided: shadow mode ends on")
    expect(page.get_by_text("gates, guardrails and recommendations bind.")).to_be_visible()
    assert troubles(page) == []

    page.goto(f"{live_server.url}/bets/{books.bet.key}/tranches/2/commit/")
    expect(page.get_by_text("Stopped by a guardrail:")).to_be_visible()
    page.get_by_label("Why, in your words").fill("Twenty more wait for it.")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("The guardrail stops it. Small bets")
    complaints.expect("409")
    assert (FundingRequest.objects.count(), Advice.objects.count()) == (1, 1)
