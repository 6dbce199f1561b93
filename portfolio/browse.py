"""The list of all bets: which are chosen, in which order, in which groups; with counts and sums over all of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Sum, Window
from django.db.models.functions import Lower, RowNumber
from django.http import QueryDict
from django.utils.translation import gettext as _

from bets.models import Bet, BetQuerySet, Verdict
from org.models import Person, Run
from portfolio.asked import Asked, ask, ignored_words
from portfolio.asking import Tab
from portfolio.board import UNJUDGED, WORST_FIRST, Row, rank_in, rows_of, with_health, with_verdict, with_waiting
from portfolio.filters import SHOWS, conditions

ROWS = 100
Kind = Verdict.Kind
GRAVEST_FIRST = [
    Kind.CEASE, Kind.PIVOT, Kind.CONTRADICTION, Kind.INCONCLUSIVE, Kind.PERSIST, Kind.MEASURE, Kind.NONE, UNJUDGED,
]  # fmt: skip
# By what each sort orders; with “-” in front the other way round. Nothing known comes last either way.
ORDERS: dict[str, Any] = {
    "key": F("key"),
    "name": Lower("name"),
    "verdict": rank_in("verdict_kind", GRAVEST_FIRST),
    "health": rank_in("worst_health", WORST_FIRST),
    "planned": F("planned"),
    "at_stake": F("at_stake"),
    "decide_by": F("decide_by"),
    "lead": Lower("lead__name"),
    "flagged": F("flagged_since"),
}
GROUP_ORDERS: dict[str, list[Any]] = {
    "horizon": [(F("horizon") + 3) % 4],  # now, next, later, retiring
    "goal": [F("goal__key").asc(nulls_last=True)],
    "domain": ["domain__name", "domain__key"],
    "none": [],
}
CARDS = 20  # cards of a column; the table has the rest
BOARDS: dict[str, tuple[str, list[str]]] = {
    "verdict": ("verdict_kind", [str(kind) for kind in GRAVEST_FIRST]),
    "stage": ("stage", [str(stage) for stage in Bet.Stage.values]),
}
GROUP_KEYS = {"horizon": "horizon", "goal": "goal_id", "domain": "domain_id"}


@dataclass(frozen=True)
class Total:
    """Planned money in one currency, minor units, and the part of it that is still ahead."""

    currency: str
    planned: int
    at_stake: int


@dataclass(frozen=True)
class Group:
    """The bets of one group on this page; count and sums are of the whole group."""

    label: str
    count: int
    totals: list[Total]
    rows: list[Row]


@dataclass(frozen=True)
class Column:
    """A column of the board with its first cards; count and sums are of the whole column, `url` leads to all of it."""

    key: str
    label: str
    count: int
    totals: list[Total]
    rows: list[Row]
    url: str

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Browsed:
    """A page of groups, or the columns of a board; `count` bets were found."""

    asked: Asked
    tabs: list[Tab]
    count: int
    groups: list[Group]
    page: Page[Bet] | None
    columns: list[Column]

    @property
    def complaints(self) -> list[str]:
        return ignored_words(self.asked)


def chosen(bets: BetQuerySet, asked: QueryDict, person: Person, night: Run | None, today: date) -> BetQuerySet:
    """The bets that a URL asks for, filtered and in the order of the list (groups first); anything else is ignored.

    No query yet, but one for each of domain, goal, lead and team that is asked for.
    """
    return chosen_of(ask(bets, asked, person, night), today)


def chosen_of(asked: Asked, today: date) -> BetQuerySet:
    """The same, of what has been read from the URL already; with `planned`, `at_stake` and `decide_by`."""
    night = asked.filters.night
    found = with_waiting(with_health(with_verdict(asked.filters.qs, night), night)).with_plan().with_stakes(today)
    return found.order_by(*GROUP_ORDERS[asked.settings["group"]], *order_of(asked))


def order_of(asked: Asked) -> list[Any]:
    """By what bets are sorted inside their group."""
    sort = asked.settings["sort"]
    order = ORDERS[sort.removeprefix("-")]
    return [order.desc(nulls_last=True) if sort.startswith("-") else order.asc(nulls_last=True), "key"]


def browse(bets: BetQuerySet, data: QueryDict, person: Person, night: Run | None, today: date) -> Browsed:
    """A page of what `data` (a query string) asks of `bets`."""
    asked = ask(bets, data, person, night)
    tabs, found = _tabs(asked), chosen_of(asked, today)
    count = next(tab.count for tab in tabs if tab.key == shown(asked))
    if asked.settings["view"] == "board":
        return Browsed(asked, tabs, count, [], None, _columns(asked, found))
    pages = Paginator(found.select_related("lead", "domain", "goal"), ROWS)
    pages.count = count  # it is known already, so it is not asked again
    page = pages.get_page(asked.page)
    return Browsed(asked, tabs, count, _groups(rows_of(page, night), found, asked.settings["group"]), page, [])


def shown(asked: Asked) -> str:
    """The tab that is open."""
    return asked.filters.value("show") or "all"


def _tabs(asked: Asked) -> list[Tab]:
    """Each tab with the number of bets in it under the other filters; empty ones are left out. One query."""
    filters = asked.filters
    views = conditions(filters.person, filters.night)
    found = filters.qs_without("show").order_by()
    counts = found.aggregate(**{key: Count("pk", filter=condition) for key, condition in views.items()})
    wanted = [key for key in SHOWS if counts[key] or key in ("all", shown(asked))]
    return [Tab(key, str(SHOWS[key]), counts[key], asked.url(show=key)) for key in wanted]


def _groups(rows: Iterable[Row], found: BetQuerySet, by: str) -> list[Group]:
    counts, totals = _sums(found, GROUP_KEYS.get(by))
    grouped = groupby(rows, key=lambda row: getattr(row.bet, GROUP_KEYS[by]) if by in GROUP_KEYS else None)
    groups = [(key, list(members)) for key, members in grouped]
    return [Group(_label(by, members[0].bet), counts[key], totals[key], members) for key, members in groups]


def _sums(found: BetQuerySet, field: str | None) -> tuple[dict[Any, int], dict[Any, list[Total]]]:
    """Number and planned money of all that was found, by the value of a field (None: of all together). One query."""
    counts: dict[Any, int] = defaultdict(int)
    totals: dict[Any, list[Total]] = defaultdict(list)
    fields = [field, "currency"] if field else ["currency"]
    sums = found.order_by().values(*fields).annotate(n=Count("pk"), plan=Sum("planned"), ahead=Sum("at_stake"))
    for one in sums.order_by(*fields).values_list(*fields, "n", "plan", "ahead"):
        key = one[0] if field else None
        currency, number, planned, at_stake = one[-4:]
        counts[key] += number
        totals[key].append(Total(currency, planned, at_stake))
    return counts, totals


def _columns(asked: Asked, found: BetQuerySet) -> list[Column]:
    """The columns that have bets, gravest verdict or earliest stage first, with their first cards. Four queries."""
    by = asked.settings["columns"]
    field, known = BOARDS[by]
    counts, totals = _sums(found, field)
    place = Window(RowNumber(), partition_by=F(field), order_by=order_of(asked))
    first = found.order_by(*order_of(asked)).annotate(place=place).filter(place__lte=CARDS)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(first.select_related("lead", "domain", "goal"), asked.filters.night):
        rows[getattr(row.bet, field)].append(row)
    words = dict(asked.filters.filters[by].field.choices)
    urls = {key: asked.url(**{by: key, "view": "", "columns": ""}) for key in known}
    found_in = [key for key in known if counts[key]]
    return [Column(key, str(words[key]), counts[key], totals[key], rows[key], urls[key]) for key in found_in]


def _label(by: str, bet: Bet) -> str:
    if by == "goal":
        return str(bet.goal or _("Serves no goal"))
    return str(bet.domain if by == "domain" else bet.get_horizon_display() if by == "horizon" else _("All bets"))
