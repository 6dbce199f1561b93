"""The headline figures: money by what the evidence says, at stake or not, never added over currencies."""

import datetime as dt

import pytest

from bets.models import Bet
from org.models import Domain
from org.visibility import powers_of
from portfolio.figures import Given, figures_of
from portfolio.nights import latest_night
from tests.cast import person
from tests.factories import TODAY, BetFactory, RunFactory, TrancheFactory, VerdictFactory
from tests.funding.books import open_books
from tests.portfolio.test_portfolio_page import flag, judged

pytestmark = pytest.mark.django_db


def test_only_money_planned_after_today_is_at_stake(retail: Domain) -> None:
    run = RunFactory()
    bet = judged("cease", run, retail, planned=3_00)
    for days, amount in ((-1, 10_00), (0, 100_00), (1, 1_000_00), (200, 10_000_00)):
        TrancheFactory(bet=bet, amount=amount, planned_on=TODAY + dt.timedelta(days=days))
    TrancheFactory(bet=judged("persist", run, retail), amount=7_00, planned_on=TODAY + dt.timedelta(days=9))
    (capital,) = figures_of(Bet.objects.all(), run, TODAY).capital
    assert (capital.at_stake, capital.at_stake_against) == (11_007_00, 11_000_00)
    assert capital.against == 11_113_00


def test_planned_money_is_added_up_by_what_the_evidence_says(retail: Domain) -> None:
    run = RunFactory()
    judged("cease", run, retail, planned=3_00)
    judged("pivot", run, retail, planned=5_00, state="held")
    judged("persist", run, retail, planned=11_00)
    TrancheFactory(bet=judged("measure", run, retail, planned=17_00), amount=1_00)
    judged("none", run, retail, planned=2_00)
    judged("cease", run, retail, planned=100_00, state="ceased")
    TrancheFactory(bet=BetFactory(domain=retail, state="draft"), amount=1000_00)
    figures = figures_of(Bet.objects.all(), run, TODAY)
    (capital,) = figures.capital
    assert (capital.planned, capital.bets) == (39_00, 5)
    assert (capital.against, capital.bets_against) == (8_00, 2)
    assert {share.kind: share.amount for share in capital.shares} == {
        "persist": 11_00, "measure": 18_00, "none": 2_00, "pivot": 5_00, "cease": 3_00,
    }  # fmt: skip
    assert figures.states == {"live": 4, "held": 1, "ceased": 1, "draft": 1}


def test_only_the_latest_night_counts(retail: Domain) -> None:
    old, new = RunFactory(), RunFactory()
    bet = judged("cease", old, retail, planned=7_00)
    VerdictFactory(bet=bet, run=new, kind="measure")
    RunFactory(state="open", finished_at=None)
    assert latest_night() == new
    (capital,) = figures_of(Bet.objects.all(), latest_night(), TODAY).capital
    assert capital.against == 0


def test_currencies_are_never_added_together(retail: Domain) -> None:
    run = RunFactory()
    judged("cease", run, retail, planned=500_000_00, currency="EUR")
    judged("cease", run, retail, planned=900_000_00, currency="USD")
    figures = figures_of(Bet.objects.all(), run, TODAY)
    assert [(c.currency, c.planned, c.against) for c in figures.capital] == [
        ("EUR", 500_000_00, 500_000_00), ("USD", 900_000_00, 900_000_00),
    ]  # fmt: skip


def test_a_bet_counts_once_by_the_flag_that_speaks_and_only_where_one_may_see(retail: Domain) -> None:
    run = RunFactory()
    for kind in ("cease", "stale"):
        flag(judged("measure", run, retail), kind, 1)
    both = judged("measure", run, retail)
    flag(both, "pivot", 1)
    flag(both, "cease", 1)
    figures = figures_of(Bet.objects.filter(domain=retail), run, TODAY)
    assert figures.flags == [("cease", 2), ("stale", 1)]


def test_what_the_ledger_has_stands_beside_the_plan_for_whoever_sees_money() -> None:
    books = open_books()
    books.given(books.first, "released")
    books.given(books.second)
    for who, given in ((books.lead, Given(10_000_000, 10_000_000, 0)), (person("Vera Viewer", "viewer"), None)):
        (capital,) = figures_of(Bet.objects.all(), None, TODAY, powers_of(who)).capital
        assert capital.given == given
