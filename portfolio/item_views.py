"""Pages of one item of a review: the private vote before it, the votes of all once it is open, and the decision."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets.models import Bet, Decision
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio import actions
from portfolio.actions.voting import asked_of
from portfolio.decided import LOOK_AGAIN
from portfolio.item_page import ItemPage, item_page
from portfolio.models import AgendaItem
from portfolio.review_forms import ItemDecideForm, VoteForm
from portfolio.review_views import review_of


def _item(request: PersonRequest, forum: str, number: int, key: str) -> AgendaItem:
    """With its review, bet and decision; 404 out of reach."""
    review = review_of(request, forum, number)
    bets = Bet.objects.visible_to(powers_of(request.user)).filter(key=key).values("pk")
    found = AgendaItem.objects.select_related("bet__domain", "bet__lead", "decision")
    item = get_object_or_404(found, review=review, bet__in=bets)
    item.review = review
    return item


def _page(request: PersonRequest, item: AgendaItem) -> ItemPage:
    sees = powers_of(request.user).may("see_money", item.bet.domain_id)
    return item_page(item, request.user, today(), sees)


def address_of(item: AgendaItem) -> str:
    return reverse("show_item", args=[item.review.forum.key, item.review.number, item.bet.key])


@require_GET
def show_item(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """One bet of the agenda: signals and votes; for its members the vote, for the chair the decision."""
    item = _item(request, forum, number, key)
    return _shown(request, item, _page(request, item))


def _shown(request: PersonRequest, item: AgendaItem, page: ItemPage, status: int = OK, **forms: Any) -> HttpResponse:
    if page.leads and item.opened_at and not item.decision_id and "form" not in forms:
        forms["form"] = _decide_form(item, page, None)
    if "vote_form" not in forms and not page.cannot_vote:
        forms["vote_form"] = VoteForm(asked_of(item), page.mine, None)
    form = forms.get("form")
    money = page.money and replace(page.money, wanted=form.wanted if form else None)
    shown = {"item": item, "bet": item.bet, "review": item.review, "it": page, "page": page.page, "money": money}
    return render(request, "portfolio/review_item.html", shown | forms, status=status)


def _decide_form(item: AgendaItem, page: ItemPage, data: Any) -> ItemDecideForm:
    day = today() + LOOK_AGAIN
    return ItemDecideForm(item, item.bet.state, page.money, data, initial={"look_again_on": day})


@require_POST
def cast_vote(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    item = _item(request, forum, number, key)
    page = _page(request, item)
    form = VoteForm(asked_of(item), page.mine, typed_in(request))
    status = perform(form, lambda typed: actions.cast_vote(item, **typed, by=request.user, at=now()))
    if status != OK:
        return _shown(request, item, page, status, vote_form=form)
    messages.success(request, _("Your vote is kept. Nobody sees it before the item is open."))
    return redirect(address_of(item))


@require_POST
def open_item(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """Puts it on the table; from then on everybody sees the votes."""
    item = _item(request, forum, number, key)
    actions.open_item(item, by=request.user, at=now())
    return redirect(address_of(item))


@require_POST
def call_second_vote(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    item = _item(request, forum, number, key)
    actions.call_second_vote(item, by=request.user, at=now())
    messages.success(request, _("A second vote is called: it stays private until all who voted before have voted."))
    return redirect(address_of(item))


@require_http_methods(["POST"])
def decide_item(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """The decision of the review, by its chair, with all that follows from it."""
    item = _item(request, forum, number, key)
    page = _page(request, item)
    form = _decide_form(item, page, typed_in(request))
    status = perform(
        form,
        lambda typed: actions.decide_item(
            item, **typed, reverses=page.page.reverses, by=request.user, at=now(), today=today()
        ),
    )
    if status != OK:
        return _shown(request, item, page, status, form=form)
    words = Decision.Kind(form.cleaned_data["kind"]).label
    messages.success(request, _("Decision recorded: %(kind)s.") % {"kind": words})
    return redirect(address_of(item))
