"""The page of the backtest: the bets that a person may see, under the rule in force and under an alternative."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import Flag
from bets.words import plain
from org.rules import Powers
from portfolio.backtest.compare import Backtest, Flagged, Row, backtest, material_until, replayed
from portfolio.backtest.policy import IN_FORCE, Policy

MOST = 400  # bets replayed while somebody waits; more are for the command
DAILY = 100  # up to so many bets every night is replayed, beyond them every seventh
WEEK = 7


@dataclass(frozen=True)
class Side:
    """One policy in figures: flags by kind, how many of them something contradicts today, and what was planned after
    the flags to cease, by currency."""

    name: str
    kinds: list[tuple[Any, int]]
    flags: int
    wrong: int
    held: list[tuple[str, int]]
    is_ours: bool


@dataclass(frozen=True)
class Between:
    """Money planned between flags to cease, in minor units: kept back by the alternative, or `more` until it spoke."""

    currency: str
    kept: int
    more: int


@dataclass(frozen=True)
class BacktestPage:
    """`tested` is None where there is nothing to replay, or too much for a page; `bets` are those there are."""

    bets: int
    tested: Backtest | None = None
    rows: list[Row] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)
    money: list[Between] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    @property
    def most(self) -> int:
        return MOST

    @property
    def too_many(self) -> bool:
        return self.bets > MOST

    @property
    def weekly(self) -> bool:
        return self.bets > DAILY

    @property
    def has_sample(self) -> bool:
        return any(row.bet.is_sample for row in self.rows)

    @property
    def share(self) -> str:
        """Of the rule in force."""
        return _("%(number)s %%") % {"number": plain(100 * IN_FORCE.alpha)}

    @property
    def span(self) -> str:
        nights = self.tested.nights if self.tested else []
        ends = [date_format(night, "DATE_FORMAT") for night in nights[:1] + nights[-1:]]
        return _("%(first)s to %(last)s") % {"first": ends[0], "last": ends[1]} if nights else ""

    @property
    def replayed(self) -> str:
        nights = len(self.tested.nights) if self.tested else 0
        words = ngettext(
            "%(bets)s bet was replayed, over %(nights)s nights.",
            "%(bets)s bets were replayed, over %(nights)s nights.", self.bets,
        )  # fmt: skip
        return words % {"bets": plain(self.bets), "nights": plain(nights)}

    @property
    def rewritten(self) -> str:
        number = self.tested.rewritten if self.tested else 0
        if not number:
            return _("So far nothing came late and nothing was corrected.")
        words = ngettext(
            "So far %(number)s value came late or was corrected.",
            "So far %(number)s values came late or were corrected.", number,
        )  # fmt: skip
        return words % {"number": plain(number)}


def backtest_page(policy: Policy, powers: Powers, last: date) -> BacktestPage:
    """Every bet is replayed, because the rule counts them all; shown are those that these powers reach."""
    bets = replayed().count()
    if not 0 < bets <= MOST:
        return BacktestPage(bets)
    tested = backtest(material_until(last, 1 if bets <= DAILY else WEEK), policy)
    if not tested.nights:
        return BacktestPage(bets)
    seen = set(replayed().visible_to(powers).values_list("pk", flat=True))
    rows = [row for row in tested.rows if row.bet.pk in seen]
    money = _money(rows)
    return BacktestPage(bets, tested, rows, _sides(rows, policy), money, _sentences(rows))


def _money(rows: list[Row]) -> list[Between]:
    """Net by currency."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.bet.currency] += row.money
    return [Between(currency, max(net, 0), max(-net, 0)) for currency, net in sorted(sums.items()) if net]


def _sides(rows: list[Row], policy: Policy) -> list[Side]:
    ours, other = [(row, row.ours) for row in rows], [(row, row.other) for row in rows]
    return [_side(_("Rule in force"), ours, True), _side(named(policy), other, False)]


def _side(name: str, flags: list[tuple[Row, Flagged | None]], is_ours: bool) -> Side:
    raised = [(row, flag) for row, flag in flags if flag]
    counts, held = Counter(row.kind for row, _flag in raised), Counter[str]()
    for row, flag in raised:
        held[row.bet.currency] += flag.held
    kinds = [(kind.label, counts[kind]) for kind in (Flag.Kind.CEASE, Flag.Kind.PIVOT, Flag.Kind.SCALE)]
    wrong = sum(bool(flag.wrong) for _row, flag in raised)
    return Side(name, kinds, len(raised), wrong, sorted((+held).items()), is_ours)


def named(policy: Policy) -> str:
    """The alternative in a few words."""
    if policy.log_e is None:
        words = [_("All bets together, %(share)s %%") % {"share": plain(100 * policy.alpha, 1).removesuffix(".0")}]
    else:
        words = [_("Each bet by itself, E of %(e)s") % {"e": plain(policy.e)}]
    if policy.shift:
        words.append(_("kill lines moved by %(share)s %%") % {"share": plain(100 * policy.shift)})
    return ", ".join([*words, *([] if policy.restarts else [_("no look for bets that went bad late")])])


def _sentences(rows: list[Row]) -> list[str]:
    """The finding in words: how many flags, how much sooner, and how many of them are contradicted."""
    ours, other = ([getattr(row, side) for row in rows if getattr(row, side)] for side in ("ours", "other"))
    counted = ngettext(
        "The alternative would have raised %(other)s flag, the rule in force %(ours)s.",
        "The alternative would have raised %(other)s flags, the rule in force %(ours)s.", len(other),
    ) % {"other": plain(len(other)), "ours": plain(len(ours))}  # fmt: skip
    return [counted, *_sooner([row.days for row in rows if row.days is not None]), _contradicted(ours, other)]


def _sooner(days: list[int]) -> list[str]:
    if not days:
        return []
    typical = round(median(days))
    if not typical:
        return [_("Where both raise a flag, they typically do so on the same day.")]
    if typical > 0:
        words = ngettext(
            "Where both raise a flag, the alternative is typically %(days)s day earlier.",
            "Where both raise a flag, the alternative is typically %(days)s days earlier.", typical,
        )  # fmt: skip
    else:
        words = ngettext(
            "Where both raise a flag, the alternative is typically %(days)s day later.",
            "Where both raise a flag, the alternative is typically %(days)s days later.", -typical,
        )  # fmt: skip
    return [words % {"days": plain(abs(typical))}]


def _contradicted(ours: list[Flagged], other: list[Flagged]) -> str:
    wrong = {"ours": plain(sum(bool(f.wrong) for f in ours)), "other": plain(sum(bool(f.wrong) for f in other))}
    return _("Flags contradicted today: %(other)s of the alternative, %(ours)s of the rule in force.") % wrong
