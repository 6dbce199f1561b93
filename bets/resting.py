"""Flags that were decided on rest: until the day to look again, the same is not raised anew."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from bets.models import Decision, Flag

Key = tuple[int, str]  # bet, kind of flag


def resting_flags(as_of: date, bets: Collection[int] | None = None) -> dict[Key, Flag]:
    """Flags of `bets` (None: of all) that a decision cleared and that still rest on `as_of`. Two queries.

    The latest decision says until when, if it was made while the flag still rested: one that came later was made in
    sight of nothing.
    """
    decisions: dict[int, list[Decision]] = {}
    for decision in _decisions(as_of, bets):
        decisions.setdefault(decision.bet_id, []).append(decision)
    flags = Flag.objects.filter(cleared_how=Flag.Cleared.DECISION, bet__in=decisions).select_related("bet", "run")
    return {(flag.bet_id, flag.kind): flag for flag in flags.order_by("pk") if _rests(flag, decisions[flag.bet_id])}


def _decisions(as_of: date, bets: Collection[int] | None) -> QuerySet[Decision]:
    """All decisions on bets whose latest one gives a later day to look again, the earliest first."""
    mine = Decision.objects.filter(bet=OuterRef("bet"))
    newest = mine.order_by("-number").values("number")[:1]
    latest = mine.filter(look_again_on__gt=as_of, number=newest)
    found = Decision.objects.filter(Exists(latest)).order_by("bet", "number")
    return found if bets is None else found.filter(bet__in=bets)


def _rests(flag: Flag, decisions: Sequence[Decision]) -> bool:
    """Was each decision after its own made while it still rested? The last of them, then, says until when."""
    own, *later = [decision for decision in decisions if decision.pk >= (flag.decision_id or 0)]
    until = own.look_again_on or date.max
    for decision in later:
        if timezone.localdate(decision.decided_at) > until:
            return False
        until = decision.look_again_on or date.max
    return True
