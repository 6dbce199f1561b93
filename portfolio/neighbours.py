"""The bets beside a bet, in the list that its reader came from."""

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from bets.models import Bet, BetQuerySet
from org.models import Person, Run
from portfolio.asked import Asked, ask
from portfolio.browse import chosen_of


@dataclass(frozen=True)
class Place:
    """Where a bet stands in a list: number (from 1) and `of` how many, keys of the bets beside it, and the query of the
    list, which follows to each of them."""

    number: int
    of: int
    previous: str
    next: str
    query: str

    @property
    def suffix(self) -> str:
        return self.query and f"?{self.query}"


def place_of(bet: Bet, bets: BetQuerySet, data: QueryDict, person: Person, night: Run | None, today: date) -> Place:
    """The place in the list that the URL asks for; one that does not hold the bet gives way to the list of all.

    A query for the keys (two when the list gives way), and what the filters of the URL need.
    """
    asked = ask(bets, data, person, night)
    keys = _keys(asked, today)
    if bet.key not in keys:
        asked = ask(bets, QueryDict(), person, night)
        keys = _keys(asked, today)
    at = keys.index(bet.key)
    beside = ["", *keys, ""]
    return Place(at + 1, len(keys), beside[at], beside[at + 2], asked.query)


def _keys(asked: Asked, today: date) -> list[str]:
    return list(chosen_of(asked, today).values_list("key", flat=True))
