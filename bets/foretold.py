"""What people foretell of a bet: of each outcome and gate one probability, and what others say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from bets.models import Bet, BetQuerySet, Forecast, Outcome, Reading, Tranche
from bets.rules import NIGHTS
from bets.rules_foretold import Foretold, forecaster_refusals, thing_refusals
from bets.words import value
from org.models import Person, Run
from org.visibility import powers_of

WIDTH, HEIGHT = 240, 48  # of the step line
SHOWN = 20  # own earlier forecasts listed


@dataclass(frozen=True)
class Steps:
    """One's own forecasts over time as an SVG path; coordinates are never localised."""

    path: str
    x: str
    y: str


@dataclass(frozen=True)
class Thing:
    """An outcome or a gate with what has been foretold of it; `own` and `others` newest first, `hidden` the number of
    people whose forecasts this person does not see before stating theirs."""

    of: Outcome | Tranche
    refusals: list[str]
    own: list[Forecast]
    others: list[Forecast]
    hidden: int
    engine: float | None
    today: date

    @property
    def outcome(self) -> Outcome | None:
        return self.of if isinstance(self.of, Outcome) else None

    @property
    def tranche(self) -> Tranche | None:
        return self.of if isinstance(self.of, Tranche) else None

    @property
    def key(self) -> str:
        return f"outcome-{self.of.number}" if isinstance(self.of, Outcome) else f"gate-{self.of.sequence}"

    @property
    def name(self) -> str:
        if isinstance(self.of, Outcome):
            return str(self.of.series.metric)
        return _("Gate of tranche %(number)s") % {"number": self.of.sequence}

    @property
    def target(self) -> str:
        """The target of an outcome in words; nothing for a gate, which says its own."""
        if not isinstance(self.of, Outcome):
            return ""
        metric = self.of.series.metric
        return value(self.of.target, metric.kind, metric.unit, self.of.contrast)

    @property
    def came(self) -> bool | None:
        """Whether it came as foretold; None while that is open."""
        if isinstance(self.of, Outcome):
            found = getattr(self.of, "resolution", None)
            return found.reached if found else None
        result = getattr(self.of, "gate_result", None)
        return result.met if result else None

    @property
    def shown(self) -> list[Forecast]:
        return self.own[:SHOWN]

    @property
    def average(self) -> float | None:
        """Of the latest forecasts of all; None while only one has stated one."""
        every = [one.probability for one in [*self.own[:1], *self.others]]
        return sum(every) / len(every) if len(every) > 1 else None

    @property
    def steps(self) -> Steps | None:
        return steps_of(self.own, self.today) if len(self.own) > 1 else None


def steps_of(own: list[Forecast], today: date) -> Steps:
    """`own` newest first, at least one."""
    days = [localdate(one.stated_at) for one in reversed(own)]
    span = max((max(today, days[-1]) - days[0]).days, 1)
    points = [
        (WIDTH * (day - days[0]).days / span, HEIGHT * (1 - one.probability))
        for day, one in zip(days, reversed(own), strict=True)
    ]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in points[1:])
    return Steps(f"{path}H{WIDTH}", f"{WIDTH}", f"{points[-1][1]:.1f}")


@dataclass(frozen=True)
class ForecastsPage:
    bet: Bet
    refusals: list[str]
    things: list[Thing]
    base: "Base"

    def thing(self, key: str) -> Thing | None:
        return next((thing for thing in self.things if thing.key == key), None)


@dataclass(frozen=True)
class Base:
    """Outcomes that resolved and those of them that reached their targets: the base rate."""

    resolved: int
    reached: int

    @property
    def is_few(self) -> bool:
        return self.resolved < 10

    @property
    def share(self) -> float:
        return self.reached / self.resolved if self.resolved else 0.0


def base_rate(bets: BetQuerySet) -> Base:
    """Over current outcomes of these bets. One query."""
    found = Outcome.objects.current().filter(bet__in=bets, resolution__isnull=False).order_by()
    came = list(found.values_list("resolution__reached", flat=True))
    return Base(len(came), sum(came))


def forecasts_page(bet: Bet, person: Person, today: date) -> ForecastsPage:
    """Five queries: outcomes, gates, chances, forecasts and the base rate."""
    powers = powers_of(person)
    stated = Outcome.objects.current().filter(bet=bet).select_related("series__metric", "resolution").order_by("number")
    gates = Tranche.objects.filter(bet=bet).select_related("gate_result").order_by("sequence")
    outcomes = list(stated)
    things = things_of(bet, [*outcomes, *gates], person, today, chances_of(outcomes))
    base = base_rate(Bet.objects.visible_to(powers))
    return ForecastsPage(bet, list(forecaster_refusals(powers, bet)), things, base)


def things_of(
    bet: Bet, every: Sequence[Outcome | Tranche], person: Person, today: date, chances: Mapping[int, float]
) -> list[Thing]:
    """Outcomes (with resolution and metric) and gates (with what was said of them) of a bet with all forecasts of them;
    `chances` are the engine's by outcome. One query."""
    said = Said.of(every, person, chances)
    return [_thing(bet, of, said, today) for of in every]


@dataclass(frozen=True)
class Said:
    """All forecasts of some outcomes and gates, newest first, and the engine's chances of the outcomes."""

    person: Person
    forecasts: Mapping[Outcome | Tranche, list[Forecast]]
    chances: Mapping[int, float]

    @classmethod
    def of(cls, every: Sequence[Outcome | Tranche], person: Person, chances: Mapping[int, float]) -> "Said":
        known = {(type(of), of.pk): of for of in every}
        outcomes, gates = ([pk for kind, pk in known if kind is one] for one in (Outcome, Tranche))
        stated = Forecast.objects.filter(Q(outcome__in=outcomes) | Q(tranche__in=gates)).select_related("person")
        found: dict[Outcome | Tranche, list[Forecast]] = {of: [] for of in every}
        for one in stated.order_by("-stated_at", "-pk"):
            key = (Outcome, one.outcome_id) if one.outcome_id else (Tranche, one.tranche_id or 0)
            found[known[key]].append(one)
        return cls(person, found, chances)

    def own(self, of: Outcome | Tranche) -> list[Forecast]:
        return [one for one in self.forecasts[of] if one.person_id == self.person.pk]

    def others(self, of: Outcome | Tranche) -> list[Forecast]:
        """The latest of each other person."""
        latest: dict[int, Forecast] = {}
        for one in self.forecasts[of]:
            if one.person_id != self.person.pk:
                latest.setdefault(one.person_id, one)
        return list(latest.values())


def chances_of(outcomes: list[Outcome]) -> dict[int, float]:
    """The engine's chances by outcome, where the latest night states one. One query."""
    nights = Reading.objects.filter(outcome__in=outcomes, run__kind__in=NIGHTS, run__state=Run.State.DONE)
    latest = nights.order_by("outcome", "-as_of", "-run").distinct("outcome").values_list("outcome", "chance")
    return {outcome: chance for outcome, chance in latest if chance is not None}


def _thing(bet: Bet, of: Outcome | Tranche, said: Said, today: date) -> Thing:
    known = getattr(of, "resolution" if isinstance(of, Outcome) else "gate_result", None) is not None
    by = of.decide_by if isinstance(of, Outcome) else None
    own, others = said.own(of), said.others(of)
    opens = bool(own) or known
    return Thing(
        of=of, refusals=list(thing_refusals(Foretold(bet, is_known=known, decide_by=by), today=today)), own=own,
        others=others if opens else [], hidden=0 if opens else len(others),
        engine=said.chances.get(of.pk) if opens and isinstance(of, Outcome) else None, today=today,
    )  # fmt: skip


def missing_forecasts(person: Person, bets: BetQuerySet, today: date) -> list[Outcome | Tranche]:
    """Outcomes and gates of live or held bets among these of which the person can state a forecast and has not, the
    soonest first. Two queries; each comes with its bet, an outcome with its metric."""
    active = [Bet.State.LIVE, Bet.State.HELD]
    mine = Forecast.objects.filter(person=person)
    outcomes = Outcome.objects.current().filter(
        ~Exists(mine.filter(outcome=OuterRef("pk"))), bet__in=bets, bet__state__in=active, decide_by__gt=today,
        resolution=None,
    ).select_related("bet", "series__metric").order_by("decide_by", "pk")  # fmt: skip
    tranches = Tranche.objects.filter(
        ~Exists(mine.filter(tranche=OuterRef("pk"))), bet__in=bets, bet__state__in=active, gate_result=None
    ).select_related("bet").order_by("planned_on", "pk")  # fmt: skip
    return [*outcomes, *tranches]
