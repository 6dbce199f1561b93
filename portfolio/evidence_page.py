"""How far to trust the evidence: the rule in force, what was withdrawn, and how good the forecasts turned out."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import DateField, ExpressionWrapper, OuterRef, Subquery, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.models import Bet, BetQuerySet, FamilyRule, Flag, Outcome, Reading, Resolution
from bets.reliability import Bin, bins_of, percent
from bets.words import about_one_in, plain, value
from lib.periods import quarter_start
from metrics.evidence import scores
from org.models import Run
from org.rules import Powers

WEEKS = (13, 8, 4)  # before the decide-by date: when chances are looked up to be scored
SLACK = timedelta(days=20)  # how much older than that a reading may be
SHOWN = 20  # resolved outcomes listed, the latest first
BINS = 5
KINDS = {"cease": Flag.Kind.CEASE, "miss": Flag.Kind.PIVOT, "scale": Flag.Kind.SCALE}


@dataclass(frozen=True)
class Rule:
    """One family in the latest night; `bound` is the share of standing flags expected to be wrong, at most."""

    kind: str
    percent: str
    bets: int
    issued: int
    e: float
    bound: str


@dataclass(frozen=True)
class Scores:
    """How good the chances were so many weeks before; means over `count` outcomes. crps is in units of the way from
    kill line to target; base is what the share of reached targets alone would have scored."""

    weeks: int
    count: int
    brier: float
    base: float
    log: float
    crps: float | None
    reliability: float


@dataclass(frozen=True)
class Resolved:
    """One outcome that has resolved, with the chances stated so many weeks before; blank where none was."""

    resolution: Resolution
    measured: str
    target: str
    chances: list[tuple[int, str]]


@dataclass(frozen=True)
class Record:
    count: int
    reached: int
    scores: list[Scores]
    bins: list[Bin]
    latest: list[Resolved]

    @property
    def too_few(self) -> bool:
        return self.count < scores.FEW

    @property
    def enough(self) -> int:
        return scores.FEW


@dataclass(frozen=True)
class EvidencePage:
    night: Run | None
    rules: list[Rule]
    withdrawn: list[Flag]
    record: Record
    sentence: str
    has_sample: bool


def evidence_page(powers: Powers, night: Run | None, today: date) -> EvidencePage:
    """The rule counts every bet; withdrawn flags and the record are those of bets that these powers reach."""
    bets = Bet.objects.visible_to(powers)
    rules = rules_of(night)
    record = record_of(bets)
    return EvidencePage(
        night, rules, withdrawn_of(bets, today), record, _sentence(rules), bets.filter(is_sample=True).exists()
    )


def rules_of(night: Run | None) -> list[Rule]:
    """What the rule did in a night, in order of the families. One query."""
    found = {rule.family: rule for rule in FamilyRule.objects.filter(run=night)}
    return [_rule(kind, found[family]) for family, kind in KINDS.items() if family in found]


def _rule(kind: str, rule: FamilyRule) -> Rule:
    return Rule(kind, percent(rule.alpha), rule.bets, rule.issued, math.exp(min(rule.cut, 700.0)), _bound(rule.bound))


def _bound(bound: float | None) -> str:
    """“at most about 1 in 10”: rounded so that it never promises more than was computed."""
    if bound is None:
        return _("no flag stands")
    if bound >= 1:
        return _("not bounded")
    return _("at most about 1 in %(number)s") % {"number": about_one_in(bound)}


def _sentence(rules: list[Rule]) -> str:
    cease = next((rule for rule in rules if rule.kind == Flag.Kind.CEASE), None)
    if cease is None or not cease.issued:
        return ""
    parts = {"flags": plain(cease.issued), "bound": cease.bound}
    return ngettext(
        "Of the %(flags)s flag to cease that stands, %(bound)s is expected to be wrong.",
        "Of the %(flags)s flags to cease that stand, %(bound)s is expected to be wrong.", cease.issued,
    ) % parts  # fmt: skip


def withdrawn_of(bets: BetQuerySet, today: date) -> list[Flag]:
    """Flags that a correction has withdrawn this quarter, the latest first. One query."""
    withdrawn = Flag.objects.filter(cleared_how=Flag.Cleared.CORRECTION, cleared_on__gte=quarter_start(today))
    seen = withdrawn.filter(bet__in=bets.values("pk")).select_related("bet")
    return list(seen.order_by("-cleared_on", "bet__key", "kind"))


def record_of(bets: BetQuerySet) -> Record:
    """The record of the forecasts on outcomes that have resolved. Two queries."""
    current = Outcome.objects.current().filter(bet__in=bets.values("pk"))
    found = Resolution.objects.filter(outcome__in=current.values("pk")).annotate(**_readings_before())
    resolutions = list(found.select_related("outcome__bet", "outcome__series__metric").order_by("-ends_on", "outcome"))
    ids = [pk for one in resolutions for pk in _ids(one) if pk]
    readings = Reading.objects.only("chance", "forecast_mean", "forecast_sd").in_bulk(ids)
    stated = [Stated(one, [readings.get(pk) for pk in _ids(one)]) for one in resolutions]
    scored = [_scores(place, weeks, stated) for place, weeks in enumerate(WEEKS)]
    return Record(
        count=len(stated), reached=sum(one.reached for one in resolutions), scores=[one for one in scored if one],
        bins=_bins(stated), latest=[_resolved(one) for one in stated[:SHOWN]],
    )  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """An outcome that resolved, with what was stated WEEKS before."""

    resolution: Resolution
    readings: list[Reading | None]


def _readings_before() -> dict[str, Subquery]:
    """The last reading with a chance until so many weeks before the end of the window, and not much older."""
    return {f"before_{weeks}": _reading_before(timedelta(weeks=weeks)) for weeks in WEEKS}


def _reading_before(ahead: timedelta) -> Subquery:
    of_outcome = Reading.objects.filter(outcome=OuterRef("outcome"), chance__isnull=False)
    last, first = (
        ExpressionWrapper(OuterRef("ends_on") - Value(days), output_field=DateField())
        for days in (ahead, ahead + SLACK)
    )  # fmt: skip
    return Subquery(of_outcome.filter(as_of__lte=last, as_of__gt=first).order_by("-as_of", "-pk").values("pk")[:1])


def _ids(resolution: Any) -> list[int | None]:
    return [getattr(resolution, f"before_{weeks}") for weeks in WEEKS]


def _scores(place: int, weeks: int, stated: list[Stated]) -> Scores | None:
    pairs = [(one.resolution, reading) for one in stated if (reading := one.readings[place])]
    if not pairs:
        return None
    p = np.array([reading.chance for _resolution, reading in pairs], dtype=np.float64)
    y = np.array([resolution.reached for resolution, _reading in pairs], dtype=np.float64)
    return Scores(
        weeks=weeks, count=len(pairs), brier=float(scores.brier(p, y).mean()), base=float(y.mean() * (1 - y.mean())),
        log=float(scores.log_score(p, y).mean()), crps=_crps(pairs), reliability=scores.murphy(p, y, BINS).reliability,
    )  # fmt: skip


def _crps(pairs: list[tuple[Resolution, Reading]]) -> float | None:
    """In units of the way from kill line to target, so that different metrics can be averaged."""
    rows = [
        (reading.forecast_mean, reading.forecast_sd, resolution.value, _way(resolution.outcome))
        for resolution, reading in pairs
        if reading.forecast_mean is not None and reading.forecast_sd is not None
    ]
    if not rows:
        return None
    mean, sd, measured, way = np.array(rows, dtype=np.float64).T
    return float((scores.crps_normal(mean, sd, measured) / way).mean())


def _way(outcome: Outcome) -> float:
    return abs(outcome.target - outcome.kill_line)


def _bins(stated: list[Stated]) -> list[Bin]:
    """Chances eight weeks before beside what came of them; empty bins are left out."""
    pairs = [(one.resolution, reading) for one in stated if (reading := one.readings[WEEKS.index(8)])]
    p = np.array([reading.chance for _resolution, reading in pairs], dtype=np.float64)
    y = np.array([resolution.reached for resolution, _reading in pairs], dtype=np.float64)
    return bins_of(scores.calibration(p, y, BINS), len(pairs)) if pairs else []


def _resolved(stated: Stated) -> Resolved:
    one = stated.resolution
    metric, contrast = one.outcome.series.metric, one.outcome.contrast
    measured, target = (value(number, metric.kind, metric.unit, contrast) for number in (one.value, one.outcome.target))
    chances = ["" if one is None or one.chance is None else percent(one.chance) for one in stated.readings]
    return Resolved(one, measured, target, list(zip(WEEKS, chances, strict=True)))
