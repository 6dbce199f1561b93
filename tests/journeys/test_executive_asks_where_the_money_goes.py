"""An executive asks where the money goes: from the goals to the trends, and back to the bets behind a number."""

import datetime as dt
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Bet
from lib import clock
from org.models import Person
from tests import factories as f
from tests.funding.books import books_of_today
from tests.journeys.helpers import sign_in, troubles

DAY = dt.timedelta(days=1)


def test_an_executive_asks_where_the_money_goes(
    page: Page, live_server: Any, client: Client, executive: Person, db: None
) -> None:
    today = clock.today()
    soon = {"due_on": today + 300 * DAY}
    goal = f.GoalFactory(key="renewals", name="Keep the customers we have", **soon)
    f.GoalFactory(name="A goal without bets", **soon)
    books = books_of_today()
    books.given(books.first)
    Bet.objects.filter(pk=books.bet.pk).update(goal=goal, name="Renewal by phone")
    f.BetFactory(domain=books.domain, name="Adrift")
    for ago, kind in ((40, "measure"), (0, "cease")):
        f.VerdictFactory(bet=books.bet, run=f.RunFactory(as_of=today - ago * DAY), kind=kind)
    f.GuardrailFactory(name="Not all for now", horizon=1, at_most=5)
    f.ReviewFactory(
        forum=f.ForumFactory(name="Growth board"), state="closed", held_on=today - 9 * DAY, opened_at=f.AT,
        closed_at=f.AT,
    )  # fmt: skip
    client.force_login(executive, backend="allauth.account.auth_backends.AuthenticationBackend")
    sign_in(page.context, client, live_server)

    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="By goal").click()
    expect(page.locator(".goal-needs")).to_contain_text("A goal without betsNo bet serves it")
    page.get_by_text("1 bet under way serves no goal").click()
    expect(page.get_by_role("link", name="Adrift")).to_be_visible()
    assert troubles(page) == []

    page.get_by_role("link", name="Keep the customers we have").click()
    expect(page.locator("#bets")).to_contain_text("Renewal by phone")
    page.get_by_role("link", name="Trends of its bets").click()
    expect(page.locator("#money figcaption")).to_contain_text("€100k was committed")
    expect(page.locator(".pressing")).to_contain_text("Not all for now")
    expect(page.locator("#since")).to_contain_text("What changed since Growth board last met")
    expect(page.locator("#since .changes")).to_contain_text("Renewal by phone")
    for chart in page.locator(".plot").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-ready", "1")
    assert troubles(page) == []

    page.get_by_label("By", exact=True).select_option("Quarter")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{live_server.url}/trends/?goal=renewals&by=quarter")
    page.locator("#money").get_by_text("Show as a table").click()
    expect(page.locator("#money table")).to_contain_text("€100k")
    page.get_by_role("link", name="Now", exact=True).click()
    expect(page.locator("#bets")).to_contain_text("Renewal by phone")
    expect(page.locator("#bets")).not_to_contain_text("Adrift")
