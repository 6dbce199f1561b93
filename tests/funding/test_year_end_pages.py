"""The page and the address by which finance carries out the end of a year."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from funding import actions
from funding.models import Account, Budget, FiscalPeriod
from lib.clock import today
from org.models import Person
from tests import factories as f
from tests.funding.books import Books, books_of_today

pytestmark = pytest.mark.django_db
SAID = {"because": "As the budget says."}


@pytest.fixture
def books() -> Books:
    """A tranche is committed; the budget ended yesterday, and the next one has begun."""
    books = books_of_today()
    books.given(books.first)
    Budget.objects.filter(pk=books.budget.pk).update(ends_on=today() - dt.timedelta(days=1))
    return books


@pytest.fixture
def later(books: Books) -> Budget:
    return actions.open_budget(
        books.ledger, "NEXT", "Bets of next year", books.domain, "bet", today(), today() + dt.timedelta(days=300),
        at=f.AT,
    )  # fmt: skip


def where(books: Books) -> str:
    return f"/money/budgets/{books.budget.pk}/year-end/"


def filled(client: Client, books: Books, **typed: Any) -> dict[str, Any]:
    form = client.get(where(books)).context["form"]
    return {"key": form["key"].value(), "seen": form["seen"].value(), **SAID, **typed}


def test_who_may_not_see_the_money_finds_no_page(books: Books, client: Client, client_of: Any) -> None:
    assert client.get(where(books)).url.startswith("/accounts/login/")
    viewer = f.PersonFactory()
    f.RoleGrantFactory(person=viewer, role="viewer")
    assert client_of(viewer).get(where(books)).status_code == 404


def test_who_does_not_keep_budgets_reads_why(books: Books, client_of: Callable[[Person], Client]) -> None:
    page = client_of(books.lead).get(where(books)).content.decode()
    assert "It cannot be carried out now" in page
    assert "takes the role finance" in page


def test_finance_rolls_it_forward_once(books: Books, later: Budget, finance_client: Client) -> None:
    sent = filled(finance_client, books, successor=later.pk)
    for _ in range(2):  # a double click
        assert finance_client.post(where(books), sent).status_code == 302
    assert Account.objects.get(budget=later, tranche=books.first).balance == 10_000_000


def test_the_reason_stays_when_something_is_missing(books: Books, later: Budget, finance_client: Client) -> None:
    answer = finance_client.post(where(books), filled(finance_client, books, successor="", because="Keep <me>"))
    assert answer.status_code == 422
    assert "Choose into which budget it rolls forward." in answer.content.decode()
    assert "Keep &lt;me&gt;" in answer.content.decode()


def test_what_was_committed_meanwhile_is_not_moved_unseen(books: Books, later: Budget, finance_client: Client) -> None:
    sent = filled(finance_client, books, successor=later.pk)
    books.given(books.second)
    answer = finance_client.post(where(books), sent)
    assert (answer.status_code, answer.context["page"].committed) == (409, 20_000_000)


def test_without_a_next_budget_the_page_says_what_to_do(books: Books, finance_client: Client) -> None:
    assert "open one first" in finance_client.get(where(books)).content.decode()


def test_the_period_in_which_a_budget_ends_leads_there(books: Books, finance_client: Client) -> None:
    day = today() - dt.timedelta(days=1)
    period = FiscalPeriod.objects.get(ledger=books.ledger, starts_on__lte=day, ends_on__gte=day)
    page = finance_client.get(f"/money/ledgers/{books.ledger.code}/periods/{period.code}/").content.decode()
    assert f'href="{where(books)}"' in page
    assert "€100,000.00 of it is committed and not released" in page


def test_it_is_carried_out_by_api(books: Books, finance_client: Client) -> None:
    Budget.objects.filter(pk=books.budget.pk).update(year_end="lapse")
    url, headers = f"/api{where(books)}", {"Idempotency-Key": str(uuid.uuid4())}
    first = finance_client.post(url, SAID, content_type="application/json", headers=headers)
    again = finance_client.post(url, SAID, content_type="application/json", headers=headers)
    other = finance_client.post(
        url, SAID, content_type="application/json", headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert (first.json()["figures"]["available"], first.json()["figures"]["committed"]) == (100_000_000, 0)
