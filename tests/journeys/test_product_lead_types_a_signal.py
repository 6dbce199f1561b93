"""A product lead finds the own bet, types in what was observed, corrects a slip, and sees it kept."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Bet
from lib.clock import today
from metrics.models import Signal, SignalRevision
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import BetFactory, MetricFactory, OutcomeFactory, SeriesFactory, SourceFactory
from tests.journeys.helpers import sign_in, troubles


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    """A live bet of the product lead, whose one outcome people type in; beside it one of somebody else."""
    BetFactory(key="B-2", name="Of a colleague", domain=retail)
    made = BetFactory(key="B-1", name="Video advice", domain=retail, lead=product_lead)
    metric = MetricFactory(name="Advice that ends in a policy")
    series = SeriesFactory(metric=metric, source=SourceFactory(name="Advice desk", domain=retail))
    begun, end = today() - dt.timedelta(days=60), today() + dt.timedelta(days=60)
    OutcomeFactory(bet=made, number=1, series=series, starts_on=begun, decide_by=end)
    return made


@pytest.fixture
def lead_page(page: Page, live_server: Any, product_lead: Person, client_of: Callable[[Person], Client]) -> Page:
    sign_in(page.context, client_of(product_lead), live_server)
    return page


def fill(page: Page, day: dt.date, trials: str, successes: str) -> None:
    page.get_by_label("Day", exact=True).fill(str(day))
    page.get_by_label("Trials").fill(trials)
    page.get_by_label("Successes").fill(successes)


def record(page: Page, *typed: Any) -> None:
    # Once it was read aloud: what is asked for when the page goes away would be a complaint of the browser.
    with page.expect_response(lambda answer: "/preview/" in answer.url and answer.url.endswith(f"={typed[-1]}")):
        fill(page, *typed)
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.get_by_role("button", name="Record signal").click()


def test_from_the_portfolio_to_a_recorded_signal_and_back(
    lead_page: Page, live_server: Any, bet: Bet, complaints: Complaints
) -> None:
    page, yesterday = lead_page, today() - dt.timedelta(days=1)
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name=re.compile("Led by me")).click()
    bets = page.get_by_role("region", name=re.compile("Table of bets"))
    expect(bets.get_by_role("link", name="Of a colleague")).to_be_hidden()
    bets.get_by_role("link", name="Video advice").click()
    expect(page.get_by_text("No signals have arrived for this outcome yet.")).to_be_visible()
    page.get_by_role("link", name=re.compile("Type in")).first.click()

    expect(page.get_by_label("Day", exact=True)).to_have_value(str(yesterday))
    record(page, yesterday, "40", "41")
    alert = page.get_by_role("main").get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text("There are more successes (41) than trials (40).")
    expect(page.get_by_label("Successes")).to_have_value("41")
    assert troubles(page) == []
    complaints.expect("409 (Conflict)")

    page.get_by_label("Successes").fill("14")
    expect(page.locator("#preview")).to_contain_text("Will be read as 14 of 40")
    assert not Signal.objects.exists()
    page.get_by_role("button", name="Record signal").click()
    expect(page.get_by_text("Recorded: 14 of 40")).to_be_visible()

    fill(page, yesterday, "40", "15")
    expect(page.locator("#preview")).to_contain_text("It replaces 14 of 40")
    page.get_by_role("button", name="Record signal").click()
    expect(page.get_by_text("Corrected: 15 of 40")).to_be_visible()
    row = page.get_by_role("region", name="Table of signals").get_by_role("row").nth(1)
    expect(row).to_contain_text("37.5 %")
    assert Signal.objects.get().total == 15.0
    assert SignalRevision.objects.get().total == 14.0

    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_role("heading", name="Video advice", level=1)).to_be_visible()
    expect(page.locator("[data-plot][data-ready]").first).to_be_visible()
    page.get_by_text("The same numbers as a table").click()
    expect(page.get_by_role("row").filter(has_text=f"{yesterday:%-d %b %Y}").first).to_contain_text("37.5 %")


def test_an_empty_field_is_found_from_the_summary(
    lead_page: Page, live_server: Any, bet: Bet, complaints: Complaints
) -> None:
    page = lead_page
    page.goto(f"{live_server.url}/series/{bet.outcomes.get().series_id}/signals/new/")
    with page.expect_response(lambda answer: "/preview/" in answer.url and "=40" in answer.url):
        page.get_by_label("Trials").fill("40")
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.get_by_role("button", name="Record signal").click()
    expect(page.get_by_role("main").get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="Enter successes.").click()
    expect(page.get_by_label("Successes")).to_be_focused()
    expect(page.get_by_label("Trials")).to_have_value("40")
    assert troubles(page) == []
    complaints.expect("422 (Unprocessable Entity)")
