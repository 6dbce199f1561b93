"""Pages of authority: who may approve how much, and forms for admins and for whoever is away."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from funding.authority import WhoMay, who_may_approve
from funding.authority_forms import FORMS, WhoMayForm
from funding.authority_page import PARTS, about, add_refusals, authority_page, end_refusals, rows_of
from funding.guardrail_forms import currencies
from funding.reach import money_powers
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest

# By part: heading of its form, what it says, what was done.
SAYS = {
    "limit": (
        gettext_lazy("Set a limit"),
        gettext_lazy("It takes the place of the limit that stands for the same there."),
        gettext_lazy("The limit holds."),
    ),
    "threshold": (
        gettext_lazy("Ask for more approvers"),
        gettext_lazy("From an amount on, more than one person has to approve."),
        gettext_lazy("The rule holds for what is asked from now on."),
    ),
    "sign-off": (
        gettext_lazy("Ask for a sign-off"),
        gettext_lazy("Somebody of a role has to be among the approvers."),
        gettext_lazy("The rule holds for what is asked from now on."),
    ),
    "delegation": (
        gettext_lazy("Delegate while I am away"),
        gettext_lazy("Somebody approves in your name between two days. Both names stand beside what they approve."),
        gettext_lazy("The delegation stands."),
    ),
}
ENDS = {
    "limit": gettext_lazy("End a limit"),
    "threshold": gettext_lazy("End a rule"),
    "sign-off": gettext_lazy("End a sign-off"),
    "delegation": gettext_lazy("End a delegation"),
}


@require_GET
def show_authority(request: PersonRequest) -> HttpResponse:
    """Who may approve how much, for whoever sees money; and who could approve what is asked about."""
    powers, day, codes = money_powers(request), today(), currencies()
    may_not = {kind.replace("-", ""): list(add_refusals(kind, request.user, powers, codes, day)) for kind in PARTS}
    form = WhoMayForm(request.GET if "amount" in request.GET else None, powers=powers, person=request.user, today=day)
    shown = {
        "page": authority_page(request.user, powers, day), "form": form, "found": _found(form), "may_not": may_not,
        "asked": form.cleaned_data if form.is_bound and form.is_valid() else None,
    }  # fmt: skip
    return render(request, "funding/authority.html", shown)


def _found(form: WhoMayForm) -> WhoMay | None:
    if not form.is_bound or not form.is_valid():
        return None
    typed = form.cleaned_data
    return who_may_approve(typed["kind"], typed["domain"], typed["currency"], typed["amount"], today())


@require_http_methods(["GET", "POST"])
def add_authority(request: PersonRequest, part: str) -> HttpResponse:
    """Sets a limit, asks for more approvers or for a sign-off, or delegates. What the address says stands there."""
    powers, day = money_powers(request), today()
    if part not in FORMS:
        raise Http404
    initial: dict[str, Any] = {name: request.GET[name] for name in FORMS[part].base_fields if name in request.GET}
    form = FORMS[part](typed_in(request), powers=powers, person=request.user, today=day, initial=initial)
    status, dated = OK, {"today": day} if part in ("limit", "delegation") else {}
    if request.method == "POST":
        status = perform(
            form, lambda typed: PARTS[part].set(**form.kept(typed), **dated, by=request.user, at=now())
        )  # fmt: skip
        if status == OK:
            messages.success(request, SAYS[part][2])
            return redirect("show_authority")
    may_not = list(add_refusals(part, request.user, powers, currencies(), day))
    heading, says, _done = SAYS[part]
    shown = {"form": form, "heading": heading, "says": says, "refusals": may_not, "part": part}
    return render(request, "funding/authority_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def end_authority(request: PersonRequest, part: str, pk: int) -> HttpResponse:
    """One piece of authority: who set it and when; its end, from now on."""
    powers = money_powers(request)
    if part not in PARTS:
        raise Http404
    row = get_object_or_404(rows_of(part, request.user, powers), pk=pk)
    form, status = Form(typed_in(request)), OK
    if request.method == "POST":
        status = perform(form, lambda _typed: PARTS[part].end(row, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("It has ended. What was approved by it stays approved."))
            return redirect("show_authority")
    may_not = list(end_refusals(part, row, request.user, powers))
    shown = {"row": row, "form": form, "heading": ENDS[part], "about": about(row), "refusals": may_not, "part": part}
    return render(request, "funding/authority_end.html", shown, status=status)
