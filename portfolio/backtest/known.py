"""What was known of signals on an earlier day: late values were missing, corrected ones were what they had been.

What came with the first pull of a series is history loaded at once: it counts from the day on which its period had
ended and settled, because the night would have read it then. Any other value counts from the day it was recorded.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from lib.periods import end_of
from metrics.models import Series, Source


class Former(NamedTuple):
    """One arm and period of a series that read otherwise from `since` on until, without, `until`; n, total and squares
    are None while nothing had arrived."""

    control: bool
    period: date
    since: date
    until: date
    n: float | None
    total: float | None
    squares: float | None


@dataclass(frozen=True)
class _Version:
    series: int
    arm: str
    period: date
    n: float
    total: float
    squares: float | None
    day: date
    is_history: bool


# Only what was late or has been corrected, in order of recording; the window finds what came with a first pull.
VERSIONS = """
WITH version AS (
  SELECT series_id, arm, period, n, total, squares, recorded_at FROM metrics_signal WHERE series_id = ANY(%(series)s)
  UNION ALL
  SELECT series_id, arm, period, n, total, squares, recorded_at FROM metrics_signalrevision
  WHERE series_id = ANY(%(series)s)
), told AS (
  SELECT *, (recorded_at AT TIME ZONE %(zone)s)::date AS day,
    recorded_at = min(recorded_at) OVER (PARTITION BY series_id) AND series_id = ANY(%(pulled)s) AS is_history,
    count(*) OVER (PARTITION BY series_id, arm, period) AS versions
  FROM version
)
SELECT series_id, arm, period, n, total, coalesce(squares, 0), day, is_history FROM told
WHERE versions > 1 OR (NOT is_history AND day > period + 1)
ORDER BY series_id, arm, period, recorded_at
"""


def formers_of(series: Iterable[int]) -> dict[int, list[Former]]:
    """By series: every value that once read otherwise, or had not arrived yet. Two queries."""
    known = Series.objects.select_related("metric", "source").in_bulk(set(series))
    found: dict[int, list[Former]] = {pk: [] for pk in known}
    for (pk, _, period), versions in groupby(_versions(known), key=_place):
        found[pk] += _formers(list(versions), _settled_on(period, known[pk]))
    return found


def _place(version: _Version) -> tuple[int, str, date]:
    return version.series, version.arm, version.period


def _settled_on(period: date, series: Series) -> date:
    """The first day as of which a period is read."""
    return end_of(period, series.grain) + timedelta(days=series.metric.settle_days)


def _formers(versions: Sequence[_Version], settled: date) -> Iterator[Former]:
    """What a period read before its last version counted; `versions` are in order of recording."""
    first = versions[0]
    days = [settled if one.is_history else max(one.day, settled) for one in versions]
    if days[0] > settled:
        yield Former(first.arm == "control", first.period, settled, days[0], None, None, None)
    for one, since, until in zip(versions, days, days[1:], strict=False):
        if since < until:
            yield Former(one.arm == "control", one.period, since, until, one.n, one.total, one.squares)


def _versions(known: dict[int, Series]) -> Iterator[_Version]:
    pulled = [pk for pk, one in known.items() if one.source.kind != Source.Kind.TYPED]
    asked: dict[str, Any] = {"series": list(known), "pulled": pulled, "zone": settings.TIME_ZONE}
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, asked)
        yield from (_Version(*row) for row in cursor.fetchall())
