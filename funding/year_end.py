"""What is committed and not released when the year of a budget ends, and the budgets that can take it over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet, Sum

from funding.models import Account, Budget, FiscalPeriod
from funding.rules_year_end import Ending, Successor, ending_refusals
from lib.money import exact
from org.rules import Powers, refusals


@dataclass(frozen=True)
class EndingPage:
    """What is still committed in a budget, its policy, and why this person cannot carry it out now."""

    budget: Budget
    accounts: list[Account]
    successors: "QuerySet[Budget] | None"  # None: it lapses
    refusals: list[str]

    @property
    def committed(self) -> int:
        return sum(one.balance for one in self.accounts)


@dataclass(frozen=True)
class Open:
    """A budget of a period with what is still committed in it."""

    budget: Budget
    committed: int


def committed_in(budget: Budget) -> "QuerySet[Account]":
    """The accounts of tranches in which something of a budget is committed and not released, by bet and tranche."""
    held = Account.objects.filter(budget=budget, kind=Account.Kind.COMMITTED, tranche__isnull=False, balance__gt=0)
    return held.select_related("tranche__bet", "budget").order_by("tranche__bet__name", "tranche__sequence")


def ending_of(budget: Budget, accounts: Sequence[Account]) -> Ending:
    """A budget as the rules of the end of its year see it."""
    return Ending(
        str(budget), budget.year_end, budget.ends_on, sum(one.balance for one in accounts),
        budget.withdrawn_at is not None,
    )  # fmt: skip


def successor_of(budget: Budget, other: Budget) -> Successor:
    return Successor(
        str(other), other.ledger_id == budget.ledger_id, other.domain_id == budget.domain_id,
        other.funding_class == budget.funding_class, other.starts_on, other.withdrawn_at is not None,
    )  # fmt: skip


def successors_of(budget: Budget) -> "QuerySet[Budget]":
    """Budgets that can take over what rolls forward, the one that starts first first. One query."""
    found = Budget.objects.filter(
        ledger=budget.ledger_id, domain=budget.domain_id, funding_class=budget.funding_class,
        starts_on__gt=budget.ends_on, withdrawn_at=None,
    )  # fmt: skip
    return found.order_by("starts_on", "name", "pk")


def ending_page(budget: Budget, powers: Powers, today: date) -> EndingPage:
    """Two queries."""
    accounts = list(committed_in(budget))
    successors = successors_of(budget) if budget.year_end == Budget.YearEnd.ROLL else None
    reasons = [
        *refusals(powers, "keep_budgets", budget.domain_id),
        *ending_refusals(ending_of(budget, accounts), today=today),
    ]
    if successors is not None and not successors and not reasons:
        reasons.append(
            f"No budget of {budget.domain} for the same kind of money begins after {budget.ends_on}: open one first."
        )
    return EndingPage(budget, accounts, successors, reasons)


def open_in(period: FiscalPeriod) -> list[Open]:
    """Budgets that end in a period, with what is still committed in them. One query."""
    days = (period.starts_on, period.ends_on)
    ending = Budget.objects.filter(ledger=period.ledger_id, ends_on__range=days, withdrawn_at=None)
    held = Q(accounts__kind=Account.Kind.COMMITTED, accounts__tranche__isnull=False, accounts__balance__gt=0)
    found = ending.select_related("ledger").filter(held).annotate(open=Sum("accounts__balance")).order_by("name", "pk")
    return [Open(budget, budget.open) for budget in found]  # type: ignore[attr-defined] # the sum


def words_of(one: Open) -> str:
    """What the checklist of a period says of a budget that ends in it."""
    amount = exact(one.committed, one.budget.ledger.currency)
    then = "rolls forward" if one.budget.year_end == Budget.YearEnd.ROLL else "lapses"
    return (
        f"{amount} of {one.budget} is committed and not released: by its policy it {then}, once somebody carries it"
        " out."
    )


def day_of(budget: Budget, successor: Budget | None, today: date) -> date:
    """The day on which it is booked, as far as the books are open: the first one of the budget that takes over, else
    the last one of the budget that ended."""
    return successor.starts_on if successor else min(today, budget.ends_on)
