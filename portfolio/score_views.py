"""The page on which a second reader scores a decision that went against the evidence."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bets import actions
from bets.rules_rescoring import scorer_refusals
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.decision_filters import AGAINST, decisions_seen_by
from portfolio.decision_log import SHOWN, with_dissent
from portfolio.decision_page import decision_page
from portfolio.nights import latest_night
from portfolio.score_forms import ScoreForm


@require_http_methods(["GET", "POST"])
def score_decision(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """The decision as it was made beside what has happened since; whoever was named says what it is worth."""
    powers, day = powers_of(request.user), today()
    found = with_dissent(decisions_seen_by(powers)).select_related(*SHOWN)
    decision = get_object_or_404(found, bet__key=key, number=number, second_reader__isnull=False)
    page = decision_page(decision, latest_night(), request.user, day)
    form, status = ScoreForm(typed_in(request), against=page.logged.stands == AGAINST), OK
    if request.method == "POST":
        status = perform(
            form,
            lambda typed: actions.rescore_decision(decision, **typed, by=request.user, at=now(), today=day),
        )
        if status == OK:
            messages.success(request, _("What you found is recorded. It counts on the scoreboard."))
            return redirect("show_decision", key, number)
        decision = get_object_or_404(found, pk=decision.pk)  # somebody may have been faster
    refusals = list(scorer_refusals(powers, request.user.pk, actions.scoring_of(decision), today=day))
    shown = {"page": page, "bet": decision.bet, "one": decision, "form": form, "refusals": refusals}
    return render(request, "portfolio/score.html", shown, status=status)
