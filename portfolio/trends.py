"""What every trend is made of: stretches of time, one after another, with a number for each of its series."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy

from lib.periods import end_of, months_before, quarter_of, quarter_start

MONTHS, QUARTERS = 12, 8  # shown, this one the last
BYS = {"month": gettext_lazy("Month"), "quarter": gettext_lazy("Quarter")}


@dataclass(frozen=True)
class Stretch:
    """A calendar month or quarter: its first day, and the first day after it."""

    first: date
    after: date
    label: str


@dataclass(frozen=True)
class Series:
    """One line of a trend: a number for each stretch, minor units where it is money."""

    key: str
    name: str
    values: Sequence[int]
    is_level: bool = False  # how many there are at the end, beside what happened in between

    @property
    def whole(self) -> int:
        return sum(self.values)


@dataclass(frozen=True)
class Trend:
    """`sentence` says what was found; where too little is known it says so, and there is nothing to draw. A `currency`
    makes its numbers money; `is_mix`, that the series of a stretch add up to a whole."""

    key: str
    labels: Sequence[str]
    series: Sequence[Series]
    sentence: str
    is_known: bool = True
    currency: str = ""
    is_mix: bool = False

    @property
    def rows(self) -> list[tuple[str, list[tuple[Series, int, float]], int]]:
        """For the table: label, number and share of each series, and their sum."""
        found = []
        for place, label in enumerate(self.labels):
            whole = sum(one.values[place] for one in self.series)
            found.append((label, [(one, *self._at(one, place, whole)) for one in self.series], whole))
        return found

    @staticmethod
    def _at(series: Series, place: int, whole: int) -> tuple[int, float]:
        return series.values[place], 100 * series.values[place] / whole if whole else 0.0


def stretches(by: str, today: date) -> list[Stretch]:
    """The last months or quarters, the earliest first; the last one runs today."""
    if by == "quarter":
        firsts = [months_before(quarter_start(today), 3 * ago) for ago in reversed(range(QUARTERS))]
        return [Stretch(first, months_before(first, -3), quarter_words(first)) for first in firsts]
    firsts = [months_before(today, ago) for ago in reversed(range(MONTHS))]
    return [Stretch(first, end_of(first, "month"), date_format(first, "M Y")) for first in firsts]


def quarter_words(day: date) -> str:
    """“Q4 2026”"""
    return " ".join(reversed(quarter_of(day).split("-")))


def sums_in(parts: Sequence[Stretch], found: Iterable[tuple[date, Any, int]]) -> Mapping[Any, list[int]]:
    """By what it is: the sum of each stretch. Days before the first stretch and after the last are left out."""
    sums: dict[Any, list[int]] = {}
    places = {part.first: place for place, part in enumerate(parts)}
    for day, what, amount in found:
        first = next((part.first for part in reversed(parts) if part.first <= day < part.after), None)
        if first is not None:
            sums.setdefault(what, [0] * len(parts))[places[first]] += amount
    return sums
