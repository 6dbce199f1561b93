"""The headline figures of the portfolio, over every bet that a person may see: what is planned, and beside it, for
whoever sees money, what the ledger has of it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bets.models import BetQuerySet, Flag
from funding.models import Account
from org.models import Run
from org.rules import ACTS, Powers
from portfolio.board import UNJUDGED, with_verdict
from portfolio.night import ACTIVE
from portfolio.queue import SPEAKS_FIRST

AGAINST = ("pivot", "cease")
SHARES = {
    "persist": gettext_lazy("Better than the target"),
    "measure": gettext_lazy("Not settled yet"),
    "inconclusive": gettext_lazy("Cannot be settled in time"),
    "none": gettext_lazy("No verdict"),
    "contradiction": gettext_lazy("Contradiction"),
    "pivot": gettext_lazy("Target refuted"),
    "cease": gettext_lazy("Beyond the kill line"),
}


@dataclass(frozen=True)
class Share:
    """Planned money under one verdict; `start` and `width` are percentages for SVG, never localised."""

    kind: str
    label: str | Promise
    bets: int
    amount: int
    at_stake: int
    start: str
    width: str


@dataclass(frozen=True)
class Given:
    """What the ledger has of the tranches of live and held bets, in one currency, minor units."""

    committed: int = 0
    released: int = 0
    spent: int = 0

    @property
    def in_all(self) -> int:
        """All that was ever committed and has not come back."""
        return self.committed + self.released + self.spent


@dataclass(frozen=True)
class Capital:
    """Planned money of live and held bets in one currency, minor units, split by what the evidence says."""

    currency: str
    planned: int
    bets: int
    shares: list[Share]
    given: Given | None = None

    @property
    def at_stake(self) -> int:
        """The part of the plan that is still ahead: what a decision today can still move."""
        return sum(share.at_stake for share in self.shares)

    @cached_property
    def _opposed(self) -> list[Share]:
        return [share for share in self.shares if share.kind in AGAINST]

    @property
    def against(self) -> int:
        """Planned on bets whose target is refuted or that are beyond their kill line."""
        return sum(share.amount for share in self._opposed)

    @property
    def at_stake_against(self) -> int:
        return sum(share.at_stake for share in self._opposed)

    @property
    def bets_against(self) -> int:
        return sum(share.bets for share in self._opposed)


@dataclass(frozen=True)
class Figures:
    states: dict[str, int]
    has_sample: bool
    flags: list[tuple[str, int]]
    capital: list[Capital]


def figures_of(bets: BetQuerySet, run: Run | None, today: date, powers: Powers | None = None) -> Figures:
    """Three queries, whatever the number of bets; one more for whoever sees money."""
    states: Counter[str] = Counter()
    has_sample = False
    for state, is_sample, count in bets.order_by().values_list("state", "is_sample").annotate(Count("pk")):
        states[state] += count
        has_sample = has_sample or is_sample
    active = bets.filter(state__in=ACTIVE).order_by()
    given = _given(active, powers) if powers and powers.may("see_money") else {}
    capital = [replace(one, given=given.get(one.currency)) for one in _capital(active, run, today)]
    return Figures(states, has_sample, _flagged(active), capital)


def _given(active: BetQuerySet, powers: Powers) -> dict[str, Given]:
    """By currency, of the domains in which these powers see money."""
    domains = powers.domains(ACTS["see_money"])
    seen = active if domains is None else active.filter(domain__in=domains)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    kinds = [kind.name for kind in fields(Given)]
    accounts = Account.objects.filter(tranche__bet__in=seen.values("pk"), kind__in=kinds).order_by()
    by = accounts.values_list("budget__ledger__currency", "kind")
    for currency, kind, amount in by.annotate(Sum("balance")):
        found[currency][kind] = amount
    return {currency: Given(**sums) for currency, sums in found.items()}


def _flagged(bets: BetQuerySet) -> list[tuple[str, int]]:
    """Bets by the kind of their open flag; of several the one that speaks, so that the sum is one of bets."""
    kinds: dict[int, list[str]] = defaultdict(list)
    for bet, kind in Flag.objects.filter(cleared_on=None, bet__in=bets.values("pk")).values_list("bet", "kind"):
        kinds[bet].append(kind)
    counted = Counter(min(of_bet, key=SPEAKS_FIRST.index) for of_bet in kinds.values())
    return [(kind, counted[kind]) for kind in Flag.Kind.values if kind in counted]


def _capital(active: BetQuerySet, run: Run | None, today: date) -> list[Capital]:
    """One per currency, the one with most bets first: amounts in different currencies have no order."""
    judged = with_verdict(active.with_plan().with_stakes(today), run)
    grouped: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    by = ("currency", "verdict_kind")
    sums = judged.values_list(*by).annotate(Count("pk"), Sum("planned"), Sum("at_stake"))
    for currency, kind, *numbers in sums:
        found = grouped[currency]["none" if kind == UNJUDGED else kind]
        found[:] = [a + b for a, b in zip(found, numbers, strict=True)]
    capital = [_of_currency(currency, kinds) for currency, kinds in grouped.items()]
    return sorted(capital, key=lambda one: (-one.bets, one.currency))


def _of_currency(currency: str, kinds: dict[str, list[int]]) -> Capital:
    planned = sum(amount for _, amount, _ in kinds.values())
    shares, before = [], 0
    for kind, label in SHARES.items():
        if kind in kinds:
            bets, amount, at_stake = kinds[kind]
            start, width = (f"{100 * part / max(planned, 1):.2f}%" for part in (before, amount))
            shares.append(Share(kind, label, bets, amount, at_stake, start, width))
            before += amount
    return Capital(currency, planned, sum(bets for bets, _, _ in kinds.values()), shares)
