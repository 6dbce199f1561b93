"""Bets that were persisted twice: what was known at the first of the two decisions, and the best since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Max, OuterRef, Subquery, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from bets.models import Decision, Evidence, Verdict
from bets.rules import NIGHTS
from bets.rules_after import Persisted, nothing_new
from org.models import Run


@dataclass(frozen=True)
class Twice:
    """The days of the latest two decisions on a bet, both to persist, and what was known."""

    first: date
    second: date
    known: Persisted


def persisted_twice(bets: Collection[int], run: Run) -> dict[int, Twice]:
    """By bet. Two queries, one when no bet was persisted twice."""
    latest: dict[int, list[Decision]] = {}
    for one in _latest_two(bets):
        latest.setdefault(one.bet_id, []).append(one)
    firsts = {
        two[1].pk: timezone.localdate(two[0].decided_at) for two in latest.values()
        if [one.kind for one in two] == [Decision.Kind.PERSIST] * 2
    }  # fmt: skip
    return {one.bet_id: _twice(one, firsts[one.pk]) for one in _with_known(firsts, run)} if firsts else {}


def is_nothing_new(twice: Twice | None, now: float) -> bool:
    """Given the log e-value for the target tonight."""
    return twice is not None and nothing_new(twice.known, now)


def _latest_two(bets: Collection[int]) -> Collection[Decision]:
    """The latest first; nothing is asked without bets."""
    newest = Window(RowNumber(), partition_by="bet", order_by=F("number").desc())
    found = Decision.objects.filter(bet__in=bets).annotate(place=newest).filter(place__lte=2)
    return found.order_by("bet", "-number") if bets else []


def _with_known(decisions: Collection[int], run: Run) -> Collection[Decision]:
    """With the log e-value for the target of the night on which each stood and the best since, and the same of the
    strength of what was confirmed."""
    nights = Verdict.objects.filter(bet=OuterRef("bet"), run__kind__in=NIGHTS, run__state=Run.State.DONE)
    since = nights.filter(as_of__gt=OuterRef("run__as_of"), as_of__lt=run.as_of)
    confirmed = Evidence.objects.filter(bet=OuterRef("bet"), confirmed_at__isnull=False)
    return Decision.objects.filter(pk__in=decisions).annotate(
        log_e_then=Subquery(nights.filter(run=OuterRef("run")).values("log_e_scale")[:1]),
        log_e_since=_most(since, "log_e_scale"),
        best_then=_most(confirmed.filter(confirmed_at__lte=OuterRef("decided_at")), "strength"),
        best_since=_most(confirmed.filter(confirmed_at__gt=OuterRef("decided_at")), "strength"),
    )


def _most(found: object, name: str) -> Subquery:
    """The greatest of one column, as a part of another query."""
    one = found.order_by().values("bet").annotate(most_=Max(name)).values("most_")  # type: ignore[attr-defined]
    return Subquery(one)


def _twice(first: Decision, second: date) -> Twice:
    found = vars(first)  # what the query has added
    known = Persisted(found["log_e_then"], found["log_e_since"], found["best_then"] or 0, found["best_since"] or 0)
    return Twice(timezone.localdate(first.decided_at), second, known)
