"""Several requests that somebody wants to approve at once: what they add up to, what stands in the way of each, and
which of them are not theirs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from funding.actions.approving import unmet_of
from funding.changes import changes_since
from funding.effects import Effect, effects_of, lines_of
from funding.guardrails import Book, Crossing, active, book_of, changes_of, crossings_in
from funding.models import FundingRequest, Guardrail, RequestLine
from funding.rules_guardrails import State
from funding.turns import Turn, my_turn, turns_of
from org.models import Person
from org.visibility import powers_of

AT_MOST = 50


@dataclass(frozen=True)
class Item:
    """One request, and what whoever says yes to it should know of it alone."""

    request: FundingRequest
    turn: Turn | None
    changed: list[str]  # since it was asked for: a yes makes it void
    unmet: list[str]  # of its gates: a release needs a comment
    crossings: list[Crossing]  # of guardrails, but for those it stays within
    short: list[Effect]  # a last yes is refused

    @property
    def is_clear(self) -> bool:
        return not (self.changed or self.unmet or self.crossings or self.short)


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
    """Of the chosen requests those that wait for this person, with what they add up to.
    Delegated voices are left out: whoever speaks for another does so one request at a time. What each of them rests on
    is read anew, which takes some thirty queries for each that has a bet."""
    keys = [int(key) for key in chosen if key.isascii() and key.isdigit() and len(key) < 18][:AT_MOST]
    mine = my_turn(person, powers_of(person), today).filter(pk__in=keys).order_by("due_on", "pk")
    found = list(mine.select_related("ledger", "domain", "bet", "proposer"))
    turns = turns_of(person, found, today)
    own = [one for one in found if one.pk in turns and turns[one.pk].giver is None]
    sums: dict[str, int] = {}
    for one in own:
        sums[one.ledger.currency] = sums.get(one.ledger.currency, 0) + one.amount
    lines = lines_of(own)
    items = list(_items(own, turns, lines, today))
    totals = [(amount, currency) for currency, amount in sorted(sums.items())]
    return BulkPage(items, effects_of(lines), totals, len(set(chosen)) - len(own))


def _items(
    requests: Sequence[FundingRequest], turns: Mapping[int, Turn], lines: Sequence[RequestLine], today: date
) -> Iterator[Item]:
    rails = active()
    books = {currency: book_of(currency, today) for currency in {rail.currency for rail in rails}}
    mine = {key: list(found) for key, found in groupby(lines, key=lambda line: line.request_id)}
    for one in requests:
        asked = mine.get(one.pk, [])
        near = [rail for rail in rails if rail.currency == one.ledger.currency]
        yield Item(
            one, turns.get(one.pk), changes_since(one, today), unmet_of(one, today),
            _crossings(one, asked, near, books) if near else [],
            [effect for effect in effects_of(asked) if effect.short_by],
        )  # fmt: skip


def _crossings(
    request: FundingRequest, lines: Sequence[RequestLine], rails: Sequence[Guardrail], books: Mapping[str, Book]
) -> list[Crossing]:
    moved = changes_of((line.kind, line.amount, line.credit_account, line.debit_account) for line in lines)
    found = crossings_in(books[request.ledger.currency], rails, request.bet, moved)
    return [one for one in found if one.blocks or one.state is not State.FINE]
