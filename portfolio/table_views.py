"""The betting table of a review: what asks for money, what is free, and what the chair assigns."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bets.models import Bet
from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.refusals import refuse_if
from org.requests import PersonRequest
from portfolio import actions
from portfolio.item_shown import item_of
from portfolio.models import Review
from portfolio.review_views import review_of
from portfolio.table_forms import AssignForm
from portfolio.table_page import Seated, TablePage, table_page


@require_GET
def show_table(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """Bets that ask for money side by side, and the money that is free; everybody sees the same."""
    return _shown(request, table_page(review_of(request, forum, number), request.user, today()))


def _shown(
    request: PersonRequest, page: TablePage, status: int = OK, bound: AssignForm | None = None,
    seat: Seated | None = None,
) -> HttpResponse:  # fmt: skip
    """With a form for each bet to which the chair can assign money; the one that was sent stays as it was typed."""
    fresh = {one.bet.pk: AssignForm(one) for one in page.seats if not one.refusals}
    sent = {seat.bet.pk: bound} if bound and seat else {}
    versions = beside(bound, fresh[seat.bet.pk]) if bound and seat and seat.bet.pk in fresh else []
    page = page.with_forms(fresh | sent)
    shown = {"page": page, "review": page.review, "form": bound, "beside": versions}
    return render(request, "portfolio/table.html", shown, status=status)


def _seat(request: PersonRequest, forum: str, number: int, key: str) -> tuple[TablePage, Seated]:
    page = table_page(review_of(request, forum, number), request.user, today())
    seat = page.seat(key)
    if seat is None:
        raise Http404
    return page, seat


def _done(review: Review, bet: Bet) -> HttpResponse:
    return redirect(f"{reverse('show_table', args=[review.forum.key, review.number])}#bet-{bet.pk}")


@require_POST
def assign_money(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    page, seat = _seat(request, forum, number, key)
    if not seat.purses:
        refuse_if(seat.refusals)  # there is no budget to choose from
    form = AssignForm(seat, typed_in(request))

    def act(typed: Any) -> None:
        actions.assign_money(page.review, seat.bet, **typed, by=request.user, at=now(), today=today())

    status = perform(form, act)
    if status != OK:
        return _shown(request, page, status, form, seat)
    messages.success(request, _("Assigned. The decision on this bet asks for it."))
    return _done(page.review, seat.bet)


@require_POST
def take_back_assignment(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    page, seat = _seat(request, forum, number, key)
    seen = request.POST.get("seen") or None
    actions.take_back_assignment(page.review, seat.bet, by=request.user, at=now(), seen=seen)
    messages.success(request, _("Taken back: it is free for other bets."))
    return _done(page.review, seat.bet)


@require_POST
def ask_for_item(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """Files the request that a decision could not file when it was made."""
    item = item_of(request, review_of(request, forum, number), key)
    actions.ask_for_item(item, by=request.user, at=now(), today=today())
    messages.success(request, _("Asked. Whoever may approve it sees it in their inbox."))
    return redirect("show_item", forum, number, key)
