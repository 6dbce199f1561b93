"""The audit trail of the money by API: the same events and filters as on the page."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from funding import actions
from org.models import Person
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db
URL = "/api/money/audit/"


def test_it_is_read_and_narrowed_as_on_the_page(books: Books, finance_client: Client) -> None:
    request = books.commit(books.first)
    books.approve(request)
    found = finance_client.get(URL, {"kind": "funding approval", "person": books.checker.email, "since": "2026-03-02"})
    (one,) = found.json()["results"]
    assert one["sentence"] == (f"Request {request.pk} over €100,000.00 to commit tranche 1: {books.checker} said yes.")
    assert (one["about"], one["number"], one["more"]["request"]) == ("bets.bet", books.bet.pk, request.pk)
    for narrow in ({"person": books.lead.email}, {"until": "2026-03-01"}, {"kind": "funding refusal"}):
        assert finance_client.get(URL, {"kind": "funding approval", **narrow}).json()["count"] == 0


@pytest.mark.parametrize("asked", [{"since": "soon"}, {"who": "me"}, {"person": "a\x00b"}], ids=str)
def test_what_it_does_not_understand_is_refused(asked: dict[str, str], books: Books, finance_client: Client) -> None:
    assert finance_client.get(URL, asked).status_code == 400


def test_whoever_sees_the_money_of_some_domains_alone_finds_none(
    books: Books, client: Client, client_of: Callable[[Person], Client]
) -> None:
    assert client.get(URL).status_code == 401
    person = f.PersonFactory()
    f.RoleGrantFactory(person=person, role="finance", domain=books.domain)
    assert client_of(person).get(URL).status_code == 404


def test_a_history_says_how_much_and_what_for(books: Books, finance_client: Client) -> None:
    other = f.BudgetFactory(ledger=books.ledger, domain=books.domain, name="Platform")
    why = actions.Why("reorganised", "It belongs there.")
    key = uuid.uuid4()
    request = actions.move_budget(
        key, books.budget, "reallocate", amount=150_000, why=why, other=other, by=books.lead, at=f.AT, today=f.TODAY
    )
    said = finance_client.get(URL, {"kind": "funding requested"}).json()["results"][0]["sentence"]
    assert said == f"Request {request.pk} over €1,500.00 to move it from Bets of direct sales to Platform submitted."
