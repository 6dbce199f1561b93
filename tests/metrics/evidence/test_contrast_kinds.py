"""Treatment against control for amounts, uneven splits and lower-is-better: watched every day, few false flags."""

from dataclasses import replace

import numpy as np
import pytest

from metrics.evidence import Series, path, read
from metrics.evidence.mixtures import boundary_constant, one_sided_normal, one_sided_t
from metrics.evidence.one_arm import LEAST_N_EFF
from tests.metrics.evidence.test_noise import by_hand
from tests.metrics.evidence.worlds import FLAG, contrast, question


def amounts_of(rng, size, days, per_day, *, lift=(0.0, 0.0), sigma=1.0, cap=None, day=1.0):
    """Lognormal amounts of both arms, multiplied by 1 + lift and a factor `day` that they share."""
    arms = []
    for count, more in zip(per_day, lift, strict=True):
        values = rng.lognormal(0, sigma, (size, days, count)) * (1 + more) * day
        values = values if cap is None else np.minimum(values, cap)
        arms += [np.full((size, days), float(count)), values.sum(axis=2), (values**2).sum(axis=2)]
    return Series("mean", *arms)


def uneven(rng, size, days, per_day, theta):
    arms = []
    for count in per_day:
        n = rng.poisson(count, (size, days))
        arms.append((n, rng.binomial(n, theta)))
    (n, y), (control_n, control_y) = arms
    return Series("proportion", n, y, None, control_n, control_y)


def ever(series, asked, name, at):
    chart = path(series, asked, at=at)
    return ((getattr(chart, name) >= FLAG) & chart.ready).any(axis=1).mean()


def about_nothing(size, planned, **more):
    return question(size, kill=0.0, target=0.0, planned=planned, **more)


def test_both_legs_of_a_contrast_of_amounts_equal_the_sum_by_hand():
    rng = np.random.default_rng(1)
    day = 1 + 0.2 * rng.normal(size=(1, 84, 1))
    series, planned, delta = amounts_of(rng, 1, 84, (40, 25), lift=(0.25, 0.0), day=day), 300.0, 0.1
    arms = [[getattr(series, f"{arm}{name}")[0] for name in "nyq"] for arm in ("", "control_")]
    (n, y, _), (control_n, control_y, _) = arms
    weight = n * control_n / (n + control_n)
    gaps = weight * (y / n - control_y / control_n - delta)
    # What both arms show together, the treatment moved back by the gap, is the least variance of either.
    both = n.sum() + control_n.sum(), y.sum() - delta * n.sum() + control_y.sum()
    squares = arms[0][2].sum() - 2 * delta * y.sum() + delta**2 * n.sum() + arms[1][2].sum()
    pooled = (squares - both[1] ** 2 / both[0]) / (both[0] - 1)
    each = [max(pooled, (q.sum() - y.sum() ** 2 / n.sum()) / (n.sum() - 1)) for n, y, q in arms]
    variance = (weight**2 * (each[0] / n + each[1] / control_n)).sum()
    v = variance / weight.sum()
    _, _, _, days, _ = by_hand(list(gaps), list(weight))
    _, _, _, weeks, df = by_hand(list(gaps.reshape(-1, 7).sum(1)), list(weight.reshape(-1, 7).sum(1)))
    phi = max(1, (8 * (1 + 2 * max(days / v - 1, 0)) + df * weeks / v) / (8 + df))
    z, kappa = np.array(gaps.sum() / variance**0.5), np.array(weight.sum() * boundary_constant(0.01) / planned)
    legs = [float(one_sided_normal(z, kappa)), float(one_sided_t(z / phi**0.5, kappa, np.array(8 + df)))]
    reading = read(series, question(1, kill=0.0, target=delta, planned=planned, relative=False))
    assert min(legs) > 0
    assert reading.log_e_scale[0] == pytest.approx(min(legs), rel=1e-9)
    assert reading.estimate[0] == pytest.approx((gaps.sum() + delta * weight.sum()) / weight.sum())


@pytest.mark.parametrize(
    ("per_day", "sigma", "cap"), [((15, 15), 1.0, None), ((12, 3), 1.8, 50.0), ((3, 12), 1.8, 50.0)]
)
def test_amounts_without_a_difference_raise_few_false_flags(per_day, sigma, cap):
    series = amounts_of(np.random.default_rng(2), 100, 240, per_day, sigma=sigma, cap=cap)
    asked = about_nothing(100, 7.0 * 80, cap=np.nan if cap is None else cap)
    for name in ("log_e_cease", "log_e_scale"):
        assert ever(series, asked, name, np.arange(13, 240, 3)) < 0.05, name


def test_very_skewed_amounts_wait_for_enough_of_them():
    series = amounts_of(np.random.default_rng(3), 40, 60, (10, 10), sigma=1.8)
    reading = read(series, about_nothing(40, 800.0))
    assert reading.ready.tolist() == (reading.n_eff >= LEAST_N_EFF).tolist()
    assert not reading.ready.all()
    assert not reading.uncapped.any()


@pytest.mark.parametrize("per_day", [(90, 10), (10, 90)])
@pytest.mark.parametrize("relative", [True, False])
def test_rare_events_with_an_uneven_split_raise_few_false_flags(per_day, relative):
    series = uneven(np.random.default_rng(4), 200, 240, per_day, 0.005)
    asked, at = about_nothing(200, 9.0 * 80, relative=relative), np.arange(13, 240, 3)
    for name in ("log_e_cease", "log_e_scale"):
        assert ever(series, asked, name, at) < 0.03, name
    chart = path(series, asked, at=at)
    assert ((chart.lower <= 0) & (chart.upper >= 0)).all(axis=1).mean() > 0.95


@pytest.mark.parametrize("per_day", [(24, 3), (3, 24)])
def test_rare_amounts_with_an_uneven_split_raise_few_false_flags(per_day):
    # Almost nobody buys: the small arm often has no amount at all, and is not certain for that.
    rng, arms = np.random.default_rng(8), []
    for count in per_day:
        values = np.minimum(rng.lognormal(0, 1, (150, 200, count)), 20) * (rng.random((150, 200, count)) < 0.03)
        arms += [np.full((150, 200), float(count)), values.sum(axis=2), (values**2).sum(axis=2)]
    series, asked, at = Series("mean", *arms), about_nothing(150, 180.0, cap=20.0), np.arange(13, 200, 3)
    for name in ("log_e_cease", "log_e_scale"):
        assert ever(series, asked, name, at) < 0.03, name
    chart = path(series, asked, at=at)
    assert ((chart.lower <= 0) & (chart.upper >= 0)).all(axis=1).mean() > 0.95


def test_where_less_is_better_fewer_events_are_a_success():
    rng = np.random.default_rng(5)
    series = contrast(rng, 10, 84, 2_000, 0.05, -0.2)
    asked = question(10, kill=0.0, target=-0.02, higher=False, planned=30_000.0)
    reading = read(series, asked)
    assert (reading.log_e_scale > FLAG).all()
    assert (reading.log_e_alive > FLAG).all()
    assert (reading.log_e_cease < FLAG).all()
    worse = read(contrast(rng, 10, 84, 2_000, 0.05, 0.2), asked)
    assert (worse.log_e_cease > FLAG).all()
    assert (worse.log_e_miss > FLAG).all()
    assert (worse.log_e_scale < FLAG).all()


def test_a_contrast_of_amounts_does_not_depend_on_their_unit():
    series = amounts_of(np.random.default_rng(6), 5, 60, (30, 20), lift=(0.2, 0.0))
    cents = replace(
        series,
        **{name: 100 * getattr(series, name) for name in ("y", "control_y")},
        **{name: 10_000 * getattr(series, name) for name in ("q", "control_q")},
    )
    asked = question(5, kill=0.0, target=0.05, planned=600.0)
    one, other = read(series, asked), read(cents, asked)
    for name in ("log_e_cease", "log_e_scale", "estimate", "lower", "upper", "phi"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-7, err_msg=name)
