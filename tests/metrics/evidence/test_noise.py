import numpy as np
import pytest

from metrics.evidence.noise import spreads

ONE = [np.ones((1, 1))]


def whole(values):
    """The last column alone."""
    return np.array([values.shape[1] - 1])


def by_hand(y, n):
    """D, C, r, phi v and df of section "noise between periods", written with plain loops."""
    centre = sum(y) / sum(n)
    u = [a - b * centre for a, b in zip(y, n, strict=True)]
    d = sum(x * x / b for x, b in zip(u, n, strict=True))
    c = sum(u[i] * u[i - 1] / (n[i] * n[i - 1]) ** 0.5 for i in range(1, len(u)))
    count = len(u)
    r = (c / d * count + 1) / (count - 3) if count >= 8 else max(c / d, 0) / 2
    r = min(max(r, 0), 0.9)
    long_run = (1 + r) / (1 - r)
    return d, c, r, d / (count - 1) * long_run, (count - 1) / long_run


@pytest.mark.parametrize("weeks", [3, 7, 8, 30])
def test_noise_of_days_and_weeks_equals_the_sum_by_hand(weeks):
    rng = np.random.default_rng(weeks)
    n = rng.integers(50, 90, 7 * weeks).astype(float)
    y = n * (0.1 + 0.02 * np.sin(np.arange(7 * weeks) / 9)) + rng.normal(size=7 * weeks)
    noises = spreads([y[None]], n[None], 1, whole(n[None])).combine(ONE)
    for noise, values, counts in (
        (noises.periods, y, n),
        (noises.blocks, y.reshape(-1, 7).sum(1), n.reshape(-1, 7).sum(1)),
    ):
        d, c, r, variance, df = by_hand(list(values), list(counts))
        got = [noise.d, noise.c, noise.autocorrelation, noise.variance, noise.df]
        assert [float(x[0, 0]) for x in got] == pytest.approx([d, c, r, variance, df], rel=1e-9, abs=1e-12)


def test_an_incomplete_block_is_left_out_of_the_weeks():
    rng = np.random.default_rng(1)
    n, y = np.full((1, 34), 50.0), rng.poisson(5, (1, 34)).astype(float)
    full = spreads([y[:, :28]], n[:, :28], 1, whole(n[:, :28])).combine(ONE).blocks
    cut = spreads([y], n, 1, whole(n)).combine(ONE).blocks
    assert cut.count == full.count == 4
    assert cut.d == pytest.approx(full.d)


def test_phi_and_nu_follow_the_formula():
    rng = np.random.default_rng(5)
    n = np.full((1, 84), 2_000.0)
    y = rng.binomial(2_000, 0.05 * (1 + 0.1 * rng.normal(size=84)))[None].astype(float)
    noises = spreads([y], n, 1, whole(n)).combine(ONE)
    v, centre = np.array([[0.05 * 0.95]]), y.sum(keepdims=True) / n.sum()
    phi, nu = noises.inflation(v, centre, np.ones((1, 1)))
    _, _, _, day_variance, day_df = by_hand(list(y[0]), list(n[0]))
    _, _, _, week_variance, week_df = by_hand(list(y[0].reshape(-1, 7).sum(1)), [14_000.0] * 12)
    prior = max(1 + 2 * max(day_variance / 0.0475 - 1, 0), 1 + 14_000 * centre[0, 0] ** 2 * 0.03**2 / 0.0475)
    prior_df = max(min(day_df, 14), 4)
    expected = (prior_df * prior + week_df * week_variance / 0.0475) / (prior_df + week_df)
    assert phi[0, 0] == pytest.approx(max(expected, 1))
    assert nu[0, 0] == pytest.approx(prior_df + week_df)
    assert noises.inflation(v, centre, np.full((1, 1), 50.0))[0] == 50


def test_a_weighted_sum_of_two_summands_has_the_noise_of_the_sum_itself():
    rng = np.random.default_rng(2)
    n = rng.integers(20, 60, (3, 70)).astype(float)
    a, b = rng.normal(10, 3, (2, 3, 70)) * n
    together = spreads([a - 1.01 * b], n, 1, whole(n)).combine(ONE)
    apart = spreads([a, b], n, 1, whole(n)).combine([np.ones((3, 1)), np.full((3, 1), -1.01)])
    for one, other in ((together.periods, apart.periods), (together.blocks, apart.blocks)):
        np.testing.assert_allclose(one.d, other.d, rtol=1e-9)
        np.testing.assert_allclose(one.c, other.c, rtol=1e-7)


def test_a_constant_feed_has_no_noise():
    n = np.full((1, 70), 30.0)
    noise = spreads([n * 0.1], n, 1, whole(n)).combine(ONE)
    assert noise.periods.variance == 0
    assert noise.blocks.autocorrelation == pytest.approx(1 / 7)  # Kendall's correction of zero, ten blocks


def test_weekly_periods_are_blocks_themselves():
    rng = np.random.default_rng(3)
    n, y = np.full((1, 12), 90.0), rng.poisson(9, (1, 12)).astype(float)
    noises = spreads([y], n, 7, whole(n)).combine(ONE)
    assert noises.periods is not None
    assert noises.blocks.count == noises.periods.count == 12
    assert noises.blocks.d == noises.periods.d
