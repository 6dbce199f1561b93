"""What requests would do to the money: each figure that they touch, before and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bets.models import Bet
from funding.models import Account, Budget, FundingRequest, Ledger, RequestLine

Key = tuple[str, int, str]  # of what, which one, which kind of account
# Where there is one bet, and its name stands above.
SHORT = {
    "planned": _lazy("Planned, not committed"),
    "committed": _lazy("Committed, not released"),
    "released": _lazy("Released, not spent"),
    "spent": _lazy("Spent"),
    "winddown": _lazy("Set aside to wind down"),
}


@dataclass(frozen=True)
class Effect:
    """One figure: what it is called, what stands there, and by how much it changes. Minor units."""

    name: str
    before: int
    change: int
    currency: str
    is_budget: bool
    order: int = 0

    @property
    def after(self) -> int:
        return self.before + self.change

    @property
    def short_by(self) -> int:
        """How much is missing, where a figure cannot go below zero."""
        return max(0, -self.after)


def lines_of(requests: Iterable[FundingRequest]) -> list[RequestLine]:
    """The lines of requests with all that they name, in their order. One query."""
    found = RequestLine.objects.filter(request__in=[one.pk for one in requests]).order_by("request", "number")
    accounts = (f"{side}_account__{owner}" for side in ("credit", "debit") for owner in ("budget", "ledger"))
    return list(found.select_related(*accounts, "tranche__bet", "request"))


def effects_of(lines: Sequence[RequestLine]) -> list[Effect]:
    """All figures that these lines touch, budgets first. Two queries at most for any number."""
    changes: dict[Key, int] = {}
    owners: dict[Key, tuple[Account, Bet | None]] = {}
    for line in lines:
        for account, amount in ((line.credit_account, -line.amount), (line.debit_account, line.amount)):
            key = _key(account, line)
            changes[key] = changes.get(key, 0) + amount
            owners[key] = account, line.tranche.bet if line.tranche else None
    held = _held({bet.pk for _account, bet in owners.values() if bet})
    found = [_effect(key, change, *owners[key], held) for key, change in changes.items()]
    return sorted(found, key=lambda one: (not one.is_budget, one.name))


def whole_of(lines: Sequence[RequestLine]) -> list[Effect]:
    """The same for one request, with what it leaves as it is: all that its bet has and is still planned to get, and
    what is left in the budget that pays. Four queries more at most."""
    found = {one.name: one for one in effects_of(lines)}
    budgets = {one.budget_id: one.budget for line in lines for one in (line.credit_account, line.debit_account)}
    bets = {line.tranche.bet_id: line.tranche.bet for line in lines if line.tranche}
    currency = lines[0].credit_account.ledger.currency if lines else ""
    for account in Account.objects.filter(budget__in=[key for key in budgets if key], kind=Account.Kind.AVAILABLE):
        name = name_of_budget(account.kind, budgets[account.budget_id])  # type: ignore[arg-type] # those of keys
        found.setdefault(name, Effect(name, account.balance, 0, currency, is_budget=True))
    for bet in bets.values():
        found |= _of_bet(bet, found, currency)
    return sorted(found.values(), key=lambda one: (not one.is_budget, one.order, one.name))


def _of_bet(bet: Bet, found: dict[str, Effect], currency: str) -> dict[str, Effect]:
    """Everything that a bet has, in the order in which money moves; those that change are there already."""
    held = {kind: amount for (_bet, kind), amount in _held({bet.pk}).items()}
    rows: dict[str, Effect] = {}
    for order, kind in enumerate(("committed", "released", "spent", "winddown"), start=2):
        long, stands = name_of_bet(kind, bet), held.get(kind, 0)
        change = found[long].change if long in found else 0
        if kind != "winddown" or stands or change:
            rows[long] = Effect(str(SHORT[kind]), stands, change, currency, is_budget=False, order=order)
    planned = bet.tranches.aggregate(sum=Sum("amount"))["sum"] or 0
    given = sum(held.values())
    left, then = (max(0, planned - one) for one in (given, given + sum(row.change for row in rows.values())))
    return rows | {bet.key: Effect(str(SHORT["planned"]), left, then - left, currency, is_budget=False, order=1)}


def _key(account: Account, line: RequestLine) -> Key:
    """The tranches of a bet are one figure a kind; a budget and a ledger have figures of their own."""
    if account.tranche_id and line.tranche:
        return "bet", line.tranche.bet_id, account.kind
    return ("budget", account.budget_id, account.kind) if account.budget_id else ("ledger", account.ledger_id, "")


def _held(bets: set[int]) -> dict[tuple[int, str], int]:
    rows = Account.objects.filter(tranche__bet__in=bets).order_by().values("tranche__bet", "kind")
    return {(row["tranche__bet"], row["kind"]): row["sum"] for row in rows.annotate(sum=Sum("balance"))} if bets else {}


def _effect(key: Key, change: int, account: Account, bet: Bet | None, held: dict[tuple[int, str], int]) -> Effect:
    what, which, kind = key
    currency = account.ledger.currency
    if what == "bet" and bet:
        return Effect(name_of_bet(kind, bet), held.get((which, kind), 0), change, currency, is_budget=False)
    if what == "budget" and account.budget:
        name = name_of_budget(kind, account.budget)
        return Effect(name, account.balance, change, currency, is_budget=True)
    # The appropriation stands below zero by all that was given out: people read it the other way round.
    return Effect(name_of_ledger(account.ledger), -account.balance, -change, currency, is_budget=True)


def name_of_bet(kind: str, bet: Bet) -> str:
    words = {
        "committed": _("Committed to %(bet)s"),
        "released": _("Released to %(bet)s"),
        "spent": _("Spent by %(bet)s"),
        "winddown": _("Set aside to wind down %(bet)s"),
    }
    return words[kind] % {"bet": bet.name}


def name_of_budget(kind: str, budget: Budget) -> str:
    words = {
        "available": _("Available in %(budget)s"),
        "committed": _("Committed in %(budget)s"),
        "released": _("Released in %(budget)s"),
        "spent": _("Spent in %(budget)s"),
    }
    return words[kind] % {"budget": budget}


def name_of_ledger(ledger: Ledger) -> str:
    return _("Given to the budgets of %(ledger)s") % {"ledger": ledger}
