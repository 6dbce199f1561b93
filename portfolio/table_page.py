"""What the betting table of a review shows: the money that is free, and side by side the bets that are ready and
unfunded, those that ask for more, and what else the chair has put there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bets.draft_page import cost_with
from bets.findings import Tested, tested
from bets.models import Assumption, Bet, BetQuerySet, Decision, EvidenceLink, Flag, Reading, Tranche
from bets.rules_draft import Cost
from funding.agreed import says, worth_of
from funding.books import standings_among
from funding.models import FundingRequest, ValueAgreement
from funding.rules_asking import next_step, state_refusals
from lib.seen import seen_of
from org.models import Person
from org.rules import Powers, refusals
from org.visibility import powers_of
from portfolio.actions.assigning import seen_in
from portfolio.agenda import bets_of, ready_in
from portfolio.board import Row, rows_of
from portfolio.models import AgendaItem, Assignment, Review, Vote
from portfolio.nights import latest_night
from portfolio.rules_table import NO_BUDGET, Seat, seat_refusals, step_refusals
from portfolio.standing import Standing, spoken_of, standing_of
from portfolio.table_money import Purse, assignments_of, is_held, purses_of

START, SCALE, OTHER = "start", "scale", "other"
PUT_THERE = (AgendaItem.Reason.CHAIR, AgendaItem.Reason.GATE)
AT_MOST = 40  # bets of one group that are not on the agenda
GROUPS = {
    START: (_("Ready, and unfunded"), _("No bet of this forum waits for its first money.")),
    SCALE: (_("Asking for more"), _("No bet is better than its target, and no request waits.")),
    OTHER: (_("Also on the agenda"), ""),
}


@dataclass(frozen=True)
class Step:
    """The next tranche of which something can be asked for, how, and how much."""

    tranche: Tranche
    way: str
    amount: int


@dataclass(frozen=True)
class Seated:
    """A bet at the table. `shows`: whether this person sees already what the evidence recommends; `refusals` say why
    the chair assigns nothing to it; `form` is there when they can."""

    row: Row
    group: str
    item: AgendaItem | None
    cost: Cost
    agreed: bool
    shows: bool
    sees_money: bool
    step: Step | None
    riskiest: Tested | None
    support: int
    against: int
    request: FundingRequest | None
    assigned: Assignment | None
    purses: list[Purse]
    refusals: list[str]
    form: Any = None

    @property
    def bet(self) -> Bet:
        return self.row.bet

    @cached_property
    def reading(self) -> Reading | None:
        """The reading that speaks; of whoever has yet to vote the first outcome, whatever the verdict is about."""
        if not self.shows:
            return next(iter(self.row.readings), None)
        found: Reading | None = spoken_of(self.row.verdict.kind if self.row.verdict else "", self.row.readings)
        return found

    @property
    def standing(self) -> Standing | None:
        return standing_of(self.reading)

    @property
    def decision(self) -> Decision | None:
        return self.item.decision if self.item else None

    @property
    def seen(self) -> str:
        return seen_of(seen_in(self.assigned))

    @property
    def asked_for(self) -> str:
        """Why it asks for more, in a word: a flag, or a request."""
        return "flag" if any(one.kind == Flag.Kind.SCALE for one in self.row.flags) else "request"


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    nothing: str
    seats: list[Seated]
    more: int


@dataclass(frozen=True)
class TablePage:
    review: Review
    groups: list[Group]
    purses: list[Purse]
    is_chair: bool
    sees_money: bool
    today: date

    @property
    def seats(self) -> list[Seated]:
        return [seat for group in self.groups for seat in group.seats]

    @property
    def free(self) -> list[tuple[str, int]]:
        """By currency what is free in all."""
        found: dict[str, int] = {}
        for one in self.purses:
            found[one.currency] = found.get(one.currency, 0) + one.free
        return sorted((currency, amount) for currency, amount in found.items())

    def count(self, key: str) -> int:
        return next((len(one.seats) + one.more for one in self.groups if one.key == key), 0)

    @property
    def ready(self) -> int:
        return self.count(START)

    @property
    def asking(self) -> int:
        return self.count(SCALE)

    def with_forms(self, forms: Mapping[int, Any]) -> "TablePage":
        """The same with a form for each bet, by id, to which the chair can assign money."""
        groups = [
            replace(one, seats=[replace(seat, form=forms.get(seat.bet.pk)) for seat in one.seats])
            for one in self.groups
        ]
        return replace(self, groups=groups)

    def seat(self, key: str) -> Seated | None:
        return next((one for one in self.seats if one.bet.key == key), None)


@dataclass(frozen=True)
class _Known:
    """All that the bets at the table show, read at once, by bet."""

    items: Mapping[int, AgendaItem]
    assigned: Mapping[int, Assignment]
    mine: frozenset[int]
    is_member: bool
    tranches: Mapping[int, list[Tranche]]
    steps: Mapping[int, Step]
    agreements: Mapping[int, ValueAgreement]
    links: Mapping[int, list[EvidenceLink]]
    assumptions: Mapping[int, list[Assumption]]
    requests: Mapping[int, FundingRequest]
    purses: Sequence[Purse] = field(default_factory=list)

    def shows(self, item: AgendaItem | None, bet: int) -> bool:
        """As on the page of an item: what the evidence recommends shows once it is open, or one has voted."""
        return not self.is_member or (item is not None and item.opened_at is not None) or bet in self.mine


def table_page(review: Review, person: Person, today: date) -> TablePage:
    """About thirty queries, whatever the number of bets."""
    powers, seen = powers_of(person), Bet.objects.visible_to(powers_of(person))
    items = {one.bet_id: one for one in review.items.select_related("decision").order_by("position")}
    every = assignments_of(review)
    assigned = {one.bet_id: one for one in every}
    groups, more = _grouped(review, seen, items, assigned)
    shown = seen.filter(pk__in=groups).with_plan().with_stakes(today).select_related("lead", "domain", "goal")
    rows = {row.bet.pk: row for row in rows_of(shown.prefetch_related("efforts__team"), latest_night())}
    purses = list(purses_of(review, every, today, powers).values()) if powers.may("see_money") else []
    known = _known(review, person, list(rows), items, assigned, purses)
    order = [pk for pk in groups if pk in rows]
    seats = [_seated(rows[pk], groups[pk], known, review, person, powers) for pk in order]
    return TablePage(
        review, [_group(key, seats, more.get(key, 0)) for key in GROUPS], purses,
        is_chair=person.pk == review.forum.chair_id, sees_money=powers.may("see_money"), today=today,
    )  # fmt: skip


def _group(key: str, seats: Sequence[Seated], more: int) -> Group:
    label, nothing = GROUPS[key]
    return Group(key, str(label), str(nothing), [one for one in seats if one.group == key], more)


def _grouped(
    review: Review, seen: BetQuerySet, items: Mapping[int, AgendaItem], assigned: Mapping[int, Assignment]
) -> tuple[dict[int, str], dict[str, int]]:
    """By bet the group it stands in, those on the agenda first, in its order; and how many of each group are left out.
    Nothing but the agenda once the review is over."""
    mine = bets_of(review.forum).filter(pk__in=seen.order_by().values("pk"))
    live = review.state in (Review.State.PLANNED, Review.State.OPEN)
    ready, asking = (ready_in(mine), _asking(mine)) if live else ([], [])
    found: dict[int, str] = {}
    for pk, item in items.items():
        if item.reason == AgendaItem.Reason.START or pk in ready:
            found[pk] = START
        elif pk in asking:
            found[pk] = SCALE
        elif item.reason in PUT_THERE:
            found[pk] = OTHER
    more = {}
    for group, those in ((START, ready), (SCALE, asking)):
        rest = [pk for pk in those if pk not in items and pk not in found]
        found |= dict.fromkeys(rest[:AT_MOST], group)
        more[group] = max(0, len(rest) - AT_MOST)
    for pk in assigned:  # also one that was taken off the agenda since: its money can still be taken back
        found.setdefault(pk, OTHER)
    return found, more


def _asking(bets: BetQuerySet) -> list[int]:
    """Ids of bets that ask for more: better than their targets, or a request for their money waits. One query."""
    better = Flag.objects.filter(kind=Flag.Kind.SCALE, cleared_on=None).values("bet")
    asked = FundingRequest.objects.filter(state=FundingRequest.State.SUBMITTED, kind__in=["commit", "release"])
    found = bets.filter(Q(pk__in=better) | Q(pk__in=asked.exclude(bet=None).values("bet")))
    return list(found.order_by("starts_on", "pk").values_list("pk", flat=True))


def _known(
    review: Review, person: Person, bets: Sequence[int], items: Mapping[int, AgendaItem],
    assigned: Mapping[int, Assignment], purses: Sequence[Purse],
) -> _Known:  # fmt: skip
    """Nine queries."""
    tranches = _by_bet(Tranche.objects.filter(bet__in=bets).select_related("bet").order_by("bet_id", "sequence"))
    links = EvidenceLink.objects.filter(evidence__bet__in=bets, evidence__successor=None).select_related("evidence")
    waiting = FundingRequest.objects.filter(bet__in=bets, state=FundingRequest.State.SUBMITTED).order_by("pk")
    agreed = ValueAgreement.objects.filter(bet__in=bets).order_by("bet_id", "-agreed_at", "-pk").distinct("bet_id")
    voted = Vote.objects.filter(item__review=review, person=person).values_list("item__bet", "item", "round")
    rounds = {one.pk: one.round for one in items.values()}
    return _Known(
        items, assigned, frozenset(bet for bet, item, number in voted if rounds.get(item) == number),
        review.forum.members.filter(person=person, left_at=None).exists(), tranches, _steps(tranches),
        {one.bet_id: one for one in agreed}, _by_bet(links.order_by("pk"), lambda one: one.evidence.bet_id),
        _by_bet(Assumption.objects.filter(bet__in=bets, dropped_at=None).order_by("number")),
        {one.bet_id or 0: one for one in waiting}, purses,
    )  # fmt: skip


def _by_bet(things: Iterable[Any], bet_of: Callable[[Any], int] = lambda one: one.bet_id) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for one in things:
        found[bet_of(one)].append(one)
    return found


def _steps(tranches: Mapping[int, list[Tranche]]) -> dict[int, Step]:
    """By bet. One query."""
    every = {one.pk: one for those in tranches.values() for one in those}
    stood = standings_among(list(tranches), every.values())
    found = {bet: next_step([(one.pk, stood[one.pk]) for one in those]) for bet, those in tranches.items()}
    return {bet: Step(every[step[0]], *step[1:]) for bet, step in found.items() if step}


def _seated(row: Row, group: str, known: _Known, review: Review, person: Person, powers: Powers) -> Seated:
    bet, pk = row.bet, row.bet.pk
    item, agreement, sides = known.items.get(pk), known.agreements.get(pk), known.links.get(pk, [])
    hypotheses = tested(known.assumptions.get(pk, []), sides)
    assigned, step = known.assigned.get(pk), known.steps.get(pk)
    own = assigned.amount if assigned and is_held(assigned) else 0
    purses = [_beside(one, own, assigned) for one in known.purses if one.pays(bet)]
    return Seated(
        row=row, group=group, item=item, cost=cost_with(bet, known.tranches.get(pk, []), bet.efforts.all()),
        agreed=agreement is not None and says(agreement) == worth_of(bet), shows=known.shows(item, pk),
        sees_money=powers.may("see_money", bet.domain_id), step=step, riskiest=next(iter(hypotheses), None),
        support=_strongest(sides, supports=True), against=_strongest(sides, supports=False),
        request=known.requests.get(pk), assigned=assigned, purses=purses,
        refusals=_refusals(bet, item, step, known.requests.get(pk), purses, review, person, powers),
    )  # fmt: skip


def _beside(purse: Purse, own: int, assigned: Assignment | None) -> Purse:
    """The purse as this bet finds it: what is assigned to it is free for it."""
    mine = own if assigned and assigned.budget_id == purse.budget.pk else 0
    return Purse(purse.budget, purse.available, purse.assigned - mine, purse.freed, purse.asked)


def _strongest(links: Sequence[EvidenceLink], *, supports: bool) -> int:
    return max((one.evidence.strength for one in links if one.supports == supports), default=0)


def _refusals(
    bet: Bet, item: AgendaItem | None, step: Step | None, request: FundingRequest | None, purses: Sequence[Purse],
    review: Review, person: Person, powers: Powers,
) -> list[str]:  # fmt: skip
    """Why nothing is assigned to it now, whatever the amount."""
    decided = item is not None and item.decision_id is not None
    seat = Seat(review.state, person.pk == review.forum.chair_id, bet.lead_id == person.pk, decided)
    found = [*seat_refusals(seat), *refusals(powers, "see_money", bet.domain_id)]
    if found:
        return found
    way, name = (step.way, str(step.tranche)) if step else ("", "")
    found = [*state_refusals("commit", bet.state), *step_refusals(way, name, waits=request is not None)]
    return found or ([] if purses else [NO_BUDGET])
