"""Signals out of PostgreSQL as arrays for the evidence engine: one query a chunk, aligned by period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

EPOCH = date(1970, 1, 1)
HISTORY_DAYS = 84
HISTORY = {"day": 84, "week": 12, "month": 0}  # periods; a block of noise is a week, and months say nothing of weeks


@dataclass(frozen=True)
class Arrays:
    """Signals of S series over T periods, aligned by age: column t of row s is the t-th period from its start on.

    n, y, q: (S, T) of the treatment (or only) arm; cn, cy, cq: of the control arm. Periods without a signal are zeros.
    present: (S, T) whether a signal of either arm arrived; one that says zero exposures is present too.
    last: (S,) the latest period with a signal as days since 1970-01-01, -1 when there is none.
    """

    n: Floats
    y: Floats
    q: Floats
    cn: Floats
    cy: Floats
    cq: Floats
    present: NDArray[np.bool_]
    last: Ints


@dataclass(frozen=True)
class Wanted:
    """One series: its periods from `start` up to, but without, the cutoff date; and the twelve weeks before the day
    `history`, if there is one, for the noise before a bet."""

    series_id: int
    start: date
    cutoff: date
    history: date | None = None


@dataclass(frozen=True)
class Loaded:
    """What was wanted, row by row. `history` has HISTORY[grain] columns, the last one is the period before the bet."""

    signals: Arrays
    history: Arrays


# One row a series and arm, its periods packed into bytes by the server: the client copies buffers and loops over
# series, never over signals.
PACKED = """
SELECT w.place, s.arm = 'control',
  string_agg(int4send(s.period - date '1970-01-01') || float8send(s.n) || float8send(s.total)
    || float8send(coalesce(s.squares, 0)), ''::bytea ORDER BY s.period)
FROM unnest(%s::int[], %s::bigint[], %s::date[], %s::date[]) AS w(place, series_id, start, cutoff)
JOIN metrics_signal s ON s.series_id = w.series_id AND s.period >= w.start AND s.period < w.cutoff
GROUP BY w.place, s.arm
"""
RECORD = np.dtype([("period", ">i4"), ("n", ">f8"), ("y", ">f8"), ("q", ">f8")])
Piece = tuple[int, bool, Any, Ints]  # place, control, records, columns


def load(wanted: Sequence[Wanted], grain: str) -> Loaded:
    """Reads the signals of all `wanted` (one grain) in one query. Memory: 6 arrays of S x T floats."""
    signals: list[Piece] = []
    history: list[Piece] = []
    for place, control, raw in _fetch(wanted, grain):
        records, item = np.frombuffer(raw, RECORD), wanted[place]
        signals.append(_piece(place, control, records[records["period"] >= _days(item.start)], item.start, grain, 0))
        if item.history and HISTORY[grain]:
            before = records[records["period"] < _days(item.history)]
            history.append(_piece(place, control, before, item.history, grain, HISTORY[grain]))
    width = max((int(columns[-1]) + 1 for *_, columns in signals if columns.size), default=0)
    return Loaded(_arrays(signals, len(wanted), width), _arrays(history, len(wanted), HISTORY[grain]))


def _fetch(wanted: Sequence[Wanted], grain: str) -> list[tuple[int, bool, bytes]]:
    since = [_since(item, grain) for item in wanted]
    columns: list[Any] = [list(range(len(wanted))), [item.series_id for item in wanted]]
    with connection.cursor() as cursor:
        cursor.execute(PACKED, [*columns, since, [item.cutoff for item in wanted]])
        return [(place, control, bytes(raw)) for place, control, raw in cursor.fetchall()]


def _since(item: Wanted, grain: str) -> date:
    if item.history is None or not HISTORY[grain]:
        return item.start
    return min(item.start, date.fromordinal(max(1, item.history.toordinal() - HISTORY_DAYS)))


def _piece(place: int, control: bool, records: Any, start: date, grain: str, shift: int) -> Piece:
    return place, control, records, _age(records["period"], start, grain) + shift


def _arrays(pieces: Sequence[Piece], count: int, width: int) -> Arrays:
    grids = np.zeros((2, 3, count, width))
    last = np.full(count, -1, dtype=np.int64)
    present = np.zeros((count, width), dtype=np.bool_)
    for place, control, records, columns in pieces:
        for row, name in enumerate(("n", "y", "q")):
            grids[int(control), row, place, columns] = records[name]
        present[place, columns] = True
        last[place] = max(last[place], int(records["period"][-1]) if records.size else -1)
    n, y, q = grids[0]
    cn, cy, cq = grids[1]
    return Arrays(n, y, q, cn, cy, cq, present, last)


def _days(day: date) -> int:
    return (day - EPOCH).days


def _age(days: NDArray[Any], start: date, grain: str) -> Ints:
    """Which period after `start` begins on each of the days: 0 is the first that begins on it or later."""
    if grain == "month":
        months: Ints = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return months - _first_month(start)
    return (days.astype(np.int64) - _days(start)) // (7 if grain == "week" else 1)


def _first_month(start: date) -> int:
    """Number, from 1970-01 on, of the first month that begins on `start` or later."""
    return 12 * (start.year - EPOCH.year) + start.month - 1 + (start.day > 1)


def day_of(column: int, start: date, last: int, grain: str) -> date:
    """First day of the period in a column of Arrays of this start; `last` is that of its row and says on which day its
    weeks begin."""
    if grain == "month":
        months = _first_month(start) + column
        return date(EPOCH.year + months // 12, months % 12 + 1, 1)
    if grain == "day" or last < 0:
        return start + timedelta(days=column * (7 if grain == "week" else 1))
    return start + timedelta(days=7 * column + (last - _days(start)) % 7)


def periods_until(day: date, start: date, last: int, grain: str) -> int:
    """Whole periods between `start` (as in day_of) and a day, at least none."""
    if grain == "month":
        return max(0, 12 * (day.year - EPOCH.year) + day.month - 1 - _first_month(start))
    size = 7 if grain == "week" else 1
    return max(0, (day - day_of(0, start, last, grain)).days // size)
