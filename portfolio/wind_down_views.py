"""Pages about the end of a bet: what winding it down would cost, and giving back what was set aside for it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from bets.actions import plan_wind_down as plan_winding
from bets.draft_page import meanwhile
from bets.drafts import wind_down_values
from bets.reach import bet_of
from bets.rules_draft import over_refusals
from funding import actions
from funding.holdings import holding_of
from funding.rules_returning import finish_refusals
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.money_field import MoneyField
from lib.seen import seen_of
from org.requests import PersonRequest
from org.rules import refusals
from org.visibility import powers_of


class CostForm(forms.Form):
    """What it would cost to wind a bet down."""

    wind_down = MoneyField(
        label=_lazy("What winding it down would cost"),
        help_text=_lazy("Contracts that run on, customers to move, data to hand over. 0 if it costs nothing."),
        error_messages={"required": _lazy("Say what it would cost: 0 if nothing.")},
    )  # fmt: skip

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wind_down"].currency = currency  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
def plan_wind_down(request: PersonRequest, key: str) -> HttpResponse:
    """Says what it would cost to wind a bet down, which is set aside when it ceases."""
    bet, day = bet_of(request, key), now()
    values = wind_down_values(bet)
    stored, seen, status = CostForm(bet.currency, initial=values), seen_of(values), OK
    form = stored
    if request.method == "POST":
        form, seen = CostForm(bet.currency, request.POST), request.POST.get("seen", "")
        status = perform(
            form, lambda typed: plan_winding(bet, typed["wind_down"], seen=seen, by=request.user, at=day)
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("Kept: so much is set aside when this bet ceases."))
            return redirect("show_bet", key)
        values = wind_down_values(bet_of(request, key))
        stored = CostForm(bet.currency, initial=values)
    refused = [*refusals(powers_of(request.user), "plan_wind_down", bet.domain_id), *over_refusals(bet.state)]
    shown = {
        "bet": bet, "form": form, "refusals": refused, "seen": seen_of(values),
        **meanwhile(bet, values, seen, stored, form),
    }  # fmt: skip
    return render(request, "portfolio/wind_down_cost.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def finish_wind_down(request: PersonRequest, key: str) -> HttpResponse:
    """Gives back what is left of the money to wind a ceased bet down; what it was spent on stays spent."""
    bet, powers = bet_of(request, key), powers_of(request.user)
    if not powers.may("see_money", bet.domain_id):
        raise Http404
    holding = holding_of(bet)
    refused = [
        *refusals(powers, "request_money", bet.domain_id),
        *finish_refusals(bet.state, is_set_aside=holding.is_winding_down),
    ]
    form, status = forms.Form(typed_in(request)), OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.finish_wind_down(bet, by=request.user, at=now(), today=today())
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("Winding down is finished, and what was left has been given back."))
            return redirect("show_bet", key)
    shown = {"bet": bet, "holding": holding, "refusals": refused, "form": form}
    return render(request, "portfolio/wind_down.html", shown, status=status)
