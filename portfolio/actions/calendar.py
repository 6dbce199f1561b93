"""State changes of the secret address under which a calendar reads a person's reviews."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from lib.refusals import Refused
from org.actions import record_event
from org.models import Person
from portfolio.models import CalendarLink


@transaction.atomic
def make_calendar_link(*, by: Person, at: datetime) -> str:
    """A new secret for the calendar of `by`; a former one leads nowhere from now on. What is returned is stored
    nowhere: show it once."""
    person = Person.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not person.is_active:
        raise Refused("This account is not active.")
    token = secrets.token_urlsafe(32)
    link, made = CalendarLink.objects.update_or_create(
        person=person, defaults={"digest": digest_of(token), "made_at": at}
    )
    said = f"{person} made {'an' if made else 'another'} address for a calendar."
    record_event(link, "calendar link made", said, at=at, by=by)
    return token


@transaction.atomic
def revoke_calendar_link(*, by: Person, at: datetime) -> None:
    """From this moment the address leads nowhere. Nothing happens when there is none."""
    link = CalendarLink.objects.select_for_update().filter(person=by).first()
    if link is not None:
        record_event(link, "calendar link revoked", f"{by} revoked the address of a calendar.", at=at, by=by)
        link.delete()


def digest_of(token: str) -> str:
    """How a secret is stored; it is random and long, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
