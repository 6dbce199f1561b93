"""The page of one bet, and the figures and numbers on it."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from bets.models import Bet, Outcome
from lib.clock import today
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.bet_page import bet_page, open_flags, outcomes_of
from portfolio.charts import outcome_figure
from portfolio.moments import EVERY, MOMENTS, Way, ways_of
from portfolio.neighbours import place_of
from portfolio.nights import latest_night
from portfolio.numbers import numbers_csv, numbers_name


@require_GET
def show_bet(request: PersonRequest, key: str) -> HttpResponse:
    """What is believed, what the evidence says, why it is flagged, what it may cost, and what has happened."""
    powers, night, day = powers_of(request.user), latest_night(), today()
    bets = Bet.objects.visible_to(powers)
    found = bets.select_related("domain", "goal", "lead").prefetch_related("teams", "hypotheses__written_by")
    bet = get_object_or_404(found, key=key)
    shown = {
        "page": bet_page(bet, night, powers, today=day, page=request.GET.get("page")),
        "place": place_of(bet, bets, request.GET, request.user, night, day),
    }
    return render(request, "portfolio/bet.html", shown | {"bet": bet, "night": night, "today": day})


@require_GET
def chart_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """The figure of one outcome of a bet this person may see, as data for the browser to draw."""
    outcome = _outcome(request, key, number)
    flags = [flag for flag in open_flags(outcome.bet) if flag.outcome_id == outcome.pk]
    return JsonResponse(outcome_figure(outcome, _way(outcome), flags))


@require_GET
def export_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Every period of one outcome of a bet this person may see, as a CSV file."""
    outcome = _outcome(request, key, number)
    answer = HttpResponse(numbers_csv(_way(outcome, EVERY)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{numbers_name(outcome)}"'
    return answer


def _outcome(request: PersonRequest, key: str, number: int) -> Outcome:
    bet = get_object_or_404(Bet.objects.visible_to(powers_of(request.user)), key=key)
    return get_object_or_404(outcomes_of(bet), number=number)


def _way(outcome: Outcome, most: int = MOMENTS) -> Way:
    night = latest_night()
    return ways_of([outcome], night.as_of if night else today(), most)[outcome.pk]
