"""The bet that an address names, for whoever may see it."""

from django.shortcuts import get_object_or_404

from bets.models import Bet
from org.requests import PersonRequest
from org.visibility import powers_of


def bet_of(request: PersonRequest, key: str, *also: str) -> Bet:
    """With its domain, its lead and what else is named; 404 when it is out of this person's reach. One query."""
    found = Bet.objects.visible_to(powers_of(request.user)).select_related("domain", "lead", *also)
    return get_object_or_404(found, key=key)
