"""What the next proof is worth: the value of knowing, against the tranche that buys it."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.mixtures import Floats


@dataclass(frozen=True)
class Worth:
    """In the units of the payoff, arrays (S,); nan where an input is missing."""

    evpi: Floats  # of knowing the truth: the ceiling of every proof
    evsi: Floats  # of what `n_next` more exposures would show


def value(
    mean: Floats, sd: Floats, kill: Floats, target: Floats, payoff: Floats, phi_v: Floats, n_next: Floats
) -> Worth:
    """Go on or stop, indifferent at the kill line, `payoff` gained at the target and in proportion between and beyond
    (Raiffa & Schlaifer 1961: linear loss, normal prior). The truth is N(mean, sd^2); the next proof measures it with
    variance phi_v / n_next. The side that is better does not matter: only the distance to the kill line does.

        EVPI = slope sd L(|mean - kill| / sd),   EVSI the same with sd^2 / sqrt(sd^2 + phi_v / n_next)"""
    mean, sd, n_next = (np.asarray(values, dtype=np.float64) for values in (mean, sd, n_next))
    with np.errstate(all="ignore"):
        slope = payoff / np.abs(np.asarray(target, dtype=np.float64) - kill)
        distance = np.abs(mean - kill)
        shown = np.where(n_next > 0, sd * sd / np.sqrt(sd * sd + phi_v / n_next), 0.0 * n_next)
        return Worth(evpi=slope * _loss(distance, sd), evsi=slope * _loss(distance, shown))


def _loss(distance: Floats, sd: Floats) -> Floats:
    """sd L(distance / sd) with the unit normal loss L(z) = phi(z) - z (1 - Phi(z)); 0 when nothing is unknown."""
    z = distance / np.where(sd > 0, sd, 1.0)
    loss = np.exp(-z * z / 2) / np.sqrt(2 * np.pi) - z * special.ndtr(-z)
    return np.where(sd == 0, 0.0 * distance, sd * np.maximum(loss, 0.0))
