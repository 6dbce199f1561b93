"""Reads of the books that actions and pages share: accounts as rules see them, the period of a day, what bets hold."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Sum

from bets.models import Bet, Tranche
from funding.models import Account, Budget, FiscalPeriod, Ledger
from funding.rules import Side
from funding.rules_asking import Stood

HELD = (Account.Kind.COMMITTED, Account.Kind.RELEASED, Account.Kind.SPENT, Account.Kind.WINDDOWN)
GIVEN = (Account.Kind.RELEASED, Account.Kind.SPENT, Account.Kind.WINDDOWN)


def side(account: Account) -> Side:
    """An account as a rule sees it."""
    is_team = account.budget is not None and account.budget.funding_class == Budget.FundingClass.TEAM
    return Side(
        account.ledger_id, account.kind, account.budget_id, account.balance, account.closed, name_of(account), is_team
    )  # fmt: skip


def name_of(account: Account) -> str:
    """What people call it: “Available of Bets of direct sales”."""
    owner = account.tranche or account.budget
    return f"{account.get_kind_display()} of {owner}" if owner else str(account.get_kind_display())


def period_of(ledger: Ledger, day: date) -> FiscalPeriod | None:
    return FiscalPeriod.objects.filter(ledger=ledger, starts_on__lte=day, ends_on__gte=day).first()


def money_of(bet: Bet) -> dict[str, int]:
    """What stands in the accounts of a bet's tranches, by kind, minor units. One query."""
    found = Account.objects.filter(tranche__bet=bet).values("kind").annotate(sum=Sum("balance")).order_by()
    return {row["kind"]: row["sum"] for row in found}


def held_by(bet: Bet, kinds: Iterable[str] = HELD) -> int:
    """What a bet has been given already, all of its tranches together: committed and all that came of it."""
    money = money_of(bet)
    return sum(money.get(kind, 0) for kind in kinds)


def stood_of(tranche: Tranche) -> Stood:
    """What stands in the accounts of one tranche. One query, and that of its bet."""
    return standings_of(tranche.bet, [tranche])[tranche.pk]


def standings_of(bet: Bet, tranches: Iterable[Tranche]) -> dict[int, Stood]:
    """What stands in the accounts of each of these tranches of a bet. One query."""
    return standings_among([bet.pk], tranches)


def standings_among(bets: Collection[int], tranches: Iterable[Tranche]) -> dict[int, Stood]:
    """The same of tranches of several bets, which are given by their keys. One query."""
    held: dict[int, dict[str, int]] = {}
    rows = Account.objects.filter(tranche__bet__in=bets).order_by().values_list("tranche_id", "kind", "balance")
    for tranche, kind, balance in rows:
        sums = held.setdefault(tranche or 0, {})
        sums[kind] = sums.get(kind, 0) + balance  # of two budgets, once what was committed rolled forward
    return {one.pk: Stood(str(one), one.amount, **held.get(one.pk, {})) for one in tranches}
