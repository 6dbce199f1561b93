"""Product operations tests a source, pulls it, reads why a row was set aside, and sees it resolve once it is mended."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from lib.clock import now
from metrics.models import Source
from org.actions import claim_job
from org.models import Domain, Person
from org.tasks import perform
from tests.factories import SeriesFactory, SourceFactory
from tests.journeys.helpers import sign_in, troubles

HEADER = "day,bet,trials,successes"
SOUND = "2026-01-05,claims,100,40"
UNSOUND, MENDED = "2026-01-06,claims,100,900", "2026-01-06,claims,100,90"
MAPPING = {
    "location": {"file": "signals.csv"},
    "grain": "day",
    "period": {"column": "day"},
    "key": ["bet"],
    "series": [{"kind": "proportion", "arms": {"treatment": {"n": "trials", "sum": "successes"}}}],
}


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    settings.SIGNALS_FOLDER = tmp_path
    path = tmp_path / "signals.csv"
    path.write_text("\n".join([HEADER, SOUND, UNSOUND]) + "\n")
    return path


@pytest.fixture
def source(retail: Domain, file: Path) -> Source:
    made = SourceFactory(key="exports", name="Nightly export", kind="csv", domain=retail, config=MAPPING)
    SeriesFactory(source=made, key="claims")
    return made


@pytest.fixture
def operations_page(
    page: Page, live_server: Any, product_operations: Person, client_of: Callable[[Person], Client]
) -> Page:
    sign_in(page.context, client_of(product_operations), live_server)
    return page


def pull(page: Page) -> None:
    """Presses the button, and does what a worker does; the page notices by itself."""
    page.get_by_role("button", name="Pull now").click()
    expect(page.get_by_text("A pull is under way")).to_be_visible()
    while job := claim_job(at=now()):
        perform(job)
    expect(page.get_by_text("A pull is under way")).to_be_hidden()


def test_from_a_row_set_aside_to_a_row_that_is_mended(
    operations_page: Page, live_server: Any, source: Source, file: Path
) -> None:
    page = operations_page
    page.goto(f"{live_server.url}/sources/")
    page.get_by_role("link", name="Nightly export").click()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("heading", name="The connection works")).to_be_visible()
    assert troubles(page) == []
    expect(page.get_by_text("No row is set aside.")).to_be_visible()

    page.goto(f"{live_server.url}/sources/exports/")
    pull(page)
    quarantine = page.get_by_role("region", name="Table of rows set aside")
    expect(quarantine.get_by_role("row").filter(has_text=UNSOUND)).to_contain_text("There are more successes")
    expect(quarantine.get_by_role("rowheader")).to_have_text("3")
    expect(
        page.get_by_role("img", name="1 kept, 0 folded, 0 not closed yet, 0 not asked for, 1 set aside")
    ).to_be_visible()

    page.goto(f"{live_server.url}/sources/")
    expect(page.get_by_role("row").filter(has_text="Nightly export").get_by_role("link", name="1")).to_be_visible()

    file.write_text("\n".join([HEADER, SOUND, MENDED]) + "\n")
    page.goto(f"{live_server.url}/sources/exports/")
    pull(page)
    expect(page.get_by_text("No row is set aside.")).to_be_visible()
    latest = page.get_by_role("region", name="Table of pulls").get_by_role("row").nth(1)
    expect(latest.get_by_role("cell")).to_have_text(["2", "2", "0", "0", "0", "0", "1", "0", "1"])


def test_a_source_that_fails_says_what_to_do_and_keeps_its_signals(
    operations_page: Page, live_server: Any, source: Source, file: Path
) -> None:
    page = operations_page
    file.unlink()
    page.goto(f"{live_server.url}/sources/exports/")
    pull(page)
    expect(page.get_by_text("There is no file 'signals.csv' in the folder for files.").first).to_be_visible()
    expect(page.get_by_text("Signals that arrived before stay as they are.")).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("heading", name="The connection does not work")).to_be_visible()
