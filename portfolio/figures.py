"""The headline figures of the portfolio, over every bet that a person may see. Money is planned: nothing was spent."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from bets.models import BetQuerySet, Flag, Verdict
from org.models import Run
from portfolio.night import ACTIVE

AGAINST = ("pivot", "cease")
SHARES = {
    "persist": "Above the target",
    "measure": "Not settled yet",
    "none": "No verdict",
    "contradiction": "Contradiction",
    "pivot": "Target refuted",
    "cease": "Below the kill line",
}


@dataclass(frozen=True)
class Share:
    """Planned money under one verdict; `start` and `width` are percentages for SVG, never localised."""

    kind: str
    label: str
    bets: int
    amount: int
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
    def against(self) -> int:
        """Planned on bets whose target is refuted or that are beyond their kill line."""
        return sum(share.amount for share in self.shares if share.kind in AGAINST)

    @property
    def bets_against(self) -> int:
        return sum(share.bets for share in self.shares if share.kind in AGAINST)


@dataclass(frozen=True)
class Figures:
    states: dict[str, int]
    flags: list[tuple[str, int]]
    capital: list[Capital]

    @property
    def flags_open(self) -> int:
        return sum(count for _, count in self.flags)


def figures_of(bets: BetQuerySet, run: Run | None) -> Figures:
    """Three queries, whatever the number of bets."""
    states = dict(bets.order_by().values_list("state").annotate(Count("pk")))
    counted = Flag.objects.filter(cleared_on=None, bet__in=bets.order_by().values("pk")).order_by()
    flags = dict(counted.values_list("kind").annotate(Count("pk")))
    return Figures(states, [(kind, flags[kind]) for kind in Flag.Kind.values if kind in flags], _capital(bets, run))


def _capital(bets: BetQuerySet, run: Run | None) -> list[Capital]:
    """One per currency, the largest first."""
    verdict = Verdict.objects.filter(run=run, bet=OuterRef("pk")).values("kind")[:1]
    active = bets.filter(state__in=ACTIVE).order_by().with_plan()
    judged = active.annotate(verdict=Coalesce(Subquery(verdict), Value("none")))
    grouped: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for currency, kind, number, amount in judged.values_list("currency", "verdict").annotate(
        Count("pk"), Sum("planned")
    ):
        grouped[currency][kind] = (number, amount)
    found = [_of_currency(currency, kinds) for currency, kinds in grouped.items()]
    return sorted(found, key=lambda capital: -capital.planned)


def _of_currency(currency: str, kinds: dict[str, tuple[int, int]]) -> Capital:
    planned = sum(amount for _, amount in kinds.values())
    shares, before = [], 0
    for kind, label in SHARES.items():
        if kind in kinds:
            bets, amount = kinds[kind]
            start, width = (f"{100 * part / max(planned, 1):.2f}%" for part in (before, amount))
            shares.append(Share(kind, label, bets, amount, start, width))
            before += amount
    return Capital(currency, planned, sum(bets for bets, _ in kinds.values()), shares)
