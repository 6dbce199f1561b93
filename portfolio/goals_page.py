"""Goals with what serves them: bets by stage and verdict, what the evidence says, and money in each currency."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, Max, Min, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Bet, BetQuerySet, Flag, Goal, Outcome, Reading
from bets.rules import BROKEN
from bets.rules_standards import GOALS_AT_MOST
from bets.standards import UNDER_WAY, GoalShown, goals_of
from funding.models import Account
from org.models import Run
from org.rules import ACTS, Powers
from portfolio.board import UNJUDGED, Row, listed, open_flags, rows_of, with_verdict
from portfolio.browse import ORDERS
from portfolio.figures import SHARES, Given
from portfolio.night import ACTIVE
from portfolio.prospects import share_words

SHOWN = 12  # bets without a goal that are named at once
ROWS = 50  # bets of a goal on a page
VERDICTS = {**SHARES, UNJUDGED: gettext_lazy("Not judged yet")}
Key = tuple[int | None, str]  # of a goal (None: of no goal) and a currency


@dataclass
class Part:
    """The bets of one goal in one currency, amounts in minor units: `bets` are under way, `over` ceased or concluded,
    `verdicts` those of live and held ones. `low` and `high` are chances of reaching a target."""

    currency: str
    bets: int = 0
    over: int = 0
    flagged: int = 0
    sample: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    planned: int = 0
    given: Given | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Standing:
    """How a goal stands, or what serves no goal; the currency with most bets under way comes first."""

    shown: GoalShown | None
    parts: Sequence[Part]

    @property
    def goal(self) -> Goal | None:
        return self.shown.goal if self.shown else None

    @property
    def bets(self) -> int:
        return sum(part.bets for part in self.parts)

    @property
    def over(self) -> int:
        return sum(part.over for part in self.parts)

    @property
    def flagged(self) -> int:
        return sum(part.flagged for part in self.parts)

    @property
    def judged(self) -> int:
        return sum(sum(part.verdicts.values()) for part in self.parts)

    @property
    def sample(self) -> int:
        return sum(part.sample for part in self.parts)

    @property
    def stages(self) -> list[tuple[str, int]]:
        counts = _sum(part.stages for part in self.parts)
        return [(str(stage.label), counts[stage]) for stage in Bet.Stage if counts[stage]]

    @property
    def flags(self) -> list[tuple[str, int]]:
        counts = _sum(part.flags for part in self.parts)
        return [(kind, counts[kind]) for kind in Flag.Kind.values if counts[kind]]

    @property
    def verdicts(self) -> list[tuple[str, str, int, str, str]]:
        """Kind, words, bets, and where its piece of a bar begins and how long it is, in percent for a drawing."""
        counts, before, found = _sum(part.verdicts for part in self.parts), 0, []
        for kind, words in VERDICTS.items():
            if counts[kind]:
                start, width = (f"{100 * part / self.judged:.2f}%" for part in (before, counts[kind]))
                found.append((kind, str(words), counts[kind], start, width))
                before += counts[kind]
        return found

    @property
    def chances(self) -> str:
        """From the least likely target to the likeliest, in words; empty where none can be forecast."""
        lows = [part.low for part in self.parts if part.low is not None]
        highs = [part.high for part in self.parts if part.high is not None]
        if not lows or not highs:
            return ""
        low, high = share_words(min(lows)), share_words(max(highs))
        return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}

    @property
    def money(self) -> list[Part]:
        """The parts in which any money is planned or was given."""
        return [part for part in self.parts if part.planned or (part.given and part.given.in_all)]

    @property
    def is_bare(self) -> bool:
        """Is it open, and does no bet of anybody serve it?"""
        return self.shown is not None and self.shown.is_open and not self.shown.is_served

    @property
    def is_left_over(self) -> bool:
        """Has it ended, and do bets still go on for it?"""
        return self.shown is not None and not self.shown.is_open and self.bets > 0


def _sum(counts: Iterable[Counter[str]]) -> Counter[str]:
    return sum(counts, Counter())


@dataclass(frozen=True)
class Goals:
    """All goals, open ones first. `aimless` are the first bets under way without a goal, of `nowhere.bets`."""

    standings: list[Standing]
    nowhere: Standing
    aimless: list[Bet]
    sees_money: bool
    sees_part: bool

    @property
    def open(self) -> list[Standing]:
        """Those that no bet serves come last: what needs somebody names them first."""
        found = [one for one in self.standings if one.shown and one.shown.is_open]
        return sorted(found, key=lambda one: one.is_bare)

    @property
    def ended(self) -> list[Standing]:
        return [one for one in self.standings if one.shown and not one.shown.is_open]

    @property
    def bare(self) -> list[Standing]:
        return [one for one in self.standings if one.is_bare]

    @property
    def left_over(self) -> list[Standing]:
        return [one for one in self.standings if one.is_left_over]

    @property
    def too_many(self) -> bool:
        return len(self.open) > GOALS_AT_MOST

    @property
    def has_sample(self) -> bool:
        return any(one.sample for one in (*self.standings, self.nowhere))

    @property
    def needs_somebody(self) -> bool:
        return bool(self.bare or self.left_over or self.too_many or self.aimless)

    @property
    def aimless_more(self) -> int:
        return self.nowhere.bets - len(self.aimless)


@dataclass(frozen=True)
class GoalPage:
    """One goal with a page of its bets under way, what warrants attention most first."""

    standing: Standing
    rows: list[Row]
    page: Page[Bet]
    sees_money: bool
    sees_part: bool


def goals_page(powers: Powers, night: Run | None, today: date) -> Goals:
    """Every goal as this person sees it. Six queries, whatever the number of goals and bets; five without money."""
    bets = Bet.objects.visible_to(powers)
    parts = parts_of(bets, powers, night)
    standings = [Standing(shown, parts[shown.goal.pk]) for shown in goals_of(powers, today=today)]
    aimless = bets.filter(goal=None, state__in=UNDER_WAY).select_related("domain", "lead").order_by("key")
    return Goals(
        standings, Standing(None, parts[None]), list(aimless[:SHOWN]), powers.may("see_money"), sees_part(powers)
    )


def goal_page(shown: GoalShown, powers: Powers, night: Run | None, today: date, page: str | None) -> GoalPage:
    """One goal. Ten queries, whatever the number of its bets; nine without money."""
    mine = Bet.objects.visible_to(powers).filter(goal=shown.goal)
    standing = Standing(shown, parts_of(mine, powers, night)[shown.goal.pk])
    under_way = with_verdict(listed(mine.filter(state__in=UNDER_WAY)), night).with_stakes(today)
    pages = Paginator(under_way.order_by(ORDERS["verdict"], ORDERS["planned"].desc(), "key"), ROWS)
    pages.count = standing.bets  # it is known already, so it is not asked again
    found = pages.get_page(page)
    return GoalPage(standing, rows_of(found, night), found, powers.may("see_money"), sees_part(powers))


def sees_part(powers: Powers) -> bool:
    """Does this person see the money of some, but not of all bets that they see?"""
    return powers.may("see_money") and powers.domains(ACTS["see_money"]) != powers.domains()


def parts_of(bets: BetQuerySet, powers: Powers, night: Run | None) -> dict[int | None, list[Part]]:
    """By goal what its bets come to in each currency. Three queries; four for whoever sees money."""
    found: dict[Key, Part] = {}
    _count(found, bets, night)
    _flag(found, bets)
    _foresee(found, bets, night)
    if powers.may("see_money"):
        _fund(found, bets, powers)
    parts: dict[int | None, list[Part]] = defaultdict(list)
    for (goal, _currency), part in sorted(found.items(), key=lambda one: (-one[1].bets, one[1].currency)):
        parts[goal].append(part)
    return parts


def _part(found: dict[Key, Part], goal: int | None, currency: str) -> Part:
    return found.setdefault((goal, currency), Part(currency))


def _count(found: dict[Key, Part], bets: BetQuerySet, night: Run | None) -> None:
    judged: Any = with_verdict(bets.order_by().with_plan(), night).annotate(is_flagged=Exists(open_flags()))
    by = ("goal", "currency", "state", "stage", "verdict_kind", "is_flagged", "is_sample")
    grouped = judged.values_list(*by).annotate(Count("pk"), Sum("planned"))
    for goal, currency, state, stage, verdict, is_flagged, is_sample, count, planned in grouped:
        part = _part(found, goal, currency)
        part.sample += count if is_sample else 0
        if state not in UNDER_WAY:
            part.over += count
            continue
        part.bets += count
        part.planned += planned
        part.stages[stage] += count
        if state in ACTIVE:
            part.verdicts[verdict] += count
            part.flagged += count if is_flagged else 0


def _flag(found: dict[Key, Part], bets: BetQuerySet) -> None:
    """Bets by the kinds of their open flags; one bet may have several."""
    active = bets.filter(state__in=ACTIVE).order_by().values("pk")
    kinds = (
        Flag.objects.filter(cleared_on=None, bet__in=active)
        .order_by()
        .values_list("bet__goal", "bet__currency", "kind")
    )
    for goal, currency, kind, count in kinds.annotate(Count("pk")):
        _part(found, goal, currency).flags[kind] = count


def _foresee(found: dict[Key, Part], bets: BetQuerySet, night: Run | None) -> None:
    """The least and the greatest chance of a primary outcome, of those whose signals can be believed."""
    active = bets.filter(state__in=ACTIVE).order_by().values("pk")
    read = Reading.objects.filter(
        run=night, outcome__bet__in=active, outcome__role=Outcome.Role.PRIMARY, outcome__successor=None,
        chance__isnull=False,
    ).exclude(health=BROKEN)  # fmt: skip
    by = read.order_by().values_list("outcome__bet__goal", "outcome__bet__currency")
    for goal, currency, low, high in by.annotate(Min("chance"), Max("chance")):
        part = _part(found, goal, currency)
        part.low, part.high = low, high


def _fund(found: dict[Key, Part], bets: BetQuerySet, powers: Powers) -> None:
    """What was given to the bets whose money these powers see; those that are over have spent theirs."""
    domains = powers.domains(ACTS["see_money"])
    seen = bets if domains is None else bets.filter(domain__in=domains)
    sums: dict[Key, dict[str, Any]] = defaultdict(dict)
    kinds = ("committed", "released", "spent")
    held = Account.objects.filter(tranche__bet__in=seen.order_by().values("pk"), kind__in=kinds).order_by()
    for goal, currency, kind, amount in held.values_list(
        "tranche__bet__goal", "budget__ledger__currency", "kind"
    ).annotate(Sum("balance")):
        sums[goal, currency][kind] = amount
    for part in found.values():
        part.given = Given()
    for (goal, currency), given in sums.items():
        _part(found, goal, currency).given = Given(**given)
