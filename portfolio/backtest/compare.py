"""Two policies beside each other: which bets each would have flagged, when, and what that would have been worth."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from bets.joint import joining_of
from bets.models import Bet, Decision, Flag, Outcome, Resolution, Tranche, Verdict
from bets.signals import reads_of, series_of
from bets.words import plain
from portfolio.backtest.evidence import Floats, Past, logs_of, past_of
from portfolio.backtest.known import formers_of
from portfolio.backtest.policy import IN_FORCE, Policy, asked
from portfolio.backtest.replay import FAMILIES, Case, Evidence, Raised, evidence_of, replay

KINDS = {"cease": Flag.Kind.CEASE, "miss": Flag.Kind.PIVOT, "scale": Flag.Kind.SCALE}
AGAINST = {"cease": "alive", "miss": "scale", "scale": "miss"}  # what, once shown, contradicts a flag
SURE = math.log(20.0)
LARGEST = math.log(1_000_000.0)
ENDED = [Bet.State.CEASED, Bet.State.CONCLUDED]


@dataclass(frozen=True)
class Flagged:
    """A flag that a policy would have raised. `held` was planned after a flag to cease (minor units). `wrong` is blank,
    or says what contradicts it today: “signals” (evidence of 20 or more for the opposite) or “resolved” (the outcome
    was measured and came out otherwise)."""

    night: date
    log_e: float
    cut: float
    wrong: str
    held: int

    @property
    def evidence(self) -> str:
        """E that night and the E that was asked for, in words."""
        return _("E of %(e)s, %(cut)s asked for") % {"e": _e(self.log_e), "cut": _e(self.cut)}


def _e(log_e: float) -> str:
    return plain(math.exp(log_e)) if log_e < LARGEST else _("more than %(e)s") % {"e": plain(math.exp(LARGEST))}


@dataclass(frozen=True)
class Row:
    """One bet and kind of flag that at least one of the policies would have raised. `days` and `money` (planned on
    tranches, minor units) are what the alternative would have gained over the rule in force; negative is lost."""

    bet: Bet
    kind: str
    ours: Flagged | None
    other: Flagged | None
    days: int | None
    money: int

    @property
    def later(self) -> int:
        return -(self.days or 0)

    @property
    def lost(self) -> int:
        return -self.money


@dataclass(frozen=True)
class Backtest:
    """`bets` were replayed over `nights`; `rewritten` values were late or corrected and taken as they stood."""

    policy: Policy
    nights: list[date]
    bets: int
    rewritten: int
    rows: list[Row]


@dataclass(frozen=True)
class Material:
    """All that is loaded once, whatever the policies."""

    cases: list[Case]
    pasts: list[Past]
    nights: list[date]
    tranches: dict[int, list[Tranche]]
    reached: dict[int, bool]
    rewritten: int


def nights_until(last: date, first: date, step: int) -> list[date]:
    """Every `step`-th night after `first`, counted back from the last one."""
    return [last - timedelta(days=ago) for ago in range(0, (last - first).days, step)][::-1]


def replayed() -> Any:
    """Bets that a backtest replays: all that ever went live and have an outcome."""
    return Bet.objects.exclude(state=Bet.State.DRAFT).filter(outcomes__isnull=False).distinct()


def material_until(last: date, step: int) -> Material:
    """Bets, signals with their former values, tranches and resolutions. A number of queries that does not grow."""
    cases = _cases()
    first = min((case.bet.starts_on for case in cases), default=last)
    nights = nights_until(last, first, step)
    reads = reads_of([outcome for case in cases for outcome in case.outcomes], last)
    formers = formers_of(pk for read in reads for one in read.group for pk in _series_of(one))
    tranches: dict[int, list[Tranche]] = defaultdict(list)
    for tranche in Tranche.objects.filter(bet__in=[case.bet.pk for case in cases]):
        tranches[tranche.bet_id].append(tranche)
    return Material(
        cases, [past_of(read, nights, formers) for read in reads], nights, tranches,
        dict(Resolution.objects.values_list("outcome", "reached")), sum(map(len, formers.values())),
    )  # fmt: skip


def _series_of(outcome: Outcome) -> list[int]:
    return [series.pk for series in series_of(outcome)]


def _cases() -> list[Case]:
    grouped: dict[int, list[Outcome]] = defaultdict(list)
    current = Outcome.objects.current().exclude(bet__state=Bet.State.DRAFT)
    for outcome in current.select_related("series__metric").order_by("bet__key", "number"):
        grouped[outcome.bet_id].append(outcome)
    ceased = Decision.objects.filter(bet=OuterRef("pk"), kind=Decision.Kind.CEASE).order_by("-number")
    judged = Verdict.objects.filter(bet=OuterRef("pk")).order_by("-as_of")
    bets = Bet.objects.annotate(
        ceased_at=Subquery(ceased.values("decided_at")[:1]), judged_on=Subquery(judged.values("as_of")[:1])
    ).in_bulk(grouped)
    return [Case(bets[pk], found, joining_of(bets[pk], found), _until(bets[pk])) for pk, found in grouped.items()]


def _until(bet: Any) -> date | None:
    """The first day on which a bet was no longer judged; None while it is live or held."""
    if bet.state not in ENDED:
        return None
    last: date = timezone.localdate(bet.ceased_at) if bet.ceased_at else bet.judged_on or bet.starts_on
    return last + timedelta(days=1)


def backtest(material: Material, policy: Policy) -> Backtest:
    """What the rule in force and `policy` would have flagged, bet by bet in order of their keys. No query."""
    if not material.nights:
        return Backtest(policy, [], len(material.cases), 0, [])
    straight = _logs(material, 0.0)
    moved = _logs(material, policy.shift) if policy.shift else straight
    sides = [_side(material, straight, IN_FORCE), _side(material, moved, policy)]
    rows = [row for place in range(len(material.cases)) for row in _rows(material, place, *sides)]
    return Backtest(policy, material.nights, len(material.cases), material.rewritten, rows)


@dataclass(frozen=True)
class _Side:
    told: Evidence
    raised: dict[str, Raised]


def _side(material: Material, logs: dict[int, dict[str, Floats]], policy: Policy) -> _Side:
    told = evidence_of(material.cases, logs, policy)
    return _Side(told, replay(material.cases, told, material.nights, policy))


def _logs(material: Material, shift: float) -> dict[int, dict[str, Floats]]:
    """Log e-values of every outcome by primary key."""
    found = {}
    for past in material.pasts:
        logs = logs_of(past, asked(past.read, shift))
        for place, outcome in enumerate(past.read.group):
            found[outcome.pk] = {name: values[place] for name, values in logs.items()}
    return found


def _rows(material: Material, place: int, ours: _Side, other: _Side) -> Iterator[Row]:
    case = material.cases[place]
    for family in FAMILIES:
        both = [_flagged(material, place, family, side) for side in (ours, other)]
        if any(both):
            days = (both[0].night - both[1].night).days if both[0] and both[1] else None
            money = _money(material, case.bet, both) if family == "cease" else 0
            yield Row(case.bet, KINDS[family], both[0], both[1], days, money)


def _flagged(material: Material, place: int, family: str, side: _Side) -> Flagged | None:
    raised = side.raised[family]
    if raised.night[place] < 0:
        return None
    wrong = _wrong(material, place, family, side)
    night = material.nights[raised.night[place]]
    bet = material.cases[place].bet
    held = sum(one.amount for one in material.tranches[bet.pk] if one.planned_on > night) if family == "cease" else 0
    return Flagged(night, float(raised.log_e[place]), float(raised.cut[place]), wrong, held)


def _wrong(material: Material, place: int, family: str, side: _Side) -> str:
    """What speaks against a flag today: how an outcome resolved, or all signals to date."""
    resolved = [material.reached[one.pk] for one in _primaries(material.cases[place]) if one.pk in material.reached]
    if resolved and (not all(resolved) if family == "scale" else all(resolved)):
        return "resolved"
    return "signals" if side.told.families[AGAINST[family]][place, -1] >= SURE else ""


def _primaries(case: Case) -> list[Outcome]:
    return [outcome for outcome in case.outcomes if outcome.role == Outcome.Role.PRIMARY]


def _money(material: Material, bet: Bet, both: Sequence[Flagged | None]) -> int:
    """What was planned between the two flags: gained when the alternative came first, lost when it came later. Where
    one of them raised none, until the last night."""
    ours, other = (flag.night if flag else material.nights[-1] for flag in both)
    first, last = min(ours, other), max(ours, other)
    planned = sum(one.amount for one in material.tranches[bet.pk] if first < one.planned_on <= last)
    return planned if other < ours else -planned
