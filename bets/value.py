"""What a bet promised to be worth, and what it has brought month by month, as finance found it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from bets.models import Bet, RealisedValue
from bets.promises import PromiseRecord, promises_of
from bets.rules_foretold import teller_refusals
from org.models import Person
from org.visibility import powers_of


@dataclass(frozen=True)
class Month:
    """What was said of one month; the latest counts, `before` are those it replaced, newest first."""

    said: RealisedValue
    before: list[RealisedValue]


@dataclass(frozen=True)
class Value:
    """`months` newest first. Shares are percentages for SVG, never localised."""

    bet: Bet
    months: list[Month]
    promises: PromiseRecord

    @property
    def realised(self) -> int:
        return sum(month.said.amount for month in self.months)

    @property
    def latest(self) -> int:
        """The latest entry, for whoever types: what is said later was not seen."""
        return max((one.pk for month in self.months for one in (month.said, *month.before)), default=0)

    @property
    def share(self) -> float | None:
        """Realised of what was called likely; None where nothing was promised."""
        return self.realised / self.bet.value_likely if self.bet.value_likely else None

    @property
    def bar(self) -> dict[str, str]:
        """Where the bar ends, and where the promise begins, is likely and ends."""
        bet = self.bet
        low, likely, high = bet.value_low or 0, bet.value_likely or 0, bet.value_high or 0
        whole = max(high, self.realised, 1)
        places = {"fill": max(self.realised, 0), "low": low, "likely": likely, "high": high}
        found = {name: f"{100 * number / whole:.2f}%" for name, number in places.items()}
        return found | {"range": f"{100 * (high - low) / whole:.2f}%"}


def value_of(bet: Bet, today: date) -> Value:
    """Two queries."""
    said: dict[date, list[RealisedValue]] = defaultdict(list)
    for one in RealisedValue.objects.filter(bet=bet).select_related("said_by").order_by("-month", "-pk"):
        said[one.month].append(one)
    months = [Month(every[0], every[1:]) for every in said.values()]
    return Value(bet, months, promises_of(bet.domain, today))


def value_page(bet: Bet, person: Person, today: date) -> tuple[Value, list[str]]:
    """The value of a bet, and why this person does not say it."""
    return value_of(bet, today), list(teller_refusals(powers_of(person), bet))
