"""Segments with fixed weights: what a drifting mix does to the crude mean it must not do to the standardised one."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.evidence import Result, Series, path, read
from metrics.evidence.mixtures import boundary_constant, one_sided_normal, one_sided_t
from metrics.evidence.one_arm import LEAST_N_EFF
from metrics.evidence.standard import crude_differs
from tests.metrics.evidence.test_noise import by_hand
from tests.metrics.evidence.worlds import FLAG, assert_same_bytes, padded, question, rows

YEAR = np.arange(13, 365, 3)


def whole_of(kind, n, y, weights, q=None, days=1):
    """A series of segments from tables (G, S, T)."""
    squares = [None] * len(n) if q is None else q
    parts = tuple(Series(kind, a, b, c, days=days) for a, b, c in zip(n, y, squares, strict=True))
    table = np.broadcast_to(np.asarray(weights, dtype=float), (n.shape[1], len(n))).copy()
    return Series(kind, n.sum(0), y.sum(0), None if q is None else q.sum(0), days=days, segments=parts, weights=table)


def crude_of(series):
    return replace(series, segments=(), weights=None)


def counted(rng, size, periods, per_day, thetas, weights, share=(0.5, 0.5), cv=0.0):
    """Two segments whose share of the exposures goes in equal steps from `share` to the other way round."""
    first = np.linspace(*share, periods) if share[0] != share[1] else np.full(periods, share[0])
    n = rng.poisson(per_day * np.array([first, 1 - first])[:, None, :] * np.ones((1, size, 1)))
    day = 1 + cv * rng.normal(size=(1, size, periods))
    return whole_of("proportion", n, rng.binomial(n, np.clip(np.array(thetas)[:, None, None] * day, 0, 1)), weights)


def flagged(series, asked, name, at=YEAR):
    chart = path(series, asked, at=at)
    return ((getattr(chart, name) >= FLAG) & chart.ready).any(axis=1).mean()


def test_both_legs_of_a_standardised_mean_equal_the_sum_by_hand():
    series = counted(np.random.default_rng(1), 1, 84, 900, (0.05, 0.08), (0.3, 0.7), cv=0.08)
    (n1, n2), (y1, y2) = ([np.asarray(getattr(p, name)[0], float) for p in series.segments] for name in "ny")
    worth = 1 / (0.09 / n1 + 0.49 / n2)
    sums, line, planned = worth * (0.3 * y1 / n1 + 0.7 * y2 / n2), 0.078, 30_000.0
    shares = [(y.sum() + 0.5) / (n.sum() + 1) for n, y in ((n1, y1), (n2, y2))]
    mean = 0.3 * shares[0] + 0.7 * shares[1]
    moved = [p / (1 - p) * line / (1 - line) * (1 - mean) / mean for p in shares]
    parts = [
        o / (1 + o) ** 2 * (worth**2 * w**2 / n).sum() for o, w, n in zip(moved, (0.3, 0.7), (n1, n2), strict=True)
    ]
    variance, v = sum(parts), sum(parts) / worth.sum()
    _, _, _, days, day_df = by_hand(list(sums), list(worth))
    weekly = [list(x.reshape(-1, 7).sum(1)) for x in (sums, worth)]
    _, _, _, weeks, df = by_hand(*weekly)
    prior = max(1 + 2 * max(days / v - 1, 0), 1 + np.mean(weekly[1]) * (sums.sum() / worth.sum()) ** 2 * 0.03**2 / v)
    prior_df = max(min(day_df, 14), 4)
    phi = (prior_df * prior + df * weeks / v) / (prior_df + df)
    z = np.array((line * worth.sum() - sums.sum()) / variance**0.5)
    kappa = np.array(worth.sum() * boundary_constant(0.01) / planned)
    unit, period = one_sided_normal(z, kappa), one_sided_t(z / phi**0.5, kappa, np.array(prior_df + df))
    assert 0 < period < unit
    reading = read(series, question(1, kill=line, planned=planned))
    assert reading.log_e_cease[0] == pytest.approx(float(period), rel=1e-9)
    assert reading.estimate[0] == pytest.approx(sums.sum() / worth.sum())
    assert reading.exposures[0] == n1.sum() + n2.sum()


def test_a_drifting_mix_flags_the_crude_mean_but_not_the_standardised_one():
    # Simpson: both segments stay where they are, the better one gets rarer.
    series = counted(np.random.default_rng(2), 60, 240, 400, (0.08, 0.02), (0.5, 0.5), share=(0.45, 0.1))
    asked, at = question(60, kill=0.05, target=0.05, planned=400.0 * 80), np.arange(13, 240, 3)
    assert flagged(crude_of(series), asked, "log_e_cease", at) > 0.9
    assert flagged(series, asked, "log_e_cease", at) < 0.05
    assert flagged(series, asked, "log_e_scale", at) < 0.05
    ours, crude = read(series, asked), read(crude_of(series), asked)
    assert crude_differs(ours, crude, FLAG).mean() > 0.9
    assert (ours.lower <= 0.05).mean() > 0.95
    assert (ours.upper >= 0.05).mean() > 0.95


def test_a_drop_in_every_segment_is_found_whatever_the_mix_does():
    series = counted(np.random.default_rng(3), 30, 120, 400, (0.04, 0.012), (0.5, 0.5), share=(0.2, 0.8))
    asked = question(30, kill=0.035, planned=400.0 * 40)
    assert flagged(series, asked, "log_e_cease", np.arange(13, 120, 3)) > 0.9


@pytest.mark.parametrize("thetas", [(0.005, 0.005), (0.95, 0.97)])
def test_few_events_raise_few_false_flags_though_the_variance_at_the_estimate_would(thetas):
    series = counted(np.random.default_rng(4), 150, 365, 20, thetas, (0.75, 0.25), share=(0.75, 0.75))
    line = 0.75 * thetas[0] + 0.25 * thetas[1]
    asked = question(150, kill=line, target=line, planned=20.0 * 120)
    assert flagged(series, asked, "log_e_cease") < 0.03
    assert flagged(series, asked, "log_e_scale") < 0.03


def test_noisy_days_raise_few_false_flags_in_segments_too():
    series = counted(np.random.default_rng(5), 100, 365, 4_000, (0.04, 0.06), (0.5, 0.5), cv=0.15)
    asked = question(100, kill=0.05, target=0.05, planned=4_000.0 * 120)
    assert flagged(series, asked, "log_e_cease") < 0.03
    assert flagged(series, asked, "log_e_scale") < 0.03


def test_a_segment_too_small_for_every_day_is_read_by_week():
    rng = np.random.default_rng(6)
    n = rng.poisson(np.array([60, 0.4])[:, None, None], (2, 4, 100))
    series = whole_of("proportion", n, rng.binomial(n, 0.05), (0.9, 0.1))
    reading = read(series, question(4))
    assert reading.blocks.tolist() == [14, 14, 14, 14] or reading.blocks.min() >= 12
    assert (reading.exposures > 0.8 * n.sum(axis=(0, 2))).all()
    daily = whole_of("proportion", np.maximum(n, 1), rng.binomial(np.maximum(n, 1), 0.05), (0.9, 0.1))
    assert (read(daily, question(4)).exposures == np.maximum(n, 1).sum(axis=(0, 2))).all()


def test_a_restart_notices_segments_that_went_bad_and_says_since_when():
    rng = np.random.default_rng(7)
    good, bad = (
        counted(rng, 20, days, 2_000, np.array([0.04, 0.06]) * f, (0.5, 0.5)) for days, f in ((140, 1.15), (84, 0.85))
    )
    n, y = (
        np.array(
            [np.hstack([getattr(a, name), getattr(b, name)]) for a, b in zip(good.segments, bad.segments, strict=True)]
        )
        for name in "ny"
    )
    asked = question(20, kill=0.05, planned=2_000.0 * 120)
    later = replace(asked, restarts=np.full(20, 13), phi_floor=np.ones(20), history_weeks=np.full(20, 12))
    whole, mixed = (read(whole_of("proportion", n, y, (0.5, 0.5)), what) for what in (asked, later))
    assert (whole.log_e_cease < FLAG).all()
    assert (mixed.log_e_cease > FLAG).mean() > 0.9
    assert np.isin(mixed.cease_since, [112, 140, 168]).mean() > 0.9
    assert mixed.whole_log_e_cease.tobytes() == whole.log_e_cease.tobytes()
    assert mixed.recent == pytest.approx(0.0425, rel=0.08)


def test_segments_climb_with_a_declared_path():
    rng = np.random.default_rng(8)
    way = np.minimum(1, np.arange(1, 121) / 100)
    n = np.full((2, 30, 120), 300)
    y = rng.binomial(n, (0.02 + 0.04 * way) * np.array([0.8, 1.2])[:, None, None])
    series, flat = whole_of("proportion", n, y, (0.5, 0.5)), question(30, kill=0.06, target=0.08, planned=24_000.0)
    glide = replace(flat, glide_from=np.full(30, 0.02), glide_periods=np.full(30, 100.0))
    assert (read(series, flat).log_e_cease > 1).all()
    assert (read(series, glide).log_e_cease < 1).all()
    assert (read(series, glide).log_e_miss > FLAG).mean() > 0.9
    assert np.median(read(series, glide).phi) < 1.5


def test_rates_and_amounts_are_standardised_too():
    rng = np.random.default_rng(9)
    n = rng.poisson(np.array([30, 90])[:, None, None], (2, 20, 84))
    rate = whole_of("rate", n, rng.poisson(n * np.array([2.0, 1.0])[:, None, None]), (0.5, 0.5))
    reading = read(rate, question(20, kill=1.7, target=1.5, planned=6_000.0))
    assert reading.estimate == pytest.approx(1.5, rel=0.05)
    assert (reading.log_e_cease > FLAG).all()
    assert (reading.log_e_scale < FLAG).all()
    assert (reading.lower < reading.estimate).all()
    sizes = rng.lognormal(0, 1, (2, 20, 84, 12)) * np.array([2.0, 1.0])[:, None, None, None]
    count = np.full((2, 20, 84), 12.0)
    for cap in (np.nan, 60.0):
        capped = sizes if np.isnan(cap) else np.minimum(sizes, cap)
        series = whole_of("mean", count, capped.sum(3), (0.5, 0.5), (capped**2).sum(3))
        reading = read(series, question(20, kill=3.2, target=2.5, planned=2_000.0, cap=cap))
        assert reading.estimate == pytest.approx(1.5 * np.exp(0.5), rel=0.15)
        assert (reading.log_e_cease > FLAG).mean() > 0.9
        assert reading.uncapped.all() == np.isnan(cap)


def test_amounts_wait_until_every_segment_has_seen_enough_even_with_a_cap():
    rng = np.random.default_rng(10)
    n = np.array([np.full((40, 200), 20.0), np.full((40, 200), 1.0)])
    sizes = [np.minimum(rng.lognormal(0, 1.8, (40, 200, int(part[0, 0]))), 50) for part in n]
    y, q = (np.array([(each**power).sum(axis=2) for each in sizes]) for power in (1, 2))
    chart_of = whole_of("mean", n, y, (0.5, 0.5), q)
    asked = question(40, kill=4.02, target=6.0, cap=50.0, planned=2_000.0)
    reading = read(chart_of, asked)
    assert (reading.n_eff < LEAST_N_EFF).all()
    assert not reading.ready.any()
    assert not reading.uncapped.any()
    even = whole_of("mean", n[[0, 0]], y[[0, 0]], (0.5, 0.5), q[[0, 0]])
    assert read(even, asked).ready.mean() > 0.5


def test_constant_amounts_in_every_segment_give_no_evidence():
    n = np.full((2, 1, 60), 20.0)
    reading = read(whole_of("mean", n, 2 * n, (0.5, 0.5), 4 * n), question(1, kill=5.0, target=6.0))
    assert reading.no_variance[0]
    assert reading.log_e_cease[0] == reading.log_e_miss[0] == 0
    assert np.isinf(reading.upper[0])


def test_a_segment_without_weight_is_not_looked_at():
    series = counted(np.random.default_rng(11), 3, 60, 300, (0.05, 0.08), (1.0, 0.0), share=(0.7, 0.7))
    other = replace(series.segments[1], n=series.segments[1].n * 0, y=series.segments[1].y * 0)
    emptied = replace(series, segments=(series.segments[0], other))
    assert_same_bytes(read(series, question(3)), read(emptied, question(3)))
    alone = read(series.segments[0], question(3))
    reading = read(series, question(3))
    assert reading.estimate == pytest.approx(alone.estimate)
    assert reading.phi == pytest.approx(alone.phi, rel=0.01)


def test_segments_without_a_common_period_or_without_data_have_no_verdict():
    n = np.zeros((2, 1, 6))
    n[0, 0, :3], n[1, 0, 3:] = 50, 50
    for counts in (n, n * 0, n[:, :, :0]):
        reading = read(whole_of("proportion", counts, counts * 0.1, (0.5, 0.5)), question(1))
        assert reading.no_verdict[0]
        assert reading.log_e_cease[0] == 0
        assert np.isnan(reading.estimate[0])
        assert np.isinf(reading.upper[0]) or reading.upper[0] == 1


def flags_of(cease, scale):
    nought = np.zeros(len(cease))
    names = dict.fromkeys(Result.__dataclass_fields__, nought)
    return Result(**names | {"log_e_cease": np.array(cease), "log_e_scale": np.array(scale)})


def test_crude_and_standardised_differ_when_they_do_not_flag_alike():
    ours = flags_of([4.0, 4.0, 0.0, 0.0, 3.0], [0.0, 0.0, 0.0, 4.0, 0.0])
    crude = flags_of([5.0, 0.0, 0.0, 0.0, 9.0], [0.0, 0.0, 3.5, 4.0, -5.0])
    assert crude_differs(ours, crude, 3.0).tolist() == [False, True, True, False, False]
    assert crude_differs(ours, crude, 3.6).tolist() == [False, True, False, False, True]


def untidy(seed, kind, days=1):
    rng = np.random.default_rng(seed)
    n = rng.poisson(rng.choice([0.5, 8, 900], (3, 6, 1)), (3, 6, 60)) * (rng.random((3, 6, 60)) > 0.1)
    n[:, 0] = 0
    n[:, 1, 20:] = 0
    level = rng.uniform(0.03, 0.08, (3, 6, 1)) * (1 + 0.1 * rng.normal(size=n.shape))
    if kind == "proportion":
        y, q = rng.binomial(n, np.clip(level, 0, 1)), None
    else:
        y = rng.poisson(n * level) if kind == "rate" else n * level
        q = None if kind == "rate" else y * 0.1
    weights = rng.dirichlet([1, 1, 1], 6)
    weights[2] = [0.4, 0.6, 0]
    return whole_of(kind, n, y, weights, q, days)


def about(seed):
    rng = np.random.default_rng(seed)
    kill = rng.uniform(0.03, 0.08, 6)
    more = {"restarts": rng.integers(0, 3, 6), "history_weeks": 9, "phi_floor": 1.1, "glide_periods": 30.0}
    glide = np.where(rng.random(6) < 0.3, kill / 2, np.nan)
    return question(6, kill=kill, target=kill * 1.2, higher=rng.random(6) < 0.5, glide_from=glide, **more)


def shortened(series, change):
    parts = tuple(change(part) for part in series.segments)
    return replace(change(crude_of(series)), segments=parts, weights=series.weights)


@given(
    st.sampled_from(["proportion", "rate", "mean"]), st.integers(0, 10_000), st.integers(1, 59), st.sampled_from([1, 7])
)
@settings(max_examples=10, deadline=None)
def test_segments_read_the_same_to_the_last_bit_padded_cut_or_in_other_company(kind, seed, until, days):
    series, asked, order = untidy(seed, kind, days), about(seed), np.random.default_rng(seed).permutation(6)
    whole = read(series, asked)
    assert_same_bytes(whole, read(shortened(series, lambda part: padded(part, 9)), asked))
    some = shortened(series, lambda part: rows(part, order[:3]))
    assert_same_bytes(
        rows(whole, order[:3]), read(replace(some, weights=series.weights[order[:3]]), rows(asked, order[:3]))
    )
    then = read(shortened(series, lambda part: rows_until(part, until)), asked)
    chart = path(series, asked, at=np.array([until - 1]))
    for name in ("log_e_cease", "log_e_scale", "log_e_miss", "estimate", "lower", "ready", "cease_since"):
        assert getattr(chart, name)[:, 0].tobytes() == getattr(then, name).tobytes(), name


def rows_until(series, until):
    cut = {name: getattr(series, name) for name in "nyq"}
    return replace(series, **{name: value[:, :until] for name, value in cut.items() if value is not None})


@given(st.sampled_from(["proportion", "rate", "mean"]), st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_every_number_is_one_and_lower_is_better_mirrors(kind, seed):
    series, asked = untidy(seed, kind), about(seed)
    reading, mirror = read(series, asked), read(series, replace(asked, higher_is_better=~asked.higher_is_better))
    for name in ("log_e_cease", "log_e_scale", "log_e_miss", "log_e_alive", "phi", "nu", "n_eff"):
        assert np.isfinite(getattr(reading, name)).all(), name
    assert mirror.whole_log_e_cease.tobytes() == reading.log_e_alive.tobytes()
    known = ~np.isnan(reading.estimate)
    assert (reading.lower <= reading.estimate + 1e-12)[known].all()
    assert (reading.estimate <= reading.upper + 1e-12)[known].all()


ONE = np.ones((1, 3))
PART = Series("rate", ONE, ONE)


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        (Series("rate", ONE, ONE, segments=(PART, PART)), "one weight per series and segment"),
        (Series("rate", ONE, ONE, segments=(PART, PART), weights=np.array([[0.5, 0.6]])), "add up to 1"),
        (Series("rate", ONE, ONE, segments=(PART, PART), weights=np.array([[1.5, -0.5]])), "at least 0"),
        (Series("rate", ONE, ONE, segments=(PART, PART), weights=np.array([[0.5, np.nan]])), "at least 0"),
        (Series("level", ONE, ONE, segments=(PART,), weights=np.ones((1, 1))), "by segment"),
        (Series("rate", ONE, ONE, None, ONE, ONE, segments=(PART,), weights=np.ones((1, 1))), "balances the mix"),
        (Series("proportion", ONE, ONE, segments=(PART,), weights=np.ones((1, 1))), "the shape of the whole"),
        (Series("rate", ONE, ONE, segments=(replace(PART, days=7),), weights=np.ones((1, 1))), "the periods"),
    ],
)
def test_segments_that_do_not_fit_get_one_sentence(series, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(series, question(1))
