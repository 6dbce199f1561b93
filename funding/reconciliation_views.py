"""Pages on which our books stand beside those of the enterprise."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from funding import actions
from funding.file_forms import ReconcileForm
from funding.models import Reconciliation, ReconciliationLine
from funding.reach import money_powers
from funding.rules_periods import books_refusals
from funding.statements import domains_of_money
from lib.clock import now, today
from lib.edge import OK, perform
from lib.money import plain
from lib.tables import TYPES, csv_lines
from lib.uploads import takes_files
from org.requests import PersonRequest
from org.visibility import powers_of

SHOWN, ROWS = 30, 200


@require_GET
def list_reconciliations(request: PersonRequest) -> HttpResponse:
    """Every reconciliation, newest first, with what it found."""
    page = Paginator(_counted(_reconciliations(request)), SHOWN).get_page(request.GET.get("page"))
    return render(request, "funding/reconciliations.html", {"page": page, "refusals": _may_not(request)})


@require_http_methods(["GET", "POST"])
@takes_files("IMPORT_MAX_BYTES")
def reconcile(request: PersonRequest) -> HttpResponse:
    """Sets our books beside totals that are typed in or uploaded, or beside the documents of a source."""
    _reconciliations(request)
    posted, status, made = request.method == "POST", OK, list[Reconciliation]()
    skipped = getattr(request, "skipped_files", ())
    start = {"as_of": today()}
    form = ReconcileForm(request.POST, request.FILES, skipped=skipped) if posted else ReconcileForm(initial=start)
    if posted:
        status = perform(form, lambda typed: made.append(_reconcile(request, **typed)))
        if status == OK:
            return redirect("show_reconciliation", made[0].pk)
    return render(request, "funding/reconcile.html", {"form": form, "refusals": _may_not(request)}, status=status)


def _reconcile(
    request: PersonRequest, *, ledger: Any, source: str, as_of: Any, typed: str, file: Any
) -> Reconciliation:  # fmt: skip
    by: Any = {"by": request.user, "at": now()}
    name, data = (file.name, file.read()) if file else ("typed.csv", typed.encode())
    totals = actions.read_totals(ledger, name, data, **by) if file or typed.strip() else None
    return actions.reconcile(ledger, source, as_of, totals=totals, **by)


@require_GET
def show_reconciliation(request: PersonRequest, pk: int) -> HttpResponse:
    """What stands here and there, differences first, each with its name."""
    made = get_object_or_404(_reconciliations(request), pk=pk)
    differ = made.lines.exclude(name=ReconciliationLine.Name.AGREES)
    lines = differ if request.GET.get("all") != "1" else made.lines.all()
    sums = made.lines.aggregate(ours=Sum("ours", default=0), theirs=Sum("theirs", default=0))
    shown = {
        "made": made, "page": Paginator(lines, ROWS).get_page(request.GET.get("page")),
        "sums": sums | {"difference": sums["theirs"] - sums["ours"]},
        "names": _names(made), "differ": differ.count(), "all": made.lines.count(), "currency": made.ledger.currency,
        "shows_all": request.GET.get("all") == "1",
    }  # fmt: skip
    return render(request, "funding/reconciliation.html", shown)


@require_GET
def export_reconciliation(request: PersonRequest, pk: int) -> StreamingHttpResponse:
    """Every line as CSV."""
    made = get_object_or_404(_reconciliations(request), pk=pk)
    header = [_("cost centre"), _("account"), _("document"), _("ours"), _("theirs"), _("difference"), _("what it is"),
              _("note")]  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="reconciliation-{pk}.csv"'}
    lines = csv_lines(header, map(_cells, made.lines.select_related("reconciliation__ledger").iterator(500)))
    return StreamingHttpResponse(lines, content_type=TYPES["csv"], headers=headers)


def _cells(line: ReconciliationLine) -> list[str | Decimal]:
    currency = line.reconciliation.ledger.currency
    amounts = [Decimal(plain(one, currency)) for one in (line.ours, line.theirs, line.theirs - line.ours)]
    name = str(line.get_name_display())
    return [line.cost_centre, line.erp_account, line.document_id, *amounts, name, line.note]


def _names(made: Reconciliation) -> list[dict[str, Any]]:
    """How many lines have which name, and the sum of their differences."""
    found = made.lines.order_by().values("name").annotate(
        lines=Count("pk"), ours=Sum("ours"), theirs=Sum("theirs")
    )  # fmt: skip
    by_name = {row["name"]: row for row in found}
    return [
        {"label": label, "name": name, "lines": row["lines"], "difference": row["theirs"] - row["ours"]}
        for name, label in ReconciliationLine.Name.choices
        if (row := by_name.get(name))
    ]


def _counted(found: QuerySet[Reconciliation]) -> QuerySet[Any]:
    return found.order_by("-made_at", "-pk").annotate(
        ours=Sum("lines__ours", default=0), theirs=Sum("lines__theirs", default=0),
        differ=Count("lines", filter=~Q(lines__name=ReconciliationLine.Name.AGREES)),
    )  # fmt: skip


def _reconciliations(request: PersonRequest) -> QuerySet[Reconciliation]:
    """For those who see money everywhere; 404 for others."""
    if domains_of_money(money_powers(request)) is not None:
        raise Http404
    return Reconciliation.objects.select_related("ledger", "made_by")


def _may_not(request: PersonRequest) -> list[str]:
    return list(books_refusals(powers_of(request.user), "import_money"))
