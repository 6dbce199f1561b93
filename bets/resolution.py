"""Whether outcomes met their targets: measured over the last four whole weeks before the decide-by date (of monthly
signals: the last whole month). What was foretold is scored against it."""

from collections.abc import Iterator
from datetime import date, timedelta

from bets.forecasts import decisions_of
from bets.models import Bet, Outcome, Resolution
from bets.signals import Read, reads_of
from lib.periods import days_in
from metrics.evidence import forecast
from org.models import Run

CHUNK = 500  # outcomes in memory at once


def due_resolutions(run: Run) -> list[Resolution]:
    """Resolutions (not yet written) of outcomes whose window has been measured by the run's day, also of versions that
    were replaced and of bets that have ended; nothing for a window without signals.

    A handful of queries for each 500 outcomes that are due.
    """
    listed = [outcome for outcome in _unresolved(run.as_of) if _settled_on(outcome) <= run.as_of]
    chunks = [listed[start : start + CHUNK] for start in range(0, len(listed), CHUNK)]
    return [found for chunk in chunks for read in reads_of(chunk, run.as_of) for found in _measured(read, run)]


def _unresolved(as_of: date) -> Iterator[Outcome]:
    outcomes = Outcome.objects.filter(decide_by__lte=as_of, resolution=None).exclude(bet__state=Bet.State.DRAFT)
    yield from outcomes.select_related("bet", "series__metric", "series__source").order_by("pk")


def _settled_on(outcome: Outcome) -> date:
    return outcome.decide_by + timedelta(days=outcome.series.metric.settle_days)


def _measured(read: Read, run: Run) -> Iterator[Resolution]:
    ends = decisions_of(read)
    values, weights = forecast.measured(read.series, read.question, ends)
    firsts, stops = forecast.window(ends, days_in(read.shape.grain))
    for place, outcome in enumerate(read.group):
        if weights[place] > 0:
            value = float(values[place])
            yield Resolution(
                outcome=outcome, run=run, starts_on=read.day(place, int(firsts[place])),
                ends_on=read.day(place, int(stops[place])), value=value, reached=meets(outcome, value),
            )  # fmt: skip


def meets(outcome: Outcome, value: float) -> bool:
    """Is this value at the target, or on its good side?"""
    return value >= outcome.target if outcome.higher_is_better else value <= outcome.target
