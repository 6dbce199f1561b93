"""What people say to each other about a bet."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from bets.models import Bet, Comment
from bets.rules_talk import Remark, comment_refusals, named_in
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import people_who_see, powers_of


@transaction.atomic
def write_comment(
    bet: Bet, text: str, *, mentions: Iterable[Person] = (), asks: Person | None = None, answer_by: date | None = None,
    reply_to: Comment | None = None, by: Person, at: datetime, today: date,
) -> Comment:  # fmt: skip
    """Writes a comment, a reply to one, or a question to somebody by a day; who is told must see the bet.

    Whoever stands in the text as “@Name” is mentioned as well. Nothing of it is ever changed or deleted.
    """
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    refuse_if(refusals(powers_of(by), "write_comment", bet.domain_id))
    text = text.strip()
    told = _told(bet, text[:2000], mentions, by)
    remark = Remark(
        text=text, mentioned=len(told), strangers=_strangers(bet, [*told, *([asks] if asks else [])]),
        asks=asks is not None, asks_writer=asks == by, asks_reader=_silent(bet, asks), answer_by=answer_by,
        is_reply=reply_to is not None, replies_elsewhere=reply_to is not None and reply_to.bet_id != bet.pk,
        replies_to_reply=reply_to is not None and reply_to.reply_to_id is not None,
        is_repeated=_repeats(bet, text, reply_to, by, today),
    )  # fmt: skip
    refuse_if(comment_refusals(remark, today=today))
    comment = Comment.objects.create(
        bet=bet, text=text, reply_to=reply_to, asks=asks, answer_by=answer_by, written_at=at, written_by=by
    )
    comment.mentions.set(told)
    said = f"{by} {_deed(comment)}: {' '.join(text.split())}"
    record_event(bet, "comment written", said, at=at, by=by, comment=comment.pk)
    return comment


def _deed(comment: Comment) -> str:
    if comment.asks and comment.answer_by:
        return f"asked {comment.asks} for an answer by {comment.answer_by:%-d %B %Y}"
    return "replied" if comment.reply_to else "commented"


def _told(bet: Bet, text: str, mentions: Iterable[Person], by: Person) -> list[Person]:
    """Those chosen and those named in the text, each once, without the writer."""
    told = {person.pk: person for person in mentions}
    if "@" in text:
        seeing = people_who_see(bet.domain_id)
        named = named_in(text, dict(seeing.values_list("pk", "name")))
        told |= seeing.in_bulk(list(named - set(told)))
    told.pop(by.pk, None)
    return [told[pk] for pk in sorted(told)]


def _strangers(bet: Bet, told: Sequence[Person]) -> tuple[str, ...]:
    if not told:
        return ()
    wanted = {person.pk: str(person) for person in told}
    seeing = set(people_who_see(bet.domain_id).filter(pk__in=wanted).values_list("pk", flat=True))
    return tuple(name for pk, name in wanted.items() if pk not in seeing)


def _silent(bet: Bet, asked: Person | None) -> str:
    """The name of somebody who is asked, sees the bet, and could not answer; nothing for whoever can."""
    if asked is None or not powers_of(asked).sees(bet.domain_id):
        return ""
    return "" if powers_of(asked).may("write_comment", bet.domain_id) else str(asked)


def _repeats(bet: Bet, text: str, reply_to: Comment | None, by: Person, today: date) -> bool:
    """A form that was sent twice."""
    latest = Comment.objects.filter(bet=bet, written_by=by).order_by("-pk").first()
    return (
        latest is not None
        and (latest.text, latest.reply_to_id) == (text, reply_to.pk if reply_to else None)
        and timezone.localdate(latest.written_at) == today
    )
