"""A budget over its months: what tranches were planned, what was released and what was spent; burn and runway."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from bets.models import Tranche
from funding.models import Account, Budget, Transfer
from lib.periods import end_of, months_before

BURN = 3  # full months over which burn is averaged
MOST, AFTER = 60, 24  # months shown, and how many of them after the last of the budget
YEAR = 365.25
# Accounts in which money is that was released, wherever it has gone since.
GIVEN = (Account.Kind.RELEASED, Account.Kind.SPENT, Account.Kind.WINDDOWN)
Flow = dict[date, int]


@dataclass(frozen=True)
class Month:
    """Sums since the first day until the end of a month, minor units; None for what has not come yet."""

    first: date
    planned: int
    released: int | None
    spent: int | None
    spent_within: int | None

    @property
    def last(self) -> date:
        return end_of(self.first, "month") - timedelta(days=1)


@dataclass(frozen=True)
class Burn:
    """What a month costs: the average of so many full months that ended before today, three where there are three."""

    a_month: int
    months: int
    left: int
    ends_on: date  # of the budget
    gone_on: date | None  # None: at this pace it lasts longer than anybody plans
    until_end: int  # what this pace takes from today until the budget ends

    @property
    def is_early(self) -> bool:
        """Is the money gone before the budget ends?"""
        return self.gone_on is not None and self.gone_on < self.ends_on

    @property
    def unspent(self) -> int:
        """What is left at the end of the budget when the pace stays as it is."""
        return max(0, self.left - self.until_end)


def months_of(budget: Budget, today: date) -> list[Month]:
    """Every month of a budget, and those before it and after it in which money moved or is planned. Three queries."""
    given, spent = _flows(budget)
    planned = _planned(budget)
    last = min(months_before(max([budget.ends_on, *given, *planned]), 0), months_before(budget.ends_on, -AFTER))
    first = max(months_before(min([budget.starts_on, *given, *planned]), 0), months_before(last, MOST - 1))
    now = months_before(today, 0)
    sums = {"planned": _before(planned, first), "given": _before(given, first), "spent": _before(spent, first)}
    found = []
    while first <= last:
        for name, flow in (("planned", planned), ("given", given), ("spent", spent)):
            sums[name] += flow.get(first, 0)
        known = first <= now
        found.append(Month(
            first, sums["planned"], sums["given"] if known else None, sums["spent"] if known else None,
            spent.get(first, 0) if known else None,
        ))  # fmt: skip
        first = end_of(first, "month")
    return found


def burn_of(budget: Budget, months: Iterable[Month], left: int, today: date) -> Burn | None:
    """The burn of the last full months since money was first spent; None before there is one, or when none burnt."""
    full = [month for month in months if end_of(month.first, "month") <= today and month.spent is not None]
    since = [month for month in full if month.spent][-BURN:]
    burnt = sum(month.spent_within or 0 for month in since)
    if not since or burnt <= 0:
        return None
    a_day = burnt / sum((end_of(month.first, "month") - month.first).days for month in since)
    days = left / a_day
    gone_on = today + timedelta(days=int(days)) if days < 10 * YEAR else None
    until_end = round(a_day * max(0, (budget.ends_on - today).days))
    return Burn(round(burnt / len(since)), len(since), left, budget.ends_on, gone_on, until_end)


def _flows(budget: Budget) -> tuple[Flow, Flow]:
    """What was released and what was spent in each month; what came back counts against it. Two queries, by day: the
    database counts days sooner than months."""
    given: Flow = defaultdict(int)
    spent: Flow = defaultdict(int)
    for side, sign in (("debit_account", 1), ("credit_account", -1)):
        touching = {f"{side}__budget": budget, f"{side}__kind__in": GIVEN}
        by_day = Transfer.objects.filter(**touching).values_list("effective_date", f"{side}__kind")
        for day, kind, amount in by_day.order_by().annotate(sum=Sum("amount")):
            given[day.replace(day=1)] += sign * amount
            if kind == Account.Kind.SPENT:
                spent[day.replace(day=1)] += sign * amount
    return given, spent


def _planned(budget: Budget) -> Flow:
    """What tranches that hold money of this budget were planned to take in each month. One query."""
    held = Account.objects.filter(budget=budget, tranche__isnull=False).values("tranche")
    found = Tranche.objects.filter(pk__in=held).order_by().values_list(TruncMonth("planned_on"))
    return dict(found.annotate(sum=Sum("amount")))


def _before(flow: Flow, first: date) -> int:
    return sum(amount for month, amount in flow.items() if month < first)
