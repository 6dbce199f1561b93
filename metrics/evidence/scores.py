"""How good chances were, once outcomes have resolved: Brier, logarithm, CRPS, reliability, and engine against lead."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.mixtures import Floats, boundary_constant, gamma_exponential

FEW = 50  # resolved outcomes below which two scores are too few to compare
CLIP = 0.01  # a logarithm never punishes harder than ln 100
LEAD_SCALE = 2.0  # a difference of Brier scores lies within 2 of any earlier mean of them
PLANNED_SPREAD = 20.0  # sum of squares that the comparison is tuned to: some 100 resolved outcomes


@dataclass(frozen=True)
class Murphy:
    """The Brier score in parts (Murphy 1973): reliability - resolution + uncertainty + within = brier."""

    brier: float
    reliability: float  # how far chances lie from the shares they came to; 0 is best
    resolution: float  # how far these shares lie apart; more is better
    uncertainty: float  # of the base rate alone
    within: float  # what the bins hide


@dataclass(frozen=True)
class Row:
    """Forecasts with a chance in [low, high); the last row takes 1 too."""

    low: float
    high: float
    count: int
    mean: float  # chance; nan when empty
    share: float  # that reached the target; nan when empty


def brier(p: Floats, y: Floats) -> Floats:
    """Squared distance of chance p to what happened y (0 or 1), for each; 0 is best, 0.25 is a coin's."""
    out: Floats = (np.asarray(p, dtype=np.float64) - y) ** 2
    return out


def log_score(p: Floats, y: Floats) -> Floats:
    """-ln of the chance given to what happened, for each, with p kept within [0.01, 0.99]; 0 is best."""
    kept = np.clip(p, CLIP, 1 - CLIP)
    out: Floats = -np.log(np.where(np.asarray(y) > 0, kept, 1 - kept))
    return out


def crps_normal(mean: Floats, sd: Floats, value: Floats) -> Floats:
    """Continuous ranked probability score of N(mean, sd^2) when `value` came, for each, in units of the metric
    (Gneiting & Raftery 2007); the absolute error where sd is 0."""
    mean, sd = np.asarray(mean, dtype=np.float64), np.asarray(sd, dtype=np.float64)
    z = (value - mean) / np.where(sd > 0, sd, 1.0)
    normal = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    score = sd * (z * (2 * special.ndtr(z) - 1) + 2 * normal - 1 / np.sqrt(np.pi))
    return np.where(sd > 0, score, np.abs(value - mean))


def calibration(p: Floats, y: Floats, bins: int = 10) -> list[Row]:
    """Chances in `bins` equal bins beside the shares that reached their target; every bin, empty ones too."""
    p, y = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    edges = np.linspace(0, 1, bins + 1)
    place = _bins(p, bins)
    rows = []
    for each in range(bins):
        chosen = place == each
        count = int(chosen.sum())
        mean, share = (float(values[chosen].mean()) if count else np.nan for values in (p, y))
        rows.append(Row(float(edges[each]), float(edges[each + 1]), count, mean, share))
    return rows


def murphy(p: Floats, y: Floats, bins: int = 10) -> Murphy:
    """Raises ValueError without a single forecast."""
    p, y = np.asarray(p, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not len(p):
        raise ValueError("There is no resolved forecast to score.")
    base, whole = float(y.mean()), float(brier(p, y).mean())
    rows = [row for row in calibration(p, y, bins) if row.count]
    reliability = sum(row.count * (row.mean - row.share) ** 2 for row in rows) / len(p)
    resolution = sum(row.count * (row.share - base) ** 2 for row in rows) / len(p)
    uncertainty = base * (1 - base)
    return Murphy(whole, reliability, resolution, uncertainty, whole - (reliability - resolution + uncertainty))


def lead_against_engine(brier_lead: Floats, brier_engine: Floats) -> Floats:
    """Log e-value after each resolved outcome, (N,), in the order in which they resolved, against "the lead is no
    worse than the engine": an empirical-Bernstein e-process of d = lead - engine (Choe & Ramdas 2024), centred at the
    mean of earlier d, so it may be looked at after every one."""
    d = np.asarray(brier_lead, dtype=np.float64) - brier_engine
    before = np.concatenate([[0.0], np.cumsum(d)[:-1] / np.arange(1, len(d))]) if len(d) else d
    spread, rho = np.cumsum((d - before) ** 2), np.array(PLANNED_SPREAD / boundary_constant(0.05))
    return gamma_exponential(np.cumsum(d), spread, rho, np.array(LEAD_SCALE))


def _bins(p: Floats, bins: int) -> Floats:
    return np.clip(np.floor(p * bins), 0, bins - 1)
