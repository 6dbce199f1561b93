"""Pages on which learning outcomes are stated, and on which is said what was found."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bets import actions
from bets.models import Bet, LearningOutcome
from bets.outcome_forms import FindingForm, LearningForm
from bets.outcome_page import back_from, readers_of
from bets.outcomes_step import finding_page, learning_page
from bets.reach import bet_of
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest


@require_http_methods(["GET", "POST"])
def add_learning_outcome(request: PersonRequest, key: str) -> HttpResponse:
    """States what a bet in discovery is to find out where no series can tell."""
    bet, day = bet_of(request, key), today()
    form = LearningForm(readers_of(bet), typed_in(request))
    status = OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.add_learning_outcome(bet, **typed, by=request.user, at=now(), today=day)
        )
        if status == OK:
            messages.success(request, _("Learning outcome stated."))
            return redirect(back_from(bet))
    shown = {"bet": bet, "back": back_from(bet), "page": learning_page(bet, request.user), "form": form}
    return render(request, "bets/learning_new.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def drop_learning_outcome(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """Takes a learning outcome out of a draft; whoever only opens the address is led to where it stands."""
    bet = bet_of(request, key)
    learning = _learning(bet, number)
    if request.method == "POST":
        actions.drop_learning_outcome(learning, by=request.user, at=now())
        messages.success(request, _("Learning outcome dropped."))
    return redirect(back_from(bet))


@require_http_methods(["GET", "POST"])
def record_learning(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """The named reader of a question says what the answer is; others see who reads it, and until when."""
    bet = bet_of(request, key)
    learning = _learning(bet, number)
    form = FindingForm(learning, typed_in(request))
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: actions.record_learning(learning, **typed, by=request.user, at=now()))
        if status == OK:
            messages.success(request, _("What was found is recorded."))
            return redirect("show_bet", key)
    shown = {
        "bet": bet,
        "back": back_from(bet),
        "page": finding_page(learning, request.user, today=today()),
        "form": form,
    }
    return render(request, "bets/learning.html", shown, status=status)


def _learning(bet: Bet, number: int) -> LearningOutcome:
    found = bet.learning_outcomes.select_related("bet", "reader", "found_by")
    return get_object_or_404(found, number=number if number < 32_768 else 0)
