"""A product lead opens their bet, types in what was observed, corrects a slip, and sees it kept."""

import datetime as dt
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
    """A live bet of the product lead, whose one outcome people type in."""
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


def fill(page: Page, day: dt.date, trials: int, successes: int) -> None:
    page.get_by_label("Day", exact=True).fill(str(day))
    page.get_by_label("Trials").fill(str(trials))
    page.get_by_label("Successes").fill(str(successes))
    page.get_by_role("button", name="Record signal").click()


def test_from_the_bet_to_a_recorded_signal_and_back(
    lead_page: Page, live_server: Any, bet: Bet, complaints: Complaints
) -> None:
    yesterday = today() - dt.timedelta(days=1)
    lead_page.goto(f"{live_server.url}/bets/B-1/")
    expect(lead_page.get_by_text("No signals have arrived for this outcome yet.")).to_be_visible()
    lead_page.get_by_role("link", name="Type in a signal of Advice that ends in a policy").click()

    fill(lead_page, yesterday, 40, 41)
    alert = lead_page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_contain_text("There are more successes (41) than trials (40).")
    expect(lead_page.get_by_label("Successes")).to_have_value("41")
    assert troubles(lead_page) == []
    complaints.expect("409 (Conflict)")

    lead_page.get_by_label("Successes").fill("14")
    lead_page.get_by_role("button", name="Record signal").click()
    expect(lead_page.get_by_role("status")).to_contain_text("Recorded: 14 of 40")

    fill(lead_page, yesterday, 40, 15)
    expect(lead_page.get_by_role("status")).to_contain_text("Corrected: 15 of 40")
    assert Signal.objects.get().total == 15.0
    assert SignalRevision.objects.get().total == 14.0

    lead_page.get_by_role("link", name="Back").click()
    expect(lead_page.get_by_role("heading", name="Video advice", level=1)).to_be_visible()
    expect(lead_page.locator("[data-plot][data-ready]")).to_be_visible()
    lead_page.get_by_text("The same numbers as a table").click()
    expect(lead_page.get_by_role("row").filter(has_text=f"{yesterday:%-d %b %Y}")).to_contain_text("37.5 %")


def test_an_empty_field_is_found_from_the_summary(
    lead_page: Page, live_server: Any, bet: Bet, complaints: Complaints
) -> None:
    lead_page.goto(f"{live_server.url}/series/{bet.outcomes.get().series_id}/signals/new/")
    lead_page.get_by_label("Trials").fill("40")
    lead_page.get_by_role("button", name="Record signal").click()
    expect(lead_page.get_by_role("alert")).to_be_focused()
    lead_page.get_by_role("link", name="Enter successes.").click()
    expect(lead_page.get_by_label("Successes")).to_be_focused()
    expect(lead_page.get_by_label("Trials")).to_have_value("40")
    assert troubles(lead_page) == []
    complaints.expect("422 (Unprocessable Entity)")
