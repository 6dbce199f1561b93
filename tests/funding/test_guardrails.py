"""Guardrails: what stands against them, what a request would change, and what they stop."""

from typing import Any

import pytest

from funding import actions
from funding.actions.guarding import keep_guardrail
from funding.guardrails import Change, crossings_of, standings
from funding.models import FundingRequest, Guardrail
from lib.refusals import Refused
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


def now(rail: Guardrail) -> tuple[str, str]:
    one = next(one for one in standings(f.TODAY) if one.rail == rail)
    return one.now, str(one.state)


def test_the_share_of_a_horizon_is_what_its_bets_hold_of_the_money_for_bets(books: Books) -> None:
    rail = f.GuardrailFactory(horizon=books.bet.horizon, at_most=15)
    assert now(rail) == ("0 %", "fine")
    books.given(books.first)
    assert now(rail) == ("10 %", "fine")
    (crossing,) = crossings_of(
        "EUR", books.bet, [Change("commit", 4_000_000, books.budget.pk, books.budget.pk)], f.TODAY
    )
    assert (crossing.before, crossing.after, str(crossing.state), crossing.blocks) == (10, 14, "near", False)


def test_what_a_horizon_must_be_left_is_not_taken_by_others(books: Books) -> None:
    f.GuardrailFactory(horizon=3, at_least=95, at_most=None)
    (crossing,) = crossings_of(
        "EUR", books.bet, [Change("commit", 6_000_000, books.budget.pk, books.budget.pk)], f.TODAY
    )
    assert (crossing.before, crossing.after, crossing.blocks) == (100, 94, True)
    books.bet.horizon = 3
    books.bet.save()
    assert (
        crossings_of("EUR", books.bet, [Change("commit", 6_000_000, books.budget.pk, books.budget.pk)], f.TODAY) == []
    )


@pytest.mark.parametrize(
    ("fields", "before", "after"),
    [
        ({"kind": "count", "at_most": 5}, 0, 1),
        ({"kind": "largest", "at_most": 9_000_000}, 0, 6_000_000),
    ],
)
def test_bets_in_progress_and_the_largest_bet_are_those_that_hold_money(
    books: Books, fields: dict[str, Any], before: int, after: int
) -> None:
    f.GuardrailFactory(horizon=None, **fields)
    (crossing,) = crossings_of(
        "EUR", books.bet, [Change("commit", 6_000_000, books.budget.pk, books.budget.pk)], f.TODAY
    )
    assert (crossing.before, crossing.after) == (before, after)


def test_money_of_a_domain_a_class_and_a_team_follows_the_budgets(books: Books) -> None:
    team = f.TeamFactory(domain=books.domain)
    other = f.BudgetFactory(ledger=books.ledger, domain=books.domain, funding_class="team", team=team)
    rails = [
        f.GuardrailFactory(horizon=None, funding_class="team", at_most=30),
        f.GuardrailFactory(horizon=None, domain=books.domain, at_most=100),
        f.GuardrailFactory(kind="floor", horizon=None, team=team, at_least=1_000, at_most=None),
    ]
    moved = [Change("reallocate", 25_000_000, books.budget.pk, other.pk)]
    found = {one.rail: (one.before, one.after) for one in crossings_of("EUR", None, moved, f.TODAY)}
    assert found == {rails[0]: (0, 25), rails[2]: (0, 25_000_000)}
    assert now(rails[1]) == ("100 %", "near")


def test_a_request_that_crosses_a_guardrail_is_stopped_before_anybody_reads_it(books: Books) -> None:
    f.GuardrailFactory(horizon=books.bet.horizon, at_most=9, name="Not all for today")
    with pytest.raises(Refused, match=r"Not all for today: 0 % before, 10 % after; at most 9 %"):
        books.commit(books.first)
    assert not FundingRequest.objects.exists()


def test_a_guardrail_set_meanwhile_stops_the_last_yes_and_the_request_goes_on_waiting(books: Books) -> None:
    request = books.commit(books.first)
    f.GuardrailFactory(kind="largest", horizon=None, at_most=1, name="Small bets")
    with pytest.raises(Refused, match="Small bets"):
        books.approve(request)
    request.refresh_from_db()
    assert (request.state, books.balance("available")) == ("submitted", 100_000_000)


def test_what_makes_a_breach_smaller_is_let_through(books: Books) -> None:
    books.given(books.first)
    f.GuardrailFactory(kind="largest", horizon=None, at_most=1, name="Small bets")
    back = actions.Ask(
        "return", books.account("committed", books.first), books.account("available"), 1_000, tranche=books.first
    )
    assert books.approve(books.submit("return", [back])).state == "posted"


def test_who_may_keeps_guardrails_and_others_read_them(books: Books) -> None:
    fields = {"kind": "share", "name": "Some for later", "horizon": 3, "at_least": 10, "at_most": None}
    rail = keep_guardrail(None, by=books.checker, at=f.AT, **fields)
    assert keep_guardrail(rail, by=books.checker, at=f.AT, at_least=12, seen=None).at_least == 12
    with pytest.raises(Refused, match="You may not set a guardrail"):
        keep_guardrail(rail, by=books.lead, at=f.AT, at_least=0)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": " "}, "Give the guardrail a name"),
        ({"kind": "mood"}, "A guardrail is one of"),
        ({"horizon": None}, "A share is that of one"),
        ({"at_most": None}, "Say at least how much, or at most"),
        ({"at_most": 101}, "lies between 0 and 100"),
        ({"at_least": 80, "at_most": 70}, "At least is more than at most"),
        ({"kind": "floor", "horizon": None}, "A floor is that of a team"),
        ({"kind": "count", "horizon": None, "at_most": 0}, "Say at most how much, above 0"),
        ({"buffer": 101}, "The buffer is a percentage"),
        ({"currency": "eur"}, "A currency is three capital letters"),
    ],
)
def test_an_unsound_guardrail_is_refused_with_a_sentence(books: Books, fields: dict[str, Any], why: str) -> None:
    sound = {"kind": "share", "name": "Not all for today", "horizon": 1, "at_most": 70}
    with pytest.raises(Refused, match=why):
        keep_guardrail(None, by=books.checker, at=f.AT, **{**sound, **fields})
    assert not Guardrail.objects.exists()
