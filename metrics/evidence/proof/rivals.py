"""What others do with the same signals: the test of every textbook, and the evidence of single units alone."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence import mixtures
from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Question, Series
from metrics.evidence.noise import column
from metrics.evidence.one_arm import prior_weight, unit_variance

NAIVE = 1.6448536269514722  # one-sided, 5 %
NAIVE_INTERVAL = 1.959963984540054


@dataclass(frozen=True)
class Score:
    """z score (S, T) after each period, positive on the side asked about, and the information behind it."""

    z: Floats
    information: Floats  # exposures; for a contrast the harmonic weight


def side_of(question: Question, family: str) -> Floats:
    """+1 where evidence for `family` means more, -1 where it means less; (S, 1)."""
    up = family in ("scale", "alive")
    return np.where(column(question.higher_is_better) > 0, 1.0, -1.0) * (1 if up else -1)


def line_of(question: Question, family: str) -> Floats:
    """The threshold `family` is about, (S, 1)."""
    return column(question.kill if family in ("cease", "alive") else question.target)


def score(series: Series, question: Question, family: str) -> Score:
    """As if every exposure were independent and nobody had looked before."""
    line, side = line_of(question, family), side_of(question, family)
    with np.errstate(all="ignore"):
        return _score_of_arms(series, line, side) if series.control_n is not None else _score(series, line, side)


def unit_log_e(series: Series, question: Question, family: str) -> Floats | None:
    """Log e-values (S, T) of an engine that has the unit leg only; None where this module has no formula for it."""
    if np.isfinite(question.cap).any():
        return None
    line, side = line_of(question, family), side_of(question, family)
    with np.errstate(all="ignore"):
        tau = prior_weight(series, question)
        if series.control_n is None and series.kind in ("proportion", "rate"):
            n, y = _total(series.n), _total(series.y)
            leg = mixtures.beta_binomial if series.kind == "proportion" else mixtures.gamma_poisson
            return leg(y, n, line, tau, side)
        known = score(series, question, family)
        return np.nan_to_num(mixtures.one_sided_normal(known.z, known.information / tau))


def benjamini_hochberg(z: Floats, alpha: float) -> Bools:
    """Flags (S, T) of the textbook's rule for many tests, each period by itself; nan is no test."""
    p = np.where(np.isnan(z), np.inf, special.ndtr(-z))
    cuts = alpha * np.arange(1, len(p) + 1)[:, None] / np.maximum((~np.isnan(z)).sum(axis=0), 1)
    passing = np.where(np.sort(p, axis=0) <= cuts, cuts, -1.0).max(axis=0)
    out: Bools = p <= passing
    return out


def _total(values: object) -> Floats:
    return np.cumsum(np.asarray(values, dtype=np.float64), axis=1)


def _score(series: Series, line: Floats, side: Floats) -> Score:
    n, y = _total(series.n), _total(series.y)
    if series.kind == "level":
        v = _total(np.square(series.y)) / n - (y / n) ** 2
    else:
        v = unit_variance(series.kind, n, y, y if series.q is None else _total(series.q))
    return Score(side * (y - n * line) / np.sqrt(n * v), n)


def _score_of_arms(series: Series, line: Floats, side: Floats) -> Score:
    """Compared period by period, as the engine does, with the relative line `line`."""
    n_t, n_c = (np.asarray(n, dtype=np.float64) for n in (series.n, series.control_n))
    both = np.maximum(n_t + n_c, 1.0)
    gap = (n_c * series.y - (1 + line) * n_t * np.asarray(series.control_y)) / both
    v_t = _variance(series.kind, series.n, series.y, series.q)
    v_c = _variance(series.kind, series.control_n, series.control_y, series.control_q)
    treatment, control = _total(n_t * n_c**2 / both**2), _total(n_c * n_t**2 / both**2)
    spread = np.sqrt(v_t * treatment + (1 + line) ** 2 * v_c * control)
    return Score(side * _total(gap) / spread, _total(n_t * n_c / both))


def _variance(kind: str, n: object, y: object, q: object) -> Floats:
    total = _total(y)
    return unit_variance(kind, _total(n), total, total if q is None else _total(q))
