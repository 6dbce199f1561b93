"""A person's reviews as calendars read them (RFC 5545). It names forums and days, and no bet: a calendar is often seen
by others."""

from datetime import UTC, date, datetime, timedelta

import icalendar
from django.conf import settings
from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from org.models import Event, Person
from org.visibility import powers_of
from portfolio.actions.calendar import digest_of
from portfolio.models import CalendarLink, Forum, Review

BACK = 366  # days that stay in the calendar
# What moves a review in calendars: each makes its SEQUENCE one higher.
MOVES = {
    "portfolio.review": ("review moved", "review cancelled"),
    "portfolio.forum": ("forum opened", "forum changed", "forum ended"),
}


def owner_of(token: str) -> Person | None:
    """Whose calendar it is; nobody's when it is not known, or of somebody who has left. One query."""
    link = CalendarLink.objects.select_related("person").filter(digest=digest_of(token)).first()
    return link.person if link and link.person.is_active else None


def reviews_of(person: Person, today: date) -> list[Review]:
    """Of all forums in which the person is a member now and that they see, with the number of items on each agenda."""
    forums = Forum.objects.visible_to(powers_of(person)).filter(members__person=person, members__left_at=None)
    found = Review.objects.filter(forum__in=forums, held_on__gte=today - timedelta(days=BACK))
    return list(found.select_related("forum").annotate(asking=Count("items")).order_by("held_on", "pk"))


def calendar_of(person: Person, today: date) -> bytes:
    """The whole calendar. Three queries, and those of the person's powers."""
    reviews = reviews_of(person, today)
    moves = _moves(reviews)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Stakes//Reviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Reviews"))
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"VALUE": "DURATION"})
    for review in reviews:
        calendar.add_component(_event(review, moves))
    return bytes(calendar.to_ical())


def _moves(reviews: list[Review]) -> dict[tuple[str, int], tuple[int, datetime]]:
    """How often each review and each forum was moved, and when last. One query."""
    asked = {"portfolio.review": {one.pk for one in reviews}, "portfolio.forum": {one.forum_id for one in reviews}}
    wanted = Q()
    for subject, kinds in MOVES.items():
        wanted |= Q(subject_type=subject, subject_id__in=asked[subject], kind__in=kinds)
    counted = Event.objects.filter(wanted).values_list("subject_type", "subject_id")
    return {(kind, pk): (count, last) for kind, pk, count, last in counted.annotate(Count("pk"), Max("at"))}


def _event(review: Review, moves: dict[tuple[str, int], tuple[int, datetime]]) -> icalendar.Event:
    keys = ("portfolio.review", review.pk), ("portfolio.forum", review.forum_id)
    known = [moves[key] for key in keys if key in moves]
    event = icalendar.Event()
    event.add("uid", f"review-{review.pk}@{_host()}")
    event.add("sequence", sum(count for count, _last in known))
    event.add("dtstamp", max((last for _count, last in known), default=review.begins).astimezone(UTC))
    event.add("dtstart", review.begins.astimezone(UTC))
    event.add("dtend", review.ends.astimezone(UTC))
    event.add("summary", _("%(forum)s, review %(number)s") % {"forum": review.forum, "number": review.number})
    event.add("description", _described(review))
    event.add("url", settings.SITE_URL + review.get_absolute_url())
    event.add("status", "CANCELLED" if review.state == Review.State.CANCELLED else "CONFIRMED")
    return event


def _described(review: Review) -> str:
    if review.because:
        return review.because
    asking: int = review.asking  # type: ignore[attr-defined]
    if not asking:
        return _("The agenda is made from the evidence some days before.")
    return ngettext("%(count)s bet asks for a decision.", "%(count)s bets ask for a decision.", asking) % {
        "count": asking
    }


def _host() -> str:
    return str(settings.SITE_URL).split("://", 1)[-1].split("/")[0]
