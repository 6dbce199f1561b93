"""Meeting mode: one bet at a time, the same for everybody who looks, and the fingerprint that tells of a change."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from bets.models import Decision
from lib.clock import now, today
from lib.edge import OK
from lib.unchanged import unless_known
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.item_page import ItemPage
from portfolio.item_shown import decide_form, page_of, shown_of, vote_form
from portfolio.meeting_page import KEYS, Meeting, meeting_of, state_of, table_of
from portfolio.models import AgendaItem, Review
from portfolio.review_page import review_page
from portfolio.review_views import review_of


@require_GET
def show_meeting(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """What is on the table; before anything is the agenda, and after the review what was decided. `decide` names the
    decision that the chair has chosen by its key."""
    meeting = meeting_of(review_of(request, forum, number), request.user, now())
    page = page_of(request, meeting.item) if meeting.item else None
    return _answer(request, meeting, page, {}, OK)


@require_GET
def read_state(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """The fingerprint of what is shown; 304 while it is the one that was asked with."""
    state = state_of(review_of(request, forum, number), powers_of(request.user))
    return unless_known(request, state, JsonResponse({"state": state}))


def answer_in_meeting(
    request: PersonRequest, item: AgendaItem, page: ItemPage, forms: dict[str, Any], status: int
) -> HttpResponse:
    """The mode with a form that was sent from it and was not done, on the item that it is about."""
    meeting = meeting_of(item.review, request.user, now(), item)
    return _answer(request, meeting, page, forms, status)


def back_to_meeting(review: Review) -> HttpResponse:
    return redirect("show_meeting", review.forum.key, review.number)


def _answer(
    request: PersonRequest, meeting: Meeting, page: ItemPage | None, forms: dict[str, Any], status: int
) -> HttpResponse:
    shown: dict[str, Any] = {"review": meeting.review, "meeting": meeting}
    if meeting.item and page:
        shown |= shown_of(meeting.item, page, _keyed(_forms(request, meeting, page) | forms))
        shown["table"] = table_of(page, powers_of(request.user), today())
    if not meeting.on_table:
        shown |= _agenda(request, meeting.review)
    return render(request, "portfolio/meeting.html", shown, status=status)


def _agenda(request: PersonRequest, review: Review) -> dict[str, Any]:
    """The agenda to be read; of a review that is over what was decided, and apart from it what was left open."""
    page = replace(review_page(review, request.user, today()), may_prepare=False)
    if review.state != Review.State.CLOSED:
        return {"agenda": page}
    decided = [entry for entry in page.entries if entry.item.decision_id is not None]
    left = [entry for entry in page.entries if entry.item.decision_id is None]
    return {"agenda": replace(page, entries=decided), "left": left}


def _forms(request: PersonRequest, meeting: Meeting, page: ItemPage) -> dict[str, Any]:
    """The vote of whoever votes now, and the decision of a chair who has chosen its kind."""
    item, forms, wanted = page.item, dict[str, Any](), request.GET.get("decide", "")
    if page.leads and meeting.on_table and not item.decision_id:
        forms["choices"] = [(kind, label, KEYS[kind]) for kind, label in Decision.Kind.choices]
        if wanted in KEYS:
            forms["form"] = decide_form(item, page, None, wanted)
    if not page.cannot_vote:
        forms["vote_form"] = vote_form(item, page, None)
    return forms


def _keyed(forms: dict[str, Any]) -> dict[str, Any]:
    """The keys choose in the decision; where nobody decides, in the vote."""
    form = forms.get("form") if "choices" in forms else forms.get("vote_form")
    if form:
        form.fields["kind"].widget.keys = KEYS
    return forms
