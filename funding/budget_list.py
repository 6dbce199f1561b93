"""One page of the list of budgets: durable team funding first, then domain by domain with sums of each currency."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from funding.budget_filters import BudgetFilter, span_words
from funding.budgets import Figures, Level, figures_of, sums_of
from funding.models import Budget
from lib.money import plain
from lib.tables import Cell
from org.models import Domain

ROWS = 100  # shown on a page at once
WIDTHS = [16, 36, 22, 22, 18, 28, 9, 11, 11, *[14] * 12, 8, 20, 12, 12]  # characters, of the Excel file


@dataclass(frozen=True)
class Part:
    """One stretch of a bar, in percent of the current budget, as SVG wants it."""

    name: str
    start: str
    width: str


@dataclass(frozen=True)
class Row:
    budget: Budget
    figures: Figures
    today: date

    @property
    def time_percent(self) -> int | None:
        """Share of its days that have passed, while it runs."""
        start, end = self.budget.starts_on, self.budget.ends_on
        if not start <= self.today <= end:
            return None
        return 100 * ((self.today - start).days + 1) // ((end - start).days + 1)

    @property
    def is_ahead(self) -> bool:
        """Is more of it used than of its time?"""
        passed = 0 if self.today < self.budget.starts_on else 100 if self.time_percent is None else self.time_percent
        return (self.figures.percent or 0) > passed

    @property
    def currency(self) -> str:
        return self.budget.ledger.currency

    @property
    def span(self) -> str:
        return span_words((self.budget.starts_on, self.budget.ends_on))

    @property
    def level(self) -> Level:
        return self.figures.level(self.budget.warn_percent)

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.figures)


def parts_of(figures: Figures) -> list[Part]:
    """What a bar is made of: spent, then what is promised, most certain first."""
    start, found = 0.0, []
    for name in ("spent", "set_aside", "released", "committed"):
        share = 100 * getattr(figures, name) / figures.current if figures.current > 0 else 0.0
        if share:
            found.append(Part(name, f"{start:.2f}%", f"{share:.2f}%"))
        start += share
    return found


@dataclass(frozen=True)
class Group:
    """Budgets of one domain, or durable team funding of all of them; `totals` count those of domains below too."""

    label: str
    depth: int
    rows: list[Row]
    below: list["Group"] = field(default_factory=list)
    is_team: bool = False

    @cached_property
    def all_rows(self) -> list[Row]:
        return [*self.rows, *(row for group in self.below for row in group.all_rows)]

    @cached_property
    def totals(self) -> dict[str, Figures]:
        return sums_of((row.currency, row.figures) for row in self.all_rows)


@dataclass(frozen=True)
class Listing:
    """`groups` are those of one page, each with its rows of this page; `totals` and `teams` of all that was asked."""

    page: Page[Row]
    groups: list[tuple[Group, list[Row]]]
    totals: dict[str, Figures]
    teams: dict[str, Figures]
    rows: list[Row]

    @property
    def currency(self) -> str:
        """That of most money is shown at a glance, the others below it."""
        return max(self.totals, key=lambda code: self.totals[code].current, default="")

    @property
    def glance(self) -> Figures:
        return self.totals.get(self.currency, Figures())

    @property
    def parts(self) -> list[Part]:
        return parts_of(self.glance)

    @property
    def team_share(self) -> Figures:
        return self.teams.get(self.currency, Figures())

    @property
    def elsewhere(self) -> dict[str, Figures]:
        return {code: figures for code, figures in self.totals.items() if code != self.currency}

    @property
    def ailing(self) -> list[Row]:
        return [row for row in self.rows if row.level in (Level.WARNED, Level.GONE, Level.SHORT)]

    @property
    def ahead(self) -> int:
        """How many of them have used more of their money than of their time."""
        return sum(row.is_ahead for row in self.ailing)


def rows_of(narrow: BudgetFilter) -> list[Row]:
    """Those that the filter leaves, with their figures. Four queries."""
    budgets = list(narrow.qs.select_related("ledger", "domain", "team").order_by("starts_on", "code", "pk"))
    figures = figures_of(budgets)
    rows = [Row(budget, figures[budget.pk], narrow.today) for budget in budgets]
    state = narrow.chosen("state")
    return rows if state in ("", "withdrawn") else [row for row in rows if row.level == state]


def listing_of(narrow: BudgetFilter, number: str | None) -> Listing:
    """Five queries, whatever their number."""
    rows = rows_of(narrow)
    groups = list(_groups(rows))
    ordered = [row for group in groups for row in group.rows]
    page = Paginator(ordered, ROWS).get_page(number)
    shown = {id(row) for row in page}
    return Listing(
        page, [
            (group, [row for row in group.rows if id(row) in shown])
            for group in groups if any(id(row) in shown for row in group.all_rows)
        ],
        sums_of((row.currency, row.figures) for row in rows),
        sums_of((row.currency, row.figures) for row in rows if row.budget.team_id), ordered,
    )  # fmt: skip


def _groups(rows: Sequence[Row]) -> Iterator[Group]:
    """Durable team funding first, then the tree of domains, without branches that have no budget."""
    teams = [row for row in rows if row.budget.team_id]
    if teams:
        teams.sort(key=lambda row: (str(row.budget.domain), str(row.budget.team), row.budget.starts_on))
        yield Group(_("Durable team funding"), 0, teams, is_team=True)
    own: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if not row.budget.team_id:
            own[row.budget.domain_id].append(row)
    children: dict[int | None, list[Domain]] = defaultdict(list)
    for domain in Domain.objects.order_by("name", "pk"):
        children[domain.parent_id].append(domain)
    for top in _tree(children, None, 0, own):
        yield from _flat(top)


def _tree(
    children: dict[int | None, list[Domain]], parent: int | None, depth: int, own: dict[int, list[Row]]
) -> list[Group]:
    found = [
        Group(domain.name, depth, own[domain.pk], _tree(children, domain.pk, depth + 1, own))
        for domain in children[parent]
    ]
    return [group for group in found if group.all_rows]


def _flat(group: Group) -> Iterator[Group]:
    yield group
    for one in group.below:
        yield from _flat(one)


def header() -> list[str]:
    return [
        _("Code"), _("Budget"), _("Domain"), _("Team"), _("Funding class"), _("Ledger"), _("Currency"), _("Starts"),
        _("Ends"), _("Original"), _("Supplements"), _("Returned"), _("Moved in"), _("Moved out"), _("Current"),
        _("Requested"), _("Committed"), _("Released"), _("Set aside"), _("Spent"), _("Available"), _("Used, percent"),
        _("Treatment"), _("Cost centre"), _("ERP account"),
    ]  # fmt: skip


def cells(row: Row) -> list[Cell]:
    """One budget in the order of the header; money in major units, exact."""
    one, figures = row.budget, row.figures
    money = (
        figures.original, figures.supplements, figures.returned, figures.moved_in, figures.moved_out, figures.current,
        figures.requested, figures.committed, figures.released, figures.set_aside, figures.spent, figures.available,
    )  # fmt: skip
    return [
        one.code, one.name, str(one.domain), str(one.team or ""), one.get_funding_class_display(),
        one.ledger.legal_entity, row.currency, one.starts_on, one.ends_on,
        *(Decimal(plain(part, row.currency)) for part in money),
        None if figures.percent is None else Decimal(figures.percent), one.get_treatment_display(), one.cost_centre,
        one.erp_account,
    ]  # fmt: skip
