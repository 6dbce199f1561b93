"""The chance of the target: against an exact calculation, on made-up bets, and at the edges."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from metrics.evidence import Series, forecast, read, scores
from tests.metrics.evidence.worlds import assert_same_bytes, padded, proportion, question, rows, some_series

WEEKS = 26
END = 7 * WEEKS


def asked(size, **more):
    return question(size, **{"planned": 2_000.0 * WEEKS / 3, **more})


def foretell(series, q, *, end=END, baseline=0.05, phi=1.2, **more):
    size = len(series.n)
    return forecast.chance(series, q, np.full(size, baseline), np.full(size, end), np.full(size, phi), **more)


def started(series, periods):
    arms = {name: getattr(series, name) for name in ("n", "y", "q", "control_n", "control_y", "control_q")}
    return replace(series, **{name: None if arm is None else arm[:, :periods] for name, arm in arms.items()})


def bets_of_all_sorts(rng, size):
    """A third stands still, a third drifts, a third ramps up over 20 weeks; weeks wander by 3 % more."""
    still = rng.normal(0.05, 0.007, (size, 1))
    drift = still + np.cumsum(rng.normal(0, 0.001, (size, WEEKS)), axis=1)
    climb = 0.05 + rng.normal(0.003, 0.009, (size, 1)) * np.minimum(np.arange(1, WEEKS + 1) / 20, 1)
    sort = (np.arange(size) % 3)[:, None]
    level = np.where(sort == 0, still, np.where(sort == 1, drift, climb)) * (1 + 0.03 * rng.normal(size=(size, WEEKS)))
    return proportion(rng, size, END, 2_000 / 7, np.repeat(np.clip(level, 0.001, 1), 7, axis=1))


def exact(weekly, variances, q_share, slope_sd, first, stop, measured=0.0, share=1.0):
    """Mean, variance and log likelihood of one filter's model by conditioning one big Gaussian: prior level
    N(0.05, 0.01^2), wandering q, damped slope; weeks without a mean are nan. Of the window, `share` is yet to come."""
    steps, scale = stop, np.nanmean(weekly)
    reach = (1 - 0.95 ** np.arange(steps)) / 0.05
    shared = np.minimum.outer(np.arange(steps), np.arange(steps))
    levels = 0.01**2 + slope_sd**2 * np.outer(reach, reach) + (q_share * scale) ** 2 * shared
    extra = (0.03 * scale) ** 2
    seen = np.flatnonzero(~np.isnan(weekly))
    data = levels[np.ix_(seen, seen)] + np.diag(variances[seen] + extra)
    ahead = np.arange(first, stop)
    cross = levels[np.ix_(seen, ahead)].mean(axis=1)
    gap = weekly[seen] - 0.05
    solved = np.linalg.solve(data, np.column_stack([gap, cross]))
    mean = 0.05 + cross @ solved[:, 0]
    noise = (np.mean(variances[seen][-4:]) + extra) / len(ahead)
    variance = levels[np.ix_(ahead, ahead)].mean() - cross @ solved[:, 1] + noise
    mean, variance = share * mean + (1 - share) * measured, share**2 * variance
    return mean, variance, -(np.linalg.slogdet(data)[1] + gap @ solved[:, 0]) / 2


def phi_about_a_line(weekly, n, v, phi):
    """As the weeks show it about a straight line by weighted least squares, half a degree of freedom for `phi`."""
    rest = np.sqrt(n) * (
        weekly - np.polyval(np.polyfit(np.arange(12)[n > 0], weekly[n > 0], 1, w=np.sqrt(n[n > 0])), np.arange(12))
    )
    rest, count = np.where(n > 0, rest, 0.0), (n > 0).sum() - 1
    r = np.clip((rest[1:] @ rest[:-1] / (rest @ rest) * count + 1) / (count - 3), 0, 0.9)
    long_run = (1 + r) / (1 - r)
    df = (count - 1) / long_run
    return np.clip((0.5 * phi + df * (rest @ rest) / (count - 1) * long_run / v) / (0.5 + df), 1, phi)


@pytest.mark.parametrize(("missing", "end"), [((), 26), ((3, 4, 8), 26), ((), 13), ((), 15)])
def test_the_six_filters_equal_an_exact_calculation(missing, end):
    rng = np.random.default_rng(1)
    n = np.full((1, 12), 2_000.0)
    n[0, list(missing)] = 0
    series = Series("proportion", n, rng.binomial(n.astype(int), 0.054), days=7)
    got = foretell(series, asked(1), end=end, phi=9.0)
    share = (series.y.sum() + 0.5) / (n.sum() + 1)
    v = share * (1 - share)
    weekly = np.where(n[0] > 0, series.y[0] / np.where(n[0] > 0, n[0], 1), np.nan)
    noise = np.full(12, phi_about_a_line(np.nan_to_num(weekly), n[0], v, 9.0) * v / 2_000.0)
    models = [(q, slope) for slope in (0.0, 2 * 0.01 / end) for q in (0.0, 0.01, 0.03)]
    first = max(end - 4, 12)
    known = {"measured": weekly[end - 4 :].mean() if end < 16 else 0.0, "share": (end - first) / 4}
    parts = np.array([exact(weekly, noise, q, slope, first, end, **known) for q, slope in models])
    weights = np.exp(parts[:, 2] - parts[:, 2].max())
    weights /= weights.sum()
    assert got.mean[0] == pytest.approx(weights @ parts[:, 0], rel=1e-9)
    assert got.sd[0] ** 2 == pytest.approx(weights @ (parts[:, 1] + (parts[:, 0] - got.mean[0]) ** 2), rel=1e-9)
    assert got.chance[0] == pytest.approx(weights @ ndtr((parts[:, 0] - 0.06) / np.sqrt(parts[:, 1])), rel=1e-9)


def test_chances_of_bets_of_all_sorts_come_true_as_often_as_they_say():
    size = 600
    series, q = bets_of_all_sorts(np.random.default_rng(2), size), asked(size)
    value, _ = forecast.measured(series, q, np.full(size, END))
    reached = value >= 0.06
    briers = []
    for week in (4, 13, 20):
        known = started(series, 7 * week)
        got = foretell(known, q, phi=read(known, q).phi)
        parts = scores.murphy(got.chance, reached)
        briers.append(parts.brier / parts.uncertainty)
        assert parts.reliability < 0.02
        assert 0.85 < (np.abs(value - got.mean) < 1.645 * got.sd).mean() < 0.99
    assert briers[1] < 0.75
    assert briers[2] < 0.6
    assert briers == sorted(briers, reverse=True)


def test_a_steady_climb_is_followed_and_not_taken_for_noise():
    climb = 0.045 + 0.02 * np.arange(END) / END
    series = proportion(np.random.default_rng(11), 30, END, 3_000, climb)
    known, q = started(series, 7 * 16), asked(30)
    value, _ = forecast.measured(series, q, np.full(30, END))
    phi = read(known, q).phi
    got = foretell(known, q, phi=phi)
    assert phi.min() > 3
    assert got.sd.mean() < 0.004
    assert np.abs(got.mean - value).mean() < 0.006


def test_before_any_data_the_prior_speaks_and_without_one_nothing_does():
    series = Series("proportion", np.zeros((3, 0)), np.zeros((3, 0)))
    q = replace(asked(3, target=np.array([0.055, 0.06, 0.08])), kill=np.array([0.045, 0.045, np.nan]))
    got = forecast.chance(series, q, np.array([0.05, np.nan, np.nan]), np.full(3, END), np.full(3, np.nan))
    assert 0.1 < got.chance[0] < 0.4
    assert got.mean[:2] == pytest.approx([0.05, 0.045])
    assert np.isnan([got.chance[2], got.mean[2], got.sd[2]]).all()


def test_a_measured_window_leaves_no_doubt():
    n = np.full((2, END), 100)
    y = np.where(np.arange(END) < 154, 5, [[6], [5]])
    got = foretell(Series("proportion", n, y), asked(2))
    assert got.chance.tolist() == [1.0, 0.0]
    assert got.mean == pytest.approx([0.06, 0.05])
    assert got.sd.tolist() == [0.0, 0.0]


def test_a_window_that_passed_without_data_says_nothing():
    series = started(proportion(np.random.default_rng(3), 1, END, 300, 0.05), 7 * 20)
    assert np.isnan(foretell(series, asked(1), closed=np.array([END])).chance[0])
    assert np.isfinite(foretell(series, asked(1)).chance[0])


def test_each_measured_week_of_the_window_leaves_less_doubt():
    series = proportion(np.random.default_rng(4), 5, END, 300, 0.056)
    doubt = [foretell(started(series, 7 * week), asked(5)).sd for week in range(20, 27)]
    assert (np.diff(doubt, axis=0) < 0).all()


def test_a_feed_that_went_silent_leaves_more_doubt_than_one_that_goes_on():
    series = proportion(np.random.default_rng(5), 5, 7 * 18, 300, 0.056)
    silent = started(series, 7 * 9)
    assert (foretell(silent, asked(5), closed=np.full(5, 7 * 18)).sd > foretell(series, asked(5)).sd).all()


def test_lower_is_better_is_the_other_side_of_the_same_forecast():
    series = proportion(np.random.default_rng(6), 20, 7 * 10, 300, 0.056)
    higher, lower = (foretell(series, asked(20, higher=higher)) for higher in (True, False))
    assert higher.chance + lower.chance == pytest.approx(np.ones(20))
    assert higher.mean.tobytes() == lower.mean.tobytes()


def test_the_window_is_the_last_four_whole_weeks_or_the_last_whole_month():
    first, stop = forecast.window(np.array([182, 185, 20, 6, 0, -3]), 1)
    assert list(zip(first.tolist(), stop.tolist(), strict=True)) == [
        (154, 182), (154, 182), (0, 14), (0, 0), (0, 0), (0, 0),
    ]  # fmt: skip
    assert [int(x[0]) for x in forecast.window(np.array([26]), 7)] == [22, 26]
    assert [int(x[0]) for x in forecast.window(np.array([6]), 30)] == [5, 6]


def test_a_lift_is_measured_and_foretold_on_its_own_scale():
    rng = np.random.default_rng(7)
    n = rng.poisson(3_000, (40, END))
    series = Series("proportion", n, rng.binomial(n, 0.055), None, n, rng.binomial(n, 0.05))
    q = asked(40, kill=0.0, target=0.06)
    value, weight = forecast.measured(series, q, np.full(40, END))
    assert value == pytest.approx(np.full(40, 0.10), abs=0.07)
    assert weight == pytest.approx(n[:, -28:].sum(axis=1) / 2)
    got = foretell(started(series, 7 * 12), q, baseline=np.nan)
    assert np.mean(got.mean) == pytest.approx(0.10, abs=0.015)
    assert (np.abs(got.mean - value) < 3 * got.sd).all()
    absolute = foretell(started(series, 7 * 12), asked(40, kill=0.0, target=0.003, relative=False))
    assert np.mean(absolute.mean) == pytest.approx(0.005, abs=0.0008)
    assert np.mean(absolute.chance) > 0.8


def test_a_level_learns_its_noise_from_its_weeks():
    rng = np.random.default_rng(8)
    calm, wild = (Series("level", np.ones((30, 12)), 55 + sd * rng.normal(size=(30, 12)), days=7) for sd in (0.5, 6.0))
    q = asked(30, kill=48.0, target=53.0)
    steady, unsure = (foretell(series, q, end=WEEKS, baseline=50.0) for series in (calm, wild))
    assert steady.sd.mean() < 0.7 * unsure.sd.mean()
    assert steady.chance.min() > 0.75


def test_segments_are_foretold_at_their_fixed_weights():
    rng = np.random.default_rng(9)
    old, new = proportion(rng, 10, 70, 400, 0.08), proportion(rng, 10, 70, np.linspace(1, 4_000, 70), 0.03)
    weights = np.tile([0.5, 0.5], (10, 1))
    whole = Series("proportion", old.n + new.n, old.y + new.y, segments=(old, new), weights=weights)
    standard, crude = foretell(whole, asked(10)), foretell(replace(whole, segments=(), weights=None), asked(10))
    assert standard.mean == pytest.approx(np.full(10, 0.055), abs=0.004)
    assert crude.mean.max() < 0.045
    value, _ = forecast.measured(whole, asked(10), np.full(10, 70))
    assert value == pytest.approx(np.full(10, 0.055), abs=0.004)


SORTS = [
    ("proportion", False, 1), ("rate", False, 1), ("mean", False, 7), ("proportion", True, 1), ("mean", True, 1),
    ("level", False, 1), ("proportion", False, 30),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "control", "days"), SORTS)
def test_a_forecast_is_the_same_to_the_last_bit_alone_padded_and_in_any_company(kind, control, days):
    series = some_series(kind if kind != "level" else "mean", 10, control=control, days=days)
    series = replace(series, kind=kind)
    ends, before = np.array([5, 20, 38, 40, 41, 60, 200]), np.array([0.05, np.nan, 0.04, 0.05, 0.06, 0.05, 0.05])
    phi, q = np.linspace(1, 2, 7), asked(7, target=0.055)
    whole = forecast.chance(series, q, before, ends, phi)
    assert_same_bytes(forecast.chance(padded(series, 17), q, before, ends, phi), whole)
    for chosen in (np.array([4]), np.array([6, 2, 5])):
        part = forecast.chance(rows(series, chosen), rows(q, chosen), before[chosen], ends[chosen], phi[chosen])
        assert_same_bytes(part, type(whole)(whole.chance[chosen], whole.mean[chosen], whole.sd[chosen]))


@pytest.mark.parametrize("kind", ["proportion", "rate", "mean", "level"])
def test_extreme_feeds_give_a_chance_or_nothing_but_never_nonsense(kind):
    n = np.array([[1.0] * 30, [1e12] * 30, [0.0] * 30, [5.0] * 30, [1.0] + [0.0] * 29])
    y = n * np.array([[0.0], [0.05], [0.0], [1.0], [1.0]])
    got = foretell(Series(kind, n, y, y), asked(5), end=40)
    assert ((got.chance >= 0) & (got.chance <= 1)).all()
    assert (np.isfinite(got.mean) & (got.sd > 0)).all()


def test_a_target_at_the_baseline_is_about_a_coin_before_data():
    series = Series("proportion", np.zeros((1, 0)), np.zeros((1, 0)))
    got = foretell(series, asked(1, target=0.05))
    assert got.chance[0] == pytest.approx(0.5)
    near = foretell(series, asked(1, target=0.0525))
    assert got.sd[0] == pytest.approx(near.sd[0], rel=0.1)


def test_a_forecast_needs_its_inputs_for_every_series():
    with pytest.raises(ValueError, match="one baseline, date and phi per series"):
        forecast.chance(some_series("rate", 1), asked(7), np.zeros(6), np.full(7, END), np.ones(7))
