"""Signals as sources bring them: a history at once with the first pull, what follows day by day, and corrections."""

import datetime as dt
from typing import Any

import numpy as np

from bets.models import Outcome
from lib.periods import end_of
from metrics.actions import write_signals
from metrics.models import Signal, Source
from tests.factories import TODAY, BetFactory, MetricFactory, OutcomeFactory, SeriesFactory, SourceFactory

DAY = dt.timedelta(days=1)
PULLED = dt.datetime(2026, 3, 2, 2, tzinfo=dt.UTC)  # the first pull; TODAY is the same day
LENGTH = {"day": 1, "week": 7}


def stated(
    key: str, *, days: int = 120, kind: str = "proportion", grain: str = "day", settle_days: int = 0,
    typed: bool = False, has_control: bool = False, cap: float | None = None, bet: Any = None, **fields: Any,
) -> Outcome:  # fmt: skip
    """An outcome that started so many days before TODAY, without signals; kill line 40 %, target 45 %."""
    start = TODAY - days * DAY
    bet = bet or BetFactory(key=key, starts_on=start)
    metric = MetricFactory(kind=kind, settle_days=settle_days, cap=cap)
    source = SourceFactory(kind=Source.Kind.TYPED if typed else Source.Kind.CSV, domain=bet.domain)
    series = SeriesFactory(source=source, metric=metric, grain=grain, has_control=has_control)
    given = {"number": 1, "planned_exposures": 180_000.0, "starts_on": start} | fields
    made: Outcome = OutcomeFactory(bet=bet, series=series, **given)
    return made


def pull(outcome: Outcome, rates: list[float], *, at: dt.datetime = PULLED, n: int = 1000, first: int = 0) -> None:
    """Writes one period for each rate, from the `first` one on; successes scatter, the same each time."""
    write_signals(rows_of(outcome, rates, n=n, first=first), at=at)


def arrive(outcome: Outcome, rates: list[float], *, n: int = 1000) -> None:
    """The same, but each period is pulled in the night after it ended."""
    Signal.objects.bulk_create(
        Signal(
            series_id=series, arm=arm, period=period, n=count, total=total, squares=squares,
            recorded_at=night(end_of(period, outcome.series.grain)),
        )
        for series, arm, period, count, total, squares in rows_of(outcome, rates, n=n)
    )  # fmt: skip


def night(day: dt.date) -> dt.datetime:
    """When the night of that day pulls."""
    return dt.datetime.combine(day, dt.time(2), tzinfo=dt.UTC)


def rows_of(outcome: Outcome, rates: list[float], *, n: int = 1000, first: int = 0, arm: str = "treatment") -> Any:
    draw = np.random.default_rng([outcome.series_id % 7, first])
    step = LENGTH[outcome.series.grain] * DAY
    totals = [float(draw.binomial(n, rate)) for rate in rates]
    squares = [total if outcome.series.metric.kind == "mean" else None for total in totals]  # values of 0 and 1
    return [
        (outcome.series_id, arm, outcome.starts_on + (first + place) * step, n, total, square)
        for place, (total, square) in enumerate(zip(totals, squares, strict=True))
    ]
