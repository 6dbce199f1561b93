"""Signals out of PostgreSQL as arrays for the evidence engine: one binary COPY a chunk, aligned by period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arrays:
    """Signals of S series over T periods, aligned by age: column t of row s is the t-th period since starts[s].

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
    last: NDArray[np.int64]


@dataclass(frozen=True)
class Wanted:
    """One outcome's data: a series from its first period (a date) up to, but without, the cutoff date."""

    series_id: int
    start: date
    cutoff: date


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


def load(wanted: Sequence[Wanted], grain: str) -> Arrays:
    """Reads the signals of all `wanted` (one grain) in one query, aligned by age. Memory: 6 arrays of S x T floats."""
    packed = [(place, control, np.frombuffer(raw, RECORD)) for place, control, raw in _fetch(wanted)]
    starts = np.array([_index(np.array([_days(item.start)]), grain)[0] for item in wanted], dtype=np.int64)
    aligned = [
        (place, control, records, _index(records["period"], grain) - starts[place])
        for place, control, records in packed
    ]
    width = max((int(columns[-1]) + 1 for *_, columns in aligned), default=0)
    grids = np.zeros((2, 3, len(wanted), width))
    last = np.full(len(wanted), -1, dtype=np.int64)
    present = np.zeros((len(wanted), width), dtype=np.bool_)
    for place, control, records, columns in aligned:
        for row, name in enumerate(("n", "y", "q")):
            grids[int(control), row, place, columns] = records[name]
        present[place, columns] = True
        last[place] = max(last[place], int(records["period"][-1]))
    n, y, q = grids[0]
    cn, cy, cq = grids[1]
    return Arrays(n, y, q, cn, cy, cq, present, last)


def _fetch(wanted: Sequence[Wanted]) -> list[tuple[int, bool, bytes]]:
    columns: list[Any] = [list(range(len(wanted))), [item.series_id for item in wanted]]
    columns += [[item.start for item in wanted], [item.cutoff for item in wanted]]
    with connection.cursor() as cursor:
        cursor.execute(PACKED, columns)
        return [(place, control, bytes(raw)) for place, control, raw in cursor.fetchall()]


def _days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _index(days: NDArray[Any], grain: str) -> NDArray[np.int64]:
    """Number of the period in which a day lies, counted from 1970; only differences matter."""
    if grain == "month":
        return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return days.astype(np.int64) // (7 if grain == "week" else 1)
