"""How every change of what a bet was stated with begins: its row is locked, and then it is asked who changes it."""

from bets.models import Bet
from bets.rules_draft import draft_refusals
from lib.refusals import refuse_if
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of


def locked_bet(bet: Bet, by: Person, act: str = "state_bet") -> Bet:
    """The bet as it stands, locked, for somebody who may do this in its domain. Within a transaction."""
    locked = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    refuse_if(refusals(powers_of(by), act, locked.domain_id))
    return locked


def locked_draft(bet: Bet, by: Person) -> Bet:
    """The same, of a draft only."""
    locked = locked_bet(bet, by)
    refuse_if(draft_refusals(locked.state))
    return locked
