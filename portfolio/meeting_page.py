"""What meeting mode shows: the item that is on the table, large, and the same for everybody who looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery

from bets.models import Bet, Decision
from lib.seen import seen_of
from org.models import Person, Run
from org.rules import Powers
from org.visibility import powers_of
from portfolio.bet_findings import BetFindings, findings_of
from portfolio.decided import Deciding
from portfolio.item_page import ItemPage
from portfolio.models import AgendaItem, Assignment, Review
from portfolio.night import ACTIVE
from portfolio.rules_reviews import came_before, comes_next
from portfolio.said import Said

# One key for each kind of decision, as the key help lists them.
KEYS: dict[str, str] = {
    Decision.Kind.PERSIST: "p", Decision.Kind.PIVOT: "v", Decision.Kind.CEASE: "c", Decision.Kind.FUND: "f",
    Decision.Kind.DEFER: "d",
}  # fmt: skip


@dataclass(frozen=True)
class Clock:
    """Since when something goes on, for how many minutes, and what of them is over at `now`."""

    since: datetime
    minutes: int
    now: datetime

    @property
    def over(self) -> int:
        """Full minutes that it takes more than it has."""
        return max(0, (self.now - self.since) // timedelta(minutes=1) - self.minutes)


@dataclass(frozen=True)
class Meeting:
    """A review that is looked at together. `items` are those that this person may see; `item` is shown: what is on the
    table or, before anything is, what comes first; None when there is neither. `state` is the fingerprint of it all;
    `may_join`: a member who has not said yet that they are there."""

    review: Review
    items: Sequence[AgendaItem]
    item: AgendaItem | None
    state: str
    now: datetime
    may_join: bool

    @property
    def is_open(self) -> bool:
        return self.review.state == Review.State.OPEN

    @property
    def on_table(self) -> bool:
        """Is an item shown that has been opened? Otherwise it is the agenda."""
        return self.is_open and self.item is not None and self.item.opened_at is not None

    @property
    def moved_on(self) -> bool:
        """Does everybody else look at another item, while this one is still being written about?"""
        return self.is_open and self.review.at_item_id not in (None, self.item.pk if self.item else None)

    @property
    def place(self) -> int:
        return next((place for place, one in enumerate(self.items, start=1) if one == self.item), 0)

    @property
    def decided(self) -> int:
        return sum(one.decision_id is not None for one in self.items)

    @property
    def next(self) -> AgendaItem | None:
        """What comes onto the table next."""
        return self._one(comes_next(self._settled(), self.place - 1 if self.on_table else -1))

    @property
    def back(self) -> AgendaItem | None:
        """What was opened before, and can be put on the table again."""
        if not self.on_table:
            return None
        return self._one(came_before([one.opened_at is not None for one in self.items], self.place - 1))

    @property
    def clock(self) -> Clock | None:
        """Of the item on the table, until it is decided."""
        if self.item is None or not self.on_table or self.item.decision_id is not None:
            return None
        since = self.review.on_table_at or self.item.opened_at
        return Clock(since, self.item.minutes, self.now) if since else None

    @property
    def whole(self) -> Clock | None:
        """Of the review."""
        since = self.review.opened_at
        return Clock(since, self.review.forum.minutes, self.now) if since and self.is_open else None

    def _settled(self) -> list[bool]:
        return [one.decision_id is not None for one in self.items]

    def _one(self, place: int | None) -> AgendaItem | None:
        return None if place is None else self.items[place]


def meeting_of(review: Review, person: Person, now: datetime, item: AgendaItem | None = None) -> Meeting:
    """`item`: to be shown although it may no longer be on the table. Four queries. The fingerprint is read before the
    rest, so that what changes meanwhile is seen as a change."""
    powers = powers_of(person)
    state = state_of(review, powers)
    items = list(_seen(review, powers).select_related("bet__domain", "bet__lead", "decision").order_by("position"))
    for one in items:
        one.review = review
    if item is None and review.state == Review.State.OPEN:
        coming = next((one for one in items if one.decision_id is None and one.opened_at is None), None)
        there = next((one for one in items if one.pk == review.at_item_id), None)
        item = there if review.at_item_id else coming
    members = review.forum.members.filter(person=person, left_at=None)
    may_join = (
        review.state == Review.State.OPEN and members.exclude(person__in=review.attended.values("person")).exists()
    )
    return Meeting(review, items, item, state, now, may_join)


def state_of(review: Review, powers: Powers) -> str:
    """A fingerprint of all that changes while people meet: how far the review is, what is on the table, who is there,
    what is decided, how many have voted, and which money is meant for which bet. Of votes it knows the number alone:
    nothing in it is a secret from anybody. Two queries."""
    given = Assignment.objects.filter(review=OuterRef("pk")).order_by().values("review")
    nights = Run.objects.filter(kind="night", state=Run.State.DONE).order_by("-pk")
    shared = Review.objects.filter(pk=review.pk).order_by().values_list(
        "state", "at_item", "on_table_at", Count("attended"), Subquery(given.values(n=Count("pk"))),
        Subquery(given.values(last=Max("assigned_at"))), Subquery(nights.values("pk")[:1]),
    )  # fmt: skip
    items = _seen(review, powers).annotate(cast=Count("votes")).order_by("position").values_list(
        "pk", "minutes", "opened_at", "again_at", "decision", "bet__state", "cast"
    )  # fmt: skip
    return seen_of({"review": [str(one) for one in shared], "items": [str(one) for one in items]})


def _seen(review: Review, powers: Powers) -> QuerySet[AgendaItem]:
    bets = Bet.objects.visible_to(powers).order_by().values("pk")
    return AgendaItem.objects.filter(review=review, bet__in=bets)


@dataclass(frozen=True)
class Signal:
    """One outcome with what the latest night reads of it."""

    said: Said

    @property
    def now(self) -> str:
        """The estimate in words."""
        return self.said.number(self.said.reading.estimate if self.said.reading else None)


@dataclass(frozen=True)
class Table:
    """What lies on the table besides the item: what people found, the plan that is still ahead, and the last day."""

    page: Deciding
    findings: BetFindings
    today: date

    @property
    def signals(self) -> list[Signal]:
        return [Signal(said) for said in self.page.outcomes]

    @property
    def ahead(self) -> int:
        """None of a bet that is over."""
        return sum(tranche.amount for tranche in self.page.ahead) if self.page.bet.state in ACTIVE else 0

    @property
    def is_act_by(self) -> bool:
        """Is the last day one on which acting is still worth it? Without a flag it is the one to decide by."""
        return any(shown.flag.act_by for shown in self.page.flags)

    @property
    def last_day(self) -> date | None:
        acts = [shown.flag.act_by for shown in self.page.flags if shown.flag.act_by]
        dues = [said.outcome.decide_by for said in self.page.outcomes if not said.resolution]
        return min(acts or dues, default=None)

    @property
    def is_late(self) -> bool:
        return self.last_day is not None and self.last_day < self.today


def table_of(page: ItemPage, powers: Powers, today: date) -> Table:
    """Two queries."""
    return Table(page.page, findings_of(page.item.bet, powers), today)
