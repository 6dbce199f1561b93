"""Product operations change a definition, having read what it touches; the lead of the bet sees it at the outcome."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from lib.clock import today
from metrics.definition import definition_of
from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import BetFactory, MetricFactory, OutcomeFactory, SeriesFactory, SourceFactory
from tests.journeys.helpers import sign_in


def test_from_the_library_to_a_new_version_shown_at_the_outcome(
    page: Page, live_server: Any, retail: Domain, product_operations: Person, client_of: Callable[[Person], Client],
    complaints: Complaints,
) -> None:  # fmt: skip
    metric = MetricFactory(key="conversion", name="Conversion", counts="Quotes.")
    series = SeriesFactory(metric=metric, source=SourceFactory(domain=retail))
    bet = BetFactory(key="B-1", name="Faster claims", domain=retail)
    begun, end = today() - dt.timedelta(days=60), today() + dt.timedelta(days=60)
    OutcomeFactory(
        bet=bet, number=1, series=series, definition=definition_of(series), starts_on=begun, decide_by=end
    )  # fmt: skip
    sign_in(page.context, client_of(product_operations), live_server)
    page.goto(f"{live_server.url}/metrics/?q=conversion")
    page.get_by_role("link", name="Conversion").click()
    page.get_by_role("link", name="Change the definition").click()
    touched = page.get_by_role("region", name="What a change touches")
    expect(touched).to_contain_text("1 outcome of a live bet loses its verdict")
    expect(touched).to_contain_text("Faster claims")
    page.get_by_label("What counts and what does not").fill("Paid policies.")
    page.get_by_role("button", name="Change definition").click()
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("Say why it changes.")
    expect(page.get_by_label("What counts and what does not")).to_have_value("Paid policies.")
    complaints.expect("422")
    page.get_by_label("Why it changes").fill("Quotes are cheap.")
    page.get_by_role("button", name="Change definition").click()
    expect(page.get_by_role("main").get_by_role("status")).to_contain_text("The definition is changed.")
    expect(page.get_by_role("heading", name="What it meant before")).to_be_visible()
    page.goto(f"{live_server.url}/bets/B-1/")
    changed = page.get_by_text("Definition of Conversion changed on")
    expect(changed).to_contain_text("to version 2: Quotes are cheap.")
    changed.click()
    expect(page.locator(".is-redefined").get_by_text("Paid policies.")).to_be_visible()
