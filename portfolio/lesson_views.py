"""Pages of what ceased bets have taught: the learning review of one, and the lessons of all."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bets import actions
from bets.models import Bet, Decision
from bets.reach import bet_of
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.following import FOLLOWED, Follows, follows_of
from portfolio.lesson_forms import LearningReviewForm
from portfolio.lessons import lessons_of


@require_GET
def list_lessons(request: PersonRequest) -> HttpResponse:
    """What the bets that this person may see have taught, and what is still to come."""
    shown = {"lessons": lessons_of(powers_of(request.user), request.GET, today()), "today": today()}
    return render(request, "portfolio/lessons.html", shown)


@require_http_methods(["GET", "POST"])
def hold_learning_review(request: PersonRequest, key: str) -> HttpResponse:
    """Says what a ceased bet has taught; who may not, or comes later, reads what was said."""
    bet = bet_of(request, key)
    follows = _ceased(request, bet)
    form = LearningReviewForm(typed_in(request))
    status = OK
    if request.method == "POST":
        review = follows.decision.learning_review
        status = perform(
            form,
            lambda typed: actions.hold_learning_review(review, **typed, by=request.user, at=now(), today=today()),
        )
        if status == OK:
            messages.success(request, _("The learning review is held. Others find it among the lessons."))
            return redirect("hold_learning_review", key)
        follows = _ceased(request, bet)
    shown = {"bet": bet, "follows": follows, "form": form}
    return render(request, "portfolio/learning_review.html", shown, status=status)


def _ceased(request: PersonRequest, bet: Bet) -> Follows:
    """The latest time that the bet ceased; 404 when it never did."""
    decisions = bet.decisions.filter(learning_review__isnull=False).select_related("bet", "decided_by", *FOLLOWED)
    decision: Decision | None = decisions.order_by("-number").first()
    found = follows_of(bet, decision, request.user, today()) if decision else None
    if found is None:
        raise Http404
    return found
