"""Why a signal, a metric or a source is refused, as sentences."""

import math
from collections.abc import Iterator
from datetime import date, timedelta

from lib.periods import end_of
from org.rules import Powers, refusals


def signal_refusals(
    kind: str, *, n: int, total: float, squares: float | None, period: date, grain: str, today: date
) -> Iterator[str]:
    """Why one observation is not sound: the same checks for files, for people and for programs."""
    if not math.isfinite(total) or (squares is not None and not math.isfinite(squares)):
        yield "A value must be a number, not infinity or “not a number”."
        return
    if n < 0 or (kind != "level" and total < 0 and kind != "mean"):
        yield "Counts cannot be negative."
    if kind != "level" and n == 0 and total != 0:
        yield "There is a sum, but nobody was exposed: the number of exposures is 0."
    if kind == "proportion" and total > n:
        yield f"There are more successes ({total:g}) than trials ({n})."
    if kind == "mean":
        yield from _squares_refusals(n, total, squares)
    if end_of(period, grain) > today:
        yield f"The {grain} that starts on {period:%d %B %Y} has not ended yet: only closed periods count."


def _squares_refusals(n: int, total: float, squares: float | None) -> Iterator[str]:
    if squares is None:
        yield "A mean needs the sum of squares too, or nothing can be said of its noise."
    elif n > 0 and squares < total * total / n * (1 - 1e-9):
        yield f"The sum of squares ({squares:g}) is too small for {n} values that add up to {total:g}."


def is_late(last_period: date | None, grain: str, settle_days: int, as_of: date) -> bool:
    """Have two expected arrivals been missed? True also when nothing has ever arrived."""
    if last_period is None:
        return True
    expected = last_period
    for _ in range(2):
        expected = end_of(expected, grain)
    return end_of(expected, grain) + timedelta(days=settle_days) <= as_of


FRESH, LATE, WAITING = "fresh", "late", "waiting"


def freshness(last_period: date | None, grain: str, settle_days: int, as_of: date) -> str:
    """FRESH, LATE when two expected arrivals were missed, WAITING when nothing has ever arrived."""
    if last_period is None:
        return WAITING
    return LATE if is_late(last_period, grain, settle_days, as_of) else FRESH


def expected_period(grain: str, settle_days: int, as_of: date) -> date:
    """First day of the latest period that is over and settled: a signal of it should be there."""
    final = as_of - timedelta(days=settle_days)
    if grain == "week":
        return final - timedelta(days=final.weekday() + 7)
    return (final.replace(day=1) - timedelta(days=1)).replace(day=1) if grain == "month" else final - timedelta(days=1)


def pull_refusals(powers: Powers, kind: str, domain: int) -> Iterator[str]:
    """Why this person cannot pull a source of that kind and domain, or test its connection."""
    yield from refusals(powers, "pull_source", domain)
    if kind == "typed":
        yield "People type the signals of this source in: there is nothing to pull."
