"""The request for money that follows from a decision to go on with a bet."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from bets.models import Bet, Decision, Tranche
from funding.actions.asking import Why, ask_tranche
from funding.books import standings_of
from funding.models import Budget, FundingRequest
from funding.rules_asking import next_step
from lib.refusals import Refused
from org.models import Person


def file_next(
    decision: Decision, *, by: Person, at: datetime, today: date, budget: Budget | None = None,
    amount: int | None = None,
) -> FundingRequest | str:  # fmt: skip
    """Files the request for the next tranche of a bet that was funded or persisted, in the caller's transaction: to
    release what is committed, else to commit what is planned. Whoever decided may say how much is committed, in minor
    units, and from which budget: else it is all of the tranche, from the budget of its domain that has most. What
    stands in the way is given as a sentence; the decision stands all the same."""
    bet = Bet.objects.select_related("domain", "lead").get(pk=decision.bet_id)
    if waits_for_money(bet):
        return "Money is asked for already: that request waits."
    found = next_of(bet)
    if found is None:
        return "All that is planned for this bet is released."
    tranche, kind, most = found
    purse = budget or _budget(bet, today) if kind == "commit" else None
    wanted = most if amount is None or kind == "release" else amount
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"decision {decision.pk}")
    try:
        with transaction.atomic():
            return ask_tranche(
                key, tranche, kind, amount=wanted, why=why_of(decision), by=by, at=at, today=today, budget=purse,
                decided=decision,
            )  # fmt: skip
    except Refused as refused:
        return f"No money was asked for: {' '.join(refused.reasons)}"


def why_of(decision: Decision) -> Why:
    """What a request says that carries a decision out."""
    return Why("evidence", f"Decided: {decision.kind}. {decision.rationale}"[:2000])


def waits_for_money(bet: Bet) -> bool:
    return FundingRequest.objects.filter(bet=bet, state=FundingRequest.State.SUBMITTED).exists()


def next_of(bet: Bet) -> tuple[Tranche, str, int] | None:
    """The first tranche of which something can be asked for, how, and how much in minor units. Two queries."""
    tranches = {one.pk: one for one in bet.tranches.order_by("sequence")}
    stood = standings_of(bet, tranches.values())
    found = next_step([(pk, stood[pk]) for pk in tranches])
    return found and (tranches[found[0]], *found[1:])


def _budget(bet: Bet, today: date) -> Budget | None:
    """That of most available money among those that may pay the bet today."""
    running = Budget.objects.paying_bets(today).filter(domain=bet.domain_id, ledger__currency=bet.currency)
    return running.with_available().order_by(F("available").desc(nulls_last=True), "pk").first()
