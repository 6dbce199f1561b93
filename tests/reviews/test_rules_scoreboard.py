"""The numbers of the scoreboard, worked by hand: days, bases of money, what waiting cost, and how often the rule was
right."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.periods import quarter_of
from portfolio.rules_scoreboard import (
    Right,
    Taken,
    added,
    basis_of,
    bounds,
    by_quarter,
    days_early,
    is_foretold,
    periods,
    rightness,
    shown_to,
    spent_between,
    spreads,
)


def day(number: int) -> dt.date:
    return dt.date(2026, 1, 1) + dt.timedelta(days=number)


DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1))


def test_each_step_is_counted_from_what_came_before() -> None:
    taken = Taken(evidence=day(0), flagged=day(10), decided=day(31), moved=day(33))
    assert taken.days == {"flag": 10, "decision": 21, "money": 2, "whole": 33}


def test_a_step_of_which_an_end_is_not_known_is_not_counted() -> None:
    assert Taken(None, None, day(5)).days == {}
    assert Taken(None, day(1), day(5)).days == {"decision": 4}
    assert Taken(day(0), None, day(5), day(6)).days == {"money": 1, "whole": 6}


@settings(max_examples=40)
@given(st.none() | DAYS, st.none() | DAYS, DAYS, st.none() | DAYS)
def test_no_step_takes_less_than_no_day(
    evidence: dt.date | None, flagged: dt.date | None, decided: dt.date, moved: dt.date | None
) -> None:
    assert min(Taken(evidence, flagged, decided, moved).days.values(), default=0) >= 0


def test_days_are_told_by_their_median_and_the_longest_in_each_quarter() -> None:
    taken = [Taken(None, day(0), day(number)) for number in (10, 20, 60, 100)]
    assert {step: (one.count, one.median, one.worst) for step, one in spreads(taken).items()} == {
        "decision": (4, 40.0, 100)
    }
    found = by_quarter(taken)
    assert {name: (steps["decision"].count, steps["decision"].worst) for name, steps in found.items()} == {
        "2026-Q1": (3, 60), "2026-Q2": (1, 100),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "kind", "basis"),
    [
        ("cease", "cease", "followed"), ("cease", "persist", "against"), ("pivot", "cease", "followed"),
        ("persist", "fund", "followed"), ("measure", "fund", "open"), ("", "fund", "open"), ("", "", "none"),
        ("cease", "defer", "against"),
    ],
)  # fmt: skip
def test_money_rests_on_the_decision_that_moved_it(verdict: str, kind: str, basis: str) -> None:
    assert basis_of(verdict, kind) == basis


def test_only_what_was_spent_after_the_flag_and_until_the_decision_counts() -> None:
    spends = [(day(1), 5), (day(2), 10), (day(3), 20), (day(3), -4), (day(4), 40)]
    assert spent_between(spends, day(1), day(3)) == 26
    assert spent_between(spends, day(1), None) == 66


@settings(max_examples=40)
@given(st.lists(st.tuples(DAYS, st.integers(0, 10**12)), max_size=20), DAYS, DAYS, DAYS)
def test_what_was_spent_until_a_later_decision_is_never_less(
    spends: list[tuple[dt.date, int]], since: dt.date, first: dt.date, second: dt.date
) -> None:
    early, late = sorted((first, second))
    assert 0 <= spent_between(spends, since, early) <= spent_between(spends, since, late)
    assert spent_between(spends, since, late) <= spent_between(spends, since, None)


def test_a_cease_is_early_by_the_days_before_the_last_day_to_decide() -> None:
    assert [days_early(day(10), end) for end in (day(40), day(10), day(1), None)] == [30, 0, 0, 0]


def test_a_flag_is_right_when_what_it_said_came_and_few_have_no_share() -> None:
    found = rightness([("cease", False), ("cease", False), ("cease", True), ("scale", True), ("pivot", True)])
    assert {kind: (one.right, one.count) for kind, one in found.items()} == {
        "cease": (2, 3), "pivot": (0, 1), "scale": (1, 1),
    }  # fmt: skip
    assert (found["cease"].share, found["cease"].interval) == (None, None)
    assert Right(49, 40).share is None
    assert Right(50, 40).share == 0.8


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [(9, 10, 0.596, 0.982), (10, 10, 0.722, 1.0), (0, 10, 0.0, 0.278), (40, 50, 0.670, 0.888)],
)
def test_the_interval_is_that_of_wilson(right: int, count: int, low: float, high: float) -> None:
    assert Right(count, right).interval == pytest.approx((low, high), abs=0.001)


def test_a_flag_raised_while_it_was_measured_foretold_nothing() -> None:
    assert [is_foretold(raised, day(5)) for raised in (day(4), day(5), day(6))] == [True, False, False]


def test_the_score_of_few_people_is_shown_only_to_those_who_see_how_others_foretold() -> None:
    asked = [(1, False), (2, False), (3, False), (3, True), (4, True), (1, True)]
    assert [shown_to(people, sees_others=False, is_one_of_them=mine) for people, mine in asked] == [
        False, False, True, False, True, True,
    ]  # fmt: skip
    assert shown_to(1, sees_others=True, is_one_of_them=False)


@settings(max_examples=40)
@given(DAYS, DAYS)
def test_every_day_lies_in_exactly_one_quarter_and_one_year_that_can_be_asked_for(one: dt.date, other: dt.date) -> None:
    first, last = sorted((one, other))
    names = list(periods(first, last))
    for asked in (first, last):
        held = [name for name in names if bounds(name)[0] <= asked <= bounds(name)[1]]
        assert sorted(held) == [str(asked.year), quarter_of(asked)]


def test_currencies_are_never_added_up() -> None:
    assert added([("EUR", 1), ("USD", 5), ("USD", 6)]) == {"USD": 11, "EUR": 1}
