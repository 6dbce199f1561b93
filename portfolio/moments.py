"""The way of an outcome: what its signals said after each period, for its chart and for the table beside it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from bets.models import Outcome
from bets.reading import Shape, arrays_of, engine_input, question_of, shape_of
from metrics import evidence
from metrics.reading import Arrays

MOMENTS = 90  # more would not show in a chart, and nobody reads them in a table
EVERY = 1_000_000  # more moments than anything has
EPOCH = date(1970, 1, 1)


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


@dataclass(frozen=True)
class Signals:
    """The signals of outcomes that have one shape; row i of the arrays is outcome i of the group."""

    shape: Shape
    group: list[Outcome]
    arrays: Arrays


def signals_of(outcomes: Iterable[Outcome], as_of: date) -> list[Signals]:
    """Signals of outcomes (with series and metric) up to `as_of`. One query for each kind, grain and contrast."""
    groups: dict[Shape, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[shape_of(outcome)].append(outcome)
    return [Signals(shape, group, arrays_of(shape, group, as_of)) for shape, group in groups.items()]


def ways_of(outcomes: Iterable[Outcome], as_of: date, most: int = MOMENTS) -> dict[int, Way]:
    """By outcome (with series and metric): its way up to `as_of`. One query for each kind, grain and contrast."""
    return ways_in(signals_of(outcomes, as_of), most)


def ways_in(signals: Iterable[Signals], most: int = MOMENTS) -> dict[int, Way]:
    """By outcome: its way through signals that are loaded; at most `most` moments. One pass of the engine a shape."""
    return {pk: way for some in signals for pk, way in _ways(some, most)}


def _ways(some: Signals, most: int) -> list[tuple[int, Way]]:
    path = evidence.path(engine_input(some.shape, some.arrays), question_of(some.shape, some.group))
    return [(outcome.pk, _way(outcome, some.arrays, path, place, most)) for place, outcome in enumerate(some.group)]


def _way(outcome: Outcome, arrays: Arrays, path: evidence.Path, place: int, most: int) -> Way:
    kind, grain, contrast = shape_of(outcome)
    exposed = arrays.n[place] + arrays.cn[place]
    present = np.flatnonzero((exposed > 0) | (arrays.y[place] != 0))
    if not present.size:
        return Way([], 1)
    values = _values(arrays, place, contrast) if kind != "level" else arrays.y[place]
    estimate = arrays.y[place] if kind == "level" else path.estimate[place]
    last = EPOCH + timedelta(days=int(arrays.last[place]))
    columns = _number(last, grain) - _number(outcome.starts_on, grain)
    exposures, step = np.cumsum(exposed), _step(present.size, most)
    return Way(
        [
            Moment(
                day=_earlier(last, columns - int(column), grain),
                estimate=_finite(estimate[column]),
                lower=_finite(path.lower[place, column]),
                upper=_finite(path.upper[place, column]),
                exposures=float(exposures[column]),
                value=_finite(values[column]),
                exposed=float(exposed[column]),
            )
            for column in _thinned(present, step)
        ],
        step,
    )


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


def _number(day: date, grain: str) -> int:
    """Number of the period in which a day lies, as metrics.reading counts them."""
    if grain == "month":
        return day.year * 12 + day.month
    return (day - EPOCH).days // (7 if grain == "week" else 1)


def _earlier(last: date, periods: int, grain: str) -> date:
    """First day of the period that began so many periods before the one beginning on `last`."""
    if grain == "month":
        months = last.year * 12 + last.month - 1 - periods
        return date(months // 12, months % 12 + 1, 1)
    return last - timedelta(days=periods * (7 if grain == "week" else 1))


def _finite(number: Any) -> float | None:
    return float(number) if np.isfinite(number) else None
