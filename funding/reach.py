"""What an address of the money names, for whoever may see it."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from funding.models import Budget, FundingRequest
from org.requests import PersonRequest
from org.rules import Powers
from org.visibility import powers_of


def money_powers(request: PersonRequest) -> Powers:
    """The powers of somebody who sees money at all; 404 for others."""
    powers = powers_of(request.user)
    if not powers.may("see_money"):
        raise Http404
    return powers


def request_of(request: PersonRequest, pk: int) -> FundingRequest:
    """With its ledger, its domain, its bet and who asked; 404 when it is out of this person's reach. One query."""
    found = FundingRequest.objects.visible_to(money_powers(request))
    return get_object_or_404(found.select_related("ledger", "domain", "bet__lead", "proposer", "decision"), pk=pk)


def budget_of(request: PersonRequest, pk: int) -> Budget:
    """With its ledger and its domain; 404 when it is out of this person's reach. One query."""
    found = Budget.objects.visible_to(money_powers(request))
    return get_object_or_404(found.select_related("ledger", "domain", "team"), pk=pk)
