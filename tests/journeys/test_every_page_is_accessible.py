"""Every page, light and dark, wide and narrow: axe finds nothing and skips nothing, and nothing scrolls sideways."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from metrics.models import Series, Source
from org.models import Domain, Job, Person, Run
from tests.browser import REPORT_VIOLATIONS, Complaints
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    EventFactory,
    FlagFactory,
    GoalFactory,
    HypothesisFactory,
    JobFactory,
    OutcomeFactory,
    PullFactory,
    QuarantinedRowFactory,
    ReadingFactory,
    RunFactory,
    SeriesFactory,
    SignalFactory,
    SourceFactory,
    TeamFactory,
    TrancheFactory,
    VerdictFactory,
)
from tests.journeys.helpers import sign_in, troubles

NARROW, WIDE = 390, 1440
KINDS = {
    "cease": "cease",
    "pivot": "pivot",
    "persist": "scale",
    "measure": "stale",
    "contradiction": "cease",
    "none": "",
}
HEALTH = {"none": "broken", "measure": "stale", "pivot": "waiting"}


def _bet(kind: str, run: Run, domain: Domain) -> None:
    """One bet with everything a page can show of it."""
    late = kind == "pivot"
    bet = BetFactory(key=f"B-{kind}", name=f"A bet to {kind}", domain=domain, goal=GoalFactory(), is_sample=True)
    bet.teams.add(TeamFactory(domain=domain))
    for version in (1, 2):
        HypothesisFactory(bet=bet, version=version)
    TrancheFactory(bet=bet)
    series = SeriesFactory(source=SourceFactory(domain=domain))
    for day in range(1, 31):
        SignalFactory(series=series, period=TODAY - dt.timedelta(days=day), total=40 + day % 5)
    decide_by = TODAY - dt.timedelta(days=9) if late else TODAY + dt.timedelta(days=900)
    outcome = OutcomeFactory(bet=bet, number=1, series=series, decide_by=decide_by)
    health = HEALTH.get(kind, "healthy")
    bounds = {"lower": None, "upper": None, "estimate": None} if health == "broken" else {}
    ReadingFactory(outcome=outcome, run=run, health=health, health_note="It says why." if health else "", **bounds)
    VerdictFactory(bet=bet, run=run, kind=kind)
    if flag := KINDS[kind]:
        evidence = {"log_e": None, "cut": None} if flag == "stale" else {}
        FlagFactory(bet=bet, outcome=outcome, run=run, kind=flag, **evidence)
    EventFactory(subject_type="bets.bet", subject_id=bet.pk)


@pytest.fixture
def everything(db: None, retail: Domain, product_operations: Person) -> dict[str, str]:
    """Data of every kind, and the address of every page that shows it."""
    done = RunFactory()
    for kind in KINDS:
        _bet(kind, done, retail)
    BetFactory(domain=retail, state="draft")
    source: Source = SourceFactory(domain=retail, kind="csv", is_sample=True, state="attention", message="It is gone.")
    PullFactory(source=source, rows_seen=12, rows_kept=10, rows_set_aside=2, signals_new=10)
    PullFactory(source=source, state="failed", message="The file is not there.")
    QuarantinedRowFactory.create_batch(2, source=source)
    typed: Series = SeriesFactory(source=SourceFactory(domain=retail))
    under_way = RunFactory(state="open", finished_at=None, started_by=product_operations)
    JobFactory(run=under_way, state=Job.State.DEAD, finished_at=AT, message="It fell over.")
    JobFactory(run=under_way, state=Job.State.DONE, finished_at=AT, message="12 read")
    JobFactory(run=under_way)
    return {
        "portfolio": reverse("portfolio"),
        "portfolio, nothing found": reverse("portfolio") + "?q=nothing",
        "bet, flagged": reverse("show_bet", args=["B-cease"]),
        "bet, contradiction": reverse("show_bet", args=["B-contradiction"]),
        "bet, broken feed": reverse("show_bet", args=["B-none"]),
        "run under way": reverse("show_run", args=[under_way.pk]),
        "run done": reverse("show_run", args=[done.pk]),
        "sources": reverse("list_sources"),
        "source": reverse("show_source", args=[source.key]),
        "typing a signal": reverse("record_signal", args=[typed.pk]),
        "not there": "/nowhere/",
        "password": reverse("account_change_password"),
    }


PAGES = (
    "portfolio", "portfolio, nothing found", "bet, flagged", "bet, contradiction", "bet, broken feed",
    "run under way", "run done", "sources", "source", "typing a signal", "not there", "password",
)  # fmt: skip
DRAWN = "theme => [...document.querySelectorAll('[data-plot]')].every(one => one.dataset.drawn === theme)"
Look = Callable[[str, str], list[str]]


@pytest.fixture
def look(browser: Browser, live_server: Any) -> Look:
    """Opens an address with a session; returns the troubles of both themes and both widths."""

    def looked(address: str, session: Client | None) -> list[str]:
        complaints = Complaints()
        # Without motion, so that no colour is caught half-way.
        context = browser.new_context(locale="en-US", reduced_motion="reduce", viewport={"width": WIDE, "height": 900})
        context.add_init_script(REPORT_VIOLATIONS)
        complaints.watch(context)
        if session:
            sign_in(context, session, live_server)
        found = _troubles_of(context.new_page(), live_server.url, address)
        context.close()
        return [*found, *(complaint for complaint in complaints if "404 (Not Found)" not in complaint)]

    return looked


def _troubles_of(page: Page, server: str, address: str) -> list[str]:
    answer = page.goto(server + address)
    assert answer is not None
    assert answer.status < 400 or address == "/nowhere/", f"{address} answered {answer.status}"
    _open_all(page)
    found = []
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.wait_for_function(DRAWN, arg=theme)
            found += [f"{address} {theme} {width}: {trouble}" for trouble in troubles(page)]
    return found


def _open_all(page: Page) -> None:
    """What one click away shows must be as sound as the rest, charts included."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    # Rows scrolled out of sight would be skipped.
    page.evaluate("document.querySelectorAll('.scroll').forEach(one => { one.style.maxHeight = 'none'; })")
    for chart in page.locator("[data-plot]").all():
        chart.scroll_into_view_if_needed()
        page.wait_for_function("one => one.dataset.ready === '1'", arg=chart.element_handle())
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_for_every_reader(
    name: str, look: Look, everything: dict[str, str], product_operations: Person,
    client_of: Callable[[Person], Client],
) -> None:  # fmt: skip
    assert set(PAGES) == set(everything)
    assert look(everything[name], client_of(product_operations)) == []


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"])
def test_a_page_before_the_door_is_sound_for_every_reader(address: str, look: Look, db: None) -> None:
    assert look(address, None) == []
