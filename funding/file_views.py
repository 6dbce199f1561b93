"""Pages on which finance brings annual budgets and actuals from files, looks before anything moves, and undoes it."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets.import_forms import ColumnsForm
from bets.imports.exports import error_lines
from bets.rules_import import taking_refusals
from funding import actions
from funding.file_forms import MEANINGS, CentresForm, MoneyFileForm, TakeMoneyForm
from funding.file_page import FilePage, file_page, money_files, standing_of_actuals
from funding.imports.checking import centres_of, money_layout
from funding.imports.columns import EXAMPLES
from funding.imports.columns import MEANINGS as HEADERS
from funding.models import Actual, MoneyFile
from funding.rules_files import whole_refusals
from funding.rules_periods import books_refusals
from lib.clock import now, today
from lib.edge import OK, perform
from lib.tables import TYPES, csv_lines
from lib.uploads import takes_files
from org.models import Domain
from org.requests import PersonRequest
from org.visibility import powers_of

SHOWN = 30


@require_GET
def list_money_files(request: PersonRequest) -> HttpResponse:
    """Every file of money, newest first, and how many documents wait."""
    page = Paginator(money_files(request), SHOWN).get_page(request.GET.get("page"))
    shown = {"page": page, "actuals": standing_of_actuals(Actual.objects.all()), "refusals": _may_not(request)}
    return render(request, "funding/money_files.html", shown)


@require_http_methods(["GET", "POST"])
@takes_files("IMPORT_MAX_BYTES")
def upload_money_file(request: PersonRequest) -> HttpResponse:
    """A file is uploaded, read and checked; no money moves."""
    money_files(request)
    posted, status, kept = request.method == "POST", OK, list[MoneyFile]()
    skipped = getattr(request, "skipped_files", ())
    form = MoneyFileForm(request.POST, request.FILES, skipped=skipped) if posted else _fresh(request)
    if posted:
        status = perform(form, lambda typed: kept.append(_upload(request, **typed)))
        if status == OK:
            return redirect("show_money_file", kept[0].pk)
    shown = {"form": form, "refusals": _may_not(request), "kinds": MEANINGS}
    return render(request, "funding/money_file_new.html", shown, status=status)


def _fresh(request: PersonRequest) -> MoneyFileForm:
    kind = request.GET.get("kind", "")
    return MoneyFileForm(initial={"kind": kind if kind in MEANINGS else "budgets"})


def _upload(request: PersonRequest, *, kind: str, ledger: Any, source: str, file: Any) -> MoneyFile:
    return actions.upload_money_file(
        kind, ledger, file.name, file.read(), source=source, by=request.user, at=now()
    )  # fmt: skip


@require_GET
def show_money_file(request: PersonRequest, pk: int) -> HttpResponse:
    """One file: what is wrong, what would come of it, or what came of it."""
    return _shown(request, _file(request, pk))


@require_POST
def map_money_columns(request: PersonRequest, pk: int) -> HttpResponse:
    """Says anew what the columns mean; all rows are checked again."""
    file = _file(request, pk)
    form = _columns_form(file, request.POST)
    status = perform(form, lambda typed: actions.map_money_columns(file, form.meanings(), by=request.user, at=now()))
    return _answered(request, file, status, columns_form=form)


@require_POST
def map_cost_centres(request: PersonRequest, pk: int) -> HttpResponse:
    """Says which domain cost centres belong to; all rows are checked again."""
    file = _file(request, pk)
    form = _centres_form(file, centres_of(file, file.rows.all()), request.POST)
    status = perform(form, lambda typed: actions.map_cost_centres(file, form.chosen(), by=request.user, at=now()))
    return _answered(request, file, status, centres_form=form)


@require_POST
def take_over_money_file(request: PersonRequest, pk: int) -> HttpResponse:
    """Opens the budgets of a file, or places its documents."""
    file, form = _file(request, pk), TakeMoneyForm(request.POST)
    status = perform(form, lambda typed: actions.take_over_money_file(
        file, as_of=typed["as_of"], leaving_out=form.leaving_out(), by=request.user, at=now()
    ))  # fmt: skip
    return _answered(request, file, status, take_form=form)


@require_POST
def undo_money_file(request: PersonRequest, pk: int) -> HttpResponse:
    """Reverses what a file of budgets has opened."""
    actions.undo_money_file(_file(request, pk), by=request.user, at=now(), today=today())
    messages.success(request, _("The file is undone: its transfers are reversed and its budgets withdrawn."))
    return redirect("show_money_file", pk)


@require_POST
def drop_money_file(request: PersonRequest, pk: int) -> HttpResponse:
    """Forgets the rows of a file that was not taken over."""
    file = _file(request, pk)
    actions.drop_money_file(file, by=request.user, at=now())
    messages.success(request, _("%(file)s is dropped; nothing came of it.") % {"file": file.file_name})
    return redirect("list_money_files")


@require_GET
def export_money_errors(request: PersonRequest, pk: int) -> StreamingHttpResponse:
    """Every error of a file as CSV."""
    return _csv(error_lines(_file(request, pk)), f"money-file-{pk}-errors.csv")


@require_GET
def export_money_template(request: PersonRequest, kind: str) -> StreamingHttpResponse:
    """A CSV file to fill in, with one invented row to write over."""
    money_files(request)
    if kind not in HEADERS:
        raise Http404
    means = list(HEADERS[kind])
    names = [one.replace("_", " ") for one in means]
    return _csv(csv_lines(names, [[EXAMPLES[kind].get(one, "") for one in means]]), f"{kind}.csv")


def _csv(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=TYPES["csv"], headers=headers)


def _file(request: PersonRequest, pk: int) -> MoneyFile:
    return get_object_or_404(money_files(request), pk=pk)


def _may_not(request: PersonRequest) -> list[str]:
    return list(books_refusals(powers_of(request.user), "import_money"))


def _columns_form(file: MoneyFile, *data: Any) -> ColumnsForm:
    return ColumnsForm(money_layout(file).columns, *data, meanings=MEANINGS[file.kind])


def _centres_form(file: MoneyFile, centres: list[str], *data: Any) -> CentresForm:
    return CentresForm(centres, file.mapping, Domain.objects.order_by("name"), *data)


def _answered(request: PersonRequest, file: MoneyFile, status: int, **forms: Any) -> HttpResponse:
    """To the page of the file, or that page with the form as it was sent and why nothing came of it."""
    if status != OK:
        return _shown(request, _file(request, file.pk), status, **forms)
    return redirect("show_money_file", file.pk)


def _shown(request: PersonRequest, file: MoneyFile, status: int = OK, **forms: Any) -> HttpResponse:
    page = file_page(file, request.user, now(), request.GET.get("page"))
    names = MEANINGS[file.kind]
    shown = {
        "file": file, "page": page, "columns_form": _columns_form(file), "refusals": _may_not(request),
        "centres_form": _centres_form(file, page.centres), "stays": page.stays, "why_not": _why_not(page),
        "take_form": TakeMoneyForm(initial={"bad": file.rows_bad, "as_of": today()}),
        "missing": [names[means] for means in page.missing], "is_budgets": file.kind == MoneyFile.Kind.BUDGETS,
        "standing": standing_of_actuals(file.actuals.all()), "currency": file.ledger.currency,
    }  # fmt: skip
    return render(request, "funding/money_file.html", shown | forms, status=status)


def _why_not(page: FilePage) -> list[str]:
    """Why the file cannot be taken over as it is, besides what somebody may agree to."""
    file = page.file
    if file.kind == MoneyFile.Kind.BUDGETS:
        return list(whole_refusals(file.rows_seen, file.rows_bad))
    return list(taking_refusals(file.rows_seen, file.rows_bad, file.rows_bad or None))
