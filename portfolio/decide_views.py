"""Pages on which people decide on a bet, and read a near miss a second time."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bets import actions
from bets.models import Decision
from bets.reach import bet_of
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.actions import decide_bet
from portfolio.decide_forms import DecideForm, SecondReadingForm
from portfolio.decide_money import deciding_money
from portfolio.decided import LOOK_AGAIN, deciding, near_miss_page
from portfolio.nights import latest_night
from portfolio.reader_forms import reader_form_for


@require_http_methods(["GET", "POST"])
def record_decision(request: PersonRequest, key: str) -> HttpResponse:
    """Decides on a bet, with the evidence of the latest night beside the form."""
    bet, day = bet_of(request, key), today()
    page = deciding(bet, latest_night(), request.user, day)
    sees = not page.refusals and powers_of(request.user).may("see_money", bet.domain_id)
    money = deciding_money(bet, day) if sees else None
    form = DecideForm(bet.state, money, typed_in(request), initial={"look_again_on": day + LOOK_AGAIN})
    status = OK
    if request.method == "POST":
        knows = page.reverses is not None and request.POST.get("reverses") == str(page.reverses.number)
        reverses = page.reverses if knows else None  # nobody takes back a decision that they have not seen
        status = perform(
            form, lambda typed: decide_bet(bet, **typed, reverses=reverses, by=request.user, at=now(), today=day)
        )
        if status == OK:
            words = Decision.Kind(form.cleaned_data["kind"]).label
            messages.success(request, _("Decision recorded: %(kind)s.") % {"kind": words})
            return redirect("show_bet", key)
    shown = {"page": page, "bet": bet, "form": form, "money": money and replace(money, wanted=form.wanted)}
    return render(request, "portfolio/decide.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def record_second_reading(request: PersonRequest, key: str) -> HttpResponse:
    """The named reader of a near miss says what it is; others see who reads it, and until when."""
    bet = bet_of(request, key)
    page = near_miss_page(bet, latest_night(), request.user)
    if page is None:
        raise Http404
    form, reader_form = SecondReadingForm(typed_in(request)), reader_form_for(page.flag, request.user)
    status = OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.record_second_reading(page.flag, **typed, by=request.user, at=now())
        )
        if status == OK:
            messages.success(request, _("Your reading is recorded."))
            return redirect("show_bet", key)
    shown = {"page": page, "bet": bet, "form": form, "reader_form": reader_form}
    return render(request, "portfolio/second_reading.html", shown, status=status)
