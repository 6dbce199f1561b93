"""Everything the page of one bet shows, in a number of queries that does not grow with flags, outcomes or years."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.models import Bet, Flag, Outcome, Reading, Tranche, Verdict
from bets.words import whole
from metrics.models import Source
from org.models import Event, Run
from org.rules import Powers
from portfolio.ahead import Ahead, ahead_of
from portfolio.change import Outlook, asked_by_rule, outlook_of_bet, outlook_of_outcome
from portfolio.charts import shown
from portfolio.moments import Moment, Way, signals_of, ways_in
from portfolio.night import finding_of
from portfolio.reasoning import Claim, Step, claims_of, flag_steps, reading_steps
from portfolio.standing import Standing, standing_of

EVENTS = 20
HEADLINES = {
    Flag.Kind.CEASE: gettext_lazy("%(metric)s: beyond the kill line"),
    Flag.Kind.PIVOT: gettext_lazy("%(metric)s: short of the target"),
    Flag.Kind.SCALE: gettext_lazy("%(metric)s: better than the target"),
    Flag.Kind.STALE: gettext_lazy("%(metric)s: no signals any more"),
}
GRAVEST_FIRST: list[str] = [Flag.Kind.CEASE, Flag.Kind.SCALE, Flag.Kind.PIVOT, Flag.Kind.STALE]


@dataclass(frozen=True)
class FlagShown:
    flag: Flag
    steps: list[Step]

    @property
    def headline(self) -> str:
        """Why, in a few words."""
        metric = self.flag.outcome.series.metric.name
        return str(HEADLINES[Flag.Kind(self.flag.kind)]) % {"metric": metric}


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
    outlook: Outlook
    sees_source: bool
    may_record: bool

    @property
    def sentence(self) -> str:
        """The finding, as under the chart."""
        return whole(finding_of(self.reading)) if self.reading else _("No night has read this outcome yet.")

    @property
    def standing(self) -> Standing | None:
        return standing_of(self.reading)

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Names and words of the numbers at a glance."""
        outcome, reading = self.outcome, self.reading
        baseline = [(_("Baseline"), shown(outcome, outcome.baseline))] if outcome.baseline is not None else []
        return [
            (_("Now"), _words(outcome, self._now)),
            (_("95 % interval"), _between(outcome, reading)),
            *baseline,
            (_("Kill line"), shown(outcome, outcome.kill_line)),
            (_("Target"), shown(outcome, outcome.target)),
        ]

    @property
    def _now(self) -> float | None:
        """The estimate of the night; a level has none, so its latest value."""
        if self.outcome.series.metric.kind == "level" and self.way.moments:
            return self.way.moments[-1].value
        return self.reading.estimate if self.reading else None

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
class TrancheShown:
    tranche: Tranche
    is_ahead: bool


@dataclass(frozen=True)
class BetPage:
    bet: Bet
    verdict: Verdict | None
    flags: list[FlagShown]
    outlook: Outlook | None
    outcomes: list[OutcomeShown]
    tranches: list[TrancheShown]
    events: Page[Event]
    today: date

    @property
    def planned(self) -> int:
        return sum(item.tranche.amount for item in self.tranches)

    @property
    def at_stake(self) -> int:
        """Planned after today: what a decision can still move."""
        return sum(item.tranche.amount for item in self.tranches if item.is_ahead)

    @property
    def decide_by(self) -> date | None:
        return min((shown.outcome.decide_by for shown in self.outcomes), default=None)

    @property
    def is_overdue(self) -> bool:
        return self.decide_by is not None and self.decide_by < self.today

    @property
    def time_left(self) -> str:
        """Days until the decision is due, or since it was."""
        days = ((self.decide_by or self.today) - self.today).days
        if days == 0:
            return _("today")
        if days > 0:
            return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}


@dataclass(frozen=True)
class Read:
    """The outcomes of a bet with all that its signals and the latest night say of them, by outcome."""

    outcomes: list[Outcome]
    readings: dict[int, Reading]
    ways: dict[int, Way]
    aheads: dict[int, Ahead]
    as_of: date


def bet_page(bet: Bet, night: Run | None, powers: Powers, *, today: date, page: str | None) -> BetPage:
    """The page of a bet as of the latest night (of `today` before the first one)."""
    flags, tranches, read = open_flags(bet), list(bet.tranches.select_related("bet")), _read(bet, night, today)
    verdict = Verdict.objects.filter(bet=bet, run=night).select_related("run").first()
    events = (
        Event.objects.filter(subject_type="bets.bet", subject_id=bet.pk).select_related("by").order_by("-at", "-id")
    )
    return BetPage(
        bet=bet,
        verdict=verdict,
        flags=_flags(flags, read.outcomes),
        outlook=_outlook(verdict, flags, read, tranches) if verdict else None,
        outcomes=[_outcome(outcome, read, powers) for outcome in read.outcomes],
        tranches=[TrancheShown(tranche, tranche.planned_on > today) for tranche in tranches],
        events=Paginator(events, EVENTS).get_page(page),
        today=today,
    )


def outcomes_of(bet: Bet) -> QuerySet[Outcome]:
    """Outcomes of a bet with their series, metric and source, in order. One query."""
    return bet.outcomes.select_related("bet", "series__metric", "series__source")


def open_flags(bet: Bet) -> list[Flag]:
    """Open flags of a bet with their outcome, the gravest kind first. One query."""
    flags = bet.flags.filter(cleared_on=None).select_related("outcome__series__metric")
    return sorted(flags, key=lambda flag: GRAVEST_FIRST.index(flag.kind))


def _read(bet: Bet, night: Run | None, today: date) -> Read:
    outcomes, as_of = list(outcomes_of(bet)), night.as_of if night else today
    readings = {reading.outcome_id: reading for reading in _readings([night] if night else [], outcomes)}
    signals = signals_of(outcomes, as_of)
    return Read(outcomes, readings, ways_in(signals), ahead_of(signals, readings), as_of)


def _outlook(verdict: Verdict, flags: list[Flag], read: Read, tranches: list[Tranche]) -> Outlook:
    asked = asked_by_rule(verdict, flags)
    return outlook_of_bet(read.outcomes, read.readings, read.aheads, asked, as_of=read.as_of, planned=tranches)


def _outcome(outcome: Outcome, read: Read, powers: Powers) -> OutcomeShown:
    reading = read.readings.get(outcome.pk)
    return OutcomeShown(
        outcome,
        reading,
        read.ways[outcome.pk],
        outlook_of_outcome(outcome, reading, read.aheads.get(outcome.pk), as_of=read.as_of),
        sees_source=powers.may("see_sources", outcome.series.source.domain_id),
        may_record=_may_record(outcome, powers),
    )


def _flags(flags: list[Flag], outcomes: list[Outcome]) -> list[FlagShown]:
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
        return _("not bounded yet")
    low, high = shown(outcome, reading.lower), shown(outcome, reading.upper)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _words(outcome: Outcome, number: float | None) -> str:
    return "–" if number is None else shown(outcome, number)
