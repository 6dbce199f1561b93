"""The API of files of money, of actuals and of reconciliations."""

import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from funding.models import Actual, Budget, MoneyFile
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db

BUDGETS = "Code;Name;Class;Starts;Ends;Plafond;Spent;Cost centre\nRUN-1;Run;run;2026-01-01;2026-12-31;1000;300;4711\n"
ACTUALS = "Document;Date;Amount;Reference\nD1;2026-03-01;10;NONE\nD2;2026-03-01;1,000;NONE\n"


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def send(client: Client, url: str, sent: Any = None) -> Any:
    return client.post(url, json.dumps(sent or {}), content_type="application/json", headers=key())


def upload(client: Client, books: Books, text: str, headers: dict[str, str] | None = None, **more: str) -> Any:
    sent = {"kind": "budgets", "ledger": books.ledger.code, "file": SimpleUploadedFile("b.csv", text.encode()), **more}
    return client.post("/api/money/files/", sent, headers=headers or key())


def test_budgets_come_in_are_mapped_taken_over_and_undone(books: Books, finance_client: Client) -> None:
    made = upload(finance_client, books, BUDGETS)
    assert (made.status_code, made.json()["rows_bad"]) == (201, 1)
    at, columns = made["Location"], made.json()["columns"]
    plain = [{"header": one["header"], "means": one["means"] or "amount"} for one in columns]
    mapped = send(finance_client, f"{at}columns/", {"columns": plain}).json()
    assert [one["said"] for one in mapped["errors"]] == ["Say which domain cost centre 4711 belongs to."]
    assert mapped["cost_centres"] == [{"cost_centre": "4711", "domain": None}]
    centres = {"cost_centres": [{"cost_centre": "4711", "domain": books.domain.key}]}
    assert send(finance_client, f"{at}cost-centres/", centres).json()["rows_bad"] == 0
    assert send(finance_client, f"{at}take/", {"as_of": "9999-12-31"}).status_code == 409
    taken = send(finance_client, f"{at}take/", {"as_of": "2026-03-02"})
    assert (taken.status_code, taken.json()["state"], taken.json()["budgets"]) == (200, "done", ["RUN-1"])
    assert Budget.objects.get(code="RUN-1").accounts.get(kind="spent").balance == 30_000
    f.FiscalPeriodFactory(ledger=books.ledger, code="later", starts_on="2027-04-07", ends_on="2099-12-31")
    assert send(finance_client, f"{at}undo/").json()["state"] == "undone"
    assert send(finance_client, f"{at}drop/").status_code == 409
    assert finance_client.get("/api/money/files/").json()["count"] == 1


def test_the_same_upload_under_one_key_comes_in_once(books: Books, finance_client: Client) -> None:
    headers = key()
    first, again = (upload(finance_client, books, ACTUALS, headers, kind="actuals", source="SAP") for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert MoneyFile.objects.count() == 1
    assert upload(finance_client, books, BUDGETS, headers).status_code == 409


def test_actuals_are_listed_and_placed(books: Books, finance_client: Client) -> None:
    at = upload(finance_client, books, ACTUALS, kind="actuals", source="SAP")["Location"]
    assert send(finance_client, f"{at}take/").status_code == 409, "a line has an error"
    assert send(finance_client, f"{at}take/", {"leaving_out": 1}).json()["actuals"]["waiting"] == 1
    waiting = finance_client.get("/api/money/actuals/?state=waiting").json()["results"]
    assert [(one["document_id"], one["amount"]) for one in waiting] == [("D1", {"amount": 1000, "currency": "EUR"})]
    books.given(books.first, "released")
    account = books.account("released", books.first)
    url = f"/api/money/actuals/{waiting[0]['id']}/place/"
    assert send(finance_client, url, {"account": account.pk, "effective_date": "1999-01-01"}).status_code == 409
    assert send(finance_client, url, {"account": 0}).status_code == 404
    placed = send(finance_client, url, {"account": account.pk})
    assert (placed.status_code, placed.json()["transfer"]) == (200, 4)
    assert finance_client.get("/api/money/actuals/?state=placed&source=SAP").json()["count"] == 1
    assert send(finance_client, f"/api/money/ledgers/{books.ledger.code}/place-waiting/").json() == {"placed": 0}


def test_books_are_reconciled(books: Books, finance_client: Client) -> None:
    sent = {
        "ledger": books.ledger.code, "source": "SAP", "as_of": "2026-03-02",
        "totals": [{"cost_centre": "1", "amount": 500}],
    }  # fmt: skip
    made = send(finance_client, "/api/money/reconciliations/", sent)
    assert (made.status_code, made.json()["theirs"], made.json()["differ"]) == (201, 500, 1)
    lines = finance_client.get(f"{made['Location']}lines/").json()["results"]
    assert [(one["ours"], one["theirs"], one["name"]) for one in lines] == [(0, 500, "not_here")]
    for amount in (1.9, "1e3", None, True, 2**63):
        assert (
            send(finance_client, "/api/money/reconciliations/", sent | {"totals": [{"amount": amount}]}).status_code
            == 400
        )


def test_a_key_is_needed_and_others_find_nothing(books: Books, finance_client: Client, client_of: Any) -> None:
    at = upload(finance_client, books, ACTUALS, kind="actuals", source="SAP")["Location"]
    assert finance_client.post(f"{at}drop/", "{}", content_type="application/json").status_code == 400
    person = f.PersonFactory()
    f.RoleGrantFactory(person=person, role="finance", domain=books.domain)
    assert send(client_of(person), f"{at}drop/").status_code == 404
    assert send(client_of(books.lead), f"{at}take/", {"leaving_out": 1}).status_code == 409, "sees, but may not"
    assert not Actual.objects.exists()
