"""The list of all bets as a part of the page, its saved views, and its exports."""

from typing import Any

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets.models import Bet
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.tables import TYPES
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio import actions
from portfolio.asking import Asking
from portfolio.board import rows_of
from portfolio.browse import chosen
from portfolio.exports import csv_lines, workbook
from portfolio.forms import ChangeViewForm, SaveViewForm
from portfolio.models import SavedView
from portfolio.nights import latest_night

DELETED = "deleted_view"  # in the session: what is needed to have it back


def table_alone(request: PersonRequest, shown: dict[str, Any]) -> HttpResponse:
    """What htmx asks for: the rows when filters change under somebody's hands, or the list with its filters; and the
    picture of the bets that are chosen now."""
    asked = shown["browsed"].asked
    rows = request.htmx.target == "bets-rows"
    answer = render(request, "portfolio/_bets_changed.html" if rows else "portfolio/_bets.html", shown)
    answer.write(render_to_string("portfolio/_picture.html", shown | {"asked": asked, "oob": True}, request))
    answer["HX-Push-Url"] = f"{request.path}{asked.path}"
    return answer


def shorter_url(request: PersonRequest, asked: Asking) -> str | None:
    """Where to go instead when a form without JavaScript has sent its empty fields too, so that URLs stay short."""
    leftovers = any(value == "" for values in request.GET.lists() for value in values[1])
    return f"{request.path}{asked.path}" if leftovers and not asked.ignored else None


@require_GET
def export_bets(request: PersonRequest, kind: str) -> HttpResponse:
    """All that the query string chooses, not one page of it, as CSV or for Excel."""
    night, day = latest_night(), today()
    found = chosen(Bet.objects.visible_to(powers_of(request.user)), request.GET, request.user, night, day)
    rows = rows_of(found.select_related("lead", "domain", "goal"), night)
    content = "".join(csv_lines(rows)) if kind == "csv" else workbook(rows, today=day)
    headers = {"Content-Disposition": f'attachment; filename="bets-{day.isoformat()}.{kind}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)


@require_GET
def list_views(request: PersonRequest) -> HttpResponse:
    """One's own views and those that others share; the one just deleted can be had back."""
    views = SavedView.objects.visible_to(request.user).select_related("owner")
    shown = {
        "saved": views,
        "tidies": powers_of(request.user).may("tidy_views"),
        "deleted": request.session.pop(DELETED, None),
    }
    return render(request, "portfolio/list_views.html", shown)


@require_GET
def show_view(request: PersonRequest, view_id: int) -> HttpResponse:
    """The named URL of a view leads to what it shows."""
    return redirect(_bets_of(_visible(request, view_id)))


@require_http_methods(["GET", "POST"])
def save_view(request: PersonRequest) -> HttpResponse:
    """Saves what the query string of this page asks for."""
    form = SaveViewForm(typed_in(request), initial={"query": request.GET.urlencode()})
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.save_view(**typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("View “%(name)s” saved.") % {"name": form.cleaned_data["name"]})
            return redirect(f"{reverse('portfolio')}?{form.cleaned_data['query']}")
    return render(request, "portfolio/save_view.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def change_view(request: PersonRequest, view_id: int) -> HttpResponse:
    """Another name for a view, or others see it or no longer."""
    view = _visible(request, view_id)
    form = ChangeViewForm(typed_in(request), initial=model_to_dict(view))
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.change_view(view, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("View “%(name)s” changed.") % {"name": form.cleaned_data["name"]})
            return redirect("list_views")
    return render(request, "portfolio/save_view.html", {"form": form, "view": view}, status=status)


@require_POST
def delete_view(request: PersonRequest, view_id: int) -> HttpResponse:
    """Deletes a view; the next page offers to have it back."""
    view = _visible(request, view_id)
    actions.delete_view(view, by=request.user, at=now())
    request.session[DELETED] = model_to_dict(view, ["name", "query", "shared"])
    return redirect("list_views")


def _visible(request: PersonRequest, view_id: int) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user).select_related("owner"), pk=view_id)


def _bets_of(view: SavedView) -> str:
    return f"{reverse('portfolio')}{view.query and '?'}{view.query}#bets"
