"""The baseline of an outcome, read from its series: the level of the last weeks, how its weeks differ, and how many are
exposed a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from bets.rules import read_before
from lib.periods import end_of
from metrics.models import Metric, Series, Signal

DAYS = {"day": 28, "week": 84, "month": 92}  # of signals that make a baseline


@dataclass(frozen=True)
class Baseline:
    """What a series was in the days from `first` to `last`."""

    first: date
    last: date
    level: float
    low: float  # of its weeks, or months
    high: float
    parts: int  # weeks or months
    exposures: float  # of all arms
    per_day: float

    @property
    def is_constant(self) -> bool:
        return self.parts > 1 and self.low == self.high

    def planned(self, start: date, decide_by: date) -> float:
        """Exposures to expect between these days at the rate of the window, to two digits; at least one."""
        return max(1.0, float(f"{self.per_day * max(1, (decide_by - start).days):.2g}"))


@dataclass(frozen=True)
class _Part:
    place: int  # weeks or months before the end of the window
    n: float
    total: float
    periods: int


def baseline_of(series: Series, today: date) -> Baseline | None:
    """The last four weeks of settled signals, twelve of a weekly series, three months of a monthly one; None without
    any. One query; `series` comes with its metric."""
    cutoff = read_before(today, series.metric.settle_days, series.grain)
    since = cutoff - timedelta(days=3 * DAYS[series.grain])
    known = Signal.objects.filter(series=series, period__gte=since, period__lt=cutoff).order_by("period")
    signals = list(known.values_list("period", "arm", "n", "total"))
    if not signals:
        return None
    end = end_of(signals[-1][0], series.grain)
    window = [one for one in signals if end_of(one[0], series.grain) > end - timedelta(days=DAYS[series.grain])]
    treated = [(_place(series.grain, period, end), n, total) for period, arm, n, total in window if arm == "treatment"]
    parts = [part for part in _parts(treated) if _level(series, [part]) is not None]
    levels = [_level(series, [part]) or 0.0 for part in parts]
    level = _level(series, parts)
    if level is None:
        return None
    exposures = float(sum(n for _, _, n, _ in window))
    first = window[0][0]
    return Baseline(
        first, end - timedelta(days=1), level, min(levels), max(levels), len(parts), exposures,
        exposures / max(1, (end - first).days),
    )  # fmt: skip


def _place(grain: str, period: date, end: date) -> int:
    """By how many weeks, or months, a period lies before the end."""
    if grain == "month":
        return 12 * (end.year - period.year) + end.month - period.month
    return (end - period - timedelta(days=1)).days // 7


def _parts(treated: Sequence[tuple[int, float, float]]) -> Iterator[_Part]:
    for place, rows in groupby(treated, key=lambda row: row[0]):
        known = list(rows)
        yield _Part(place, sum(n for _, n, _ in known), sum(total for _, _, total in known), len(known))


def _level(series: Series, parts: Sequence[_Part]) -> float | None:
    """What these parts come to; None where nobody was exposed."""
    total = sum(part.total for part in parts)
    below = sum(part.periods if series.metric.kind == Metric.Kind.LEVEL else part.n for part in parts)
    return float(total) / float(below) if below else None
