"""What the clock does after a decision: whoever led a bet that ceased is reminded of its learning review, a week before
it is due and once it is overdue; whoever was named to look at a decision again, on the day for that."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from bets.models import Bet, Decision, LearningReview
from bets.rules_after import EARLY
from org.actions import record_event
from org.models import Event

NEAR, OVERDUE = "learning review near", "learning review overdue"
AGAIN = "decision due again"


def remind_of_learning(*, at: datetime, today: date) -> None:
    """Records what is to be told, each once; run again, or by two at once, it tells nothing more."""
    waiting = LearningReview.objects.filter(held_at=None, decision__reversal=None, due_on__lte=today + EARLY)
    done = _told(waiting.values("decision__bet"), NEAR, OVERDUE)
    for review in waiting.select_related("decision__bet").order_by("due_on", "pk"):
        kind = _kind(review, today)
        if (kind, review.decision_id) not in done:
            verb = "was" if kind == OVERDUE else "is"
            due = f"The learning review of {review.decision.bet} {verb} due on {review.due_on:%-d %B %Y}"
            _tell(review.decision, kind, f"{due}: what did it teach?", at=at)


def remind_of_scoring(*, at: datetime, today: date) -> None:
    """The same of decisions that somebody was named to look at again: on the day for that, or later."""
    waiting = Decision.objects.filter(second_reader__isnull=False, rescoring=None, rescore_on__lte=today)
    done = _told(waiting.values("bet"), AGAIN)
    for decision in waiting.select_related("bet").order_by("rescore_on", "pk"):
        if (AGAIN, decision.pk) not in done:
            which = f"Decision {decision.number} on {decision.bet}, {decision.kind}"
            _tell(decision, AGAIN, f"{which}, is to be looked at again: was it wise?", at=at)


def _told(bets: Any, *kinds: str) -> set[tuple[str, int]]:
    """What has been told already of these bets: kind, and id of the decision. One query."""
    told = Event.objects.filter(subject_type=Bet._meta.label_lower, kind__in=kinds, subject_id__in=bets)
    return set(told.values_list("kind", "payload__decision"))


def _kind(review: LearningReview, today: date) -> str:
    return OVERDUE if review.due_on < today else NEAR


@transaction.atomic
def _tell(decision: Decision, kind: str, sentence: str, *, at: datetime) -> None:
    bet = Bet.objects.select_for_update(no_key=True).get(pk=decision.bet_id)
    mine = Event.objects.filter(subject_type=Bet._meta.label_lower, subject_id=bet.pk, kind=kind)
    if not mine.filter(payload__decision=decision.pk).exists():
        record_event(bet, kind, sentence, at=at, decision=decision.pk)
