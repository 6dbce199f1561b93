"""The request for money that follows from a decision to go on with a bet."""

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from bets.models import Bet, Decision, Tranche
from funding.actions.asking import Why, ask_tranche
from funding.books import standings_of
from funding.models import Account, Budget, FundingRequest
from lib.refusals import Refused
from org.models import Person


def file_next(decision: Decision, *, by: Person, at: datetime, today: date) -> FundingRequest | str:
    """Files the request for the next tranche of a bet that was funded or persisted, in the caller's transaction: to
    release what is committed, else to commit what is planned from the budget of its domain that has most. What stands
    in the way is given as a sentence; the decision stands all the same."""
    bet = Bet.objects.select_related("domain", "lead").get(pk=decision.bet_id)
    if FundingRequest.objects.filter(bet=bet, state=FundingRequest.State.SUBMITTED).exists():
        return "Money is asked for already: that request waits."
    found = _next(bet)
    if found is None:
        return "All that is planned for this bet is released."
    tranche, kind, amount = found
    budget = _budget(bet, today) if kind == "commit" else None
    key = uuid.uuid5(uuid.NAMESPACE_OID, f"decision {decision.pk}")
    why = Why("evidence", f"Decided: {decision.kind}. {decision.rationale}"[:2000])
    try:
        with transaction.atomic():
            return ask_tranche(
                key, tranche, kind, amount=amount, why=why, by=by, at=at, today=today, budget=budget, decided=decision
            )
    except Refused as refused:
        return f"No money was asked for: {' '.join(refused.reasons)}"


def _next(bet: Bet) -> tuple[Tranche, str, int] | None:
    """The first tranche of which something can be asked for, how, and how much in minor units."""
    tranches = list(bet.tranches.order_by("sequence"))
    stood = standings_of(bet, tranches)
    for tranche in tranches:
        if stood[tranche.pk].committed:
            return tranche, "release", stood[tranche.pk].committed
        if stood[tranche.pk].to_commit and not stood[tranche.pk].given:
            return tranche, "commit", stood[tranche.pk].to_commit
    return None


def _budget(bet: Bet, today: date) -> Budget | None:
    """That of most available money among those that may pay the bet today."""
    running = Budget.objects.filter(
        funding_class=Budget.FundingClass.BET, domain=bet.domain_id, ledger__currency=bet.currency, withdrawn_at=None,
        starts_on__lte=today, ends_on__gte=today, accounts__kind=Account.Kind.AVAILABLE, accounts__tranche=None,
    )  # fmt: skip
    return running.annotate(left=Sum("accounts__balance")).order_by("-left", "pk").first()
