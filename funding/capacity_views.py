"""Pages of the capacity of teams: what they have, what bets take of it, and forms for those who plan it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from funding import actions
from funding.actions.capacity import weeks_planned
from funding.capacity import capacities_for, plans_of, unplanned
from funding.capacity_forms import CapacityForm
from funding.models import Capacity
from funding.reach import money_powers
from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from org.requests import PersonRequest
from org.rules import refusals

SHOWN = 50


@require_GET
def show_capacity(request: PersonRequest) -> HttpResponse:
    """Team by team: weeks that there are, that bets take and that are free; from today on, or all of them."""
    powers, day = money_powers(request), today()
    found, whole = capacities_for(powers), request.GET.get("period") == "all"
    page = Paginator(found if whole else found.filter(ends_on__gte=day), SHOWN).get_page(request.GET.get("page"))
    shown = {
        "plans": plans_of(page.object_list, powers), "page": page, "all": whole, "unplanned": unplanned(powers, day),
        "refusals": list(refusals(powers, "plan_capacity")),
    }  # fmt: skip
    return render(request, "funding/capacity.html", shown)


@require_http_methods(["GET", "POST"])
def plan_capacity(request: PersonRequest) -> HttpResponse:
    """Plans the weeks that a team has between two days."""
    powers, day = money_powers(request), today()
    year = {"starts_on": day.replace(month=1, day=1), "ends_on": day.replace(month=12, day=31)}
    form = CapacityForm(typed_in(request), powers=powers, initial={**year, "team": request.GET.get("team")})
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.set_capacity(**typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("Planned."))
            return redirect("show_capacity")
    shown = {"form": form, "refusals": list(refusals(powers, "plan_capacity"))}
    return render(request, "funding/capacity_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def change_capacity(request: PersonRequest, pk: int) -> HttpResponse:
    """Changes what a team has; both versions where somebody else was faster."""
    capacity = _capacity(request, pk)
    powers, standing = money_powers(request), weeks_planned(capacity)
    form, status = CapacityForm(typed_in(request), powers=powers, standing=standing), OK
    if request.method == "POST":
        status = perform(form, lambda typed: _set(request, capacity, typed))
        if status == OK:
            messages.success(request, _("Saved."))
            return redirect("show_capacity")
    fresh = CapacityForm(powers=powers, standing=standing)
    rows = beside(form, fresh) if status == REFUSED else []
    may_not = list(refusals(powers, "plan_capacity", capacity.team.domain_id))
    shown = {"form": form, "capacity": capacity, "beside": rows, "refusals": may_not}
    shown["seen"] = (fresh if rows else form)["seen"].value()
    return render(request, "funding/capacity_form.html", shown, status=status)


@require_POST
def drop_capacity(request: PersonRequest, pk: int) -> HttpResponse:
    """Takes a planned capacity back."""
    actions.drop_capacity(_capacity(request, pk), by=request.user, at=now())
    messages.success(request, _("Taken back."))
    return redirect("show_capacity")


def _set(request: PersonRequest, capacity: Capacity, typed: Any) -> Capacity:
    return actions.set_capacity(capacity.team, **typed, capacity=capacity, by=request.user, at=now())


def _capacity(request: PersonRequest, pk: int) -> Capacity:
    return get_object_or_404(capacities_for(money_powers(request)), pk=pk)
