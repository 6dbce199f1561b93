"""The books of a test, and somebody of finance who has signed in.."""

from collections.abc import Callable

import pytest
from django.test import Client

from org.models import Person
from tests.funding.books import Books, open_books


@pytest.fixture
def books(db: None) -> Books:
    return open_books()


@pytest.fixture
def finance_client(books: Books, client_of: Callable[[Person], Client]) -> Client:
    return client_of(books.checker)
