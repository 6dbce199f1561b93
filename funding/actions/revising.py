"""State changes of planned money: a tranche of a bet that is no draft any more changes together with its requests."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from bets.actions import Criterion, gate_values, write_gate
from bets.drafts import tranche_values
from bets.models import Bet, Tranche
from bets.rules_draft import Stage
from bets.rules_draft import tranche_refusals as stage_refusals
from funding.actions.requesting import close
from funding.models import Account, FundingRequest, RequestLine
from funding.rules_requests import revision_refusals
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

RELEASED = (Account.Kind.RELEASED, Account.Kind.SPENT, Account.Kind.WINDDOWN)


def revision_values(tranche: Tranche) -> dict[str, object]:
    """What stands there now, as a form is filled. Two queries."""
    return {**tranche_values(tranche), **gate_values(tranche)}


@transaction.atomic
def revise_tranche(
    tranche: Tranche, *, amount: int, purpose: str, gate: str, criteria: Sequence[Criterion], reason: str, by: Person,
    at: datetime, planned_on: date | None = None, lasts_until: date | None = None, seen: str | None = None,
) -> Tranche:  # fmt: skip
    """Changes what a tranche is for, how much it takes and what its gate needs, until some of it was released.

    What is committed stays committed: a smaller amount is refused until the rest has been returned, and a larger one
    is committed by a further request. Requests on it that wait are void, because they asked for another plan.
    """
    bet = Bet.objects.select_for_update(no_key=True).get(pk=tranche.bet_id)
    tranche = Tranche.objects.select_for_update(no_key=True).get(pk=tranche.pk)
    refuse_if(refusals(powers_of(by), "request_money", bet.domain_id))
    held = _held(tranche)
    released = sum(held.get(kind, 0) for kind in RELEASED)
    refuse_if(revision_refusals(str(tranche), bet.state, amount, sum(held.values()), released, reason))
    stage = Stage(amount, purpose.strip(), gate.strip(), planned_on or tranche.planned_on,
                  lasts_until or tranche.lasts_until)  # fmt: skip
    refuse_if(stage_refusals(stage))
    before = revision_values(tranche)
    refuse_if(stale_refusals(seen, before))
    tranche.amount, tranche.purpose, tranche.gate = stage.amount, stage.purpose, stage.gate
    tranche.planned_on, tranche.lasts_until = stage.planned_on, stage.lasts_until
    tranche.save(update_fields=["amount", "purpose", "gate", "planned_on", "lasts_until"])
    write_gate(bet, tranche, criteria)
    _void_waiting(tranche, f"{tranche} was revised: {reason.strip()}", by=by, at=at)
    plain = {name: value if isinstance(value, int | list | None) else str(value) for name, value in before.items()}
    said = f"Tranche {tranche.sequence} revised: {reason.strip()}"
    record_event(bet, "tranche revised", said, at=at, by=by, tranche=tranche.pk, former=plain)
    return tranche


def _held(tranche: Tranche) -> dict[str, int]:
    found = Account.objects.filter(tranche=tranche).values("kind").annotate(sum=Sum("balance")).order_by()
    return {row["kind"]: row["sum"] for row in found}


def _void_waiting(tranche: Tranche, because: str, *, by: Person, at: datetime) -> None:
    lines = RequestLine.objects.filter(tranche=tranche).values("request")
    waiting = FundingRequest.objects.filter(pk__in=lines, state=FundingRequest.State.SUBMITTED).order_by("pk")
    for request in waiting.select_related("bet", "ledger").select_for_update(no_key=True, of=("self",)):
        close(request, FundingRequest.State.VOIDED, because, at=at, by=by)
