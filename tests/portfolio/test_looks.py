"""The ordinary z test that an import prints beside its own results, to show what looking often does to it."""

import math

import numpy as np
import pytest

from bets.signals import reads_of
from metrics.actions import write_signals
from portfolio.looks import Looks, looks_of, table_of, z_of
from tests.factories import TODAY
from tests.portfolio.history import PULLED, rows_of, stated

pytestmark = pytest.mark.django_db


def contrast(key: str, treatment: list[float], control: list[float], **fields: object) -> object:
    """An outcome with so many successes of 1,000 a day in each arm."""
    given = {"has_control": True, "contrast": "relative", "kill_line": 0.0, "target": 0.01} | fields
    outcome = stated(key, days=len(treatment), **given)
    for arm, counts in (("treatment", treatment), ("control", control)):
        rows = rows_of(outcome, [0.5] * len(counts), arm=arm)
        write_signals([(*row[:4], float(n), None) for row, n in zip(rows, counts, strict=True)], at=PULLED)
    return outcome


def test_each_look_takes_all_people_so_far() -> None:
    outcome = contrast("B-1", [300, 340], [300, 300])
    z = z_of(reads_of([outcome], TODAY)[0])
    p, q = 640 / 2000, 600 / 2000
    by_hand = (p - q) / math.sqrt(p * (1 - p) / 2000 + q * (1 - q) / 2000)
    assert z == pytest.approx(np.array([[0.0, by_hand]]))


def test_what_was_found_on_some_look_and_lost_again_is_told() -> None:
    outcomes = [
        contrast("B-1", [400, 200], [300, 300]),
        contrast("B-2", [300, 300], [300, 400]),
        contrast("B-3", [300, 300], [300, 400], higher_is_better=False, target=-0.01),
        contrast("B-4", [300, 302], [300, 300]),
        contrast("B-5", [], []),
    ]
    looks = looks_of(outcomes, TODAY)
    said = [looks[outcome.pk] for outcome in outcomes]
    assert [one.last for one in said] == ["inconclusive", "control", "treatment", "inconclusive", "inconclusive"]
    assert [sorted(one.ever) for one in said] == [["treatment"], ["control"], ["treatment"], [], []]
    assert [one.taken_back for one in said] == [True, False, False, False, False]


def test_outcomes_without_a_control_are_left_out() -> None:
    assert looks_of([stated("B-1")], TODAY) == {}


def test_the_table_counts_series_by_metric() -> None:
    both = Looks("control", frozenset({"treatment", "control"}))
    lines = list(table_of([("Clicks", both), ("Clicks", Looks("inconclusive", frozenset())), ("Buyers", both)]))
    heads = "metric series treatment control inconclusive ever treatment ever control found and lost again"
    assert " ".join(lines[1].split()) == heads
    assert [line.split() for line in lines[2:]] == [
        ["Clicks", "2", "0", "1", "1", "1", "1", "1"],
        ["Buyers", "1", "0", "1", "0", "1", "1", "1"],
    ]
