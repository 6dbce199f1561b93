"""The table of all bets: which view, which search, which page; grouped by horizon with sums over the whole group."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, Sum

from bets.models import Bet, BetQuerySet, Flag, Reading
from bets.rules import BROKEN, STALE
from org.models import Person, Run
from portfolio.board import Row, listed, rows_of

ROWS = 100
VIEWS = {"all": "All bets", "flagged": "Flagged", "signals": "Signals need care", "mine": "Led by me"}


@dataclass(frozen=True)
class Tab:
    key: str
    label: str
    count: int


@dataclass(frozen=True)
class Group:
    """The bets of one horizon on this page; count and sums are of the whole horizon."""

    horizon: str
    count: int
    sums: list[tuple[str, int]]
    rows: list[Row]


@dataclass(frozen=True)
class Browsed:
    show: str
    words: str
    tabs: list[Tab]
    groups: list[Group]
    page: Page[Bet]


def browse(bets: BetQuerySet, asked: Mapping[str, str], person: Person, run: Run | None) -> Browsed:
    """What `asked` (show, q, page) selects of `bets`; unknown values mean the first. Seven queries."""
    words, show = asked.get("q", "").strip(), asked.get("show", "")
    show = show if show in VIEWS else "all"
    found, views = bets.matching(words), _conditions(person, run)
    counts = found.order_by().aggregate(**{key: Count("pk", filter=condition) for key, condition in views.items()})
    chosen = found.filter(views[show])
    page = Paginator(listed(chosen), ROWS).get_page(asked.get("page"))
    tabs = [Tab(key, label, counts[key]) for key, label in VIEWS.items() if counts[key] or key in ("all", show)]
    return Browsed(show, words, tabs, _groups(rows_of(page, run), chosen), page)


def _conditions(person: Person, run: Run | None) -> dict[str, Q]:
    flags = Flag.objects.filter(bet=OuterRef("pk"), cleared_on=None)
    unsound = Reading.objects.filter(run=run, outcome__bet=OuterRef("pk"), health__in=[STALE, BROKEN])
    return {
        "all": Q(pk__isnull=False),
        "flagged": Q(Exists(flags)),
        "signals": Q(Exists(unsound)),
        "mine": Q(lead=person),
    }


def _groups(rows: Iterable[Row], chosen: BetQuerySet) -> list[Group]:
    counts: dict[int, int] = defaultdict(int)
    sums: dict[int, list[tuple[str, int]]] = defaultdict(list)
    totals = chosen.with_plan().order_by().values_list("horizon", "currency").annotate(Count("pk"), Sum("planned"))
    for horizon, currency, count, amount in totals:
        counts[horizon] += count
        sums[horizon].append((currency, amount))
    by_horizon = groupby(rows, key=lambda row: row.bet.horizon)
    return [Group(Bet.Horizon(key).label, counts[key], sums[key], list(group)) for key, group in by_horizon]
