"""What stands beside a form that asks for money: the tranche or the budget, its gate, and before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from bets.models import Bet, Tranche
from funding.actions.asking import paid_from
from funding.actions.following import why_of
from funding.ask_forms import AskForm
from funding.books import money_of, stood_of
from funding.effects import Effect, name_of_bet, name_of_budget
from funding.gates import Need, gate_of
from funding.guardrails import Change, Crossing, crossings_of
from funding.models import Account, Budget
from funding.rules_asking import Stood, state_refusals, tranche_refusals
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of


@dataclass(frozen=True)
class AskPage:
    """`refusals`: why this person cannot ask for it at all, whatever they type."""

    kind: str
    tranche: Tranche
    stood: Stood
    needs: list[Need]
    budget: Budget | None  # that pays it, once something was committed
    effects: list[Effect]
    crossings: list[Crossing]
    refusals: list[str]

    @property
    def unmet(self) -> int:
        return sum(not need.met for need in self.needs)


@dataclass(frozen=True)
class MovePage:
    budget: Budget
    available: int
    effects: list[Effect]
    crossings: list[Crossing]
    refusals: list[str]

    @property
    def currency(self) -> str:
        return self.budget.ledger.currency


def purses_for(bet: Bet, today: date) -> "QuerySet[Budget]":
    """Budgets that may pay a bet today: for bets, of its domain and in its currency; by name."""
    running = Budget.objects.paying_bets(today).filter(domain=bet.domain_id, ledger__currency=bet.currency)
    return running.with_available().order_by("name", "pk")


def others_of(budget: Budget, person: Person, today: date) -> "QuerySet[Budget]":
    """Budgets to which money of this one can move: of its ledger, seen by this person, and not over yet."""
    seen = Budget.objects.visible_to(powers_of(person)).filter(
        ledger=budget.ledger_id, withdrawn_at=None, ends_on__gte=today
    )
    return seen.exclude(pk=budget.pk).with_available().order_by("name", "pk")


def first_of(amount: int, purses: "QuerySet[Budget] | None" = None) -> dict[str, Any]:
    """What a form begins with: all that can be asked for, and the budget when there is only one."""
    first: dict[str, Any] = {"amount": amount or None}
    found = list(purses[:2]) if purses is not None else []
    if len(found) == 1:
        first |= {"budget": found[0].pk, "treatment": found[0].treatment}
    return first


def carried_out(bet: Bet, number: str | None) -> dict[str, Any]:
    """What a form begins with that carries out the latest decision on the bet, when it is the one that is asked of."""
    latest = bet.decisions.order_by("-number").first() if number else None
    if latest is None or str(latest.number) != number:
        return {}
    why = why_of(latest)
    return {"reason_code": why.reason_code, "justification": why.justification}


def ask_page(kind: str, tranche: Tranche, form: AskForm, person: Person, today: date) -> AskPage:
    """The page of asking for the money of a tranche."""
    stood, budget = stood_of(tranche), paid_from(tranche)
    needs = gate_of(tranche, today) if kind == "release" else []
    effects = list(_effects(kind, tranche, form, budget))
    crossings = crossings_of(tranche.bet.currency, tranche.bet, _changes(kind, form, budget), today)
    may_not = list(_refusals(kind, tranche, stood, person))
    return AskPage(kind, tranche, stood, needs, budget, effects, crossings, may_not)


def move_page(budget: Budget, form: AskForm, person: Person, today: date) -> MovePage:
    """The page of asking to move the money of a budget."""
    may_not = list(refusals(powers_of(person), "request_money", budget.domain_id))
    crossings = crossings_of(budget.ledger.currency, None, _changes_of_move(form, budget), today)
    return MovePage(budget, available_in(budget), list(_moved(budget, form)), crossings, may_not)


def available_in(budget: Budget) -> int:
    account = Account.objects.filter(budget=budget, tranche=None, kind=Account.Kind.AVAILABLE).first()
    return account.balance if account else 0


def _refusals(kind: str, tranche: Tranche, stood: Stood, person: Person) -> Iterator[str]:
    bet = tranche.bet
    yield from refusals(powers_of(person), "request_money", bet.domain_id)
    yield from state_refusals(kind, bet.state)
    yield from tranche_refusals(kind, stood, None, bet.currency)


def _typed(form: AskForm, name: str) -> Any:
    """What was typed and is sound, else what the form began with."""
    if not form.is_bound:
        return form.initial.get(name)
    form.is_valid()
    return form.cleaned_data.get(name) if hasattr(form, "cleaned_data") else None


def _changes(kind: str, form: AskForm, paid: Budget | None) -> list[Change]:
    """The amount that stands in the form, as guardrails see it."""
    amount, budget = _typed(form, "amount"), _chosen(form, paid)
    if not isinstance(amount, int) or amount <= 0 or budget is None:
        return []
    return [Change(kind, amount, budget.pk, budget.pk)]


def _changes_of_move(form: AskForm, budget: Budget) -> list[Change]:
    amount, line, other = (_typed(form, name) for name in ("amount", "line", "other"))
    if not isinstance(amount, int) or amount <= 0 or not line or (line == "reallocate" and other is None):
        return []
    if line in ("appropriate", "supplement"):
        return [Change(line, amount, None, budget.pk)]
    return [Change(line, amount, budget.pk, other.pk if line == "reallocate" else None)]


def _chosen(form: AskForm, paid: Budget | None) -> Budget | None:
    """The budget that was chosen, or that the form began with; else the one that pays already."""
    chosen = _typed(form, "budget")
    return Budget.objects.filter(pk=chosen).first() if isinstance(chosen, int) else chosen or paid


def _effects(kind: str, tranche: Tranche, form: AskForm, paid: Budget | None) -> Iterator[Effect]:
    """Figures before and after, for the amount that stands in the form."""
    bet, amount = tranche.bet, _typed(form, "amount")
    if not isinstance(amount, int) or amount <= 0:
        return
    budget = _chosen(form, paid)
    held = money_of(bet)
    start = _typed(form, "leaves") if kind == "return" else {"commit": "", "release": "committed"}[kind]
    end = {"commit": "committed", "release": "released"}.get(kind, "")
    if budget is not None and kind != "release":
        change = -amount if kind == "commit" else amount
        name = name_of_budget("available", budget)
        yield Effect(name, available_in(budget), change, bet.currency, is_budget=True)
    for key, change in ((start, -amount), (end, amount)):
        if key:
            yield Effect(name_of_bet(key, bet), held.get(key, 0), change, bet.currency, is_budget=False)


def _moved(budget: Budget, form: AskForm) -> Iterator[Effect]:
    amount, line, other = (_typed(form, name) for name in ("amount", "line", "other"))
    if not isinstance(amount, int) or not line:
        return
    currency = budget.ledger.currency
    change = amount if line in ("appropriate", "supplement") else -amount
    yield Effect(name_of_budget("available", budget), available_in(budget), change, currency, is_budget=True)
    if line == "reallocate" and other is not None:
        yield Effect(name_of_budget("available", other), available_in(other), amount, currency, is_budget=True)
