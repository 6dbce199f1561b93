"""The way of an outcome: what its signals said after each period, for its chart and for the table beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from bets.models import Outcome
from bets.signals import Read, reads_of
from metrics import evidence
from metrics.reading import Arrays

MOMENTS = 90  # more would not show in a chart, and nobody reads them in a table
EVERY = 1_000_000  # more moments than anything has


@dataclass(frozen=True)
class Moment:
    """One period (its first day) and what is known after it: running estimate and 95 % interval in the unit of the
    metric, exposures so far; and the `value` and exposures (`exposed`) of the period alone. For a level the estimate is
    the value of the period itself."""

    day: date
    estimate: float | None
    lower: float | None
    upper: float | None
    exposures: float
    value: float | None
    exposed: float


@dataclass(frozen=True)
class Way:
    """Moments in order of time; when there were more than asked for, every `step`-th, the first and the last."""

    moments: list[Moment]
    step: int

    def at(self, day: date) -> Moment | None:
        """What was known when signals of periods before `day` were read."""
        return next((moment for moment in reversed(self.moments) if moment.day < day), None)


def ways_of(outcomes: Iterable[Outcome], as_of: date, most: int = MOMENTS) -> dict[int, Way]:
    """By outcome (with series and metric): its way up to `as_of`. One query, and one for each shape."""
    return ways_in(reads_of(outcomes, as_of), most)


def ways_in(signals: Iterable[Read], most: int = MOMENTS) -> dict[int, Way]:
    """By outcome: its way through signals that are loaded; at most `most` moments. One pass of the engine a shape."""
    return {pk: way for some in signals for pk, way in _ways(some, most)}


def _ways(some: Read, most: int) -> list[tuple[int, Way]]:
    chosen = [_chosen(some, place, most) for place in range(len(some.group))]
    at = np.unique(np.concatenate([columns for columns, _ in chosen])).astype(np.int64)
    path = evidence.path(some.series, some.question, at=at)
    return [
        (outcome.pk, Way(_moments(some, path, place, columns, np.searchsorted(at, columns)), step))
        for place, (outcome, (columns, step)) in enumerate(zip(some.group, chosen, strict=True))
    ]


def _chosen(some: Read, place: int, most: int) -> tuple[Any, int]:
    """Columns of the periods that say something, thinned to at most `most`, and every how many one is taken."""
    series = some.series
    said = series.n[place] > 0
    if series.control_n is not None:
        said = said | (series.control_n[place] > 0)
    columns = np.flatnonzero(said)
    step = _step(columns.size, most)
    return _thinned(columns, step), step


def _moments(some: Read, path: evidence.Path, place: int, columns: Any, seen: Any) -> list[Moment]:
    """Moments after the periods in `columns`, which are the columns `seen` of the path."""
    arrays, level = some.arrays, some.shape.kind == "level"
    exposed = arrays.n[place] + arrays.cn[place]
    values = arrays.y[place] if level else _values(arrays, place, some.shape.contrast)
    exposures = np.cumsum(exposed)
    return [
        Moment(
            day=some.day(place, column),
            estimate=_finite(values[column] if level else path.estimate[place, known]),
            lower=_finite(path.lower[place, known]),
            upper=_finite(path.upper[place, known]),
            exposures=float(exposures[column]),
            value=_finite(values[column]),
            exposed=float(exposed[column]),
        )
        for column, known in zip(columns.tolist(), seen.tolist(), strict=True)
    ]


def _step(size: int, most: int) -> int:
    return 1 if size <= most else -(-size // (most - 1))


def _thinned(present: Any, step: int) -> Any:
    """Every `step`-th counted from the last one, and the first: where the way begins and where it stands is true."""
    return np.union1d(present[:1], present[::-1][::step])


def _values(arrays: Arrays, place: int, contrast: str) -> Any:
    """What each period says by itself, on the scale of the outcome; nan where it says nothing."""
    with np.errstate(all="ignore"):
        treatment = arrays.y[place] / arrays.n[place]
        control = arrays.cy[place] / arrays.cn[place]
        if contrast == "relative":
            return treatment / control - 1
        return treatment - control if contrast else treatment


def _finite(number: Any) -> float | None:
    return float(number) if np.isfinite(number) else None
