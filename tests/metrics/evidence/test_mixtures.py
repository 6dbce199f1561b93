import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special, stats

from metrics.evidence import mixtures, srm


def floats(*values):
    return [np.array(float(value)) for value in values]


RHO = 100 / mixtures.boundary_constant(0.05)


@pytest.mark.parametrize(("alpha", "published"), [(0.01, 10.001527), (0.05, 6.328860)])
def test_the_boundary_constant_has_its_published_value(alpha, published):
    assert mixtures.boundary_constant(alpha) == pytest.approx(published, abs=5e-7)


def test_normal_mixtures_equal_the_reference_values_of_confseq():
    assert mixtures.one_sided_normal(*floats(1, 100 / RHO)) == pytest.approx(-0.06502391, abs=1e-7)
    assert mixtures.two_sided_normal(*floats(1, 100 / 12.60056)) == pytest.approx(-0.6510052, abs=1e-6)


def test_the_gamma_exponential_mixture_equals_the_reference_value_of_confseq():
    assert mixtures.gamma_exponential(*floats(10, 100, RHO, 2)) == pytest.approx(-0.2490165, abs=1e-7)


def test_the_beta_binomial_mixture_equals_the_reference_value_of_confseq():
    # S = 10, V = 100, g = 0.2, h = 0.8: 625 trials with 135 successes, prior weight rho / (g h)
    assert mixtures.beta_binomial(*floats(135, 625, 0.2, RHO / 0.16, 1)) == pytest.approx(-0.07134019, abs=1e-7)


def test_the_two_sided_normal_mixture_equals_the_kernel_of_gbstats():
    n, tuning, alpha = 8_000.0, 5_000.0, 0.05
    rho2 = (-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / tuning
    kappa = n * 7.936155 / tuning
    assert n * rho2 == pytest.approx(kappa, rel=1e-6)
    # Their half width is sqrt((n rho^2 + 1) ln((n rho^2 + 1) / alpha^2)) / (n rho) standard deviations of one unit.
    edge = np.sqrt((n * rho2 + 1) * np.log((n * rho2 + 1) / alpha**2) / rho2) / np.sqrt(n)
    assert mixtures.two_sided_normal(*floats(edge, n * rho2)) == pytest.approx(np.log(1 / alpha), rel=1e-12)


@pytest.mark.parametrize(("t", "kappa", "nu"), [(2.5, 30, 18), (-3, 5, 6.5), (8, 100, 40), (0, 1, 5)])
def test_the_t_mixture_equals_the_integral_over_the_noncentral_t(t, kappa, nu):
    def likelihood(delta):
        return stats.nct.pdf(t, nu, delta) / stats.t.pdf(t, nu) * 2 * stats.norm.pdf(delta, 0, np.sqrt(kappa))

    whole, _ = integrate.quad(likelihood, 0, 80, limit=400, points=[1, 5, 10, 30])
    assert mixtures.one_sided_t(*floats(t, kappa, nu)) == pytest.approx(np.log(whole), abs=1e-8)


def test_both_sides_of_the_t_mixture_average_to_the_two_sided_one():
    t, kappa, nu = floats(1.7, 12, 15)
    both = np.logaddexp(mixtures.one_sided_t(t, kappa, nu), mixtures.one_sided_t(-t, kappa, nu)) - np.log(2)
    assert both == pytest.approx(mixtures.two_sided_t(t, kappa, nu), abs=1e-12)


def test_the_t_mixture_tends_to_the_normal_one():
    z, kappa = floats(2.2, 9)
    assert mixtures.one_sided_t(z, kappa, np.array(1e7)) == pytest.approx(
        float(mixtures.one_sided_normal(z, kappa)), abs=1e-5
    )


def test_the_t_radius_is_where_the_two_sided_t_mixture_reaches_one_over_alpha():
    kappa, nu = floats(40, 17)
    radius = mixtures.t_radius(kappa, nu, 0.05)
    assert mixtures.two_sided_t(radius, kappa, nu) == pytest.approx(np.log(20), abs=1e-10)
    assert mixtures.t_radius(np.array(0.5), np.array(4.0), 0.05) == np.inf


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("successes", "trials", "theta0", "tau"), [(30, 400, 0.05, 200), (9, 400, 0.05, 60)])
def test_the_beta_binomial_mixture_equals_the_integral_over_the_truncated_beta(successes, trials, theta0, tau, side):
    prior = stats.beta((tau - 1) * theta0, (tau - 1) * (1 - theta0))
    low, high = (theta0, 1) if side > 0 else (0, theta0)
    relative = stats.binom(trials, theta0).pmf(successes)

    def mixed(p):
        return prior.pdf(p) * stats.binom.pmf(successes, trials, p) / relative

    peak = [p for p in (successes / trials, theta0 * 1.01, theta0 * 0.99) if low < p < high]
    whole, _ = integrate.quad(mixed, low, high, points=peak, limit=400)
    mass = prior.cdf(high) - prior.cdf(low)
    got = mixtures.beta_binomial(*floats(successes, trials, theta0, tau, side))
    assert got == pytest.approx(np.log(whole / mass), abs=1e-7)


@pytest.mark.parametrize("side", [1, -1])
def test_the_gamma_poisson_mixture_equals_the_integral_over_the_truncated_gamma(side):
    events, exposure, theta0, tau = 70, 120.0, 0.5, 40.0
    prior = stats.gamma(tau * theta0, scale=1 / tau)
    low, high = (theta0, 5) if side > 0 else (0, theta0)

    def mixed(p):
        return prior.pdf(p) * stats.poisson.pmf(events, p * exposure) / stats.poisson.pmf(events, theta0 * exposure)

    whole, _ = integrate.quad(mixed, low, high, points=[0.4, 0.58], limit=400)
    got = mixtures.gamma_poisson(*floats(events, exposure, theta0, tau, side))
    assert got == pytest.approx(np.log(whole / (prior.cdf(high) - prior.cdf(low))), abs=1e-7)


@given(st.integers(0, 5_000), st.floats(0, 1), st.floats(0.01, 0.99), st.floats(2, 1e4), st.sampled_from([1.0, -1.0]))
@settings(deadline=None)
def test_counting_failures_instead_of_successes_mirrors_the_evidence(trials, share, theta0, tau, side):
    successes = np.floor(trials * share)
    one = mixtures.beta_binomial(*floats(successes, trials, theta0, tau, side))
    other = mixtures.beta_binomial(*floats(trials - successes, trials, 1 - theta0, tau, -side))
    assert one == pytest.approx(other, rel=1e-6, abs=1e-6)


def test_an_exact_e_value_has_mean_one_on_the_line():
    successes = np.arange(301.0)
    log_chance = stats.binom(300, 0.05).logpmf(successes)
    for side in (1.0, -1.0):
        log_e = mixtures.beta_binomial(successes, *floats(300, 0.05, 80, side))
        assert special.logsumexp(log_chance + log_e) == pytest.approx(0.0, abs=1e-9)


@given(st.floats(0.01, 0.99), st.integers(0, 10**9), st.floats(0, 1), st.floats(2, 1e6), st.sampled_from([1.0, -1.0]))
@settings(deadline=None)
def test_evidence_for_the_null_never_becomes_evidence_against_it(theta0, trials, share, tau, side):
    successes = np.floor(trials * (theta0 + (0 if side > 0 else 1 - theta0) * share) * (share if side > 0 else 1))
    successes = min(successes, trials) if side > 0 else max(successes, np.ceil(trials * theta0))
    log_e = mixtures.beta_binomial(*floats(successes, trials, theta0, tau, side))
    assert log_e <= 1e-6


def test_an_underflowed_tail_is_no_evidence_at_all():
    # True rate twice the line, a million trials: the tail below the line is far under the smallest float.
    assert mixtures.beta_binomial(*floats(100_000, 1_000_000, 0.05, 1_200, -1)) == mixtures.UNDERFLOW
    assert mixtures.gamma_poisson(*floats(100_000, 1_000_000, 0.05, 1_200, -1)) == mixtures.UNDERFLOW
    assert mixtures.gamma_exponential(*floats(-50_000, 40_000, 50, 1)) == mixtures.UNDERFLOW
    assert mixtures.one_sided_normal(*floats(-1e6, 100)) < 0
    assert mixtures.one_sided_t(*floats(-1e6, 100, 20)) < 0


def test_the_split_of_the_published_example_is_a_mismatch():
    assert srm.log_e(*floats(50_800, 49_200, 0.5)) == pytest.approx(9.331, abs=5e-4)


def test_the_srm_check_is_the_ratio_of_a_dirichlet_multinomial_to_the_planned_split():
    mixed = stats.dirichlet_multinomial.logpmf([620, 90], [90.0, 10.0], 710)
    assert srm.log_e(*floats(620, 90, 0.9)) == pytest.approx(mixed - stats.binom.logpmf(620, 710, 0.9), abs=1e-9)


def test_an_even_split_is_evidence_for_the_plan_and_a_planned_uneven_one_too():
    assert srm.log_e(*floats(50_000, 50_000, 0.5)) < 0
    assert srm.log_e(*floats(90_000, 10_000, 0.9)) < 0
    assert srm.log_e(*floats(90_000, 10_000, 0.5)) > 1_000
