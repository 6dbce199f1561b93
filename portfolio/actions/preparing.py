"""What the clock does to reviews: their agenda is made in time, and their members are reminded once each time."""

import logging
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from org.actions import record_event
from org.models import Event
from portfolio.actions.meeting import make_agenda
from portfolio.models import Review

log = logging.getLogger(__name__)
AGENDA = 14  # days before a review from which its agenda follows the evidence
REMINDED = "review near"


def prepare_reviews(*, at: datetime, today: date) -> None:
    """Makes the agenda of what is planned within two weeks, once a day, and reminds of what is near. Each review is a
    transaction of its own; one that cannot be prepared stops no other."""
    near = Review.objects.filter(state=Review.State.PLANNED, held_on__range=(today, today + timedelta(days=AGENDA)))
    for review in near.order_by("held_on", "pk"):
        try:
            prepare_review(review, at=at, today=today)
        except Exception:
            log.exception("%s was not prepared", review)


@transaction.atomic
def prepare_review(review: Review, *, at: datetime, today: date) -> None:
    """Does for one review what is due; run twice, or by two at once, it does nothing more."""
    review = Review.objects.select_for_update(no_key=True, of=["self"]).select_related("forum").get(pk=review.pk)
    if review.state != Review.State.PLANNED or not 0 <= (review.held_on - today).days <= AGENDA:
        return
    if review.agenda_at is None or timezone.localdate(review.agenda_at) < today:
        make_agenda(review, by=None, at=at, today=today)
    _remind(review, at=at, today=today)


def _remind(review: Review, *, at: datetime, today: date) -> None:
    """Records what the members are told, a week and a day before; of a review that was moved, for its new day."""
    days = (review.held_on - today).days
    if days > 7:
        return
    day, ahead = review.held_on.isoformat(), "week" if days > 1 else "day"
    mine = Event.objects.filter(subject_type=Review._meta.label_lower, subject_id=review.pk, kind=REMINDED)
    if mine.filter(payload={"day": day, "ahead": ahead}).exists():
        return
    when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    asking = review.items.count()
    bets = "1 bet asks" if asking == 1 else f"{asking or 'no'} bets ask"
    clock = f"{review.held_on:%-d %B %Y} at {review.starts_at:%H:%M}"
    record_event(
        review,
        REMINDED,
        f"{review.forum} meets {when}, on {clock}: {bets} for a decision.",
        at=at,
        day=day,
        ahead=ahead,
    )
