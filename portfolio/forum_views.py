"""Pages of forums: who reviews what and when; for those who keep them forms to open, change and end one, and to move or
cancel a review."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lib.beside import beside
from lib.clock import now, today
from lib.edge import OK, REFUSED, perform, typed_in
from lib.seen import seen_of
from org.requests import PersonRequest
from org.rules import Powers, refusals
from org.visibility import powers_of
from portfolio import actions
from portfolio.actions.forums import standing_of
from portfolio.forum_forms import CancelForm, EndForm, MoveForm, OpenForm, SettingForm
from portfolio.forum_page import (
    forum_page,
    forum_rows,
    forums_seen_by,
    keeping_of,
    preparing_of,
    reviews_seen_by,
)
from portfolio.models import Forum, Review


@require_GET
def list_forums(request: PersonRequest) -> HttpResponse:
    """Each forum with its next review and what came of the last one."""
    powers = _powers(request)
    shown = {"rows": forum_rows(powers, today()), "refusals": list(refusals(powers, "keep_forums"))}
    return render(request, "portfolio/forums.html", shown)


@require_GET
def show_forum(request: PersonRequest, key: str) -> HttpResponse:
    """Its members, what it may decide, its reviews ahead and those it held."""
    page = forum_page(_forum(request, key), request.user, today(), request.GET.get("page"))
    return render(request, "portfolio/forum.html", {"page": page, "forum": page.forum})


@require_http_methods(["GET", "POST"])
def open_forum(request: PersonRequest) -> HttpResponse:
    """Opens a forum, and plans its reviews."""
    powers = _powers(request)
    form, status = OpenForm(powers, typed_in(request), initial={"starts_on": today()}), OK
    if request.method == "POST":
        status = perform(
            form, lambda typed: actions.open_forum(**form.opened(typed), by=request.user, at=now(), today=today())
        )  # fmt: skip
        if status == OK:
            messages.success(request, _("The forum is open, and its reviews are planned."))
            return redirect("show_forum", form.cleaned_data["key"])
    shown = {"form": form, "refusals": list(refusals(powers, "keep_forums"))}
    return render(request, "portfolio/forum_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def change_forum(request: PersonRequest, key: str) -> HttpResponse:
    """Changes a forum; both versions where somebody else was faster."""
    forum, powers = _forum(request, key), _powers(request)
    form, status = SettingForm(powers, typed_in(request), standing=standing_of(forum)), OK
    if request.method == "POST":
        status = perform(
            form,
            lambda typed: actions.change_forum(
                forum, form.setting(typed), seen=typed["seen"], by=request.user, at=now(), today=today()
            ),
        )
        if status == OK:
            messages.success(request, _("Saved."))
            return redirect("show_forum", key)
    fresh = SettingForm(powers, standing=standing_of(forum))
    rows = beside(form, fresh) if status == REFUSED else []
    seen = (fresh if rows else form)["seen"].value()
    shown = {"form": form, "forum": forum, "beside": rows, "seen": seen, "refusals": keeping_of(forum, powers)}
    return render(request, "portfolio/forum_form.html", shown, status=status)


@require_http_methods(["GET", "POST"])
def end_forum(request: PersonRequest, key: str) -> HttpResponse:
    """Ends a forum, with a reason."""
    forum = _forum(request, key)
    form = EndForm(typed_in(request))
    return _said(
        request, forum, form, keeping_of(forum, _powers(request)),
        lambda typed: actions.end_forum(forum, **typed, by=request.user, at=now()),
        heading=_("End this forum"), save=_("End the forum"), done=_("The forum has ended."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def move_review(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """Holds a review on another day, with a reason."""
    review = _review(request, forum, number)
    stands = {"held_on": review.held_on}
    form = MoveForm(typed_in(request), initial=stands | {"seen": seen_of(stands)})
    return _said(
        request, review.forum, form, preparing_of(review.forum, request.user, review.state),
        lambda typed: actions.move_review(review, **typed, by=request.user, at=now(), today=today()),
        heading=_("Move this review"), save=_("Move the review"), done=_("The review is moved. Every member is told."),
        review=review, fresh=MoveForm(initial=stands | {"seen": seen_of(stands)}),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def cancel_review(request: PersonRequest, forum: str, number: int) -> HttpResponse:
    """Cancels a review, with a reason."""
    review = _review(request, forum, number)
    form = CancelForm(typed_in(request))
    return _said(
        request, review.forum, form, preparing_of(review.forum, request.user, review.state),
        lambda typed: actions.cancel_review(review, **typed, by=request.user, at=now(), today=today()),
        heading=_("Cancel this review"), save=_("Cancel the review"),
        done=_("The review is cancelled. Every member is told."), review=review,
    )  # fmt: skip


def _said(
    request: PersonRequest, forum: Forum, form: Form, may_not: list[str],
    act: Callable[[Mapping[str, Any]], object], *, done: str, fresh: Form | None = None, **shown: Any,
) -> HttpResponse:  # fmt: skip
    """The page of something that is done with a reason, and then leads back to the forum."""
    status = perform(form, act) if request.method == "POST" else OK
    if request.method == "POST" and status == OK:
        messages.success(request, done)
        return redirect("show_forum", forum.key)
    rows = beside(form, fresh) if fresh and status == REFUSED else []
    seen = (fresh if rows else form)["seen"].value() if fresh else ""
    shown |= {"form": form, "forum": forum, "refusals": may_not, "beside": rows, "seen": seen}
    return render(request, "portfolio/forum_reason.html", shown, status=status)


def _powers(request: PersonRequest) -> Powers:
    """Of somebody who holds a role; for others there are no forums."""
    powers = powers_of(request.user)
    if powers.domains() == frozenset():
        raise Http404
    return powers


def _forum(request: PersonRequest, key: str) -> Forum:
    return get_object_or_404(forums_seen_by(powers_of(request.user)), key=key)


def _review(request: PersonRequest, key: str, number: int) -> Review:
    return get_object_or_404(reviews_seen_by(powers_of(request.user)), forum__key=key, number=number)
