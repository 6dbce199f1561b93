"""A board whose bets are paid from books of today: what tests of the betting table share."""

import datetime as dt
from typing import Any

from bets.models import Bet
from funding.models import Budget, FundingRequest
from lib import clock
from org.models import Person
from portfolio import actions
from portfolio.models import AgendaItem, Assignment, Review
from portfolio.table_money import Purse, assignments_of, purses_of
from tests import factories as f
from tests.funding.books import Books
from tests.reviews.board import Board, board


def board_of_today() -> Board:
    made = board(now=True)
    Review.objects.filter(pk=made.review.pk).update(held_on=clock.today())
    return made


def other_bet(books: Books, key: str = "B-other", amount: int = 99_000_000) -> Bet:
    bet = f.BetFactory(key=key, domain=books.domain, state="live")
    f.TrancheFactory(bet=bet, sequence=1, amount=amount)
    return bet


def assign(growth: Board, books: Books, amount: int = 6_000_000, bet: Bet | None = None, **more: Any) -> Assignment:
    asked: dict[str, Any] = {"by": growth.chair, "at": growth.at, "today": growth.today, "budget": books.budget} | more
    return actions.assign_money(growth.review, bet or books.bet, amount=amount, **asked)


def purse(growth: Board, books: Books) -> Purse:
    return purses_of(growth.review, assignments_of(growth.review), growth.today)[books.budget.pk]


def opened(growth: Board, bet: Bet) -> AgendaItem:
    growth.opened()
    return actions.open_item(growth.review.items.get(bet=bet), by=growth.chair, at=growth.at)


def changed(books: Books, change: dict[str, Any]) -> Budget:
    Budget.objects.filter(pk=books.budget.pk).update(**change)
    books.budget.refresh_from_db()
    return books.budget


def ask(growth: Board, item: AgendaItem, by: Person | None = None) -> FundingRequest:
    return actions.ask_for_item(item, by=by or growth.chair, at=growth.at, today=growth.today)


def unasked_of(growth: Board, books: Books) -> AgendaItem:
    """Decided to go on, while no budget could pay it."""
    growth.item(books.bet)
    runs_until = books.budget.ends_on
    changed(books, {"ends_on": clock.today() - dt.timedelta(days=1)})
    item = opened(growth, books.bet)
    growth.decide(item, "fund")
    changed(books, {"ends_on": runs_until})
    return growth.review.items.get()
