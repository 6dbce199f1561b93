"""State changes of forums: who reviews what, how often, and what they may decide."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet

from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Domain, Person
from org.visibility import powers_of
from portfolio.models import DecisionRight, Forum, ForumMember, Review
from portfolio.rules_reviews import (
    AHEAD,
    AT_MOST,
    KINDS,
    ForumWanted,
    days_of,
    forum_refusals,
    keeper_refusals,
    key_refusals,
    right_refusals,
)

Rights = Mapping[tuple[str, str], int | None]


@dataclass(frozen=True)
class Setting:
    """What a forum is like. `rights`: most money in minor units by kind of decision and currency; None: any."""

    name: str
    chair: Person
    members: Collection[Person]
    every_days: int
    quorum: int
    starts_at: time
    minutes: int = 90
    rights: Rights = field(default_factory=lambda: dict.fromkeys((kind, "EUR") for kind in KINDS))


@transaction.atomic
def open_forum(
    key: str, level: str, domain: Domain | None, starts_on: date, setting: Setting, *, by: Person, at: datetime,
    today: date,
) -> Forum:  # fmt: skip
    """Opens a forum and plans its reviews of the next year."""
    refuse_if(keeper_refusals(powers_of(by), domain.pk if domain else None))
    refuse_if(key_refusals(key))
    refuse_if(forum_refusals(_wanted(level, domain, starts_on, setting), today=today))
    refuse_if(right_refusals(setting.rights))
    if Forum.objects.filter(key=key).exists():
        raise Refused(f"There is a forum {key} already: choose another key.")
    forum = Forum.objects.create(key=key, level=level, domain=domain, starts_on=starts_on, **_fields(setting))
    _keep_members(forum, setting.members, by=by, at=at)
    _keep_rights(forum, setting.rights)
    said = f"Forum {forum.name} opened, chaired by {forum.chair}, every {forum.every_days} days."
    record_event(forum, "forum opened", said, at=at, by=by, members=[one.pk for one in setting.members])
    plan_reviews(forum, at=at, today=today)
    return forum


@transaction.atomic
def change_forum(
    forum: Forum, setting: Setting, *, by: Person, at: datetime, today: date, seen: str | None = None
) -> Forum:
    """Changes what a forum is like; with another rhythm its reviews after the next one are planned anew. Nothing is
    written over what has changed since it was read as `seen`."""
    forum = _locked(forum)
    refuse_if(keeper_refusals(powers_of(by), forum.domain_id))
    refuse_if(forum_refusals(_wanted(forum.level, forum.domain, forum.starts_on, setting), today=today))
    refuse_if(right_refusals(setting.rights))
    before = standing_of(forum)
    refuse_if(stale_refusals(seen, before))
    former, clock = forum.every_days, forum.starts_at
    for name, value in _fields(setting).items():
        setattr(forum, name, value)
    forum.save()
    _keep_members(forum, setting.members, by=by, at=at)
    _keep_rights(forum, setting.rights)
    changes = [{**one, "starts_at": one["starts_at"].isoformat()} for one in (before, standing_of(forum))]
    record_event(forum, "forum changed", f"Forum {forum.name} changed.", at=at, by=by, changes=changes)
    if clock != forum.starts_at:
        _planned(forum).update(starts_at=forum.starts_at)
    if former != forum.every_days:
        _plan_anew(forum, former, today)
    plan_reviews(forum, at=at, today=today)
    return forum


@transaction.atomic
def end_forum(forum: Forum, because: str, *, by: Person, at: datetime) -> Forum:
    """Ends a forum; its planned reviews are cancelled. What it decided stays."""
    forum = _locked(forum)
    refuse_if(keeper_refusals(powers_of(by), forum.domain_id))
    if not because.strip() or len(because) > 500:
        raise Refused("Say in at most 500 characters why the forum ends.")
    if forum.reviews.filter(state=Review.State.OPEN).exists():
        raise Refused("A review of this forum is under way: close it first.")
    _planned(forum).update(state=Review.State.CANCELLED, because="The forum has ended.")
    forum.ended_at = at
    forum.save(update_fields=["ended_at"])
    record_event(forum, "forum ended", f"Forum {forum.name} ended: {because.strip()}", at=at, by=by)
    return forum


def standing_of(forum: Forum) -> dict[str, Any]:
    """What stands there now of a forum, as its form is filled. Two queries."""
    rights = {right.kind + right.currency: right.at_most for right in forum.rights.all()}
    members = forum.members.filter(left_at=None).values_list("person", flat=True)
    return {name: getattr(forum, name) for name in ("name", "every_days", "quorum", "starts_at", "minutes")} | {
        "chair": forum.chair_id, "members": sorted(members), "rights": rights,
    }  # fmt: skip


def plan_reviews(forum: Forum, *, at: datetime, today: date) -> list[Review]:
    """Plans the reviews of the next year that are missing, in the caller's transaction, at most sixty ahead."""
    known = Review.objects.filter(forum=forum).exclude(state=Review.State.CANCELLED).aggregate(last=Max("held_on"))
    after = max(known["last"] or forum.starts_on - timedelta(days=1), today - timedelta(days=1))
    days = list(days_of(forum.starts_on, forum.every_days, after, today + timedelta(days=AHEAD)))
    number = Review.objects.filter(forum=forum).aggregate(last=Max("number"))["last"] or 0
    room = AT_MOST - _planned(forum).count()
    return Review.objects.bulk_create(
        Review(forum=forum, number=number + place, held_on=day, starts_at=forum.starts_at)
        for place, day in enumerate(days[:room], start=1)
    )


def _plan_anew(forum: Forum, former: int, today: date) -> None:
    """Gives the planned reviews after the next one, which nobody has moved or prepared, the days of the new rhythm."""
    ahead = list(_planned(forum).filter(held_on__gte=today).order_by("held_on"))
    later = [one for one in ahead[1:] if one.moved_from is None and not one.items.exists()]
    if not later:
        return
    first = ahead[0]
    taken = set(_planned(forum).exclude(pk__in=[one.pk for one in later]).values_list("held_on", flat=True))
    last = first.held_on + timedelta(days=forum.every_days * (len(ahead) + 2))
    days = [day for day in days_of(first.held_on, forum.every_days, first.held_on, last) if day not in taken]
    pairs = list(zip(later, days, strict=False))
    # From the end that moves away from the others, so that no two meet on a day in between.
    for review, day in reversed(pairs) if forum.every_days > former else pairs:
        Review.objects.filter(pk=review.pk).update(held_on=day)


def _wanted(level: str, domain: Domain | None, starts_on: date, setting: Setting) -> ForumWanted:
    deciders = [
        one.pk for one in setting.members
        if one.is_active and powers_of(one).may("decide_bet", domain.pk if domain else None)
        and (domain is not None or powers_of(one).domains(("executive",)) is None)
    ]  # fmt: skip
    gone = next((one for one in setting.members if not one.is_active), None)
    if gone is not None:
        raise Refused(f"{gone} has left, and cannot be a member.")
    return ForumWanted(
        setting.name, level, domain.pk if domain else None, setting.chair.pk, {one.pk for one in setting.members},
        deciders, setting.every_days, setting.quorum, setting.minutes, starts_on,
    )  # fmt: skip


def _fields(setting: Setting) -> dict[str, Any]:
    return {
        "name": setting.name.strip(), "chair": setting.chair, "every_days": setting.every_days,
        "quorum": setting.quorum, "starts_at": setting.starts_at, "minutes": setting.minutes,
    }  # fmt: skip


def _keep_members(forum: Forum, members: Iterable[Person], *, by: Person, at: datetime) -> None:
    """Those who are not named any more leave, and new ones join."""
    wanted = {one.pk: one for one in members}
    known = dict(forum.members.filter(left_at=None).values_list("person", "pk"))
    left = [pk for person, pk in known.items() if person not in wanted]
    ForumMember.objects.filter(pk__in=left).update(left_at=at)
    ForumMember.objects.bulk_create(
        ForumMember(forum=forum, person=one, joined_at=at) for key, one in wanted.items() if key not in known
    )


def _keep_rights(forum: Forum, rights: Rights) -> None:
    forum.rights.all().delete()
    DecisionRight.objects.bulk_create(
        DecisionRight(forum=forum, kind=kind, currency=currency, at_most=at_most)
        for (kind, currency), at_most in rights.items()
    )


def _planned(forum: Forum) -> QuerySet[Review]:
    return Review.objects.filter(forum=forum, state=Review.State.PLANNED)


def _locked(forum: Forum) -> Forum:
    found = Forum.objects.select_for_update(no_key=True, of=["self"]).select_related("domain", "chair").get(pk=forum.pk)
    if found.ended_at is not None:
        raise Refused("This forum has ended.")
    return found
