"""Pages of sources and metrics: health at a glance, pulls, rows to mend, definitions; and a form for typed signals."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from lib.refusals import refuse_if
from metrics import actions, tasks
from metrics.exports import file_name, rows_to_mend
from metrics.filters import MetricFilter, SourceFilter
from metrics.forms import RecordSignalForm, next_period
from metrics.health import glance_of, health_of
from metrics.listing import listing_of
from metrics.models import Metric, Series, Source
from metrics.rules import delivery_hint
from metrics.source_page import rows_of, series_page, source_page
from metrics.typed import known_of, preview_of, said
from metrics.versions import redefined
from org.requests import PersonRequest
from org.rules import refusals
from org.tasks import ring
from org.visibility import powers_of

METRICS, SIGNALS = 50, 10  # shown on a page at once


@vary_on_headers("HX-Request")
@require_GET
def list_sources(request: PersonRequest) -> HttpResponse:
    """Every source this person may see, worst first: at a glance, and one by one; narrowed by what the URL asks."""
    powers = powers_of(request.user)
    if not powers.may("see_sources"):
        raise Http404
    visible = Source.objects.visible_to(powers).select_related("domain").with_open_rows()
    healths, narrow = health_of(visible, today=today()), SourceFilter(request.GET, visible)
    listing = listing_of(healths, narrow, request.GET.get("page"))
    shown = {"narrow": narrow, "glance": glance_of(healths), "listing": listing}
    return _whole_or_part(request, "metrics/list_sources.html", "metrics/_sources.html", shown)


@never_cache
@require_GET
def show_source(request: PersonRequest, key: str) -> HttpResponse:
    """One source: what it last brought, what was set aside and why, its series; asks again during a pull."""
    source = _visible_source(request, key)
    return render(request, "metrics/show_source.html", _source_page(request, source))


@require_GET
def export_quarantine(request: PersonRequest, key: str) -> StreamingHttpResponse:
    """The rows to mend as CSV, all of them or those of one reason; sent as they are read."""
    source = _visible_source(request, key)
    lines = rows_to_mend(source, rows_of(source, request.GET.get("reason", "")))
    headers = {"Content-Disposition": f'attachment; filename="{file_name(source)}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


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
    series = _recordable_series(request, series_id)
    back, known = _back(request), known_of(series, SIGNALS)
    start = {"period": next_period(series, known[0].signal.period if known else None, today())}
    form = RecordSignalForm(series, typed_in(request), initial=start)
    status = OK
    if request.method == "POST":
        status = perform(form, lambda typed: _record(request, series, typed))
        if status == OK:
            return redirect(request.path + (f"?{urlencode({'next': back})}" if back else ""))
    shown = {"form": form, "series": series, "back": back, "known": known}
    return render(request, "metrics/record_signal.html", shown, status=status)


@require_GET
def preview_signal(request: PersonRequest, series_id: int) -> HttpResponse:
    """How an observation will be read and what it replaces; nothing is written. Blank while it is not complete."""
    series = _recordable_series(request, series_id)
    form = RecordSignalForm(series, request.GET)
    shown = {"preview": preview_of(series, form.cleaned_data) if form.is_valid() else None, "series": series}
    return render(request, "metrics/_preview.html", shown)


@vary_on_headers("HX-Request")
@require_GET
def list_metrics(request: PersonRequest) -> HttpResponse:
    """Every definition; definitions are standard and no secret. Series are counted where this person sees sources."""
    mine = Q(series__source__in=Source.objects.visible_to(powers_of(request.user)))
    metrics = Metric.objects.annotate(readable=Count("series", filter=mine)).select_related("owner")
    narrow = MetricFilter(request.GET, metrics.order_by("name", "pk"))
    page = Paginator(narrow.qs, METRICS).get_page(request.GET.get("page"))
    shown = {"narrow": narrow, "page": page, "may_keep": powers_of(request.user).may("keep_standards")}
    return _whole_or_part(request, "metrics/list_metrics.html", "metrics/_metrics.html", shown)


@require_GET
def show_metric(request: PersonRequest, key: str) -> HttpResponse:
    """One definition with what it meant before, and its series from the sources that this person may see."""
    powers = powers_of(request.user)
    metric = get_object_or_404(Metric.objects.select_related("owner"), key=key)
    visible = metric.series.filter(source__in=Source.objects.visible_to(powers))
    shown = {
        "metric": metric,
        "changes": redefined(metric, metric.versions.select_related("changed_by")),
        "may_keep": powers.may("keep_standards"),
        "sounds_like_delivery": delivery_hint(metric.key, metric.name, metric.metric_class),
        "series": series_page(visible, request.GET.get("series"), today=today()),
        "sees_sources": powers.may("see_sources"),
        "here": reverse("show_metric", args=[metric.key]),
    }
    return render(request, "metrics/show_metric.html", shown)


def _whole_or_part(request: PersonRequest, whole: str, part: str, shown: dict[str, Any]) -> HttpResponse:
    """The page; or for a swap the part of it, with the address that says no more than what was asked."""
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, whole, shown)
    asked = urlencode([(name, value) for name, value in request.GET.items() if value])
    return push_url(render(request, part, shown), f"{request.path}?{asked}" if asked else request.path)


def _record(request: PersonRequest, series: Series, typed: Any) -> None:
    written = actions.record_signal(series, **typed, by=request.user, at=now(), today=today())
    messages.success(request, said(series, typed, written))


def _back(request: PersonRequest) -> str:
    """Where the person came from, when it is a page of ours."""
    back = request.POST.get("next") or request.GET.get("next") or ""
    return back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else ""


def _visible_source(request: PersonRequest, key: str) -> Source:
    sources = Source.objects.visible_to(powers_of(request.user)).with_open_rows().select_related("domain")
    return get_object_or_404(sources, key=key)


def _recordable_series(request: PersonRequest, series_id: int) -> Series:
    sources = Source.objects.visible_to(powers_of(request.user)).filter(kind=Source.Kind.TYPED)
    listed = Series.objects.select_related("source", "metric")
    series: Series = get_object_or_404(listed, pk=series_id, source__in=sources)
    refuse_if(refusals(powers_of(request.user), "record_signal", series.source.domain_id))
    return series


def _source_page(request: PersonRequest, source: Source) -> dict[str, Any]:
    powers = powers_of(request.user)
    here = {"here": reverse("show_source", args=[source.key])}
    return source_page(source, request.GET, powers, today=today()) | here
