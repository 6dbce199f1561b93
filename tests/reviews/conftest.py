"""What tests of reviews that move money share: books of today, and a board that reviews their bet."""

import pytest

from portfolio.models import AgendaItem
from tests.funding.books import Books, books_of_today
from tests.reviews.board import Board
from tests.reviews.table import board_of_today, unasked_of


@pytest.fixture
def books() -> Books:
    return books_of_today()


@pytest.fixture
def growth(books: Books) -> Board:
    return board_of_today()


@pytest.fixture
def unasked(growth: Board, books: Books) -> AgendaItem:
    return unasked_of(growth, books)
