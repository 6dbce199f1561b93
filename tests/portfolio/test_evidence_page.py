"""How far to trust the evidence: the rule of the latest night, what was withdrawn, and the record of the forecasts."""

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import numpy as np
import pytest
from django.test import Client

from bets.models import Bet, Outcome
from metrics.evidence import scores
from org.models import Domain, Person
from portfolio.evidence_page import record_of
from tests.factories import (
    TODAY,
    BetFactory,
    FamilyRuleFactory,
    FlagFactory,
    OutcomeFactory,
    ReadingFactory,
    ResolutionFactory,
    RunFactory,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portfolio.evidence_views.today", lambda: TODAY)


def shown(client: Client) -> str:
    answer = client.get("/evidence/")
    assert answer.status_code == 200
    page = unescape(answer.content.decode())
    return " ".join(page[page.index("<main") : page.index("</main")].split())


def resolved(
    domain: Domain, chances: dict[int, float], *, reached: bool = True, value: float = 0.46, **fields: Any
) -> Outcome:
    """An outcome that resolved today, with the chances stated so many weeks (and two days) before."""
    outcome: Outcome = OutcomeFactory(bet=BetFactory(domain=domain), number=1, **fields)
    ResolutionFactory(outcome=outcome, reached=reached, value=value)
    for weeks, chance in chances.items():
        ReadingFactory(
            outcome=outcome, as_of=TODAY - weeks * WEEK - 2 * DAY, chance=chance, forecast_mean=0.44, forecast_sd=0.01
        )
    return outcome


def test_without_a_session_one_is_sent_to_the_login(client: Client) -> None:
    assert "login" in client.get("/evidence/")["Location"]


def test_before_the_first_night_the_page_says_what_is_not_there_yet(executive: Person, client_of: ClientOf) -> None:
    page = shown(client_of(executive))
    for words in (
        "No flag to cease stands",
        "The rule has not been applied yet",
        "None. A flag is withdrawn",
        "No outcome has resolved yet",
    ):
        assert words in page
    assert "manage.py prove_evidence" in page and 'href="/evidence/backtest/"' in page


def test_the_rule_of_the_latest_night_is_told_in_frequencies(executive: Person, client_of: ClientOf) -> None:
    FamilyRuleFactory(run=RunFactory(), family="cease", issued=9, cut=1.0)
    run = RunFactory()
    FamilyRuleFactory(run=run, family="cease", bets=33, issued=3, cut=float(np.log(330)), bound=0.085)
    FamilyRuleFactory(run=run, family="miss", bets=33, issued=1, cut=4.0, bound=1.4)
    FamilyRuleFactory(run=run, family="scale", bets=33, issued=0, cut=5.8, bound=None)
    page = shown(client_of(executive))
    assert "Of the 3 flags to cease that stand, at most about 1 in 11 is expected to be wrong." in page
    for words in ("at most about 1 in 11", "not bounded", "no flag stands", ">330<", ">10 %<"):
        assert words in page, words


def test_flags_withdrawn_this_quarter_are_shown_to_those_who_see_the_bet(
    retail: Domain, viewer: Person, outsider: Person, client_of: ClientOf
) -> None:
    why = "Withdrawn by correction: the corrected data reach E = 12, not the 84 that was asked for."
    withdrawn = {"cleared_how": "correction", "cleared_because": why}
    FlagFactory(bet=BetFactory(domain=retail, name="Mended bet"), cleared_on=TODAY - 9 * DAY, **withdrawn)
    FlagFactory(bet=BetFactory(domain=retail, name="Long ago"), cleared_on=dt.date(2025, 12, 31), **withdrawn)
    FlagFactory(
        bet=BetFactory(domain=retail, name="Came back"),
        kind="stale",
        log_e=None,
        cleared_on=TODAY,
        cleared_how="signals",
        cleared_because="Signals arrive again.",
    )
    page = shown(client_of(viewer))
    assert "Mended bet" in page and why in page and "Long ago" not in page and "Came back" not in page
    assert "Mended bet" not in shown(client_of(outsider))


def test_forecasts_are_scored_as_they_were_stated(retail: Domain, viewer: Person, client_of: ClientOf) -> None:
    resolved(retail, {13: 0.6, 8: 0.8, 4: 0.9}, reached=True, value=0.46)
    resolved(retail, {13: 0.5, 8: 0.3}, reached=False, value=0.41)
    resolved(retail, {}, reached=False)
    record = record_of(Bet.objects.all())
    p, y, measured = np.array([0.8, 0.3]), np.array([1.0, 0.0]), np.array([0.46, 0.41])
    eight = next(one for one in record.scores if one.weeks == 8)
    assert (record.count, record.reached, eight.count) == (3, 1, 2)
    assert eight.brier == pytest.approx(scores.brier(p, y).mean()) == pytest.approx((0.04 + 0.09) / 2)
    assert eight.log == pytest.approx(scores.log_score(p, y).mean())
    crps = scores.crps_normal(np.array([0.44, 0.44]), np.array([0.01, 0.01]), measured).mean()
    assert eight.crps == pytest.approx(crps / 0.05)
    assert eight.base == 0.25
    assert [one.count for one in record.scores] == [2, 2, 1]
    page = shown(client_of(viewer))
    assert "3 outcomes have resolved, 1 reached their targets" in page
    assert "Too few to compare: below 50 resolved outcomes" in page
    assert "0.065" in page and "80 %" in page and "Missed" in page


def test_a_chance_that_is_too_old_or_too_young_is_not_scored(retail: Domain) -> None:
    outcome = resolved(retail, {})
    for days in (8 * 7 + 21, 8 * 7 - 1):
        ReadingFactory(outcome=outcome, as_of=TODAY - days * DAY, chance=0.5)
    ReadingFactory(outcome=outcome, as_of=TODAY - 60 * DAY, chance=None)
    assert record_of(Bet.objects.all()).scores == []


def test_the_picture_stands_where_its_table_says(retail: Domain) -> None:
    for chance, reached in ((0.9, True), (0.9, True), (0.9, False), (0.1, False)):
        resolved(retail, {8: chance}, reached=reached)
    low, high = record_of(Bet.objects.all()).bins
    assert (low.low, low.high, low.count, low.chance, low.share) == (0, 20, 1, "10 %", "0 %")
    assert (high.count, high.share, high.x, high.y) == (3, "67 %", "216.0", "80.0")
    assert float(high.r) > float(low.r)


def test_versions_that_were_replaced_do_not_count_twice(retail: Domain) -> None:
    old = resolved(retail, {8: 0.9})
    new = OutcomeFactory(bet=old.bet, number=1, version=2, replaces=old, reason="The line was wrong.")
    ResolutionFactory(outcome=new)
    assert record_of(Bet.objects.all()).count == 1


def test_the_record_is_of_bets_that_one_may_see(retail: Domain, outsider: Person, client_of: ClientOf) -> None:
    resolved(retail, {8: 0.9})
    assert "No outcome has resolved yet" in shown(client_of(outsider))


def test_from_fifty_on_nobody_is_told_that_they_are_few(
    retail: Domain, viewer: Person, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "FEW", 2)
    for chance in (0.2, 0.7):
        resolved(retail, {8: chance})
    assert "Too few to compare" not in shown(client_of(viewer))


def test_the_page_takes_as_many_queries_for_one_outcome_as_for_many(
    retail: Domain, viewer: Person, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    client = client_of(viewer)
    for number in (1, 6):
        for place in range(number):
            resolved(retail, {13: 0.5, 8: 0.6, 4: 0.7})
            bet = BetFactory(domain=retail)
            FlagFactory(bet=bet, cleared_on=TODAY, cleared_how="correction", cleared_because=f"Corrected {place}.")
        with django_assert_num_queries(12):
            client.get("/evidence/")
