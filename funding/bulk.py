"""Several requests that somebody wants to approve at once: what they add up to, and which of them are not theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from funding.effects import Effect, effects_of, lines_of
from funding.models import FundingRequest
from funding.turns import Turn, my_turn, turns_of
from org.models import Person
from org.visibility import powers_of

AT_MOST = 50


@dataclass(frozen=True)
class Item:
    request: FundingRequest
    turn: Turn | None


@dataclass(frozen=True)
class BulkPage:
    """`left_out`: how many of those that were chosen wait for somebody else, or no longer."""

    items: list[Item]
    effects: list[Effect]
    sums: list[tuple[int, str]]  # amount and currency
    left_out: int

    @property
    def short(self) -> list[Effect]:
        return [effect for effect in self.effects if effect.short_by]


def bulk_page(person: Person, chosen: Sequence[str], today: date) -> BulkPage:
    """Of the chosen requests those that wait for this person, with what they add up to. A constant number of queries.
    Delegated voices are left out: whoever speaks for another does so one request at a time."""
    keys = [int(key) for key in chosen if key.isascii() and key.isdigit() and len(key) < 18][:AT_MOST]
    mine = my_turn(person, powers_of(person), today).filter(pk__in=keys).order_by("due_on", "pk")
    found = list(mine.select_related("ledger", "domain", "bet", "proposer"))
    turns = turns_of(person, found, today)
    own = [one for one in found if one.pk in turns and turns[one.pk].giver is None]
    sums: dict[str, int] = {}
    for one in own:
        sums[one.ledger.currency] = sums.get(one.ledger.currency, 0) + one.amount
    items = [Item(one, turns.get(one.pk)) for one in own]
    totals = [(amount, currency) for currency, amount in sorted(sums.items())]
    return BulkPage(items, effects_of(lines_of(own)), totals, len(set(chosen)) - len(own))
