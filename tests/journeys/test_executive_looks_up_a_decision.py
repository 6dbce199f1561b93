"""An executive finds a decision that went against the evidence, and opens it to what was known that day."""

import re
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from org.models import Domain, Person
from tests.browser import Complaints
from tests.factories import DecisionFactory, DissentFactory, RunFactory
from tests.journeys.helpers import sign_in, troubles
from tests.portfolio.judged import judged


def test_an_executive_finds_a_decision_and_sees_what_was_known(
    page: Page, live_server: Any, client: Client, executive: Person, retail: Domain, complaints: Complaints
) -> None:
    night = RunFactory()
    for key, kind in (("B-1", "persist"), ("B-2", "cease")):
        bet = judged(night, retail, key, "cease", name=f"Claim form {key}")
        again = {"look_again_on": None} if kind == "cease" else {}
        decision = DecisionFactory(
            bet=bet, number=1, kind=kind, run=night, rationale="A strike. Not the form.", **again
        )
        DissentFactory(decision=decision, words="It is the form.")
    client.force_login(executive, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="Decisions", exact=True).click()
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Went against the evidence 1").click()
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/decisions/\?stands=against(#decisions)?$"))
    page.get_by_label("Find decisions by words").fill("nothing like it")
    expect(page.get_by_text("No decision matches.")).to_be_visible()
    page.get_by_label("Find decisions by words").fill("strike")
    expect(rows).to_have_count(1)
    page.get_by_text("The rest").click()
    expect(page.get_by_text("Not the form.")).to_be_visible()

    page.get_by_role("link", name="Claim form B-1").click()
    expect(page.get_by_role("heading", name="Decision 1: Persist")).to_be_visible()
    expect(page.locator("#readings")).to_contain_text("38.0 % to 44.0 %")
    expect(page.locator("#dissent")).to_contain_text("It is the form.")
    expect(page.locator("#since")).to_contain_text("None of this was known when it was decided")
    assert troubles(page) == []
