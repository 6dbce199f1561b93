import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from metrics.evidence import Family, e_bh

LOGS = hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(-10, 12))


def none(log_e):
    return np.full(len(log_e), np.nan)


def test_a_worked_example():
    # m = 4, alpha 0.10: cuts 40, 20, 13.3, 10. The two largest pass at rank 2.
    result = e_bh(np.log([25.0, 21.0, 12.0, 1.0]), none(range(4)))
    assert result.flagged.tolist() == [True, True, False, False]
    assert result.cut == pytest.approx(math.log(20))
    assert result.bound == pytest.approx(4 / (2 * 21))


def test_nothing_passes_means_no_flags_and_the_strictest_cut():
    result = e_bh(np.log([25.0, 11.0]), none(range(2)), m=10)
    assert not result.flagged.any()
    assert result.cut == pytest.approx(math.log(100))
    assert math.isnan(result.bound)


def test_an_empty_family_flags_nothing():
    result = e_bh(np.array([]), np.array([]))
    assert len(result.flagged) == 0
    assert math.isnan(result.bound)


@given(LOGS, st.integers(0, 50))
def test_no_flag_below_its_share_of_the_cut(log_e, more):
    m = len(log_e) + more
    result = e_bh(log_e, none(log_e), m=m)
    count = result.flagged.sum()
    assert (log_e[result.flagged] >= math.log(m / (0.10 * max(count, 1))) - 1e-12).all()
    if count:
        assert result.bound <= 0.10 + 1e-12
    ranked = np.sort(log_e)[::-1]
    passing = [k for k in range(1, len(log_e) + 1) if ranked[k - 1] >= math.log(m / 0.10) - np.log(k)]
    assert count == max(passing, default=0)


@given(LOGS, st.data())
def test_more_evidence_never_takes_a_flag_away(log_e, data):
    index, extra = data.draw(st.integers(0, len(log_e) - 1)), data.draw(st.floats(0, 5))
    raised = log_e.copy()
    raised[index] += extra
    assert (e_bh(log_e, none(log_e)).flagged <= e_bh(raised, none(log_e)).flagged).all()


@given(st.integers(1, 25), st.integers(0, 10_000))
@settings(max_examples=50)
def test_issued_flags_never_disappear_though_evidence_fades_and_the_family_grows(size, seed):
    rng = np.random.default_rng(seed)
    frozen, flagged = np.full(size, np.nan), np.zeros(size, dtype=bool)
    log_e = rng.normal(2, 3, size)
    for night in range(12):
        result = e_bh(log_e, frozen, m=size + night)
        assert (result.flagged >= flagged).all()
        frozen = np.where(result.flagged & np.isnan(frozen), log_e, frozen)
        flagged = result.flagged
        log_e = log_e + rng.normal(-0.3, 1.5, size)


def test_a_frozen_value_stays_in_the_sort():
    frozen = np.array([np.log(21.0), np.nan])
    assert e_bh(np.array([-5.0, np.log(20.5)]), frozen, m=4).flagged.tolist() == [True, True]
    assert e_bh(np.array([-5.0, np.log(20.5)]), none(range(2)), m=4).flagged.tolist() == [False, False]


def test_no_reading_tonight_is_no_evidence():
    assert e_bh(np.array([np.nan, 9.0]), none(range(2))).flagged.tolist() == [False, True]


def test_a_family_counts_every_bet_of_the_cycle():
    family = Family("cease", m=100)
    assert not family.flag(np.log([900.0]), none(range(1))).flagged.any()
    assert family.flag(np.log([1_000.1]), none(range(1))).flagged.all()
    with pytest.raises(ValueError, match="m must count them all"):
        e_bh(np.zeros(3), none(range(3)), m=2)
    with pytest.raises(ValueError, match="equal length"):
        e_bh(np.zeros(3), none(range(2)))
