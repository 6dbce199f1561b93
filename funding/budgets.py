"""The figures of budgets, from accounts, transfers and waiting requests: a constant number of queries for any number.

Original, supplements, what was handed back and what was moved from or to other budgets make the current budget; it
stands in what is available, committed, released, set aside and spent. The two sums are equal by construction.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from django.db.models import BooleanField, ExpressionWrapper, Q, Sum

from funding.models import Account, Budget, FundingRequest, RequestLine, Transfer

Kind = Transfer.Kind
# Transfers that change how much is in a budget at all; every other one moves money within it.
CHANGING = (Kind.OPEN, Kind.APPROPRIATE, Kind.SUPPLEMENT, Kind.HAND_BACK, Kind.REALLOCATE)
# Lines of requests that would take from what is available.
TAKING = (Kind.COMMIT, Kind.REALLOCATE, Kind.HAND_BACK)


class Level(StrEnum):
    """How far a budget is used, worst last."""

    EMPTY = "empty"
    FINE = "fine"
    WARNED = "warned"
    GONE = "gone"
    SHORT = "short"  # what waits asks for more than is left


@dataclass(frozen=True)
class Figures:
    """Minor units of one currency. `requested` is advisory: nothing is reserved before the last approval."""

    original: int = 0
    supplements: int = 0
    returned: int = 0
    moved_in: int = 0
    moved_out: int = 0
    committed: int = 0
    released: int = 0
    set_aside: int = 0
    spent: int = 0
    available: int = 0
    requested: int = 0

    @property
    def current(self) -> int:
        return self.original + self.supplements - self.returned + self.moved_in - self.moved_out

    @property
    def used(self) -> int:
        """What is no longer available: given to bets, set aside or spent."""
        return self.committed + self.released + self.set_aside + self.spent

    @property
    def unspent(self) -> int:
        return self.current - self.spent

    @property
    def short(self) -> int:
        """By how much waiting requests exceed what is available."""
        return max(0, self.requested - self.available)

    @property
    def percent(self) -> int | None:
        """Share of the current budget that is used, rounded down: 100 only when nothing is left."""
        return 100 * self.used // self.current if self.current > 0 else None

    def level(self, warn_percent: int) -> Level:
        if self.short:
            return Level.SHORT
        if self.percent is None:
            return Level.EMPTY
        if self.available == 0:
            return Level.GONE
        return Level.WARNED if 100 * self.used >= warn_percent * self.current else Level.FINE

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


STANDING: dict[str, str] = {
    Account.Kind.AVAILABLE: "available", Account.Kind.COMMITTED: "committed", Account.Kind.RELEASED: "released",
    Account.Kind.SPENT: "spent", Account.Kind.WINDDOWN: "set_aside",
}  # fmt: skip


def figures_of(budgets: Iterable[Budget]) -> dict[int, Figures]:
    """The figures of each of these budgets, by its key. Three queries."""
    keys = [budget.pk for budget in budgets]
    found: dict[int, dict[str, int]] = {key: defaultdict(int) for key in keys}
    for budget, kind, balance in _balances(keys):
        found[budget][STANDING[kind]] += balance
    for reached, left, kind, reverses, amount in _changes(keys):
        for key, sign in ((reached, 1), (left, -1)):
            if key in found and reached != left:
                name, way = _named(kind, enters=(sign > 0) != reverses)
                found[key][name] += sign * way * amount
    for budget, amount in _requested(keys):
        found[budget]["requested"] = amount
    return {key: Figures(**numbers) for key, numbers in found.items()}


def _named(kind: str, *, enters: bool) -> tuple[str, int]:
    """Which figure such a transfer belongs to, and whether it counts money that came (1) or went (-1). A reversal
    takes away from the figure that the reversed transfer added to."""
    if kind == Kind.REALLOCATE:
        return ("moved_in", 1) if enters else ("moved_out", -1)
    if kind == Kind.HAND_BACK:
        return "returned", -1
    return ("supplements" if kind == Kind.SUPPLEMENT else "original"), 1


def _balances(keys: Collection[int]) -> Iterable[tuple[int, str, int]]:
    found = Account.objects.filter(budget__in=keys).exclude(balance=0).order_by().values_list("budget", "kind")
    return found.annotate(sum=Sum("balance"))


def _changes(keys: Collection[int]) -> Iterable[tuple[int | None, int | None, str, bool, int]]:
    """Sums of transfers that enter or leave budgets: reached, left, kind, is it a reversal, amount."""
    touching = Q(debit_account__budget__in=keys) | Q(credit_account__budget__in=keys)
    found = Transfer.objects.filter(touching, kind__in=CHANGING).order_by()
    marked = found.annotate(is_reversal=ExpressionWrapper(Q(reverses__isnull=False), BooleanField()))
    grouped = marked.values_list("debit_account__budget", "credit_account__budget", "kind", "is_reversal")
    return grouped.annotate(sum=Sum("amount"))


def _requested(keys: Collection[int]) -> Iterable[tuple[int, int]]:
    """What waiting requests would take from what is available of each budget."""
    waiting = RequestLine.objects.filter(
        request__state=FundingRequest.State.SUBMITTED, kind__in=TAKING, credit_account__budget__in=keys,
        credit_account__kind=Account.Kind.AVAILABLE,
    )  # fmt: skip
    return waiting.order_by().values_list("credit_account__budget").annotate(sum=Sum("amount"))


def sums_of(pairs: Iterable[tuple[str, Figures]]) -> dict[str, Figures]:
    """Sums by currency: amounts of different currencies are never added up."""
    found: dict[str, Figures] = {}
    for currency, figures in pairs:
        found[currency] = found.get(currency, Figures()) + figures
    return dict(sorted(found.items()))
