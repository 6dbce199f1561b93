"""Whose money an actual was: by what it refers to, else by its cost centre when only one place fits. Plain Python."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from bets.imports.values import shown
from bets.rules_import import plain
from funding.rules import day_refusals
from lib.money import exact

COUNTED = "Counted in the opening balance"
# From which accounts a tranche or a budget itself pays, in the order in which they are asked.
TRANCHE, OWN, OWN_OF_BETS = ("released", "winddown"), ("released", "available"), ("released",)
BY_HAND = ("released", "available", "committed", "winddown")
LISTED = 3


@dataclass
class Purse:
    """One account as placing sees it; its balance follows what is placed."""

    account: int
    balance: int
    closed: bool


@dataclass(frozen=True)
class Place:
    """A tranche, or a budget itself, from which something can have been spent."""

    name: str
    budget: int
    budget_code: str
    budget_name: str
    tranche: int | None
    references: tuple[str, ...]
    funding_class: str
    cost_centre: str
    erp_account: str
    starts_on: date
    ends_on: date
    counted_until: date | None  # what was spent until then is in the opening balance
    purses: dict[str, Purse]

    @property
    def kinds(self) -> tuple[str, ...]:
        if self.tranche is not None:
            return TRANCHE
        return OWN_OF_BETS if self.funding_class == "bet" else OWN

    @property
    def open(self) -> list[tuple[str, Purse]]:
        found = [(kind, self.purses[kind]) for kind in self.kinds if kind in self.purses]
        return [(kind, purse) for kind, purse in found if not purse.closed]


@dataclass(frozen=True)
class Document:
    """An actual as somebody wants to place it."""

    posted_on: date
    amount: int
    cost_centre: str
    erp_account: str
    reference: str


@dataclass(frozen=True)
class Spot:
    """Where an actual goes: between the spent account of a place and this one of its accounts."""

    place: Place
    kind: str


@dataclass(frozen=True)
class Places:
    """Every place of a ledger, and its days as (first, last, state)."""

    places: Sequence[Place]
    periods: Sequence[tuple[date, date, str]]
    closed_through: date | None
    currency: str
    by_centre: dict[str, list[Place]] = field(init=False, default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for place in self.places:
            self.by_centre[place.cost_centre].append(place)

    @cached_property
    def by_reference(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self.places:
            for name in {plain(one) for one in place.references}:
                found[name].append(place)
        return found

    def find(self, document: Document) -> Spot | str:
        """Where it goes, or why it waits."""
        state = next((state for first, last, state in self.periods if first <= document.posted_on <= last), "")
        for reason in day_refusals(document.posted_on, self.closed_through, state):
            return reason
        return self._by_reference(document) if document.reference else self._by_centre(document)

    def take(self, document: Document, spot: Spot) -> None:
        """Moves the balances, so that the next document sees what is left."""
        spot.place.purses[spot.kind].balance -= document.amount
        spot.place.purses.setdefault("spent", Purse(0, 0, closed=False)).balance += document.amount

    def _by_reference(self, document: Document) -> Spot | str:
        named = self.by_reference.get(plain(document.reference), [])
        if not named:
            return f"There is no tranche and no budget “{shown(document.reference)}” in these books."
        open_ones = [place for place in named if place.open] or named
        if len(open_ones) > 1 and len({place.tranche for place in open_ones} - {None}) == 1 == len(
            {place.name for place in open_ones}
        ):
            return self._of_two_years(document, open_ones)
        if len(open_ones) > 1:
            return f"“{shown(document.reference)}” can be {_listed(open_ones)}: it does not say which."
        return self._spot(document, open_ones[0])

    def _of_two_years(self, document: Document, places: Sequence[Place]) -> Spot | str:
        """A tranche that has money of two budgets since a year ended: the one of whose days it is comes first."""
        near = sorted(places, key=lambda one: not one.starts_on <= document.posted_on <= one.ends_on)
        found = [self._spot(document, place) for place in near]
        return next((spot for spot in found if isinstance(spot, Spot)), found[0])

    def _by_centre(self, document: Document) -> Spot | str:
        if not document.cost_centre:
            return "It has neither a reference nor a cost centre."
        near = [one for one in self.by_centre.get(document.cost_centre, []) if _matches(one, document)]
        found = [self._spot(document, place) for place in near]
        fits = [spot for spot in found if isinstance(spot, Spot)]
        if len(fits) == 1:
            return fits[0]
        if fits:
            return f"Cost centre {shown(document.cost_centre)} pays for {_listed([one.place for one in fits])}."
        reasons = [reason for reason in found if isinstance(reason, str)]
        if len(reasons) == 1 or (reasons and reasons[0].startswith(COUNTED)):
            return reasons[0]
        centre = shown(document.cost_centre)
        return f"No budget or tranche of cost centre {centre} has money for it." if near else \
            f"No budget of cost centre {centre} holds this day and account."  # fmt: skip

    def _spot(self, document: Document, place: Place) -> Spot | str:
        if place.counted_until and document.posted_on <= place.counted_until:
            return f"{COUNTED} of {place.budget_name}, which holds all until {place.counted_until}."
        if not place.open:
            if place.tranche is None and place.funding_class == "bet":
                return f"{place.name} pays for bets: the reference does not say which tranche."
            return f"The accounts of {place.name} are closed, or no money was released to it."
        return self._credited(document, place) if document.amount < 0 else self._paid(document, place)

    def _paid(self, document: Document, place: Place) -> Spot | str:
        for kind, purse in place.open:
            if purse.balance >= document.amount:
                return Spot(place, kind)
        short = document.amount - max(purse.balance for _, purse in place.open)
        return f"{place.name} is short by {exact(short, self.currency)}."

    def _credited(self, document: Document, place: Place) -> Spot | str:
        spent = place.purses["spent"].balance if "spent" in place.purses else 0
        if spent + document.amount < 0:
            return f"The credit note is more than the {exact(spent, self.currency)} that {place.name} has spent."
        own = place.tranche is None and place.funding_class != "bet"
        return Spot(place, "available" if own and "available" in place.purses else place.open[0][0])


def references_of(bet: str, sequence: int) -> tuple[str, ...]:
    """How a file can name a tranche: DS-14/2, DS-14 2, DS-14-2, DS-14 T2."""
    return (f"{bet}/{sequence}", f"{bet} / {sequence}", f"{bet} {sequence}", f"{bet}-{sequence}", f"{bet} T{sequence}",
            f"{bet}#{sequence}", bet)  # fmt: skip


def _matches(place: Place, document: Document) -> bool:
    """The same account where both name one, and a day on which the budget holds."""
    accounts = {place.erp_account, document.erp_account} - {""}
    return len(accounts) < 2 and place.starts_on <= document.posted_on <= place.ends_on


def _listed(places: Iterable[Place]) -> str:
    names = [place.name for place in places]
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def by_hand_refusals(*, placed: bool, same_ledger: bool, kind: str, of_bets: bool) -> Iterator[str]:
    """Why nobody can say that a document was paid from that account."""
    if placed:
        yield "This document is in the ledger already."
    if not same_ledger:
        yield "That account belongs to another ledger: money never crosses from one to the other."
    elif kind not in BY_HAND:
        yield "Money is spent from what is released, available, committed or set aside."
    elif of_bets:
        yield "This budget pays for bets: choose the tranche that the money was released to."
