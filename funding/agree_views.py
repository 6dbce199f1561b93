"""The page on which finance agrees what a bet is worth."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bets.reach import bet_of
from funding import actions
from funding.agree_forms import AgreeForm
from funding.agreed import agreed_of, worth_seen
from funding.reach import money_powers
from lib.clock import now
from lib.edge import OK, REFUSED, perform, typed_in
from lib.seen import seen_of
from org.requests import PersonRequest


@require_http_methods(["GET", "POST"])
def agree_value(request: PersonRequest, key: str) -> HttpResponse:
    """Agrees the value that was read; when the bet says something else meanwhile, it is shown anew."""
    money_powers(request)
    bet = bet_of(request, key)
    form, status = AgreeForm(typed_in(request)), OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.agree_value(bet, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("Agreed. The bet says so."))
            return redirect("show_bet", key)
    fresh = seen_of(worth_seen(bet))  # what this page shows, also once it was refused
    seen = fresh if status in (OK, REFUSED) else form["seen"].value()
    agreed = agreed_of(bet, request.user)
    shown = {"bet": bet, "form": form, "agreed": agreed, "refusals": agreed.refusals, "seen": seen}
    return render(request, "funding/agree.html", shown, status=status)
