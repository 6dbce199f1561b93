"""What needs a decision: which bets, in which order, and why, in words for a chief executive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import DateField, Exists, ExpressionWrapper, Max, Min, OuterRef, Q, Subquery
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.models import Bet, BetQuerySet, Decision, Flag, Outcome, OutcomeQuerySet, Reading, Verdict
from bets.words import value
from org.models import Run
from portfolio.answer import answer_of
from portfolio.board import Row, open_flags, rows_of
from portfolio.night import ACTIVE

SOON = timedelta(days=14)
# Of several open flags the one that the verdict follows from speaks: the order of bets.rules.decide.
SPEAKS_FIRST: list[str] = [
    Flag.Kind.CEASE, Flag.Kind.SCALE, Flag.Kind.PIVOT, Flag.Kind.NEAR_MISS, Flag.Kind.LATE,
    Flag.Kind.PERSISTED, Flag.Kind.INCONCLUSIVE, Flag.Kind.STALE,
]  # fmt: skip
# The money is gone before something else happens, or goes on while nothing new does.
STUCK = (Flag.Kind.INCONCLUSIVE, Flag.Kind.LATE, Flag.Kind.PERSISTED)
REASONS = {
    # By kind of flag: what is said while the estimate stands where the flag says, and once it has come back.
    Flag.Kind.CEASE: (
        gettext_lazy("Beyond the kill line: %(metric)s at %(now)s, the line is %(line)s."),
        gettext_lazy("Flagged beyond the kill line: %(metric)s is back at %(now)s, the line is %(line)s."),
    ),
    Flag.Kind.PIVOT: (
        gettext_lazy("Target refuted: %(metric)s at %(now)s, the target is %(line)s."),
        gettext_lazy("Target refuted when flagged: %(metric)s is at %(now)s now, the target is %(line)s."),
    ),
    Flag.Kind.SCALE: (
        gettext_lazy("Better than the target: %(metric)s at %(now)s, the target is %(line)s."),
        gettext_lazy("Better than the target when flagged: %(metric)s is at %(now)s now, the target is %(line)s."),
    ),
}


class Waiting(NamedTuple):
    """A bet that waits for a decision, with what its place in the queue depends on."""

    pk: int
    key: str
    decide_by: date | None
    evidence_since: date | None
    silent_since: date | None
    stuck_since: date | None = None  # flagged as one whose money is gone before it is settled, or decided on

    def overdue(self, today: date) -> int:
        """Days since the decide-by date passed; 0 while it has not."""
        return max((today - self.decide_by).days, 0) if self.decide_by else 0


def urgency(one: Waiting, today: date) -> tuple[int, int, str]:
    """Sorts the queue: decide-by dates that have passed, the longest overdue first; then flags of the evidence, the
    longest waiting first; then dates that come soon, the soonest first; then what cannot be concluded before the money
    is gone; last those that only lack signals."""
    if days := one.overdue(today):
        return 0, -days, one.key
    if one.evidence_since:
        return 1, one.evidence_since.toordinal(), one.key
    if one.decide_by and one.decide_by <= today + SOON:
        return 2, one.decide_by.toordinal(), one.key
    if one.stuck_since:
        return 3, one.stuck_since.toordinal(), one.key
    return 4, one.silent_since.toordinal() if one.silent_since else 0, one.key


@dataclass(frozen=True)
class Item:
    """One bet of the queue as it is shown."""

    row: Row
    waiting: Waiting
    today: date

    @cached_property
    def flag(self) -> Flag | None:
        """The open flag that speaks."""
        return min(self.row.flags, key=lambda flag: SPEAKS_FIRST.index(flag.kind), default=None)

    @property
    def kind(self) -> str:
        return self.row.verdict.kind if self.row.verdict else "none"

    @property
    def overdue(self) -> int:
        return self.waiting.overdue(self.today)

    @property
    def since(self) -> str:
        """How long it has waited, or how soon it is due."""
        if self.overdue:
            return ngettext("%(days)d day overdue", "%(days)d days overdue", self.overdue) % {"days": self.overdue}
        if self.flag:
            days = (self.today - self.flag.raised_on).days
            words = ngettext("flagged %(days)d day ago", "flagged %(days)d days ago", days)
            return words % {"days": days} if days > 0 else _("flagged today")
        left = (self.waiting.decide_by - self.today).days if self.waiting.decide_by else 0
        words = ngettext("%(days)d day left to decide", "%(days)d days left to decide", left)
        return words % {"days": left} if left else _("to be decided today")

    @property
    def reason(self) -> str:
        """Why it is here, in one short sentence; the full reasoning is on the page of the bet."""
        if self.kind == "contradiction":
            return _("Outcomes contradict each other: one is beyond its kill line, another better than its target.")
        if self.flag is None:
            return self._undecided()
        reading = next((one for one in self.row.readings if one.outcome_id == self.flag.outcome_id), None)
        return _told(self.flag, reading)

    def _undecided(self) -> str:
        reading = next((one for one in self.row.readings if one.estimate is not None), None)
        if self.kind == Verdict.Kind.INCONCLUSIVE and reading is not None:
            return _out_of_reach(reading)
        if reading is None:
            return _("The day to decide is near, and nothing could be read yet.")
        words = _("Not settled yet: %(metric)s at %(now)s, the target is %(line)s.")
        return words % _numbers(reading, reading.outcome.target)


def _silence(reading: Reading | None) -> str:
    if reading is None or reading.last_period is None:
        return _("No signals have arrived, so nothing can be said.")
    day = date_format(reading.last_period, "DATE_FORMAT")
    return _("No signals since %(day)s: the result is as it was, and may have changed.") % {"day": day}


def near_miss_words(flag: Flag) -> str:
    """Who reads a near miss a second time, and until when."""
    if flag.reader is None or flag.read_by is None:
        return _("Almost shown to be beyond the kill line on the day to decide: nobody has been named to read it.")
    parts = {"reader": flag.reader, "day": date_format(flag.read_by, "DATE_FORMAT")}
    return _("Almost shown to be beyond the kill line on the day to decide: %(reader)s reads it until %(day)s.") % parts


def _out_of_reach(reading: Reading | None) -> str:
    if reading is None:
        return _("Money is still ahead, and it will hardly buy an answer.")
    return _("It will hardly be settled in time. %(answer)s") % {"answer": answer_of(reading).sentence}


def _too_late(flag: Flag) -> str:
    if flag.act_by is None:
        return _("By the day to decide, too little money is left to wind it down.")
    day = date_format(flag.act_by, "DATE_FORMAT")
    return _("By the day to decide, too little money is left to wind it down: decide by %(day)s.") % {"day": day}


def _nothing_new(flag: Flag) -> str:
    day = date_format(flag.since or flag.raised_on, "DATE_FORMAT")
    return _("Decided to persist twice, and nothing new speaks for it since %(day)s.") % {"day": day}


def _evidence(flag: Flag, reading: Reading | None) -> str:
    if reading is None or reading.estimate is None:
        return _("The evidence flagged it, and was not read again last night.")
    outcome = reading.outcome
    line = outcome.kill_line if flag.kind == Flag.Kind.CEASE else outcome.target
    above = (reading.estimate > line) == outcome.higher_is_better
    still, back = REASONS[Flag.Kind(flag.kind)]
    return str(still if above == (flag.kind == Flag.Kind.SCALE) else back) % _numbers(reading, line)


def _told(flag: Flag, reading: Reading | None) -> str:
    if flag.kind == Flag.Kind.STALE:
        return _silence(reading)
    if flag.kind == Flag.Kind.INCONCLUSIVE:
        return _out_of_reach(reading)
    if flag.kind == Flag.Kind.LATE:
        return _too_late(flag)
    if flag.kind == Flag.Kind.PERSISTED:
        return _nothing_new(flag)
    return near_miss_words(flag) if flag.kind == Flag.Kind.NEAR_MISS else _evidence(flag, reading)


def _numbers(reading: Reading, line: float) -> dict[str, str]:
    outcome = reading.outcome
    metric = outcome.series.metric
    now, line_words = (value(n, metric.kind, metric.unit, outcome.contrast) for n in (reading.estimate or 0.0, line))
    return {"metric": metric.name, "now": now, "line": line_words}


def due(bets: BetQuerySet, today: date) -> BetQuerySet:
    """Live and held bets with an open flag, or whose decide-by date asks for a decision."""
    flagged = Flag.objects.filter(cleared_on=None).values("bet")
    return bets.filter(Q(pk__in=flagged) | Q(pk__in=asking(today).values("bet")), state__in=ACTIVE)


def asking(today: date) -> OutcomeQuerySet:
    """Outcomes whose decide-by date has passed or comes within 14 days, and that nobody has decided on since it began
    to ask, with a day to look again that is still to come. No query yet; in no order."""
    latest = Decision.objects.filter(bet=OuterRef("bet")).order_by().values("bet").annotate(n=Max("number")).values("n")
    since = ExpressionWrapper(OuterRef("decide_by") - SOON, output_field=DateField())
    quiet = Decision.objects.filter(
        bet=OuterRef("bet"), number=Subquery(latest), look_again_on__gt=today, decided_at__date__gte=since
    )  # fmt: skip
    near = Outcome.objects.current().filter(decide_by__lte=today + SOON)
    return near.filter(~Exists(quiet)).order_by()


def quiet_until(decide_by: date | None, latest: Decision | None, today: date) -> date | None:
    """Until when the decide-by date asks for nothing, because of the latest decision; None when it does ask."""
    if decide_by is None or latest is None or latest.look_again_on is None or latest.look_again_on <= today:
        return None
    return latest.look_again_on if localdate(latest.decided_at) >= decide_by - SOON else None


def waiting_of(bets: BetQuerySet, today: date) -> list[Waiting]:
    """All that wait, the most urgent first. One query."""
    flags = open_flags().order_by("raised_on").values("raised_on")
    asked = asking(today).filter(bet=OuterRef("pk")).values("bet").annotate(day=Min("decide_by")).values("day")
    found = due(bets, today).annotate(
        decide_by=Subquery(asked),
        evidence_since=Subquery(flags.exclude(kind__in=[Flag.Kind.STALE, *STUCK])[:1]),
        silent_since=Subquery(flags.filter(kind=Flag.Kind.STALE)[:1]),
        stuck_since=Subquery(flags.filter(kind__in=STUCK)[:1]),
    )  # fmt: skip
    waiting = [Waiting(*one) for one in found.order_by().values_list(*Waiting._fields)]
    return sorted(waiting, key=lambda one: urgency(one, today))


def items_of(waiting: Sequence[Waiting], run: Run | None, today: date) -> list[Item]:
    """What is shown of them, in the same order. Four queries."""
    wanted = Bet.objects.filter(pk__in=[one.pk for one in waiting])
    shown = wanted.with_plan().with_stakes(today).select_related("lead", "domain", "goal")
    rows = {row.bet.pk: row for row in rows_of(shown, run)}
    return [Item(rows[one.pk], one, today) for one in waiting]
