"""Pages on how far to trust the evidence: the rule, its record, and what another rule would have done."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lib.clock import today
from lib.edge import OK, UNSOUND
from org.requests import PersonRequest
from org.visibility import powers_of
from portfolio.backtest_page import backtest_page
from portfolio.evidence_forms import BacktestForm
from portfolio.evidence_page import evidence_page
from portfolio.nights import latest_night


@require_GET
def show_evidence(request: PersonRequest) -> HttpResponse:
    """The rule in force, what was withdrawn, how good the forecasts were, and the method in short."""
    page = evidence_page(powers_of(request.user), latest_night(), today())
    return render(request, "portfolio/evidence.html", {"page": page})


@require_GET
def backtest_rule(request: PersonRequest) -> HttpResponse:
    """The rule in force beside the one that the address asks for, over the signals as they were known."""
    form, night = BacktestForm(request.GET), latest_night()
    sound = form.is_valid()
    last = night.as_of if night else today()
    page = backtest_page(form.policy, powers_of(request.user), last) if sound else None
    return render(request, "portfolio/backtest.html", {"form": form, "page": page}, status=OK if sound else UNSOUND)
