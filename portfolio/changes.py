"""What changed since a day, or since last month: tonight's verdicts against those of a night then, and what came
between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.utils import timezone

from bets.models import Bet, BetQuerySet, Decision, Flag, Verdict
from bets.rules import NIGHTS
from org.models import Event, Run
from portfolio.night import ACTIVE
from portfolio.queue import asking

MONTH = timedelta(days=30)
FIRST = 8


@dataclass(frozen=True)
class Change:
    """One thing that happened to a bet: `what` is verdict, decided, raised, cleared, passed or live.

    `before` and `after` are verdicts, or `after` the kind of a decision; `flag` is the kind of a flag, `day` when it
    happened where that is known.
    """

    what: str
    key: str
    name: str
    before: str = ""
    after: str = ""
    flag: str = ""
    day: date | None = None

    @property
    def after_words(self) -> str:
        """The decision in a word."""
        return str(Decision.Kind(self.after).label)

    @property
    def flag_words(self) -> str:
        return str(Flag.Kind(self.flag).label)


@dataclass(frozen=True)
class Changes:
    """Since the night of `since`: verdicts first."""

    since: date
    all: list[Change]

    @property
    def first(self) -> list[Change]:
        return self.all[:FIRST]

    @property
    def more(self) -> int:
        return len(self.all) - len(self.first)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind."""
        kinds = [change.what for change in self.all]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}


def changes_of(bets: BetQuerySet, run: Run | None, today: date, since: date | None = None) -> Changes | None:
    """What changed for these bets since the last night up to the day `since`, or up to a month before `run`; None while
    there is no night to compare with. Six queries."""
    before = _night_until(run, since or run.as_of - MONTH) if run else None
    if run is None or before is None:
        return None
    seen = bets.order_by().values("pk")
    verdicts = list(_verdicts(seen, before, run))
    moved = {change.key for change in verdicts}
    # A verdict follows from flags: one piece of news is not told twice.
    flags = [change for change in _flags(seen, before, run) if change.key not in moved]
    decided = _decisions(seen, before)
    return Changes(
        before.as_of, [*verdicts, *decided, *flags, *_passed(seen, before, today), *_gone_live(bets, before)]
    )


def _night_until(run: Run, day: date) -> Run | None:
    """The last night as of that day or before, other than `run`."""
    older = Run.objects.filter(kind__in=NIGHTS, state=Run.State.DONE, as_of__lte=day).exclude(pk=run.pk)
    return older.order_by("-as_of", "-id").first()


def _verdicts(seen: Any, before: Run, run: Run) -> Iterator[Change]:
    """Verdicts that are not what they were; a bet judged for the first time has not changed its verdict."""
    old = Subquery(Verdict.objects.filter(run=before, bet=OuterRef("bet")).values("kind")[:1])
    moved = Verdict.objects.filter(run=run, bet__in=seen).annotate(old=old).exclude(old=None).exclude(old=F("kind"))
    for key, name, was, kind in moved.order_by("bet__key").values_list("bet__key", "bet__name", "old", "kind"):
        yield Change("verdict", key, name, before=was, after=kind)


def _decisions(seen: Any, before: Run) -> Iterator[Change]:
    """Decisions made since, the newest of each bet."""
    made = Decision.objects.filter(bet__in=seen, decided_at__date__gt=before.as_of)
    newest = made.order_by("bet__key", "-number").distinct("bet__key")
    for key, name, kind, at in newest.values_list("bet__key", "bet__name", "kind", "decided_at"):
        yield Change("decided", key, name, after=kind, day=timezone.localdate(at))


def _flags(seen: Any, before: Run, run: Run) -> Iterator[Change]:
    """Flags raised since, and those from before that were cleared since otherwise than by a decision."""
    raised = Q(raised_on__gt=before.as_of, raised_on__lte=run.as_of, cleared_on=None)
    cleared = Q(cleared_on__gt=before.as_of, raised_on__lte=before.as_of)
    told = Flag.objects.filter(raised | cleared, bet__in=seen).exclude(cleared_how=Flag.Cleared.DECISION)
    found = told.order_by("cleared_on", "raised_on", "bet__key")
    for key, name, kind, since, until in found.values_list("bet__key", "bet__name", "kind", "raised_on", "cleared_on"):
        yield Change("cleared" if until else "raised", key, name, flag=kind, day=until or since)


def _passed(seen: Any, before: Run, today: date) -> Iterator[Change]:
    dates = asking(today).filter(bet__in=seen, bet__state__in=ACTIVE, decide_by__gte=before.as_of, decide_by__lt=today)
    passed = dates.values_list("bet__key", "bet__name").annotate(day=Max("decide_by"))
    for key, name, day in passed.order_by("day", "bet__key"):
        yield Change("passed", key, name, day=day)


def _gone_live(bets: BetQuerySet, before: Run) -> Iterator[Change]:
    """Bets that went live after the day of the night before."""
    event = Event.objects.filter(
        subject_type=Bet._meta.label_lower, subject_id=OuterRef("pk"), kind="bet went live",
        at__date__gt=before.as_of,
    )  # fmt: skip
    for key, name in bets.filter(Exists(event)).order_by("key").values_list("key", "name"):
        yield Change("live", key, name)
