"""The funding map: how money is given, by funding class, domain and period."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from funding.map import CLASSES, FundingMap, map_figure, map_of
from funding.models import Budget
from funding.reach import money_powers
from lib.clock import today
from org.requests import PersonRequest


@require_GET
def show_funding_map(request: PersonRequest) -> HttpResponse:
    """The mix of one period by domain, beside that of every other period."""
    return render(request, "funding/map.html", {"page": _map(request), "classes": CLASSES})


@require_GET
def chart_funding_map(request: PersonRequest) -> HttpResponse:
    """The mix of every period, as data for the browser to draw."""
    return JsonResponse(map_figure(_map(request)))


def _map(request: PersonRequest) -> FundingMap:
    return map_of(Budget.objects.visible_to(money_powers(request)), request.GET, today())
