"""Pages of the portfolio as a whole: what needs this person now, every bet, and the night at work."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from bets.models import Bet, BetQuerySet
from lib.clock import now, today
from lib.periods import quarter_of
from org.models import Run
from org.requests import PersonRequest
from org.rules import Powers
from org.tasks import ring
from org.visibility import powers_of
from portfolio import actions
from portfolio.asked import Asked, ask
from portfolio.browse import browse, chosen_of
from portfolio.browse_views import shorter_url, table_alone
from portfolio.changes import changes_of
from portfolio.figures import figures_of
from portfolio.nights import latest_night, open_night
from portfolio.picture import picture_figure, picture_of
from portfolio.progress import progress_of, visible_run
from portfolio.queue import items_of, waiting_of

FIRST, PAGE = 5, 50  # bets shown under “Needs a decision”, and on each page of all of them


@vary_on_headers("HX-Request")
@require_GET
def portfolio(request: PersonRequest) -> HttpResponse:
    """What needs a decision, the headline figures, and every bet that this person may see."""
    night, bets = latest_night(), Bet.objects.visible_to(powers_of(request.user))
    browsed, day = browse(bets, request.GET, request.user, night, today()), today()
    shown = {"browsed": browsed, "today": day, "picture": picture_of(chosen_of(browsed.asked, day), night)}
    if request.htmx and not request.htmx.history_restore_request:
        return table_alone(request, shown)
    if shorter := shorter_url(request, browsed.asked):
        return redirect(shorter)
    return render(request, "portfolio/portfolio.html", shown | _above(bets, night, day, powers_of(request.user)))


def _above(bets: BetQuerySet, night: Run | None, day: date, powers: Powers) -> dict[str, Any]:
    """What stands above the table: the head, what needs a decision, the figures, and what changed."""
    waiting = waiting_of(bets, day)
    return {
        "quarter": " ".join(reversed(quarter_of(day).split("-"))),
        "night": night,
        "open_night": open_night(),
        "figures": figures_of(bets, night, day, powers),
        "due": len(waiting),
        "overdue": sum(one.overdue(day) > 0 for one in waiting),
        "queue": items_of(waiting[:FIRST], night, day),
        "changes": changes_of(bets, night, day),
    }


@require_GET
def list_due(request: PersonRequest) -> HttpResponse:
    """Every bet that needs a decision, the most urgent first."""
    night, day = latest_night(), today()
    page = Paginator(waiting_of(Bet.objects.visible_to(powers_of(request.user)), day), PAGE).get_page(
        request.GET.get("page")
    )
    shown = {"page": page, "queue": items_of(list(page), night, day), "night": night, "today": day}
    return render(request, "portfolio/queue.html", shown)


@require_GET
def show_picture(request: PersonRequest) -> HttpResponse:
    """The numbers of the picture as a table: a page, or for htmx the table alone."""
    asked, night = _asked(request)
    shown = {"picture": picture_of(chosen_of(asked, today()), night), "asked": asked}
    return render(request, "portfolio/_picture_table.html" if request.htmx else "portfolio/picture.html", shown)


@require_GET
def chart_portfolio(request: PersonRequest) -> HttpResponse:
    """The picture of evidence against stakes, as data for the browser to draw; it knows the filters of the list."""
    asked, night = _asked(request)
    return JsonResponse(picture_figure(picture_of(chosen_of(asked, today()), night), asked.query))


def _asked(request: PersonRequest) -> tuple[Asked, Run | None]:
    night = latest_night()
    return ask(Bet.objects.visible_to(powers_of(request.user)), request.GET, request.user, night), night


@require_POST
def run_night(request: PersonRequest) -> HttpResponse:
    """Starts the night out of turn and shows its progress."""
    run = actions.run_night(by=request.user, at=now(), today=today())
    transaction.on_commit(ring, robust=True)  # a lost bell is only a late one
    return redirect("show_run", run.pk)


@never_cache
@require_GET
def show_run(request: PersonRequest, run_id: int) -> HttpResponse:
    """How far a run is; the page asks again each second until it is done."""
    powers = powers_of(request.user)
    progress = progress_of(visible_run(run_id, powers), powers)
    return render(request, "portfolio/_progress.html" if request.htmx else "portfolio/run.html", {"progress": progress})
