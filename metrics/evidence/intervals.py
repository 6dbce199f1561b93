"""Two-sided confidence sequences on the scale of the thresholds, as (lower, upper)."""

from collections.abc import Callable

import numpy as np

from metrics.evidence.mixtures import Bools, Floats, two_sided_beta, two_sided_gamma

HALVINGS = 40

Bounds = tuple[Floats, Floats]


def normal(estimate: Floats, half_width: Floats) -> Bounds:
    return estimate - half_width, estimate + half_width


def proportion(estimate: Floats, width: Floats) -> Bounds:
    """Values within the score band (estimate - theta)^2 <= width theta (1 - theta): Wilson's form."""
    bounded = np.isfinite(width)
    width = np.where(bounded, width, 0.0)
    middle = estimate + width / 2
    reach = np.sqrt(width * estimate * (1 - estimate) + width**2 / 4)
    lower = np.where(bounded, np.clip((middle - reach) / (1 + width), 0.0, estimate), 0.0)
    upper = np.where(bounded, np.clip((middle + reach) / (1 + width), estimate, 1.0), 1.0)
    return lower, upper


def rate(estimate: Floats, width: Floats) -> Bounds:
    """Values within the score band (estimate - theta)^2 <= width theta."""
    bounded = np.isfinite(width)
    width = np.where(bounded, width, 0.0)
    reach = np.sqrt(width * estimate + width**2 / 4)
    lower = np.where(bounded, np.clip(estimate + width / 2 - reach, 0.0, estimate), 0.0)
    return lower, np.where(bounded, estimate + width / 2 + reach, np.inf)


def exact_proportion(successes: Floats, trials: Floats, a: Floats, b: Floats, log_level: float) -> Bounds:
    """Values that the mixture over Beta(a, b) does not refute at exp(-log_level)."""
    estimate = successes / trials

    def refuted(theta: Floats) -> Bools:
        return two_sided_beta(successes, trials, theta, a, b) >= log_level

    return _edges(refuted, estimate, np.zeros_like(estimate), np.ones_like(estimate))


def exact_rate(events: Floats, exposure: Floats, a: Floats, b: Floats, log_level: float) -> Bounds:
    """Values that the mixture over Gamma(a, rate b) does not refute at exp(-log_level)."""
    estimate = events / exposure

    def refuted(theta: Floats) -> Bools:
        return two_sided_gamma(events, exposure, theta, a, b) >= log_level

    # u - ln(1+u) >= u^2 / (2(1+u)) bounds how far above the estimate the edge can lie
    drop = np.maximum(log_level - two_sided_gamma(events, exposure, estimate, a, b), 0.0)
    far = estimate + (drop + np.sqrt(drop * drop + 2 * drop * events)) / exposure
    return _edges(refuted, estimate, np.zeros_like(estimate), far)


def fieller(top: Floats, bottom: Floats, top_variance: Floats, bottom_variance: Floats, squared: Floats) -> Bounds:
    """Ratios rho with (top - rho bottom)^2 <= squared (top_variance + rho^2 bottom_variance); infinite when the
    set is not an interval or the bottom is not above zero."""
    bend = bottom * bottom - squared * bottom_variance
    bounded = (bend > 0) & (bottom > 0)
    safe = np.where(bounded, squared, 0.0)
    bend = np.where(bounded, bend, 1.0)
    inner = top_variance * bend + bottom_variance * top * top
    reach = np.sqrt(np.maximum(safe * inner, 0.0))
    lower = np.where(bounded, (top * bottom - reach) / bend, -np.inf)
    return lower, np.where(bounded, (top * bottom + reach) / bend, np.inf)


def widest(first: Bounds, second: Bounds) -> Bounds:
    return np.minimum(first[0], second[0]), np.maximum(first[1], second[1])


def _edges(refuted: Callable[[Floats], Bools], inside: Floats, low: Floats, high: Floats) -> Bounds:
    return _edge(refuted, inside, low), _edge(refuted, inside, high)


def _edge(refuted: Callable[[Floats], Bools], inside: Floats, outside: Floats) -> Floats:
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        out = refuted(middle)
        inside, outside = np.where(out, inside, middle), np.where(out, middle, outside)
    return outside
