"""The desk of whoever is signed in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lib.clock import today
from org.requests import PersonRequest
from portfolio.desk import PARTS, all_of, desk_of
from portfolio.nights import latest_night


@require_GET
def show_desk(request: PersonRequest) -> HttpResponse:
    """What waits for this person; `?all=` shows one of its lists as a whole."""
    night, day, key = latest_night(), today(), request.GET.get("all", "")
    if key not in PARTS:
        return render(request, "portfolio/desk.html", {"desk": desk_of(request.user, night, today=day), "night": night})
    part, page = all_of(request.user, key, night, request.GET.get("page"), today=day)
    return render(request, "portfolio/desk_all.html", {"part": part, "page": page})
