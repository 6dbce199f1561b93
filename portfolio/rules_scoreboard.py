"""How well decisions were made, as numbers: how long each step took, whether money followed the evidence, what it cost
to wait, and how often the rule was right. Plain Python: days and minor units in, numbers out."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median

import numpy as np

from lib.periods import quarter_of
from metrics.evidence.intervals import proportion
from metrics.evidence.scores import FEW
from portfolio.rules_reviews import FOLLOWS, RECOMMENDED

STEPS = ("flag", "decision", "money")  # from what came before: the evidence, the flag, the decision
WHOLE = "whole"  # from the evidence to the money
FOLLOWED, AGAINST, OPEN, NONE = "followed", "against", "open", "none"
BASES = (FOLLOWED, OPEN, AGAINST, NONE)  # what the decision that moved money rested on; the last: no decision
Z = 1.959964  # of a 95 % interval
ENOUGH_FOR_INTERVAL = 5  # below, an interval says nothing
PEOPLE = 3  # below, the score of a group is that of a person


@dataclass(frozen=True)
class Taken:
    """The days of one decision: since when it was so, when a flag said it, when it was decided, and when the first
    money moved because of it. None: not known, or not happened."""

    evidence: date | None
    flagged: date | None
    decided: date
    moved: date | None = None

    @property
    def days(self) -> dict[str, int]:
        """Days that each step took, without those of which an end is not known; never below 0: evidence can be dated
        later than the flag that it belongs to."""
        ends = {
            "flag": (self.evidence, self.flagged), "decision": (self.flagged, self.decided),
            "money": (self.decided, self.moved), WHOLE: (self.evidence, self.moved),
        }  # fmt: skip
        return {step: max(0, (to - start).days) for step, (start, to) in ends.items() if start and to}


@dataclass(frozen=True)
class Spread:
    """Days over so many decisions."""

    count: int
    median: float
    worst: int


def spread(days: Collection[int]) -> Spread | None:
    return Spread(len(days), float(median(days)), max(days)) if days else None


def spreads(taken: Iterable[Taken]) -> dict[str, Spread]:
    """Of each step, and of the whole; without those that no decision has."""
    found: dict[str, list[int]] = defaultdict(list)
    for one in taken:
        for step, days in one.days.items():
            found[step].append(days)
    return {step: made for step in (*STEPS, WHOLE) if (made := spread(found[step]))}


def by_quarter(taken: Iterable[Taken]) -> dict[str, dict[str, Spread]]:
    """The same for each quarter in which something was decided, the earliest first."""
    quarters: dict[str, list[Taken]] = defaultdict(list)
    for one in taken:
        quarters[quarter_of(one.decided)].append(one)
    return {quarter: spreads(quarters[quarter]) for quarter in sorted(quarters)}


def basis_of(verdict: str, kind: str) -> str:
    """What a decision rested on: it followed what the evidence recommended, went against it, or nothing was
    recommended; without a kind there was no decision."""
    if not kind:
        return NONE
    recommended = RECOMMENDED.get(verdict, "")
    if not recommended:
        return OPEN
    return FOLLOWED if kind in FOLLOWS[recommended] else AGAINST


def days_early(decided: date, end: date | None) -> int:
    """Days before the last day to decide on which a bet was ceased; 0 when that had passed, or there is none."""
    return max(0, (end - decided).days) if end else 0


def spent_between(spends: Iterable[tuple[date, int]], since: date, until: date | None) -> int:
    """What was spent after the day of a flag and until the day of its decision (None: it is still open); what was
    spent on the day of the decision was too late to be stopped by it."""
    return sum(amount for day, amount in spends if day > since and (until is None or day <= until))


@dataclass(frozen=True)
class Right:
    """Of so many flags whose outcome has been measured since, those that were right."""

    count: int
    right: int

    @property
    def is_few(self) -> bool:
        return self.count < FEW

    @property
    def share(self) -> float | None:
        """None where a share of so few would claim too much."""
        return None if self.is_few else self.right / self.count

    @property
    def interval(self) -> tuple[float, float] | None:
        """Within which the share lies, with 95 % (Wilson's); None where it would say nothing."""
        if self.count < ENOUGH_FOR_INTERVAL:
            return None
        low, high = proportion(np.array(self.right / self.count), np.array(Z * Z / self.count))
        return float(low), float(high)


def is_right(kind: str, *, reached: bool) -> bool:
    """Did what a flag said come true? A flag to scale says that the target will be reached, one to cease or to pivot
    that it will not."""
    return reached if kind == "scale" else not reached


def is_foretold(raised: date, measured_from: date) -> bool:
    """Was a flag raised before the measurement began that says whether it was right? Forecasts of people count until
    then too."""
    return raised < measured_from


def rightness(flags: Iterable[tuple[str, bool]]) -> dict[str, Right]:
    """By kind, from kind and whether the target was reached."""
    found: dict[str, list[bool]] = defaultdict(list)
    for kind, reached in flags:
        found[kind].append(is_right(kind, reached=reached))
    return {kind: Right(len(found[kind]), sum(found[kind])) for kind in sorted(found)}


def shown_to(people: int, *, sees_others: bool, is_one_of_them: bool) -> bool:
    """May somebody see the score of a group? Of few people it would tell how one of them foretells; one's own name
    does not help to hide the other's."""
    return sees_others or people - is_one_of_them >= PEOPLE or (people == 1 and is_one_of_them)


def periods(first: date, last: date) -> Iterator[str]:
    """Years and quarters between two days, the latest first: 2026, 2026-Q4, 2026-Q3 …"""
    for year in range(last.year, first.year - 1, -1):
        yield str(year)
        for quarter in range(4, 0, -1):
            name = f"{year}-Q{quarter}"
            if quarter_of(first) <= name <= quarter_of(last):
                yield name


def bounds(period: str) -> tuple[date, date]:
    """First and last day of a year or a quarter, as `periods` names it."""
    year, _dash, quarter = period.partition("-Q")
    if not quarter:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    last_month = 3 * int(quarter)
    end = date(int(year), last_month, 31 if last_month in (3, 12) else 30)
    return date(int(year), last_month - 2, 1), end


Amounts = Mapping[str, int]  # by currency, minor units


def added(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Sums by currency, the largest number of entries first: amounts in different currencies have no order."""
    sums: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    for currency, amount in amounts:
        sums[currency] += amount
        counts[currency] += 1
    return {currency: sums[currency] for currency in sorted(sums, key=lambda code: (-counts[code], code))}
