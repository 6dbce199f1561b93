"""Logarithms of e-values, one formula each. Every argument broadcasts; `side` is +1 (evidence that the
truth lies above the null) or -1 (below). All return float64 arrays of the broadcast shape."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

UNDERFLOW = -745.0  # the logarithm of the smallest positive float64
TILTS = 24
SMALLEST_TAIL = 1e-300  # below this float64 loses digits, so the tail counts as underflown


def boundary_constant(alpha: float) -> float:
    """c(alpha) of the one-sided mixture: n_opt / c is the prior weight (Howard et al. 2021, 1810.08240)."""
    log_term = 2 * math.log(1 / (2 * alpha))
    return log_term + math.log1p(log_term)


def two_sided_normal(z: Floats, kappa: Floats) -> Floats:
    """Normal mixture of a z score; kappa is the information relative to the mixture's (Howard et al. 2021)."""
    out: Floats = -0.5 * np.log1p(kappa) + kappa / (1 + kappa) * z * z / 2
    return out


def one_sided_normal(z: Floats, kappa: Floats) -> Floats:
    """Half-normal mixture of a signed z score: positive z is evidence (Howard et al. 2021)."""
    shrink = kappa / (1 + kappa)
    out: Floats = math.log(2) + two_sided_normal(z, kappa) + special.log_ndtr(z * np.sqrt(shrink))
    return out


def two_sided_t(t: Floats, kappa: Floats, nu: Floats) -> Floats:
    """t mixture with nu degrees of freedom (Lindon et al. 2022, 2210.08589; `avlm::log_G_t`)."""
    ratio = np.log1p(t * t / nu) - np.log1p(t * t / (nu * (1 + kappa)))
    out: Floats = -0.5 * np.log1p(kappa) + (nu + 1) / 2 * ratio
    return out


def one_sided_t(t: Floats, kappa: Floats, nu: Floats) -> Floats:
    """t mixture over positive effects: the two-sided form times twice the posterior chance of a positive effect."""
    scale = np.sqrt(kappa / (1 + kappa) * (nu + 1) / (nu + t * t / (1 + kappa)))
    return _with_tail(two_sided_t(t, kappa, nu) + math.log(2), special.stdtr(nu + 1, t * scale))


def t_radius(kappa: Floats, nu: Floats, alpha: float | Floats) -> Floats:
    """Half width, in standard errors, of the two-sided t confidence sequence; inf when unbounded."""
    growth = np.exp(2 / (nu + 1) * (np.log(1 / alpha) + 0.5 * np.log1p(kappa)))
    room = 1 - growth / (1 + kappa)
    out: Floats = np.where(room > 0, np.sqrt(nu * (growth - 1) / np.where(room > 0, room, 1)), np.inf)
    return out


def beta_binomial(successes: Floats, trials: Floats, theta0: Floats, tau: Floats, side: Floats) -> Floats:
    """Bernoulli likelihood mixed over Beta((tau-1) theta0, (tau-1)(1-theta0)) cut at theta0 (Howard et al. 2021).
    Needs tau > 1 and 0 < theta0 < 1; valid at any number of trials."""
    a, b = (tau - 1) * theta0, (tau - 1) * (1 - theta0)
    post_a, post_b = a + successes, b + trials - successes
    above = side > 0
    at = np.where(above, 1 - theta0, theta0)
    prior = special.betainc(np.where(above, b, a), np.where(above, a, b), at)
    posterior = special.betainc(np.where(above, post_b, post_a), np.where(above, post_a, post_b), at)
    whole = two_sided_beta(successes, trials, theta0, a, b)
    return _with_tail(whole - np.log(prior), posterior)


def two_sided_beta(successes: Floats, trials: Floats, theta0: Floats, a: Floats, b: Floats) -> Floats:
    """Bernoulli likelihood mixed over the whole Beta(a, b), relative to theta0."""
    mixed = special.betaln(a + successes, b + trials - successes) - special.betaln(a, b)
    out: Floats = mixed - special.xlogy(successes, theta0) - special.xlog1py(trials - successes, -theta0)
    return out


def gamma_poisson(events: Floats, exposure: Floats, theta0: Floats, tau: Floats, side: Floats) -> Floats:
    """Poisson likelihood mixed over Gamma(tau theta0, rate tau) cut at theta0 (Howard et al. 2021)."""
    a = tau * theta0
    post_a, post_x = a + events, (tau + exposure) * theta0
    above = side > 0
    prior = np.where(above, special.gammaincc(a, a), special.gammainc(a, a))
    posterior = np.where(above, special.gammaincc(post_a, post_x), special.gammainc(post_a, post_x))
    whole = two_sided_gamma(events, exposure, theta0, a, tau)
    return _with_tail(whole - np.log(prior), posterior)


def two_sided_gamma(events: Floats, exposure: Floats, theta0: Floats, a: Floats, rate: Floats) -> Floats:
    """Poisson likelihood mixed over the whole Gamma(a, rate), relative to theta0."""
    mixed = a * np.log(rate) - special.gammaln(a) + special.gammaln(a + events)
    mixed = mixed - (a + events) * np.log(rate + exposure)
    out: Floats = mixed - special.xlogy(events, theta0) + theta0 * exposure
    return out


def tilted_binomial(successes: Floats, trials: Floats, expected: Floats, step: Floats) -> Floats:
    """Bernoulli likelihood whose chances move from trial to trial, tilted on the logit scale: a half-normal mixture
    over tilts with standard deviation |step| and the sign of step. `expected` is the sum of the chances under the
    null. A product of chances is at most what their average gives, so the result is never more than the e-value."""
    level = np.where(trials > 0, expected / np.where(trials > 0, trials, 1.0), 0.5)

    def likelihood(tilt: Floats) -> Floats:
        return np.asarray(tilt * successes - trials * np.log1p(level * np.expm1(tilt)))

    return _half_normal(likelihood, step)


def tilted_poisson(events: Floats, expected: Floats, step: Floats) -> Floats:
    """Poisson likelihood whose rates move from period to period, tilted on the log scale as `tilted_binomial`."""
    return _half_normal(lambda tilt: tilt * events - expected * np.expm1(tilt), step)


def _half_normal(log_likelihood: Callable[[Floats], Floats], step: Floats) -> Floats:
    """Mean over the half-normal's quantiles: every single tilt gives an e-process, so any fixed weights will do."""
    quantiles = special.ndtri(0.5 + (np.arange(TILTS) + 0.5) / (2 * TILTS))
    total = log_likelihood(step * quantiles[0])
    for quantile in quantiles[1:]:
        total = np.logaddexp(total, log_likelihood(step * quantile))
    return np.maximum(total - math.log(TILTS), UNDERFLOW)


def gamma_exponential(total: Floats, variance: Floats, rho: Floats, scale: Floats) -> Floats:
    """Mixture for a sum whose steps stay above -scale: empirical Bernstein (Howard et al. 2021, Proposition 9)."""
    k = rho / scale**2
    shape = (variance + rho) / scale**2
    point = (scale * total + variance) / scale**2 + k
    positive = np.where(point > 0, point, 1.0)
    mixed = special.xlogy(k, k) - special.gammaln(k) - np.log(special.gammainc(k, k)) + special.gammaln(shape)
    whole = mixed - shape * np.log(positive) + positive - k
    return _with_tail(whole, np.where(point > 0, special.gammainc(shape, positive), 0.0))


def beta_ratio(a: Floats, b: Floats, first: Floats, second: Floats) -> Floats:
    """ln B(a + first, b + second) - ln B(a, b)."""
    out: Floats = special.betaln(a + first, b + second) - special.betaln(a, b)
    return out


def _with_tail(log_rest: Floats, tail: Floats) -> Floats:
    # Clipping the tail's own logarithm would turn overwhelming evidence for the null into a flag.
    kept = tail > SMALLEST_TAIL
    out: Floats = np.where(kept, log_rest + np.log(np.where(kept, tail, 1.0)), UNDERFLOW)
    return out
