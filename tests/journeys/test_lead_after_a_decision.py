"""What follows a decision, in the browser: a lead writes the next version after a pivot and looks back after a cease;
and what a chair has half written is there again after the page was closed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Bet, Decision, LearningReview, NextHypothesis
from lib import clock
from org.models import Domain, Person
from portfolio import actions
from portfolio.models import Draft
from tests import factories as f
from tests.browser import Complaints
from tests.journeys.helpers import sign_in, troubles
from tests.reviews.board import board_today

SignIn = Callable[[Person], Client]
DAY = dt.timedelta(days=1)


def decide(bet: Bet, kind: str, by: Person, days_ago: int) -> Decision:
    day = clock.today() - days_ago * DAY
    return actions.decide_bet(
        bet, kind, rationale="It was enough.", would_change="A rise.", look_again_on=clock.today() + 90 * DAY, by=by,
        at=clock.now() - days_ago * DAY, today=day,
    )  # fmt: skip


def test_a_lead_writes_the_next_version_after_a_pivot_and_looks_back_after_a_cease(
    page: Page, live_server: Any, db: None, client_of: SignIn, retail: Domain, product_lead: Person, executive: Person,
    complaints: Complaints,
) -> None:  # fmt: skip
    pivoted = f.BetFactory(key="B-1", name="One click", domain=retail, lead=product_lead)
    f.HypothesisFactory(bet=pivoted, version=1)
    ceased = f.BetFactory(key="B-2", name="A longer form", domain=retail, lead=product_lead)
    decide(pivoted, "pivot", executive, 2)
    decide(ceased, "cease", executive, 26)

    sign_in(page.context, client_of(product_lead), live_server)
    page.goto(f"{live_server.url}/desk/")
    due = page.locator("#due")
    expect(due).to_contain_text("It was decided to pivot: version 2 of the hypothesis")
    expect(due).to_contain_text("It has ceased: what did it teach?")
    due.get_by_role("link", name="Write it").click()
    page.get_by_label("Why this version").fill("Buttons do not sell; a call does.")
    page.locator("#id_change").fill("one call back")
    page.get_by_role("button", name="Write this version").click()
    expect(page.locator("#follows")).to_contain_text(f"{product_lead} has written version 2 of the hypothesis.")
    assert NextHypothesis.objects.get().written.version == 2

    page.goto(f"{live_server.url}/bets/B-2/")
    expect(page.locator("#follows")).to_contain_text(f"{product_lead} is credited for ceasing this bet.")
    page.get_by_role("link", name="Hold it").click()
    page.get_by_role("button", name="Record what we learned").click()
    expect(page.locator("main .errors")).to_contain_text("Say what was learned.")
    complaints.expect("422")
    assert troubles(page) == []
    page.locator("#id_lesson").fill("Nobody finishes a form of ten pages.")
    page.locator("#id_reuse").fill("The panel of ten sellers.")
    page.get_by_role("button", name="Record what we learned").click()
    page.get_by_role("link", name="Lessons", exact=True).click()
    expect(page.locator("#lessons")).to_contain_text("Nobody finishes a form of ten pages.")
    assert troubles(page) == []
    assert LearningReview.objects.get().held_by == product_lead


def test_what_a_chair_has_half_written_is_there_again_after_the_page_was_closed(
    page: Page, live_server: Any, db: None, client_of: SignIn
) -> None:
    growth = board_today()
    item = growth.item(growth.bet("B-1", name="One click"))
    growth.opened()
    actions.open_item(item, by=growth.chair, at=clock.now())
    where = f"{live_server.url}/reviews/growth/{growth.review.number}/bets/B-1/"

    sign_in(page.context, client_of(growth.chair), live_server)
    page.goto(where)
    page.locator("label[for^=id_kind]", has_text="Pivot").click()
    page.get_by_label("Why", exact=True).press_sequentially("Both agree, and")
    expect(page.locator("[data-kept]")).to_contain_text("not decided yet")
    page.get_by_label("What evidence would change it").fill("A lift of two")
    page.close()  # mid-sentence: what was typed since is sent on the way out

    again = page.context.new_page()
    again.goto(where)
    expect(again.get_by_label("Why", exact=True)).to_have_value("Both agree, and")
    expect(again.locator("input[name=kind][value=pivot]")).to_be_checked()
    expect(again.get_by_label("What evidence would change it")).to_have_value("A lift of two")
    expect(again.locator("main")).to_contain_text("not decided yet.")
    expect(again.locator("main")).not_to_contain_text("It is here when you come back")
    assert troubles(again) == []
    again.get_by_label("Why", exact=True).fill("Both agree now.")
    again.get_by_label("What evidence would change it").fill("A lift of two points.")
    again.get_by_role("button", name="Record decision").click()
    expect(again.locator(".on-table")).to_contain_text("Both agree now.")
    assert not Draft.objects.exists()
