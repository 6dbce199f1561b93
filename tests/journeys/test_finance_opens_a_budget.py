"""Finance opens durable funding of a team, corrects a slip, changes it, and finds it in the list and on the map."""

import datetime as dt
import uuid
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from funding import actions
from funding.models import Budget
from lib.clock import now, today
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import FiscalPeriodFactory, TeamFactory
from tests.journeys.helpers import sign_in, troubles


def given(domain: Domain) -> None:
    """Books with 1,000,000.00 for bets of this year."""
    year, at = today().year, now()
    ledger = actions.open_ledger("northwind", "Northwind AG", "EUR", at=at)
    days = {"starts_on": dt.date(year, 1, 1), "ends_on": dt.date(year, 12, 31)}
    FiscalPeriodFactory(ledger=ledger, **days)
    budget = actions.open_budget(ledger, "R-1", "Bets of retail", domain, "bet", at=at, **days)
    move = actions.Move(
        uuid.uuid4(), "open", actions.appropriation_of(ledger), actions.account_of(budget, "available"), 100_000_000,
        today(), "opening", document="Annual plan",
    )  # fmt: skip
    actions.post(move, at=at, by=None)


def test_finance_opens_a_budget_and_finds_it_where_the_money_is_read(
    page: Page, live_server: Any, client: Client, finance: Person, retail: Domain, complaints: Complaints
) -> None:
    given(retail)
    TeamFactory(domain=retail, name="Quotes")
    client.force_login(finance, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/money/budgets/")
    page.get_by_role("link", name="Open a budget").click()
    page.get_by_label("Name").fill("Team of quotes")
    page.get_by_label("Code").fill("T-1")
    page.get_by_label("Domain").select_option(label="Retail")
    page.get_by_label("Funding class").select_option(label="Team")
    page.get_by_role("button", name="Open the budget").click()
    expect(page.locator(".errors")).to_be_focused()
    expect(page.locator(".errors")).to_contain_text("Durable team funding names its team.")
    complaints.expect("409")
    expect(page.get_by_label("Code")).to_have_value("T-1")
    page.get_by_label("Team").select_option(label="Quotes")
    page.get_by_role("button", name="Open the budget").click()
    expect(page.get_by_text("It stands first")).to_be_visible()
    assert Budget.objects.get(code="T-1").opened_by == finance

    page.get_by_role("link", name="Change").click()
    page.get_by_label("Warn from this share on").fill("90")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notes")).to_contain_text("Saved.")

    page.get_by_role("navigation", name="Money").get_by_role("link", name="Budgets").click()
    expect(page.get_by_role("row").nth(2)).to_contain_text("Team of quotes")
    page.get_by_role("link", name="Bets of retail").click()
    expect(page.locator(".plot[data-ready]")).to_have_count(2)
    expect(page.locator(".plot text", has_text="€1M").first).to_be_visible()
    page.get_by_role("navigation", name="Money").get_by_role("link", name="Funding map").click()
    expect(page.locator("figcaption")).to_contain_text("100 % of €1M goes to durable teams and to bets")
    expect(page.locator(".plot[data-ready]")).to_have_count(1)
    assert troubles(page) == []
