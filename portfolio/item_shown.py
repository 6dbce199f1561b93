"""What the page of an item and meeting mode share: the item that was asked for, and the forms on it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from bets.models import Bet
from lib.clock import today
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.actions.voting import asked_of
from portfolio.decided import LOOK_AGAIN
from portfolio.following import FOLLOWED
from portfolio.item_page import ItemPage, item_page
from portfolio.models import AgendaItem, Review
from portfolio.review_forms import ItemDecideForm, VoteForm

WITH = [f"decision__{name}" for name in ("bet", *FOLLOWED)]


def item_of(request: PersonRequest, review: Review, key: str) -> AgendaItem:
    """With its review, bet and decision; 404 out of reach."""
    bets = Bet.objects.visible_to(powers_of(request.user)).filter(key=key).values("pk")
    found = AgendaItem.objects.select_related("bet__domain", "bet__lead", "decision", *WITH)
    item = get_object_or_404(found, review=review, bet__in=bets)
    item.review = review
    return item


def page_of(request: PersonRequest, item: AgendaItem) -> ItemPage:
    sees = powers_of(request.user).may("see_money", item.bet.domain_id)
    return item_page(item, request.user, today(), sees)


def is_in_meeting(request: HttpRequest) -> bool:
    """Was this sent from meeting mode?"""
    return "meeting" in request.POST


def decide_form(item: AgendaItem, page: ItemPage, data: QueryDict | None, kind: str = "") -> ItemDecideForm:
    """`kind`: the decision that somebody has chosen already, by a key or a link. What the chair has left half written
    stands in it again."""
    form = ItemDecideForm(item, item.bet.state, page.money, data, initial={"look_again_on": today() + LOOK_AGAIN})
    if data is None:
        form.go_on_with(item.drafts.filter(person=item.review.forum.chair_id).first())
        form.initial.update({"kind": kind} if kind else {})
    return form


def vote_form(item: AgendaItem, page: ItemPage, data: QueryDict | None) -> VoteForm:
    return VoteForm(asked_of(item), page.mine, data)


def shown_of(item: AgendaItem, page: ItemPage, forms: Mapping[str, Any]) -> dict[str, Any]:
    """An item with `forms`: that of a vote as `vote_form`, that of the decision as `form`."""
    form = forms.get("form")
    money = page.money and replace(page.money, wanted=form.wanted if form else None)
    shown = {"item": item, "bet": item.bet, "review": item.review, "it": page, "page": page.page, "money": money}
    return shown | dict(forms)
