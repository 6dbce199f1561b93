"""What the page of one review shows: its agenda with why each bet is on it, who votes, and what the chair may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from bets.models import Bet, BetQuerySet
from org.models import Person
from org.visibility import powers_of
from portfolio.agenda import bets_of
from portfolio.board import Row, rows_of
from portfolio.models import AgendaItem, Review, Vote
from portfolio.nights import latest_night
from portfolio.queue import Item, Waiting, waiting_of
from portfolio.rules_reviews import Opening, keeper_refusals, opening_refusals

Reason, State = AgendaItem.Reason, Review.State
# Why a bet is on the agenda that neither the evidence nor a date has put there.
WORDS = {
    Reason.GATE: _("A tranche is due, and nobody has said whether its gate is met."),
    Reason.MONEY: _("Money is asked for, and the request waits."),
    Reason.START: _("It is ready, and nobody has funded it yet."),
    Reason.CHAIR: _("The chair has put it there."),
}
SETTLED = _("It no longer asks for a decision.")


@dataclass(frozen=True)
class Entry:
    """A bet on the agenda, as it stands today; `voted`: this person has voted on it in the round that is asked for."""

    item: AgendaItem
    row: Row
    waiting: Waiting | None
    votes: int
    voted: bool
    today: date

    @property
    def why(self) -> str:
        """In one sentence, for somebody who has not read about the bet."""
        if self.waiting is not None:
            return Item(self.row, self.waiting, self.today).reason
        return str(WORDS.get(Reason(self.item.reason), SETTLED))

    @property
    def since(self) -> str:
        return Item(self.row, self.waiting, self.today).since if self.waiting else ""


@dataclass(frozen=True)
class ReviewPage:
    """`quiet` bets of the forum ask for nothing, `more` do and are not on the agenda; `why_not`: why this person does
    not open the review; `may_prepare`: orders and makes the agenda."""

    review: Review
    entries: Sequence[Entry]
    quiet: Sequence[Bet]
    more: Sequence[Bet]
    members: Sequence[Person]
    there: frozenset[int]
    person: Person
    may_prepare: bool
    why_not: Sequence[str] = field(default_factory=list)

    @property
    def is_chair(self) -> bool:
        return self.person.pk == self.review.forum.chair_id

    @property
    def is_member(self) -> bool:
        return any(one.pk == self.person.pk for one in self.members)

    @property
    def is_open(self) -> bool:
        return self.review.state == State.OPEN

    @property
    def is_planned(self) -> bool:
        return self.review.state == State.PLANNED

    @property
    def minutes(self) -> int:
        return sum(entry.item.minutes for entry in self.entries)

    @property
    def over(self) -> int:
        """Minutes that the agenda takes more than the review has."""
        return max(0, self.minutes - self.review.forum.minutes)

    @property
    def decided(self) -> int:
        return sum(entry.item.decision_id is not None for entry in self.entries)

    @property
    def to_vote(self) -> int:
        """Items on which this member may still vote before they open."""
        mine = self.is_member and self.review.state in (State.PLANNED, State.OPEN)
        return sum(not one.voted and one.item.opened_at is None and one.row.bet.lead_id != self.person.pk
                   for one in self.entries) if mine else 0  # fmt: skip

    @property
    def others(self) -> list[Bet]:
        """What may be put on the agenda, first what asks for a decision."""
        return [*self.more, *self.quiet]

    @property
    def on_table(self) -> Entry | None:
        """The item that everybody looks at, for those who may see its bet."""
        return next((one for one in self.entries if self.is_open and one.item.pk == self.review.at_item_id), None)

    @property
    def next(self) -> Entry | None:
        """What comes onto the table next."""
        return next((one for one in self.entries if one.item.decision_id is None and one.item.opened_at is None), None)


def review_page(review: Review, person: Person, today: date) -> ReviewPage:
    """Twelve queries at most, whatever the number of items."""
    powers = powers_of(person)
    items = list(review.items.select_related("decision", "bet").annotate(count=_votes()).order_by("position"))
    seen = Bet.objects.visible_to(powers)
    members = _members(review)
    keeper = person.pk == review.forum.chair_id or not list(keeper_refusals(powers, review.forum.domain_id))
    waiting = {one.pk: one for one in waiting_of(bets_of(review.forum), today)}
    others = _others(review, seen, items)
    return ReviewPage(
        review=review, entries=_entries(items, seen, waiting, person, today),
        quiet=[bet for bet in others if bet.pk not in waiting], more=[bet for bet in others if bet.pk in waiting],
        members=members,
        there=frozenset(review.attended.values_list("person", flat=True)), person=person,
        may_prepare=keeper and review.state in (State.PLANNED, State.OPEN),
        why_not=_why_not(review, person, len(members), today) if review.state == State.PLANNED else [],
    )  # fmt: skip


def _votes() -> Count:
    """How many have voted in the round that is asked for."""
    asked = Q(again_at=None, votes__round=1) | Q(again_at__isnull=False, votes__round=2)
    return Count("votes", filter=asked, distinct=True)


def _members(review: Review) -> list[Person]:
    held = review.forum.members.filter(left_at=None).select_related("person")
    return [one.person for one in held]


def _entries(
    items: Sequence[AgendaItem], seen: BetQuerySet, waiting: Mapping[int, Waiting], person: Person, today: date
) -> list[Entry]:
    """Those that this person may see."""
    wanted = [item.bet_id for item in items]
    shown = seen.filter(pk__in=wanted).with_plan().with_stakes(today).select_related("lead", "domain", "goal")
    rows = {row.bet.pk: row for row in rows_of(shown, latest_night())}
    mine = set(Vote.objects.filter(item__in=items, person=person).values_list("item", "round"))
    return [
        Entry(
            item, rows[item.bet_id], waiting.get(item.bet_id), getattr(item, "count", 0),
            (item.pk, item.round) in mine, today,
        )
        for item in items if item.bet_id in rows
    ]  # fmt: skip


def _others(review: Review, seen: BetQuerySet, items: Sequence[AgendaItem]) -> list[Bet]:
    """Bets of the forum that are not on the agenda; none of a review that is over."""
    if review.state not in (State.PLANNED, State.OPEN):
        return []
    others = bets_of(review.forum).filter(pk__in=seen.order_by().values("pk"))
    return list(others.exclude(pk__in=[item.bet_id for item in items]).select_related("domain").order_by("name", "pk"))


def _why_not(review: Review, person: Person, members: int, today: date) -> list[str]:
    """Why this person does not open the review; who is there is asked when they do."""
    other = Review.objects.filter(forum=review.forum, state=State.OPEN).exists()
    wanted = Opening(
        review.state, review.held_on, person.pk == review.forum.chair_id, True, members, review.forum.quorum, other
    )
    return list(opening_refusals(wanted, today=today))
