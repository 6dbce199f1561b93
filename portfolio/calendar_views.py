"""The page on which a person makes the address of their calendar of reviews, and that calendar."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lib.clock import now, today
from org.requests import PersonRequest
from portfolio import actions
from portfolio.calendar_feed import calendar_of, owner_of, reviews_of
from portfolio.models import CalendarLink


@never_cache
@require_http_methods(["GET", "POST"])
def show_calendar(request: PersonRequest) -> HttpResponse:
    """One's own reviews, and the address under which a calendar reads them: made anew, it is shown in the answer and
    never again."""
    address = ""
    if request.method == "POST":
        token = actions.make_calendar_link(by=request.user, at=now())
        address = settings.SITE_URL + reverse("read_calendar", args=[token])
    shown = {
        "link": CalendarLink.objects.filter(person=request.user).first(), "address": address,
        "reviews": [one for one in reviews_of(request.user, today()) if one.held_on >= today()],
    }  # fmt: skip
    return render(request, "portfolio/forum_calendar.html", shown)


@require_POST
def revoke_calendar_link(request: PersonRequest) -> HttpResponse:
    """Ends one's address, at once."""
    actions.revoke_calendar_link(by=request.user, at=now())
    messages.success(request, _("The address is revoked: it leads nowhere any more."))
    return redirect("show_calendar")


@login_not_required
@require_safe
@cache_control(private=True, no_store=True)
def read_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever made this address; to anybody else there is nothing here."""
    person = owner_of(token)
    if person is None:
        raise Http404
    answer = HttpResponse(calendar_of(person, today()), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="reviews.ics"'
    return answer
