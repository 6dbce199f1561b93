"""Product operations sees at a glance that a source set rows aside, reads why, takes the rows to mend along as a file,
and once the source is corrected tests it, pulls it, and sees the row resolved and its signal kept."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from lib.clock import now
from metrics.models import Signal, Source
from org.actions import claim_job
from org.models import Domain, Person
from org.tasks import perform
from tests.factories import SeriesFactory, SourceFactory
from tests.journeys.helpers import sign_in, troubles
from tests.metrics.sources.examples import BY_BET

HEADER = "day,bet,trials,successes"
SOUND = "2026-01-05,claims,100,40"
UNSOUND, MENDED = "2026-01-06,claims,100,900", "2026-01-06,claims,100,90"


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    settings.SIGNALS_FOLDER = tmp_path
    path = tmp_path / "signals.csv"
    path.write_text("\n".join([HEADER, SOUND, UNSOUND]) + "\n")
    return path


@pytest.fixture
def source(retail: Domain, file: Path) -> Source:
    made = SourceFactory(key="exports", name="Nightly export", kind="csv", domain=retail, config=BY_BET)
    SeriesFactory(source=made, key="claims")
    return made


@pytest.fixture
def operations_page(
    page: Page, live_server: Any, product_operations: Person, client_of: Callable[[Person], Client]
) -> Page:
    sign_in(page.context, client_of(product_operations), live_server)
    return page


def work() -> None:
    """Does what a worker does."""
    while job := claim_job(at=now()):
        perform(job)


def pull(page: Page) -> None:
    """Presses the button; the page notices by itself that the work is done, and offers the button again."""
    page.get_by_role("button", name="Pull now").click()
    expect(page.get_by_text("A pull is under way")).to_be_visible()
    expect(page.get_by_role("button", name="Pull now")).to_be_disabled()
    work()
    expect(page.get_by_text("A pull is under way")).to_be_hidden()
    expect(page.get_by_role("button", name="Pull now")).to_be_enabled()


def brought(page: Page) -> dict[str, str]:
    """What the card of the last pull counts, once it stands on the page."""
    terms = page.locator("#account .changed > div")
    expect(terms.first).to_be_visible()
    return {one.locator("dt").inner_text(): one.locator("dd").inner_text() for one in terms.all()}


def test_from_a_row_set_aside_to_a_signal_that_is_kept(
    operations_page: Page, live_server: Any, source: Source, file: Path, tmp_path: Path
) -> None:
    page = operations_page
    page.goto(f"{live_server.url}/sources/exports/")
    pull(page)
    assert Signal.objects.count() == 1

    page.goto(f"{live_server.url}/sources/")
    expect(page.get_by_role("region", name="At a glance")).to_contain_text("1 to mend")
    row = page.get_by_role("row").filter(has_text="Nightly export")
    expect(row.get_by_role("img", name="The last pull: 0 good, 1 with rows set aside, 0 failed.")).to_be_visible()
    assert troubles(page) == []
    row.get_by_role("link", name="1 rows to mend of Nightly export").click()

    quarantine = page.get_by_role("region", name="Table of rows set aside")
    expect(quarantine.get_by_role("row").filter(has_text=UNSOUND)).to_contain_text("There are more successes (900)")
    expect(quarantine.get_by_role("rowheader")).to_have_text("3")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    download.value.save_as(tmp_path / "mend.csv")
    with (tmp_path / "mend.csv").open(encoding="utf-8-sig", newline="") as mend:
        rows = list(csv.DictReader(mend))
    assert download.value.suggested_filename == "exports-rows-to-mend.csv"
    assert [(one["row"], one["bet"], one["trials"], one["successes"]) for one in rows] == [
        ("3", "claims", "100", "900")
    ]

    file.write_text("\n".join([HEADER, SOUND, MENDED]) + "\n")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("heading", name="The connection works")).to_be_visible()
    expect(page.get_by_text("all of them can be read.")).to_be_visible()
    assert Signal.objects.count() == 1
    pull(page)
    expect(page.get_by_text("No row is set aside.")).to_be_visible()
    assert brought(page) == {
        "Signals new": "1", "Corrected": "0", "Unchanged": "1", "Rows newly set aside": "0", "Rows resolved": "1",
    }  # fmt: skip
    expect(page.locator("#work")).to_contain_text("1 row resolved.")
    assert sorted(Signal.objects.values_list("total", flat=True)) == [40.0, 90.0]
    assert troubles(page) == []


def test_a_reason_narrows_the_rows_and_has_an_address(
    operations_page: Page, live_server: Any, source: Source, file: Path
) -> None:
    page = operations_page
    file.write_text("\n".join([HEADER, UNSOUND, "2026-01-07,claims,n/a,1", "2026-01-08,claims,5,9"]) + "\n")
    page.goto(f"{live_server.url}/sources/exports/")
    pull(page)
    rows = page.get_by_role("region", name="Table of rows set aside").get_by_role("rowheader")
    expect(rows).to_have_text(["2", "3", "4"])
    page.get_by_role("link", name="There are more successes (…) than trials (…). 2").click()
    expect(rows).to_have_text(["2", "4"])
    page.reload()
    expect(rows).to_have_text(["2", "4"])
    page.get_by_role("link", name="Every reason 3").click()
    expect(rows).to_have_text(["2", "3", "4"])


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


def test_the_list_is_narrowed_while_typing_and_the_address_follows(
    operations_page: Page, live_server: Any, source: Source
) -> None:
    page = operations_page
    SourceFactory(name="Advice desk")
    page.goto(f"{live_server.url}/sources/")
    rows = page.get_by_role("region", name="Table of sources").get_by_role("rowheader")
    expect(rows).to_have_count(2)
    page.get_by_role("searchbox", name="Search sources").press_sequentially("advice")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(f"{live_server.url}/sources/?q=advice")
    expect(page.get_by_role("searchbox", name="Search sources")).to_be_focused()
    page.get_by_label("Kind").select_option("CSV file")
    expect(page.get_by_text("No source matches.")).to_be_visible()
    page.get_by_role("link", name="See all sources").click()
    expect(rows).to_have_count(2)


def test_without_javascript_a_pull_is_followed_by_looking_again(
    browser: Any, live_server: Any, source: Source, product_operations: Person, client_of: Callable[[Person], Client]
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    sign_in(context, client_of(product_operations), live_server)
    page = context.new_page()
    page.goto(f"{live_server.url}/sources/exports/")
    page.get_by_role("button", name="Pull now").click()
    expect(page.get_by_text("A pull is under way")).to_be_visible()
    work()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("A pull is under way")).to_be_hidden()
    assert brought(page)["Signals new"] == "1"
    context.close()
