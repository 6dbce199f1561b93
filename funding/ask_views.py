"""Pages on which money is asked for: for a tranche of a bet, and for a budget; and the money of one bet."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bets.models import Bet, Tranche
from bets.reach import bet_of
from funding import actions
from funding.ask_forms import AskForm, CommitForm, MoveForm, ReleaseForm, ReturnForm
from funding.ask_page import ask_page, carried_out, first_of, move_page, others_of, purses_for
from funding.authority import signoff_rules
from funding.books import stood_of
from funding.models import FundingRequest
from funding.reach import budget_of, money_powers
from funding.tranche_money import bet_money
from lib.clock import now, today
from lib.edge import OK, perform, typed_in
from org.requests import PersonRequest


@require_GET
def show_bet_money(request: PersonRequest, key: str) -> HttpResponse:
    """The money of a bet, tranche by tranche, with what waits and what comes next."""
    bet = _bet(request, key)
    return render(request, "funding/bet_money.html", {"bet": bet, "page": bet_money(bet, request.user, today())})


@require_http_methods(["GET", "POST"])
def commit_tranche(request: PersonRequest, key: str, sequence: int) -> HttpResponse:
    """Asks to commit money of a budget to a tranche."""
    tranche = _tranche(request, key, sequence)
    bet, day = tranche.bet, today()
    purses = purses_for(bet, day)
    first = first_of(stood_of(tranche).to_commit, purses) | carried_out(bet, request.GET.get("decision"))
    rules = signoff_rules("commit", bet.currency)
    form = CommitForm(purses, bet.currency, rules, day, typed_in(request), initial=first)
    return _ask(request, "commit", tranche, form)


@require_http_methods(["GET", "POST"])
def release_tranche(request: PersonRequest, key: str, sequence: int) -> HttpResponse:
    """Asks to release what is committed to a tranche: on a decision, through its gate."""
    tranche = _tranche(request, key, sequence)
    rules = signoff_rules("release", tranche.bet.currency)
    asked = request.GET.get("decision")
    first = first_of(stood_of(tranche).committed) | carried_out(tranche.bet, asked)
    return _ask(
        request, "release", tranche, ReleaseForm(tranche.bet.currency, rules, today(), typed_in(request), initial=first)
    )


@require_http_methods(["GET", "POST"])
def return_tranche(request: PersonRequest, key: str, sequence: int) -> HttpResponse:
    """Asks to give back what a tranche does not need."""
    tranche = _tranche(request, key, sequence)
    stood, rules = stood_of(tranche), signoff_rules("return", tranche.bet.currency)
    first = first_of(stood.released or stood.committed) | {"leaves": "released" if stood.released else "committed"}
    return _ask(
        request, "return", tranche, ReturnForm(tranche.bet.currency, rules, today(), typed_in(request), initial=first)
    )


@require_http_methods(["GET", "POST"])
def move_budget(request: PersonRequest, budget_id: int) -> HttpResponse:
    """Asks to give a budget money, to hand some back, or to move some of it to another budget."""
    budget, day = budget_of(request, budget_id), today()
    rules = signoff_rules("appropriate", budget.ledger.currency) | signoff_rules("reallocate", budget.ledger.currency)
    form = MoveForm(others_of(budget, request.user, day), budget.ledger.currency, rules, day, typed_in(request))
    kept: list[FundingRequest] = []

    def act(typed: Mapping[str, Any]) -> None:
        kept.append(actions.move_budget(
            typed["key"], budget, typed["line"], amount=typed["amount"], why=form.why(typed), by=request.user, at=now(),
            today=day, other=typed["other"],
        ))  # fmt: skip

    status = _sent(request, form, act)
    if kept:
        return _asked(request, kept[0])
    return render(
        request, "funding/move.html", {"page": move_page(budget, form, request.user, day), "form": form}, status=status
    )


def _ask(request: PersonRequest, kind: str, tranche: Tranche, form: AskForm) -> HttpResponse:
    """Asks for the money of a tranche; what is only looked at is shown before and after."""
    day = today()
    kept: list[FundingRequest] = []

    def act(typed: Mapping[str, Any]) -> None:
        kept.append(actions.ask_tranche(
            typed["key"], tranche, kind, amount=typed["amount"], why=form.why(typed), budget=typed.get("budget"),
            leaves=typed.get("leaves", "released"), by=request.user, at=now(), today=day,
        ))  # fmt: skip

    status = _sent(request, form, act)
    if kept:
        return _asked(request, kept[0])
    shown = {"page": ask_page(kind, tranche, form, request.user, day), "bet": tranche.bet, "form": form}
    return render(request, "funding/ask.html", shown, status=status)


def _sent(request: PersonRequest, form: AskForm, act: Any) -> int:
    """Performs what was sent; whoever only looks (`look`) is shown what it would change, and nothing is done."""
    if request.method != "POST":
        return OK
    if "look" in request.POST:
        return perform(form, lambda typed: None)
    return perform(form, act)


def _asked(request: PersonRequest, asked: FundingRequest) -> HttpResponse:
    messages.success(request, _("Asked. Whoever may approve it sees it in their inbox."))
    return redirect("show_request", asked.pk)


def _bet(request: PersonRequest, key: str) -> Bet:
    """A bet whose money this person may see."""
    bet = bet_of(request, key)
    if not money_powers(request).may("see_money", bet.domain_id):
        raise Http404
    return bet


def _tranche(request: PersonRequest, key: str, sequence: int) -> Tranche:
    found = Tranche.objects.filter(bet=_bet(request, key)).select_related("bet__domain", "bet__lead")
    return get_object_or_404(found, sequence=sequence)
