"""The numbers of the trends, the mix today and what changed, as CSV."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Decision, Flag, Verdict
from lib import tables
from lib.money import plain
from lib.tables import Cell
from portfolio.changes import Change, Changes
from portfolio.trends import Trend
from portfolio.trends_mix import Mix

WHAT = {
    "verdict": gettext_lazy("Verdict"), "decided": gettext_lazy("Decided on"), "raised": gettext_lazy("Flag raised"),
    "cleared": gettext_lazy("Flag cleared"), "passed": gettext_lazy("Decide-by date passed"),
    "live": gettext_lazy("Went live"),
}  # fmt: skip


def trend_lines(trend: Trend) -> Iterator[str]:
    """A line for each stretch; money in major units, exact."""
    currency = [_("Currency")] if trend.currency else []
    header = [_("Period"), *(one.name for one in trend.series), *currency]
    return tables.csv_lines(header, (_row(trend, place) for place in range(len(trend.labels))))


def _row(trend: Trend, place: int) -> list[Cell]:
    numbers: list[Cell] = [
        Decimal(plain(one.values[place], trend.currency)) if trend.currency else str(one.values[place])
        for one in trend.series
    ]
    return [trend.labels[place], *numbers, *([trend.currency] if trend.currency else [])]


def mix_lines(mixes: Iterable[Mix], currency: str) -> Iterator[str]:
    """A line for each part of each mix, with the guardrails that bound it."""
    header = [
        _("Mix"), _("Part"), _("Bets"), _("Share of bets, percent"), _("Money"), _("Currency"),
        _("Share of money, percent"), _("Guardrails"),
    ]  # fmt: skip
    return tables.csv_lines(header, (cells for mix in mixes for cells in _parts(mix, currency)))


def _parts(mix: Mix, currency: str) -> Iterator[list[Cell]]:
    for one in mix.slices:
        money = None if one.money is None else Decimal(plain(one.money, currency))
        rails = "; ".join(f"{row.rail}: {row.standing.now}, {row.standing.limit}, {row.word}" for row in one.rails)
        shares = "" if one.bets is None else f"{one.share:.1f}", "" if money is None else f"{one.money_share:.1f}"
        bets = "" if one.bets is None else str(one.bets)
        yield [mix.label, one.label, bets, shares[0], money, "" if money is None else currency, shares[1], rails]


def change_lines(changes: Changes | None) -> Iterator[str]:
    """A line for each thing that changed."""
    header = [_("What"), _("Bet"), _("Name"), _("Before"), _("After"), _("Day")]
    return tables.csv_lines(header, (_change(one) for one in (changes.all if changes else [])))


def _change(one: Change) -> list[Cell]:
    of = Decision.Kind if one.what == "decided" else Verdict.Kind
    before, after = (str(of(kind).label) if kind else "" for kind in (one.before, one.after))
    return [
        str(WHAT[one.what]),
        one.key,
        one.name,
        before,
        str(Flag.Kind(one.flag).label) if one.flag else after,
        one.day,
    ]
