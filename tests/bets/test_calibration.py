"""Scores of people: mean daily Brier, beside the engine's on the same days, whatever the order of what was said."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bets.calibration import Scored, daily_brier, score, stretches, summary
from metrics.evidence import scores
from tests.factories import TODAY

UNTIL = TODAY + dt.timedelta(days=100)
chances = st.integers(0, 200).map(lambda half: half / 200)
days = st.integers(0, 120).map(lambda number: TODAY + dt.timedelta(days=number))
said = st.dictionaries(days, chances, min_size=1, max_size=8)


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def test_each_day_counts_the_forecast_that_stood_on_it() -> None:
    stated = {day(0): 0.5, day(60): 0.9}
    assert list(stretches(stated, UNTIL)) == [(day(0), day(60), 0.5), (day(60), UNTIL, 0.9)]
    number, brier = daily_brier(stated, UNTIL, reached=True)
    assert (number, brier) == (100, pytest.approx((60 * 0.25 + 40 * 0.01) / 100))


@settings(max_examples=40)
@given(said, st.booleans())
def test_a_score_lies_between_0_and_1_and_counts_the_days_since_the_first(stated, reached) -> None:
    number, brier = daily_brier(stated, UNTIL, reached=reached)
    assert 0 <= brier <= 1
    assert number == max(0, (UNTIL - min(stated)).days)


@settings(max_examples=40)
@given(said, st.booleans(), st.randoms())
def test_the_order_in_which_forecasts_are_given_does_not_matter(stated, reached, chance) -> None:
    shuffled = list(stated.items())
    chance.shuffle(shuffled)
    assert daily_brier(dict(shuffled), UNTIL, reached=reached) == daily_brier(stated, UNTIL, reached=reached)


@settings(max_examples=40)
@given(said, days, st.booleans())
def test_saying_the_same_again_changes_nothing(stated, again, reached) -> None:
    before = [when for when in stated if when <= again]
    if not before:
        return
    split = {again: stated[max(before)]} | stated
    assert daily_brier(split, UNTIL, reached=reached) == pytest.approx(daily_brier(stated, UNTIL, reached=reached))


@settings(max_examples=40)
@given(said, said, st.booleans())
def test_both_are_scored_on_the_same_days_and_alike(stated, engine, reached) -> None:
    found = score(stated, engine, UNTIL, reached=reached)
    if found is None:
        assert min(stated) >= UNTIL
        return
    assert found.both_days == max(0, (UNTIL - max(min(stated), min(engine))).days)
    other = score(engine, stated, UNTIL, reached=reached)
    if other is not None:
        assert (other.brier_engine, other.brier_both) == pytest.approx((found.brier_both, found.brier_engine))


def test_what_was_said_too_late_to_stand_a_day_is_not_scored() -> None:
    assert score({UNTIL: 0.9}, {}, UNTIL, reached=True) is None
    assert score({day(1): 0.2, UNTIL: 0.9}, {}, UNTIL, reached=False).last == 0.2


def test_a_summary_says_what_is_few_and_which_is_better() -> None:
    assert summary([]).rows == []
    assert summary([]).is_few
    bad = [Scored(0.9, False, 10, 0.81, 10, 0.81, 0.01)] * (scores.FEW * 2)
    whole = summary(bad)
    assert (whole.count, whole.brier, whole.brier_engine) == (100, pytest.approx(0.81), pytest.approx(0.01))
    assert whole.engine_is_better
    assert not whole.is_few
    assert not summary(bad[: scores.FEW - 1]).engine_is_better
    assert not summary([Scored(0.1, False, 10, 0.01, 10, 0.01, 0.81)] * 100).engine_is_better
    row = next(row for row in whole.rows if row.count)
    assert (round(row.low, 9), row.count, row.share) == (0.9, 100, 0)
    assert sum(math.isnan(row.mean) for row in whole.rows) == 9
    assert np.isfinite(whole.brier)
