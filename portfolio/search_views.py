"""Finding things and people, and the help that every page links to."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from lib.clock import now, today
from org import actions as org_actions
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.nights import latest_night
from portfolio.people import people_seen_by, person_page
from portfolio.search import FIRST, GLANCE
from portfolio.search import search as search_all


@vary_on_headers("HX-Request")
@require_GET
def search(request: PersonRequest) -> HttpResponse:
    """The page of results; the search dialog asks for the first few of each kind while somebody types."""
    glance = bool(request.htmx) and not request.htmx.history_restore_request
    found = search_all(request.GET, request.user, most=GLANCE if glance else FIRST)
    return render(request, "portfolio/_found.html" if glance else "portfolio/search.html", {"found": found})


@require_GET
def show_person(request: PersonRequest, person_id: int) -> HttpResponse:
    """A colleague: roles, and the bets they lead."""
    person = get_object_or_404(people_seen_by(powers_of(request.user)), pk=person_id)
    shown = person_page(person, request.user, latest_night(), request.GET.get("page"))
    return render(request, "portfolio/person.html", {"shown": shown, "today": today()})


@require_GET
def show_help(request: PersonRequest) -> HttpResponse:
    """Keys, words and marks, and what each role does here."""
    return render(request, "portfolio/help.html")


@require_POST
def set_keys(request: PersonRequest) -> HttpResponse:
    """The switch of the single keys: in the dialog by htmx, on the help page by a form."""
    on = request.POST.get("on") == "1"
    org_actions.set_keys(request.user, on, at=now())
    if request.htmx:
        return HttpResponse(status=204)
    messages.success(request, _("Single keys are on.") if on else _("Single keys are off, on all your devices."))
    return redirect("show_help")


@require_POST
def finish_tour(request: PersonRequest) -> HttpResponse:
    """Read to its end or skipped: the tour never returns by itself."""
    org_actions.finish_tour(request.user, at=now())
    return HttpResponse() if request.htmx else redirect("portfolio")
