"""Where the money goes, and how money and evidence moved: a page, its drawings, and its numbers as CSV."""

from collections.abc import Iterable

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from funding.map import map_figure
from lib.clock import today
from lib.tables import TYPES
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.browse_views import shorter_url
from portfolio.nights import latest_night
from portfolio.trends import Trend
from portfolio.trends_asked import TrendsAsked, ask_trends
from portfolio.trends_charts import trend_figure
from portfolio.trends_exports import change_lines, mix_lines, trend_lines
from portfolio.trends_page import TRENDS, all_mixes, funding_of, since_review, trend_of, trends_page


@require_GET
def show_trends(request: PersonRequest) -> HttpResponse:
    """The mix today against the guardrails, what moved over months or quarters, and what changed since a review."""
    night = latest_night()
    asked = ask_trends(request.GET, request.user, night)
    if shorter := shorter_url(request, asked):
        return redirect(shorter)
    page = trends_page(asked, powers_of(request.user), night, today())
    return render(request, "portfolio/trends.html", {"page": page, "asked": asked, "today": today()})


@require_GET
def chart_trend(request: PersonRequest, what: str) -> HttpResponse:
    """One trend, or how the mix of funding classes moves, as data for the browser to draw."""
    if what == "classes":
        funding = funding_of(_asked(request), powers_of(request.user), today())
        if funding is None:
            raise Http404
        return JsonResponse(map_figure(funding))
    return JsonResponse(trend_figure(_trend(request, what)))


@require_GET
def export_trend(request: PersonRequest, what: str) -> HttpResponse:
    """The mix today, one trend, or what changed since a review, as CSV."""
    lines = OTHERS[what](request) if what in OTHERS else trend_lines(_trend(request, what))
    headers = {"Content-Disposition": f'attachment; filename="{what}-{today().isoformat()}.csv"'}
    return HttpResponse("".join(lines), content_type=TYPES["csv"], headers=headers)


def _mix_lines(request: PersonRequest) -> Iterable[str]:
    asked = _asked(request)
    return mix_lines(all_mixes(asked, powers_of(request.user), today()), asked.currency)


def _change_lines(request: PersonRequest) -> Iterable[str]:
    since = since_review(_asked(request), latest_night(), today())
    return change_lines(since.changes if since else None)


OTHERS = {"mix": _mix_lines, "changes": _change_lines}


def _asked(request: PersonRequest) -> TrendsAsked:
    return ask_trends(request.GET, request.user, latest_night())


def _trend(request: PersonRequest, what: str) -> Trend:
    """404 for what there is not, and for money of whoever sees none."""
    powers = powers_of(request.user)
    if what not in TRENDS or (what == "money" and not powers.may("see_money")):
        raise Http404
    return trend_of(what, _asked(request), powers, today())
