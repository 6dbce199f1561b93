"""The API of the books: what programs read of them, and what they close, reverse and hand over."""

import hashlib
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from funding.models import Transfer
from tests import factories as f
from tests.funding.books import Books, committed_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    return committed_books()


@pytest.fixture
def at(books: Books) -> str:
    return f"/api/money/ledgers/{books.ledger.code}/"


def send(client: Client, url: str, sent: Any = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return client.post(url, json.dumps(sent or {}), content_type="application/json", headers=headers)


def test_a_ledger_is_opened_with_a_year(finance_client: Client) -> None:
    sent = {"code": "northwind-bhd", "legal_entity": "Northwind WLL", "currency": "BHD"}
    opened = send(finance_client, "/api/money/ledgers/", sent)
    assert (opened.status_code, opened.json()["decimals"], opened.json()["seq"]) == (201, 3, 0)
    assert send(finance_client, "/api/money/ledgers/", sent).status_code == 409
    year = send(finance_client, f"{opened['Location']}years/", {"year": 2027, "grain": "month"})
    assert [one["code"] for one in year.json()["periods"]][:2] == ["2027-01", "2027-02"]
    one = {"code": "2028-Q1", "starts_on": "2028-01-01", "ends_on": "2028-03-31"}
    assert send(finance_client, f"{opened['Location']}periods/", one).status_code == 201
    assert finance_client.get(f"{opened['Location']}periods/").json()["count"] == 13


@pytest.mark.parametrize(
    ("asked", "seqs"),
    [
        ("", [1, 2]), ("kind=commit", [2]), ("account=appropriation", [1]), ("document=Opening balance", [1]),
        ("q=opening", [1]), ("after=1", [2]), ("period=open&ordering=-amount", [1, 2]), ("q=%E2%82%AC", []),
    ],
)  # fmt: skip
def test_transfers_are_narrowed(finance_client: Client, at: str, asked: str, seqs: list[int]) -> None:
    assert [one["seq"] for one in finance_client.get(f"{at}transfers/?{asked}").json()["results"]] == seqs


def test_balances_are_read(finance_client: Client, at: str, books: Books) -> None:
    stands = {one["kind"]: one["balance"] for one in finance_client.get(f"{at}accounts/").json()["results"]}
    assert stands == {"appropriation": -100_000_000, "available": 90_000_000, "committed": 10_000_000}


def test_a_transfer_is_reversed_once_under_one_key(finance_client: Client, at: str) -> None:
    sent = {"document": "Mail of 3 March", "memo": "Wrong bet.", "effective_date": f.TODAY.isoformat()}
    key = str(uuid.uuid4())
    first, again = (send(finance_client, f"{at}transfers/2/reverse/", sent, key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert Transfer.objects.get(reverses__seq=2).seq == first.json()["seq"] == 3
    assert finance_client.get(f"{at}transfers/2/").json()["reversed_by"] == 3
    assert send(finance_client, f"{at}transfers/2/reverse/", sent).status_code == 409
    without = finance_client.post(f"{at}transfers/1/reverse/", json.dumps(sent), content_type="application/json")
    assert (without.status_code, "Idempotency-Key" in without.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"effective_date": "1999-01-01"}, 409), ({"effective_date": "9999-12-31"}, 409),
        ({"effective_date": "2026-13-01"}, 400), ({"effective_date": None}, 400), ({"memo": "x" * 100_000}, 400),
        ({"memo": "\x00"}, 400), ({"memo": " "}, 400), ({"amount": 5}, 400),
    ],
)  # fmt: skip
def test_a_reversal_that_makes_no_sense_posts_nothing(finance_client: Client, at: str, wrong: Any, status: int) -> None:
    sent = {"document": "Mail of 3 March", "memo": "Wrong bet.", "effective_date": f.TODAY.isoformat()} | wrong
    assert send(finance_client, f"{at}transfers/2/reverse/", sent).status_code == status
    assert Transfer.objects.count() == 2


def test_a_period_is_closed_reopened_and_locked(finance_client: Client, at: str, books: Books, client_of) -> None:
    period = f"{at}periods/open/"
    seen = finance_client.get(period).json()["seen"]
    assert send(finance_client, f"{period}close/", {"seen": "another"}).status_code == 409
    closed = send(finance_client, f"{period}close/", {"seen": seen})
    assert (closed.status_code, closed.json()["state"], closed.json()["totals"]["transfers"]) == (200, "closed", 2)
    assert send(finance_client, f"{period}reopen/", {"because": "An invoice came late."}).status_code == 409
    reopened = send(client_of(books.other), f"{period}reopen/", {"because": "An invoice came late."})
    assert (reopened.status_code, reopened.json()["state"]) == (200, "open")
    assert send(finance_client, f"{period}lock/").status_code == 409
    assert send(finance_client, f"{period}close/").status_code == 200
    assert send(finance_client, f"{period}lock/").json()["state"] == "locked"


def test_a_journal_is_handed_over_and_is_the_same_file_every_time(finance_client: Client, at: str) -> None:
    made = send(finance_client, f"{at}journals/")
    assert (made.status_code, made.json()["first_seq"], made.json()["last_seq"]) == (201, 1, 2)
    for form in ("csv", "json"):
        file = finance_client.get(f"{at}journals/1/?form={form}")
        assert hashlib.sha256(file.content).hexdigest() == made.json()[f"sha256_{form}"]
    assert finance_client.get(f"{at}journals/1/?form=xml").status_code == 400
    assert send(finance_client, f"{at}journals/").status_code == 409


def test_a_ledger_is_verified(finance_client: Client, at: str) -> None:
    assert send(finance_client, f"{at}verify/").json() == {"fits": True, "checked": 2, "seq": None, "why": ""}


def test_the_books_are_kept_by_finance_alone(at: str, books: Books, client_of) -> None:
    lead, stranger = client_of(books.lead), f.PersonFactory()
    f.RoleGrantFactory(person=stranger, role="finance", domain=f.DomainFactory())
    for address in ("periods/open/close/", "journals/", "verify/", "transfers/2/reverse/"):
        assert send(client_of(stranger), f"{at}{address}").status_code == 404, address
    assert send(lead, f"{at}periods/open/close/").status_code == 409
    assert send(lead, f"{at}journals/").status_code == 409
