"""Pages of fiscal periods: all of a ledger, adding some, one with its checklist; closing, reopening and locking it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funding import actions
from funding.actions.periods import standing_of
from funding.ledger_forms import CloseForm, PeriodForm, ReopenForm, YearForm
from funding.ledger_views import books_of
from funding.models import FiscalPeriod
from funding.periods import before, closing_of, kinds_of, latest_closed, span, totals_of
from funding.rules_periods import books_refusals, close_refusals, close_warnings, lock_refusals, reopen_refusals
from funding.year_end import open_in
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.seen import seen_of
from org.requests import PersonRequest
from org.visibility import powers_of


@require_GET
def list_periods(request: PersonRequest, code: str) -> HttpResponse:
    """The periods of a ledger, the latest that has begun first; those to come are folded away."""
    ledger, day = books_of(request, code), today()
    every = list(ledger.periods.select_related("closed_by", "reopened_by").order_by("-starts_on"))
    periods, ahead = ([one for one in every if (one.starts_on > day) == later] for later in (False, True))
    may_not = list(books_refusals(powers_of(request.user), "close_period"))
    shown = {"ledger": ledger, "periods": periods, "ahead": ahead, "refusals": may_not, "sees_all": True}
    shown["here"] = "periods"
    return render(request, "funding/periods.html", shown)


@require_http_methods(["GET", "POST"])
def add_year(request: PersonRequest, code: str) -> HttpResponse:
    """Adds the periods of a fiscal year."""
    return _added(request, code, YearForm, actions.add_year, {"year": today().year + 1, "grain": "quarter"})


@require_http_methods(["GET", "POST"])
def add_period(request: PersonRequest, code: str) -> HttpResponse:
    """Adds a single period."""
    return _added(request, code, PeriodForm, actions.add_period, {})


def _added(
    request: PersonRequest, code: str, shape: type[Form], act: Callable[..., object], start: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    ledger = books_of(request, code)
    form = shape(typed_in(request), initial=start)
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: act(ledger, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("Added."))
            return redirect("list_periods", code)
    may_not = list(books_refusals(powers_of(request.user), "close_period"))
    shown = {
        "ledger": ledger, "form": form, "refusals": may_not, "is_year": shape is YearForm, "sees_all": True,
        "here": "periods",
    }  # fmt: skip
    return render(request, "funding/add_period.html", shown, status=status)


@require_GET
def show_period(request: PersonRequest, code: str, period: str) -> HttpResponse:
    """One period: the checklist of closing it, and its control totals."""
    return _period(request, _found(request, code, period))


@require_POST
def close_period(request: PersonRequest, code: str, period: str) -> HttpResponse:
    """Closes a period for every posting."""
    found = _found(request, code, period)
    form = CloseForm(request.POST)
    said = _("Period %(code)s is closed.")
    return _changed(request, found, form, lambda typed: actions.close_period(found, **typed, **_by(request)), said)


@require_POST
def reopen_period(request: PersonRequest, code: str, period: str) -> HttpResponse:
    """Opens the latest closed period again, with a reason."""
    found = _found(request, code, period)
    form = ReopenForm(request.POST)
    said = _("Period %(code)s is open again.")
    return _changed(request, found, form, lambda typed: actions.reopen_period(found, **typed, **_by(request)), said)


@require_POST
def lock_period(request: PersonRequest, code: str, period: str) -> HttpResponse:
    """Locks a closed period for good."""
    found = _found(request, code, period)
    said = _("Period %(code)s is locked.")
    return _changed(request, found, Form(request.POST), lambda _typed: actions.lock_period(found, **_by(request)), said)


def _by(request: PersonRequest) -> dict[str, Any]:
    return {"by": request.user, "at": now()}


def _found(request: PersonRequest, code: str, period: str) -> FiscalPeriod:
    found = FiscalPeriod.objects.select_related("ledger", "closed_by", "reopened_by")
    return get_object_or_404(found, ledger=books_of(request, code), code=period)


def _changed(
    request: PersonRequest, period: FiscalPeriod, form: Form, act: Callable[[Mapping[str, Any]], object], said: str
) -> HttpResponse:  # fmt: skip
    status = perform(form, act)
    if status != OK:
        return _period(request, _found(request, period.ledger.code, period.code), form, status)
    messages.success(request, said % {"code": period.code})
    return redirect("show_period", period.ledger.code, period.code)


def _period(request: PersonRequest, period: FiscalPeriod, form: Form | None = None, status: int = OK) -> HttpResponse:
    """What the period page shows; a form that was refused stays as it was typed."""
    closing, latest, is_open = closing_of(period, today=today()), latest_closed(period.ledger), period.state == "open"
    may_not = list(books_refusals(powers_of(request.user), "close_period"))
    seen = seen_of(standing_of(period))
    refusals = [*may_not, *(close_refusals(closing) if is_open else ())]
    reopening = reopen_refusals(span(period), latest.code if latest else "", request.user.pk, "-")
    totals = totals_of(period) if is_open else period.totals
    shown = {
        "ledger": period.ledger, "period": period, "closing": closing, "refusals": refusals, "sees_all": True,
        "here": "periods", "totals": totals, "kinds": kinds_of(totals), "reopen_refusals": [*may_not, *reopening],
        "warnings": [one for one in close_warnings(closing) if one not in closing.ending] if is_open else [],
        "open_budgets": open_in(period) if is_open else [], "form": form, "seen": seen,
        "lock_refusals": [*may_not, *lock_refusals(span(period), before(period, "closed"))],
        "reopen_form": form if isinstance(form, ReopenForm) else ReopenForm(initial={"seen": seen}),
    }  # fmt: skip
    return render(request, "funding/period.html", shown, status=status)
