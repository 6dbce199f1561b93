"""The restart mixture: what it notices, what it must not, and that it is the mixture it says it is."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.evidence import Path, Series, engine, path, read
from metrics.evidence.mixtures import boundary_constant, gamma_exponential
from metrics.evidence.noise import spreads
from metrics.evidence.one_arm import Arm
from tests.metrics.evidence.test_contrast import rates_at_a_lift
from tests.metrics.evidence.worlds import (
    FLAG,
    amounts,
    assert_same_bytes,
    contrast,
    ever,
    padded,
    proportion,
    question,
    rows,
    some_series,
)

KINDS = st.sampled_from(["proportion", "mean", "rate"])
SEEDS = st.integers(0, 10_000)
SIZE, PERIODS = 7, 130


def asked(size, **more):
    """A question with thirteen restarts and twelve calm weeks before the bet."""
    return question(size, **{"restarts": 13, "phi_floor": 1.0, "history_weeks": 12} | more)


def untidy(kind, seed, control):
    """Unlike series and unlike questions: with and without restarts, history, path and cap."""
    rng = np.random.default_rng(seed)
    kill = rng.uniform(-0.1, 0.1, SIZE) if control else rng.uniform(0.03, 0.08, SIZE)
    glide = {} if control else {"glide_from": np.where(rng.random(SIZE) < 0.4, 0.04, np.nan), "glide_periods": 50.0}
    return some_series(kind, seed, periods=PERIODS, control=control), question(
        SIZE,
        kill=kill,
        target=kill * 1.2,
        higher=rng.random(SIZE) < 0.5,
        cap=np.where(rng.random(SIZE) < 0.5, 9.0, np.nan),
        restarts=rng.integers(0, 6, SIZE),
        phi_floor=np.where(rng.random(SIZE) < 0.5, 1.5, np.nan),
        history_weeks=rng.choice([0, 12], SIZE),
        **glide,
    )


def cut_to(series, start, stop):
    picked = {field.name: getattr(series, field.name) for field in fields(series)}
    return replace(series, **{k: v[:, start:stop] for k, v in picked.items() if isinstance(v, np.ndarray)})


@given(KINDS, SEEDS, st.booleans(), st.integers(1, 40), st.permutations(range(SIZE)))
@settings(max_examples=18, deadline=None)
def test_a_reading_with_restarts_is_the_same_to_the_last_bit_in_whatever_chunk_and_padding(
    kind, seed, control, extra, order
):
    series, asks = untidy(kind, seed, control)
    whole, order = read(series, asks), np.array(order)
    assert_same_bytes(whole, read(padded(series, extra), asks))
    for chosen in (order[:1], order[1:]):
        assert_same_bytes(rows(whole, chosen), read(rows(series, chosen), rows(asks, chosen)))


@given(KINDS, SEEDS, st.booleans(), st.integers(1, PERIODS))
@settings(max_examples=18, deadline=None)
def test_every_point_of_a_path_with_restarts_is_the_reading_of_that_day(kind, seed, control, until):
    series, asks = untidy(kind, seed, control)
    then, all_days = read(cut_to(series, 0, until), asks), path(series, asks)
    few = path(series, asks, at=np.unique([0, until - 1, PERIODS - 1]))
    place = 1 if 1 < until < PERIODS else (0 if until == 1 else -1)
    for field in fields(Path):
        expected = getattr(then, field.name).tobytes()
        assert getattr(all_days, field.name)[:, until - 1].tobytes() == expected, field.name
        assert getattr(few, field.name)[:, place].tobytes() == expected, field.name


def test_chunks_inside_a_reading_do_not_show(monkeypatch):
    series, asks = untidy("mean", 5, False)
    reading, chart = read(series, asks), path(series, asks)
    monkeypatch.setattr(engine, "CHUNK_ROWS", 2)
    assert_same_bytes(reading, read(series, asks))
    assert_same_bytes(chart, path(series, asks))


@pytest.mark.parametrize("kind", ["proportion", "rate", "mean", "contrast"])
def test_the_mixture_is_half_the_whole_history_and_equal_parts_of_the_suffixes(kind):
    """A suffix is the engine's reading of a series that begins there, if its noise is at least that of the past."""
    rng, count, days = np.random.default_rng(3), 5, 130
    series = proportion(rng, 3, days, 400, 0.048, cv=0.15)
    if kind == "contrast":
        series = contrast(rng, 3, days, 400, 0.05, -0.03, arm_cv=0.15)
    elif kind == "mean":
        series = amounts(rng, 3, days, 30, 0.5)
    elif kind == "rate":
        series = replace(series, kind="rate")
    lines = {"contrast": (0.0, 0.01), "mean": (1.15, 1.2)}.get(kind, (0.05, 0.06))
    asks = question(3, kill=lines[0], target=lines[1], phi_floor=1.1)
    mixture = read(series, replace(asks, restarts=np.full(3, count), history_weeks=np.full(3, 8)))
    for name, line in (("cease", lines[0]), ("scale", lines[1])):
        parts = [getattr(read(series, asks), f"log_e_{name}") + math.log(0.5)]
        for start in (28, 56, 84, 112, 140):
            part = np.zeros(3)  # has not begun, and counts 1
            if start < days:
                floor = np.maximum(1.1, past_noise(cut_to(series, 0, start - 28), line))
                part = getattr(read(cut_to(series, start, days), replace(asks, phi_floor=floor)), f"log_e_{name}")
            young = days - start < 28
            parts.append((np.minimum(part, 0) if young else part) + math.log(0.5 / count))
        expected = np.logaddexp.reduce(parts, axis=0)
        assert getattr(mixture, f"log_e_{name}") == pytest.approx(expected, abs=1e-7)
        strongest = np.argmax(parts[:5], axis=0)
        assert getattr(mixture, f"{name}_since").tolist() == [28 * int(place) for place in strongest]
        assert (
            getattr(mixture, f"whole_log_e_{name}").tobytes()
            == (getattr(read(series, asks), f"log_e_{name}")).tobytes()
        )


def test_the_strict_leg_of_a_restart_keeps_the_centres_of_all_earlier_days():
    series = amounts(np.random.default_rng(42), 1, 112, 12, 1.3, cap=20.0)
    line, planned, cap = 2.6, 500.0, 20.0
    plain = question(1, kill=line, target=np.nan, cap=cap, planned=planned, spread=1.0)
    asks = replace(plain, restarts=np.array([1]), history_weeks=np.array([12]), phi_floor=np.array([1.0]))
    n, y, q = (getattr(series, name)[0].astype(float) for name in "nyq")
    before = [np.append(0, np.cumsum(values)[:-1]) for values in (n, y)]
    centre = np.minimum((before[1] + line) / (before[0] + 1), cap)
    late = slice(28, None)
    spread = (q - 2 * centre * y + n * centre**2)[late].sum()
    total = -(y - n * line)[late].sum()
    rho = planned / boundary_constant(0.01)
    strict = gamma_exponential(*(np.array(float(x)) for x in (total, spread, rho, cap)))
    reading = read(series, asks)
    mixture = np.logaddexp(reading.whole_log_e_cease[0], float(strict)) - math.log(2)
    free = read(cut_to(series, 28, None), replace(plain, cap=np.array([np.nan]))).log_e_cease[0]
    assert 0 < strict < free  # so that it is the leg that decides
    assert reading.log_e_cease[0] == pytest.approx(mixture, abs=1e-9)


def past_noise(series, line):
    """phi of these days at the line, (S,)."""
    if not series.n.shape[1]:
        return np.ones(len(series.n))
    at = np.array([series.n.shape[1] - 1])
    n, y = np.asarray(series.n, float), np.asarray(series.y, float)
    one = np.ones((1, 1))
    if series.control_n is not None:
        both = n + series.control_n
        weight, sums = n * series.control_n / both, [series.control_n * y / both, n * series.control_y / both]
        rho, totals = 1 + line, [values.sum(1) for values in (n, y, series.control_n, series.control_y)]
        each = [rate * (1 - rate) for rate in rates_at_a_lift(*totals, rho)]
        parts = [(weight * arm / both).sum(1) for arm in (series.control_n, n)]
        v = (each[0] * parts[0] + rho**2 * each[1] * parts[1]) / weight.sum(1)
        noise = spreads(sums, weight, 1, at).combine([one, -rho * one])
        return noise.inflation(v[:, None], 0 * v[:, None], one, contrast=True)[0][:, 0]
    mean = y.sum(1) / n.sum(1)
    v = {"proportion": line * (1 - line), "rate": line}.get(series.kind)
    v = (series.q.sum(1) - y.sum(1) * mean) / (n.sum(1) - 1) if v is None else np.full(len(n), v)
    return spreads([y], n, 1, at).combine([one]).inflation(v[:, None], mean[:, None], one)[0][:, 0]


def test_a_bet_that_was_good_and_went_bad_is_noticed_and_only_with_restarts():
    level = np.repeat([0.0575, 0.0425], [120, 120])
    series = proportion(np.random.default_rng(31), 30, 240, 2_000, level)
    without = asked(30, restarts=0, planned=120_000.0)
    with_restarts = replace(without, restarts=np.full(30, 13))
    assert ever(series, without) == 0
    seen = path(series, with_restarts, at=np.arange(119, 240))
    flagged = seen.log_e_cease >= FLAG
    assert flagged.any(axis=1).all()
    first = flagged.argmax(axis=1)
    assert 28 <= np.median(first) <= 55
    since = seen.cease_since[np.arange(30), first]
    assert set(since.tolist()) <= {112, 140}


def test_restarts_delay_the_flag_of_a_bet_that_was_always_bad_by_a_few_days_only():
    series = proportion(np.random.default_rng(32), 60, 60, 2_000, 0.045)
    asks = asked(60, planned=120_000.0)
    seen = path(series, asks)
    days = [np.median((e >= FLAG).argmax(axis=1)) for e in (seen.whole_log_e_cease, seen.log_e_cease)]
    assert 0 < days[1] - days[0] <= 8
    assert not seen.cease_since[:, :40].any()


def wandering(rng, size, periods, memory):
    """2,000 exposures a day whose true share wanders by 10 %, remembering from day to day."""
    steps = rng.normal(size=(size, periods))
    for day in range(1, periods):
        steps[:, day] = memory * steps[:, day - 1] + math.sqrt(1 - memory**2) * steps[:, day]
    n = rng.poisson(2_000, (size, periods))
    return Series("proportion", n, rng.binomial(n, np.clip(0.05 * (1 + 0.1 * steps), 0, 1)))


def test_days_that_wander_for_weeks_are_no_reason_to_cease_when_the_noise_before_is_known(monkeypatch):
    series = wandering(np.random.default_rng(33), 150, 84 + 365, 0.9)
    before, bet = cut_to(series, 0, 84), cut_to(series, 84, None)
    at, plain = np.arange(13, 365, 7), question(150, planned=120_000.0)
    wary = replace(asked(150, planned=120_000.0), phi_floor=read(before, plain).phi)
    assert (path(bet, wary, at=at).log_e_cease >= FLAG).any(axis=1).mean() < 0.12
    # Nothing known before the bet: then the noise that each restart has seen so far must do.
    alone = replace(plain, restarts=np.full(150, 13))
    ours = path(bet, alone, at=at)
    added = ((ours.log_e_cease >= FLAG) & (ours.whole_log_e_cease < FLAG)).any(axis=1).mean()
    monkeypatch.setattr(Arm, "phi", lambda self, _: np.ones_like(self.n))
    blind = path(bet, alone, at=at)
    blindly = ((blind.log_e_cease >= FLAG) & (blind.whole_log_e_cease < FLAG)).any(axis=1).mean()
    assert added < 0.05
    assert blindly > 0.15


def test_restarts_keep_the_promise_in_calm_and_in_noisy_worlds_of_two_arms():
    series = contrast(np.random.default_rng(34), 100, 150, 500, 0.05, 0.0, arm_cv=0.1)
    asks = asked(100, kill=0.0, target=0.0, planned=500.0 * 30, restarts=5)
    assert ever(series, asks) <= 0.05
    assert ever(series, asks, "log_e_scale") <= 0.05


@given(st.sampled_from(["proportion", "rate", "mean"]), st.floats(2, 6), st.integers(1, 9), st.booleans())
@settings(max_examples=15, deadline=None)
def test_overwhelming_evidence_for_the_null_is_no_flag_from_any_restart(kind, magnitude, gap, higher):
    n = np.full((1, 200), 10.0**magnitude)
    level = 0.05 * (1 + gap) if higher else 0.05 / (1 + gap)
    y = n * level if kind == "mean" else np.round(n * level)
    cap = 1.5 if kind == "mean" else np.nan
    reading = read(Series(kind, n, y, y * 1.5), asked(1, kill=0.05, target=0.05, higher=higher, cap=cap))
    assert reading.log_e_cease[0] <= 1e-9


def test_restarts_that_have_not_begun_count_one_whatever_the_data():
    series = proportion(np.random.default_rng(35), 1, 27, 500, 0.03)
    reading = read(series, asked(1, restarts=4))
    expected = np.logaddexp(reading.whole_log_e_cease[0], 0.0) + math.log(0.5)
    assert reading.whole_log_e_cease[0] > 1
    assert reading.log_e_cease[0] == pytest.approx(expected)


def test_a_floor_for_the_whole_history_leaves_the_restarts_alone():
    level = np.repeat([0.0575, 0.0425], [112, 60])
    series = proportion(np.random.default_rng(41), 1, 172, 2_000, level)
    free, floored = (read(series, asked(1, planned=120_000.0, phi_floor_whole=floor)) for floor in (np.nan, 900.0))
    assert floored.log_e_cease == pytest.approx(free.log_e_cease, rel=1e-3)
    assert floored.log_e_cease[0] > FLAG
    assert floored.log_e_alive[0] < free.log_e_alive[0]


def test_a_young_restart_counts_one_at_most():
    level = np.repeat([0.06, 0.02], [28, 27])
    series = proportion(np.random.default_rng(36), 1, 56, 5_000, np.append(level, 0.02))
    seen = path(series, asked(1, restarts=1), at=np.array([54, 55]))
    assert seen.log_e_cease[0, 0] < 0
    assert seen.log_e_cease[0, 1] > FLAG


def test_without_eight_weeks_of_noise_a_restart_is_not_used():
    level = np.repeat([0.07, 0.03], [56, 60])
    series = proportion(np.random.default_rng(37), 2, 116, 5_000, level)
    unknown = question(2, restarts=13, history_weeks=np.array([7, 12]), phi_floor=np.array([1.0, np.nan]))
    known = read(series, asked(2))
    assert (known.log_e_cease > FLAG).all()
    assert known.cease_since.tolist() == [56, 56]
    # Day 84 is the first with eight weeks of the bet's own 28 days before it.
    assert read(series, unknown).cease_since.tolist() == [84, 84]
    assert (read(cut_to(series, 0, 111), unknown).log_e_cease < FLAG).all()


def test_a_bet_that_sent_nothing_for_weeks_has_not_shown_its_noise():
    level = np.repeat([0.07, 0.03], [112, 58])
    series = proportion(np.random.default_rng(38), 1, 170, 5_000, level)
    n = series.n.copy()
    n[:, 7:84] = 0
    silent = replace(series, n=n, y=np.where(n > 0, series.y, 0))
    asks = question(1, restarts=13)
    assert read(series, asks).cease_since[0] == 112
    assert read(silent, asks).cease_since[0] == 0


def test_weekly_signals_restart_every_four_weeks_and_monthly_ones_never():
    rng = np.random.default_rng(39)
    weekly = replace(proportion(rng, 1, 30, 10_000, np.repeat([0.06, 0.04], [16, 14])), days=7)
    reading = read(weekly, asked(1))
    assert reading.log_e_cease[0] > FLAG > reading.whole_log_e_cease[0]
    assert reading.cease_since[0] == 16
    monthly = replace(weekly, days=30)
    assert read(monthly, asked(1)).log_e_cease == read(monthly, asked(1)).whole_log_e_cease


def test_no_restarts_leave_the_whole_history_to_the_last_bit():
    series = some_series("proportion", 3, periods=PERIODS)
    reading = read(series, asked(SIZE, restarts=0))
    assert reading.log_e_cease.tobytes() == reading.whole_log_e_cease.tobytes()
    assert not reading.cease_since.any()


def test_recent_is_the_estimate_of_the_last_four_weeks_with_data():
    series = proportion(np.random.default_rng(40), 3, 60, 500, 0.05)
    n, y = series.n.copy(), series.y.copy()
    n[1, 50:] = y[1, 50:] = n[2] = y[2] = 0
    reading = read(Series("proportion", n, y), question(3))
    assert reading.recent[0] == pytest.approx(y[0, 32:].sum() / n[0, 32:].sum())
    assert reading.recent[1] == pytest.approx(y[1, 22:50].sum() / n[1, 22:50].sum())
    assert np.isnan(reading.recent[2])
    one_month = read(Series("proportion", n[:, :3], y[:, :3], days=30), question(3))
    assert one_month.recent[0] == pytest.approx(y[0, 2] / n[0, 2])
    lift = read(Series("proportion", n, y, None, n, np.minimum(n, 2 * y)), question(3, kill=0.0))
    assert lift.recent[0] == pytest.approx(-0.5)


@pytest.mark.parametrize("at", [[3, 3], [2, 1], [-1, 2], [5, 99]])
def test_columns_that_a_path_cannot_show_get_one_sentence(at):
    with pytest.raises(ValueError, match="increasing columns"):
        path(some_series("rate", 1), question(7), at=np.array(at))
