"""The portfolio-wide false-discovery rule: e-BH (Wang & Ramdas 2022, 2009.02824) with freezing."""

import math
from dataclasses import dataclass

import numpy as np

from metrics.evidence.mixtures import Bools, Floats


@dataclass(frozen=True)
class EBH:
    flagged: Bools  # (N,) tonight's flags; a frozen one stays
    cut: float  # log e-value in force: ln(m / (alpha k)), with k = 1 when nothing passes
    bound: float  # m / (|R| min_R e) of the issued set R; nan when R is empty


@dataclass(frozen=True)
class Family:
    """One kind of flag (cease, scale or miss) in one review cycle."""

    name: str
    alpha: float = 0.10
    m: int | None = None  # every bet active at any time in the cycle; None = those given

    def flag(self, log_e: Floats, frozen_log_e: Floats) -> EBH:
        return e_bh(log_e, frozen_log_e, alpha=self.alpha, m=self.m)


def e_bh(log_e: Floats, frozen_log_e: Floats, *, alpha: float = 0.10, m: int | None = None) -> EBH:
    """Flags among N log e-values. `frozen_log_e` is the value on the night of the first flag, nan before it;
    nan in `log_e` is no evidence. Raises ValueError when the shapes differ or m is below N."""
    tonight, frozen = np.asarray(log_e, dtype=np.float64), np.asarray(frozen_log_e, dtype=np.float64)
    if tonight.shape != frozen.shape or tonight.ndim != 1:
        raise ValueError("Give e_bh two lists of equal length: tonight's e-values and the frozen ones.")
    size = len(tonight) if m is None else m
    if size < len(tonight):
        raise ValueError(f"The family counts {size} bets but {len(tonight)} were given; m must count them all.")
    issued = ~np.isnan(frozen)
    values = np.where(issued, frozen, np.where(np.isnan(tonight), -np.inf, tonight))
    passing, cut = _passing(values, size, alpha)
    flagged = passing | issued
    return EBH(flagged=flagged, cut=cut, bound=_bound(values[flagged], size))


def _passing(values: Floats, m: int, alpha: float) -> tuple[Bools, float]:
    ranks = np.arange(1, len(values) + 1)
    cuts = math.log(max(m, 1) / alpha) - np.log(ranks)
    reached = np.flatnonzero(np.sort(values)[::-1] >= cuts)
    if not len(reached):
        return np.zeros(len(values), dtype=np.bool_), math.log(max(m, 1) / alpha)
    cut = float(cuts[reached[-1]])
    return values >= cut, cut


def _bound(values: Floats, m: int) -> float:
    if not len(values):
        return math.nan
    return math.exp(min(math.log(m / len(values)) - float(values.min()), 700.0))
