"""Everything the page of one bet shows, in a number of queries that does not grow with flags, outcomes or years."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet

from bets.models import Bet, Flag, Outcome, Reading, Tranche, Verdict
from bets.words import interval, line
from metrics.models import Source
from org.models import Event, Run
from org.rules import Powers
from portfolio.charts import shown
from portfolio.moments import Moment, Way, ways_of
from portfolio.night import finding_of
from portfolio.reasoning import Claim, Step, claims_of, flag_steps, reading_steps

EVENTS = 20
GRAVEST_FIRST: list[str] = [Flag.Kind.CEASE, Flag.Kind.SCALE, Flag.Kind.PIVOT, Flag.Kind.STALE]


@dataclass(frozen=True)
class FlagShown:
    flag: Flag
    steps: list[Step]


@dataclass(frozen=True)
class Line:
    """One moment of an outcome in words, for the table beside its chart."""

    moment: Moment
    estimate: str
    lower: str
    upper: str


@dataclass(frozen=True)
class OutcomeShown:
    """An outcome with its way and what the latest night says of it; its health stands apart."""

    outcome: Outcome
    reading: Reading | None
    way: Way
    sees_source: bool
    may_record: bool

    @property
    def sentence(self) -> str:
        """The finding, as under the chart."""
        if self.reading is None:
            return "No night has read this outcome yet."
        finding = finding_of(self.reading)
        return f"{interval(finding)}; {line(finding, 'kill line')}, {line(finding, 'target')}."

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Names and words of the numbers at a glance."""
        outcome, reading = self.outcome, self.reading
        baseline = [("Baseline", shown(outcome, outcome.baseline))] if outcome.baseline is not None else []
        return [
            ("Now", shown(outcome, reading.estimate) if reading and reading.estimate is not None else "–"),
            ("95 % interval", _between(outcome, reading)),
            *baseline,
            ("Kill line", shown(outcome, outcome.kill_line)),
            ("Target", shown(outcome, outcome.target)),
        ]

    @property
    def lines(self) -> list[Line]:
        """The table: newest first."""
        return [
            Line(moment, *(_words(self.outcome, number) for number in (moment.estimate, moment.lower, moment.upper)))
            for moment in reversed(self.way.moments)
        ]

    @property
    def claims(self) -> list[Claim]:
        return claims_of(self.reading) if self.reading else []

    @property
    def steps(self) -> list[Step]:
        return reading_steps(self.reading) if self.reading else []


@dataclass(frozen=True)
class BetPage:
    bet: Bet
    verdict: Verdict | None
    flags: list[FlagShown]
    outcomes: list[OutcomeShown]
    tranches: list[Tranche]
    events: Page[Event]

    @property
    def planned(self) -> int:
        return sum(tranche.amount for tranche in self.tranches)

    @property
    def decide_by(self) -> date | None:
        return min((shown.outcome.decide_by for shown in self.outcomes), default=None)


def bet_page(bet: Bet, night: Run | None, powers: Powers, *, today: date, page: str | None) -> BetPage:
    """The page of a bet as of the latest night (of `today` before the first one)."""
    outcomes = list(outcomes_of(bet))
    readings = {r.outcome_id: r for r in _readings([night] if night else [], outcomes)}
    ways = ways_of(outcomes, night.as_of if night else today)
    events = (
        Event.objects.filter(subject_type="bets.bet", subject_id=bet.pk).select_related("by").order_by("-at", "-id")
    )
    return BetPage(
        bet=bet,
        verdict=Verdict.objects.filter(bet=bet, run=night).first(),
        flags=_flags(bet, outcomes),
        outcomes=[
            OutcomeShown(
                outcome,
                readings.get(outcome.pk),
                ways[outcome.pk],
                sees_source=powers.may("see_sources", outcome.series.source.domain_id),
                may_record=_may_record(outcome, powers),
            )
            for outcome in outcomes
        ],
        tranches=list(bet.tranches.all()),
        events=Paginator(events, EVENTS).get_page(page),
    )


def outcomes_of(bet: Bet) -> QuerySet[Outcome]:
    """Outcomes of a bet with their series, metric and source, in order. One query."""
    return bet.outcomes.select_related("bet", "series__metric", "series__source")


def open_flags(bet: Bet) -> list[Flag]:
    """Open flags of a bet with their outcome, the gravest kind first. One query."""
    flags = bet.flags.filter(cleared_on=None).select_related("outcome__series__metric")
    return sorted(flags, key=lambda flag: GRAVEST_FIRST.index(flag.kind))


def _flags(bet: Bet, outcomes: list[Outcome]) -> list[FlagShown]:
    flags = open_flags(bet)
    runs = {flag.run_id for flag in flags}
    readings = {(r.run_id, r.outcome_id): r for r in _readings(runs, outcomes)}
    counted = Verdict.objects.filter(run__in=runs).order_by().values_list("run").annotate(Count("pk"))
    judged: dict[int, int] = dict(counted)
    return [
        FlagShown(
            flag,
            flag_steps(
                flag,
                readings.get((flag.run_id, flag.outcome_id)),
                judged=judged.get(flag.run_id, 0),
                outcomes=len(outcomes),
            ),
        )
        for flag in flags
    ]


def _readings(runs: Iterable[Run | int], outcomes: list[Outcome]) -> QuerySet[Reading]:
    found = Reading.objects.filter(run__in=runs, outcome__in=outcomes)
    return found.select_related("outcome__series__metric")


def _may_record(outcome: Outcome, powers: Powers) -> bool:
    source = outcome.series.source
    return source.kind == Source.Kind.TYPED and powers.may("record_signal", source.domain_id)


def _between(outcome: Outcome, reading: Reading | None) -> str:
    if reading is None or reading.lower is None or reading.upper is None:
        return "not bounded yet"
    return f"{shown(outcome, reading.lower)} to {shown(outcome, reading.upper)}"


def _words(outcome: Outcome, number: float | None) -> str:
    return "–" if number is None else shown(outcome, number)
