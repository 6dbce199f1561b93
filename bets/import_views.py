"""Pages on which product operations import today's projects as draft bets, look before they do, and undo it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets import actions
from bets.import_forms import MEANINGS, ColumnsForm, TakeOverForm, UploadForm
from bets.imports.checking import layout_of
from bets.imports.exports import error_lines, template_lines
from bets.imports.page import import_page, visible_imports
from bets.models import Import
from lib.clock import now, today
from lib.edge import OK, perform
from org.requests import PersonRequest
from org.tasks import ring
from org.visibility import powers_of

SHOWN = 30


@require_GET
def list_imports(request: PersonRequest) -> HttpResponse:
    """Every import that this person may look at, newest first."""
    page = Paginator(_imports(request), SHOWN).get_page(request.GET.get("page"))
    return render(request, "bets/imports.html", {"page": page})


@require_http_methods(["GET", "POST"])
def upload_import(request: PersonRequest) -> HttpResponse:
    """A file is uploaded and read; its rows are then checked in the background."""
    _imports(request)
    posted = request.method == "POST"
    form, status = UploadForm(request.POST, request.FILES) if posted else UploadForm(), OK
    kept: list[Import] = []
    if posted:
        status = perform(
            form,
            lambda typed: kept.append(
                actions.upload_import(typed["file"].name, typed["file"].read(), by=request.user, at=now())
            ),
        )
        if status == OK:
            transaction.on_commit(ring, robust=True)  # a lost bell is only a late one
            return redirect("show_import", kept[0].pk)
    shown = {"form": form, "meanings": MEANINGS}
    return render(request, "bets/import_new.html", shown, status=status)


@never_cache
@require_GET
def show_import(request: PersonRequest, pk: int) -> HttpResponse:
    """One import: how far it is, what would come of it, or what came of it; asks again while it is worked on."""
    return _shown(request, _import(request, pk))


@require_POST
def map_columns(request: PersonRequest, pk: int) -> HttpResponse:
    """Says anew what the columns mean; all rows are checked again."""
    file = _import(request, pk)
    form = ColumnsForm(layout_of(file).columns, request.POST)
    status = perform(form, lambda typed: actions.map_columns(file, form.meanings(), by=request.user, at=now()))
    return _answered(request, file, status, columns_form=form)


@require_POST
def take_over_import(request: PersonRequest, pk: int) -> HttpResponse:
    """Starts to make draft bets of all sound rows."""
    file, form = _import(request, pk), TakeOverForm(request.POST)
    status = perform(
        form,
        lambda typed: actions.take_over_import(file, leaving_out=form.leaving_out(), by=request.user, at=now()),
    )
    return _answered(request, file, status, take_form=form)


@require_POST
def undo_import(request: PersonRequest, pk: int) -> HttpResponse:
    """Removes the drafts that nobody has worked on since."""
    actions.undo_import(_import(request, pk), by=request.user, at=now())
    messages.success(request, _("The import is undone."))
    return redirect("show_import", pk)


@require_POST
def drop_import(request: PersonRequest, pk: int) -> HttpResponse:
    """Forgets the rows of a file that was not taken over."""
    file = _import(request, pk)
    actions.drop_import(file, by=request.user, at=now())
    messages.success(request, _("%(file)s is dropped; no bet came of it.") % {"file": file.file_name})
    return redirect("list_imports")


@require_GET
def export_import_errors(request: PersonRequest, pk: int) -> StreamingHttpResponse:
    """Every error of an import as CSV."""
    return _csv(error_lines(_import(request, pk)), f"import-{pk}-errors.csv")


@require_GET
def export_import_template(request: PersonRequest) -> StreamingHttpResponse:
    """A CSV file to fill in."""
    _imports(request)
    return _csv(template_lines(), "projects.csv")


def _csv(lines: Any, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _answered(request: PersonRequest, file: Import, status: int, **forms: Any) -> HttpResponse:
    """To the page of the import, or that page with the form as it was sent and why nothing came of it."""
    if status != OK:
        return _shown(request, _import(request, file.pk), status, **forms)
    transaction.on_commit(ring, robust=True)
    return redirect("show_import", file.pk)


def _shown(request: PersonRequest, file: Import, status: int = OK, **forms: Any) -> HttpResponse:
    page = import_page(file, _imports(request), request.user, request.GET.get("page"), today())
    out = ngettext("Leave out %(n)s row with errors", "Leave out %(n)s rows with errors", file.rows_bad)
    shown = {
        "page": page,
        "file": file,
        "columns_form": ColumnsForm(page.columns),
        "take_form": TakeOverForm(initial={"bad": file.rows_bad}),
        "leave_out": out % {"n": f"{file.rows_bad:,}"},
        "missing": [MEANINGS[means] for means in page.missing],
        "columns": [(column.header, MEANINGS.get(column.means, "")) for column in page.columns],
    }
    return render(request, "bets/import.html", shown | forms, status=status)


def _imports(request: PersonRequest) -> QuerySet[Import]:
    """Imports that this person may look at; to whoever may not import at all there are none, nor a page of them."""
    powers = powers_of(request.user)
    if not powers.may("import_bets"):
        raise Http404("You may not import projects.")
    return visible_imports(powers, request.user)


def _import(request: PersonRequest, pk: int) -> Import:
    return get_object_or_404(_imports(request), pk=pk)
