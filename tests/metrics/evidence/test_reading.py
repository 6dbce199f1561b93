import threading
import warnings
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.evidence import Path, Series, intervals, path, read
from metrics.evidence.intervals import exact_proportion, exact_rate
from metrics.evidence.mixtures import (
    UNDERFLOW,
    boundary_constant,
    gamma_exponential,
    t_radius,
    two_sided_beta,
    two_sided_gamma,
)
from tests.metrics.evidence.worlds import (
    FLAG,
    amounts,
    assert_same_bytes,
    padded,
    proportion,
    question,
    rows,
    some_series,
)

KINDS = st.sampled_from(["proportion", "mean", "rate"])
SEEDS = st.integers(0, 10_000)
SIZE = 7


def asked_of(seed, control=False, **more):
    rng = np.random.default_rng(seed)
    kill = rng.uniform(-0.1, 0.1, SIZE) if control else rng.uniform(0.03, 0.08, SIZE)
    cap = np.where(rng.random(SIZE) < 0.5, 9.0, np.nan)
    return question(SIZE, kill=kill, target=kill * 1.2, higher=rng.random(SIZE) < 0.5, cap=cap, **more)


@given(KINDS, SEEDS, st.booleans(), st.integers(1, 30))
@settings(max_examples=40, deadline=None)
def test_a_reading_is_the_same_to_the_last_bit_whatever_padding_follows(kind, seed, control, extra):
    series, asked = some_series(kind, seed, control=control), asked_of(seed, control)
    assert_same_bytes(read(series, asked), read(padded(series, extra), asked))


@given(KINDS, SEEDS, st.booleans(), st.permutations(range(SIZE)), st.integers(1, SIZE - 1))
@settings(max_examples=40, deadline=None)
def test_a_reading_is_the_same_to_the_last_bit_in_whatever_chunk_and_order(kind, seed, control, order, cut):
    series, asked, order = some_series(kind, seed, control=control), asked_of(seed, control), np.array(order)
    whole = read(series, asked)
    for chosen in (order[:cut], order[cut:]):
        assert_same_bytes(rows(whole, chosen), read(rows(series, chosen), rows(asked, chosen)))


@given(KINDS, SEEDS, st.booleans(), st.sampled_from([1, 7, 30]))
@settings(max_examples=30, deadline=None)
def test_the_last_point_of_a_path_is_the_reading(kind, seed, control, days):
    series, asked = some_series(kind, seed, control=control, days=days), asked_of(seed, control)
    reading, chart = read(series, asked), path(series, asked)
    for field in fields(Path):
        assert getattr(chart, field.name)[:, -1].tobytes() == getattr(reading, field.name).tobytes(), field.name


@given(KINDS, SEEDS, st.booleans(), st.integers(1, 39))
@settings(max_examples=30, deadline=None)
def test_every_point_of_a_path_is_the_reading_of_that_day(kind, seed, control, until):
    series, asked = some_series(kind, seed, control=control), asked_of(seed, control)
    arrays = {field.name: getattr(series, field.name) for field in fields(series)}
    cut = replace(series, **{name: v[:, :until] for name, v in arrays.items() if isinstance(v, np.ndarray)})
    chart, then = path(series, asked), read(cut, asked)
    for field in fields(Path):
        assert getattr(chart, field.name)[:, until - 1].tobytes() == getattr(then, field.name).tobytes(), field.name


@given(KINDS, SEEDS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_whatever_the_signals_every_e_value_is_a_number(kind, seed, control):
    reading = read(some_series(kind, seed, control=control), asked_of(seed, control))
    for name in ("log_e_cease", "log_e_miss", "log_e_scale", "log_e_alive", "srm_log_e", "phi", "nu"):
        assert np.isfinite(getattr(reading, name)).all(), name
    assert (reading.phi >= 1).all()
    assert not np.isnan(reading.lower).any()
    assert not np.isnan(reading.upper).any()


@given(KINDS, SEEDS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_interval_contains_the_estimate(kind, seed, control):
    reading = read(some_series(kind, seed, control=control), asked_of(seed, control))
    known = ~np.isnan(reading.estimate)
    assert (reading.lower <= reading.estimate)[known].all()
    assert (reading.estimate <= reading.upper)[known].all()


@given(KINDS, SEEDS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_lower_is_better_mirrors_the_sides(kind, seed, control):
    series, asked = some_series(kind, seed, control=control), asked_of(seed, control)
    one, other = read(series, asked), read(series, replace(asked, higher_is_better=~asked.higher_is_better))
    for left, right in (("log_e_cease", "log_e_alive"), ("log_e_miss", "log_e_scale")):
        assert getattr(one, left).tobytes() == getattr(other, right).tobytes()
        assert getattr(one, right).tobytes() == getattr(other, left).tobytes()


@given(KINDS, SEEDS, st.floats(0.02, 0.1), st.floats(1.0001, 1.5), st.sampled_from([300.0, 5_000.0, 1e5]))
@settings(max_examples=60, deadline=None)
def test_moving_the_line_cannot_create_false_evidence(kind, seed, line, factor, planned):
    series = some_series(kind, seed, periods=60)
    cap = np.where(np.arange(SIZE) % 2, 9.0, np.nan)
    low, high = (
        read(series, question(SIZE, kill=k, target=k, cap=cap, planned=planned, spread=0.3))
        for k in (line, line * factor)
    )
    # Below one an e-value says nothing, and the tail rule makes it jump there.
    assert (np.maximum(low.log_e_cease, 0) <= np.maximum(high.log_e_cease, 0) + 1e-6).all()
    assert (np.maximum(high.log_e_scale, 0) <= np.maximum(low.log_e_scale, 0) + 1e-6).all()


@given(
    st.sampled_from(["proportion", "rate", "mean", "capped"]),
    st.floats(2, 6),
    st.integers(1, 9),
    st.integers(14, 120),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_overwhelming_evidence_for_the_null_is_never_a_flag(kind, magnitude, gap, periods, higher):
    n = np.full((1, periods), 10.0**magnitude)
    level = 0.05 * (1 + gap) if higher else 0.05 / (1 + gap)
    y = n * level if kind in ("mean", "capped") else np.round(n * level)
    series = Series(kind if kind != "capped" else "mean", n, y, y * 1.5)
    cap = 1.5 if kind == "capped" else np.nan
    reading = read(series, question(1, kill=0.05, target=0.05, higher=higher, cap=cap))
    assert reading.log_e_cease[0] <= 0
    assert reading.log_e_miss[0] <= 0


def test_ten_times_the_line_at_a_million_a_day_is_minus_745_and_not_a_flag():
    n = np.full((1, 365), 1_000_000)
    reading = read(Series("proportion", n, n // 2), question(1))
    assert reading.log_e_cease[0] == UNDERFLOW
    assert reading.log_e_alive[0] > FLAG


def test_a_clear_failure_is_flagged_to_cease_and_a_clear_success_to_scale():
    rng = np.random.default_rng(4)
    weak, strong = (
        read(proportion(rng, 1, 60, 500, 0.03), question(1)),
        read(proportion(rng, 1, 60, 500, 0.09), question(1)),
    )
    assert weak.log_e_cease[0] > FLAG
    assert weak.log_e_miss[0] > FLAG
    assert weak.log_e_scale[0] < 0
    assert strong.log_e_scale[0] > FLAG
    assert strong.log_e_alive[0] > FLAG
    assert strong.log_e_cease[0] < 0
    assert weak.upper[0] < 0.05 < 0.06 < strong.lower[0]


def test_nothing_is_ready_before_two_complete_weeks():
    rng = np.random.default_rng(1)
    chart = path(proportion(rng, 3, 20, 300, 0.05), question(3))
    assert chart.ready.sum(axis=1).tolist() == [7, 7, 7]
    assert chart.ready[:, 13:].all()


def test_weekly_and_monthly_periods_are_blocks():
    rng = np.random.default_rng(1)
    for days in (7, 30):
        series = replace(proportion(rng, 1, 5, 300, 0.05), days=days)
        assert read(series, question(1)).blocks[0] == 5
        assert path(series, question(1)).ready[0].tolist() == [False, True, True, True, True]


def test_a_missing_week_is_absent_and_not_a_week_of_zeros():
    rng = np.random.default_rng(2)
    series = proportion(rng, 1, 42, 300, 0.05)
    n, y = series.n.copy(), series.y.copy()
    n[:, 14:21] = y[:, 14:21] = 0
    gap, zeros = read(Series("proportion", n, y), question(1)), read(Series("proportion", series.n, y), question(1))
    assert gap.blocks[0] == 5
    assert gap.estimate[0] == pytest.approx(0.05, abs=0.004)
    assert zeros.phi[0] > 10 * gap.phi[0]


def test_a_constant_feed_of_amounts_gives_no_evidence_and_says_so():
    n = np.full((1, 60), 20.0)
    reading = read(Series("mean", n, n * 0.1, n * 0.01), question(1, kill=0.5, target=0.6))
    assert reading.no_variance[0]
    assert [reading.log_e_cease[0], reading.log_e_miss[0], reading.log_e_scale[0]] == [0, 0, 0]
    assert np.isinf(reading.upper[0])


def test_no_conversions_at_all_are_evidence_and_not_an_error():
    n = np.full((1, 60), 200.0)
    reading = read(Series("proportion", n, n * 0), question(1))
    assert reading.log_e_cease[0] > FLAG
    assert not reading.no_variance[0]
    assert reading.lower[0] == 0 < reading.upper[0] < 0.05


def test_a_series_without_any_data_has_no_verdict():
    for periods in (0, 5):
        empty = np.zeros((1, periods))
        reading = read(Series("proportion", empty, empty), question(1))
        assert reading.no_verdict[0]
        assert reading.log_e_cease[0] == 0
        assert np.isnan(reading.estimate[0])
        assert not reading.ready[0]


def test_a_threshold_that_was_not_set_is_not_tested():
    rng = np.random.default_rng(3)
    reading = read(proportion(rng, 1, 60, 500, 0.03), question(1, target=np.nan))
    assert reading.log_e_cease[0] > FLAG
    assert reading.log_e_miss[0] == reading.log_e_scale[0] == 0


def test_an_uncapped_mean_waits_for_500_effective_exposures_and_gets_no_cease_verdict():
    rng = np.random.default_rng(5)
    series = amounts(rng, 4, 60, 20, 1.8)
    free, capped = (
        read(series, question(4, kill=5.0, target=6.0)),
        read(amounts(rng, 4, 60, 20, 1.8, cap=50.0), question(4, kill=5.0, target=6.0, cap=50.0)),
    )
    assert free.uncapped.all()
    assert not capped.uncapped.any()
    assert free.ready.tolist() == (free.n_eff >= 500).tolist()
    assert (free.n_eff < 500).any()
    assert capped.ready.all()


def empirical_bernstein_by_hand(n, y, q, theta0, cap, side, rho):
    """The strict leg with plain loops: (S, V, scale) into the gamma-exponential mixture."""
    scale = theta0 if side > 0 else cap
    total = spread = before_n = before_y = 0.0
    for count, amount, square in zip(n, y, q, strict=True):
        centre = min(scale, (before_y + theta0) / (before_n + 1))
        spread += square - 2 * centre * amount + count * centre**2
        total += side * (amount - count * theta0)
        before_n, before_y = before_n + count, before_y + amount
    return gamma_exponential(*(np.array(float(x)) for x in (total, spread, rho, scale)))


@pytest.mark.parametrize(("line", "side", "name"), [(2.98, -1, "log_e_cease"), (1.83, 1, "log_e_alive")])
def test_the_strict_leg_of_capped_amounts_equals_the_sum_by_hand(line, side, name):
    series = amounts(np.random.default_rng(30), 1, 40, 12, 1.3, cap=20.0)
    asked = question(1, kill=line, target=np.nan, cap=20.0, planned=500.0, spread=1.0)
    strict = empirical_bernstein_by_hand(
        series.n[0], series.y[0], series.q[0], line, 20.0, side, 500.0 / boundary_constant(0.01)
    )
    free = getattr(read(series, replace(asked, cap=np.array([np.nan]))), name)[0]
    assert 0 < strict < free  # so that it is the leg that decides
    assert getattr(read(series, asked), name)[0] == pytest.approx(float(strict), abs=1e-9)


@pytest.mark.parametrize("kind", ["proportion", "rate"])
def test_the_interval_is_never_narrower_than_either_leg_allows(kind):
    rng = np.random.default_rng(31)
    n = rng.poisson(12, (300, 42))
    series = Series(kind, n, rng.binomial(n, 0.04))
    reading = read(series, question(300, kill=0.2, target=0.25, planned=500.0))
    events, count = series.y.sum(axis=1) * 1.0, n.sum(axis=1) * 1.0
    tau = 500 / boundary_constant(0.01)
    radius = t_radius(count / tau, reading.nu, 0.05)
    width = radius**2 * reading.phi / count
    if kind == "proportion":
        exact = exact_proportion(events, count, (tau - 1) * 0.2, (tau - 1) * 0.8, np.log(20))
        score = intervals.proportion(events / count, width)
    else:
        exact = exact_rate(events, count, tau * 0.2, tau, np.log(20))
        score = intervals.rate(events / count, width)
    np.testing.assert_allclose(reading.lower, np.minimum(exact[0], score[0]))
    np.testing.assert_allclose(reading.upper, np.maximum(exact[1], score[1]))
    assert (exact[1] > score[1]).any() or (exact[0] < score[0]).any()
    assert (exact[1] < score[1]).any() or (exact[0] > score[0]).any()


@given(st.floats(0.001, 0.999), st.floats(1e-6, 10))
def test_the_ends_of_a_score_band_lie_on_it(estimate, width):
    middle, spread = np.array(estimate), np.array(width)
    for end in intervals.proportion(middle, spread):
        assert (estimate - end) ** 2 == pytest.approx(float(width * end * (1 - end)), rel=1e-6, abs=1e-9)
    for end in intervals.rate(middle, spread):
        assert (estimate - end) ** 2 == pytest.approx(float(width * end), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("events", [0, 1, 40])
def test_the_ends_of_an_exact_interval_are_where_the_mixture_reaches_twenty(events):
    y, n, a, b = (np.array(float(x)) for x in (events, 300, 2, 38))
    for end in exact_proportion(y, n, a, b, np.log(20)):
        assert end == 0 or two_sided_beta(y, n, end, a, b) == pytest.approx(np.log(20), abs=1e-5)
    for end in exact_rate(y, n, a, b, np.log(20)):
        assert end == 0 or two_sided_gamma(y, n, end, a, b) == pytest.approx(np.log(20), abs=1e-5)


def test_a_path_of_capped_amounts_that_begins_with_one_exposure_ends_at_the_reading():
    series = amounts(np.random.default_rng(8), 3, 60, 20, 1.0, cap=9.0)
    first = [np.concatenate([np.ones((3, 1)), values], axis=1) for values in (series.n, series.y, series.q)]
    series, asked = Series("mean", *first), question(3, kill=1.5, target=2.0, cap=9.0)
    assert path(series, asked).log_e_cease[:, -1].tobytes() == read(series, asked).log_e_cease.tobytes()


def test_a_cap_that_the_values_break_counts_as_no_cap():
    rng = np.random.default_rng(5)
    series = amounts(rng, 3, 60, 20, 1.8)
    assert read(series, question(3, kill=5.0, target=6.0, cap=3.0)).uncapped.all()


def test_the_noise_of_the_history_weakens_the_evidence():
    series = proportion(np.random.default_rng(9), 1, 60, 500, 0.04)
    calm, wary = read(series, question(1)), read(series, question(1, phi_floor=4.0))
    assert wary.phi[0] == 4 > calm.phi[0]
    assert wary.log_e_cease[0] < calm.log_e_cease[0]
    assert wary.upper[0] > calm.upper[0]
    assert_same_bytes(calm, read(series, question(1, phi_floor=np.nan)))


def test_integers_and_floats_read_the_same():
    rng = np.random.default_rng(9)
    series = proportion(rng, 5, 50, 300, 0.05)
    small = replace(series, n=series.n.astype(np.int32), y=series.y.astype(np.int32))
    exact = replace(series, n=series.n.astype(float), y=series.y.astype(float))
    assert_same_bytes(read(small, question(5)), read(exact, question(5)))


def test_a_higher_confidence_widens_the_interval():
    rng = np.random.default_rng(9)
    series = proportion(rng, 5, 50, 300, 0.05)
    usual, strict = read(series, question(5)), read(series, question(5), alpha=0.01)
    assert (strict.lower < usual.lower).all()
    assert (strict.upper > usual.upper).all()


def test_no_warning_leaks():
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        for kind in ("proportion", "mean", "rate"):
            for control in (False, True):
                path(some_series(kind, 1, control=control), asked_of(1, control, restarts=3))
    assert not leaked


def test_threads_read_the_same_as_one():
    series, asked = some_series("mean", 3, size=SIZE, periods=300), asked_of(3)
    alone, together = read(series, asked), []
    threads = [threading.Thread(target=lambda: together.append(read(series, asked))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(together) == 4
    for reading in together:
        assert_same_bytes(alone, reading)


ONE = np.ones((1, 3))


@pytest.mark.parametrize(
    ("series", "sentence"),
    [
        (Series("ratio", ONE, ONE), "Unknown kind of metric"),
        (Series("mean", ONE, ONE), "sums of squares"),
        (Series("mean", ONE, ONE, ONE, ONE, ONE), "sums of squares"),
        (Series("proportion", ONE, 2 * ONE), "more successes than trials"),
        (Series("proportion", ONE, -ONE), "fewer than zero successes"),
        (Series("rate", ONE, -ONE), "negative number of events"),
        (Series("rate", -ONE, ONE), "negative number of exposures"),
        (Series("rate", 0 * ONE, ONE), "a sum but no exposures"),
        (Series("proportion", ONE, ONE * np.nan), "not a finite number"),
        (Series("proportion", ONE, np.ones((1, 4))), "same series and periods"),
        (Series("proportion", ONE, ONE, None, ONE), "without their sums"),
        (Series("proportion", np.ones((2, 3)), np.ones((2, 3))), "one kill per series"),
        (Series("proportion", ONE, ONE, days=0), "at least one day"),
    ],
)
def test_input_that_cannot_be_read_gets_one_sentence(series, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(series, question(1))
