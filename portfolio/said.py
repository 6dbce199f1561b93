"""What one night says of the outcomes of a bet, each with the line it is held against and the lines before it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bets.models import Bet, Outcome, Reading, Segment, Tranche
from bets.signals import first_day, parts_of
from bets.words import whole
from org.models import Run
from portfolio.answer import LOG_20, Answer, answer_of, finding_kind
from portfolio.charts import shown
from portfolio.night import finding_of
from portfolio.prospects import prospects_of, resolution_words, share_words
from portfolio.reasoning import GRADES, Claim, Step, assumption_of, claims_of, interval_of, reading_steps
from portfolio.standing import Standing, standing_of


@dataclass(frozen=True)
class Said:
    """One outcome as it stands, with what a night reads of it; `before` are the versions it replaced, newest first."""

    outcome: Outcome
    reading: Reading | None
    following: Tranche | None = None
    before: "list[Said]" = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The finding, as under the chart."""
        return whole(finding_of(self.reading)) if self.reading else _("No night has read this outcome yet.")

    @cached_property
    def standing(self) -> Standing | None:
        return standing_of(self.reading)

    @cached_property
    def finding(self) -> str:
        """The kind of verdict that this outcome alone would have; empty while it has not been read."""
        return finding_kind(self.reading) if self.reading else ""

    @cached_property
    def answer(self) -> Answer | None:
        """When it will be known; None once it has resolved, and before it has been read."""
        return None if self.reading is None or self.resolution else answer_of(self.reading)

    @property
    def resolution(self) -> str:
        """How it turned out; empty while that is open."""
        found = getattr(self.outcome, "resolution", None)
        return resolution_words(self.outcome, found) if found else ""

    @property
    def prospects(self) -> list[Step]:
        return prospects_of(self.reading, self.following) if self.reading and not self.resolution else []

    @property
    def claims(self) -> list[Claim]:
        return claims_of(self.reading) if self.reading else []

    @property
    def steps(self) -> list[Step]:
        return reading_steps(self.reading) if self.reading else []

    @property
    def assumption(self) -> str:
        """What the evidence grade rests on, and what is taken for granted."""
        reading = self.reading
        return f"{GRADES[reading.grade]} {assumption_of(reading)}" if reading else ""

    @property
    def interval(self) -> str:
        return interval_of(self.reading) if self.reading else _("not bounded yet")

    @property
    def chance(self) -> str:
        """The chance of reaching the target; empty where none was computed."""
        return share_words(self.reading.chance) if self.reading and self.reading.chance is not None else ""

    @property
    def since(self) -> str:
        """About when what has been shown began to be so."""
        reading = self.reading
        if reading is None:
            return ""
        if reading.cease_since and reading.log_e_cease >= LOG_20:
            words, day = _("Beyond the kill line since about %(day)s."), reading.cease_since
        elif reading.scale_since and reading.log_e_scale >= LOG_20:
            words, day = _("Better than the target since about %(day)s."), reading.scale_since
        else:
            return ""
        if day <= first_day(reading.outcome):
            return _("It has been so from the first day read.")
        return words % {"day": date_format(day, "DATE_FORMAT")}

    @property
    def beside(self) -> list[tuple[str, str]]:
        """Estimates to be compared: of all signals, of the last four weeks, and without standardising."""
        reading = self.reading
        if reading is None or reading.estimate is None:
            return []
        found = [
            (_("All signals so far"), self.number(reading.estimate)),
            (_("Last four weeks"), self.number(reading.recent)),
        ]
        if reading.crude is not None:
            found[0] = (_("All signals so far, standardised"), found[0][1])
            found.append((_("All signals so far, without standardising"), self.number(reading.crude)))
        return found

    @property
    def segments(self) -> Iterable[Segment]:
        return parts_of(self.outcome)

    @property
    def versions(self) -> "list[Said]":
        """This one and those before it, newest first."""
        return [self, *self.before]

    @property
    def kill_line(self) -> str:
        return self.number(self.outcome.kill_line)

    @property
    def target(self) -> str:
        return self.number(self.outcome.target)

    @property
    def declared(self) -> list[str]:
        """What was declared of this outcome in advance, beside its lines."""
        outcome = self.outcome
        said = []
        if outcome.role == Outcome.Role.GUARDRAIL:
            said.append(_("A guardrail: it must not be beyond its kill line, and never speaks for the bet."))
        if outcome.grace_days:
            said.append(_("The first %(days)s days are not read.") % {"days": outcome.grace_days})
        if outcome.glide == Outcome.Glide.LINEAR:
            said.append(_("Both lines climb evenly from the baseline until the day to decide."))
        return said

    def number(self, number: float | None) -> str:
        return "–" if number is None else shown(self.outcome, number)


def outcomes_of(bet: Bet) -> list[Outcome]:
    """Every version of every outcome of a bet with series, metric, source, resolution and segments, in order.

    Two queries.
    """
    found = bet.outcomes.select_related("series__metric", "series__source", "resolution")
    segments = Segment.objects.select_related("series").order_by("name")
    outcomes = list(found.prefetch_related(Prefetch("segments", segments, to_attr="parts")))
    for outcome in outcomes:
        outcome.bet = bet
    return outcomes


def current_of(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Those that no other one replaces."""
    listed = list(outcomes)
    replaced = {outcome.replaces_id for outcome in listed}
    return [outcome for outcome in listed if outcome.pk not in replaced]


def readings_in(runs: Iterable[Run | int], outcomes: Iterable[Outcome]) -> dict[int, dict[int, Reading]]:
    """Readings by run and outcome, each with its outcome as given. One query."""
    by_pk = {outcome.pk: outcome for outcome in outcomes}
    found: dict[int, dict[int, Reading]] = {}
    for reading in Reading.objects.filter(run__in=runs, outcome__in=list(by_pk)):
        reading.outcome = by_pk[reading.outcome_id]
        found.setdefault(reading.run_id, {})[reading.outcome_id] = reading
    return found


def said_of(
    outcomes: Iterable[Outcome], readings: Mapping[int, Reading], following: Tranche | None = None
) -> list[Said]:
    """What `readings` (of one night, by outcome) say of the outcomes that stand, with the versions before them."""
    listed = list(outcomes)
    by_pk = {outcome.pk: outcome for outcome in listed}
    return [_said(outcome, by_pk, readings, following) for outcome in current_of(listed)]


def _said(
    outcome: Outcome, by_pk: Mapping[int, Outcome], readings: Mapping[int, Reading], following: Tranche | None
) -> Said:
    before, earlier = [], by_pk.get(outcome.replaces_id or 0)
    while earlier is not None:
        before.append(Said(earlier, readings.get(earlier.pk)))
        earlier = by_pk.get(earlier.replaces_id or 0)
    return Said(outcome, readings.get(outcome.pk), following, before)
