"""The money that a bet holds: the accounts of its tranches, and what of it would return if the bet ceased."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bets.models import Bet
from funding.models import Account, Budget
from funding.rules_returning import RETURNS, Part, set_aside_of, split, there

SHOWN = ("committed", "released", "spent", "winddown")


@dataclass(frozen=True)
class Returning:
    """What one budget gets back."""

    budget: Budget
    returns: int
    set_aside: int

    @property
    def currency(self) -> str:
        return self.budget.ledger.currency


@dataclass(frozen=True)
class Holding:
    """What stands in the accounts of a bet's tranches, minor units."""

    bet: Bet
    accounts: Sequence[Account]

    @property
    def is_empty(self) -> bool:
        """Has no money of it ever been posted?"""
        return not self.accounts

    @cached_property
    def sums(self) -> dict[str, int]:
        """By kind of account, in the currency of the bet."""
        found = dict.fromkeys(SHOWN, 0)
        for one in self.accounts:
            if one.kind in found and currency_of(one) == self.bet.currency:
                found[one.kind] += one.balance
        return found

    @cached_property
    def by_tranche(self) -> dict[int, dict[str, int]]:
        """The same of each tranche, by its key."""
        found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SHOWN, 0))
        for one in self.accounts:
            if one.tranche_id and one.kind in SHOWN:
                found[one.tranche_id][one.kind] += one.balance
        return found

    @property
    def left(self) -> int:
        """What has been given and not been spent: released, and committed."""
        return self.sums["released"] + self.sums["committed"]

    @property
    def is_winding_down(self) -> bool:
        """Is an account open from which winding it down is paid?"""
        return any(one.kind == "winddown" and not one.closed for one in self.accounts)

    @property
    def aside(self) -> list[Returning]:
        """What each budget gets back once the bet has been wound down."""
        mine = {budget.pk: [one for one in self.accounts if one.budget_id == budget.pk] for budget in self.budgets}
        sums = ((one, sum(a.balance for a in mine[one.pk] if a.kind == "winddown")) for one in self.budgets)
        return [Returning(budget, left, 0) for budget, left in sums if left]

    @cached_property
    def parts(self) -> list[Part]:
        """What would return if the bet ceased now."""
        return parts_of(self.accounts)

    @property
    def there(self) -> int:
        """The most that can be set aside to wind the bet down."""
        return there(self.parts, self.bet.currency)

    @property
    def budgets(self) -> list[Budget]:
        """The budgets that pay for it, each once."""
        found = {one.budget.pk: one.budget for one in self.accounts if one.budget}
        return list(found.values())

    def set_aside(self, wanted: int | None = None) -> int:
        """What would be set aside to wind it down: what is wanted, else what was planned, and no more than there is."""
        return set_aside_of(self.parts, self.bet.currency, self.bet.wind_down if wanted is None else wanted)

    def returning(self, wanted: int | None = None) -> list[Returning]:
        """What each budget would get back if the bet ceased now."""
        plan = split(self.parts, self.bet.currency, self.set_aside(wanted))
        found = []
        for budget in self.budgets:
            mine = [one for one in plan if one.part.budget == budget.pk]
            if mine:
                found.append(Returning(budget, sum(one.returns for one in mine), sum(one.set_aside for one in mine)))
        return found


def currency_of(account: Account) -> str:
    return account.budget.ledger.currency if account.budget else ""


def parts_of(accounts: Iterable[Account]) -> list[Part]:
    """What of these accounts can return: committed and released, where there is something."""
    return [
        Part(one.pk, one.kind, one.budget_id, one.tranche_id, currency_of(one), one.balance)
        for one in accounts
        if one.kind in RETURNS and one.balance > 0 and one.budget_id and one.tranche_id
    ]


def holdings_of(bets: Iterable[Bet]) -> dict[int, Holding]:
    """By bet. One query, whatever their number."""
    known = {bet.pk: bet for bet in bets}
    found: dict[int, list[Account]] = defaultdict(list)
    accounts = Account.objects.filter(tranche__bet__in=list(known)) if known else Account.objects.none()
    for one in accounts.select_related("budget__ledger", "tranche").order_by("tranche__sequence", "kind", "pk"):
        if one.tranche is not None:
            found[one.tranche.bet_id].append(one)
    return {pk: Holding(bet, found[pk]) for pk, bet in known.items()}


def holding_of(bet: Bet) -> Holding:
    """One query."""
    return holdings_of([bet])[bet.pk]
