"""A chair holds a review: the agenda from the evidence, private votes, a wide spread, a second vote, the decision."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from playwright.sync_api import Page, expect

from bets.models import Decision
from lib import clock
from org.models import Person
from portfolio.models import Review
from tests import factories as f
from tests.browser import Complaints
from tests.journeys.helpers import sign_in, troubles
from tests.reviews.board import board


def votes_after_a_slip(page: Page, where: str, complaints: Complaints) -> None:
    """A member who has signed in votes; what the evidence says is shown then, and not before."""
    page.goto(f"{where}bets/B-1/")
    expect(page.locator("main")).not_to_contain_text("‹The target is refuted.›")
    page.locator("label[for^=vote_kind]", has_text="Pivot").click()
    page.get_by_label("in percent").fill("150")
    page.get_by_role("button", name="Keep my vote").click()
    expect(page.locator("main .errors")).to_be_visible()
    complaints.expect("422")
    assert troubles(page) == []
    page.get_by_label("in percent").fill("15")
    page.get_by_role("button", name="Keep my vote").click()
    expect(page.locator("main")).to_contain_text("‹The target is refuted.›")


def test_a_chair_holds_a_review_and_a_member_votes(
    page: Page, live_server: Any, db: None, client_of: Callable[[Person], Client], complaints: Complaints
) -> None:
    growth = board(now=True)
    Review.objects.filter(pk=growth.review.pk).update(held_on=clock.today())
    bet = growth.bet("B-1", name="One click", decide_in=5)
    f.VerdictFactory(bet=bet, run=f.RunFactory(), kind="pivot", sentence="‹The target is refuted.›")
    where = f"{live_server.url}/reviews/growth/{growth.review.number}/"

    sign_in(page.context, client_of(growth.chair), live_server)
    page.goto(where)
    page.get_by_role("button", name="Make it from the evidence").click()
    expect(page.locator(".agenda-item")).to_contain_text("One click")
    assert troubles(page) == []

    sign_in(page.context, client_of(growth.members[0]), live_server)
    votes_after_a_slip(page, where, complaints)

    growth.vote(growth.review.items.get(), growth.members[1], "persist", 0.7)
    sign_in(page.context, client_of(growth.chair), live_server)
    page.goto(where)
    page.get_by_role("button", name="Open the review").click()
    page.get_by_role("button", name="Open the next item").click()
    expect(page.locator("main")).to_contain_text("A wide spread: talk about it")
    page.get_by_role("button", name="Call a second vote").click()
    for member in growth.members[:2]:
        growth.vote(growth.review.items.get(), member, "pivot", 0.2)
    page.reload()
    expect(page.locator("main")).to_contain_text("They are of one mind")
    page.locator("label[for^=id_kind]", has_text="Pivot").click()
    page.get_by_label("Why", exact=True).fill("Both agree now.")
    page.get_by_label("What evidence would change it").fill("A lift of two points.")
    page.get_by_text("Dissent", exact=True).click()
    page.get_by_label("Berta Member would decide otherwise").fill("Half a year more.")
    assert troubles(page) == []
    page.get_by_role("button", name="Record decision").click()
    expect(page.locator(".on-table")).to_contain_text("Both agree now.")
    assert Decision.objects.get().dissent.get().words == "Half a year more."
    page.get_by_role("link", name="Growth board").first.click()
    page.get_by_role("link", name="Close the review").click()
    page.get_by_role("button", name="Close the review").click()
    expect(page.locator("main")).to_contain_text("Held: 1 of 1 decided.")
