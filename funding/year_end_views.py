"""The page on which finance carries out what becomes of committed money when the year of a budget has ended."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from funding import actions
from funding.actions.ending import standing_of
from funding.budget_forms import EndYearForm
from funding.reach import budget_of
from funding.year_end import ending_page
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.seen import seen_of
from org.requests import PersonRequest
from org.visibility import powers_of


@require_http_methods(["GET", "POST"])
def end_year(request: PersonRequest, budget_id: int) -> HttpResponse:
    """What is committed and not released, what the policy of the budget does with it, and the one step that does it."""
    budget, day = budget_of(request, budget_id), today()
    page = ending_page(budget, powers_of(request.user), day)
    seen = seen_of(standing_of(budget, page.accounts))
    form = EndYearForm(page.successors, seen, typed_in(request))
    status = OK
    if request.method == "POST":
        status = perform(
            form,
            lambda typed: actions.end_year(
                budget, typed["key"], because=typed["because"], successor=typed.get("successor"), seen=typed["seen"],
                by=request.user, at=now(), today=day,
            ),
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("The year of this budget is ended: the money is where its policy says."))
            return redirect("show_budget", budget_id)
    shown = {"page": page, "budget": budget, "form": form, "seen": seen}
    return render(request, "funding/year_end.html", shown, status=status)
