"""The page of shadow mode: what was only advised, and the decision that ends it."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from funding import actions
from funding.advice import advice_for, csv_lines, narrowed
from funding.reach import money_powers
from funding.shadow import enforcement
from funding.shadow_forms import AdviceFilter, LeaveForm
from funding.shadow_page import shadow_page
from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from org.requests import PersonRequest


@require_http_methods(["GET", "POST"])
def show_shadow_mode(request: PersonRequest) -> HttpResponse:
    """What would have been stopped, for those who see money; and for those who may end it, the day on which it ends."""
    powers, day = money_powers(request), today()
    form, status = LeaveForm(typed_in(request), stands=enforcement()), OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.leave_shadow_mode(**typed, by=request.user, at=now(), today=day)
        )  # fmt: skip
        if status == OK:
            ends = {"day": date_format(form.cleaned_data["from_on"], "DATE_FORMAT")}
            messages.success(request, _("Decided: shadow mode ends on %(day)s.") % ends)
            return redirect("show_shadow_mode")
    fresh = LeaveForm(stands=enforcement())
    rows = beside(form, fresh) if status == REFUSED else []
    shown = {"it": shadow_page(powers, request.GET, day), "form": form, "beside": rows, "today": day}
    shown["seen"] = (fresh if rows else form)["seen"].value()
    return render(request, "funding/shadow.html", shown, status=status)


@require_GET
def export_advice(request: PersonRequest) -> StreamingHttpResponse:
    """What the page lists as CSV, all of it."""
    found = narrowed(advice_for(money_powers(request)), AdviceFilter(request.GET).asked)
    headers = {"Content-Disposition": f'attachment; filename="shadow-mode-{today().isoformat()}.csv"'}
    return StreamingHttpResponse(csv_lines(found), content_type="text/csv; charset=utf-8", headers=headers)
