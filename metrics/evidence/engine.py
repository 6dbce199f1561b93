"""The evidence engine: `read` for every series in a chunk, `path` for the chart of a few. Pure, thread-safe,
and the same to the last bit whatever chunk a series is in and whatever padding follows it."""

from dataclasses import fields, replace

import numpy as np

from metrics.evidence.contrast import read_contrast
from metrics.evidence.level import read_level
from metrics.evidence.mixtures import Floats
from metrics.evidence.model import KINDS, Ints, Path, Question, Result, Series, rows
from metrics.evidence.one_arm import read_arm
from metrics.evidence.restarts import pairs_at_most
from metrics.evidence.standard import check_segments, read_standardised

ENGINE_VERSION = "2.0.0"  # goes up whenever a reading may change
CHUNK_ROWS = 1_000
CHUNK_CELLS = 500_000  # of one array: some fifty of them live at once


def read(series: Series, question: Question, *, alpha: float = 0.05) -> Result:
    """One reading per series after its last period; 1 - alpha is the coverage of the interval.
    Raises ValueError with one sentence when the input cannot be read."""
    whole = _evidence(series, question, alpha, np.array([_columns(series) - 1]))
    return Result(**{field.name: np.ascontiguousarray(getattr(whole, field.name)[:, -1]) for field in fields(Result)})


def path(series: Series, question: Question, *, alpha: float = 0.05, at: Ints | None = None) -> Path:
    """The evidence after each of the periods `at` (increasing columns, counted from 0; None = all of them), (S, C),
    for charts of a few series; what is said after the last period equals `read`."""
    columns = _columns(series)
    at = np.arange(columns) if at is None else np.asarray(at, dtype=np.int64)
    if at.size and (at[0] < 0 or at[-1] >= columns or (np.diff(at) <= 0).any()):
        raise ValueError("The periods asked for must be increasing columns of the series.")
    whole = _evidence(series, question, alpha, at)
    return Path(**{field.name: getattr(whole, field.name) for field in fields(Path)})


def _evidence(series: Series, question: Question, alpha: float, at: Ints) -> Result:
    _check(series, question)
    # An empty or one-column row keeps the shapes of every formula.
    series = series if np.shape(series.n)[1] else _one_empty_period(series)
    size, columns = np.shape(series.n)
    chunk = min(CHUNK_ROWS, max(1, CHUNK_CELLS // (columns + pairs_at_most(question, series.days, at))))
    with np.errstate(all="ignore"):
        parts = [
            _chunk(rows(series, chosen), rows(question, chosen), alpha, at)
            for chosen in (slice(start, start + chunk) for start in range(0, max(size, 1), chunk))
        ]
    if len(parts) == 1:
        return parts[0]
    return Result(**{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Result)})


def _chunk(series: Series, question: Question, alpha: float, at: Ints) -> Result:
    if series.kind == "level":
        return read_level(series, question, alpha, at)
    if series.segments:
        return read_standardised(series, question, alpha, at)
    if series.control_n is None:
        return read_arm(series, question, alpha, at)
    return read_contrast(series, question, alpha, at)


def _columns(series: Series) -> int:
    return max(np.shape(series.n)[1:], default=1) or 1


def _one_empty_period(series: Series) -> Series:
    empty = np.zeros((np.shape(series.n)[0], 1))
    control = None if series.control_n is None else empty
    parts = tuple(_one_empty_period(part) for part in series.segments)
    return replace(
        series, n=empty, y=empty, q=empty, control_n=control, control_y=control, control_q=control, segments=parts
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
    for field in fields(Question):
        asked = getattr(question, field.name)
        if field.name != "relative" and asked is not None and np.shape(asked) != shape[:1]:
            raise ValueError(f"The question needs one {field.name} per series.")
    _check_design(series, question)
    for arm in arms:
        _check_values(series.kind, arm)


def _check_design(series: Series, question: Question) -> None:
    if series.segments:
        check_segments(series)
        for part in series.segments:
            _check(part, question)
    if series.control_n is None:
        return
    if series.kind == "level":
        raise ValueError("A level has no control group.")
    if question.glide_from is not None and np.isfinite(question.glide_from).any():
        raise ValueError("A contrast with a control group has no glide path.")


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
    if kind == "level" and ((arm["n"] <= 0) & (arm["y"] != 0)).any():
        raise ValueError("A period has a value but does not count as present.")
