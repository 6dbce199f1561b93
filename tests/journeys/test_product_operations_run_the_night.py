"""Product operations start a night out of turn and watch it end, without loading the page again."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from lib.clock import now
from org.actions import claim_job
from org.models import Person, Run
from org.tasks import perform
from tests.factories import BetFactory, OutcomeFactory
from tests.journeys.helpers import sign_in


def test_the_page_follows_the_night_to_its_end(
    page: Page, context: BrowserContext, live_server: Any, product_operations: Person,
    client_of: Callable[[Person], Client], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("portfolio.views.ring", lambda: None)
    OutcomeFactory(bet=BetFactory(name="Parcel lockers"))
    sign_in(context, client_of(product_operations), live_server)
    page.goto(live_server.url)
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("heading", name="Night run", level=1)).to_be_visible()
    expect(page.get_by_text("0 of 1")).to_be_visible()
    while (job := claim_job(at=now())) is not None:
        perform(job)
    assert Run.objects.get().state == Run.State.DONE
    expect(page.get_by_text("Finished")).to_be_visible()
    expect(page.get_by_text("Bets judged: 1")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Portfolio").click()
    expect(page.get_by_text("read by the night run that finished")).to_be_visible()
