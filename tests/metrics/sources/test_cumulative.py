"""Counts so far become what each period added."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.sources.examples import config, only_reason, raw_config, read, rows, values

DAYS_SINCE = {"column": "day", "days_since": "2024-01-01"}
SUMS = {"n": "n", "sum": "sum", "squares": "squares"}
TWO_ARMS = {"control": {"n": "n2", "sum": "sum2"}}


def so_far(*lines, kind="proportion", header="key,day,n,sum", **changes):
    return read(rows(*lines, header=header), kind, cumulative=True, **changes)


def test_the_first_period_is_counted_from_zero_and_each_next_one_from_the_last():
    batch = so_far("a,2024-01-01,10,3", "a,2024-01-02,25,5")
    assert values(batch) == [("2024-01-01", 10, 3.0), ("2024-01-02", 15, 2.0)]


def test_rows_may_come_in_any_order():
    batch = so_far("a,2024-01-02,25,5", "a,2024-01-01,10,3")
    assert values(batch) == [("2024-01-01", 10, 3.0), ("2024-01-02", 15, 2.0)]


def test_the_last_checkpoint_of_a_period_closes_it_and_earlier_ones_are_folded():
    batch = so_far("a,2024-01-01 08:00,4,1", "a,2024-01-01 20:00,10,3", "a,2024-01-02 08:00,12,4")
    assert values(batch) == [("2024-01-01", 10, 3.0), ("2024-01-02", 2, 1.0)]
    assert (batch.rows_kept, batch.rows_folded) == (2, 1)
    assert [point.row for point in batch.points] == [3, 4]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("0", "2024-01-01"),
        ("0.5", "2024-01-01"),
        ("1.0", "2024-01-01"),
        ("1.0000000000000002", "2024-01-01"),
        ("1.5000000000000002", "2024-01-02"),
        ("3.0000000000000004", "2024-01-03"),
    ],
)
def test_a_checkpoint_at_the_end_of_a_day_closes_that_day(text, day):
    assert values(so_far(f"a,{text},10,3", period=DAYS_SINCE)) == [(day, 10, 3.0)]


def test_a_written_midnight_belongs_to_the_day_that_is_written():
    assert values(so_far("a,2024-01-02 00:00:00,10,3")) == [("2024-01-02", 10, 3.0)]


def test_a_gap_is_booked_on_the_period_that_closes_it():
    batch = so_far("a,2024-01-01,10,3", "a,2024-01-05,50,9")
    assert values(batch) == [("2024-01-01", 10, 3.0), ("2024-01-05", 40, 6.0)]


def test_a_count_that_goes_down_is_set_aside_with_both_numbers_and_the_next_starts_from_the_last_sound_one():
    batch = so_far("a,2024-01-01,1000,3", "a,2024-01-02,990,3", "a,2024-01-03,1030,5")
    assert only_reason(batch) == "The count of treatment so far went down from 1,000 (row 2) to 990."
    assert values(batch) == [("2024-01-01", 1000, 3.0), ("2024-01-03", 30, 2.0)]


@pytest.mark.parametrize(("kind", "what"), [("proportion", "successes"), ("rate", "events")])
def test_successes_and_events_that_go_down_are_set_aside_with_both_numbers(kind, what):
    batch = so_far("a,2024-01-01,10,3", "a,2024-01-02,20,2", kind=kind)
    assert only_reason(batch) == f"The {what} of treatment so far went down from 3 (row 2) to 2."


def test_a_decline_within_a_period_is_seen_too():
    batch = so_far("a,2024-01-01 08:00,10,3", "a,2024-01-01 20:00,9,3")
    assert values(batch) == [("2024-01-01", 10, 3.0)]
    assert "from 10 (row 2) to 9" in only_reason(batch)


def test_more_new_successes_than_new_trials_are_set_aside():
    batch = so_far("a,2024-01-01,10,3", "a,2024-01-02,12,8", "a,2024-01-03,20,9")
    expected = "From row 2 to here, in treatment, there are more new successes (5) than new trials (2)."
    assert only_reason(batch) == expected
    assert values(batch)[-1] == ("2024-01-03", 10, 6.0)


def test_events_without_new_exposure_are_set_aside():
    batch = so_far("a,2024-01-01,10,3", "a,2024-01-02,10,5", kind="rate")
    assert "2 new events came without new exposure" in only_reason(batch)


def mean_so_far(*lines):
    return so_far(*lines, kind="mean", header="key,day,n,sum,squares", arm=SUMS)


def test_a_negative_variance_of_the_increment_is_set_aside():
    batch = mean_so_far("a,2024-01-01,2,4,10", "a,2024-01-02,4,10,25.5")
    assert only_reason(batch).startswith("From row 2 to here, in treatment, the variance is negative: squares ")


def test_a_negative_variance_within_rounding_counts_as_none():
    batch = mean_so_far("a,2024-01-01,1000000,3000000,9000000", "a,2024-01-02,1000001,3000003,9000008.9")
    assert (batch.points[1].n, batch.points[1].total, batch.points[1].squares) == (1, 3.0, 9.0)


def test_a_sum_that_grows_without_anyone_new_is_set_aside():
    assert "though nobody was added" in only_reason(mean_so_far("a,2024-01-01,2,4,10", "a,2024-01-02,2,6,20"))


def test_a_period_that_adds_nobody_is_kept_as_nothing_observed():
    batch = mean_so_far("a,2024-01-01,2,4,10", "a,2024-01-02,2,4,10")
    assert (batch.points[1].n, batch.points[1].total, batch.points[1].squares) == (0, 0.0, 0.0)


def test_early_rows_without_anyone_are_kept_as_nothing_observed():
    header = "key,day,n,mean,n2,mean2"
    arms = {"arm": {"n": "n", "mean": "mean"}, "control": {"n": "n2", "mean": "mean2"}}
    batch = so_far("a,2024-01-01,0,,0,", "a,2024-01-02,4,0.5,5,0.2", header=header, **arms)
    assert values(batch) == [("2024-01-01", 0, 0.0), ("2024-01-02", 4, 2.0)]
    assert values(batch, "control") == [("2024-01-01", 0, 0.0), ("2024-01-02", 5, 1.0)]


def test_a_level_so_far_may_rise_and_fall():
    batch = so_far("a,2024-01-01,5.5", "a,2024-01-02,4.5", kind="level", header="key,day,value")
    assert values(batch) == [("2024-01-01", 0, 5.5), ("2024-01-02", 0, -1.0)]


def test_when_one_arm_declines_both_are_set_aside():
    header = "key,day,n,sum,n2,sum2"
    lines = ("a,2024-01-01,10,3,10,3", "a,2024-01-02,20,4,9,3", "a,2024-01-03,30,5,30,6")
    batch = so_far(*lines, header=header, **TWO_ARMS)
    assert "of control so far went down from 10 (row 2) to 9" in only_reason(batch)
    assert values(batch) == [("2024-01-01", 10, 3.0), ("2024-01-03", 20, 2.0)]
    assert values(batch, "control") == [("2024-01-01", 10, 3.0), ("2024-01-03", 20, 3.0)]


def test_the_same_moment_twice_folds_if_identical_and_is_set_aside_if_not():
    batch = so_far("a,2024-01-01,10,3", "a,2024-01-01,10,3", "a,2024-01-01,12,3")
    assert (batch.rows_kept, batch.rows_folded) == (1, 1)
    assert only_reason(batch) == "Row 2 already gives another value for the same moment."


def test_series_do_not_touch_each_other():
    batch = so_far("a,2024-01-01,10,3", "b,2024-01-01,5,1", "a,2024-01-02,12,4", "b,2024-01-02,7,2")
    assert [(point.key, point.n) for point in batch.points] == [("a", 10), ("a", 2), ("b", 5), ("b", 2)]


def test_checkpoints_of_an_open_period_wait():
    batch = so_far("a,2024-01-01,10,3", "a,2024-01-02,1,9", closed_before=date(2024, 1, 2))
    assert (batch.rows_kept, batch.rows_open, batch.rows_set_aside) == (1, 1, 0)


INCREMENTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10_000), st.floats(0, 1)), min_size=1, max_size=30)


@given(steps=INCREMENTS, random=st.randoms(use_true_random=False))
def test_the_increments_of_running_totals_are_what_was_added(steps, random):
    day, n, successes = date(2024, 1, 1), 0, 0
    lines, added = [], defaultdict(lambda: [0, 0])
    for number, (days, new, share) in enumerate(steps):
        day += timedelta(days=days)
        n, successes = n + new, successes + int(new * share)
        lines.append(f"a,{day}T00:00:{number:02},{n},{successes}")
        added[str(day)][0] += new
        added[str(day)][1] += int(new * share)
    random.shuffle(lines)
    batch = so_far(*lines)
    assert not batch.set_aside
    assert values(batch) == [(day, *counts) for day, counts in added.items()]


VALUES = st.lists(st.lists(st.integers(-50, 50), min_size=1, max_size=5), min_size=1, max_size=12)


@given(days=VALUES)
def test_the_sums_of_running_means_and_variances_are_what_each_day_added(days):
    lines, seen = [], []
    for number, new in enumerate(days):
        seen += new
        mean = sum(seen) / len(seen)
        variance = sum((value - mean) ** 2 for value in seen) / (len(seen) - 1) if len(seen) > 1 else ""
        lines.append(f"a,{number + 1},{len(seen)},{mean},{variance}")
    batch = so_far(*lines, kind="mean", header="key,day,n,mean,variance", period=DAYS_SINCE)
    assert not batch.set_aside
    for point, new in zip(batch.points, days, strict=True):
        assert point.n == len(new)
        assert point.total == pytest.approx(sum(new), abs=1e-6)
        assert point.squares == pytest.approx(sum(value * value for value in new), abs=1e-6 * 2_500 * len(seen))


COUNTS = st.tuples(st.integers(1, 6), st.integers(-1, 30), st.integers(-1, 30))


@given(checkpoints=st.lists(COUNTS, max_size=25))
def test_whatever_is_set_aside_the_points_add_up_to_the_last_sound_checkpoint(checkpoints):
    batch = so_far(*(f"a,2024-01-0{day},{n},{successes}" for day, n, successes in checkpoints))
    assert all(0 <= point.total <= point.n for point in batch.points)
    if batch.points:
        _, n, successes = checkpoints[batch.points[-1].row - 2]
        assert sum(point.n for point in batch.points) == n
        assert sum(point.total for point in batch.points) == successes


def test_the_configuration_is_the_same_but_for_one_flag():
    assert config(cumulative=True) == config(**{**raw_config(), "cumulative": True})
