"""What outcomes said on each night, from what was known then and by the code of the night itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bets.feeds import WINDOW
from bets.forecasts import LOG_20
from bets.rules import LOG_1000, MISSING_AT_MOST
from bets.signals import Read, cutoff_of, first_day, series_of
from lib.periods import days_in
from metrics import evidence
from metrics.reading import Arrays
from portfolio.backtest.known import Former

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LOGS = (
    "log_e_cease", "log_e_miss", "log_e_scale", "log_e_alive", "whole_log_e_cease", "whole_log_e_scale",
)  # fmt: skip
ROWS = 200  # series in one pass of the engine: more only cost memory
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Change:
    """A value of one row that read otherwise for a while: in which table (0 the outcome's own, then its segments)."""

    table: int
    column: int
    former: Former


@dataclass(frozen=True)
class Past:
    """Outcomes of one shape through N nights. counts: (S, N) periods that had ended and settled; steady: (S,) the
    first night from which on nothing was rewritten any more; changes: by row."""

    read: Read
    nights: Sequence[date]
    counts: Ints
    steady: Ints
    changes: list[list[Change]]


def past_of(read: Read, nights: Sequence[date], formers: dict[int, list[Former]]) -> Past:
    changes = [_changes(read, place, formers) for place in range(len(read.group))]
    days = np.array([night.toordinal() for night in nights])
    ends = [max((change.former.until.toordinal() for change in row), default=0) for row in changes]
    return Past(read, nights, _counts(read, nights), np.searchsorted(days, np.array(ends, dtype=np.int64)), changes)


def logs_of(past: Past, question: evidence.Question) -> dict[str, Floats]:
    """LOGS by name, each (S, N): what the night would have made of it; 0 where it would not have judged.

    Where nothing was rewritten any more, one pass over all periods gives every night. A night before the last
    rewriting is read by itself, from what was known then.
    """
    logs = {name: np.zeros(past.counts.shape) for name in LOGS}
    for places in _batches(past):
        _read_paths(past, question, places, logs)
    pairs = np.argwhere((np.arange(len(past.nights)) < past.steady[:, None]) & (past.counts > 0))
    for start in range(0, len(pairs), ROWS):
        _read_nights(past, question, pairs[start : start + ROWS], logs)
    return logs


def _batches(past: Past) -> Iterator[Ints]:
    """Rows for one pass each. With nights a week apart, rows that began on the same weekday need the same columns."""
    step = (past.nights[1] - past.nights[0]).days if len(past.nights) > 1 else 1
    begun = np.array([(cutoff_of(one, past.nights[-1]) - first_day(one)).days % step for one in past.read.group])
    for weekday in np.unique(begun):
        places = np.flatnonzero(begun == weekday)
        yield from (places[start : start + ROWS] for start in range(0, len(places), ROWS))


def _read_paths(past: Past, question: evidence.Question, places: Ints, logs: dict[str, Floats]) -> None:
    wanted = (past.counts[places] > 0) & (np.arange(len(past.nights)) >= past.steady[places, None])
    if not wanted.any():
        return
    rows, columns = _taken(past.read, places), np.maximum(past.counts[places] - 1, 0)
    at = np.unique(columns[wanted])
    said = _paths(rows, _asked(question, places), at)
    picked = np.searchsorted(at, columns).clip(0, len(at) - 1)
    for name, values in _judged(said, picked, _missing(rows, columns)).items():
        logs[name][places] = np.where(wanted, values, logs[name][places])


def _read_nights(past: Past, question: evidence.Question, pairs: Ints, logs: dict[str, Floats]) -> None:
    places, nights = pairs[:, 0], pairs[:, 1]
    rows = _taken(past.read, places)
    for row, (place, night) in enumerate(pairs):
        _forget(rows, row, past.counts[place, night], past.changes[place], past.nights[night])
    last = np.array([rows.arrays.n.shape[1] - 1])
    said = _paths(rows, _asked(question, places), last)
    picked = np.zeros((len(pairs), 1), dtype=np.int64)
    for name, values in _judged(said, picked, _missing(rows, picked + last)).items():
        logs[name][places, nights] = values[:, 0]


def _paths(rows: Read, question: evidence.Question, at: Ints) -> list[evidence.Path]:
    """What the engine says after the periods `at`; and the same without standardising, where there are segments."""
    series = [rows.series, *([replace(rows.series, segments=(), weights=None)] if rows.parts else [])]
    return [evidence.path(one, question, at=at) for one in series]


def _judged(said: list[evidence.Path], picked: Ints, missing: Floats) -> dict[str, Floats]:
    """The log e-values at the picked columns; as in the night, a feed that is not sound proves nothing."""
    path = said[0]

    def of(name: str, path: evidence.Path = path) -> NDArray[Any]:
        return np.take_along_axis(getattr(path, name), picked, axis=1)

    unsound = ~of("ready") | of("no_variance") | of("no_verdict") | (of("srm_log_e") >= LOG_1000)
    unsound |= missing > MISSING_AT_MOST
    for crude in said[1:]:
        for name in ("log_e_cease", "log_e_scale"):
            unsound |= (of(name) >= LOG_20) != (of(name, crude) >= LOG_20)
    never = {"log_e_cease": of("uncapped"), "whole_log_e_cease": of("uncapped")}
    return {name: np.where(unsound | never.get(name, False), 0.0, of(name)) for name in LOGS}


def _missing(rows: Read, columns: Ints) -> Floats:
    """Share of periods without a signal in the four weeks up to the last one that arrived by each column, (S, C)."""
    present = rows.arrays.present
    arrived = np.concatenate([np.zeros((len(present), 1), dtype=np.int64), np.cumsum(present, axis=1)], axis=1)
    ends = np.maximum.accumulate(np.where(present, np.arange(present.shape[1]) + 1, 0), axis=1)
    end = np.take_along_axis(ends, columns, axis=1)
    start = np.maximum(end - max(1, WINDOW // days_in(rows.shape.grain)), 0)
    seen = np.take_along_axis(arrived, end, axis=1) - np.take_along_axis(arrived, start, axis=1)
    return np.asarray(1.0 - seen / np.maximum(end - start, 1))


def _forget(rows: Read, row: int, count: int, changes: list[Change], night: date) -> None:
    """Takes a row back to what was known on a night: later periods are gone, changed ones are what they were."""
    tables = (rows.arrays, *rows.parts)
    for table in tables:
        for field in NUMBERS:
            getattr(table, field)[row, count:] = 0
    for change in changes:
        if change.column < count and change.former.since <= night < change.former.until:
            _put(tables[change.table], row, change.column, change.former)


NUMBERS = ("n", "y", "q", "cn", "cy", "cq", "present")


def _put(table: Arrays, row: int, column: int, former: Former) -> None:
    arms = [("n", "y", "q"), ("cn", "cy", "cq")]
    for field, number in zip(arms[former.control], (former.n, former.total, former.squares), strict=True):
        getattr(table, field)[row, column] = number or 0.0
    other = getattr(table, arms[not former.control][0])[row, column]
    table.present[row, column] = former.n is not None or other > 0


def _taken(read: Read, places: Ints) -> Read:
    """The same rows, copied, as many times as they are named; for their series alone."""
    group = [read.group[place] for place in places]
    parts = tuple(_rows(part, places) for part in read.parts)
    return Read(shape=read.shape, group=group, arrays=_rows(read.arrays, places), parts=parts)


def _rows(table: Arrays, places: Ints) -> Arrays:
    return Arrays(*(getattr(table, field.name)[places] for field in fields(Arrays)))


def _asked(question: evidence.Question, places: Ints) -> evidence.Question:
    rows = {field.name: getattr(question, field.name) for field in fields(question)}
    return replace(question, **{name: rows[name][places] for name in rows if isinstance(rows[name], np.ndarray)})


def _counts(read: Read, nights: Sequence[date]) -> Ints:
    """How many periods of each outcome had ended and settled on each night, (S, N)."""
    width = read.arrays.n.shape[1]
    cutoffs = [[cutoff_of(outcome, night) for night in nights] for outcome in read.group]
    starts = [first_day(outcome) for outcome in read.group]
    counts = [
        [_column(cutoff, start, int(last), read.shape.grain) for cutoff in row]
        for row, start, last in zip(cutoffs, starts, read.arrays.last, strict=True)
    ]
    return np.clip(np.array(counts, dtype=np.int64).reshape(len(starts), len(nights)), 0, width)


def _column(day: date, start: date, last: int, grain: str) -> int:
    """The first column of a row that begins on that day or later; weeks begin on the weekday of its `last` one."""
    if grain == "month":
        return 12 * (day.year - start.year) + day.month - start.month + (day.day > 1) - (start.day > 1)
    if grain == "day":
        return (day - start).days
    late = (last - (start - EPOCH).days) % 7
    return -((late - (day - start).days) // 7)


def _changes(read: Read, place: int, formers: dict[int, list[Former]]) -> list[Change]:
    outcome = read.group[place]
    series = [one.pk for one in series_of(outcome)]
    start, last = first_day(outcome), int(read.arrays.last[place])
    return [
        Change(table, _column(former.period, start, last, read.shape.grain), former)
        for table, number in enumerate(series)
        for former in formers.get(number, [])
        if former.period >= start
    ]
