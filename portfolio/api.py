"""The read API of the portfolio: the same visibility and the same words as the pages."""

from dataclasses import asdict
from typing import Any

from django.urls import reverse
from rest_framework.decorators import api_view
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from bets.models import Bet
from org.rules import Powers
from org.visibility import powers_of
from portfolio.board import Row, listed, rows_of
from portfolio.nights import latest_night
from portfolio.progress import Progress, progress_of, visible_run


def _powers(request: Request) -> Powers:
    return powers_of(request.user)  # type: ignore[arg-type] # IsAuthenticated came first


@api_view(["GET"])
def list_bets(request: Request) -> Response:
    """Bets that this person may see, a page at a time (?page=, ?q=), with what the latest night says of each."""
    bets = Bet.objects.visible_to(_powers(request)).matching(request.query_params.get("q", ""))
    pages = PageNumberPagination()
    found = pages.paginate_queryset(listed(bets), request) or []
    return pages.get_paginated_response([_bet(row) for row in rows_of(found, latest_night())])


def _bet(row: Row) -> dict[str, Any]:
    bet, verdict, ailing = row.bet, row.verdict, row.ailing
    return {
        "key": bet.key,
        "name": bet.name,
        "url": reverse("show_bet", args=[bet.key]),
        "domain": bet.domain.key,
        "goal": bet.goal.key if bet.goal else None,
        "lead": bet.lead.name,
        "stage": bet.stage,
        "state": bet.state,
        "horizon": bet.horizon,
        "is_sample": bet.is_sample,
        "planned": {"amount": bet.planned, "currency": bet.currency},  # type: ignore[attr-defined]
        "decide_by": bet.decide_by,  # type: ignore[attr-defined]
        "verdict": verdict and {"kind": verdict.kind, "sentence": verdict.sentence, "as_of": verdict.as_of},
        "health": ailing and {"state": ailing.health, "note": ailing.health_note},
        "flags": [{"kind": f.kind, "since": f.raised_on, "sentence": f.sentence} for f in row.flags],
    }


@api_view(["GET"])
def show_run(request: Request, run_id: int) -> Response:
    """How far a run is: its steps with their counts, and what was given up, with the reason."""
    powers = _powers(request)
    return Response(_run(progress_of(visible_run(run_id, powers), powers)))


def _run(progress: Progress) -> dict[str, Any]:
    run = progress.run
    return {
        "id": run.pk,
        "kind": run.kind,
        "state": run.state,
        "as_of": run.as_of,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "steps": [asdict(step) | {"state": step.state} for step in progress.steps],
        "given_up": [{"kind": job.kind, "key": job.key, "message": job.message} for job in progress.dead],
    }
