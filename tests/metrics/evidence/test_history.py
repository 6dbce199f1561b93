"""The noise of a metric's weeks before the bet, as the bet itself will measure it."""

import numpy as np
import pytest

from metrics.evidence import Series, read
from metrics.evidence.history import noise_of
from tests.metrics.evidence.test_noise import by_hand
from tests.metrics.evidence.test_standard import counted, whole_of
from tests.metrics.evidence.worlds import contrast, padded, proportion, question, rows, some_series

WEEKS = 84


def test_the_noise_of_the_history_equals_the_sum_by_hand_at_the_noisier_line():
    series = proportion(np.random.default_rng(1), 1, WEEKS, 2_000, 0.05, 0.1)
    n, y = (values[0].astype(float) for values in (series.n, series.y))
    _, _, _, days, day_df = by_hand(list(y), list(n))
    weekly = [list(values.reshape(-1, 7).sum(axis=1)) for values in (y, n)]
    _, _, _, weeks, df = by_hand(*weekly)
    expected = []
    for line in (0.05, 0.06):
        v = line * (1 - line)
        prior = max(1 + 2 * max(days / v - 1, 0), 1 + np.mean(weekly[1]) * (y.sum() / n.sum()) ** 2 * 0.03**2 / v)
        prior_df = max(min(day_df, 14), 4)
        expected.append((prior_df * prior + df * weeks / v) / (prior_df + df))
    phi, count = noise_of(series, question(1, kill=0.05, target=0.06))
    assert phi[0] == pytest.approx(max(expected))
    assert count.tolist() == [12]
    only, _ = noise_of(series, question(1, kill=np.nan, target=0.06))
    assert only[0] == pytest.approx(expected[1])


@pytest.mark.parametrize(("days", "enough", "too_few"), [(1, 56, 55), (7, 8, 7), (30, 8, 7)])
def test_fewer_than_eight_weeks_say_nothing(days, enough, too_few):
    for periods, weeks in ((enough, 8), (too_few, 7)):
        series = proportion(np.random.default_rng(2), 2, periods, 500, 0.05)
        phi, count = noise_of(Series("proportion", series.n, series.y, days=days), question(2))
        assert count.tolist() == [weeks, weeks]
        assert np.isnan(phi).all() == (weeks < 8)


def test_no_history_at_all_says_nothing():
    nothing = np.zeros((3, 0))
    phi, weeks = noise_of(Series("proportion", nothing, nothing), question(3))
    assert np.isnan(phi).all()
    assert weeks.tolist() == [0, 0, 0]
    phi, weeks = noise_of(Series("proportion", np.zeros((1, 84)), np.zeros((1, 84))), question(1))
    assert np.isnan(phi[0])
    assert weeks[0] == 0


def test_levels_count_their_weeks_but_have_no_floor():
    n = np.ones((2, 80))
    n[1, 14:28] = 0
    phi, weeks = noise_of(Series("level", n, n * 3), question(2))
    assert np.isnan(phi).all()
    assert weeks.tolist() == [11, 9]


def test_a_calm_metric_has_a_floor_of_one_and_a_restless_one_more_in_every_design():
    rng = np.random.default_rng(3)
    asked = question(20, kill=0.05)
    lifts = question(20, kill=0.0, target=0.01)
    designs = [
        (proportion, asked, {"theta": 0.05, "per_day": 2_000}),
        (contrast, lifts, {"theta": 0.05, "per_day": 2_000, "lift": 0.0}),
    ]
    for draw, what, more in designs:
        noise = {"arm_cv": 0.15} if draw is contrast else {"cv": 0.15}
        calm, _ = noise_of(draw(rng, 20, WEEKS, **more), what)
        restless, _ = noise_of(draw(rng, 20, WEEKS, **more, **noise), what)
        assert (calm >= 1).all()
        assert np.median(calm) < 1.6
        assert np.median(restless) > 2.5
    parts = [counted(rng, 20, WEEKS, 2_000, (0.04, 0.06), (0.5, 0.5), cv=cv) for cv in (0.0, 0.15)]
    calm, restless = (np.median(noise_of(series, asked)[0]) for series in parts)
    assert calm < 1.6
    assert restless > 2.5


def test_what_was_asked_of_the_bet_itself_does_not_change_its_history():
    series = proportion(np.random.default_rng(4), 1, WEEKS, 2_000, 0.05, 0.1)
    more = {"phi_floor": 9.0, "history_weeks": 12, "restarts": 13, "glide_from": 0.01, "glide_periods": 90.0}
    assert noise_of(series, question(1, **more)) == noise_of(series, question(1))


def test_a_segment_too_small_for_every_day_is_taken_by_week():
    rng = np.random.default_rng(5)
    n = rng.poisson(np.array([60, 0.4])[:, None, None], (2, 3, WEEKS))
    series = whole_of("proportion", n, rng.binomial(n, 0.05), (0.9, 0.1))
    phi, weeks = noise_of(series, question(3))
    assert (weeks >= 10).all()
    assert np.isfinite(phi).all()
    together = whole_of("proportion", np.maximum(n, 1), rng.binomial(np.maximum(n, 1), 0.05), (0.9, 0.1))
    assert noise_of(together, question(3))[1].tolist() == [12, 12, 12]


@pytest.mark.parametrize("kind", ["proportion", "rate", "mean"])
@pytest.mark.parametrize("control", [False, True])
def test_the_noise_is_the_same_to_the_last_bit_padded_or_in_other_company(kind, control):
    series, asked = some_series(kind, 6, periods=90, control=control), question(7, kill=0.04, target=0.05)
    phi, weeks = noise_of(series, asked)
    other, again = noise_of(padded(series, 5), asked)
    assert (phi.tobytes(), weeks.tolist()) == (other.tobytes(), again.tolist())
    order = np.array([4, 2, 6])
    some, _ = noise_of(rows(series, order), rows(asked, order))
    assert some.tobytes() == phi[order].tobytes()


def test_the_floor_of_a_wild_history_holds_back_a_flag():
    rng = np.random.default_rng(7)
    past = proportion(rng, 1, WEEKS, 2_000, 0.05, 0.3)
    now = proportion(rng, 1, 28, 2_000, 0.042)
    phi, weeks = noise_of(past, question(1))
    bold, wary = (read(now, question(1, planned=60_000.0, phi_floor=p, history_weeks=weeks)) for p in (np.nan, phi))
    assert wary.phi[0] == pytest.approx(phi[0])
    assert bold.log_e_cease[0] > 3 > wary.log_e_cease[0]
