"""What goes into the engine and what comes out. S series, T periods, one row per series."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from metrics.evidence.mixtures import Bools, Floats

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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
    segments: "tuple[Series, ...]" = ()  # the same exposures in parts; n, y, q are then the whole, crude
    weights: Floats | None = None  # (S, G) of the segments, each row adds up to 1; fixed when the bet is registered


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
    phi_floor_whole: Floats | None = None  # least phi of the whole history alone, where further periods are supposed
    share: Floats | None = None  # contrast: planned share of exposures in the treatment arm; None or nan = 1/2
    restarts: Ints | None = None  # starts of the restart mixture, at 28, 56, … days; None = 0: the whole history only
    history_weeks: Ints | None = None  # complete weeks before the bet behind `phi_floor`; None = 0
    glide_from: Floats | None = None  # both lines climb from here, in equal steps; None or nan = flat lines
    glide_periods: Floats | None = None  # periods until they arrive at kill line and target


@dataclass(frozen=True)
class Evidence:
    """The e-values of S series after C moments, (S, C), or of the last one, (S,)."""

    log_e_cease: Floats  # against "at or better than the kill line"
    log_e_miss: Floats  # against "at or better than the target"
    log_e_scale: Floats  # against "at or worse than the target"
    log_e_alive: Floats  # against "at or worse than the kill line"
    whole_log_e_cease: Floats  # the same without restarts; log_e_cease and log_e_scale are mixtures with them
    whole_log_e_scale: Floats
    cease_since: Ints  # column in which the strongest process of the mixture begins; 0 = the first
    scale_since: Ints


@dataclass(frozen=True)
class Result(Evidence):
    """One reading per series, arrays (S,). The interval is on the scale of the thresholds, holds at every moment
    at once, and is infinite where unbounded; the estimate is nan where there is none."""

    estimate: Floats
    recent: Floats  # estimate of the last 28 days with data; nan where there is none
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
    no_verdict: Bools  # the engine abstains: no data, or a level too short or too correlated to judge
    srm_log_e: Floats  # contrast: against "the arms are split as planned"; else 0


@dataclass(frozen=True)
class Path(Evidence):
    """The same after each period asked for, arrays (S, C)."""

    estimate: Floats
    lower: Floats
    upper: Floats
    ready: Bools
    no_variance: Bools
    uncapped: Bools
    no_verdict: Bools
    srm_log_e: Floats


Rows = TypeVar("Rows", bound="DataclassInstance")


def rows(thing: Rows, chosen: slice) -> Rows:
    """A series, a question or any frozen dataclass of arrays with one row per series: only some of the rows."""
    return replace(thing, **{field.name: _picked(getattr(thing, field.name), chosen) for field in fields(thing)})


def _picked(value: Any, chosen: slice) -> Any:
    if isinstance(value, tuple):
        return tuple(rows(part, chosen) for part in value)
    return value[chosen] if isinstance(value, np.ndarray) else value
