"""Signals become arrays: aligned by age, the same whatever else is read with them."""

import datetime as dt

import numpy as np
import pytest

from metrics.reading import Wanted, load
from tests.factories import SeriesFactory, SignalFactory

pytestmark = pytest.mark.django_db
START = dt.date(2026, 1, 1)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def test_columns_are_periods_since_the_start_and_gaps_are_zeros() -> None:
    series = SeriesFactory()
    for number, total in ((0, 5.0), (3, 7.0)):
        SignalFactory(series=series, period=day(number), n=10, total=total)
    found = load([Wanted(series.pk, START, day(10))], "day").signals
    assert found.y.tolist() == [[5.0, 0.0, 0.0, 7.0]]
    assert found.n.tolist() == [[10.0, 0.0, 0.0, 10.0]]
    assert found.last[0] == (day(3) - dt.date(1970, 1, 1)).days


def test_nothing_before_the_start_and_nothing_from_the_cutoff_on_is_read() -> None:
    series = SeriesFactory()
    for number in range(6):
        SignalFactory(series=series, period=day(number), total=float(number))
    assert load([Wanted(series.pk, day(2), day(4))], "day").signals.y.tolist() == [[2.0, 3.0]]


def test_two_outcomes_may_read_one_series_from_different_starts() -> None:
    series = SeriesFactory()
    for number in range(4):
        SignalFactory(series=series, period=day(number), total=float(number))
    found = load([Wanted(series.pk, day(0), day(9)), Wanted(series.pk, day(2), day(9))], "day").signals
    assert found.y.tolist() == [[0.0, 1.0, 2.0, 3.0], [2.0, 3.0, 0.0, 0.0]]


def test_the_control_arm_lies_beside_the_treatment() -> None:
    series = SeriesFactory(has_control=True)
    SignalFactory(series=series, period=day(0), arm="treatment", total=4.0, squares=9.0)
    SignalFactory(series=series, period=day(1), arm="control", total=6.0)
    found = load([Wanted(series.pk, START, day(9))], "day").signals
    assert (found.y.tolist(), found.cy.tolist(), found.q.tolist()) == ([[4.0, 0.0]], [[0.0, 6.0]], [[9.0, 0.0]])


def test_weeks_and_months_are_counted_as_such() -> None:
    weekly, monthly = SeriesFactory(grain="week"), SeriesFactory(grain="month")
    for number in range(3):
        SignalFactory(series=weekly, period=day(7 * number), total=float(number))
        SignalFactory(series=monthly, period=dt.date(2025, 12 - number, 1), total=float(number))
    assert load([Wanted(weekly.pk, START, day(90))], "week").signals.y.tolist() == [[0.0, 1.0, 2.0]]
    assert load([Wanted(monthly.pk, dt.date(2025, 10, 1), day(90))], "month").signals.y.tolist() == [[2.0, 1.0, 0.0]]


def test_a_series_without_signals_is_a_row_of_zeros_that_says_so() -> None:
    full, empty = SeriesFactory(), SeriesFactory()
    SignalFactory(series=full, period=day(0), total=3.0)
    found = load([Wanted(empty.pk, START, day(9)), Wanted(full.pk, START, day(9))], "day").signals
    assert found.y.tolist() == [[0.0], [3.0]]
    assert found.last[0] == -1


def test_nothing_at_all_is_read_as_nothing() -> None:
    found = load([Wanted(SeriesFactory().pk, START, day(9))], "day").signals
    assert found.n.shape == (1, 0)
    assert not np.isnan(found.n).any()
