"""What it would cost to wind a bet down, for the day on which it ceases."""

from datetime import datetime

from django.db import transaction

from bets.actions.locking import locked_bet
from bets.drafts import wind_down_values
from bets.models import Bet
from bets.rules_draft import over_refusals, wind_down_refusals
from lib.money import exact
from lib.refusals import refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person


@transaction.atomic
def plan_wind_down(bet: Bet, amount: int, *, by: Person, at: datetime, seen: str | None = None) -> Bet:
    """Says what it would cost to wind a bet down, minor units: so much is set aside when it ceases, and the last day on
    which a decision is of use comes before it is needed."""
    bet = locked_bet(bet, by, "plan_wind_down")
    refuse_if([*over_refusals(bet.state), *wind_down_refusals(amount)])
    if amount == bet.wind_down:
        return bet
    refuse_if(stale_refusals(seen, wind_down_values(bet)))
    former, bet.wind_down = bet.wind_down, amount
    bet.save(update_fields=["wind_down"])
    said = f"Winding it down would cost {exact(amount, bet.currency)}."
    record_event(bet, "winding down planned", said, at=at, by=by, former=former)
    return bet
