"""State changes of reviews: their day, their agenda, and how they go. The review is locked before its items."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from bets.models import Bet
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of
from portfolio.actions.forums import plan_reviews
from portfolio.actions.publishing import keep_as_forecasts
from portfolio.agenda import asking_of, bets_of
from portfolio.models import AgendaItem, Attendance, Draft, Review
from portfolio.rules_reviews import (
    ITEMS,
    Opening,
    again_refusals,
    agenda_refusals,
    because_refusals,
    chair_refusals,
    keeper_refusals,
    move_refusals,
    opening_refusals,
    order_refusals,
    planned_refusals,
)

State, Reason = Review.State, AgendaItem.Reason
# Of an item, until the chair says otherwise; all others take 5.
MINUTES: dict[str, int] = {Reason.OVERDUE: 10, Reason.FLAG: 10}


@transaction.atomic
def move_review(
    review: Review, held_on: date, because: str, *, by: Person, at: datetime, today: date, seen: str | None = None
) -> Review:
    """Holds a planned review on another day; the ones after it stay where they are. Nothing happens to one that
    somebody has moved since it was read as `seen`."""
    review = _prepared(review, by)
    refuse_if(stale_refusals(seen, {"held_on": review.held_on}))
    others = Review.objects.filter(forum=review.forum).exclude(pk=review.pk).exclude(state=State.CANCELLED)
    taken = set(others.values_list("held_on", flat=True))
    refuse_if(move_refusals(review.state, held_on, because, taken, today=today))
    if held_on == review.held_on:
        raise Refused("The review is on that day already.")
    former, review.held_on, review.because = review.held_on, held_on, because.strip()
    review.moved_from = review.moved_from or former
    review.save(update_fields=["held_on", "moved_from", "because"])
    said = f"{review} moved from {former} to {held_on}: {review.because}"
    record_event(review, "review moved", said, at=at, by=by, day=held_on.isoformat())
    return review


@transaction.atomic
def cancel_review(review: Review, because: str, *, by: Person, at: datetime, today: date) -> Review:
    review = _prepared(review, by)
    refuse_if(planned_refusals(review.state))
    refuse_if(because_refusals("Say why the review is cancelled.", because))
    review.state, review.because = State.CANCELLED, because.strip()
    review.save(update_fields=["state", "because"])
    record_event(review, "review cancelled", f"{review} cancelled: {review.because}", at=at, by=by)
    plan_reviews(review.forum, at=at, today=today)
    return review


@transaction.atomic
def make_agenda(review: Review, *, by: Person | None, at: datetime, today: date) -> Review:
    """Makes the agenda of a planned review from the evidence, of the most urgent bets. What the chair has put there or
    ordered stays; what no longer asks for a decision goes, unless somebody has voted on it."""
    review = _prepared(review, by) if by else locked_review(review)
    refuse_if(planned_refusals(review.state))
    asking = asking_of(review.forum, today)
    stale = review.items.exclude(bet__in=list(asking)).exclude(reason=Reason.CHAIR).filter(votes=None)
    stale.delete()
    there = {item.bet_id: item for item in review.items.all()}
    for bet, reason in asking.items():
        if bet in there and there[bet].reason not in (reason, Reason.CHAIR):
            AgendaItem.objects.filter(pk=there[bet].pk).update(reason=reason)
    last = max((item.position for item in there.values()), default=0)
    new = [(bet, reason) for bet, reason in asking.items() if bet not in there][: max(0, ITEMS - len(there))]
    AgendaItem.objects.bulk_create(
        AgendaItem(review=review, bet_id=bet, reason=reason, position=place, minutes=MINUTES.get(reason, 5))
        for place, (bet, reason) in enumerate(new, start=last + 1)
    )
    review.agenda_at = at
    review.save(update_fields=["agenda_at"])
    said = f"Agenda of {review} made: {len(new)} new, {len(there)} kept."
    record_event(review, "agenda made", said, at=at, by=by)
    return review


@transaction.atomic
def put_on_agenda(review: Review, bet: Bet, *, by: Person, at: datetime) -> AgendaItem:
    """Puts a bet at the end of an agenda, also while the review is under way."""
    review = _prepared(review, by)
    refuse_if(agenda_refusals(review.state, review.items.count()))
    if not bets_of(review.forum).filter(pk=bet.pk).exists():
        raise Refused("This forum decides on live and held bets of its own domains only.")
    if review.items.filter(bet=bet).exists():
        raise Refused("This bet is on the agenda already.")
    last = review.items.aggregate(last=Max("position"))["last"] or 0
    item: AgendaItem = review.items.create(bet=bet, reason=Reason.CHAIR, position=last + 1)
    record_event(review, "put on agenda", f"{bet} put on the agenda of {review}.", at=at, by=by, bet=bet.pk)
    return item


@transaction.atomic
def take_off_agenda(item: AgendaItem, *, by: Person, at: datetime) -> None:
    """Takes off what has not been opened, and on which nobody has voted."""
    review = _prepared(item.review, by)
    item = review.items.select_related("bet").get(pk=item.pk)
    if item.opened_at is not None:
        raise Refused("This item has been opened: it stays on the agenda.")
    if item.votes.exists():
        raise Refused("Somebody has voted on this item: it stays on the agenda.")
    record_event(review, "taken off agenda", f"{item.bet} taken off the agenda of {review}.", at=at, by=by)
    item.delete()


@transaction.atomic
def order_agenda(review: Review, minutes: Mapping[int, int], *, by: Person, at: datetime) -> Review:
    """Puts the items, by id with their minutes, in the order in which they are given."""
    review = _prepared(review, by)
    items = {item.pk: item for item in review.items.all()}
    refuse_if(agenda_refusals(review.state, 0))
    refuse_if(order_refusals(items, minutes))
    for place, (key, length) in enumerate(minutes.items(), start=1):
        item = items[key]
        if (item.position, item.minutes) != (place, length) and item.decision_id is None:
            AgendaItem.objects.filter(pk=key).update(position=place, minutes=length)
    record_event(review, "agenda ordered", f"Agenda of {review} put in order.", at=at, by=by)
    return review


@transaction.atomic
def open_review(review: Review, there: Collection[Person], *, by: Person, at: datetime, today: date) -> Review:
    """Opens a review with the members who are there."""
    review = locked_review(review)
    members = set(review.forum.members.filter(left_at=None).values_list("person", flat=True))
    present = {one.pk for one in there} & members
    refuse_if(
        opening_refusals(
            Opening(
                review.state, review.held_on, by.pk == review.forum.chair_id, review.forum.chair_id in present,
                len(present), review.forum.quorum,
                Review.objects.filter(forum=review.forum, state=State.OPEN).exists(),
            ), today=today,
        )
    )  # fmt: skip
    review.state, review.opened_at = State.OPEN, at
    review.save(update_fields=["state", "opened_at"])
    _seat(review, present, at)
    record_event(review, "review opened", f"{review} opened with {len(present)} members.", at=at, by=by)
    return review


@transaction.atomic
def join_review(review: Review, person: Person, *, by: Person, at: datetime) -> Review:
    """A member who comes later, or dials in; the chair or the member says so."""
    review = locked_review(review)
    if by.pk != person.pk:
        refuse_if(chair_refusals(review.state, is_chair=by.pk == review.forum.chair_id))
    if review.state != State.OPEN:
        raise Refused("This review is not under way.")
    if not review.forum.members.filter(person=person, left_at=None).exists():
        raise Refused("Only members of the forum take part.")
    _seat(review, [person.pk], at)
    return review


@transaction.atomic
def open_item(item: AgendaItem, *, by: Person, at: datetime) -> AgendaItem:
    """Puts an item on the table, also one that was there before; from its first time on everybody sees the votes, and
    the first round is over."""
    item = _led(item, by)
    if item.opened_at is None:
        item.opened_at = at
        item.save(update_fields=["opened_at"])
        record_event(item.review, "item opened", f"{item.bet} opened in {item.review}.", at=at, by=by, bet=item.bet_id)
        keep_as_forecasts(item, 1, by=by, at=at)
    if item.review.at_item_id != item.pk:
        Review.objects.filter(pk=item.review_id).update(at_item=item, on_table_at=at)
    return item


@transaction.atomic
def call_second_vote(item: AgendaItem, *, by: Person, at: datetime) -> AgendaItem:
    """Asks for a second round of votes, where those of the first differ widely. Called twice it is called once."""
    item = _led(item, by)
    kinds = list(item.votes.filter(round=1).values_list("kind", flat=True))
    opened, decided = item.opened_at is not None, item.decision_id is not None
    refuse_if(again_refusals(kinds, opened=opened, decided=decided))
    if item.again_at is None:
        item.again_at = at
        item.save(update_fields=["again_at"])
        said = f"Second vote on {item.bet} called in {item.review}."
        record_event(item.review, "second vote called", said, at=at, by=by, bet=item.bet_id)
    return item


@transaction.atomic
def close_review(review: Review, *, by: Person, at: datetime, today: date) -> Review:
    """Ends a review; what was not decided waits for the next one, and what was half written is forgotten."""
    review = locked_review(review)
    refuse_if(chair_refusals(review.state, is_chair=by.pk == review.forum.chair_id))
    review.state, review.closed_at = State.CLOSED, at
    review.save(update_fields=["state", "closed_at"])
    Draft.objects.filter(item__review=review).delete()
    decided = review.items.exclude(decision=None).count()
    said = f"{review} closed: {decided} decided, {review.items.count() - decided} left open."
    record_event(review, "review closed", said, at=at, by=by, decided=decided)
    plan_reviews(review.forum, at=at, today=today)
    return review


def locked_item(item: AgendaItem) -> AgendaItem:
    """The item with its review, both locked, in the caller's transaction."""
    review = locked_review(Review(pk=item.review_id))
    found = AgendaItem.objects.select_for_update(no_key=True, of=["self"]).select_related("bet")
    locked = found.get(pk=item.pk)
    locked.review = review
    return locked


def _led(item: AgendaItem, by: Person) -> AgendaItem:
    """The item of a review that is under way and that `by` leads."""
    item = locked_item(item)
    refuse_if(chair_refusals(item.review.state, is_chair=by.pk == item.review.forum.chair_id))
    return item


def _prepared(review: Review, by: Person) -> Review:
    """The review, locked, for its chair or for whoever keeps forums."""
    review = locked_review(review)
    if by.pk != review.forum.chair_id:
        refuse_if(keeper_refusals(powers_of(by), review.forum.domain_id))
    return review


def locked_review(review: Review) -> Review:
    """The review with its forum, locked, in the caller's transaction."""
    found = Review.objects.select_for_update(no_key=True, of=["self"]).select_related("forum__domain", "forum__chair")
    return found.get(pk=review.pk)


def _seat(review: Review, people: Iterable[int], at: datetime) -> None:
    Attendance.objects.bulk_create(
        [Attendance(review=review, person_id=pk, at=at) for pk in people], ignore_conflicts=True
    )
