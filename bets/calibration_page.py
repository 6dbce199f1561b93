"""How good the forecasts of one person were: the scores of what has come out, beside the engine's on the same days."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.timezone import localdate

from bets.calibration import Scored, Summary, score, summary
from bets.foretold import Base, base_rate, missing_forecasts
from bets.models import Bet, BetQuerySet, Forecast, Outcome, Reading, Tranche
from bets.reliability import Bin, bins_of
from bets.rules import NIGHTS
from metrics.evidence import scores
from org.models import Person, Run
from org.rules import Powers
from org.visibility import powers_of

SEES_OTHERS = ("executive", "product_operations")
SHOWN = 30  # scored things listed, the latest first
WAITING = 12  # things without a forecast that are listed
Days = dict[date, float]


@dataclass(frozen=True)
class Line:
    """One outcome or gate that has come out, with the score of what was foretold of it."""

    of: Outcome | Tranche
    on: date
    scored: Scored

    @property
    def metric(self) -> str:
        return str(self.of.series.metric) if isinstance(self.of, Outcome) else ""


@dataclass(frozen=True)
class CalibrationPage:
    """`scored` counts what has come out and can be scored; `unscored` what was foretold too late to stand a day."""

    person: Person
    is_own: bool
    summary: Summary
    bins: list[Bin]
    lines: list[Line]
    still_open: int
    unscored: int
    base: Base
    others: list[Person]
    waiting: list[Outcome | Tranche]

    @property
    def enough(self) -> int:
        return scores.FEW

    @property
    def shown(self) -> list[Line]:
        return self.lines[:SHOWN]


def sees_others(powers: Powers) -> bool:
    """Does this person see how others foretold?"""
    return powers.domains(SEES_OTHERS) != frozenset()


def calibration_page(person: Person, viewer: Person, today: date) -> CalibrationPage:
    """Of bets that the viewer sees. Seven queries at most."""
    powers = powers_of(viewer)
    bets = Bet.objects.visible_to(powers)
    stated = _stated(person, bets)
    engine = engine_days([of.pk for of in stated if isinstance(of, Outcome) and _came(of)])
    lines, unscored, still_open = [], 0, 0
    for of, days in stated.items():
        came = _came(of)
        if came is None:
            still_open += 1
        elif found := score(days, engine.get(of.pk, {}) if isinstance(of, Outcome) else {}, came[0], reached=came[1]):
            lines.append(Line(of, came[0], found))
        else:
            unscored += 1
    lines.sort(key=lambda line: (line.on, line.of.pk))
    whole = summary([line.scored for line in lines])
    return CalibrationPage(
        person=person, is_own=person == viewer, summary=whole, bins=bins_of(whole.rows, whole.count), lines=lines[::-1],
        still_open=still_open, unscored=unscored, base=base_rate(bets), others=_others(powers, bets, person),
        waiting=missing_forecasts(person, bets.filter(lead=person), today)[:WAITING] if person == viewer else [],
    )  # fmt: skip


def _stated(person: Person, bets: BetQuerySet) -> dict[Outcome | Tranche, Days]:
    """What a person foretold, of each thing the chance that each day ended with. One query."""
    seen = Q(outcome__bet__in=bets) | Q(tranche__bet__in=bets)
    found = Forecast.objects.filter(seen, person=person).select_related(
        "outcome__bet", "outcome__series__metric", "outcome__resolution", "tranche__bet", "tranche__gate_result"
    )
    stated: dict[Outcome | Tranche, Days] = defaultdict(dict)
    for one in found.order_by("stated_at", "pk"):
        if of := one.outcome or one.tranche:
            stated[of][localdate(one.stated_at)] = one.probability
    return stated


def _came(of: Outcome | Tranche) -> tuple[date, bool] | None:
    """The day before which forecasts count, and whether it came; None while that is open."""
    if isinstance(of, Outcome):
        found = getattr(of, "resolution", None)
        return (found.starts_on, found.reached) if found else None
    result = getattr(of, "gate_result", None)
    return (localdate(result.said_at), result.met) if result else None


def engine_days(outcomes: list[int]) -> Mapping[int, Days]:
    """The engine's chances by outcome and day; of several nights of one day the last. One query."""
    nights = Reading.objects.filter(outcome__in=outcomes, run__kind__in=NIGHTS, run__state=Run.State.DONE)
    found: dict[int, Days] = defaultdict(dict)
    for outcome, day, chance in nights.order_by("run").values_list("outcome", "as_of", "chance"):
        if chance is not None:
            found[outcome][day] = chance
    return found


def _others(powers: Powers, bets: BetQuerySet, person: Person) -> list[Person]:
    """Who else has foretold, for those who may see it. One query."""
    if not sees_others(powers):
        return []
    told = Forecast.objects.filter(Q(outcome__bet__in=bets) | Q(tranche__bet__in=bets)).order_by()
    return list(Person.objects.filter(pk__in=told.values("person")).exclude(pk=person.pk).order_by("name", "pk"))
