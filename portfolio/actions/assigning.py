"""State changes of the table of a review: which money the meeting means for which bet. The books stay as they are: the
request that follows the decision asks for it. The review is the lock."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from bets.models import Bet, Decision
from funding.actions import file_next, next_of, purse_of, waits_for_money
from funding.models import Budget, FundingRequest
from funding.rules_asking import purse_refusals, state_refusals
from lib.money import exact
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of
from portfolio.actions.meeting import locked_item, locked_review, put_on_agenda
from portfolio.models import AgendaItem, Assignment, Review
from portfolio.rules_table import Room, Seat, Still, amount_refusals, item_asking_refusals, seat_refusals, step_refusals
from portfolio.table_money import assignments_of, purses_of


@transaction.atomic
def assign_money(
    review: Review, bet: Bet, budget: Budget, amount: int, *, by: Person, at: datetime, today: date,
    seen: str | None = None,
) -> Assignment:  # fmt: skip
    """Means so much of a budget for the next tranche of a bet, in place of what was meant for it before, and puts the
    bet on the agenda at once. The same again changes nothing; nor does anything that was typed over something else
    than stands there."""
    review, bet = locked_review(review), Bet.objects.select_related("domain").get(pk=bet.pk)
    refuse_if(_seat_refusals(review, bet, by))
    stands = {one.bet_id: one for one in assignments_of(review)}
    former = stands.get(bet.pk)
    if former is not None and (former.budget_id, former.amount) == (budget.pk, amount):
        return former
    refuse_if(stale_refusals(seen, seen_in(former)))
    _refuse_money(review, bet, budget, amount, today, [one for pk, one in stands.items() if pk != bet.pk])
    if not review.items.filter(bet=bet).exists():
        put_on_agenda(review, bet, by=by, at=at)
    written = {"budget": budget, "amount": amount, "assigned_at": at, "assigned_by": by}
    made, _ = Assignment.objects.update_or_create(review=review, bet=bet, defaults=written)
    said = f"{exact(amount, bet.currency)} of {budget} assigned to {bet} in {review}."
    record_event(review, "money assigned", said, at=at, by=by, bet=bet.pk, budget=budget.pk, amount=amount)
    return made


@transaction.atomic
def take_back_assignment(
    review: Review, bet: Bet, *, by: Person, at: datetime, seen: str | None = None
) -> None:  # fmt: skip
    """What was meant for a bet is free for others again."""
    review = locked_review(review)
    refuse_if(_seat_refusals(review, bet, by))
    former = review.assignments.select_related("budget__ledger").filter(bet=bet).first()
    if former is None:
        raise Refused("Nothing is assigned to this bet.")
    refuse_if(stale_refusals(seen, seen_in(former)))
    amount = exact(former.amount, former.budget.ledger.currency)
    said = f"{amount} of {former.budget} taken back from {bet} in {review}."
    former.delete()
    record_event(review, "assignment taken back", said, at=at, by=by, bet=bet.pk, budget=former.budget_id)


@transaction.atomic
def ask_for_item(item: AgendaItem, *, by: Person, at: datetime, today: date) -> FundingRequest:
    """Files the request for the money that a decision could not ask for when it was made, once nothing stands in its
    way: by whoever recorded the decision, and from the assigned money if there is any."""
    item = locked_item(item)
    refuse_if(item_asking_refusals(still_of(item, by)))
    asked = _file(item, _still_meant_for(item, today), by, at, today)
    if isinstance(asked, str):
        raise Refused(asked)
    amount = exact(asked.amount, item.bet.currency)
    said = f"{amount} asked for {item.bet}, as {item.review} decided."
    record_event(item.review, "money asked for", said, at=at, by=by, bet=item.bet_id, request=asked.pk)
    return asked


def file_assigned(item: AgendaItem, *, by: Person, at: datetime, today: date) -> FundingRequest | str:
    """What follows from the decision of an item: the request for the next tranche, over what the meeting has assigned
    to it. In the caller's transaction."""
    return _file(item, _meant_for(item), by, at, today)


def _file(item: AgendaItem, money: Mapping[str, Any], by: Person, at: datetime, today: date) -> FundingRequest | str:
    decision = Decision.objects.get(pk=item.decision_id or 0)
    return file_next(decision, by=by, at=at, today=today, **money)


def _meant_for(item: AgendaItem) -> dict[str, Any]:
    found = Assignment.objects.select_related("budget__ledger", "budget__domain")
    meant = found.filter(review=item.review_id, bet=item.bet_id).first()
    return {"budget": meant.budget, "amount": meant.amount} if meant else {}


def _still_meant_for(item: AgendaItem, today: date) -> dict[str, Any]:
    """The same later on: a budget that can no longer pay the bet does not hold it up."""
    money, bet = _meant_for(item), Bet.objects.select_related("domain").get(pk=item.bet_id)
    if money and list(purse_refusals(purse_of(money["budget"], bet.domain), bet.currency, today)):
        del money["budget"]
    return money


def still_of(item: AgendaItem, by: Person) -> Still:
    """A decision whose money may still be asked for, as a rule sees it. Three queries at most."""
    decision = Decision.objects.filter(pk=item.decision_id or 0).first()
    if decision is None:
        return Still("", is_decider=False, is_latest=False, carried=False)
    later = Decision.objects.filter(bet=item.bet_id, number__gt=decision.number)
    carried = FundingRequest.objects.filter(decision=decision, kind__in=["commit", "release"])
    return Still(decision.kind, decision.decided_by_id == by.pk, not later.exists(), carried.exists())


def seen_in(assignment: Assignment | None) -> Mapping[str, object]:
    """What somebody has read who assigns money to a bet."""
    return {"budget": assignment and assignment.budget_id, "amount": assignment and assignment.amount}


def _seat_refusals(review: Review, bet: Bet, by: Person) -> list[str]:
    decided = review.items.filter(bet=bet, decision__isnull=False).exists()
    seat = Seat(review.state, by.pk == review.forum.chair_id, bet.lead_id == by.pk, decided)
    return [*seat_refusals(seat), *refusals(powers_of(by), "see_money", bet.domain_id)]


def _refuse_money(
    review: Review, bet: Bet, budget: Budget, amount: int, today: date, others: list[Assignment]
) -> None:  # fmt: skip
    """Nothing is meant that could not be asked for today."""
    tranche, step, most = next_of(bet) or ("", "", 0)
    refuse_if(state_refusals("commit", bet.state))
    refuse_if(step_refusals(step, str(tranche), waits=waits_for_money(bet)))
    refuse_if(purse_refusals(purse_of(budget, bet.domain), bet.currency, today))
    free = purses_of(review, others, today).get(budget.pk)
    if free is None:
        raise Refused("This forum assigns money of budgets that pay its own bets.")
    refuse_if(amount_refusals(amount, Room(str(tranche), most, str(budget), free.free), bet.currency))
