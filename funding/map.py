"""The funding map: money by funding class and domain, and how the mix moves from projects to teams and bets."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from funding.budget_filters import Span, span_key, span_words
from funding.budgets import Figures, figures_of
from funding.models import Budget
from lib.figures import LAYOUT, TICKS, Figure
from lib.money_words import exact_money, short_money
from org.models import Domain

Class = Budget.FundingClass
CLASSES = tuple(Class)  # durable and evidence-led money first
NEW_WAY = (Class.TEAM, Class.BET)
# Names of colours of the stylesheet, of the ground (words on it stay readable in both themes) and of what is drawn on
# it; and a pattern, which tells the classes apart without colours.
LOOKS = {
    Class.TEAM: ("var(--persist-bg)", "var(--persist)", ""), Class.BET: ("var(--f-held)", "var(--f-rel)", ""),
    Class.PROJECT: ("var(--pivot-bg)", "var(--pivot)", "/"), Class.RUN: ("var(--k-unsel)", "var(--muted)", "."),
    Class.MANDATORY: ("var(--sunken)", "var(--muted)", "x"),
}  # fmt: skip
FINE = {"size": 6, "solidity": 0.12}  # so that words on it stay readable
QUARTERS = [0, 25, 50, 75, 100]  # percent
SPANS = 8  # periods shown, the latest
WORTH_SAYING = 1  # percentage points by which a share has to move


@dataclass(frozen=True)
class Mix:
    """Money of one period by funding class, minor units of one currency."""

    label: str
    by_class: dict[str, int]

    @property
    def whole(self) -> int:
        return sum(self.by_class.values())

    def percent(self, *classes: str) -> float:
        return 100 * sum(self.by_class.get(one, 0) for one in classes) / self.whole if self.whole else 0.0

    @property
    def parts(self) -> list[tuple[Class, int, float]]:
        return [(one, self.by_class.get(one, 0), self.percent(one)) for one in CLASSES]


@dataclass(frozen=True)
class Place:
    """One domain: its money by funding class in the chosen period, in the order of CLASSES."""

    domain: Domain
    amounts: list[int]

    @property
    def whole(self) -> int:
        return sum(self.amounts)

    @property
    def cells(self) -> Iterator[tuple[Class, int]]:
        return iter(zip(CLASSES, self.amounts, strict=True))


@dataclass(frozen=True)
class FundingMap:
    """`mixes` are those of every period, the first one first; `began` and `now` those of the chosen period."""

    currency: str
    currencies: list[str]
    spans: list[Span]
    span: Span | None
    mixes: list[Mix]
    began: Mix
    now: Mix
    places: list[Place]

    @property
    def period(self) -> str:
        return span_words(self.span) if self.span else ""

    @property
    def key(self) -> str:
        return span_key(self.span) if self.span else ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(span_key(span), span_words(span)) for span in self.spans]

    def running(self, today: date) -> Mix:
        """All budgets that run today, whatever their period."""
        sums: dict[str, int] = defaultdict(int)
        for (first, last), mix in zip(self.spans[-len(self.mixes) :], self.mixes, strict=True):
            for one, amount in mix.by_class.items() if first <= today <= last else ():
                sums[one] += amount
        return Mix(_("Running today"), dict(sums))

    @property
    def before(self) -> Mix | None:
        """The mix of the period that ended last before the chosen one starts."""
        earlier = [span for span in self.spans if self.span and span[1] < self.span[0]]
        found = {span_words(span): span for span in earlier}
        known = [mix for mix in self.mixes if mix.label in found and mix.whole]
        return known[-1] if known else None

    @cached_property
    def sentence(self) -> str:
        return " ".join(_sentences(self))


def map_of(budgets: Any, asked: Any, today: date) -> FundingMap:
    """Of budgets that a person may see, in the currency and the period that are asked for: unless they are known, in
    the currency of most budgets and the period that runs today. Four queries."""
    found = list(budgets.filter(withdrawn_at=None).select_related("ledger", "domain").order_by("pk"))
    counts: dict[str, int] = defaultdict(int)
    for budget in found:
        counts[budget.ledger.currency] += 1
    currencies = sorted(counts, key=lambda code: (-counts[code], code))
    currency = asked.get("currency") if asked.get("currency") in counts else next(iter(currencies), "")
    found = [budget for budget in found if budget.ledger.currency == currency]
    figures = figures_of(found)
    spans = sorted({(budget.starts_on, budget.ends_on) for budget in found})
    funded = {(budget.starts_on, budget.ends_on) for budget in found if figures[budget.pk].current}
    span = _chosen(spans, asked.get("period", ""), today, funded)
    inside = [budget for budget in found if (budget.starts_on, budget.ends_on) == span]
    mixes = [_mix(span_words(one), _of(found, one), figures) for one in spans[-SPANS:]]
    began = _mix(_("At first"), inside, figures, original=True)
    return FundingMap(
        currency, currencies, spans, span, mixes, began, _mix(_("Now"), inside, figures), _places(inside, figures)
    )


def _of(budgets: Iterable[Budget], span: Span) -> list[Budget]:
    return [budget for budget in budgets if (budget.starts_on, budget.ends_on) == span]


def _chosen(spans: list[Span], key: str, today: date, funded: Collection[Span]) -> Span | None:
    """The one that is asked for; else the longest of those that run today, one with money first; else the latest."""
    by_key = {span_key(span): span for span in spans}
    running = [span for span in spans if span[0] <= today <= span[1]]
    longest = max(running, key=lambda span: (span in funded, span[1] - span[0], span), default=None)
    return by_key.get(key) or longest or (spans[-1] if spans else None)


def _mix(label: str, budgets: Iterable[Budget], figures: dict[int, Figures], *, original: bool = False) -> Mix:
    sums: dict[str, int] = defaultdict(int)
    for budget in budgets:
        sums[budget.funding_class] += figures[budget.pk].original if original else figures[budget.pk].current
    return Mix(label, dict(sums))


def _places(budgets: Iterable[Budget], figures: dict[int, Figures]) -> list[Place]:
    """Domains with money in the period, most first."""
    sums: dict[Domain, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for budget in budgets:
        sums[budget.domain][budget.funding_class] += figures[budget.pk].current
    places = [Place(domain, [amounts[one] for one in CLASSES]) for domain, amounts in sums.items()]
    return sorted(places, key=lambda place: (-place.whole, place.domain.name))


def _sentences(page: FundingMap) -> Iterator[str]:
    if not page.now.whole:
        yield _("There is no money in the budgets of this period yet.")
        return
    share = page.now.percent(*NEW_WAY)
    names = {"period": page.period, "share": f"{share:.0f}", "whole": short_money(page.now.whole, page.currency)}
    yield _("In %(period)s, %(share)s %% of %(whole)s goes to durable teams and to bets.") % names
    if page.before:
        yield _moved(page.before.percent(*NEW_WAY), share, page.before.label)
    first = page.began.percent(*NEW_WAY)
    if page.began.whole and abs(share - first) >= WORTH_SAYING:
        told = {"first": f"{first:.0f}"}
        yield _("When its budgets were first given it was %(first)s %%; supplements and moves made the rest.") % told
    old = page.now.percent(Class.PROJECT)
    if old:
        yield _("Projects, the old way, still take %(old)s %%.") % {"old": f"{old:.0f}"}


def _moved(was: float, share: float, label: str) -> str:
    names = {"was": f"{was:.0f}", "label": label}
    if share - was >= WORTH_SAYING:
        return _("That is more than the %(was)s %% of %(label)s: the money moves.") % names
    if was - share >= WORTH_SAYING:
        return _("That is less than the %(was)s %% of %(label)s.") % names
    return _("It was %(was)s %% in %(label)s: the mix has not moved.") % names


def map_figure(page: FundingMap) -> Figure:
    """The mix of each period as a bar of 100 percent, lying; the latest at the top."""
    bars = [mix for mix in page.mixes if mix.whole]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": str(one.label),
            "y": [mix.label for mix in bars],
            "x": [round(mix.percent(one), 2) for mix in bars],
            "text": [f"{mix.percent(one):.0f} %" if mix.percent(one) >= 7 else "" for mix in bars],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "insidetextfont": {"color": "var(--text)"},
            "textangle": 0,
            "hovertext": [
                f"{mix.label}<br>{one.label}: {exact_money(mix.by_class.get(one, 0), page.currency)},"
                f" {mix.percent(one):.1f} %"
                for mix in bars
            ],
            "hovertemplate": "%{hovertext}<extra></extra>",
            "marker": {
                "color": LOOKS[one][0],
                "pattern": {"shape": LOOKS[one][2], "fillmode": "overlay", "fgcolor": LOOKS[one][1]} | FINE,
                "line": {"color": LOOKS[one][1], "width": 1},
            },
        }
        for one in CLASSES
        if any(mix.by_class.get(one) for mix in bars)
    ]
    return {
        "data": data,
        "layout": LAYOUT | {
            "barmode": "stack",
            "bargap": 0.35,
            "margin": {"l": 8, "r": 12, "t": 40, "b": 8},
            "legend": {
                "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal", "itemclick": False,
                "font": {"size": 11},
            },
            "xaxis": TICKS | {"range": [0, 100.5], "tickvals": QUARTERS, "ticktext": [f"{one} %" for one in QUARTERS]},
            "yaxis": TICKS | {"type": "category", "showgrid": False},
        },
    }  # fmt: skip
