"""Finance agrees what a bet is worth."""

from datetime import datetime
from typing import Any

from django.db import transaction

from bets.models import Bet
from funding.agreed import agreeing_refusals, says, worth_of, worth_seen
from funding.models import ValueAgreement
from funding.rules_agreeing import comment_refusals
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person


@transaction.atomic
def agree_value(bet: Bet, *, by: Person, at: datetime, comment: str = "", seen: str | None = None) -> ValueAgreement:
    """Agrees the range that the bet states, and how its outcome turns into it: a copy, which stays as it is."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    latest, worth = ValueAgreement.objects.filter(bet=bet).first(), worth_of(bet)
    if latest and (says(latest), latest.agreed_by_id, latest.comment) == (worth, by.pk, comment.strip()):
        return latest  # sent twice
    refuse_if(stale_refusals(seen, worth_seen(bet)))
    refuse_if(agreeing_refusals(bet, by, latest))
    refuse_if(comment_refusals(worth, comment))
    said: dict[str, Any] = vars(worth)  # none of it is missing: that was refused
    agreement = ValueAgreement.objects.create(bet=bet, **said, comment=comment.strip(), agreed_at=at, agreed_by=by)
    record_event(bet, "value agreed", "Finance agreed what it is worth.", at=at, by=by, **said)
    return agreement
