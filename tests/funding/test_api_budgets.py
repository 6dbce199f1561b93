"""Programs read budgets and the funding map, and finance keeps budgets: as on the pages, by the same actions."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from funding.models import Budget
from org.models import Person
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db
URL = "/api/money/budgets/"
SignIn = Callable[[Person], Client]


def send(client: Client, url: str, sent: Any = None, method: str = "post", key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return getattr(client, method)(url, json.dumps(sent or {}), content_type="application/json", headers=headers)


def opening(books: Books, **other: Any) -> dict[str, Any]:
    return {
        "ledger": books.ledger.code, "code": "N-1", "name": "New", "domain": books.domain.key, "funding_class": "bet",
        "starts_on": "2026-01-01", "ends_on": "2026-12-31",
    } | other  # fmt: skip


def test_a_budget_is_read_with_its_figures(books: Books, finance_client: Client) -> None:
    books.given(books.first, "released")
    told = finance_client.get(f"{URL}{books.budget.pk}/").json()
    assert (told["code"], told["currency"], told["level"], told["team"]) == ("DS-2026", "EUR", "fine", None)
    assert told["figures"] == {
        "original": 100_000_000, "supplements": 0, "returned": 0, "moved_in": 0, "moved_out": 0,
        "current": 100_000_000, "requested": 0, "committed": 0, "released": 10_000_000, "set_aside": 0, "spent": 0,
        "available": 90_000_000,
    }  # fmt: skip
    assert finance_client.get(URL).json()["results"] == [told]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("funding_class=bet", 1), ("funding_class=team", 0), ("withdrawn=no", 1), ("withdrawn=yes", 0),
        (f"runs_on={f.TODAY}", 1), ("runs_on=1999-01-01", 0), ("ledger=none", 0), ("domain=none", 0),
    ],
)  # fmt: skip
def test_budgets_are_filtered(finance_client: Client, asked: str, count: int) -> None:
    assert finance_client.get(f"{URL}?{asked}").json()["count"] == count


def test_a_budget_is_opened_once_under_a_key_changed_and_withdrawn(books: Books, finance_client: Client) -> None:
    made, again = (send(finance_client, URL, opening(books), key="budget-n-1") for _ in range(2))
    assert (made.status_code, again.status_code, Budget.objects.filter(code="N-1").count()) == (201, 201, 1)
    assert again.json() == made.json()
    where = made["Location"]
    stale = send(finance_client, where, {"warn_percent": 60, "seen": "0"}, "patch")
    assert (stale.status_code, stale.json()["detail"][:30]) == (409, "Somebody changed this meanwhil")
    changed = send(finance_client, where, {"warn_percent": 60, "seen": made.json()["seen"]}, "patch")
    assert (changed.status_code, changed.json()["warn_percent"], changed.json()["name"]) == (200, 60, "New")
    gone = send(finance_client, f"{where}withdraw/")
    assert (gone.status_code, gone.json()["withdrawn_at"] is None) == (200, False)


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"code": "DS-2026"}, 409), ({"funding_class": "team"}, 409), ({"funding_class": "gift"}, 400),
        ({"domain": "none"}, 400), ({"team": "none"}, 400), ({"warn_percent": 101}, 400), ({"starts_on": "soon"}, 400),
        ({"starts_on": "2026-12-31", "ends_on": "2026-01-01"}, 409), ({"ends_on": "9999-12-31"}, 409),
        ({"name": "\x00"}, 400), ({"amount": 1}, 400), ({"domain": None}, 400), ({"ledger": ""}, 400),
    ],
)  # fmt: skip
def test_what_cannot_be_opened_is_answered_with_a_sentence(
    books: Books, finance_client: Client, other: dict[str, Any], status: int
) -> None:
    answer = send(finance_client, URL, opening(books, **other))
    assert (answer.status_code, bool(answer.json()["reasons"])) == (status, True)
    assert Budget.objects.count() == 1


def test_a_lead_reads_budgets_and_opens_none(books: Books, client_of: SignIn) -> None:
    lead = client_of(books.lead)
    assert lead.get(URL).json()["count"] == 1
    assert send(lead, URL, opening(books)).status_code in (400, 409)
    assert send(lead, f"{URL}{books.budget.pk}/", {"name": "Mine"}, "patch").status_code == 409


def test_who_reaches_no_money_there_finds_nothing(
    books: Books, client_of: SignIn, outsider: Person, viewer: Person
) -> None:
    one = f"{URL}{books.budget.pk}/"
    assert client_of(outsider).get(one).status_code == 404
    for method, url in (("patch", one), ("post", f"{one}withdraw/")):
        assert send(client_of(outsider), url, {}, method).status_code == 404, url
    assert client_of(outsider).get(URL).json()["count"] == 0
    assert [client_of(viewer).get(url).status_code for url in (URL, "/api/money/map/")] == [404, 404]


def test_the_map_says_how_the_money_is_given(books: Books, finance_client: Client) -> None:
    told = finance_client.get("/api/money/map/?currency=EUR").json()
    assert told["now"][1] == {"funding_class": "bet", "amount": 100_000_000, "percent": 100.0}
    assert [place["domain"] for place in told["domains"]] == [books.domain.key]
    assert told["sentence"].startswith("In 20")
    assert [one["period"] for one in told["periods"]] == [told["period"]]
