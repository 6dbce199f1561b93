"""Evidence joined over the outcomes of a bet: an e-value whatever their dependence, and what each number asks for."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bets.joint import FAMILIES, Joining, join, joining_of, refuted_guardrails
from tests.factories import BetFactory, OutcomeFactory

LOGS = st.lists(st.floats(-700, 700), min_size=1, max_size=6)


def primaries(count: int, **fields: object) -> Joining:
    return Joining((1.0,) * count, (False,) * count, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("family", "fields", "expected"),
    [
        ("cease", {}, (1 + 2 + 6) / 3),  # any: the mean
        ("cease", {"fails_at": 2}, (1 + 2) / 2),  # two: the mean of the two smallest
        ("cease", {"fails_at": 3}, 1),  # all: the smallest
        ("cease", {"fails_at": 9}, 1),  # more than there are: all
        ("scale", {}, 1),  # all by default
        ("scale", {"scales_at": 2}, (1 + 2) / 2),
        ("scale", {"scales_at": 1}, (1 + 2 + 6) / 3),
        ("miss", {}, (1 + 2 + 6) / 3),  # all were asked for, so one that misses is enough
        ("miss", {"scales_at": 2}, (1 + 2) / 2),  # two were asked for, so two must miss
        ("miss", {"scales_at": 1}, 1),
        ("alive", {}, 1),
        ("alive", {"fails_at": 3}, (1 + 2 + 6) / 3),
    ],
)
def test_how_many_must_be_shown_so(family: str, fields: dict[str, int], expected: float) -> None:
    joined = join(family, np.log([6.0, 1.0, 2.0]), primaries(3, **fields))
    assert math.exp(joined) == pytest.approx(expected)


def test_where_one_is_enough_weights_are_shares_that_add_up_to_one() -> None:
    how = Joining((3.0, 1.0), (False, False))
    assert math.exp(join("cease", np.log([8.0, 4.0]), how)) == pytest.approx(0.75 * 8 + 0.25 * 4)
    assert math.exp(join("scale", np.log([8.0, 4.0]), how)) == pytest.approx(4)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_guardrail_adds_nothing_to_the_case_of_the_bet(family: str) -> None:
    alone, guarded = primaries(2), Joining((1.0, 1.0, 1.0), (False, True, False))
    assert join(family, np.array([1.0, 99.0, 2.0]), guarded) == join(family, np.array([1.0, 2.0]), alone)


def test_a_guardrail_refuted_at_the_cut_is_named_and_a_primary_is_not() -> None:
    how = Joining((1.0, 1.0, 1.0), (False, True, True))
    assert refuted_guardrails(np.array([9.0, 5.0, 4.9]), how, 5.0) == [1]


@pytest.mark.parametrize("family", FAMILIES)
def test_without_a_primary_there_is_no_evidence(family: str) -> None:
    assert join(family, np.array([50.0]), Joining((1.0,), (True,))) == 0.0
    assert join(family, np.full((1, 3), 50.0), Joining((1.0,), (True,))).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("family", FAMILIES)
@given(logs=LOGS, wanted=st.integers(1, 7))
def test_joined_evidence_lies_among_its_parts_and_the_order_of_outcomes_changes_nothing(
    family: str, logs: list[float], wanted: int
) -> None:
    how = primaries(len(logs), fails_at=wanted, scales_at=wanted)
    joined = float(join(family, np.array(logs), how))
    assert min(logs) - 1e-9 <= joined <= max(logs) + 1e-9
    assert float(join(family, np.array(logs[::-1]), how)) == pytest.approx(joined, abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
@given(logs=LOGS, fewer=st.integers(1, 6))
def test_asking_for_more_outcomes_never_makes_the_evidence_stronger(family: str, logs: list[float], fewer: int) -> None:
    less = primaries(len(logs), fails_at=fewer, scales_at=fewer)
    more = primaries(len(logs), fails_at=fewer + 1, scales_at=fewer + 1)
    weaker, stronger = (more, less) if family in ("cease", "scale") else (less, more)
    assert float(join(family, np.array(logs), weaker)) <= float(join(family, np.array(logs), stronger)) + 1e-9


def test_overwhelming_evidence_for_the_null_stays_so() -> None:
    assert join("cease", np.array([-745.0, -745.0]), primaries(2)) == pytest.approx(-745.0)


def test_paths_are_joined_column_by_column() -> None:
    paths, how = np.log([[6.0, 1.0], [1.0, 3.0], [2.0, 2.0]]), primaries(3, fails_at=2)
    each = [float(join("cease", paths[:, column], how)) for column in range(2)]
    assert join("cease", paths, how).tolist() == pytest.approx(each)


def test_no_dependence_breaks_it_with_too_few_truly_failing() -> None:
    """Of three outcomes one truly fails and two are the same sound one: two failing are not shown more often than a
    bet at 20 to 1 allows, though the sound e-values move together and the failing one is certain."""
    random = np.random.default_rng(11)
    sound = np.where(random.random(40_000) < 0.05, math.log(20.0), -745.0)  # an e-value: its mean is 1
    logs = np.stack([np.full_like(sound, 700.0), sound, sound])
    joined = join("cease", logs, primaries(3, fails_at=2))
    assert np.mean(joined >= math.log(20.0)) < 0.06
    assert np.exp(joined).mean() == pytest.approx(1.0, abs=0.05)


@pytest.mark.django_db
def test_a_bet_says_how_its_outcomes_are_joined() -> None:
    bet = BetFactory(fails_at=2, scales_at=1)
    stated = [OutcomeFactory(bet=bet, weight=2.0), OutcomeFactory(bet=bet, role="guardrail")]
    assert joining_of(bet, stated) == Joining((2.0, 1.0), (False, True), 2, 1)
