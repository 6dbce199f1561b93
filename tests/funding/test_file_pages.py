"""Pages of files of money, of actuals and of reconciliations."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bets.imports.columns import meaning_of
from funding import actions
from funding.file_forms import MEANINGS
from funding.imports.columns import ALIASES
from funding.models import Actual, Budget, MoneyFile, Reconciliation
from org.models import Person
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db

BUDGETS = "Code;Name;Domain;Class;Starts;Ends;Amount;Spent;Cost centre\n"
ROW = "RUN-1;Run of claims;;run;2026-01-01;2026-12-31;1000.00;300;4711\n"
PAGES = [
    "/money/files/", "/money/files/new/", "/money/files/{file}/", "/money/files/{file}/errors.csv",
    "/money/files/budgets.csv", "/money/actuals/", "/money/actuals/{actual}/place/", "/money/reconciliations/",
    "/money/reconciliations/new/", "/money/reconciliations/{made}/", "/money/reconciliations/{made}.csv",
]  # fmt: skip


def sent(text: str, name: str = "b.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def upload(client: Client, books: Books, text: str, kind: str = "budgets", source: str = "") -> MoneyFile:
    answer = client.post(
        "/money/files/new/", {"kind": kind, "ledger": books.ledger.pk, "source": source, "file": sent(text)}
    )
    assert answer.status_code == 302, answer.content.decode()
    return MoneyFile.objects.latest("pk")


def addresses(books: Books) -> list[str]:
    actual = f.ActualFactory(ledger=books.ledger)
    named = {
        "file": f.MoneyFileFactory(ledger=books.ledger).pk, "actual": actual.pk,
        "made": f.ReconciliationFactory(ledger=books.ledger).pk,
    }  # fmt: skip
    return [page.format(**named) for page in PAGES]


def test_pages_open_to_whoever_sees_all_the_money(books: Books, finance_client: Client) -> None:
    urls = addresses(books)
    assert {url: finance_client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


@pytest.mark.parametrize("who", ["anonymous", "viewer", "finance of one domain"])
def test_nobody_else_finds_them(books: Books, client: Client, who: str) -> None:
    person: Person = f.PersonFactory()
    if who != "anonymous":
        where = {"domain": books.domain} if who == "finance of one domain" else {}
        f.RoleGrantFactory(person=person, role="viewer" if who == "viewer" else "finance", **where)
        client.force_login(person)
    found = {client.get(url).status_code for url in addresses(books)}
    assert found == ({302} if who == "anonymous" else {404})


@pytest.mark.parametrize("everywhere", [True, False])
def test_only_whoever_finds_the_files_is_led_to_them(books: Books, client: Client, everywhere: bool) -> None:
    person: Person = f.PersonFactory()
    f.RoleGrantFactory(person=person, role="finance", **({} if everywhere else {"domain": books.domain}))
    client.force_login(person)
    assert ('href="/money/files/"' in client.get("/money/requests/").content.decode()) == everywhere


@pytest.mark.parametrize("kind", ["budgets", "actuals"])
def test_the_words_by_which_the_page_calls_the_columns_are_understood_as_headers(kind: str) -> None:
    read = {name: meaning_of(str(label), ALIASES[kind]) for name, label in MEANINGS[kind].items()}
    assert read == {name: name for name in MEANINGS[kind]}


def test_whoever_may_not_import_sees_why(books: Books, client: Client) -> None:
    client.force_login(books.lead)
    page = client.get("/money/files/new/").content.decode()
    assert "You may not import budgets or actuals here" in page
    answer = client.post(
        "/money/files/new/", {"kind": "budgets", "ledger": books.ledger.pk, "file": sent(BUDGETS + ROW)}
    )
    assert (answer.status_code, MoneyFile.objects.count()) == (409, 0)


def test_a_file_is_looked_at_mapped_taken_over_and_undone(books: Books, finance_client: Client) -> None:
    file = upload(finance_client, books, BUDGETS + ROW)
    page = finance_client.get(f"/money/files/{file.pk}/").content.decode()
    assert "Say which domain cost centre 4711 belongs to." in page
    assert "It cannot be taken over yet" in page
    answer = finance_client.post(f"/money/files/{file.pk}/cost-centres/", {"centre-0": books.domain.pk}, follow=True)
    page = answer.content.decode()
    assert "€700.00" in page
    assert "Open 1 budget" in page
    late = finance_client.post(f"/money/files/{file.pk}/take/", {"bad": 0, "as_of": "1999-01-01"})
    assert late.status_code == 409
    assert "No fiscal period holds 1999-01-01" in late.content.decode()
    finance_client.post(f"/money/files/{file.pk}/take/", {"bad": 0, "as_of": f.TODAY.isoformat()})
    assert Budget.objects.get(code="RUN-1").accounts.get(kind="spent").balance == 30_000
    again = finance_client.post(f"/money/files/{file.pk}/take/", {"bad": 0})
    assert again.status_code == 409
    assert "The budgets are open" in again.content.decode()


def test_columns_are_mapped_on_the_page(books: Books, finance_client: Client) -> None:
    file = upload(finance_client, books, BUDGETS.replace("Amount", "Plafond") + ROW)
    means = [column["means"] for column in file.columns]
    typed = {f"column-{place}": one or "amount" for place, one in enumerate(means)}
    assert finance_client.post(f"/money/files/{file.pk}/columns/", typed | {"column-0": "amount"}).status_code == 409
    assert finance_client.post(f"/money/files/{file.pk}/columns/", typed).status_code == 302
    file.refresh_from_db()
    assert [column["means"] for column in file.columns] == [one or "amount" for one in means]


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"kind": "budgets", "file": None}, 422, "Choose a file."),
        ({"kind": "actuals", "source": ""}, 422, "Say which system the actuals come from."),
        ({"kind": "poems"}, 422, "poems"),
        ({"source": "x" * 41}, 422, "40"),
        ({"source": "a\0b", "kind": "actuals"}, 422, "Null characters are not allowed."),
        ({"ledger": 999_999}, 422, "Select a valid choice"),
        ({"file": "PK\x03\x04"}, 409, "named like text"),
    ],
)
def test_what_cannot_come_in_is_said(
    books: Books, finance_client: Client, typed: dict[str, object], status: int, said: str
) -> None:
    given = {"kind": "budgets", "ledger": books.ledger.pk, "source": "", "file": BUDGETS + ROW} | typed
    given = {name: sent(str(value)) if name == "file" else value for name, value in given.items() if value is not None}
    answer = finance_client.post("/money/files/new/", given)
    assert (answer.status_code, MoneyFile.objects.count()) == (status, 0)
    assert said in answer.content.decode()


def test_a_file_that_is_too_large_is_not_taken_in(books: Books, finance_client: Client, settings: object) -> None:
    settings.IMPORT_MAX_BYTES = 10  # type: ignore[attr-defined]
    answer = finance_client.post(
        "/money/files/new/", {"kind": "budgets", "ledger": books.ledger.pk, "file": sent(BUDGETS + ROW)}
    )
    assert answer.status_code == 422
    assert "The file is larger than the 10" in answer.content.decode()


def test_actuals_wait_are_placed_by_hand_and_tried_again(books: Books, finance_client: Client) -> None:
    file = upload(finance_client, books, "Document;Date;Amount;Reference\nD1;2026-03-01;10;NONE\n", "actuals", "SAP")
    assert "There is no tranche and no budget" in finance_client.get(f"/money/files/{file.pk}/").content.decode()
    finance_client.post(f"/money/files/{file.pk}/take/", {"bad": 0})
    actual = Actual.objects.get()
    assert "D1" in finance_client.get("/money/actuals/").content.decode()
    assert "No document fits" in finance_client.get("/money/actuals/?q=nothing").content.decode()
    books.given(books.first, "released")
    place = f"/money/actuals/{actual.pk}/place/"
    account = books.account("released", books.first)
    for typed, status in (
        ({"account": "", "effective_date": "2026-03-01"}, 422),
        ({"account": books.account("available").pk, "effective_date": "2026-03-01"}, 422),
        ({"account": account.pk, "effective_date": "1999-01-01"}, 409),
        ({"account": account.pk, "effective_date": "2026-03-01"}, 302),
    ):
        assert finance_client.post(place, typed).status_code == status
    assert books.balance("spent", books.first) == 1_000
    assert finance_client.post(f"/money/actuals/again/{books.ledger.code}/", follow=True).status_code == 200
    assert "Nothing waits." in finance_client.get("/money/actuals/").content.decode()
    assert "Transfer 4" in finance_client.get("/money/actuals/?state=placed").content.decode()


def test_books_are_set_side_by_side_on_the_page(books: Books, finance_client: Client) -> None:
    typed = {"ledger": books.ledger.pk, "source": "SAP", "as_of": f.TODAY.isoformat()}
    bare = finance_client.post("/money/reconciliations/new/", typed)
    assert bare.status_code == 409
    assert "Nothing is known of SAP" in bare.content.decode()
    wrong = finance_client.post("/money/reconciliations/new/", typed | {"typed": "cost centre;amount\n1;1,000\n"})
    assert wrong.status_code == 409
    assert "Line 2: “1,000” is not an amount" in wrong.content.decode()
    both = {"typed": "cost centre;amount\n1;1\n", "file": sent("cost centre;amount\n1;1\n")}
    assert finance_client.post("/money/reconciliations/new/", typed | both).status_code == 422
    answer = finance_client.post(
        "/money/reconciliations/new/", typed | {"typed": "cost centre;amount\n=1;12.50\n"}, follow=True
    )
    assert "Not in Stakes" in answer.content.decode()
    assert answer.context["sums"] == {"ours": 0, "theirs": 1250, "difference": 1250}
    made = Reconciliation.objects.get()
    lines = b"".join(finance_client.get(f"/money/reconciliations/{made.pk}.csv")).decode().splitlines()
    assert lines[1] == "'=1,,,0.00,12.50,12.50,Not in Stakes,"
    assert made.as_of == f.TODAY


def test_undoing_and_dropping_go_back_to_the_files(books: Books, finance_client: Client) -> None:
    file = upload(finance_client, books, BUDGETS + ROW)
    assert finance_client.post(f"/money/files/{file.pk}/drop/").status_code == 302
    with_domain = ROW.replace(";;run", f";{books.domain.key};run")
    file = upload(finance_client, books, BUDGETS + with_domain)
    actions.take_over_money_file(file, by=books.checker, at=f.AT, as_of=f.TODAY)
    f.FiscalPeriodFactory(
        ledger=books.ledger, code="later", starts_on=f.TODAY + dt.timedelta(days=401), ends_on=dt.date(2099, 1, 1)
    )
    answer = finance_client.post(f"/money/files/{file.pk}/undo/", follow=True)
    assert "The file is undone" in answer.content.decode()
    assert Budget.objects.get(code="RUN-1").withdrawn_at is not None
