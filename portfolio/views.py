"""Pages of the portfolio as a whole: what needs this person now, every bet, and the night at work."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from bets.models import Bet, BetQuerySet
from lib.clock import now, today
from lib.periods import quarter_of
from org.models import Run
from org.requests import PersonRequest
from org.tasks import ring
from org.visibility import powers_of
from portfolio import actions
from portfolio.board import needing_decision, rows_of
from portfolio.browse import browse
from portfolio.figures import figures_of
from portfolio.nights import latest_night, open_night
from portfolio.progress import progress_of, visible_run

FIRST = 5  # bets shown under “Needs a decision”; the view of flagged bets has them all


@vary_on_headers("HX-Request")
@require_GET
def portfolio(request: PersonRequest) -> HttpResponse:
    """What needs a decision, the headline figures, and every bet that this person may see."""
    night, bets = latest_night(), Bet.objects.visible_to(powers_of(request.user))
    shown = {"browsed": browse(bets, request.GET, request.user, night), "today": today()}
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "portfolio/_bets.html", shown)
    return render(request, "portfolio/portfolio.html", shown | _above(bets, night))


def _above(bets: BetQuerySet, night: Run | None) -> dict[str, Any]:
    """What stands above the table: the head, the figures, and the first that need a decision."""
    flagged = needing_decision(bets)
    return {
        "quarter": " ".join(reversed(quarter_of(today()).split("-"))),
        "night": night,
        "open_night": open_night(),
        "figures": figures_of(bets, night),
        "flagged": flagged.count(),
        "queue": rows_of(flagged[:FIRST], night),
        "has_sample": bets.filter(is_sample=True).exists(),
    }


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
