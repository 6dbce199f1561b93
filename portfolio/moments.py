"""The way of an outcome: what its signals said after each period, for its chart and for the table beside it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from bets.models import Outcome
from bets.reading import Shape, arrays_of, engine_input, question_of, shape_of
from metrics import evidence
from metrics.reading import Arrays

MOMENTS = 90  # more would not show in a chart, and nobody reads them in a table
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Moment:
    """One period (its first day) and what is known after it: running estimate and 95 % interval in the unit of the
    metric, exposures so far. For a level the estimate is the value of the period itself."""

    day: date
    estimate: float | None
    lower: float | None
    upper: float | None
    exposures: float


@dataclass(frozen=True)
class Way:
    """Moments in order of time; when there were more than MOMENTS, every `step`-th, and always the last."""

    moments: list[Moment]
    step: int

    def at(self, day: date) -> Moment | None:
        """What was known when signals of periods before `day` were read."""
        return next((moment for moment in reversed(self.moments) if moment.day < day), None)


def ways_of(outcomes: Iterable[Outcome], as_of: date) -> dict[int, Way]:
    """By outcome (with series and metric): its way up to `as_of`. One query for each kind, grain and contrast."""
    groups: dict[Shape, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[shape_of(outcome)].append(outcome)
    return {pk: way for shape, group in groups.items() for pk, way in _ways(shape, group, as_of)}


def _ways(shape: Shape, group: Sequence[Outcome], as_of: date) -> list[tuple[int, Way]]:
    arrays = arrays_of(shape, group, as_of)
    path = evidence.path(engine_input(shape, arrays), question_of(shape, group))
    return [(outcome.pk, _way(outcome, arrays, path, place)) for place, outcome in enumerate(group)]


def _way(outcome: Outcome, arrays: Arrays, path: evidence.Path, place: int) -> Way:
    kind, grain, _ = shape_of(outcome)
    present = np.flatnonzero((arrays.n[place] + arrays.cn[place] > 0) | (arrays.y[place] != 0))
    if not present.size:
        return Way([], 1)
    step = -(-present.size // MOMENTS)
    shown = present[::-1][::step][::-1]
    exposures = np.cumsum(arrays.n[place] + arrays.cn[place])
    estimate = arrays.y[place] if kind == "level" else path.estimate[place]
    last = EPOCH + timedelta(days=int(arrays.last[place]))
    columns = _number(last, grain) - _number(outcome.starts_on, grain)
    return Way(
        [
            Moment(
                _earlier(last, columns - int(column), grain),
                _finite(estimate[column]),
                _finite(path.lower[place, column]),
                _finite(path.upper[place, column]),
                float(exposures[column]),
            )
            for column in shown
        ],
        step,
    )


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
