"""What people said to each other about one bet: conversations, newest first, and questions that wait for an answer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from bets.models import Bet, Comment
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

LATEST, PAGE = 3, 20


@dataclass(frozen=True)
class Thread:
    """A comment with its replies, oldest first; a question is open until the person who is asked has replied."""

    comment: Comment
    replies: list[Comment]
    told: list[Person]
    today: date

    @property
    def is_open(self) -> bool:
        asked = self.comment.asks_id
        return asked is not None and all(reply.written_by_id != asked for reply in self.replies)

    @property
    def is_late(self) -> bool:
        by = self.comment.answer_by
        return self.is_open and by is not None and by < self.today


@dataclass(frozen=True)
class BetComments:
    """The latest conversations on the page of a bet; `more` are on a page of their own."""

    threads: list[Thread]
    more: bool
    refusals: list[str]


def roots(bet: Bet) -> QuerySet[Comment]:
    """The comments that begin a conversation, newest first."""
    return Comment.objects.filter(bet=bet, reply_to=None).select_related("written_by", "asks").order_by("-pk")


def threads_of(comments: Iterable[Comment], today: date) -> list[Thread]:
    """With their replies and those who were told, in two queries; none when there are no comments."""
    begun = list(comments)
    replies: dict[int, list[Comment]] = defaultdict(list)
    told: dict[int, list[Person]] = defaultdict(list)
    if begun:
        for reply in Comment.objects.filter(reply_to__in=begun).select_related("written_by").order_by("pk"):
            replies[reply.reply_to_id or 0].append(reply)
        links = Comment.mentions.through.objects.filter(comment__in=begun).select_related("person")
        for link in links.order_by("person__name", "pk"):
            told[link.comment_id].append(link.person)
    return [Thread(one, replies[one.pk], told[one.pk], today) for one in begun]


def comments_of(bet: Bet, person: Person, *, today: date) -> BetComments:
    """What the page of a bet shows: three queries, one while nobody has said anything."""
    latest = list(roots(bet)[: LATEST + 1])
    shown = threads_of(latest[:LATEST], today)
    return BetComments(shown, len(latest) > LATEST, list(refusals(powers_of(person), "write_comment", bet.domain_id)))


def comments_page(bet: Bet, page: str | None) -> Page[Comment]:
    return Paginator(roots(bet), PAGE).get_page(page)
