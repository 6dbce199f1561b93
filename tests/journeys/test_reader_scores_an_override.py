"""A second reader finds on the desk a decision that went against the evidence, scores it, and it counts."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Rescoring
from lib import clock
from org.models import Domain, Person
from tests import factories as f
from tests.browser import Complaints
from tests.journeys.helpers import sign_in, troubles


def test_a_reader_scores_a_decision_against_the_evidence_and_it_counts_on_the_scoreboard(
    page: Page, live_server: Any, retail: Domain, product_operations: Person, client_of: Callable[[Person], Client],
    complaints: Complaints,
) -> None:  # fmt: skip
    today = clock.today()
    decision = f.DecisionFactory(
        bet=f.BetFactory(key="A", domain=retail, name="One click"), number=1, kind="persist", verdict="cease",
        second_reader=product_operations, rescore_on=today, look_again_on=today,
        decided_at=clock.now() - dt.timedelta(days=60),
    )  # fmt: skip
    raised = today - dt.timedelta(days=90)
    f.FlagFactory(
        bet=decision.bet, outcome=f.OutcomeFactory(bet=decision.bet), raised_on=raised, cleared_on=today,
        since=raised - dt.timedelta(days=20), cleared_how="decision", cleared_because="Decided.", decision=decision,
    )  # fmt: skip
    sign_in(page.context, client_of(product_operations), live_server)

    page.goto(f"{live_server.url}/desk/")
    page.get_by_role("link", name="Look again").click()
    page.locator("label", has_text="The evidence was right").click()
    page.get_by_role("button", name="Record what I found").click()
    expect(page.locator("main .errors")).to_be_visible()
    complaints.expect("422")
    assert troubles(page) == []
    page.get_by_label("Why", exact=True).fill("Conversion fell to 31 %.")
    page.get_by_role("button", name="Record what I found").click()
    expect(page.locator("main")).to_contain_text("The evidence was right")

    page.goto(f"{live_server.url}/decisions/")
    page.get_by_role("link", name="Scoreboard").click()
    expect(page.locator("#overrides")).to_contain_text("1 decision against the evidence has come due; 1 is scored.")
    page.get_by_label("Time").select_option(str(decision.decided_at.year))
    page.get_by_role("button", name="Show", exact=True).click()
    page.locator("#latency .plot").scroll_into_view_if_needed()
    expect(page.locator("#latency .plot .main-svg").first).to_be_visible()
    assert troubles(page) == []
    page.get_by_role("link", name="From flag to decision").click()
    expect(page.locator(".score-list")).to_contain_text("One click")
    assert troubles(page) == []
    assert Rescoring.objects.get().scored_by == product_operations
