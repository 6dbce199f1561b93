"""The audit trail of the money, for those who see money everywhere."""

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from funding.audit import Trail, csv_lines, page_of, trail_of
from funding.reach import money_powers
from funding.statements import domains_of_money
from lib.clock import today
from org.requests import PersonRequest


@require_GET
def show_audit_trail(request: PersonRequest) -> HttpResponse:
    """Who did what when, newest first; narrowed by what the URL asks for."""
    trail = _trail(request)
    page = page_of(trail, request.GET.get("page"))
    return render(request, "funding/audit.html", {"trail": trail, "page": page})


@require_GET
def export_audit_trail(request: PersonRequest) -> StreamingHttpResponse:
    """The same as CSV, all of it, sent as it is read."""
    lines = csv_lines(_trail(request).events)
    headers = {"Content-Disposition": f'attachment; filename="money-audit-{today().isoformat()}.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _trail(request: PersonRequest) -> Trail:
    if domains_of_money(money_powers(request)) is not None:
        raise Http404
    return trail_of(request.GET)
