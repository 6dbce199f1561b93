"""A decision half written: kept while the chair types, offered again on any device, and discarded when asked."""

import re
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, JsonResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lib.clock import now
from lib.edge import OK, perform
from org.requests import PersonRequest
from portfolio import actions
from portfolio.item_shown import decide_form, item_of, page_of
from portfolio.item_views import done_with, shown_item
from portfolio.models import AgendaItem
from portfolio.review_forms import ItemDecideForm
from portfolio.review_views import review_of

DISSENT = re.compile("dissent_[0-9]{1,18}")


@require_POST
def keep_draft(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    """Keeps what is typed, sound or not: by the script of the page, which is answered in JSON, or by a button."""
    item = item_of(request, review_of(request, forum, number), key)
    at, typed, form = now(), _typed(request), Form(request.POST)
    status = perform(form, lambda _typed: actions.keep_draft(item, typed, by=request.user, at=at))
    reasons = [str(reason) for reason in form.non_field_errors()]
    if "script" in request.POST:
        clock = date_format(localtime(at), "TIME_FORMAT")
        said = _("Kept at %(time)s, not decided yet.") % {"time": clock} if status == OK else " ".join(reasons)
        return JsonResponse({"said": said}, status=status)
    if status != OK:
        return _refused(request, item, status, reasons)
    messages.success(request, _("Kept as it is, and not decided. It is here when you come back."))
    return done_with(request, item)


def _refused(request: PersonRequest, item: AgendaItem, status: int, reasons: list[str]) -> HttpResponse:
    """The page with what was typed, and why it is not kept."""
    page = page_of(request, item)
    forms: dict[str, Any] = {}
    if page.leads:
        forms["form"] = decide_form(item, page, request.POST)
        for reason in reasons:
            forms["form"].add_error(None, reason)
    else:
        messages.error(request, " ".join(reasons))
    return shown_item(request, item, page, status, **forms)


@require_POST
def drop_draft(request: PersonRequest, forum: str, number: int, key: str) -> HttpResponse:
    item = item_of(request, review_of(request, forum, number), key)
    actions.drop_draft(item, by=request.user)
    messages.success(request, _("The draft is discarded."))
    return done_with(request, item)


def _typed(request: PersonRequest) -> dict[str, str]:
    """The fields of the decision; whatever else was sent is none of it."""
    known = ItemDecideForm.base_fields
    return {name: str(text) for name, text in request.POST.items() if name in known or DISSENT.fullmatch(name)}
