"""How good forecasts were, of leads, of executives, of everybody else, and of the signals; and how often the flags of
the rule were right. People are scored as on their own page."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Avg, F, OuterRef, Subquery
from django.utils.timezone import localdate

from bets.calibration import Scored, Summary, score, summary
from bets.calibration_page import engine_days, sees_others
from bets.models import Forecast, Reading, Resolution
from bets.rules import NIGHTS
from metrics.evidence import scores
from metrics.evidence.scores import FEW
from org.models import Person, Role, RoleGrant, Run
from portfolio.rules_scoreboard import Right, is_foretold, is_right, rightness, shown_to
from portfolio.scoreboard_filters import Scope
from portfolio.scoreboard_reads import Flagged, rule_flags_of

LEADS, EXECUTIVES, OTHERS, SIGNALS = "leads", "executives", "others", "signals"


@dataclass(frozen=True)
class Group:
    """One group of forecasters. `things` are the outcomes and gates that its forecasts are of; without a summary, its
    score would tell how one person foretells."""

    key: str
    people: int
    things: int
    summary: Summary | None

    @property
    def is_few(self) -> bool:
        return self.things < FEW


@dataclass(frozen=True)
class Foreteller:
    """One person, for those who see how others foretold."""

    person: Person
    count: int
    brier: float


@dataclass(frozen=True)
class Calibration:
    groups: list[Group]
    signals: Group
    people: list[Foreteller]

    @property
    def drawn(self) -> list[Group]:
        """What the curve shows: of few, its points would be shares of one or two."""
        return [group for group in [*self.groups, self.signals] if group.summary and not group.is_few]


def calibration_of(scope: Scope) -> Calibration:
    """Of what has come out in the time asked for, of bets in sight; a forum narrows nothing here. Six queries."""
    scored = _scored(scope)
    executives = set(RoleGrant.objects.filter(role=Role.EXECUTIVE).values_list("person", flat=True))
    grouped: dict[str, list[Told]] = {LEADS: [], EXECUTIVES: [], OTHERS: []}
    for one in scored:
        key = LEADS if one.is_lead else EXECUTIVES if one.person in executives else OTHERS
        grouped[key].append(one)
    groups = [_group(key, found, scope) for key, found in grouped.items() if found]
    return Calibration(groups, _signals(scope), _people(scored, scope))


@dataclass(frozen=True)
class Told:
    """One thing that one person foretold and that has come out. `thing` is the kind and id of an outcome or a gate."""

    person: int
    thing: tuple[str, int]
    is_lead: bool
    on: date
    scored: Scored


class Came(NamedTuple):
    """A forecast of what has come out; plain, because there are thousands."""

    person: int
    lead: int
    thing: tuple[str, int]
    until: date
    reached: bool
    day: date
    chance: float


# Of an outcome and of a gate: until when forecasts count, whether it came, and the day on which it came out.
CAME = {
    "outcome": ("resolution__starts_on", "resolution__reached", "resolution__ends_on"),
    "tranche": ("gate_result__said_at", "gate_result__met", "gate_result__said_at__date"),
}


def _came(scope: Scope, kind: str) -> Iterator[Came]:
    """Forecasts of one kind of thing, in the order in which they were stated. One query."""
    until, reached, on = (f"{kind}__{field}" for field in CAME[kind])
    seen: dict[str, Any] = {f"{kind}__bet__in": scope.bets.values("pk"), f"{reached}__isnull": False}
    told = Forecast.objects.filter(**seen, **scope.within(on)).order_by("stated_at", "pk")
    for person, lead, pk, ends, came, at, chance in told.values_list(
        "person", f"{kind}__bet__lead", kind, until, reached, "stated_at", "probability"
    ):
        day = localdate(ends) if isinstance(ends, datetime) else ends
        yield Came(person, lead, (kind, pk), day, came, localdate(at), chance)


def _scored(scope: Scope) -> list[Told]:
    """What has come out, in the order in which it came. Three queries."""
    stated: dict[tuple[int, tuple[str, int]], dict[date, float]] = defaultdict(dict)
    last: dict[tuple[int, tuple[str, int]], Came] = {}
    for one in chain.from_iterable(_came(scope, kind) for kind in CAME):
        stated[one.person, one.thing][one.day] = one.chance
        last[one.person, one.thing] = one
    engine = engine_days([pk for kind, pk in {thing for _who, thing in stated} if kind == "outcome"])
    found = []
    for key, chances in stated.items():
        one = last[key]
        kind, pk = one.thing
        theirs = engine.get(pk, {}) if kind == "outcome" else {}
        if made := score(chances, theirs, one.until, reached=one.reached):
            found.append(Told(one.person, one.thing, one.person == one.lead, one.until, made))
    return sorted(found, key=lambda one: (one.on, one.thing, one.person))


def _group(key: str, found: Collection[Told], scope: Scope) -> Group:
    people = {one.person for one in found}
    things = {one.thing for one in found}
    seen = shown_to(len(people), sees_others=sees_others(scope.powers), is_one_of_them=scope.person.pk in people)
    return Group(key, len(people), len(things), summary([one.scored for one in found]) if seen else None)


def _people(scored: Collection[Told], scope: Scope) -> list[Foreteller]:
    """Each by name, who foretold most first; one's own always, others only for those who may see them. One query."""
    seen, grouped = sees_others(scope.powers), defaultdict[int, list[float]](list)
    for one in scored:
        if one.person == scope.person.pk or seen:
            grouped[one.person].append(one.scored.brier)
    named = Person.objects.in_bulk(grouped)
    people = [Foreteller(named[pk], len(found), sum(found) / len(found)) for pk, found in grouped.items()]
    return sorted(people, key=lambda one: (-one.count, str(one.person)))


def _signals(scope: Scope) -> Group:
    """The chances that the signals gave of every outcome that has come out, night by night until it began to be
    measured. One query."""
    nights = Reading.objects.filter(
        outcome=OuterRef("outcome"), as_of__lt=OuterRef("starts_on"), chance__isnull=False, run__kind__in=NIGHTS,
        run__state=Run.State.DONE,
    ).order_by()  # fmt: skip
    came = Resolution.objects.filter(outcome__bet__in=scope.bets.values("pk"), **scope.within("ends_on"))
    rows = came.annotate(
        last=Subquery(nights.order_by("-as_of", "-pk").values("chance")[:1]),
        mean=Subquery(nights.values("outcome").annotate(one=Avg("chance")).values("one")),
        square=Subquery(nights.values("outcome").annotate(one=Avg(F("chance") * F("chance"))).values("one")),
    ).exclude(last=None)  # fmt: skip
    scored = [
        Scored(last, reached, 1, square - 2 * mean * reached + reached)
        for last, reached, mean, square in rows.order_by("ends_on", "pk").values_list(
            "last", "reached", "mean", "square"
        )
    ]
    return Group(SIGNALS, 0, len(scored), summary(scored) if scored else None)


@dataclass(frozen=True)
class RuleRecord:
    """What became of the flags of the rule: those of which the outcome has been measured since, and the rest."""

    kinds: dict[str, Right]
    flags: list[Flagged]
    late: int
    waiting: int
    withdrawn: int


def rule_record_of(scope: Scope) -> RuleRecord:
    """One query."""
    flags = rule_flags_of(scope)
    counted = [one for one in flags if is_counted(one)]
    return RuleRecord(
        kinds=rightness((one.kind, bool(one.reached)) for one in counted),
        flags=flags,
        late=sum(one.how != "correction" and one.measured_from is not None for one in flags) - len(counted),
        waiting=sum(one.how != "correction" and one.measured_from is None for one in flags),
        withdrawn=sum(one.how == "correction" for one in flags),
    )


def is_counted(flag: Flagged) -> bool:
    """Does it count whether this flag was right? Not if its data were wrong, nor if it came too late to foretell."""
    return flag.how != "correction" and flag.measured_from is not None and is_foretold(flag.raised, flag.measured_from)


def was_right(flag: Flagged) -> bool | None:
    """None while it does not count."""
    return is_right(flag.kind, reached=bool(flag.reached)) if is_counted(flag) else None


def curve_of(group: Group) -> list[scores.Row]:
    """The points of the curve: chances of one height beside the share that came; empty ones left out."""
    return [row for row in group.summary.rows if row.count and not np.isnan(row.share)] if group.summary else []
