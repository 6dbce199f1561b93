"""Finance brings the budgets of the year, then what was spent, says whose money a document was, and reconciles."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from funding.models import Account, Actual
from lib import clock
from org.models import Person, Role
from tests.cast import person
from tests.funding.books import books_of_today
from tests.journeys.helpers import sign_in, troubles

HEADER = "Code;Name;Class;Starts;Ends;Amount;Spent;Cost centre\n"
BUDGETS = HEADER + "RUN-1;Run of claims;run;{year}-01-01;{year}-12-31;{rest}"
ACTUALS = "Document;Date;Amount;Cost centre;Reference\n51-1;{day};150.00;4711;\n51-2;{day};70.00;;NONE-1\n"


@pytest.fixture
def finance(db: None) -> Person:
    return person("Fiona Finance", Role.FINANCE)


def test_finance_brings_budgets_and_actuals_and_reconciles(
    page: Page, context: BrowserContext, live_server: Any, finance: Person, client_of: Callable[[Person], Client],
    tmp_path: Path,
) -> None:  # fmt: skip
    books, day = books_of_today(), clock.today()
    budgets, actuals = tmp_path / "budgets.csv", tmp_path / "actuals.csv"
    budgets.write_text(BUDGETS.format(year=day.year, rest="1,000;0;4711\n"))
    sign_in(context, client_of(finance), live_server)
    page.goto(f"{live_server.url}/money/files/")
    page.get_by_role("link", name="Bring budgets").click()
    page.get_by_label("File", exact=True).set_input_files(budgets)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("row", name="Line 2 Amount")).to_contain_text("“1,000” is not an amount")
    assert troubles(page) == []
    page.get_by_role("button", name="Drop this file").click()
    budgets.write_text(BUDGETS.format(year=day.year, rest="1000.00;0;4711\n"))
    page.get_by_role("link", name="Bring budgets").click()
    page.get_by_label("File", exact=True).set_input_files(budgets)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_label("4711").select_option(label=books.domain.name)
    page.get_by_role("button", name="Check again with these").first.click()
    page.get_by_role("button", name="Open 1 budget").click()
    expect(page.get_by_role("heading", name="The budgets are open")).to_be_visible()
    assert troubles(page) == []
    actuals.write_text(ACTUALS.format(day=day.isoformat()))
    page.goto(f"{live_server.url}/money/files/new/?kind=actuals")
    page.get_by_label("System that the actuals come from").fill("SAP")
    page.get_by_label("File", exact=True).set_input_files(actuals)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("row", name="51-1")).to_contain_text("Spent by RUN-1")
    page.get_by_role("button", name="Take over 2 documents").click()
    page.get_by_role("link", name="Say whose money the waiting ones were").click()
    page.get_by_role("link", name="51-2").click()
    page.get_by_label("Paid from").select_option(label="Its own: Available, €850.00")
    assert troubles(page) == []
    page.get_by_role("button", name="Place it").click()
    expect(page.get_by_text("Nothing waits.")).to_be_visible()
    assert Account.objects.get(budget__code="RUN-1", kind="spent").balance == 22_000
    page.get_by_role("link", name="Reconciliations").click()
    page.get_by_role("link", name="Reconcile", exact=True).first.click()
    page.get_by_label("System").fill("SAP")
    page.get_by_role("button", name="Set side by side").click()
    expect(page.get_by_text("The books agree, on 1 line.")).to_be_visible()
    assert troubles(page) == []
    assert not Actual.objects.filter(transfer=None).exists()
