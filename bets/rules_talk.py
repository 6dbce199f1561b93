"""What a comment on a bet must be, and whom it tells. Plain Python."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bets.rules import text_refusals

MENTIONS_AT_MOST = 20
ANSWER_WITHIN = 366  # days


@dataclass(frozen=True)
class Remark:
    """A comment as somebody wants to write it, and what it meets."""

    text: str
    mentioned: int = 0  # how many are told
    strangers: tuple[str, ...] = ()  # names of those told or asked who cannot see the bet
    asks: bool = False
    asks_writer: bool = False
    asks_reader: str = ""  # name of who is asked, if they only read and could not answer
    answer_by: date | None = None
    is_reply: bool = False
    replies_elsewhere: bool = False  # to a comment on another bet
    replies_to_reply: bool = False
    is_repeated: bool = False  # word for word the latest comment of the same person, on the same day


def comment_refusals(remark: Remark, *, today: date) -> Iterator[str]:
    """Why a comment cannot be written like this; nothing when it can."""
    yield from text_refusals("what you want to say", remark.text, 2000)
    if remark.mentioned > MENTIONS_AT_MOST:
        yield f"A comment tells at most {MENTIONS_AT_MOST} people, this one names {remark.mentioned}."
    for name in remark.strangers:
        yield f"{name} cannot see this bet: leave them out, or have them given a role in its domain."
    yield from _question_refusals(remark, today)
    if remark.replies_elsewhere:
        yield "A reply belongs to the bet of the comment that it answers."
    elif remark.replies_to_reply:
        yield "A reply answers a comment, not another reply: answer the first comment of that conversation."
    if remark.is_repeated:
        yield "This comment has been written already."


def _question_refusals(remark: Remark, today: date) -> Iterator[str]:
    if remark.asks and remark.is_reply:
        yield "A question to somebody stands by itself: write it as a comment of its own, not as a reply."
    if remark.asks_writer:
        yield "Ask somebody else: you cannot ask yourself."
    if remark.asks_reader:
        yield f"{remark.asks_reader} only reads here and could not answer: ask somebody who comments."
    if remark.asks and remark.answer_by is None:
        yield "Say by which day you need the answer."
    if remark.answer_by is None:
        return
    if not remark.asks:
        yield "Say who is to answer by that day."
    if remark.answer_by < today:
        yield f"The day for the answer, {remark.answer_by:%-d %B %Y}, has passed."
    elif (remark.answer_by - today).days > ANSWER_WITHIN:
        yield f"The day for the answer, {remark.answer_by:%-d %B %Y}, is more than a year away."


def named_in(text: str, people: Mapping[int, str]) -> set[int]:
    """Who is named in `text` with an @ before the whole name. A name that two people bear names neither of them, and
    of “@Ann Lee” and “@Ann” the longer one is meant."""
    bearers: dict[str, list[int]] = {}
    for pk, name in people.items():
        bearers.setdefault(" ".join(name.split()).casefold(), []).append(pk)
    words = " ".join(text.split()).casefold()
    found: set[int] = set()
    for name in sorted(filter(None, bearers), key=len, reverse=True):
        words, hits = re.subn(rf"@{re.escape(name)}(?!\w)", " ", words)
        if hits and len(bearers[name]) == 1:
            found.update(bearers[name])
    return found
