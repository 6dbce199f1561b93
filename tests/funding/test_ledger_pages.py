"""Pages of the books: who sees what of them, and what can be done there."""

import datetime as dt
import hashlib
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funding import actions
from funding.models import Account, ExportBatch, FiscalPeriod, Ledger, Transfer
from tests import factories as f
from tests.funding.books import Books, committed_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Books:
    return committed_books()


def pages(books: Books) -> list[str]:
    """Every page of a ledger, with what only those find there who see the money of all domains at the end."""
    at, account = f"/money/ledgers/{books.ledger.code}/", books.account("available").pk
    whole = [f"{at}accounts/", f"{at}accounts/{account}/", f"{at}transfers/2/", f"{at}transfers/2/reverse/"]
    return ["/money/ledgers/", "/money/open-ledger/", at, *whole, *whole_books(books)]


def whole_books(books: Books) -> list[str]:
    at = f"/money/ledgers/{books.ledger.code}/"
    appropriation = actions.appropriation_of(books.ledger).pk
    return [
        f"{at}periods/", f"{at}periods/open/", f"{at}add-year/", f"{at}add-period/", f"{at}journals/", f"{at}verify/",
        f"{at}accounts/{appropriation}/", "/money/audit/", "/money/audit.csv",
    ]  # fmt: skip


def test_nobody_sees_the_books_without_signing_in(books: Books) -> None:
    for page in pages(books):
        assert Client().get(page).status_code == 302, page


def test_whoever_sees_no_money_finds_nothing(books: Books, client_of) -> None:
    viewer = f.PersonFactory()
    f.RoleGrantFactory(person=viewer, role="viewer")
    for page in pages(books):
        assert client_of(viewer).get(page).status_code == 404, page


def test_whoever_sees_money_everywhere_sees_all_of_it(books: Books, finance_client: Client) -> None:
    for page in pages(books):
        assert finance_client.get(page).status_code == 200, page


def test_whoever_sees_the_money_of_another_domain_sees_none_of_this(books: Books, client_of) -> None:
    stranger = f.PersonFactory()
    f.RoleGrantFactory(person=stranger, role="product_lead", domain=f.DomainFactory())
    client, at = client_of(stranger), f"/money/ledgers/{books.ledger.code}/"
    assert client.get("/money/ledgers/").context["glances"] == []
    for page in (
        at,
        f"{at}accounts/",
        f"{at}transfers/2/",
        f"{at}accounts/{books.account('available').pk}/",
        *whole_books(books),
    ):
        assert client.get(page).status_code == 404, page


def test_whoever_sees_the_money_of_this_domain_sees_its_transfers(books: Books, client_of) -> None:
    insider = f.PersonFactory()
    f.RoleGrantFactory(person=insider, role="product_lead", domain=books.domain)
    other = actions.open_budget(
        books.ledger, "OTHER", "Other", f.DomainFactory(), "bet", f.TODAY, f.TODAY, at=f.AT
    )  # fmt: skip
    move = actions.Move(
        uuid.uuid4(), "open", actions.appropriation_of(books.ledger), actions.account_of(other, "available"), 5,
        f.TODAY, "opening", document="Opening balance",
    )  # fmt: skip
    actions.post(move, at=f.AT, by=None)
    page = client_of(insider).get(f"/money/ledgers/{books.ledger.code}/")
    assert [transfer.seq for transfer in page.context["statement"].page] == [2, 1]


@pytest.mark.parametrize(
    ("asked", "seqs"),
    [
        ("kind=commit", [2]), ("period=open", [2, 1]), ("account=committed", [2]), ("q=opening", [1]), ("q=2", [2]),
        ("kind=nonsense&account=" + "x" * 500, [2, 1]), ("q=" + "9" * 100, []),
    ],
)  # fmt: skip
def test_a_statement_is_narrowed(books: Books, finance_client: Client, asked: str, seqs: list[int]) -> None:
    page = finance_client.get(f"/money/ledgers/{books.ledger.code}/?{asked}")
    assert [transfer.seq for transfer in page.context["statement"].page] == seqs


@pytest.mark.parametrize("page", ["", "accounts/", "periods/", "journals/"])
def test_a_page_takes_as_many_queries_for_much_as_for_little(books: Books, finance_client: Client, page: str) -> None:
    address = f"/money/ledgers/{books.ledger.code}/{page}"
    actions.export_journal(books.ledger, by=books.checker, at=f.AT)
    with CaptureQueriesContext(connection) as few:
        finance_client.get(address)
    books.approve(books.commit(books.second))
    actions.export_journal(books.ledger, by=books.checker, at=f.AT)
    actions.add_year(books.ledger, 2040, at=f.AT)
    with CaptureQueriesContext(connection) as many:
        finance_client.get(address)
    assert len(many) == len(few)


def test_an_account_says_what_stood_in_it_after_each_transfer(books: Books, finance_client: Client) -> None:
    books.approve(books.commit(books.second))
    page = finance_client.get(f"/money/ledgers/{books.ledger.code}/accounts/{books.account('available').pk}/")
    rows = [(transfer.adds, transfer.stands) for transfer in page.context["page"]]
    assert rows == [(-10_000_000, 80_000_000), (-10_000_000, 90_000_000), (100_000_000, 100_000_000)]


def test_a_ledger_is_opened_with_its_periods(books: Books, finance_client: Client) -> None:
    typed = {"code": "northwind-jpy", "legal_entity": "Northwind KK", "currency": "jpy"}
    assert finance_client.post("/money/open-ledger/", typed).status_code == 302
    assert finance_client.post("/money/open-ledger/", typed).status_code == 409
    assert finance_client.post("/money/open-ledger/", typed | {"currency": "YE\x00"}).status_code == 422
    assert Ledger.objects.get(code="northwind-jpy").currency == "JPY"
    year = {"year": "2027", "first_month": "4", "grain": "month"}
    assert finance_client.post("/money/ledgers/northwind-jpy/add-year/", year).status_code == 302
    assert finance_client.post("/money/ledgers/northwind-jpy/add-year/", year).status_code == 409
    one = {"code": "2028-x", "starts_on": "2028-04-01", "ends_on": "2028-04-30"}
    assert finance_client.post("/money/ledgers/northwind-jpy/add-period/", one).status_code == 302
    assert finance_client.post("/money/ledgers/northwind-jpy/add-period/", one | {"ends_on": "x"}).status_code == 422
    assert FiscalPeriod.objects.filter(ledger__code="northwind-jpy").count() == 13


def test_a_period_is_closed_reopened_by_another_and_locked(books: Books, finance_client: Client, client_of) -> None:
    at = f"/money/ledgers/{books.ledger.code}/periods/open/"
    other = client_of(books.other)
    assert finance_client.post(f"{at}close/", {"seen": "another"}).status_code == 409
    assert finance_client.post(f"{at}close/", {"seen": finance_client.get(at).context["seen"]}).status_code == 302
    stale = {"seen": "another", "because": "An invoice came late."}
    answer = other.post(f"{at}reopen/", stale)
    assert (answer.status_code, b"An invoice came late." in answer.content) == (409, True)
    assert other.post(f"{at}reopen/", stale | {"seen": answer.context["seen"]}).status_code == 302
    assert finance_client.post(f"{at}lock/").status_code == 409
    assert finance_client.post(f"{at}close/", {"seen": finance_client.get(at).context["seen"]}).status_code == 302
    assert finance_client.post(f"{at}lock/").status_code == 302
    assert books.ledger.periods.get().state == "locked"


def test_a_period_page_says_beforehand_why_it_cannot_be_closed(books: Books, finance_client: Client) -> None:
    f.ActualFactory(ledger=books.ledger)
    books.commit(books.second)
    page = finance_client.get(f"/money/ledgers/{books.ledger.code}/periods/open/")
    assert page.context["refusals"] == ["1 document of its days wait to be placed in the ledger."]
    assert [warning.split(" ")[0] for warning in page.context["warnings"]] == ["open", "1", "2", "Nobody"]


def test_a_transfer_is_reversed_once_however_often_it_is_sent(books: Books, finance_client: Client) -> None:
    address = f"/money/ledgers/{books.ledger.code}/transfers/2/"
    typed = {
        "key": str(uuid.uuid4()), "document": "Mail of 3 March", "memo": "Wrong bet.",
        "effective_date": f.TODAY.isoformat(),
    }  # fmt: skip
    unsound = finance_client.post(f"{address}reverse/", typed | {"memo": "x" * 100_000})
    outside = finance_client.post(f"{address}reverse/", typed | {"effective_date": "1999-01-01"})
    assert (unsound.status_code, outside.status_code) == (422, 409)
    assert b"Mail of 3 March" in outside.content
    for _ in range(2):
        assert finance_client.post(f"{address}reverse/", typed).status_code == 302
    assert Transfer.objects.get(reverses__seq=2).seq == 3
    assert Account.objects.get(pk=books.account("available").pk).balance == 100_000_000
    assert finance_client.get(f"{address}reverse/").context["refusals"] == [
        "Transfer 2 was reversed already, by transfer 3."
    ]


def test_books_are_verified_on_their_page(books: Books, finance_client: Client) -> None:
    page = finance_client.post(f"/money/ledgers/{books.ledger.code}/verify/")
    assert (page.context["verdict"].fits, page.context["verdict"].checked) == (True, 2)


def test_a_journal_is_handed_over_and_downloaded(books: Books, finance_client: Client) -> None:
    address = f"/money/ledgers/{books.ledger.code}/journals/"
    assert finance_client.post(address).status_code == 302
    assert finance_client.post(address).status_code == 409
    batch = ExportBatch.objects.get()
    for form, kept in (("csv", batch.sha256_csv), ("json", batch.sha256_json)):
        file = finance_client.get(f"/money/ledgers/{books.ledger.code}/journals/1.{form}")
        assert hashlib.sha256(file.getvalue()).hexdigest() == kept


def test_the_audit_trail_says_who_did_what(books: Books, finance_client: Client) -> None:
    page = finance_client.get("/money/audit/", {"person": books.lead.pk, "kind": "funding requested"})
    assert [event.by_id for event in page.context["page"]] == [books.lead.pk]
    assert f'href="/money/requests/{page.context["page"][0].payload["request"]}/"' in page.content.decode()
    later = finance_client.get("/money/audit/", {"since": (f.TODAY + dt.timedelta(days=400)).isoformat(), "until": "x"})
    assert later.context["page"].paginator.count == 0
    file = finance_client.get("/money/audit.csv").getvalue().decode()
    assert "Ledger Northwind" in file
