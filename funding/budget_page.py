"""What the page of one budget shows: figures in words, its months, who holds its money, and its latest transfers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q, QuerySet, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import Bet
from funding.budget_list import Row
from funding.budget_months import Burn, Month, burn_of, months_of
from funding.budgets import STANDING, Figures, figures_of
from funding.models import Account, Budget, FundingRequest, Transfer
from lib.money_words import short_money
from org.rules import Powers

HOLDERS, TRANSFERS, WAITING = 30, 10, 10  # shown on the page
Line = tuple[str, str, int]  # what it is, how it counts (“+”, “−”, “=” or nothing), minor units


@dataclass(frozen=True)
class Holder:
    """A bet that holds money of the budget; no bet: all that this person may not see."""

    bet: Bet | None
    count: int
    committed: int = 0
    released: int = 0
    set_aside: int = 0
    spent: int = 0

    @property
    def held(self) -> int:
        return self.committed + self.released + self.set_aside + self.spent


@dataclass(frozen=True)
class Move:
    """A transfer of the budget, with the accounts it left and reached: kind in words, and whose it is."""

    transfer: Transfer
    left: tuple[str, str]
    reached: tuple[str, str]


@dataclass(frozen=True)
class BudgetPage(Row):
    """What its row in the list says, and more."""

    months: list[Month]
    burn: Burn | None
    holders: list[Holder]
    transfers: list[Move]
    waiting: list[FundingRequest]

    @property
    def shown_holders(self) -> list[Holder]:
        return self.holders[:HOLDERS]

    @property
    def other_holders(self) -> Holder | None:
        """The sum of those that are not listed."""
        rest = self.holders[HOLDERS:]
        return _sum(rest) if rest else None

    @cached_property
    def lines(self) -> list[Line]:
        """How the budget came to be what it is, and where it stands; the picture has the same."""
        return lines_of(self.figures)

    @property
    def now(self) -> Month | None:
        """The month in which we are, or the last that is known."""
        known = [month for month in self.months if month.spent is not None]
        return known[-1] if known else None

    @property
    def has_plan(self) -> bool:
        """Does a tranche hold money of it?"""
        return any(month.planned for month in self.months)

    @property
    def sentence(self) -> str:
        return " ".join(sentences(self.figures, self.currency))

    @property
    def made_sentence(self) -> str:
        return _made_words(self.figures, self.currency)

    @property
    def burn_sentence(self) -> str:
        return " ".join(_burn_words(self))

    @property
    def plan_sentence(self) -> str:
        return _plan_words(self)


def budget_page(budget: Budget, powers: Powers, today: date) -> BudgetPage:
    """Twelve queries, whatever the number of bets and transfers."""
    figures = figures_of([budget])[budget.pk]
    months = months_of(budget, today)
    return BudgetPage(
        budget, figures, today, months, burn_of(budget, months, figures.unspent, today), holders_of(budget, powers),
        moves_of(transfers_of(budget)[:TRANSFERS], budget, powers), list(waiting_of(budget, powers)[:WAITING]),
    )  # fmt: skip


def lines_of(figures: Figures) -> list[Line]:
    return [
        (_("Original"), "", figures.original), (_("Supplements"), "+", figures.supplements),
        (_("Returned"), "−", figures.returned), (_("Moved in"), "+", figures.moved_in),
        (_("Moved out"), "−", figures.moved_out), (_("Current budget"), "=", figures.current),
        (_("Committed"), "−", figures.committed), (_("Released"), "−", figures.released),
        (_("Set aside to wind down"), "−", figures.set_aside), (_("Spent"), "−", figures.spent),
        (_("Available"), "=", figures.available),
    ]  # fmt: skip


def sentences(figures: Figures, currency: str) -> Iterator[str]:
    """The figures as one would say them."""

    def said(minor: int) -> str:
        return short_money(minor, currency)

    if not figures.current:
        yield _("There is no money in this budget yet: finance asks to appropriate it.")
    else:
        names = {"current": said(figures.current), "spent": said(figures.spent), "available": said(figures.available)}
        names["promised"] = said(figures.used - figures.spent)
        told = _("Of %(current)s, %(spent)s is spent, %(promised)s is promised to bets and %(available)s is available.")
        if figures.used == figures.spent:
            told = _("Of %(current)s, %(spent)s is spent and %(available)s is available.")
        yield told % names
    if figures.short:
        names = {"requested": said(figures.requested), "short": said(figures.short)}
        yield _("Requests that wait ask for %(requested)s, which is %(short)s more than is left.") % names
    elif figures.requested:
        yield _("Requests that wait ask for %(requested)s of it.") % {"requested": said(figures.requested)}


def _made_words(figures: Figures, currency: str) -> str:
    """How the current budget came about."""
    changes = (
        (_("%(money)s of supplements"), figures.supplements), (_("%(money)s moved in"), figures.moved_in),
        (_("%(money)s returned"), figures.returned), (_("%(money)s moved out"), figures.moved_out),
    )  # fmt: skip
    told = [words % {"money": short_money(minor, currency)} for words, minor in changes if minor]
    names = {"original": short_money(figures.original, currency), "current": short_money(figures.current, currency)}
    if not told:
        return _("It stands as it was first given: %(original)s.") % names
    names["changes"] = ", ".join(told)
    return _("It began with %(original)s; with %(changes)s it is %(current)s now.") % names


def _burn_words(page: BudgetPage) -> Iterator[str]:
    burn = page.burn
    if burn is None:
        yield _("Nothing was spent in a full month yet, so there is no burn to speak of.")
        return
    pace = ngettext(
        "It burns %(burn)s a month, by the last full month.",
        "It burns %(burn)s a month, averaged over the last %(count)d full months.", burn.months,
    )  # fmt: skip
    yield pace % {"burn": short_money(burn.a_month, page.currency), "count": burn.months}
    ends = date_format(burn.ends_on, "DATE_FORMAT")
    if burn.left <= 0:
        yield _("Nothing is left to spend.")
    elif burn.ends_on < page.today:
        yield _("The budget ended on %(ends)s.") % {"ends": ends}
    elif burn.is_early and burn.gone_on:
        gone = date_format(burn.gone_on, "DATE_FORMAT")
        yield _("At this pace the money is gone on %(gone)s, before the budget ends on %(ends)s.") % {
            "gone": gone, "ends": ends,
        }  # fmt: skip
    else:
        left = short_money(burn.unspent, page.currency)
        yield _("At this pace %(left)s is unspent when the budget ends on %(ends)s.") % {"left": left, "ends": ends}


def _plan_words(page: BudgetPage) -> str:
    now = page.now
    if now is None or not (now.planned or now.released):
        return _("No tranche holds money of this budget, and nothing was spent from it yet.")
    if not page.has_plan:
        told = _("No tranche holds money of this budget; %(spent)s is spent.")
        return told % {"spent": short_money(now.spent or 0, page.currency)}
    names = {
        "planned": short_money(now.planned, page.currency), "released": short_money(now.released or 0, page.currency),
        "spent": short_money(now.spent or 0, page.currency),
    }  # fmt: skip
    words = _(
        "By the month’s end tranches were planned to take %(planned)s; %(released)s is released and %(spent)s is spent."
    )
    return words % names


def holders_of(budget: Budget, powers: Powers) -> list[Holder]:
    """Bets with money of the budget, most first; those that these powers do not reach as one. Three queries."""
    found = Account.objects.filter(budget=budget, tranche__isnull=False).exclude(balance=0).order_by()
    money: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for bet, kind, balance in found.values_list("tranche__bet", "kind").annotate(sum=Sum("balance")):
        money[bet][STANDING[kind]] += balance
    seen = set(Bet.objects.visible_to(powers).filter(pk__in=list(money)).values_list("pk", flat=True))
    ranked = sorted(seen, key=lambda key: (-sum(money[key].values()), key))
    bets = Bet.objects.in_bulk(ranked[:HOLDERS])
    known = [Holder(bets.get(key), 1, **money[key]) for key in ranked]
    hidden = [Holder(None, 1, **sums) for key, sums in money.items() if key not in seen]
    return [*known, _sum(hidden)] if hidden else known


def _sum(holders: list[Holder]) -> Holder:
    names = ("count", "committed", "released", "set_aside", "spent")
    return Holder(None, **{name: sum(getattr(one, name) for one in holders) for name in names})


def transfers_of(budget: Budget) -> "QuerySet[Transfer]":
    """Every transfer from, to or within a budget, the latest first."""
    mine = Account.objects.filter(budget=budget).values("pk")
    found = Transfer.objects.filter(Q(debit_account__in=mine) | Q(credit_account__in=mine), ledger=budget.ledger_id)
    accounts = [f"{side}_account__{of}" for side in ("debit", "credit") for of in ("budget", "tranche__bet")]
    return found.select_related("posted_by", "line", *accounts).order_by("-seq")


def moves_of(transfers: Iterable[Transfer], budget: Budget, powers: Powers) -> list[Move]:
    """Transfers as rows; bets and budgets that these powers do not reach are not named."""
    return [
        Move(one, *(_account(account, budget, powers) for account in (one.credit_account, one.debit_account)))
        for one in transfers
    ]


def _account(account: Account, budget: Budget, powers: Powers) -> tuple[str, str]:
    kind, whose = str(account.get_kind_display()), ""
    if account.tranche is not None:
        names = {"bet": account.tranche.bet.name, "number": account.tranche.sequence}
        whose = _("%(bet)s, tranche %(number)d") % names if powers.sees(account.tranche.bet.domain_id) else _("A bet")
    elif account.budget is not None and account.budget_id != budget.pk:
        is_seen = powers.may("see_money", account.budget.domain_id)
        whose = account.budget.name if is_seen else _("Another budget")
    return kind, whose


def waiting_of(budget: Budget, powers: Powers) -> "QuerySet[FundingRequest]":
    """Requests that wait and would move money of the budget, the one due first first."""
    mine = Account.objects.filter(budget=budget).values("pk")
    touching = Q(lines__credit_account__in=mine) | Q(lines__debit_account__in=mine)
    waiting = FundingRequest.objects.visible_to(powers).filter(touching, state=FundingRequest.State.SUBMITTED)
    return waiting.distinct().select_related("bet", "proposer").order_by("due_on", "pk")
