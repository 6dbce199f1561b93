"""What a decision would do to the money of its bet, for the form on which people decide."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from bets.models import Bet
from bets.rules_draft import Cost, Effort, cost_of
from funding.capacity import freed_weeks
from funding.effects import Effect, name_of_budget
from funding.holdings import Holding, Returning, holding_of
from funding.models import Account, FundingRequest

NAMES = ("committed", "released", "winddown", "spent")


@dataclass(frozen=True)
class DecidingMoney:
    """`freed` is what its teams get back on the day it ceases; `waiting` counts the requests that a cease or a pivot
    makes void; `wanted` is what somebody wants to set aside, None for what was planned."""

    holding: Holding
    waiting: int
    freed: Cost
    available: dict[int, int]
    wanted: int | None = None

    @property
    def there(self) -> int:
        """The most that can be set aside."""
        return self.holding.there

    @property
    def currency(self) -> str:
        return self.holding.bet.currency

    @property
    def default(self) -> int:
        return self.holding.set_aside()

    @property
    def set_aside(self) -> int:
        return self.holding.set_aside(self.wanted)

    @property
    def returning(self) -> list[Returning]:
        return self.holding.returning(self.wanted)

    @property
    def effects(self) -> list[Effect]:
        """Each figure that a cease touches, before and after."""
        budgets = [
            Effect(name_of_budget("available", one.budget), self.available.get(one.budget.pk, 0), one.returns,
                   one.currency, is_budget=True)
            for one in self.returning
        ]  # fmt: skip
        sums, currency = self.holding.sums, self.holding.bet.currency
        changes = {"committed": -sums["committed"], "released": -sums["released"], "winddown": self.set_aside}
        names = {
            "committed": _("Committed"), "released": _("Released, not spent"),
            "winddown": _("Set aside to wind it down"), "spent": _("Spent"),
        }  # fmt: skip
        mine = [
            Effect(names[kind], sums[kind], changes.get(kind, 0), currency, is_budget=False)
            for kind in NAMES
            if sums[kind] or changes.get(kind)
        ]
        return [*mine, *budgets]


def deciding_money(bet: Bet, today: date) -> DecidingMoney:
    """Four queries, three where nothing was ever posted for the bet; three more where teams work on it."""
    holding = holding_of(bet)
    waiting = FundingRequest.objects.filter(bet=bet, state=FundingRequest.State.SUBMITTED).count()
    budgets = [budget.pk for budget in holding.budgets]
    found = Account.objects.filter(budget__in=budgets, kind=Account.Kind.AVAILABLE).values_list("budget", "balance")
    return DecidingMoney(holding, waiting, _freed(bet, today), dict(found) if budgets else {})


def _freed(bet: Bet, today: date) -> Cost:
    """Team-weeks after today, at the rates of their teams."""
    freed = freed_weeks(bet, today)
    return cost_of(0, bet.currency, [Effort(one.name, weeks, one.week_rate, one.rate_currency) for one, weeks in freed])
