"""The signals of outcomes, and what is asked of them, as the evidence engine takes them: one query and one set of
arrays for all outcomes of one shape."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
from django.db.models import Prefetch, prefetch_related_objects
from numpy.typing import NDArray

from bets.models import Outcome, Segment
from bets.rules import read_before
from lib.periods import days_in
from metrics import evidence
from metrics.evidence import history, restarts
from metrics.models import Series
from metrics.reading import HISTORY, HISTORY_DAYS, Arrays, Wanted, day_of, load

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
RESTART_DAYS = 28
HISTORY_WEEKS = HISTORY_DAYS // 7
LEAST_WEEKS = restarts.HISTORY_WEEKS


class Shape(NamedTuple):
    """What can be computed in one pass: `parts` is the number of segments."""

    kind: str
    grain: str
    contrast: str
    parts: int = 0


@dataclass(frozen=True)
class Read:
    """The signals of outcomes of one shape; row i of all arrays is outcome i of the group.

    arrays: from the first period that is read on; history: the twelve weeks before the outcome starts; parts,
    history_parts: the same of each segment, in order of their names.
    """

    shape: Shape
    group: list[Outcome]
    arrays: Arrays
    history: Arrays | None = None
    parts: tuple[Arrays, ...] = ()
    history_parts: tuple[Arrays, ...] = ()

    @cached_property
    def series(self) -> evidence.Series:
        return self._series(self.arrays, self.parts)

    @cached_property
    def noise(self) -> tuple[Floats, Ints]:
        """Noise between the weeks before the start (nan where it is not known), and how many weeks; both (S,)."""
        if self.history is None:
            return np.full(len(self.group), np.nan), np.zeros(len(self.group), dtype=np.int64)
        return history.noise_of(self._series(self.history, self.history_parts), question_of(self.shape, self.group))

    @cached_property
    def question(self) -> evidence.Question:
        """What is asked, with the noise before the start as the least that is taken for granted."""
        phi, weeks = self.noise
        return replace(question_of(self.shape, self.group), phi_floor=phi, history_weeks=weeks)

    def day(self, place: int, column: int) -> date:
        """First day of the period in that column of a row."""
        return day_of(column, first_day(self.group[place]), int(self.arrays.last[place]), self.shape.grain)

    def _series(self, arrays: Arrays, parts: tuple[Arrays, ...]) -> evidence.Series:
        whole = engine_input(self.shape, arrays)
        if not parts:
            return whole
        weights = np.array([[segment.weight for segment in parts_of(outcome)] for outcome in self.group])
        return replace(whole, segments=tuple(engine_input(self.shape, part) for part in parts), weights=weights)


def shape_of(outcome: Outcome) -> Shape:
    """The shape of the whole, without segments."""
    return Shape(outcome.series.metric.kind, outcome.series.grain, outcome.contrast)


def reads_of(outcomes: Iterable[Outcome], as_of: date) -> list[Read]:
    """Signals of outcomes that had ended and settled by `as_of`.

    One query for the segments of all and one for each shape; one more for each of bets, series, metrics and sources
    that did not come with them.
    """
    listed, groups = list(outcomes), defaultdict(list)
    segments = Segment.objects.select_related("series__source").order_by("name")
    parts = Prefetch("segments", segments, to_attr="parts")
    prefetch_related_objects(listed, "bet", "series__metric", "series__source", parts)
    for outcome in listed:
        groups[shape_of(outcome)._replace(parts=len(parts_of(outcome)))].append(outcome)
    return [read_of(shape, group, as_of) for shape, group in groups.items()]


def parts_of(outcome: Outcome) -> list[Segment]:
    """The segments of an outcome that comes from reads_of, with their series, in order of their names. No query."""
    return outcome.parts  # type: ignore[attr-defined,no-any-return]


def series_of(outcome: Outcome) -> list[Series]:
    """What an outcome that comes from reads_of is read from: its series, then those of its segments. No query."""
    return [outcome.series, *(segment.series for segment in parts_of(outcome))]


def read_of(shape: Shape, group: list[Outcome], as_of: date) -> Read:
    """Signals of outcomes of one shape, up to what had ended and settled by `as_of`. One query."""
    wanted = [_wanted(outcome, outcome.series_id, as_of) for outcome in group]
    for number in range(shape.parts):
        wanted += [_wanted(outcome, parts_of(outcome)[number].series_id, as_of) for outcome in group]
    loaded = load(wanted, shape.grain)
    signals, *parts = _split(loaded.signals, len(group))
    before, *before_parts = _split(loaded.history, len(group))
    return Read(shape, group, signals, before, tuple(parts), tuple(before_parts))


def _wanted(outcome: Outcome, series: int, as_of: date) -> Wanted:
    return Wanted(series, first_day(outcome), cutoff_of(outcome, as_of), outcome.starts_on)


def _split(arrays: Arrays, size: int) -> list[Arrays]:
    """Rows in pieces of `size`."""
    names = Arrays.__dataclass_fields__
    starts = range(0, len(arrays.last), size)
    return [Arrays(*(getattr(arrays, name)[start : start + size] for name in names)) for start in starts]


def first_day(outcome: Outcome) -> date:
    """The first day that is read: the start, after the days of grace."""
    return outcome.starts_on + timedelta(days=outcome.grace_days)


def cutoff_of(outcome: Outcome, as_of: date) -> date:
    """Periods that start on this day or later are not read as of a day."""
    return read_before(as_of, outcome.series.metric.settle_days, outcome.series.grain)


def engine_input(shape: Shape, arrays: Arrays) -> evidence.Series:
    """Signals without their segments. A level has no exposures: each of its values counts as one."""
    days = days_in(shape.grain)
    n = arrays.present.astype(np.float64) if shape.kind == "level" else arrays.n
    if not shape.contrast:
        return evidence.Series(shape.kind, n, arrays.y, arrays.q, days=days)
    return evidence.Series(shape.kind, n, arrays.y, arrays.q, arrays.cn, arrays.cy, arrays.cq, days=days)


def question_of(shape: Shape, group: Sequence[Outcome]) -> evidence.Question:
    """What is asked of outcomes of one shape, as it was fixed when they were stated; without the noise before."""
    share = np.array([outcome.share for outcome in group])
    return evidence.Question(
        kill=np.array([outcome.kill_line for outcome in group]),
        target=np.array([outcome.target for outcome in group]),
        higher_is_better=np.array([outcome.higher_is_better for outcome in group]),
        cap=np.array([_number(outcome.series.metric.cap) for outcome in group]),
        planned=np.array([_planned(outcome, shape) for outcome in group]),
        relative=shape.contrast == "relative",
        share=share if shape.contrast else None,
        restarts=np.array([_restarts(outcome, shape) for outcome in group], dtype=np.int64),
        glide_from=None if shape.contrast else np.array([_glide_from(outcome) for outcome in group]),
        glide_periods=None if shape.contrast else np.array([_periods(outcome, shape.grain) for outcome in group]),
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _planned(outcome: Outcome, shape: Shape) -> float:
    """A third of the plan tunes the mixture: of the exposures; of nT nC / (nT + nC) in a contrast; of the periods of a
    level."""
    if shape.kind == "level":
        return _periods(outcome, shape.grain) / 3
    share = outcome.share * (1 - outcome.share) if shape.contrast else 1.0
    return outcome.planned_exposures * share / 3


def _periods(outcome: Outcome, grain: str) -> float:
    """Periods from the first one that is read until the decide-by date, at least one."""
    return max(1.0, (outcome.decide_by - first_day(outcome)).days / days_in(grain))


def _restarts(outcome: Outcome, shape: Shape) -> int:
    """Starts of the restart mixture, every 28 days until the decide-by date; it must not depend on the data."""
    if shape.kind == "level" or shape.grain == "month":
        return 0
    return max(0, ((outcome.decide_by - first_day(outcome)).days - 1) // RESTART_DAYS)


def _glide_from(outcome: Outcome) -> float:
    return _number(outcome.baseline) if outcome.glide == Outcome.Glide.LINEAR else np.nan


def noise_history(outcome: Outcome, today: date) -> str:
    """How many weeks before its start tell the noise of an outcome, as a record of the day on which it was stated;
    blank where weeks say nothing."""
    (read,) = reads_of([outcome], today)
    if outcome.series.metric.kind == "level" or not HISTORY[outcome.series.grain]:
        return ""
    weeks = int(read.noise[1][0])
    if weeks >= LEAST_WEEKS:
        return f"Noise history: {weeks} weeks."
    known = f"{weeks} {'week' if weeks == 1 else 'weeks'}" if weeks else "none yet"
    return (
        f"Noise history: {known}, so restarts begin after {HISTORY_WEEKS} weeks. Load the {HISTORY_WEEKS} weeks"
        f" of this series before its start: {LEAST_WEEKS} are enough, and nothing protects better against false flags."
    )
