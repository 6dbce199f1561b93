"""Capacity of teams: which part of a bet's weeks falls between two days, and why a capacity cannot be planned. Plain
Python."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

MOST_WEEKS = Decimal(9_999)
MOST_DAYS = 1_830  # five years
YEARS = range(2000, 2101)
NEAR = Decimal("0.9")


class Load(StrEnum):
    """How the weeks that bets take stand to those that a team has."""

    FINE = "fine"
    NEAR = "near"
    OVER = "over"


@dataclass(frozen=True)
class Span:
    """From a first to a last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return max(0, (self.last - self.first).days + 1)

    def meets(self, other: "Span") -> bool:
        return self.first <= other.last and other.first <= self.last


def weeks_within(weeks: Decimal, span: Span, period: Span) -> Decimal:
    """Which of `weeks`, spread evenly over the days of `span`, fall within `period`."""
    shared = Span(max(span.first, period.first), min(span.last, period.last)).days
    return weeks * shared / span.days if span.days else Decimal()


def load_of(taken: Decimal, weeks: Decimal) -> Load:
    """On the weeks that there are is not over them."""
    if taken > weeks:
        return Load.OVER
    return Load.NEAR if taken > weeks * NEAR else Load.FINE


def capacity_refusals(span: Span, weeks: Decimal, others: Sequence[Span]) -> Iterator[str]:
    """Why a team cannot have so many weeks between two days; `others` are the days already planned for it."""
    if span.last < span.first:
        yield "The last day lies before the first one."
    elif span.days > MOST_DAYS:
        yield "A capacity is planned for at most five years."
    if span.first.year not in YEARS or span.last.year not in YEARS:
        yield f"Days lie between the years {YEARS[0]} and {YEARS[-1]}."
    if not weeks.is_finite() or not 0 <= weeks <= MOST_WEEKS or weeks != round(weeks, 1):
        yield f"The weeks of a team lie between 0 and {MOST_WEEKS:,}, with one decimal."
    if met := next((one for one in others if one.meets(span)), None):
        yield f"The capacity of this team is planned from {met.first} to {met.last} already: change that one."
