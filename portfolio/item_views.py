"""Pages of one item of a review: the private vote before it, the votes of all once it is open, and the decision."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets.models import Decision
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from portfolio import actions
from portfolio.item_page import ItemPage
from portfolio.item_shown import decide_form, is_in_meeting, item_of, page_of, shown_of, vote_form
from portfolio.meeting_views import answer_in_meeting, back_to_meeting
from portfolio.models import AgendaItem
from portfolio.review_views import review_of


def _item(request: PersonRequest, forum: str, number: int, key: str) -> AgendaItem:
    return item_of(request, review_of(request, forum, number), key)


def address_of(item: AgendaItem) -> str:
    return reverse("show_item", args=[item.review.forum.key, item.review.number, item.bet.key])


@require_GET
def show_item(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """One bet of the agenda: signals and votes; for its members the vote, for the chair the decision."""
    item = _item(request, forum, number, key)
    return shown_item(request, item, page_of(request, item))


def shown_item(
    request: PersonRequest, item: AgendaItem, page: ItemPage, status: int = OK, **forms: Any
) -> HttpResponse:
    """The item with its forms: those that are given, and those that are this person's to fill in."""
    if is_in_meeting(request):
        return answer_in_meeting(request, item, page, forms, status)
    if page.leads and item.opened_at and not item.decision_id and "form" not in forms:
        forms["form"] = decide_form(item, page, None)
    if "vote_form" not in forms and not page.cannot_vote:
        forms["vote_form"] = vote_form(item, page, None)
    return render(request, "portfolio/review_item.html", shown_of(item, page, forms), status=status)


def done_with(request: PersonRequest, item: AgendaItem) -> HttpResponse:
    """Back to where it was sent from."""
    return back_to_meeting(item.review) if is_in_meeting(request) else redirect(address_of(item))


@require_POST
def cast_vote(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    item = _item(request, forum, number, key)
    page = page_of(request, item)
    form = vote_form(item, page, typed_in(request))
    status = perform(form, lambda typed: actions.cast_vote(item, **typed, by=request.user, at=now()))
    if status != OK:
        return shown_item(request, item, page, status, vote_form=form)
    messages.success(request, _("Your vote is kept. Nobody sees it before the item is open."))
    return done_with(request, item)


@require_POST
def open_item(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """Puts it on the table; from then on everybody sees the votes."""
    item = _item(request, forum, number, key)
    actions.open_item(item, by=request.user, at=now())
    return done_with(request, item)


@require_POST
def call_second_vote(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    item = _item(request, forum, number, key)
    actions.call_second_vote(item, by=request.user, at=now())
    messages.success(request, _("A second vote is called: it stays private until all who voted before have voted."))
    return done_with(request, item)


@require_http_methods(["POST"])
def decide_item(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """The decision of the review, by its chair, with all that follows from it."""
    item = _item(request, forum, number, key)
    page = page_of(request, item)
    form = decide_form(item, page, typed_in(request))
    status = perform(
        form,
        lambda typed: actions.decide_item(item, **typed, by=request.user, at=now(), today=today()),
    )
    if status != OK:
        return shown_item(request, item, page, status, form=form)
    words = Decision.Kind(form.cleaned_data["kind"]).label
    messages.success(request, _("Decision recorded: %(kind)s.") % {"kind": words})
    return done_with(request, item)
