"""Asking for the money of a tranche, and for that of a budget."""

import dataclasses
import uuid
from typing import Any

import pytest

from funding import actions
from funding.models import Account, FundingRequest
from lib.refusals import Refused
from tests import factories as f
from tests.funding.books import Books, open_books

pytestmark = pytest.mark.django_db
WHY = actions.Why("plan", "It pays for twenty talks.")


def ask(books: Books, kind: str = "commit", amount: int = 10_000_000, **fields: Any) -> FundingRequest:
    given = {
        "tranche": books.first, "budget": books.budget, "why": WHY, "by": books.lead, "at": f.AT, "today": f.TODAY,
        **fields,
    }  # fmt: skip
    key = given.pop("key", None) or uuid.uuid4()
    return actions.ask_tranche(key, given.pop("tranche"), kind, amount=amount, **given)


def move(books: Books, line: str, amount: int = 5_000_000, **fields: Any) -> FundingRequest:
    given = {"why": WHY, "by": books.checker, "at": f.AT, "today": f.TODAY, **fields}
    return actions.move_budget(uuid.uuid4(), given.pop("budget", books.budget), line, amount=amount, **given)


def test_a_tranche_goes_from_its_budget_through_commitment_to_release_and_back(books: Books) -> None:
    books.approve(ask(books))
    f.DecisionFactory(bet=books.bet, kind="fund", look_again_on=f.TODAY)
    books.approve(ask(books, "release", 6_000_000, budget=None))
    books.approve(ask(books, "return", 1_000_000, budget=None))
    books.approve(ask(books, "return", 500_000, budget=None, leaves="committed"))
    stood = {kind: books.balance(kind, books.first) for kind in ("committed", "released")}
    assert stood == {"committed": 3_500_000, "released": 5_000_000}
    assert books.balance("available") == 91_500_000


def test_cost_centre_and_account_come_from_the_budget_unless_they_are_said(books: Books) -> None:
    said = dataclasses.replace(WHY, treatment="capex", cost_centre="4200")
    line = ask(books, why=said).lines.get()
    assert (line.treatment, line.cost_centre, line.erp_account) == ("capex", "4200", "660000")


def test_the_same_key_asks_once(books: Books) -> None:
    key = uuid.uuid4()
    first, second = ask(books, key=key), ask(books, key=key)
    assert first == second
    assert FundingRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"funding_class": "run"}, "not money for bets"),
        ({"ends_on": f.TODAY.replace(month=1, day=5)}, "runs from"),
        ({"withdrawn_at": f.AT}, "taken back"),
        ({"domain": None}, "belongs to another domain"),
    ],
)
def test_a_budget_that_is_not_for_this_bet_is_refused(books: Books, change: dict[str, Any], said: str) -> None:
    if "domain" in change:
        change = {"domain": f.DomainFactory()}
    type(books.budget).objects.filter(pk=books.budget.pk).update(**change)
    books.budget.refresh_from_db()
    with pytest.raises(Refused, match=said):
        ask(books)
    assert not FundingRequest.objects.exists()


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        ("commit", 10_000_001, r"Only €100,000\.00 of .* is planned and not committed yet"),
        ("release", 1, "Nothing of .* is committed and not released yet"),
        ("return", 1, "Nothing of .* can be given back"),
        ("commit", 0, "between 1 and"),
        ("spend", 1, "committed, released or given back"),
    ],
)
def test_more_than_there_is_cannot_be_asked_for(books: Books, kind: str, amount: int, said: str) -> None:
    with pytest.raises(Refused, match=said):
        ask(books, kind, amount)
    assert not Account.objects.filter(tranche=books.first).exists()


def test_who_may_not_ask_there_is_told_so(books: Books) -> None:
    with pytest.raises(Refused, match="You may not ask for money here"):
        ask(books, by=f.PersonFactory())


def test_a_budget_is_given_money_and_hands_some_back(books: Books) -> None:
    books.approve(move(books, "supplement", 7_000_000), by=books.other)
    books.approve(move(books, "hand_back", 2_000_000), by=books.other)
    assert books.balance("available") == 105_000_000


def test_money_moves_between_two_budgets_of_a_ledger_and_never_to_another_ledger(books: Books) -> None:
    second = f.BudgetFactory(ledger=books.ledger, domain=books.domain)
    books.approve(move(books, "reallocate", other=second), by=books.other)
    assert Account.objects.get(budget=second).balance == 5_000_000
    with pytest.raises(Refused, match="another ledger"):
        move(books, "reallocate", other=open_books().budget)


@pytest.mark.parametrize(("line", "other"), [("reallocate", False), ("supplement", True), ("commit", False)])
def test_a_movement_that_makes_no_sense_is_refused(books: Books, line: str, other: bool) -> None:
    with pytest.raises(Refused):
        move(books, line, other=books.budget if other else None)
