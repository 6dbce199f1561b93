"""Goals: what serves each of them, and what serves none."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bets.standards import goals_of
from lib.clock import today
from lib.tables import TYPES
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.goal_exports import csv_lines, workbook
from portfolio.goals_page import goal_page, goals_page
from portfolio.nights import latest_night


@require_GET
def list_goals(request: PersonRequest) -> HttpResponse:
    """Every goal; first what needs somebody: goals without bets, and bets without a goal."""
    page = goals_page(powers_of(request.user), latest_night(), today())
    return render(request, "portfolio/goals.html", {"page": page, "today": today()})


@require_GET
def show_goal(request: PersonRequest, key: str) -> HttpResponse:
    """One goal with its bets under way."""
    powers, day = powers_of(request.user), today()
    shown = next((one for one in goals_of(powers, today=day) if one.goal.key == key), None)
    if shown is None:
        raise Http404
    page = goal_page(shown, powers, latest_night(), day, request.GET.get("page"))
    return render(request, "portfolio/goal.html", {"page": page, "standing": page.standing, "today": day})


@require_GET
def export_goals(request: PersonRequest, kind: str) -> HttpResponse:
    """All goals, a row for each currency, as CSV or for Excel."""
    day = today()
    page = goals_page(powers_of(request.user), latest_night(), day)
    content = "".join(csv_lines(page)) if kind == "csv" else workbook(page, today=day)
    headers = {"Content-Disposition": f'attachment; filename="goals-{day.isoformat()}.{kind}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)
