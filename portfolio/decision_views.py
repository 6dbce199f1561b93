"""The decision log on pages: all decisions with exports, one of them as it was made, and those looked at again."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from lib.clock import today
from lib.tables import TYPES
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.browse_views import shorter_url
from portfolio.decision_exports import csv_lines, rows_for, workbook
from portfolio.decision_filters import decisions_seen_by
from portfolio.decision_log import ROWS, SHOWN, agains_of, ask_decisions, coming_again, found_of, log_of, with_dissent
from portfolio.decision_page import decision_page
from portfolio.following import FOLLOWED
from portfolio.nights import latest_night


@require_GET
def list_decisions(request: PersonRequest) -> HttpResponse:
    """Every decision on the bets that this person may see, the latest first."""
    log = log_of(decisions_seen_by(powers_of(request.user)), request.GET, request.user)
    if not request.htmx and (shorter := shorter_url(request, log.asked)):
        return redirect(shorter)
    answer = render(request, "portfolio/decisions.html", {"log": log, "today": today()})
    if request.htmx and not request.htmx.history_restore_request:
        answer["HX-Push-Url"] = f"{request.path}{log.asked.path}"
    return answer


@require_GET
def export_decisions(request: PersonRequest, kind: str) -> HttpResponse:
    """All that the query string chooses, not one page of it, as CSV or for Excel."""
    powers, day = powers_of(request.user), today()
    rows = rows_for(found_of(ask_decisions(decisions_seen_by(powers), request.GET, request.user)), powers)
    content = "".join(csv_lines(rows)) if kind == "csv" else workbook(rows, today=day)
    headers = {"Content-Disposition": f'attachment; filename="decisions-{day.isoformat()}.{kind}"'}
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)


@require_GET
def show_decision(request: PersonRequest, key: str, number: int) -> HttpResponse:
    """One decision with exactly what was known then; and, apart from it, what has happened since."""
    decisions = with_dissent(decisions_seen_by(powers_of(request.user))).select_related(*SHOWN, "bet__goal", *FOLLOWED)
    decision = get_object_or_404(decisions, bet__key=key, number=number)
    page = decision_page(decision, latest_night(), request.user, today())
    return render(request, "portfolio/decision.html", {"page": page, "bet": decision.bet, "one": decision})


@require_GET
def list_again(request: PersonRequest) -> HttpResponse:
    """Decisions against the evidence that are looked at again on a day: one's own, or all."""
    powers, day, of_all = powers_of(request.user), today(), request.GET.get("of") == "all"
    decisions = decisions_seen_by(powers)
    counts = {one: coming_again(decisions, request.user, mine=one).count() for one in (True, False)}
    found = coming_again(decisions, request.user, mine=not of_all)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    shown = {"page": page, "rows": agains_of(page, powers, day), "of_all": of_all, "mine": counts[True]}
    return render(request, "portfolio/decisions_again.html", shown | {"all": counts[False], "today": day})
