"""Product operations import a file of projects: they see what is wrong before anything is written, and undo it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from bets.models import Bet
from lib.clock import now
from org.actions import claim_job
from org.models import Domain, Person
from org.tasks import perform
from tests.journeys.helpers import sign_in, troubles


def work() -> None:
    while (job := claim_job(at=now())) is not None:
        perform(job)


def test_product_operations_import_projects_and_undo_it(
    page: Page, context: BrowserContext, live_server: Any, product_operations: Person, retail: Domain,
    product_lead: Person, client_of: Callable[[Person], Client], monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setattr("bets.import_views.ring", lambda: None)
    file = tmp_path / "projects.csv"
    file.write_text("Project;Domain;Owner;Budget\nParcel lockers;Retail;Paul Lead;250.000,00\nKiosk;Retail;Paul Led;\n")
    sign_in(context, client_of(product_operations), live_server)
    page.goto(f"{live_server.url}/imports/")
    page.get_by_role("main").get_by_role("link", name="Import projects").first.click()
    page.get_by_label("File of projects").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()
    expect(page.get_by_role("heading", name="Checking the rows")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Some rows need mending")).to_be_visible()
    expect(page.get_by_role("row", name="Line 3 Owner")).to_contain_text("The closest is “Paul Lead”")
    expect(page.get_by_role("region", name="Table of drafts to be")).to_contain_text("€250k")
    assert troubles(page) == []
    page.get_by_label("Leave out 1 row with errors").check()
    page.get_by_role("button", name="Take over 1 draft bet").click()
    expect(page.get_by_role("heading", name="Taking over")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="The drafts are there")).to_be_visible()
    expect(page.get_by_role("link", name="Parcel lockers")).to_be_visible()
    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_role("heading", name="The import is undone")).to_be_visible()
    assert troubles(page) == []
    assert not Bet.objects.exists()
