"""Pages of sources: their state, the account of every pull, the quarantine; and a form for typed signals."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lib.clock import now, today
from lib.edge import OK, perform
from lib.refusals import refuse_if
from metrics import actions, tasks
from metrics.account import parts_of
from metrics.actions import Written
from metrics.forms import RecordSignalForm
from metrics.models import Pull, Series, Signal, Source
from org.models import Job
from org.requests import PersonRequest
from org.rules import refusals
from org.tasks import ring
from org.visibility import powers_of

PULLS, ROWS, SERIES, SIGNALS = 10, 25, 50, 10  # shown on a page at once


@require_GET
def list_sources(request: PersonRequest) -> HttpResponse:
    """Every source this person may see, those that need attention first, with the account of its last pull."""
    powers = powers_of(request.user)
    if not powers.may("see_sources"):
        raise Http404
    sources: list[Any] = list(Source.objects.visible_to(powers).with_open_rows().worst_first().select_related("domain"))
    pulls = {pull.source_id: pull for pull in Pull.objects.latest_of(sources)}
    shown = {
        "rows": [(source, pulls.get(source.pk)) for source in sources],
        "ailing": sum(source.state == Source.State.ATTENTION for source in sources),
        "open_rows": sum(source.open_rows for source in sources),
    }
    return render(request, "metrics/list_sources.html", shown)


@require_GET
def show_source(request: PersonRequest, key: str) -> HttpResponse:
    """One source: what it last brought, what was set aside and why, its series; asks again during a pull."""
    return render(request, "metrics/show_source.html", _source_page(request, _visible_source(request, key)))


@require_POST
def check_source(request: PersonRequest, key: str) -> HttpResponse:
    """Reads the source without keeping anything, and shows what a pull would see."""
    source = _visible_source(request, key)
    report = tasks.check_source(source, by=request.user)
    return render(request, "metrics/show_source.html", _source_page(request, source) | {"report": report})


@require_POST
def pull_source(request: PersonRequest, key: str) -> HttpResponse:
    """Starts a pull of this source now; its page shows when it is done."""
    source = _visible_source(request, key)
    actions.pull_source(source, by=request.user, at=now(), today=today())
    transaction.on_commit(ring, robust=True)  # a lost bell is only a late one
    return redirect("show_source", source.key)


@require_http_methods(["GET", "POST"])
def record_signal(request: PersonRequest, series_id: int) -> HttpResponse:
    """A person types in one observation of a series whose source is typed in."""
    series = _visible_series(request, series_id)
    refuse_if(refusals(powers_of(request.user), "record_signal", series.source.domain_id))
    form, back = RecordSignalForm(series, request.POST if request.method == "POST" else None), _back(request)
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: _record(request, series, typed))
        if status == OK:
            return redirect(request.path + (f"?{urlencode({'next': back})}" if back else ""))
    shown = {"form": form, "series": series, "back": back, "signals": Signal.objects.latest_of(series, SIGNALS)}
    return render(request, "metrics/record_signal.html", shown, status=status)


def _record(request: PersonRequest, series: Series, typed: Any) -> None:
    written = actions.record_signal(series, **typed, by=request.user, at=now(), today=today())
    messages.success(request, _said(series, typed, written))


def _said(series: Series, typed: Any, written: Written) -> str:
    """What was recorded, and whether it replaced something."""
    start = f"{typed['period']:%-d %B %Y}"
    period = start if series.grain == "day" else f"the {series.grain} from {start}"
    amount = f"{typed['total']:,.10g}" + (f" of {typed['n']:,}" if typed["n"] else "")
    if written.unchanged:
        return f"{amount} stood there already for {period}: nothing has changed."
    if written.corrected:
        return f"Corrected: {amount} for {period}. The former value is kept in the history."
    return f"Recorded: {amount} for {period}. The next night reads it."


def _back(request: PersonRequest) -> str:
    """Where the person came from, when it is a page of ours."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""


def _visible_source(request: PersonRequest, key: str) -> Source:
    sources = Source.objects.visible_to(powers_of(request.user)).with_open_rows().select_related("domain")
    return get_object_or_404(sources, key=key)


def _visible_series(request: PersonRequest, series_id: int) -> Series:
    sources = Source.objects.visible_to(powers_of(request.user)).filter(kind=Source.Kind.TYPED)
    return get_object_or_404(Series.objects.select_related("source", "metric"), pk=series_id, source__in=sources)


def _source_page(request: PersonRequest, source: Source) -> dict[str, Any]:
    powers = powers_of(request.user)
    pulls = list(source.pulls.select_related("by")[:PULLS])
    rows = source.quarantine.filter(resolved_at=None).order_by("row", "pk")
    underway = Job.objects.filter(kind="pull", state__in=["queued", "running"], payload__source=source.pk)
    read = next((pull for pull in pulls if pull.state == Pull.State.OK), None)
    return {
        "source": source,
        "pulls": pulls,
        "read": read,
        "parts": parts_of(read) if read else [],
        "underway": underway.first(),
        "quarantine": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "series": Paginator(source.series.with_last_period().select_related("metric"), SERIES).get_page(
            request.GET.get("series")
        ),
        "may_pull": source.kind != Source.Kind.TYPED and powers.may("pull_source", source.domain_id),
        "may_record": source.kind == Source.Kind.TYPED and powers.may("record_signal", source.domain_id),
        "here": reverse("show_source", args=[source.key]),
    }
