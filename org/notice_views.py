"""What a person was told, and how they want to be told."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lib.clock import now
from lib.edge import OK, perform, typed_in
from org import noticing
from org.forms import NoticesForm
from org.models import Notice, NoticeSettings
from org.requests import PersonRequest

PAGE = 50


@require_GET
def list_notices(request: PersonRequest) -> HttpResponse:
    """One's own notices: the unread first, then the newest."""
    unread = ExpressionWrapper(Q(read_at=None), BooleanField())
    mine = Notice.objects.filter(person=request.user).annotate(unread=unread)
    page = Paginator(mine.order_by("-unread", "-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    return render(request, "org/notices.html", {"page": page})


@require_POST
def read_notices(request: PersonRequest) -> HttpResponse:
    """All of one's notices are read."""
    noticing.read_notices(request.user, at=now())
    messages.success(request, _("All notices are marked as read."))
    return redirect("list_notices")


@require_POST
def open_notice(request: PersonRequest, notice_id: int) -> HttpResponse:
    """A notice is read, and leads to what it speaks of, or back to the list."""
    notice = get_object_or_404(Notice, pk=notice_id, person=request.user)
    noticing.read_notices(request.user, notice=notice, at=now())
    return redirect(notice.path if "go" in request.POST else "list_notices")


@require_http_methods(["GET", "POST"])
def set_notices(request: PersonRequest) -> HttpResponse:
    """By which way, how often, and of what."""
    kept = NoticeSettings.objects.filter(person=request.user).first() or NoticeSettings(person=request.user)
    form = NoticesForm(kept, typed_in(request))
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: noticing.set_notices(request.user, **typed, at=now()))
        if status == OK:
            messages.success(request, _("You are told like this from now on."))
            return redirect("set_notices")
    return render(request, "org/notice_settings.html", {"form": form}, status=status)
