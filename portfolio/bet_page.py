"""Everything the page of one bet shows, in a number of queries that does not grow with flags, outcomes or years."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.draft_page import cost_of_bet
from bets.models import Bet, Flag, Outcome, Reading, Tranche, Verdict
from bets.provable import level_words
from bets.rules import decider_refusals
from bets.rules_draft import Cost
from bets.signals import reads_of
from funding.agreed import Agreed, agreed_of
from funding.rules_asking import Stood
from metrics.models import Source
from metrics.versions import Redefined
from org.models import Event, Person, Run
from org.rules import Powers
from org.visibility import powers_of
from portfolio.ahead import Ahead, ahead_of
from portfolio.bet_comments import BetComments, comments_of
from portfolio.bet_definitions import redefined_of
from portfolio.bet_findings import BetFindings, findings_of
from portfolio.bet_foretold import BetForetold, foretold_of
from portfolio.bet_learning import BetLearning, learning_of
from portfolio.bet_money import BetMoney, bet_money_of
from portfolio.change import Outlook, asked_by_rule, outlook_of_bet, outlook_of_outcome
from portfolio.decided import Decided, decisions_of
from portfolio.flagged import FlagShown, flags_of, runs_of, shown_flags
from portfolio.following import Follows, follows_of_bet
from portfolio.moments import Moment, Way, ways_in
from portfolio.night import ACTIVE
from portfolio.queue import quiet_until
from portfolio.said import Said, current_of, outcomes_of, readings_in, said_of

EVENTS = 20


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

    said: Said
    way: Way
    outlook: Outlook
    sees_source: bool
    may_record: bool
    redefined: list[Redefined]

    @property
    def outcome(self) -> Outcome:
        return self.said.outcome

    @property
    def reading(self) -> Reading | None:
        return self.said.reading

    @property
    def numbers(self) -> list[tuple[str, str]]:
        """Names and words of the numbers at a glance."""
        said, outcome = self.said, self.outcome
        baseline = [(_("Baseline"), level_words(outcome, outcome.baseline))] if outcome.baseline is not None else []
        return [
            (_("Now"), said.number(self._now)),
            (_("95 % interval"), said.interval),
            *baseline,
            (_("Kill line"), said.number(outcome.kill_line)),
            (_("Target"), said.number(outcome.target)),
        ]

    @property
    def _now(self) -> float | None:
        """The estimate of the night; a level that was not judged has none, so its latest value."""
        if self.outcome.series.metric.kind == "level" and self.way.moments:
            return self.way.moments[-1].value
        return self.reading.estimate if self.reading else None

    @property
    def lines(self) -> list[Line]:
        """The table: newest first."""
        return [
            Line(moment, *(self.said.number(number) for number in (moment.estimate, moment.lower, moment.upper)))
            for moment in reversed(self.way.moments)
        ]


@dataclass(frozen=True)
class TrancheShown:
    """A planned stage of money, with what stands in its accounts for whoever sees money."""

    tranche: Tranche
    is_ahead: bool
    stood: Stood | None


@dataclass(frozen=True)
class BetPage:
    bet: Bet
    verdict: Verdict | None
    flags: list[FlagShown]
    cleared: list[FlagShown]
    decisions: list[Decided]
    refusals: list[str]
    outlook: Outlook | None
    outcomes: list[OutcomeShown]
    tranches: list[TrancheShown]
    events: Page[Event]
    today: date
    may_state: bool
    foretold: BetForetold
    money: BetMoney | None
    findings: BetFindings
    comments: BetComments
    learning: BetLearning
    cost: Cost
    agreed: Agreed
    follows: Follows | None

    @property
    def planned(self) -> int:
        return sum(item.tranche.amount for item in self.tranches)

    @property
    def is_over(self) -> bool:
        return self.bet.state in (Bet.State.CEASED, Bet.State.CONCLUDED)

    @property
    def at_stake(self) -> int:
        """Planned after today: what a decision can still move; nothing once the bet is over."""
        return sum(item.tranche.amount for item in self.tranches if item.is_ahead)

    @property
    def decide_by(self) -> date | None:
        return min((shown.outcome.decide_by for shown in self.outcomes), default=None)

    @property
    def quiet_until(self) -> date | None:
        """The day to look again, while the latest decision answers the decide-by date."""
        latest = self.decisions[0].decision if self.decisions else None
        return quiet_until(self.decide_by, latest, self.today)

    @property
    def rests_until(self) -> date | None:
        """Until when what the evidence says is not raised anew, because it has been decided on."""
        again = self.decisions[0].decision.look_again_on if self.decisions else None
        return again if again and again > self.today and not self.flags else None

    @property
    def is_overdue(self) -> bool:
        if self.is_over or self.quiet_until:
            return False
        return self.decide_by is not None and self.decide_by < self.today

    @property
    def time_left(self) -> str:
        """Days until the decision is due, or since it was; for a bet that is over, that it is."""
        if self.is_over:
            return str(self.bet.get_state_display())
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
    readings: Mapping[int, Reading]
    ways: dict[int, Way]
    aheads: dict[int, Ahead]
    redefined: dict[int, list[Redefined]]
    as_of: date


def bet_page(bet: Bet, night: Run | None, person: Person, *, today: date, page: str | None) -> BetPage:
    """The page of a bet as of the latest night (of `today` before the first one)."""
    powers, outcomes, tranches = powers_of(person), outcomes_of(bet), list(bet.tranches.select_related("gate_result"))
    flags, decisions = flags_of(bet), decisions_of(bet)
    readings = readings_in({*runs_of(flags), *(one.run_id for one in decisions if one.run_id), *_run(night)}, outcomes)
    read = _read(outcomes, readings.get(night.pk, {}) if night else {}, night.as_of if night else today)
    verdict = Verdict.objects.filter(bet=bet, run=night).select_related("run").first()
    over = bet.state in (Bet.State.CEASED, Bet.State.CONCLUDED)
    ahead = [tranche for tranche in tranches if tranche.planned_on > today and not over]
    events = Event.objects.filter(subject_type="bets.bet", subject_id=bet.pk).select_related("by")
    money = bet_money_of(bet, tranches, _primaries(read), powers, today, next(iter(decisions), None))
    raised = [flag for flag in flags if flag.cleared_on is None]
    return BetPage(
        bet=bet,
        verdict=verdict,
        flags=shown_flags(raised, readings, read.outcomes, night, person),
        cleared=[FlagShown(flag, []) for flag in reversed(flags) if flag.cleared_on is not None],
        decisions=[Decided(one, said_of(outcomes, readings.get(one.run_id or 0, {}))) for one in decisions],
        refusals=list(decider_refusals(powers, person.pk, bet)),
        outlook=_outlook(verdict, raised, read, tranches) if verdict and bet.state in ACTIVE else None,
        outcomes=[_outcome(said, read, powers) for said in said_of(outcomes, read.readings, next(iter(ahead), None))],
        tranches=[TrancheShown(one, one in ahead, money.stood[one.pk] if money else None) for one in tranches],
        events=Paginator(events.order_by("-at", "-id"), EVENTS).get_page(page),
        today=today,
        may_state=powers.may("state_bet", bet.domain_id),
        comments=comments_of(bet, person, today=today),
        learning=learning_of(bet, person, today=today),
        findings=findings_of(bet, powers),
        cost=cost_of_bet(bet, tranches),
        agreed=agreed_of(bet, person),
        money=money,
        foretold=foretold_of(bet, read.outcomes, tranches, read.readings, person, today),
        follows=follows_of_bet(bet, decisions, person, today),
    )


def _run(night: Run | None) -> list[int]:
    return [night.pk] if night else []


def _read(outcomes: list[Outcome], readings: Mapping[int, Reading], as_of: date) -> Read:
    current = current_of(outcomes)
    signals = reads_of(current, as_of)
    return Read(current, readings, ways_in(signals), ahead_of(signals, readings), redefined_of(current), as_of)


def _primaries(read: Read) -> list[Reading]:
    """The readings by which the bet is judged."""
    primary = [one for one in read.outcomes if one.role == Outcome.Role.PRIMARY] or read.outcomes
    return [read.readings[one.pk] for one in primary if one.pk in read.readings]


def _outlook(verdict: Verdict, flags: list[Flag], read: Read, tranches: list[Tranche]) -> Outlook:
    asked = asked_by_rule(verdict, flags)
    return outlook_of_bet(read.outcomes, read.readings, read.aheads, asked, as_of=read.as_of, planned=tranches)


def _outcome(said: Said, read: Read, powers: Powers) -> OutcomeShown:
    outcome = said.outcome
    return OutcomeShown(
        said,
        read.ways[outcome.pk],
        outlook_of_outcome(outcome, said.reading, read.aheads.get(outcome.pk), as_of=read.as_of),
        sees_source=powers.may("see_sources", outcome.series.source.domain_id),
        may_record=_may_record(outcome, powers),
        redefined=read.redefined[outcome.pk],
    )


def _may_record(outcome: Outcome, powers: Powers) -> bool:
    source = outcome.series.source
    return source.kind == Source.Kind.TYPED and powers.may("record_signal", source.domain_id)
