"""Signals for outcomes, many at once."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np

from bets.models import Outcome, Reading
from bets.reading import read_outcomes
from metrics.models import Series, Signal
from org.models import Run
from tests.factories import AT, OutcomeFactory, RunFactory, SegmentFactory, SeriesFactory

START = dt.date(2026, 1, 1)
STEPS = {"day": 1, "week": 7}


def on(day: int) -> dt.date:
    return START + dt.timedelta(days=day)


def feed(
    series: Series,
    values: Iterable[float],
    *,
    n: float | Iterable[float] = 1000,
    first: int = 0,
    arm: str = "treatment",
) -> None:
    """A signal for each value, from the `first` day after START on; `n` exposures each, or one number for each. Sums of
    squares are those of values that lie 1 around their mean."""
    totals = np.asarray(list(values), dtype=float)
    counts = np.broadcast_to(np.asarray(n, dtype=float), totals.shape)
    squares = totals**2 / np.maximum(counts, 1) + counts
    step = STEPS[series.grain]
    Signal.objects.bulk_create(
        Signal(
            series=series, arm=arm, period=on(first + step * place), n=int(count), total=total, squares=square,
            recorded_at=AT,
        )
        for place, (count, total, square) in enumerate(zip(counts, totals, squares, strict=True))
    )  # fmt: skip


def shares(days: int, rate: float = 0.425, *, n: int = 1000, seed: int = 1) -> Any:
    """Successes of n trials a day."""
    return np.random.default_rng(seed).binomial(n, rate, days)


def stated(days: int = 0, rate: float = 0.425, *, seed: int = 1, **fields: Any) -> Outcome:
    """An outcome from START on (kill line 40 %, target 45 %) with so many days of signals, 1,000 exposures each."""
    given = {"number": 1, "starts_on": START, "decide_by": on(300), "planned_exposures": 300_000.0} | fields
    outcome: Outcome = OutcomeFactory(**given)
    feed(outcome.series, shares(days, rate, seed=seed))
    return outcome


def divided(parts: dict[str, float], **fields: Any) -> tuple[Outcome, list[Series]]:
    """An outcome with a segment for each name and weight, all without signals."""
    outcome = stated(**fields)
    series = [SeriesFactory(metric=outcome.series.metric, source=outcome.series.source) for _ in parts]
    for (name, weight), part in zip(parts.items(), series, strict=True):
        SegmentFactory(outcome=outcome, name=name, series=part, weight=weight)
    return outcome, series


def night_on(day: int) -> Run:
    run: Run = RunFactory(as_of=on(day))
    return run


def reading_on(day: int, outcome: Outcome) -> Reading:
    (reading,) = read_outcomes([Outcome.objects.get(pk=outcome.pk)], night_on(day))
    return reading
