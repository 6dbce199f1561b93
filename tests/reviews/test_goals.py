"""Goals: what serves each of them and what serves none, in each currency, for those who may see it; pages and files."""

import csv
import datetime as dt
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bets.models import Bet, Goal
from bets.standards import goals_of
from lib import clock
from org.models import Domain, Person, Run
from org.visibility import powers_of
from portfolio.figures import Given
from portfolio.goals_page import Goals, Standing, goal_page, goals_page
from tests import factories as f
from tests.funding.books import open_books
from tests.pages import text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]
LATER = {"due_on": clock.today() + dt.timedelta(days=300)}


@pytest.fixture
def night() -> Run:
    made: Run = f.RunFactory()
    return made


@pytest.fixture
def goal() -> Goal:
    made: Goal = f.GoalFactory(key="renewals", name="Keep the customers we have", **LATER)
    return made


def serving(goal: Goal | None, domain: Domain, kind: str = "", night: Run | None = None, **fields: Any) -> Bet:
    """A bet with 1,000.00 planned and, if `kind` is given, a verdict."""
    bet: Bet = f.BetFactory(goal=goal, domain=domain, **fields)
    f.TrancheFactory(bet=bet, amount=100_000)
    if kind:
        f.VerdictFactory(bet=bet, run=night, kind=kind)
    return bet


def seen_by(person: Person, night: Run | None = None) -> Goals:
    return goals_page(powers_of(person), night, f.TODAY)


def of(page: Goals, goal: Goal) -> Standing:
    return next(one for one in page.standings if one.goal == goal)


def test_a_goal_counts_its_bets_by_stage_and_by_what_the_evidence_says(
    goal: Goal, retail: Domain, executive: Person, night: Run
) -> None:
    serving(goal, retail, "cease", night, stage="validation")
    serving(goal, retail, "cease", night, state="held", stage="validation")
    serving(goal, retail, "persist", night, stage="run")
    serving(goal, retail, stage="discovery")
    serving(goal, retail, state="draft", stage="discovery")
    serving(goal, retail, "cease", night, state="ceased")
    serving(goal, retail, state="concluded")
    serving(f.GoalFactory(), retail, "pivot", night)
    found = of(seen_by(executive, night), goal)
    assert (found.bets, found.over, found.judged) == (5, 2, 4)
    assert found.stages == [("Discovery", 2), ("Validation", 2), ("Run", 1)]
    assert [(kind, count) for kind, _words, count, _start, _width in found.verdicts] == [
        ("persist", 1), ("cease", 2), ("unjudged", 1),
    ]  # fmt: skip
    assert [(start, width) for *_, start, width in found.verdicts] == [
        ("0.00%", "25.00%"), ("25.00%", "50.00%"), ("75.00%", "25.00%"),
    ]  # fmt: skip


def test_flags_are_open_ones_of_live_and_held_bets_and_a_bet_is_flagged_once(
    goal: Goal, retail: Domain, executive: Person
) -> None:
    twice, cleared, over = (serving(goal, retail, state=state) for state in ("live", "live", "ceased"))
    for bet, kind in ((twice, "cease"), (twice, "near_miss"), (over, "cease")):
        f.FlagFactory(bet=bet, outcome=f.OutcomeFactory(bet=bet), kind=kind)
    ended = {"cleared_on": f.TODAY, "cleared_how": "signals", "cleared_because": "They rose."}
    f.FlagFactory(bet=cleared, outcome=f.OutcomeFactory(bet=cleared), **ended)
    found = of(seen_by(executive), goal)
    assert (found.flagged, found.flags) == (1, [("cease", 1), ("near_miss", 1)])


def test_chances_are_those_of_primary_outcomes_whose_signals_can_be_believed(
    goal: Goal, retail: Domain, executive: Person, night: Run
) -> None:
    def read(chance: float | None, state: str = "live", health: str = "healthy", **outcome: Any) -> None:
        stated = f.OutcomeFactory(bet=serving(goal, retail, state=state), **outcome)
        f.ReadingFactory(outcome=stated, run=night, chance=chance, health=health)

    assert of(seen_by(executive, night), goal).chances == ""
    read(0.4)
    assert of(seen_by(executive, night), goal).chances == "40 %"
    read(0.85)
    read(None)
    read(0.01, health="broken")
    read(0.02, role="guardrail")
    read(0.99, state="ceased")
    assert of(seen_by(executive, night), goal).chances == "40 % to 85 %"


def test_money_is_never_added_over_currencies_and_what_was_spent_stays_when_a_bet_is_over(
    executive: Person, goal: Goal
) -> None:
    books = open_books()
    Bet.objects.filter(pk=books.bet.pk).update(goal=goal)
    books.given(books.first)
    serving(goal, books.domain, currency="GBP")
    serving(goal, books.domain, currency="GBP", state="ceased")
    found = of(seen_by(executive), goal)
    assert [(part.currency, part.bets, part.over, part.planned, part.given) for part in found.parts] == [
        ("EUR", 1, 0, 20_000_000, Given(committed=10_000_000)),
        ("GBP", 1, 1, 100_000, Given()),
    ]
    Bet.objects.filter(pk=books.bet.pk).update(state="ceased")
    (gone,) = [part for part in of(seen_by(executive), goal).parts if part.currency == "EUR"]
    assert (gone.bets, gone.planned, gone.given) == (0, 0, Given(committed=10_000_000))


def test_what_needs_somebody_is_found(retail: Domain, executive: Person) -> None:
    bare, ended = f.GoalFactory(key="a", **LATER), f.GoalFactory(key="b", due_on=f.TODAY)
    quiet = f.GoalFactory(key="c", due_on=f.TODAY)
    serving(ended, retail)
    serving(bare, retail, state="ceased")
    without = serving(None, retail, state="draft")
    serving(None, retail, state="ceased")
    page = seen_by(executive)
    assert ([one.goal for one in page.bare], [one.goal for one in page.left_over]) == ([bare], [ended])
    assert (page.aimless, page.nowhere.bets, page.nowhere.over) == ([without], 1, 1)
    assert ([one.goal for one in page.open], [one.goal for one in page.ended]) == ([bare], [ended, quiet])
    assert not page.too_many


@pytest.mark.parametrize(("goals", "said"), [(7, False), (8, True)])
def test_more_than_seven_open_goals_are_said(executive: Person, goals: int, said: bool) -> None:
    f.GoalFactory.create_batch(goals, due_on=f.TODAY + dt.timedelta(days=1))
    assert seen_by(executive).too_many is said


def test_bets_out_of_reach_are_not_counted_and_it_says_that_there_are_some(
    goal: Goal, retail: Domain, viewer: Person, outsider: Person, executive: Person, night: Run
) -> None:
    serving(goal, retail, "cease", night)
    serving(goal, f.DomainFactory(key="motor"), "pivot", night)
    shown = [of(seen_by(who, night), goal) for who in (viewer, outsider, executive)]
    assert [one.bets for one in shown] == [1, 0, 2]
    assert [bool(one.shown and one.shown.has_more) for one in shown] == [True, True, False]
    assert not shown[1].is_bare


def test_money_that_was_given_is_for_those_who_see_money_there(goal: Goal, viewer: Person) -> None:
    books = open_books()
    Bet.objects.filter(pk=books.bet.pk).update(goal=goal)
    books.given(books.first)
    f.RoleGrantFactory(person=viewer, role="viewer", domain=books.domain)
    page = seen_by(viewer)
    assert [part.given for part in of(page, goal).parts] == [None]
    assert not page.sees_money
    f.RoleGrantFactory(person=viewer, role="finance", domain=f.DomainFactory())
    del viewer._powers  # type: ignore[attr-defined] # those of a request
    page = seen_by(viewer)
    assert [part.given for part in of(page, goal).parts] == [Given()]
    assert (page.sees_money, page.sees_part) == (True, True)


def test_pages_take_the_same_queries_for_one_goal_and_for_many(retail: Domain, executive: Person, night: Run) -> None:
    powers, taken = powers_of(executive), []
    for size in (1, 6):
        for number in range(size):
            goal = f.GoalFactory(**LATER)
            for currency in ("EUR", "GBP"):
                bet = serving(goal, retail, "cease", night, currency=currency)
                serving(None, retail, currency=currency)
                outcome = f.OutcomeFactory(bet=bet, number=number + 1)
                f.ReadingFactory(outcome=outcome, run=night, chance=0.3)
                f.FlagFactory(bet=bet, outcome=outcome, run=night)
        with CaptureQueriesContext(connection) as of_all:
            goals_page(powers, night, f.TODAY)
        with CaptureQueriesContext(connection) as of_one:
            goal_page(goals_of(powers, today=f.TODAY)[0], powers, night, f.TODAY, None)
        taken.append((len(of_all), len(of_one)))
    assert taken == [(6, 10), (6, 10)]


def test_the_bets_of_a_goal_come_gravest_verdict_first_in_pages(
    goal: Goal, retail: Domain, executive: Person, night: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, kind in (("A", "measure"), ("B", "cease"), ("C", ""), ("D", "pivot")):
        serving(goal, retail, kind, night, key=key)
    monkeypatch.setattr("portfolio.goals_page.ROWS", 3)
    powers = powers_of(executive)
    (shown,) = goals_of(powers, today=f.TODAY)
    pages = [goal_page(shown, powers, night, f.TODAY, asked) for asked in (None, "2", "9", "x")]
    assert [[row.bet.key for row in page.rows] for page in pages] == [list("BDA"), ["C"], ["C"], list("BDA")]


def test_the_pages_are_for_everybody_who_has_signed_in(
    goal: Goal, retail: Domain, executive: Person, client_of: ClientOf, night: Run
) -> None:
    serving(goal, retail, "cease", night, name="One <b>click</b>")
    assert Client().get("/goals/").status_code == Client().get("/goals/renewals/").status_code == 302
    page = client_of(executive).get("/goals/renewals/")
    assert "One &lt;b&gt;click&lt;/b&gt;" in page.content.decode()
    assert "1 bet under way" in text(client_of(executive).get("/goals/"))
    seen = text(client_of(f.PersonFactory(name="Nora Nobody")).get("/goals/renewals/"))
    assert "Only bets of domains that you do not reach serve this goal." in seen
    assert "click" not in seen
    assert client_of(executive).get("/goals/none/").status_code == 404


def test_the_list_says_first_what_needs_somebody(
    goal: Goal, retail: Domain, executive: Person, client_of: ClientOf
) -> None:
    serving(None, retail, name="Adrift")
    seen = text(client_of(executive).get("/goals/"))
    assert '>Keep the customers we have</a><span class="goal-why">No bet serves it:' in seen
    assert seen.index("What needs somebody") < seen.index("1 bet under way serves no goal") < seen.index("Adrift")


def test_the_files_have_a_row_for_each_goal_and_currency(
    goal: Goal, retail: Domain, executive: Person, client_of: ClientOf
) -> None:
    Goal.objects.filter(pk=goal.pk).update(name="=1+1")
    bare = f.GoalFactory(key="bare", due_on=clock.today() - dt.timedelta(days=9))
    serving(goal, retail)
    serving(goal, retail, currency="JPY")
    serving(None, retail, currency="GBP")
    client = client_of(executive)
    rows = list(csv.DictReader(StringIO(client.get("/goals.csv").content.decode("utf-8-sig"))))
    assert [(one["Goal"], one["Currency"], one["Planned"], one["Bets under way"], one["State"]) for one in rows] == [
        ("renewals", "EUR", "1000.00", "1", "open"), ("renewals", "JPY", "100000.00", "1", "open"),
        (bare.key, "", "0.00", "0", "ended"), ("", "GBP", "1000.00", "1", ""),
    ]  # fmt: skip
    assert rows[0]["Name"] == "'=1+1"
    book = openpyxl.load_workbook(BytesIO(client.get("/goals.xlsx").content))
    assert [row[0] for row in book.active.iter_rows(min_row=2, values_only=True)] == [
        "renewals",
        "renewals",
        "bare",
        None,
    ]


def test_by_api_a_goal_is_what_its_page_says(
    goal: Goal, retail: Domain, viewer: Person, client_of: ClientOf, night: Run
) -> None:
    serving(goal, retail, "cease", night, state="held", stage="run")
    serving(goal, f.DomainFactory(key="motor"))
    found = client_of(viewer).get("/api/goals/renewals/").json()
    (part,) = found.pop("parts")
    assert (found["key"], found["bets"], found["more_out_of_sight"]) == ("renewals", 1, True)
    assert (part["stages"], part["verdicts"]) == ([{"key": "run", "bets": 1}], [{"key": "cease", "bets": 1}])
    assert (part["planned"], part["spent"]) == ({"amount": 100_000, "currency": "EUR"}, None)
    assert client_of(f.PersonFactory()).get("/api/goals/renewals/").status_code == 404
