"""The headline figures of the portfolio, over every bet that a person may see. Money is planned: nothing was spent."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Count, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from bets.models import BetQuerySet, Flag
from org.models import Run
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
class Capital:
    """Planned money of live and held bets in one currency, minor units, split by what the evidence says."""

    currency: str
    planned: int
    bets: int
    shares: list[Share]

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


def figures_of(bets: BetQuerySet, run: Run | None, today: date) -> Figures:
    """Three queries, whatever the number of bets."""
    states: Counter[str] = Counter()
    has_sample = False
    for state, is_sample, count in bets.order_by().values_list("state", "is_sample").annotate(Count("pk")):
        states[state] += count
        has_sample = has_sample or is_sample
    active = bets.filter(state__in=ACTIVE).order_by()
    return Figures(states, has_sample, _flagged(active), _capital(active, run, today))


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
