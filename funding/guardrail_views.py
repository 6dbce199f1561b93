"""Pages of guardrails: how each stands, and forms for those who keep them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from funding import actions
from funding.actions.guarding import standing_of
from funding.guardrail_forms import FORMS, KINDS, currencies
from funding.guardrail_page import about, guardrail_page
from funding.guardrails import guardrails_for, keeper_refusals
from funding.models import Guardrail
from funding.reach import money_powers
from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from org.requests import PersonRequest
from org.rules import Powers, refusals


@require_GET
def list_guardrails(request: PersonRequest) -> HttpResponse:
    """Every guardrail against the books of today; whoever sees money sees what may stop them."""
    powers = money_powers(request)
    kinds = [(kind.value, kind.label, says) for kind, says in KINDS.items()]
    may_not = list(refusals(powers, "keep_guardrails"))
    shown = {"page": guardrail_page(powers, today()), "kinds": kinds, "refusals": may_not}
    return render(request, "funding/guardrails.html", shown)


@require_http_methods(["GET", "POST"])
def add_guardrail(request: PersonRequest, kind: str) -> HttpResponse:
    """Adds a guardrail of one kind."""
    powers = money_powers(request)
    if kind not in FORMS:
        raise Http404
    form, status = FORMS[kind](typed_in(request), powers=powers), OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.keep_guardrail(None, **form.kept(typed), by=request.user, at=now())
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("The guardrail stands. It binds what is asked from now on."))
            return redirect("list_guardrails")
    shown = {"form": form, "says": KINDS[Guardrail.Kind(kind)], "refusals": _may_not(powers)}
    return render(request, "funding/guardrail_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def change_guardrail(request: PersonRequest, pk: int) -> HttpResponse:
    """Changes a guardrail, or takes it out of use; both versions where somebody else was faster."""
    powers = money_powers(request)
    rail = get_object_or_404(guardrails_for(powers), pk=pk)
    form_of = FORMS[rail.kind]
    form, status = form_of(typed_in(request), powers=powers, standing=standing_of(rail)), OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.keep_guardrail(rail, **form.kept(typed), by=request.user, at=now())
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("Saved."))
            return redirect("list_guardrails")
    fresh = form_of(powers=powers, standing=standing_of(rail))
    rows = beside(form, fresh) if status == REFUSED else []
    seen = (fresh if rows else form)["seen"].value()
    shown = {"form": form, "rail": rail, "says": about(rail), "beside": rows, "seen": seen}
    shown["refusals"] = list(keeper_refusals(powers, rail))
    return render(request, "funding/guardrail_form.html", shown, status=status)


def _may_not(powers: Powers) -> list[str]:
    reasons = list(refusals(powers, "keep_guardrails"))
    return reasons or ([] if currencies() else [_("There are no books yet: open a ledger first.")])
