"""What the pages of forums show: who reviews what and when, what a forum may decide, and what came of its reviews."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.money_words import short_money
from org.models import Person
from org.rules import Powers
from org.visibility import powers_of
from portfolio.models import AgendaItem, DecisionRight, Forum, ForumMember, Review
from portfolio.rules_reviews import KINDS, keeper_refusals, prepare_refusals

State = Review.State
AHEAD, HELD = 8, 20  # reviews on a page
MARKS = {
    State.PLANNED: "calendar-clock", State.OPEN: "circle-dot", State.CLOSED: "circle-check",
    State.CANCELLED: "calendar-x",
}  # fmt: skip


@dataclass
class Came:
    """What came of a review: how many decisions of each kind on bets that the reader sees, `hidden` on others, and how
    many items were left open."""

    kinds: dict[str, int] = field(default_factory=dict)
    hidden: int = 0
    left: int = 0
    items: list[AgendaItem] = field(default_factory=list)

    def count(self, item: AgendaItem, *, sees: bool) -> None:
        if item.decision is None:
            self.left += 1
        elif sees:
            self.kinds[item.decision.kind] = self.kinds.get(item.decision.kind, 0) + 1
            self.items.append(item)
        else:
            self.hidden += 1

    @property
    def count_all(self) -> int:
        """How many items there are."""
        return self.left + self.hidden + len(self.items)

    @property
    def decided(self) -> list[tuple[str, int]]:
        return [(kind, self.kinds[kind]) for kind in KINDS if kind in self.kinds]


@dataclass(frozen=True)
class Meeting:
    """A review as a list shows it; `came` of one that is under way or was held."""

    review: Review
    days: int
    came: Came

    @property
    def when(self) -> str:
        if self.review.state == State.OPEN:
            return _("under way")
        if self.days < 0:
            return ngettext("%(days)s day late", "%(days)s days late", -self.days) % {"days": -self.days}
        if self.days < 2:
            return _("tomorrow") if self.days else _("today")
        return _("in %(days)s days") % {"days": self.days}

    @property
    def is_late(self) -> bool:
        return self.review.state == State.PLANNED and self.days < 0

    @property
    def icon(self) -> str:
        return MARKS[State(self.review.state)]


@dataclass(frozen=True)
class ForumRow:
    forum: Forum
    rhythm: str
    members: int
    ahead: Meeting | None
    last: Meeting | None


@dataclass(frozen=True)
class Right:
    """What a forum may decide of one kind, in a sentence for each currency; none: it has no such right."""

    kind: str
    sentences: list[str]


@dataclass(frozen=True)
class ForumPage:
    forum: Forum
    rhythm: str
    members: list[ForumMember]
    rights: list[Right]
    ahead: list[Meeting]
    ahead_more: int
    held: Page[Review]
    meetings: list[Meeting]
    keeping: list[str]  # why the reader does not change or end it
    preparing: list[str]  # why the reader moves and cancels no review of it


def forums_seen_by(powers: Powers) -> QuerySet[Forum]:
    """By name, with domain and chair; those that have ended come last."""
    found = Forum.objects.visible_to(powers).select_related("domain", "chair")
    return found.order_by(F("ended_at").asc(nulls_first=True), "name", "pk")


def reviews_seen_by(powers: Powers) -> QuerySet[Review]:
    """With forum, domain and chair; the latest first."""
    return Review.objects.visible_to(powers).select_related("forum__domain", "forum__chair")


def forum_rows(powers: Powers, today: date) -> list[ForumRow]:
    """Every forum with its next review and the last one that was held. Five queries, however many there are."""
    forums = list(forums_seen_by(powers).annotate(sitting=Count("members", filter=Q(members__left_at=None))))
    reviews = Review.objects.filter(forum__in=forums)
    ahead = one_each(reviews.filter(state__in=(State.PLANNED, State.OPEN)).order_by("forum_id", "held_on"))
    last = one_each(reviews.filter(state=State.CLOSED).order_by("forum_id", "-held_on", "-pk"))
    came = came_of([*ahead.values(), *last.values()], powers)

    def met(review: Review | None) -> Meeting | None:
        return Meeting(review, (review.held_on - today).days, came[review.pk]) if review else None

    return [
        ForumRow(one, rhythm_of(one.every_days), one.sitting, met(ahead.get(one.pk)), met(last.get(one.pk)))
        for one in forums
    ]


def one_each(reviews: QuerySet[Review]) -> dict[int, Review]:
    """The first review of each forum, by its id, of those that are in the order of forums. One query."""
    return {one.forum_id: one for one in reviews.distinct("forum_id")}


def forum_page(forum: Forum, person: Person, today: date, number: str | None) -> ForumPage:
    """One forum. Ten queries at most, however many reviews it has held."""
    powers = powers_of(person)
    coming = forum.reviews.filter(state__in=(State.PLANNED, State.OPEN)).order_by("held_on", "pk")
    over = forum.reviews.filter(state__in=(State.CLOSED, State.CANCELLED)).order_by("-held_on", "-pk")
    held = Paginator(over, HELD).get_page(number)
    ahead, count = list(coming[:AHEAD]), coming.count()
    came = came_of([*ahead, *held], powers)
    keeping = keeping_of(forum, powers)
    return ForumPage(
        forum, rhythm_of(forum.every_days), list(forum.members.filter(left_at=None).select_related("person")),
        rights_of(forum), [Meeting(one, (one.held_on - today).days, came[one.pk]) for one in ahead],
        count - len(ahead), held, [Meeting(one, (one.held_on - today).days, came[one.pk]) for one in held], keeping,
        preparing_of(forum, person, State.PLANNED),
    )  # fmt: skip


def keeping_of(forum: Forum, powers: Powers) -> list[str]:
    """Why somebody neither changes nor ends the forum."""
    return ["This forum has ended."] if forum.ended_at else list(keeper_refusals(powers, forum.domain_id))


def preparing_of(forum: Forum, person: Person, state: str) -> list[str]:
    """Why the person does not move or cancel a review of the forum in that state."""
    is_chair = person.pk == forum.chair_id
    return list(prepare_refusals(powers_of(person), forum.domain_id, state, is_chair=is_chair))


def came_of(reviews: Iterable[Review], powers: Powers) -> dict[int, Came]:
    """What came of each review, by its id. One query."""
    found = {review.pk: Came() for review in reviews}
    items = AgendaItem.objects.filter(review__in=list(found)).select_related("bet", "decision")
    for item in items.order_by("review", "position"):
        found[item.review_id].count(item, sees=powers.sees(item.bet.domain_id))
    return found


def rights_of(forum: Forum) -> list[Right]:
    """One for each kind of decision there is. One query."""
    rights = list(forum.rights.all())
    return [Right(kind, [_sentence(one) for one in rights if one.kind == kind]) for kind in KINDS]


def _sentence(right: DecisionRight) -> str:
    if right.at_most is None:
        return _("Any bet in %(currency)s, however much is planned for it.") % {"currency": right.currency}
    amount = short_money(right.at_most, right.currency)
    return _("Bets for which up to %(amount)s are planned.") % {"amount": amount}


def rhythm_of(days: int) -> str:
    """So many days from one review to the next, as people say it."""
    named = {7: _("every week"), 90: _("every quarter"), 91: _("every quarter"), 365: _("every year")}
    if days in named:
        return named[days]
    if days % 7 == 0 and days <= 84:
        return _("every %(weeks)s weeks") % {"weeks": days // 7}
    return _("every %(days)s days") % {"days": days}
