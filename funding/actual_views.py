"""Pages of what was spent: the documents that wait for their place, placing one, and trying all again."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funding import actions
from funding.file_forms import ActualsFilter, PlaceForm
from funding.file_page import standing_of_actuals
from funding.ledger_views import books_of
from funding.models import Account, Actual, Ledger
from funding.reach import money_powers
from funding.rules_periods import books_refusals
from funding.rules_placing import BY_HAND, COUNTED
from funding.statements import domains_of_money
from lib.clock import now
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.visibility import powers_of

SHOWN = 50


@require_GET
def list_actuals(request: PersonRequest) -> HttpResponse:
    """Documents of the other books, those that wait first, the oldest of them on top."""
    actuals, narrow = _actuals(request), ActualsFilter(request.GET)
    asked = narrow.asked
    if ledger := asked.get("ledger"):
        actuals = actuals.filter(ledger=ledger)
    found = _in_state(_named(actuals, asked.get("q", "")), asked.get("state", ""))
    shown = {
        "page": Paginator(found, SHOWN).get_page(request.GET.get("page")), "narrow": narrow, "asked": asked,
        "standing": standing_of_actuals(actuals), "refusals": _may_not(request),
        "ledgers": Ledger.objects.filter(pk__in=actuals.filter(transfer=None).order_by().values("ledger")),
    }  # fmt: skip
    return render(request, "funding/actuals.html", shown)


def _in_state(actuals: QuerySet[Actual], state: str) -> QuerySet[Actual]:
    counted = Q(transfer=None, waits_because__startswith=COUNTED)
    if state == "placed":
        return actuals.filter(transfer__isnull=False).order_by("-placed_at", "-pk")
    if state in ("counted", "all"):
        return actuals.filter(counted if state == "counted" else Q()).order_by("-posted_on", "-pk")
    return actuals.filter(transfer=None).exclude(counted).order_by("posted_on", "pk")


def _named(actuals: QuerySet[Actual], text: str) -> QuerySet[Actual]:
    if not text:
        return actuals
    names = ("document_id", "cost_centre", "erp_account", "reference", "memo")
    found = Q()
    for name in names:
        found |= Q(**{f"{name}__icontains": text})
    return actuals.filter(found)


@require_http_methods(["GET", "POST"])
def place_actual(request: PersonRequest, pk: int) -> HttpResponse:
    """Finance says whose money a document was."""
    actual = get_object_or_404(_actuals(request), pk=pk)
    currency = actual.ledger.currency
    form = PlaceForm(_accounts(actual), currency, typed_in(request), initial={"effective_date": actual.posted_on})
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.place_actual(actual, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("%(document)s is in the ledger.") % {"document": actual})
            return redirect("list_actuals")
    shown = {"actual": actual, "form": form, "refusals": _may_not(request)}
    return render(request, "funding/place_actual.html", shown, status=status)


@require_POST
def place_waiting(request: PersonRequest, code: str) -> HttpResponse:
    """Tries all that waits in a ledger again."""
    placed = actions.place_waiting(books_of(request, code), by=request.user, at=now())
    said = ngettext("%(n)s document has found its place.", "%(n)s documents have found their place.", placed)
    messages.success(request, said % {"n": f"{placed:,}"})
    return redirect("list_actuals")


def _actuals(request: PersonRequest) -> QuerySet[Actual]:
    """For those who see money everywhere; 404 for others."""
    if domains_of_money(money_powers(request)) is not None:
        raise Http404
    read = ("ledger", "placed_by", "transfer__debit_account__budget", "transfer__credit_account__budget", "file")
    return Actual.objects.select_related(*read)


def _accounts(actual: Actual) -> QuerySet[Account]:
    """Accounts that can have paid; with too little in them too, for the sentence that says so."""
    found = Account.objects.filter(ledger=actual.ledger_id, kind__in=BY_HAND, closed=False, budget__isnull=False)
    mine = found.exclude(kind="available", budget__funding_class="bet").filter(budget__withdrawn_at=None)
    paid = (mine if actual.amount < 0 else mine.exclude(balance=0)).select_related("budget", "tranche__bet")
    return paid.order_by("budget__code", "tranche__bet__key", "tranche", "kind")


def _may_not(request: PersonRequest) -> list[Any]:
    return list(books_refusals(powers_of(request.user), "import_money"))
