from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.evidence import Series, path, read
from metrics.evidence.intervals import fieller
from metrics.evidence.mixtures import boundary_constant, one_sided_normal, one_sided_t
from tests.metrics.evidence.test_noise import by_hand
from tests.metrics.evidence.worlds import FLAG, amounts, contrast, question, some_series


def lifts(size, **more):
    return question(size, **{"kill": 0.0, "target": 0.01, "planned": 20_000.0} | more)


def rates_at_a_lift(n, y, control_n, control_y, rho):
    """What both arms together say of the two shares if the lift is rho - 1, with half an event added."""
    control = (y + control_y + 0.5) / (rho * n + control_n + 1)
    return rho * control, control


def test_both_legs_of_a_contrast_equal_the_sum_by_hand():
    series, rho, planned = contrast(np.random.default_rng(7), 1, 84, 400, 0.1, 0.1, arm_cv=0.1), 1.01, 3_000.0
    n, y, control_n, control_y = (x[0].astype(float) for x in (series.n, series.y, series.control_n, series.control_y))
    weight = n * control_n / (n + control_n)
    gaps = weight * (y / n - rho * control_y / control_n)
    each = [rate * (1 - rate) for rate in rates_at_a_lift(n.sum(), y.sum(), control_n.sum(), control_y.sum(), rho)]
    variance = (weight**2 * (each[0] / n + rho**2 * each[1] / control_n)).sum()
    v = variance / weight.sum()
    _, _, _, days, _ = by_hand(list(gaps), list(weight))
    _, _, _, weeks, df = by_hand(list(gaps.reshape(-1, 7).sum(1)), list(weight.reshape(-1, 7).sum(1)))
    phi = max(1, (8 * (1 + 2 * max(days / v - 1, 0)) + df * weeks / v) / (8 + df))
    z, kappa = np.array(gaps.sum() / variance**0.5), np.array(weight.sum() * boundary_constant(0.01) / planned)
    unit, period = one_sided_normal(z, kappa), one_sided_t(z / phi**0.5, kappa, np.array(8 + df))
    assert 0 < period < unit
    assert read(series, lifts(1, planned=planned)).log_e_scale[0] == pytest.approx(float(period), rel=1e-9)


def test_a_contrast_is_not_ready_before_two_complete_weeks():
    series = contrast(np.random.default_rng(1), 2, 20, 300, 0.05, 0.0)
    assert path(series, lifts(2)).ready.sum(axis=1).tolist() == [7, 7]


def test_a_clear_lift_is_flagged_to_scale_and_a_clear_drop_to_cease():
    rng = np.random.default_rng(1)
    up, down = (read(contrast(rng, 1, 90, 2_000, 0.05, lift), lifts(1)) for lift in (0.2, -0.2))
    assert up.log_e_scale[0] > FLAG > down.log_e_scale[0]
    assert down.log_e_cease[0] > FLAG > up.log_e_cease[0]
    assert up.estimate[0] == pytest.approx(0.2, abs=0.04)
    assert up.lower[0] > 0 > down.upper[0]


def test_absolute_thresholds_are_differences():
    rng = np.random.default_rng(1)
    reading = read(contrast(rng, 1, 90, 2_000, 0.05, 0.2), lifts(1, target=0.001, relative=False))
    assert reading.estimate[0] == pytest.approx(0.01, abs=0.002)
    assert reading.log_e_scale[0] > FLAG
    assert reading.lower[0] > 0.001


@given(st.integers(0, 10_000), st.sampled_from(["proportion", "mean", "rate"]))
@settings(max_examples=30, deadline=None)
def test_swapping_the_arms_mirrors_the_evidence_about_no_difference(seed, kind):
    series = some_series(kind, seed, control=True)
    swapped = replace(
        series,
        **{name: getattr(series, f"control_{name}") for name in "nyq"},
        **{f"control_{name}": getattr(series, name) for name in "nyq"},
    )
    asked = question(7, kill=0.0, target=0.0, relative=False)
    one, other = read(series, asked), read(swapped, asked)
    np.testing.assert_allclose(one.log_e_cease, other.log_e_alive, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(one.estimate, -other.estimate, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.lower, -other.upper, rtol=1e-6, atol=1e-12)


@given(st.integers(0, 10_000), st.floats(-0.03, 0.03), st.floats(0, 0.02))
@settings(max_examples=30, deadline=None)
def test_moving_an_absolute_line_cannot_create_false_evidence(seed, line, step):
    series = some_series("proportion", seed, control=True)
    low, high = (read(series, question(7, kill=k, target=k, relative=False)) for k in (line, line + step))
    assert (low.log_e_cease <= high.log_e_cease + 1e-9).all()
    assert (high.log_e_scale <= low.log_e_scale + 1e-9).all()


def test_a_changing_split_does_not_turn_the_sign():
    # Treatment is better in both halves, but gets most of its exposures in the weaker one.
    n = np.repeat([[200.0, 2_000.0]], 28, axis=0).T.reshape(1, -1)
    control_n = n[:, ::-1]
    level = np.repeat([[0.10, 0.02]], 28, axis=0).T.reshape(1, -1)
    series = Series("rate", n, np.round(n * level * 1.2), None, control_n, np.round(control_n * level))
    assert series.y.sum() / n.sum() < series.control_y.sum() / control_n.sum()
    reading = read(series, lifts(1))
    assert reading.estimate[0] == pytest.approx(0.2, abs=0.01)
    assert reading.log_e_alive[0] > 0 > reading.log_e_cease[0]


def test_periods_with_one_silent_arm_are_left_out():
    rng = np.random.default_rng(2)
    series = contrast(rng, 1, 42, 500, 0.05, 0.0)
    silent = series.control_n.copy()
    silent[:, 35:] = 0
    quiet = replace(series, control_n=silent, control_y=np.where(silent > 0, series.control_y, 0))
    names = ("n", "y", "control_n", "control_y")
    cut = replace(series, **{name: getattr(series, name)[:, :35] for name in names})
    assert read(quiet, lifts(1)).log_e_cease == read(cut, lifts(1)).log_e_cease
    assert read(quiet, lifts(1)).exposures == read(cut, lifts(1)).exposures
    assert read(quiet, lifts(1)).srm_log_e > FLAG


def test_the_interval_solves_fiellers_equation():
    top, bottom, top_variance, bottom_variance, squared = (np.array(x) for x in (120.0, 100.0, 30.0, 25.0, 9.0))
    for rho in fieller(top, bottom, top_variance, bottom_variance, squared):
        gap = (top - rho * bottom) ** 2
        assert gap == pytest.approx(float(squared * (top_variance + rho**2 * bottom_variance)))


def test_a_lift_over_a_control_that_may_be_zero_is_unbounded():
    n, y = np.full((1, 28), 100.0), np.zeros((1, 28))
    y[0, 3] = 1
    reading = read(Series("proportion", n, y * 4, None, n, y), lifts(1))
    assert np.isinf(reading.lower[0])
    assert np.isinf(reading.upper[0])
    nothing = read(Series("proportion", n, y * 0, None, n, y * 0), lifts(1))
    assert np.isnan(nothing.estimate[0])
    assert nothing.log_e_cease[0] == 0


def test_an_uncapped_mean_is_allowed_against_a_control():
    rng = np.random.default_rng(3)
    treatment, control = amounts(rng, 2, 60, 60, 1.0), amounts(rng, 2, 60, 60, 1.0)
    series = Series("mean", treatment.n, 1.3 * treatment.y, 1.69 * treatment.q, control.n, control.y, control.q)
    reading = read(series, lifts(2, planned=2_000.0))
    assert not reading.uncapped.any()
    assert reading.ready.all()
    assert (reading.log_e_alive > FLAG).all()


def test_two_constant_arms_give_no_evidence():
    n = np.full((1, 40), 30.0)
    reading = read(Series("mean", n, n * 2, n * 4, n, n, n), lifts(1))
    assert reading.no_variance[0]
    assert reading.log_e_alive[0] == 0


def test_shocks_that_both_arms_share_are_no_noise():
    rng = np.random.default_rng(4)
    shared = read(contrast(rng, 20, 84, 2_000, 0.05, 0.0, shared_cv=0.15), lifts(20))
    own = read(contrast(rng, 20, 84, 2_000, 0.05, 0.0, arm_cv=0.15), lifts(20))
    assert np.median(shared.phi) < 1.5
    assert np.median(own.phi) > 1.5


def test_a_split_that_is_not_the_planned_one_shows_in_the_srm_check():
    n, y = np.full((1, 10), 5_080.0), np.full((1, 10), 250.0)
    series = Series("proportion", n, y, None, np.full((1, 10), 4_920.0), y)
    assert read(series, lifts(1)).srm_log_e[0] == pytest.approx(9.331, abs=5e-4)
    assert read(series, lifts(1, share=0.508)).srm_log_e[0] < 0


def test_the_srm_check_watched_daily_seldom_raises_a_false_alarm():
    rng = np.random.default_rng(6)
    n, control_n = rng.poisson(50, (2, 400, 100))
    series = Series("proportion", n, n * 0, None, control_n, control_n * 0)
    ends = [
        read(Series("proportion", *(x[:, :t] for x in (n, n * 0)), None, control_n[:, :t], n[:, :t] * 0), lifts(400))
        for t in range(5, 101, 5)
    ]
    assert np.mean(np.max([end.srm_log_e for end in ends], axis=0) >= FLAG) < 0.05
    assert path(series, lifts(400)).ready[:, -1].all()
