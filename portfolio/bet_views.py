"""The page of one bet, and the figures on it."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from bets.models import Bet
from lib.clock import today
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.bet_page import bet_page, open_flags, outcomes_of
from portfolio.charts import outcome_figure
from portfolio.moments import ways_of
from portfolio.nights import latest_night


@require_GET
def show_bet(request: PersonRequest, key: str) -> HttpResponse:
    """What is believed, what the evidence says, why it is flagged, what it may cost, and what has happened."""
    powers = powers_of(request.user)
    bets = Bet.objects.visible_to(powers).select_related("domain", "goal", "lead")
    bet = get_object_or_404(bets.prefetch_related("teams", "hypotheses__written_by"), key=key)
    night = latest_night()
    shown = bet_page(bet, night, powers, today=today(), page=request.GET.get("page"))
    return render(request, "portfolio/bet.html", {"page": shown, "bet": bet, "night": night, "today": today()})


@require_GET
def chart_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """The figure of one outcome of a bet this person may see, as data for the browser to draw."""
    bet = get_object_or_404(Bet.objects.visible_to(powers_of(request.user)), key=key)
    outcome = get_object_or_404(outcomes_of(bet), number=number)
    night = latest_night()
    way = ways_of([outcome], night.as_of if night else today())[outcome.pk]
    flags = [flag for flag in open_flags(bet) if flag.outcome_id == outcome.pk]
    return JsonResponse(outcome_figure(outcome, way, flags))
