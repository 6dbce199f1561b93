"""An executive goes through the flagged bets one by one: what would change each, its numbers, and the next by key."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bets.models import Bet
from org.models import Person, Run
from tests.factories import (
    TODAY,
    BetFactory,
    FlagFactory,
    HypothesisFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    SignalFactory,
    TrancheFactory,
    VerdictFactory,
)
from tests.journeys.helpers import sign_in, troubles


def _bet(key: str, run: Run, *, flagged: bool) -> Bet:
    bet = BetFactory(key=key, name=f"Bet {key}")
    HypothesisFactory(bet=bet)
    TrancheFactory(bet=bet, sequence=1)
    outcome = OutcomeFactory(bet=bet, number=1, starts_on=TODAY - dt.timedelta(days=40))
    for day in range(40):
        SignalFactory(
            series=outcome.series, period=TODAY - dt.timedelta(days=day + 1), n=500, total=170 + 20 * (day % 2)
        )
    ReadingFactory(outcome=outcome, run=run, estimate=0.36, lower=0.34, upper=0.38)
    VerdictFactory(bet=bet, run=run, kind="cease" if flagged else "measure")
    if flagged:
        FlagFactory(bet=bet, outcome=outcome, run=run)
    return bet


@pytest.fixture
def walk(page: Page, live_server: Any, client_of: Any, executive: Person) -> Iterator[Page]:
    """On the first of two flagged bets; a third is calm."""
    run = RunFactory()
    for key, flagged in (("W-1", True), ("W-2", False), ("W-3", True)):
        _bet(key, run, flagged=flagged)
    sign_in(page.context, client_of(executive), live_server)
    page.goto(f"{live_server.url}/bets/W-1/?show=flagged")
    yield page


def test_j_and_k_walk_the_flagged_bets_and_the_way_back_keeps_the_view(walk: Page) -> None:
    expect(walk.get_by_text("1 of 2")).to_be_visible()
    walk.keyboard.press("j")
    expect(walk.get_by_role("heading", name="Bet W-3", level=1)).to_be_visible()
    expect(walk).to_have_url(re.compile("show=flagged"))
    walk.keyboard.press("k")
    expect(walk.get_by_role("heading", name="Bet W-1", level=1)).to_be_visible()
    walk.get_by_role("link", name="Back to the list").click()
    expect(walk).to_have_url(re.compile(r"/\?show=flagged"))


def test_what_would_change_the_verdict_is_read_with_its_assumption(walk: Page) -> None:
    change = walk.get_by_role("region", name="What would change this verdict")
    expect(change).to_contain_text("If it goes on as now, at 36.0 %")
    expect(change).to_contain_text("The case for ceasing fades in about")
    change.get_by_text("What this assumes").click()
    expect(change.get_by_text("not a forecast")).to_be_visible()


def test_the_numbers_come_as_a_file(walk: Page) -> None:
    with walk.expect_download() as download:
        walk.get_by_role("link", name="Numbers as CSV").click()
    assert download.value.suggested_filename == "w-1-outcome-1.csv"


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1440), ("light", 390)])
def test_everything_opened_is_accessible_and_nothing_scrolls_sideways(walk: Page, scheme: Any, width: int) -> None:
    walk.emulate_media(color_scheme=scheme)
    walk.set_viewport_size({"width": width, "height": 900})
    walk.locator(".plot").scroll_into_view_if_needed()
    expect(walk.locator(f".plot[data-drawn={scheme}]")).to_be_visible()
    walk.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert troubles(walk) == []
