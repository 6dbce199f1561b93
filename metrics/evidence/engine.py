"""The evidence engine: `read` for every series in a chunk, `path` for the chart of a few. Pure, thread-safe,
and the same to the last bit whatever chunk a series is in and whatever padding follows it."""

from dataclasses import fields, replace

import numpy as np

from metrics.evidence.contrast import read_contrast
from metrics.evidence.mixtures import Floats
from metrics.evidence.model import KINDS, Path, Question, Result, Series
from metrics.evidence.one_arm import read_arm

ENGINE_VERSION = "1.0.0"  # goes up whenever a reading may change


def read(series: Series, question: Question, *, alpha: float = 0.05) -> Result:
    """One reading per series after its last period; 1 - alpha is the coverage of the interval.
    Raises ValueError with one sentence when the input cannot be read."""
    whole = _evidence(series, question, alpha, last=True)
    return Result(**{field.name: np.ascontiguousarray(getattr(whole, field.name)[:, -1]) for field in fields(Result)})


def path(series: Series, question: Question, *, alpha: float = 0.05) -> Path:
    """The evidence after each period, (S, T), for charts of a few series; the last column equals `read`."""
    whole = _evidence(series, question, alpha, last=False)
    return Path(**{field.name: getattr(whole, field.name) for field in fields(Path)})


def _evidence(series: Series, question: Question, alpha: float, *, last: bool) -> Result:
    _check(series, question)
    with np.errstate(all="ignore"):
        if series.kind == "level":
            return _abstain(series, last)
        # An empty or one-column row keeps the shapes of every formula.
        series = series if np.shape(series.n)[1] else _one_empty_period(series)
        if series.control_n is None:
            return read_arm(series, question, alpha, last)
        return read_contrast(series, question, alpha, last)


def _one_empty_period(series: Series) -> Series:
    empty = np.zeros((np.shape(series.n)[0], 1))
    control = None if series.control_n is None else empty
    return replace(series, n=empty, y=empty, q=empty, control_n=control, control_y=control, control_q=control)


def _abstain(series: Series, last: bool) -> Result:
    """A level has no sample size: no verdict, every e-value 1."""
    n, y = np.asarray(series.n, dtype=np.float64), np.asarray(series.y, dtype=np.float64)
    shape = (len(n), 1 if last else n.shape[1])
    total_n, total_y = (np.concatenate([np.zeros((len(n), 1)), np.cumsum(x, axis=1)], axis=1) for x in (n, y))
    total_n, total_y = total_n[:, -shape[1] :], total_y[:, -shape[1] :]
    zero, no = np.zeros(shape), np.zeros(shape, dtype=np.bool_)
    return Result(
        log_e_cease=zero,
        log_e_miss=zero,
        log_e_scale=zero,
        log_e_alive=zero,
        estimate=np.where(total_n > 0, total_y / total_n, np.nan),
        lower=zero - np.inf,
        upper=zero + np.inf,
        exposures=total_n,
        phi=zero + 1,
        nu=zero,
        autocorrelation=zero,
        blocks=zero.astype(np.int64),
        n_eff=total_n,
        ready=no,
        no_variance=no,
        uncapped=no,
        no_verdict=~no,
        srm_log_e=zero,
    )


def _check(series: Series, question: Question) -> None:
    if series.kind not in KINDS:
        raise ValueError(f"Unknown kind of metric: {series.kind!r}; it is one of {', '.join(KINDS)}.")
    if series.days < 1:
        raise ValueError("A period lasts at least one day.")
    arms = [_given(series, "n", "y", "q")]
    if series.control_n is not None:
        arms.append(_given(series, "control_n", "control_y", "control_q"))
    shape = arms[0]["n"].shape
    if len(shape) != 2 or any(values.shape != shape for arm in arms for values in arm.values()):
        raise ValueError("Counts, sums and sums of squares must be tables of the same series and periods.")
    for name in ("kill", "target", "higher_is_better", "cap", "planned", "spread", "phi_floor", "share"):
        asked = getattr(question, name)
        if asked is not None and np.shape(asked) != shape[:1]:
            raise ValueError(f"The question needs one {name} per series.")
    for arm in arms:
        _check_values(series.kind, arm)


def _given(series: Series, n: str, y: str, q: str) -> dict[str, Floats]:
    if series.kind == "mean" and getattr(series, q) is None:
        raise ValueError("A mean needs its sums of squares, for each arm.")
    if getattr(series, y) is None:
        raise ValueError("Exposures came without their sums.")
    names = {"n": n, "y": y} | ({"q": q} if series.kind == "mean" else {})
    return {key: np.asarray(getattr(series, name)) for key, name in names.items()}


def _check_values(kind: str, arm: dict[str, Floats]) -> None:
    # A sum is finite only if every summand is: one pass, no table of booleans.
    if not all(np.isfinite(values.sum(dtype=np.float64)) for values in arm.values()):
        raise ValueError("A count or sum is not a finite number; a missing period is n = 0 and y = 0.")
    if arm["n"].size and arm["n"].min() < 0:
        raise ValueError("A period has a negative number of exposures.")
    if kind == "proportion" and arm["n"].size and ((arm["y"] > arm["n"]) | (arm["y"] < 0)).any():
        raise ValueError("A period has fewer than zero successes, or more successes than trials.")
    if kind == "rate" and arm["y"].size and arm["y"].min() < 0:
        raise ValueError("A period has a negative number of events.")
    if kind in ("mean", "rate") and ((arm["n"] <= 0) & (arm["y"] != 0)).any():
        raise ValueError("A period has a sum but no exposures.")
