"""What the health of outcomes is judged by, apart from what their signals say."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from bets.models import Outcome
from bets.rules import Feed
from bets.signals import Read, series_of
from lib.periods import days_in
from metrics import evidence
from metrics.definition import definition_of
from metrics.models import QuarantinedRow, Series
from metrics.reading import EPOCH, Arrays
from metrics.rules import is_late

Floats = NDArray[np.float64]
WINDOW = 28  # days, up to the last signal, in which missing periods are counted
Aside = dict[tuple[int, str], int]  # rows set aside by source and key of the series


def feeds_of(read: Read, result: evidence.Result, mixed: NDArray[np.bool_], aside: Aside, as_of: date) -> list[Feed]:
    """The feed of each outcome of one shape; `mixed` says where crude and standardised numbers differ. No query."""
    missing = missing_in(read)
    return [
        _feed(read, place, result, aside, as_of, missing=float(missing[place]), mixed=bool(mixed[place]))
        for place in range(len(read.group))
    ]


def _feed(
    read: Read, place: int, result: evidence.Result, aside: Aside, as_of: date, *, missing: float, mixed: bool
) -> Feed:
    outcome, last = read.group[place], last_period(read, place)
    return Feed(
        arrived=last is not None,
        late=is_late(last, outcome.series.grain, outcome.series.metric.settle_days, as_of),
        ready=bool(result.ready[place]),
        constant=bool(result.no_variance[place]),
        abstains=bool(result.no_verdict[place]),
        srm_log_e=float(result.srm_log_e[place]),
        missing=missing,
        quarantined=_quarantined(read, place, aside),
        changed=str(outcome.series.metric) if is_redefined(outcome) else "",
        mixed=mixed,
    )


def last_period(read: Read, place: int) -> date | None:
    """First day of the latest period with a signal, if any has arrived."""
    days = int(read.arrays.last[place])
    return EPOCH + timedelta(days=days) if days >= 0 else None


def missing_in(read: Read) -> Floats:
    """Share of periods without a signal among those of the 28 days up to each row's last one; (S,)."""
    present = read.arrays.present
    if not present.shape[1]:
        return np.zeros(present.shape[0])
    age = np.arange(present.shape[1])[None, :]
    last = np.where(present, age, -1).max(axis=1)[:, None]
    window = (age <= last) & (age > last - max(1, WINDOW // days_in(read.shape.grain)))
    shares: Floats = 1.0 - (present & window).sum(axis=1) / np.maximum(window.sum(axis=1), 1)
    return shares


def is_redefined(outcome: Outcome) -> bool:
    """Has the definition changed since the outcome was stated? Not if none was recorded then."""
    return bool(outcome.definition) and outcome.definition != definition_of(outcome.series)


def rows_aside(reads: Sequence[Read]) -> Aside:
    """Rows that the sources of these outcomes still send and that were set aside, by source and key. One query."""
    series = [one for read in reads for outcome in read.group for one in series_of(outcome)]
    rows: Any = QuarantinedRow.objects.open().order_by()
    rows = rows.filter(source__in={one.source_id for one in series}, key__in={one.key for one in series})
    counted = rows.values_list("source", "key").annotate(Count("pk"))
    return {(source, key): count for source, key, count in counted}


def _quarantined(read: Read, place: int, aside: Aside) -> float:
    """Share of periods that are missing because their rows were set aside; of an outcome's series the worst."""
    every = zip(
        series_of(read.group[place]), (read.arrays, *read.parts), (read.history, *read.history_parts), strict=True
    )
    return max(_lost(_rows(series, aside), (arrays, history), place) for series, arrays, history in every)


def _rows(series: Series, aside: Aside) -> int:
    """None where rows are totals so far: the next one makes up for one that was set aside."""
    return 0 if series.source.config.get("cumulative") else aside.get((series.source_id, series.key), 0)


def _lost(rows: int, stretches: Iterable[Arrays | None], place: int) -> float:
    """A row set aside costs nothing where another gave its period."""
    if not rows:
        return 0.0
    counted = [_counted(arrays, place) for arrays in stretches if arrays is not None]
    gaps = sum(gap for _, gap in counted)
    return min(rows, gaps) / max(1, gaps + sum(there for there, _ in counted))


def _counted(arrays: Arrays, place: int) -> tuple[int, int]:
    """Periods with a signal, and those without one between the first and the last."""
    present = np.flatnonzero(arrays.present[place])
    return present.size, int(present[-1] - present[0]) + 1 - present.size if present.size else 0
