"""The page on which is said what the gate of a tranche needs: of a draft freely, later with the plan and a reason."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bets import actions as plan
from bets.models import Bet, Outcome, Tranche
from bets.reach import bet_of
from funding import actions
from funding.books import stood_of
from funding.gate_forms import GateForm, RevisionForm
from funding.gates import gate_of
from funding.reach import money_powers
from funding.rules_requests import revision_refusals
from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from lib.seen import seen_of
from org.models import Person
from org.requests import PersonRequest
from org.rules import refusals
from org.visibility import powers_of


@require_http_methods(["GET", "POST"])
def revise_tranche(request: PersonRequest, key: str, sequence: int) -> HttpResponse:
    """Says what the gate of a tranche needs; of a bet that is no draft any more, revises the tranche as a whole."""
    money_powers(request)
    bet = bet_of(request, key)
    found = Tranche.objects.select_related("bet").prefetch_related("criteria__outcome__series__metric")
    tranche = get_object_or_404(found, bet=bet, sequence=sequence if sequence < 32_768 else 0)
    form, status = _form(tranche, typed_in(request)), OK
    if request.method == "POST":
        status = perform(form, lambda typed: _keep(tranche, typed, request.user))
        if status == OK:
            messages.success(request, _("What the gate needs is written down."))
            return redirect(_back(bet))
    shown = {
        "bet": bet, "tranche": tranche, "form": form, "back": _back(bet), "needs": gate_of(tranche, today()),
        "is_draft": bet.state == Bet.State.DRAFT, "refusals": _refusals(tranche, request.user),
        "seen": form["seen"].value(),
    }  # fmt: skip
    if status == REFUSED:
        shown |= _versions(tranche, form)
    return render(request, "funding/gate.html", shown, status=status)


def _form(tranche: Tranche, typed: Any) -> GateForm:
    outcomes = Outcome.objects.current().filter(bet=tranche.bet).select_related("series__metric").order_by("number")
    criteria = list(tranche.criteria.all())
    if tranche.bet.state == Bet.State.DRAFT:
        return GateForm(list(outcomes), criteria, typed, {"seen": seen_of(plan.gate_values(tranche))})
    values = actions.revision_values(tranche)
    stands = {name: values[name] for name in ("amount", "purpose", "gate", "planned_on")} | {"seen": seen_of(values)}
    form = RevisionForm(list(outcomes), criteria, typed, stands)
    form.fields["amount"].currency = tranche.bet.currency  # type: ignore[attr-defined]
    form.fields["amount"].label = _("Amount in %(currency)s") % {"currency": tranche.bet.currency}
    return form


def _versions(tranche: Tranche, form: GateForm) -> dict[str, Any]:
    """Both versions when somebody changed it meanwhile; what is saved next stands on what is there now."""
    fresh = _form(Tranche.objects.select_related("bet").get(pk=tranche.pk), None)
    rows = beside(form, fresh)
    return {"beside": rows, "seen": (fresh if rows else form)["seen"].value()}


def _keep(tranche: Tranche, typed: Mapping[str, Any], by: Person) -> object:
    seen = typed["seen"] or None
    if tranche.bet.state == Bet.State.DRAFT:
        return plan.keep_gate(tranche, typed["criteria"], seen=seen, by=by, at=now())
    said = {name: value for name, value in typed.items() if name != "seen"}
    return actions.revise_tranche(tranche, **said, seen=seen, by=by, at=now())


def _refusals(tranche: Tranche, person: Person) -> list[str]:
    """Why this person cannot say it at all."""
    bet, powers = tranche.bet, powers_of(person)
    if bet.state == Bet.State.DRAFT:
        return list(refusals(powers, "state_bet", bet.domain_id))
    stood = stood_of(tranche)
    gone = stood.released + stood.spent + stood.winddown
    may = refusals(powers, "request_money", bet.domain_id)
    return [*may, *revision_refusals(str(tranche), bet.state, stood.given, stood.given, gone, "asked")]


def _back(bet: Bet) -> str:
    if bet.state == Bet.State.DRAFT:
        return reverse("change_draft", args=[bet.key, "money"])
    return reverse("show_bet_money", args=[bet.key])
