"""What goes into the engine and what comes out. S series, T periods, one row per series."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.evidence.mixtures import Bools, Floats

Ints = NDArray[np.int64]
Numbers = NDArray[np.float64] | NDArray[np.int64] | NDArray[np.int32]

KINDS = ("proportion", "mean", "rate", "level")


@dataclass(frozen=True)
class Series:
    """A chunk of series of one kind. Arrays are (S, T): rows start at the outcome's first period, a missing
    period is n = y = 0, and padding is zeros at the end. A block is seven days, or one period if that is longer."""

    kind: str  # one of KINDS
    n: Numbers  # exposures of the treatment arm, or of the only arm
    y: Numbers  # sums
    q: Numbers | None = None  # sums of squares; only the mean kind needs them
    control_n: Numbers | None = None
    control_y: Numbers | None = None
    control_q: Numbers | None = None
    days: int = 1  # days per period


@dataclass(frozen=True)
class Question:
    """What is asked of each series; arrays are (S,). A threshold that is nan is not asked: its e-value stays 1.
    `planned`, `spread` and `share` must be fixed when the bet is registered, never chosen from its data."""

    kill: Floats  # one arm: a level of the mean; contrast: see `relative`
    target: Floats
    higher_is_better: Bools
    cap: Floats  # every single value lies in [0, cap]; nan = no cap
    planned: Floats  # n_opt in exposures; contrast: the harmonic weight nT nC / (nT + nC); nan = `default_planned`
    relative: bool = True  # contrast only: thresholds are relative lifts (0.01 = +1 %), else absolute differences
    spread: Floats | None = None  # capped mean: standard deviation planned for; None or nan = the kill line
    phi_floor: Floats | None = None  # phi of the metric's weeks before the bet (8, better 12); None or nan = 1
    share: Floats | None = None  # contrast: planned share of exposures in the treatment arm; None or nan = 1/2


@dataclass(frozen=True)
class Result:
    """One reading per series, arrays (S,). The interval is on the scale of the thresholds, holds at every moment
    at once, and is infinite where unbounded; the estimate is nan where there is none."""

    log_e_cease: Floats  # against "at or better than the kill line"
    log_e_miss: Floats  # against "at or better than the target"
    log_e_scale: Floats  # against "at or worse than the target"
    log_e_alive: Floats  # against "at or worse than the kill line"
    estimate: Floats
    lower: Floats
    upper: Floats
    exposures: Floats  # both arms together, over the periods used
    phi: Floats  # noise between periods relative to the unit model's, at the estimate
    nu: Floats  # degrees of freedom of the period leg
    autocorrelation: Floats  # of complete blocks
    blocks: Ints  # complete blocks with data
    n_eff: Floats
    ready: Bools  # burn-in over: two complete blocks, and n_eff >= 500 for a mean without cap
    no_variance: Bools  # constant feed: every e-value is 1
    uncapped: Bools  # single-arm mean without a cap that its values keep: no cease verdict
    no_verdict: Bools  # the engine abstains: level kind, or no data
    srm_log_e: Floats  # contrast: against "the arms are split as planned"; else 0


@dataclass(frozen=True)
class Path:
    """The same after each period, arrays (S, T); the last column is the reading."""

    log_e_cease: Floats
    log_e_miss: Floats
    log_e_scale: Floats
    log_e_alive: Floats
    estimate: Floats
    lower: Floats
    upper: Floats
    ready: Bools
