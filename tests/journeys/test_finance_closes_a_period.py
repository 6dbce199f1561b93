"""Finance finds a wrong transfer, reverses it, hands the journal over, verifies the books and closes the period."""

import datetime as dt
import uuid
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from funding import actions
from funding.models import FiscalPeriod, Ledger
from lib.clock import now, today
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import FiscalPeriodFactory
from tests.journeys.helpers import sign_in, troubles


def opened(domain: Domain) -> Ledger:
    """Books with one transfer in a period that ended yesterday, and a period that holds today."""
    day, at = today(), now()
    ledger = actions.open_ledger("northwind-eur", "Northwind Insurance SE", "EUR", at=at)
    FiscalPeriodFactory(
        ledger=ledger, code="before", starts_on=day - dt.timedelta(days=90), ends_on=day - dt.timedelta(days=1)
    )
    FiscalPeriodFactory(ledger=ledger, code="now", starts_on=day, ends_on=day + dt.timedelta(days=90))
    budget = actions.open_budget(ledger, "R-1", "Bets of retail", domain, "bet", day, day, at=at)
    move = actions.Move(
        uuid.uuid4(), "open", actions.appropriation_of(ledger), actions.account_of(budget, "available"), 1_250_000,
        day - dt.timedelta(days=9), "opening", document="Annual plan",
    )  # fmt: skip
    actions.post(move, at=at, by=None)
    return ledger


def test_finance_closes_a_period(
    page: Page, live_server: Any, client: Client, finance: Person, retail: Domain, complaints: Complaints
) -> None:
    opened(retail)
    client.force_login(finance, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/money/ledgers/")
    page.get_by_role("link", name="Northwind Insurance SE").click()
    page.get_by_role("row").filter(has_text="Annual plan").get_by_role("link", name="1", exact=True).click()
    page.get_by_role("link", name="Reverse").click()
    page.get_by_label("What was wrong").fill("Twice in the plan.")
    page.get_by_role("button", name="Reverse the transfer").click()
    expect(page.locator(".errors")).to_be_focused()
    complaints.expect("422")
    expect(page.get_by_label("What was wrong")).to_have_value("Twice in the plan.")
    page.get_by_label("Document").fill("Mail of the controller")
    page.get_by_role("button", name="Reverse the transfer").click()
    expect(page.locator(".notes")).to_contain_text("The transfer is reversed.")
    assert troubles(page) == []

    page.get_by_role("link", name="Journals").click()
    page.get_by_role("button", name="Hand over 2 transfers").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV of journal 1").click()
    assert download.value.suggested_filename == "northwind-eur-0001.csv"

    page.get_by_role("link", name="Verification").click()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("status").filter(has_text="All 2 transfers fit")).to_be_visible()

    page.get_by_role("link", name="Fiscal periods").click()
    page.get_by_role("link", name="before", exact=True).click()
    page.get_by_role("button", name="Close the period").click()
    expect(page.locator(".notes")).to_contain_text("Period before is closed.")
    expect(page.get_by_role("button", name="Reopen")).to_be_disabled()
    expect(page.locator("#why-not")).to_contain_text("Another person")
    assert troubles(page) == []
    assert FiscalPeriod.objects.get(code="before").seq == 2
