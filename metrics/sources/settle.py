"""From the observations of one series to points: one per arm and period, or a reason for setting the row aside.

Cumulative data ("so far") become increments. Checkpoints are taken in the order of time. A checkpoint is sound if its
counts have not gone down since the last sound one and if what it adds to the last closed period is possible. The last
sound checkpoint of a period closes it; earlier ones of that period are folded. The first period is counted from zero.
After an unsound checkpoint the next increment starts from the last sound one, and an increment over missing periods is
booked on the period that closes it: totals stay right, only the noise between periods sees the gap. A checkpoint at
which nobody has been counted yet is kept as a point of n = 0: it says that the source reported, and weighs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from math import isfinite
from typing import NamedTuple

from metrics.sources.base import Kind, Stat
from metrics.sources.statistics import ROUNDING, Unsound, figure, possible_squares

ARMS = ("treatment", "control")


class Observation(NamedTuple):
    """What one row says of one series. `moment` orders rows within a period; `row` is the line in the file; `nth`
    counts rows; `arms` is treatment, then control if there is one."""

    moment: float
    nth: int
    row: int
    period: date
    arms: tuple[Stat, ...]


class Kept(NamedTuple):
    """The observation that closes a period, with what it says of that period alone."""

    observation: Observation
    arms: tuple[Stat, ...]


class Folded(NamedTuple):
    observation: Observation


class Aside(NamedTuple):
    observation: Observation
    reason: str


Outcome = Kept | Folded | Aside


def settle_plain(observations: Sequence[Observation]) -> Iterator[Outcome]:
    """One row per period, in the order of the file; the first row of a period stands."""
    first: dict[date, Observation] = {}
    for seen in observations:
        standing = first.setdefault(seen.period, seen)
        if standing is seen:
            yield Kept(seen, seen.arms)
        elif standing.arms == seen.arms and standing.moment == seen.moment:
            yield Folded(seen)
        else:
            yield Aside(seen, f"row {standing.row} already gives another value for {seen.period}")


def settle_cumulative(observations: Sequence[Observation], kind: Kind) -> Iterator[Outcome]:
    """Increments per period, in the order of time."""
    closed: Observation | None = None  # the last sound checkpoint of the periods before that of `pending`
    pending: Kept | None = None  # the last sound checkpoint, which closes its period unless a later one does
    for seen in sorted(observations):
        last = pending.observation if pending else None
        if last is not None and seen.moment == last.moment:
            yield _again(seen, last)
            continue
        same_period = last is not None and seen.period == last.period
        base = closed if same_period else last
        try:
            kept = Kept(seen, _increments(seen, last, base, kind))
        except Unsound as reason:
            yield Aside(seen, str(reason))
            continue
        if pending is not None:
            yield Folded(pending.observation) if same_period else pending
        closed, pending = base, kept
    if pending is not None:
        yield pending


def _again(seen: Observation, last: Observation) -> Outcome:
    if seen.arms == last.arms:
        return Folded(seen)
    return Aside(seen, f"row {last.row} already gives another value for the same moment")


def _increments(seen: Observation, last: Observation | None, base: Observation | None, kind: Kind) -> tuple[Stat, ...]:
    if last is not None:
        for arm, now, before in _arms(seen, last):
            _refuse_decline(arm, now, before, last.row, kind)
    if base is None:
        return seen.arms
    return tuple(_increment_of(arm, now, before, base.row, kind) for arm, now, before in _arms(seen, base))


def _arms(seen: Observation, before: Observation) -> Iterator[tuple[str, Stat, Stat]]:
    return zip(ARMS, seen.arms, before.arms, strict=False)


def _refuse_decline(arm: str, now: Stat, before: Stat, row: int, kind: Kind) -> None:
    if now.n < before.n:
        raise Unsound(f"the count of {arm} so far went down from {figure(before.n)} (row {row}) to {figure(now.n)}")
    slack = ROUNDING * before.total if kind == "rate" else 0.0
    if kind in ("proportion", "rate") and now.total < before.total - slack:
        what = "successes" if kind == "proportion" else "events"
        numbers = f"from {figure(before.total)} (row {row}) to {figure(now.total)}"
        raise Unsound(f"the {what} of {arm} so far went down {numbers}")


def _increment_of(arm: str, now: Stat, before: Stat, row: int, kind: Kind) -> Stat:
    try:
        return _increment(now, before, kind)
    except Unsound as reason:
        raise Unsound(f"from row {row} to here, in {arm}, {reason}") from None


def _increment(now: Stat, before: Stat, kind: Kind) -> Stat:
    n, total = now.n - before.n, now.total - before.total
    if not isfinite(total):
        raise Unsound("the numbers are too large")
    if kind == "level":
        return Stat(0, total, None)
    if kind == "mean":
        return _mean_increment(n, total, now, before)
    total = max(total, 0.0)
    if kind == "proportion" and total > n:
        raise Unsound(f"there are more new successes ({figure(total)}) than new trials ({figure(n)})")
    if n == 0 and total > ROUNDING * now.total:
        raise Unsound(f"{figure(total)} new events came without new exposure")
    return Stat(n, total if n else 0.0, None)


def _mean_increment(n: int, total: float, now: Stat, before: Stat) -> Stat:
    q_now, q_before = now.squares or 0.0, before.squares or 0.0
    squares, scale = q_now - q_before, q_now + q_before
    if n:
        return Stat(n, total, possible_squares(n, total, squares, scale))
    if abs(total) > ROUNDING * max(abs(now.total), abs(before.total)) or abs(squares) > ROUNDING * scale:
        raise Unsound(f"the sum changed by {figure(total)} though nobody was added")
    return Stat(0, 0.0, 0.0)
