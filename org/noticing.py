"""State changes of notices: what people are told, what they have read, how they want it sent, and what was sent.

PostgreSQL knows what is to be sent: a notice that its person wants by a way and that has no stamp of that way. Whoever
sends claims the notices of one person first, for a while that doubles with each try; who is killed between sending and
stamping leaves them to be sent again once that while is over. After the last try a notice stays on the desk only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Event, Notice, NoticeSettings, Person
from org.registry import NOTICES
from org.rules import notice_refusals

LEASE = timedelta(minutes=5)
MAX_TRIES = 8  # which takes about eleven hours
TOO_OLD = timedelta(days=3)
DAILY, EACH, NEVER = NoticeSettings.Pace.DAILY, NoticeSettings.Pace.EACH, NoticeSettings.Pace.NEVER
HOUR: int = NoticeSettings._meta.get_field("hour").default
AT_ONCE = 100  # notices of one person in one message


def notify(
    people: Iterable[Person], event: Event, kind: str, sentence: str, path: str, *, at: datetime, text: str = ""
) -> None:  # fmt: skip
    """Tells each of `people` of an event once, however often it is called; a message by e-mail says `text` besides.
    Nobody is told of what they did."""
    sentence = " ".join(sentence.split())[:500]
    told = [
        Notice(person=person, event=event, kind=kind, sentence=sentence, path=path, text=text, at=at)
        for person in people
        if person.is_active and person.pk != event.by_id
    ]
    Notice.objects.bulk_create(told, ignore_conflicts=True)


@transaction.atomic
def read_notices(person: Person, *, at: datetime, notice: Notice | None = None) -> int:
    """Marks one notice of a person as read, or all of them; how many were not."""
    unread = Notice.objects.filter(person=person, read_at=None)
    if notice is not None:
        unread = unread.filter(pk=notice.pk)
    return unread.update(read_at=at)


@transaction.atomic
def set_notices(
    person: Person, *, email: str, chat: str, channel: str, handle: str, hour: int, muted: Iterable[str], at: datetime
) -> NoticeSettings:
    """How a person is told from now on. The channel is one that the operator has set up; nobody types an address."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    url = settings.CHAT_CHANNELS.get(channel)
    refuse_if(notice_refusals(chat != NEVER, channel, handle, hour, channel_known=url is not None,
                              takes_handle="{handle}" in (url or "")))  # fmt: skip
    wanted = {
        "email": email, "chat": chat, "channel": channel, "handle": handle.strip(), "hour": hour,
        "muted": sorted(set(muted) & set(NOTICES)),
    }  # fmt: skip
    kept, _ = NoticeSettings.objects.update_or_create(person=person, defaults=wanted)
    said = f"{person} is told by e-mail {_pace(email)}, by chat {_pace(chat)}."
    record_event(person, "notices set", said, at=at, by=person, email=email, chat=chat, channel=channel)
    return kept


def _pace(pace: str) -> str:
    return {EACH: "at once", DAILY: "once a day", NEVER: "never"}[NoticeSettings.Pace(pace)]


@dataclass(frozen=True)
class Letter:
    """What is sent to one person by one way; `together` when it is the one of the day."""

    person: Person
    way: str  # mail or chat
    notices: list[Notice]
    wishes: NoticeSettings
    together: bool


@transaction.atomic
def claim_letters(*, at: datetime) -> list[Letter] | None:
    """Takes what is to be sent to the next person, for a while; nobody else sends it meanwhile. None: nothing is."""
    first = _unsent(at).order_by("pk").values_list("person_id", flat=True).first()
    person = Person.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=first or 0).first()
    if person is None:
        return None
    notices = list(_unsent(at).filter(person=person).order_by("pk")[:AT_ONCE])
    wishes, _ = NoticeSettings.objects.get_or_create(person=person)
    letters = _letters(person, wishes, notices, timezone.localtime(at))
    for notice in notices:
        notice.try_at = at + LEASE * 2**notice.tries
        notice.tries = MAX_TRIES if notice.kind in wishes.muted else notice.tries + 1
    Notice.objects.bulk_update(notices, ["try_at", "tries"])
    if any(letter.together for letter in letters):
        NoticeSettings.objects.filter(pk=wishes.pk).update(digested_on=timezone.localdate(at))
    return letters


def _unsent(at: datetime) -> QuerySet[Notice]:
    """Notices that nobody has read, and that their person wants by a way by which they have not been sent.

    Those for the message of the day wait for its hour, and for the next day once it has been made; one that failed is
    tried again whatever the hour."""
    local = timezone.localtime(at)
    open_ = Notice.objects.filter(read_at=None, at__gt=at - TOO_OLD, tries__lt=MAX_TRIES, person__is_active=True)
    waiting = open_.filter(Q(try_at=None) | Q(try_at__lte=at))
    return waiting.filter(_wants("email", "mailed_at", local) | _wants("chat", "chatted_at", local))


def _wants(way: str, stamp: str, local: datetime) -> Q:
    wish = "person__notice_settings"
    each = Q(**{f"{wish}__{way}": EACH})
    made = Q(**{f"{wish}__digested_on": None}) | Q(**{f"{wish}__digested_on__lt": local.date()})
    due = Q(tries__gt=0) | (Q(**{f"{wish}__hour__lte": local.hour}) & made)
    daily = Q(**{f"{wish}__{way}": DAILY}) & due
    if way == "email" and local.hour >= HOUR:
        daily |= Q(**{f"{wish}__isnull": True})
    return Q(**{stamp: None}) & (each | daily)


def _letters(person: Person, wishes: NoticeSettings, notices: list[Notice], local: datetime) -> list[Letter]:
    wanted = [notice for notice in notices if notice.kind not in wishes.muted]
    made = wishes.digested_on is not None and wishes.digested_on >= local.date()
    of_day = [one for one in wanted if one.tries or (local.hour >= wishes.hour and not made)]
    letters = []
    for way, pace, stamp in (("mail", wishes.email, "mailed_at"), ("chat", wishes.chat, "chatted_at")):
        chosen = [one for one in (of_day if pace == DAILY else wanted) if getattr(one, stamp) is None]
        if chosen and pace != NEVER:
            letters.append(Letter(person, way, chosen, wishes, pace == DAILY))
    return letters


@transaction.atomic
def stamp_letter(letter: Letter, *, at: datetime) -> None:
    """A letter was sent: its notices are not sent by that way again."""
    stamped: dict[str, object] = {"mailed_at" if letter.way == "mail" else "chatted_at": at}
    other = letter.wishes.chat if letter.way == "mail" else letter.wishes.email
    if other == DAILY and not letter.together:
        stamped |= {"tries": 0, "try_at": None}  # by the other way they have not been tried yet: they wait for its hour
    Notice.objects.filter(pk__in=[notice.pk for notice in letter.notices]).update(**stamped)
