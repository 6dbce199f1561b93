"""What the page of one item of a review shows: the signals, one's own vote, and once it is open the votes of all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from bets.models import Decision, Hypothesis
from funding.models import FundingRequest
from org.models import Event, Person
from portfolio.actions.voting import asked_of, shown_of, why_not
from portfolio.asking_again import Unasked, unasked_of
from portfolio.decide_money import DecidingMoney, deciding_money
from portfolio.decided import Deciding, deciding
from portfolio.following import Follows, follows_of
from portfolio.models import AgendaItem, Chance, Vote
from portfolio.nights import latest_night
from portfolio.rules_reviews import RECOMMENDED, ceased_refusals, chair_refusals, is_wide


@dataclass(frozen=True)
class Side:
    """One kind of decision with those who would take it, by name."""

    kind: str
    label: str
    votes: Sequence[Vote]


@dataclass(frozen=True)
class Spread:
    """The votes of one round; `chances`: per outcome its name and what each voter thinks, in percent."""

    round: int
    sides: Sequence[Side]
    chances: Sequence[tuple[str, Sequence[tuple[Person, int]]]]

    @property
    def count(self) -> int:
        return sum(len(side.votes) for side in self.sides)

    @property
    def wide(self) -> bool:
        return is_wide([side.kind for side in self.sides for _vote in side.votes])


@dataclass(frozen=True)
class ItemPage:
    """`shows`: whether what the evidence recommends is shown to this person already; `request`: for the next tranche,
    which the decision filed, and `told` why it filed none."""

    item: AgendaItem
    page: Deciding
    hypothesis: Hypothesis | None
    money: DecidingMoney | None
    mine: Vote | None
    cannot_vote: Sequence[str]
    cannot_lead: Sequence[str]
    spreads: Sequence[Spread]
    voted: int
    members: int
    before: AgendaItem | None
    after: AgendaItem | None
    is_member: bool
    told: str
    request: FundingRequest | None
    follows: Follows | None
    unasked: Unasked | None = None

    @property
    def shows(self) -> bool:
        return self.item.opened_at is not None or self.mine is not None or not self.is_member

    @property
    def recommended(self) -> str:
        """A kind of decision, or nothing."""
        return RECOMMENDED.get(self.page.verdict.kind, "") if self.page.verdict and self.shows else ""

    @property
    def leads(self) -> bool:
        """Is this the chair of a review that is under way?"""
        return not self.cannot_lead

    @property
    def may_call_again(self) -> bool:
        return (
            self.leads
            and not self.item.again_at
            and not self.item.decision_id
            and any(one.wide for one in self.spreads)
        )

    @cached_property
    def asked(self) -> list[str]:
        """The outcomes of which a vote says how likely they are."""
        return [str(one.series.metric) for one in asked_of(self.item)]


def item_page(item: AgendaItem, person: Person, today: date, sees_money: bool) -> ItemPage:
    """`item` with review, forum, bet and decision. A fixed number of queries."""
    review, forum = item.review, item.review.forum
    order = list(review.items.select_related("bet").order_by("position"))
    place = next(place for place, one in enumerate(order) if one.pk == item.pk)
    members = set(forum.members.filter(left_at=None).values_list("person", flat=True))
    votes = list(item.votes.select_related("person").order_by("round", "person__name"))
    mine = next((one for one in votes if one.person_id == person.pk and one.round == item.round), None)
    return ItemPage(
        item=item, page=_deciding(item, person, today),
        hypothesis=item.bet.hypotheses.order_by("-version").first(),
        money=deciding_money(item.bet, today) if sees_money else None, mine=mine,
        cannot_vote=why_not(item, person),
        cannot_lead=list(chair_refusals(review.state, is_chair=person.pk == forum.chair_id)),
        spreads=spreads_of(item, votes),
        voted=sum(one.round == item.round for one in votes), members=len(members - {item.bet.lead_id}),
        before=order[place - 1] if place else None, after=order[place + 1] if place + 1 < len(order) else None,
        is_member=person.pk in members, told=_told(item),
        request=FundingRequest.objects.filter(decision=item.decision_id, kind__in=["commit", "release"]).first()
        if item.decision_id and sees_money else None,
        follows=follows_of(item.bet, item.decision, person, today) if item.decision else None,
        unasked=unasked_of(item, person, today),
    )  # fmt: skip


def _deciding(item: AgendaItem, person: Person, today: date) -> Deciding:
    """With why nothing is decided here on a bet that has ceased elsewhere."""
    found = deciding(item.bet, latest_night(), person, today)
    over = [] if item.decision_id else ceased_refusals(item.bet.state)
    return replace(found, refusals=[*found.refusals, *over])


def _told(item: AgendaItem) -> str:
    """What was said of the money when the item was decided, in the language of records; nothing before."""
    if not item.decision_id:
        return ""
    events = Event.objects.filter(subject_type="portfolio.review", subject_id=item.review_id, kind="item decided")
    sentence = events.filter(payload__decision=item.decision_id).values_list("sentence", flat=True).first() or ""
    return sentence.partition(f"{item.decision.kind}. ")[2] if item.decision else ""


def spreads_of(item: AgendaItem, votes: Sequence[Vote]) -> list[Spread]:
    """The rounds that everybody may see. One query."""
    chances = list(
        Chance.objects.filter(vote__in=votes).select_related("vote__person", "outcome__series__metric").order_by(
            "outcome__number", "vote__person__name"
        )
    )  # fmt: skip
    shown = shown_of(item, ((one.round, one.person_id) for one in votes))
    return [
        _spread(number, [one for one in votes if one.round == number], chances)
        for number in shown
        if number == 1 or item.again_at
    ]


def _spread(number: int, votes: Sequence[Vote], chances: Sequence[Chance]) -> Spread:
    sides = [
        Side(kind, str(label), [one for one in votes if one.kind == kind]) for kind, label in Decision.Kind.choices
    ]
    mine = [one for one in chances if one.vote.round == number]
    names = dict.fromkeys((one.outcome_id, str(one.outcome.series.metric)) for one in mine)
    return Spread(
        number, [side for side in sides if side.votes],
        [
            (name, [(one.vote.person, round(100 * one.probability)) for one in mine if one.outcome_id == key])
            for key, name in names
        ],
    )  # fmt: skip
