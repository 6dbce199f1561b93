"""The page of one bet, and the figures and numbers on it."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from bets.models import Bet, Outcome, Reading
from lib.clock import today
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.bet_foretold import releases_of
from portfolio.bet_page import bet_page
from portfolio.charts import outcome_figure
from portfolio.flagged import flags_of
from portfolio.moments import EVERY, MOMENTS, Way, ways_of
from portfolio.neighbours import place_of
from portfolio.nights import latest_night
from portfolio.numbers import numbers_csv, numbers_name
from portfolio.used import data_csv


@require_GET
def show_bet(request: PersonRequest, key: str) -> HttpResponse:
    """What is believed, what the evidence says, why it is flagged, what it may cost, and what has happened."""
    powers, night, day = powers_of(request.user), latest_night(), today()
    bets = Bet.objects.visible_to(powers)
    found = bets.select_related("domain", "goal", "lead").prefetch_related("teams", "hypotheses__written_by")
    bet = get_object_or_404(found, key=key)
    shown = {
        "page": bet_page(bet, night, request.user, today=day, page=request.GET.get("page")),
        "place": place_of(bet, bets, request.GET, request.user, night, day),
    }
    return render(request, "portfolio/bet.html", shown | {"bet": bet, "night": night, "today": day})


@require_GET
def chart_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """The figure of one outcome of a bet this person may see, as data for the browser to draw."""
    outcome = _outcome(request, key, number)
    flags = [flag for flag in flags_of(outcome.bet) if flag.cleared_on is None and flag.outcome_id == outcome.pk]
    return JsonResponse(outcome_figure(outcome, _way(outcome), flags, releases_of(outcome.bet)))


@require_GET
def export_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Every period of one outcome of a bet this person may see, as a CSV file."""
    outcome = _outcome(request, key, number)
    answer = HttpResponse(numbers_csv(_way(outcome, EVERY)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{numbers_name(outcome)}"'
    return answer


@require_GET
def export_data(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Exactly the data that the latest night used of one outcome of a bet this person may see, as a CSV file."""
    outcome = _outcome(request, key, number)
    reading = get_object_or_404(Reading.objects.select_related("run"), outcome=outcome, run=latest_night())
    answer = HttpResponse(data_csv(outcome, reading), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{numbers_name(outcome, "data")}"'
    return answer


def _outcome(request: PersonRequest, key: str, number: int) -> Outcome:
    """The version of an outcome that stands."""
    bet = get_object_or_404(Bet.objects.visible_to(powers_of(request.user)), key=key)
    found = Outcome.objects.current().filter(bet=bet).select_related("bet", "series__metric", "series__source")
    return get_object_or_404(found, number=number)


def _way(outcome: Outcome, most: int = MOMENTS) -> Way:
    night = latest_night()
    return ways_of([outcome], night.as_of if night else today(), most)[outcome.pk]
