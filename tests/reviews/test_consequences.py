"""What follows from the decision of a review: the next tranche is asked for, by whoever decided, and once."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.actions import Aside
from funding.actions import Why, ask_tranche
from funding.models import FundingRequest
from lib import clock
from lib.refusals import Refused
from org.models import Event, Person
from portfolio import actions
from portfolio.models import AgendaItem, Review
from tests.funding.books import Books
from tests.pages import text
from tests.reviews.board import Board

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(growth: Board, books: Books) -> AgendaItem:
    item = growth.item(books.bet)
    growth.opened()
    return actions.open_item(item, by=growth.chair, at=growth.at)


def told() -> Any:
    return Event.objects.get(kind="item decided")


@pytest.mark.parametrize("kind", ["fund", "persist"])
def test_to_go_on_asks_for_the_next_tranche_from_the_budget_of_the_domain(
    growth: Board, books: Books, table: AgendaItem, kind: str
) -> None:
    decision = growth.decide(table, kind)
    request = FundingRequest.objects.get(bet=books.bet, state="submitted")
    assert (request.kind, request.amount, request.proposer) == ("commit", books.first.amount, growth.chair)
    assert request.lines.get().tranche == books.first and request.decision == decision
    assert told().payload["request"] == request.pk and decision.rationale in request.justification


def test_the_page_of_the_item_says_what_was_asked_for(
    growth: Board, books: Books, table: AgendaItem, client_of: Callable[[Person], Client]
) -> None:
    growth.decide(table, "fund")
    review = Review.objects.get(pk=table.review_id)
    page = text(client_of(growth.chair).get(f"{review.get_absolute_url()}bets/{books.bet.key}/"))
    assert f"/money/requests/{FundingRequest.objects.get(state='submitted').pk}/" in page
    assert "€100,000.00 is asked for" in page


def test_what_is_committed_is_asked_to_be_released(growth: Board, books: Books, table: AgendaItem) -> None:
    books.given(books.first)
    growth.decide(table, "persist")
    request = FundingRequest.objects.get(bet=books.bet, state="submitted")
    assert (request.kind, request.lines.get().tranche) == ("release", books.first)


@pytest.mark.parametrize("kind", ["pivot", "cease", "defer"])
def test_nothing_is_asked_for_when_the_bet_does_not_go_on(
    growth: Board, books: Books, table: AgendaItem, kind: str
) -> None:
    growth.decide(table, kind, aside=Aside(learned="Nobody buys it."))
    assert not FundingRequest.objects.filter(state="submitted").exists()


def test_a_decision_stands_when_no_money_can_be_asked_for_and_says_why(
    growth: Board, books: Books, table: AgendaItem, client_of: Callable[[Person], Client]
) -> None:
    type(books.budget).objects.update(ends_on=clock.today() - dt.timedelta(days=1))
    growth.decide(table, "fund")
    assert not FundingRequest.objects.filter(state="submitted").exists()
    assert "No money was asked for: Say from which budget it is paid." in told().sentence
    where = f"{Review.objects.get(pk=table.review_id).get_absolute_url()}bets/{books.bet.key}/"
    assert "No money was asked for" in text(client_of(growth.chair).get(where))


def test_a_request_that_waits_is_not_asked_for_twice(growth: Board, books: Books, table: AgendaItem) -> None:
    waiting = books.commit(books.second)
    growth.decide(table, "persist")
    assert FundingRequest.objects.get(state="submitted") == waiting
    assert "Money is asked for already" in told().sentence


def test_whoever_decided_asks_for_nothing_else_without_the_role(growth: Board, books: Books, table: AgendaItem) -> None:
    growth.decide(table, "persist")
    with pytest.raises(Refused, match="You may not ask for money"):
        ask_tranche(
            uuid.uuid4(), books.second, "commit", amount=100, why=Why("plan", "More."), by=growth.chair, at=growth.at,
            today=growth.today, budget=books.budget,
        )  # fmt: skip
    assert FundingRequest.objects.filter(state="submitted").count() == 1
