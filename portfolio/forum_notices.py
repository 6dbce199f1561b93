"""Whom a review concerns: the members of its forum, a week and a day before it, and when it is moved or cancelled.
Called when events are delivered: at least once, so that it bears repeating."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from org import registry
from org.models import Event, Person, RoleGrant
from org.noticing import notify
from org.rules import Powers
from org.visibility import people_who_see, powers_of
from portfolio.models import Forum, Review
from portfolio.pre_read import pre_read, pre_read_text

KIND = "review"
TOO_OLD = timedelta(days=2)  # nobody is told of what was made up for later
OF_REVIEWS = ("review near", "review moved", "review cancelled")


def register() -> None:
    """Called once, when the apps are ready."""
    registry.notice(KIND, _("Reviews of your forums"))
    for kind in OF_REVIEWS:
        registry.on_event(kind, review_said)
    registry.on_event("forum ended", forum_ended)


def review_said(event: Event) -> None:
    review = Review.objects.select_related("forum__domain", "forum__chair").filter(pk=event.subject_id).first()
    if review is None or _is_late(event):
        return
    if event.kind == "review near" and (review.state, str(review.held_on)) != ("planned", event.payload["day"]):
        return  # it was moved or cancelled meanwhile, of which they are told
    if event.kind == "review near" and event.payload["ahead"] == "week":
        _send_pre_read(review, event)
    else:
        notify(members_of(review.forum), event, KIND, event.sentence, review.get_absolute_url(), at=event.at)


def _send_pre_read(review: Review, event: Event) -> None:
    """The reminder with the pre-read: members who see the same bets are sent the same, and nobody reads of others."""
    alike: dict[Powers, list[Person]] = {}
    for person in members_of(review.forum):
        alike.setdefault(powers_of(person), []).append(person)
    for people in alike.values():
        text = pre_read_text(pre_read(review, people[0], localdate(event.at)))
        path = reverse("show_pre_read", args=[review.forum.key, review.number])
        notify(people, event, KIND, event.sentence, path, at=event.at, text=text)


def forum_ended(event: Event) -> None:
    forum = Forum.objects.filter(pk=event.subject_id).first()
    if forum is not None and not _is_late(event):
        notify(members_of(forum), event, KIND, event.sentence, forum.get_absolute_url(), at=event.at)


def members_of(forum: Forum) -> QuerySet[Person]:
    """Those who are in it now and still see it, by name."""
    if forum.domain_id is not None:
        seeing = people_who_see(forum.domain_id)
    else:
        seeing = Person.objects.filter(Exists(RoleGrant.objects.filter(person=OuterRef("pk"))), is_active=True)
    return seeing.filter(pk__in=forum.members.filter(left_at=None).values("person")).order_by("name", "pk")


def _is_late(event: Event) -> bool:
    return (event.delivered_at or event.at) - event.at > TOO_OLD
