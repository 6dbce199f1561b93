"""Levels: one value per period. Only weeks tell how sure their mean is, and the engine says when they do not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.evidence import Series, path, read
from metrics.evidence.mixtures import boundary_constant, one_sided_t, t_radius
from tests.metrics.evidence.worlds import FLAG, assert_same_bytes, padded, question, rows

WEEKS = np.arange(55, 365, 7)  # Sundays from the eighth on


def values(rng, size, periods, memory=0.0, mean=0.0):
    """Stationary, standard deviation 1, correlation `memory` from one period to the next."""
    shocks = rng.normal(size=(size, periods))
    out = shocks.copy()
    for t in range(1, periods):
        out[:, t] = memory * out[:, t - 1] + (1 - memory**2) ** 0.5 * shocks[:, t]
    return out + mean


def level(y, days=1):
    return Series("level", np.ones(y.shape), y, days=days)


def asked(size, kill=0.0, target=1.0, planned=364 / 3, **more):
    return question(size, kill=kill, target=target, planned=planned, **more)


def by_hand(weeks, size):
    """(mean, standard error, independent weeks) of weekly sums of `size` values each."""
    count, mean = len(weeks), sum(weeks) / (size * len(weeks))
    u = [week - size * mean for week in weeks]
    d = sum(x * x for x in u) / size
    c = sum(u[i] * u[i - 1] for i in range(1, count)) / size
    r = min(max((c / d * count + 1) / (count - 3), 0), 0.95)
    r += 0.5 * ((1 - r * r) / count) ** 0.5
    long_run = (1 + r) / (1 - r)
    return mean, (d / (count - 1) * long_run / (size * count)) ** 0.5, count / long_run


@pytest.mark.parametrize(("days", "periods", "size"), [(1, 100, 7), (7, 30, 1)])
def test_the_evidence_of_a_level_equals_the_sum_by_hand(days, periods, size):
    y = values(np.random.default_rng(4), 1, periods, 0.4, mean=-0.3)
    weeks = y[0, : periods // size * size].reshape(-1, size).sum(axis=1)
    mean, error, independent = by_hand(list(weeks), size)
    kappa = np.array(independent / (200 / size / boundary_constant(0.01)))
    nu = np.array(independent - 1)
    reading = read(level(y, days), asked(1, target=0.1, planned=200.0))
    for name, line in (("log_e_cease", 0.0), ("log_e_miss", 0.1)):
        expected = float(one_sided_t(np.array((line - mean) / error), kappa, nu))
        assert getattr(reading, name)[0] == pytest.approx(expected, rel=1e-9)
    radius = float(t_radius(kappa, nu, 0.05)) * error
    assert [reading.lower[0], reading.estimate[0], reading.upper[0]] == pytest.approx(
        [mean - radius, mean, mean + radius]
    )
    assert reading.nu[0] == pytest.approx(float(nu))
    assert reading.exposures[0] == periods


@pytest.mark.parametrize(("memory", "seed"), [(0.0, 1), (0.6, 2)])
def test_noise_that_fades_raises_few_false_flags_watched_every_week(memory, seed):
    chart = path(level(values(np.random.default_rng(seed), 400, 365, memory)), asked(400, target=0.0), at=WEEKS)
    assert (chart.log_e_cease >= FLAG).any(axis=1).mean() < 0.03
    assert (chart.log_e_scale >= FLAG).any(axis=1).mean() < 0.03
    assert ((chart.lower > 0) | (chart.upper < 0)).any(axis=1).mean() < 0.05


def test_a_level_that_wanders_off_and_comes_back_late_gets_no_verdict():
    rng = np.random.default_rng(3)
    slow, walk = values(rng, 200, 365, 0.95), rng.normal(size=(200, 365)).cumsum(axis=1)
    for y in (slow, walk):
        chart = path(level(y), asked(200), at=WEEKS)
        assert chart.no_verdict[:, -1].mean() > 0.85
        assert (chart.log_e_cease >= FLAG).any(axis=1).mean() < 0.07


def test_a_clear_drop_is_found_in_about_fifteen_weeks():
    chart = path(level(values(np.random.default_rng(5), 100, 365, mean=-0.4)), asked(100), at=WEEKS)
    found = chart.log_e_cease >= FLAG
    assert found[:, -1].all()
    assert 70 <= np.median(WEEKS[found.argmax(axis=1)]) <= 140


def test_there_is_no_verdict_before_eight_complete_weeks():
    series = level(values(np.random.default_rng(6), 3, 60, mean=-5.0))
    chart = path(series, asked(3))
    assert chart.ready.sum(axis=1).tolist() == [5, 5, 5]
    assert chart.no_verdict[:, :55].all()
    assert (chart.log_e_cease[:, :55] == 0).all()
    assert np.isinf(chart.lower[:, :55]).all()
    assert (chart.log_e_cease[:, 55:] > 1).all()


def test_a_started_week_is_left_out_of_the_mean_since_its_weekdays_are_not_a_week():
    week = np.array([5.0, 5, 5, 5, 5, 1, 0])
    y = np.concatenate([np.tile(week, 10), week[:3]])[None, :] + values(np.random.default_rng(7), 1, 73) / 10
    reading = read(level(y), asked(1, kill=3.5))
    assert reading.estimate[0] == pytest.approx(y[0, :70].mean())
    assert reading.recent[0] == pytest.approx(y[0, -28:].mean())
    first = read(level(y[:, :3]), asked(1))
    assert first.estimate[0] == pytest.approx(y[0, :3].mean())
    assert first.no_verdict[0]


def test_a_missing_day_is_absent_and_a_value_of_zero_is_not():
    y = values(np.random.default_rng(8), 1, 84, mean=10.0)
    gaps, zeros = y.copy(), y.copy()
    gaps[:, 10::7] = zeros[:, 10::7] = 0
    n = np.ones((1, 84))
    n[:, 10::7] = 0
    missing, low = read(Series("level", n, gaps), asked(1)), read(level(zeros), asked(1))
    assert missing.estimate[0] == pytest.approx(gaps.sum() / n.sum())
    assert missing.exposures[0] == 73
    assert low.estimate[0] < missing.estimate[0] - 1
    silent = Series(
        "level", np.where(np.arange(84) // 7 == 4, 0, 1) * 1.0 + 0 * y, np.where(np.arange(84) // 7 == 4, 0, y)
    )
    assert read(silent, asked(1)).blocks[0] == 11


def test_a_level_on_its_declared_path_is_neither_late_nor_noisy():
    rng = np.random.default_rng(9)
    way = np.minimum(1, np.arange(1, 183) / 140)
    y = 20 + 10 * way + values(rng, 40, 182)
    flat, glide = asked(40, kill=30.0, target=32.0), {"glide_from": 20.0, "glide_periods": 140.0}
    climbing = replace(flat, **{name: np.full(40, value) for name, value in glide.items()})
    assert read(level(y), flat).no_verdict.all()  # a trend is no noise that fades
    on_path = read(level(y), climbing)
    assert not on_path.no_verdict.any()
    assert (on_path.log_e_cease < FLAG).all()
    assert (on_path.autocorrelation < 0.7).all()
    behind = read(level(y - 1.0), climbing)
    assert (behind.log_e_cease > FLAG).mean() > 0.9
    late = read(level(values(rng, 40, 182, mean=20)), climbing)
    assert (late.log_e_miss >= late.log_e_cease).all()


def test_a_path_declared_for_one_series_leaves_the_others_as_they_are():
    y = values(np.random.default_rng(10), 2, 120)
    mixed = replace(asked(2), glide_from=np.array([np.nan, -1.0]), glide_periods=np.array([np.nan, 60.0]))
    alone = read(level(y[:1]), asked(1))
    assert read(level(y), mixed).log_e_cease[0] == pytest.approx(alone.log_e_cease[0], rel=1e-12)


def test_a_constant_feed_gives_no_verdict_and_says_so():
    reading = read(level(np.full((1, 100), 4.2)), asked(1, kill=5.0, target=6.0))
    assert reading.no_variance[0]
    assert reading.no_verdict[0]
    assert reading.log_e_cease[0] == 0
    assert reading.estimate[0] == pytest.approx(4.2)
    assert np.isinf(reading.upper[0])


def test_months_are_their_own_blocks_and_need_eight():
    y = values(np.random.default_rng(11), 1, 9, mean=-3.0)
    assert path(level(y, days=30), asked(1, planned=4.0)).ready[0].tolist() == [False] * 7 + [True, True]


def test_levels_have_no_restarts():
    y = values(np.random.default_rng(12), 3, 365, mean=-0.3)
    more = {"restarts": np.full(3, 13), "history_weeks": np.full(3, 12), "phi_floor": np.ones(3)}
    assert_same_bytes(read(level(y), asked(3)), read(level(y), replace(asked(3), **more)))
    reading = read(level(y), asked(3))
    assert reading.log_e_cease.tolist() == reading.whole_log_e_cease.tolist()
    assert reading.cease_since.tolist() == [0, 0, 0]


def untidy(seed, size=6, periods=90):
    rng = np.random.default_rng(seed)
    n = (rng.random((size, periods)) > 0.1) * 1.0
    n[0], n[1, 30:], n[2, 60:] = 0, 0, 0
    return Series("level", n, n * values(rng, size, periods, 0.3, mean=rng.normal(size=(size, 1))))


def about(seed, size=6):
    rng = np.random.default_rng(seed)
    kill = rng.normal(size=size)
    glide = np.where(rng.random(size) < 0.5, kill - 1, np.nan)
    return asked(
        size, kill=kill, target=kill + 0.5, higher=rng.random(size) < 0.5, glide_from=glide, glide_periods=50.0
    )


@given(st.integers(0, 10_000), st.integers(1, 20), st.integers(1, 89), st.permutations(range(6)))
@settings(max_examples=25, deadline=None)
def test_a_level_reads_the_same_to_the_last_bit_padded_cut_or_in_other_company(seed, extra, until, order):
    series, what, order = untidy(seed), about(seed), np.array(order)
    whole = read(series, what)
    assert_same_bytes(whole, read(padded(series, extra), what))
    for chosen in (order[:2], order[2:]):
        assert_same_bytes(rows(whole, chosen), read(rows(series, chosen), rows(what, chosen)))
    cut = replace(series, n=series.n[:, :until], y=series.y[:, :until])
    then, chart = read(cut, what), path(series, what, at=np.array([until - 1]))
    for name in ("log_e_cease", "log_e_scale", "estimate", "lower", "ready"):
        assert getattr(chart, name)[:, 0].tobytes() == getattr(then, name).tobytes(), name


@given(st.integers(0, 10_000), st.floats(-1, 1), st.floats(0, 1))
@settings(max_examples=25, deadline=None)
def test_sides_mirror_and_moving_the_line_cannot_create_false_evidence(seed, line, step):
    series = untidy(seed)
    low, high = (read(series, asked(6, kill=k, target=k)) for k in (line, line + step))
    assert (np.maximum(low.log_e_cease, 0) <= np.maximum(high.log_e_cease, 0) + 1e-9).all()
    assert (np.maximum(high.log_e_scale, 0) <= np.maximum(low.log_e_scale, 0) + 1e-9).all()
    lower_is_better = read(series, asked(6, kill=line, target=line, higher=False))
    assert lower_is_better.log_e_cease.tobytes() == low.log_e_alive.tobytes()
    for name in ("log_e_cease", "log_e_scale", "nu", "n_eff"):
        assert np.isfinite(getattr(low, name)).all(), name
    known = ~np.isnan(low.estimate)
    assert (low.lower <= low.estimate)[known].all()
