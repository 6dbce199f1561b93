"""Lines that climb from a baseline: what is expected at the start is no failure, and what follows the path no noise."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.evidence import Series, path, read
from metrics.evidence.mixtures import UNDERFLOW, tilted_binomial, tilted_poisson
from tests.metrics.evidence.worlds import FLAG, amounts, assert_same_bytes, contrast, ever, proportion, question

WAY = 100  # periods until the lines arrive


def climbing(size, **more):
    """From 4 % to the kill line 5 % and the target 6 %."""
    return question(size, **{"glide_from": 0.04, "glide_periods": float(WAY)} | more)


def line(periods, end=0.05, start=0.04):
    return start + (end - start) * np.minimum(1.0, (np.arange(periods) + 1.0) / WAY)


def test_a_bet_on_its_way_is_not_below_the_line_that_climbs_though_below_the_flat_one():
    series = proportion(np.random.default_rng(1), 40, 60, 2_000, line(60, 0.055))
    flat, on_its_way = read(series, question(40)), read(series, climbing(40))
    assert (flat.log_e_cease > FLAG).mean() > 0.8
    assert (on_its_way.log_e_cease < 0).all()


def test_a_bet_that_stays_at_the_baseline_is_flagged_once_the_line_has_left_it():
    series = proportion(np.random.default_rng(2), 40, 150, 2_000, 0.04)
    seen = path(series, climbing(40), at=np.array([13, 149]))
    assert (seen.log_e_cease[:, 0] < FLAG).all()
    assert (seen.log_e_cease[:, 1] > FLAG).all()


@pytest.mark.parametrize("level", [0.05, 0.6])
def test_on_the_climbing_line_few_false_flags_are_raised_on_either_side(level):
    start = 0.8 * level
    series = proportion(np.random.default_rng(3), 150, 150, 300, line(150, level, start))
    asked = question(150, kill=level, target=level, glide_from=start, glide_periods=float(WAY), planned=15_000.0)
    assert ever(series, asked) < 0.05
    assert ever(series, asked, "log_e_scale") < 0.05


def test_rates_and_capped_amounts_on_their_climbing_line_raise_few_false_flags():
    rng = np.random.default_rng(4)
    n = np.full((150, 150), 20.0)
    rates = Series("rate", n, rng.poisson(n * line(150)))
    asked = climbing(150, target=0.05, planned=1_000.0)
    assert ever(rates, asked) < 0.05
    assert ever(rates, asked, "log_e_scale") < 0.05
    drawn = amounts(rng, 100, 150, 20, 1.0, cap=9.0)
    mean, scale = float(drawn.y.sum() / drawn.n.sum()), line(150) / 0.05
    worth = replace(drawn, y=drawn.y * scale, q=drawn.q * scale**2)
    asked = question(100, kill=mean, target=mean, cap=9.0, glide_from=0.8 * mean, glide_periods=100.0, planned=1_000.0)
    assert ever(worth, asked) < 0.05
    assert ever(worth, asked, "log_e_scale") < 0.05


def test_the_interval_covers_the_mean_so_far_of_a_metric_that_climbs():
    for end in (0.05, 0.058):
        series = proportion(np.random.default_rng(10), 100, 150, 1_000, line(150, end))
        seen = path(series, climbing(100), at=np.arange(13, 150, 4))
        truth = (np.cumsum(series.n * line(150, end), axis=1) / np.cumsum(series.n, axis=1))[:, 13::4]
        assert ((seen.lower <= truth) & (truth <= seen.upper)).all(axis=1).mean() > 0.95


def test_a_climb_along_the_path_is_no_noise():
    series = proportion(np.random.default_rng(5), 30, 120, 20_000, line(120))
    steady = proportion(np.random.default_rng(5), 30, 120, 20_000, 0.05)
    calm, climb = np.median(read(steady, question(30)).phi), np.median(read(series, climbing(30)).phi)
    assert climb == pytest.approx(calm, rel=0.15)
    assert np.median(read(series, question(30)).phi) > 3 * climb


def test_rows_with_flat_lines_are_the_same_to_the_last_bit_beside_rows_that_climb():
    series = proportion(np.random.default_rng(6), 4, 130, 300, 0.045)
    more = {"restarts": 4, "phi_floor": 1.0, "history_weeks": 12}
    mixed = climbing(4, **more | {"glide_from": np.array([np.nan, 0.04, np.nan, 0.04])})
    flat, climbs, both = (read(series, asked) for asked in (question(4, **more), climbing(4, **more), mixed))
    for chosen, alone in (([0, 2], flat), ([1, 3], climbs)):
        for name in ("log_e_cease", "log_e_scale", "log_e_alive", "phi", "lower"):
            assert getattr(both, name)[chosen].tobytes() == getattr(alone, name)[chosen].tobytes()


def test_a_path_without_length_or_that_begins_at_the_lines_is_flat():
    series = proportion(np.random.default_rng(7), 2, 60, 300, 0.045)
    assert_same_bytes(read(series, question(2)), read(series, climbing(2, glide_periods=0.0)))
    assert_same_bytes(read(series, question(2)), read(series, climbing(2, glide_from=np.nan)))
    level = read(series, climbing(2, glide_from=0.05, target=0.05))
    # The same hypothesis, by the likelihood of tilts and not of a beta mixture.
    assert level.log_e_cease == pytest.approx(read(series, question(2, target=0.05)).log_e_cease, abs=0.7)


def test_restarts_follow_the_path():
    level = np.append(line(112, 0.058), np.full(60, 0.042))
    series = proportion(np.random.default_rng(8), 10, 172, 5_000, level)
    reading = read(series, climbing(10, restarts=10, phi_floor=1.0, history_weeks=12))
    assert (reading.log_e_cease > FLAG).all()
    assert (reading.cease_since >= 84).all()


def test_a_start_that_the_metric_cannot_have_makes_no_statement():
    series = proportion(np.random.default_rng(9), 1, 60, 300, 0.02)
    for start in (-0.1, 1.5):
        assert read(series, climbing(1, glide_from=start)).log_e_cease[0] == 0


def test_a_contrast_has_no_path():
    with pytest.raises(ValueError, match="no glide path"):
        read(contrast(np.random.default_rng(1), 2, 20, 50, 0.1, 0.0), climbing(2))


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=6), st.sampled_from([-0.4, 0.3]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_the_tilt_mixture_expects_at_most_one_under_any_moving_chances(chances, step, counts):
    """Exactly: over all outcomes of one trial (or a Poisson count) a period."""
    total = np.array([0.0])
    weights = np.array([1.0])
    for chance in chances:
        some = np.arange(40.0 if counts else 2.0)
        likely = np.exp(-chance) * chance**some / np.cumprod(np.maximum(some, 1)) if counts else [1 - chance, chance]
        total, weights = (total[:, None] + some).ravel(), np.outer(weights, likely).ravel()
        kept = np.unique(total)
        weights = np.array([weights[total == value].sum() for value in kept])
        total = kept
    expected, size = np.array(sum(chances)), np.array(step)
    log_e = (
        tilted_poisson(total, expected, size)
        if counts
        else tilted_binomial(total, np.array(float(len(chances))), expected, size)
    )
    assert float((weights * np.exp(log_e)).sum()) <= 1 + 1e-9


def test_overwhelming_evidence_for_a_climbing_line_is_minus_745_and_not_a_flag():
    n = np.full((1, 200), 1e6)
    reading = read(Series("proportion", n, n / 2), climbing(1))
    assert reading.log_e_cease[0] == UNDERFLOW
    assert reading.log_e_alive[0] > FLAG
    assert read(Series("rate", n, n / 2), climbing(1)).log_e_cease[0] == UNDERFLOW
