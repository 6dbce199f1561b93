"""Pages of one review: its agenda, and how it opens, goes on and closes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bets.models import Bet
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio import actions
from portfolio.item_shown import is_in_meeting
from portfolio.models import AgendaItem, Review
from portfolio.review_forms import OpenForm, PutForm, order_from
from portfolio.review_page import ReviewPage, review_page


def review_of(request: PersonRequest, forum: str, number: int) -> Review:
    """With its forum; 404 when it is out of this person's reach. Two queries at most."""
    seen = Review.objects.visible_to(powers_of(request.user))
    found = seen.select_related("forum__domain", "forum__chair")
    return get_object_or_404(found, forum__key=forum, number=number)


@require_GET
def show_review(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """The agenda, why each bet is on it, and what the chair may do."""
    page = review_page(review_of(request, forum, number), request.user, today())
    return _shown(request, page)


def _shown(request: PersonRequest, page: ReviewPage, status: int = OK, **filled: Any) -> HttpResponse:
    shown = {"page": page, "review": page.review, "open_form": OpenForm(page.members, None),
             "put_form": PutForm(page.others)}  # fmt: skip
    return render(request, "portfolio/review.html", shown | filled, status=status)


def _done(review: Review, *anchor: str) -> HttpResponse:
    return redirect(review.get_absolute_url() + "".join(anchor))


@require_POST
def make_agenda(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    review = review_of(request, forum, number)
    actions.make_agenda(review, by=request.user, at=now(), today=today())
    messages.success(request, _("The agenda is made from the evidence of last night."))
    return _done(review, "#agenda")


@require_POST
def order_agenda(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    review = review_of(request, forum, number)
    actions.order_agenda(review, order_from(request.POST), by=request.user, at=now())
    messages.success(request, _("The agenda is in the order that you gave it."))
    return _done(review, "#agenda")


@require_POST
def put_on_agenda(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    page = review_page(review_of(request, forum, number), request.user, today())
    form = PutForm(page.others, request.POST)
    status = perform(form, lambda typed: actions.put_on_agenda(page.review, typed["bet"], by=request.user, at=now()))
    return _done(page.review, "#agenda") if status == OK else _shown(request, page, status, put_form=form)


@require_POST
def take_off_agenda(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    review = review_of(request, forum, number)
    seen = Bet.objects.visible_to(powers_of(request.user))
    item = get_object_or_404(AgendaItem, review=review, bet__in=seen.filter(key=key).values("pk"))
    actions.take_off_agenda(item, by=request.user, at=now())
    return _done(review, "#agenda")


@require_POST
def open_review(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """Opens it with those who are there; refused without a quorum."""
    page = review_page(review_of(request, forum, number), request.user, today())
    form = OpenForm(page.members, request.POST)
    status = perform(
        form,
        lambda typed: actions.open_review(page.review, typed["there"], by=request.user, at=now(), today=today()),
    )
    return _done(page.review) if status == OK else _shown(request, page, status, open_form=form)


@require_POST
def join_review(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """A member who dials in says so."""
    review = review_of(request, forum, number)
    actions.join_review(review, request.user, by=request.user, at=now())
    return redirect("show_meeting", forum, number) if is_in_meeting(request) else _done(review)


@require_http_methods(["GET", "POST"])
def close_review(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """Asks once, with what is still open."""
    review = review_of(request, forum, number)
    form, status = forms.Form(typed_in(request)), OK
    if request.method == "POST":
        status = perform(form, lambda _: actions.close_review(review, by=request.user, at=now(), today=today()))
        if status == OK:
            return _done(review)
    shown = {"page": review_page(review, request.user, today()), "review": review, "form": form}
    return render(request, "portfolio/review_close.html", shown, status=status)
