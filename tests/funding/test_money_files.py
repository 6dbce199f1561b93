"""Files of annual budgets: read, looked at, taken over as a whole, undone."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from bets.imports.values import Unread
from funding import actions
from funding.models import Account, Actual, Budget, Ledger, MoneyFile, Transfer
from funding.rules_files import read_amount
from lib.refusals import Refused
from org.models import Domain, Event
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db

HEADER = "Code;Name;Domain;Class;Team;Starts;Ends;Amount;Committed;Released;Spent;Cost centre;Account;Treatment\n"
ROW = "RUN-1;Run of claims;{domain};run;;2026-01-01;2026-12-31;1000.00;100.50;200.00;300;4711;660100;capex\n"


def upload(books: Books, text: str | bytes, kind: str = "budgets", name: str = "budgets.csv", **more: Any) -> MoneyFile:
    data = text.encode() if isinstance(text, str) else text
    return actions.upload_money_file(kind, books.ledger, name, data, by=books.checker, at=f.AT, **more)


def row(books: Books, **cells: str) -> str:
    """A line of a file of budgets, with some cells changed."""
    line = dict(zip(HEADER.strip().split(";"), ROW.format(domain=books.domain.key).strip().split(";"), strict=True))
    return ";".join((line | {name.replace("_", " "): text for name, text in cells.items()}).values()) + "\n"


def said(file: MoneyFile) -> list[tuple[int, str]]:
    """What is wrong, with its line."""
    return [(one.number, reason["said"]) for one in file.rows.order_by("number") for reason in one.reasons]


def take(file: MoneyFile, books: Books, **more: Any) -> MoneyFile:
    return actions.take_over_money_file(file, by=books.checker, at=f.AT, as_of=f.TODAY, **more)


def balances(budget: Budget) -> dict[str, int]:
    return {one.kind: one.balance for one in budget.accounts.all()}


def test_a_file_opens_budgets_with_what_stood_there(books: Books) -> None:
    file = upload(books, HEADER + row(books))
    assert (file.state, file.rows_seen, said(file)) == ("checked", 1, [])
    assert Budget.objects.filter(code="RUN-1").count() == 0
    take(file, books)
    budget = Budget.objects.get(code="RUN-1")
    assert balances(budget) == {"available": 39_950, "committed": 10_050, "released": 20_000, "spent": 30_000}
    assert (budget.domain, budget.funding_class, budget.treatment, budget.cost_centre, budget.erp_account) == (
        books.domain, "run", "capex", "4711", "660100",
    )  # fmt: skip
    posted = Transfer.objects.filter(debit_account__budget=budget)
    assert {one.kind for one in posted} == {"open"}
    assert {(one.document, one.treatment, one.cost_centre, one.effective_date) for one in posted} == {
        ("budgets.csv, line 2", "capex", "4711", f.TODAY)
    }
    assert Event.objects.filter(subject_type="funding.budget", subject_id=budget.pk, kind="budget imported").exists()
    call_command("verify_ledger", stdout=io.StringIO())


def test_workbooks_are_read_like_text(books: Books) -> None:
    book, data = Workbook(), io.BytesIO()
    book.active.append(HEADER.strip().split(";"))
    day = dt.date(2026, 1, 1)
    line = ["RUN-2", "Run", books.domain.name, "Run", None, day, day, 1000.5, None, None, 0, 4711, 660100, None]
    book.active.append(line)
    book.save(data)
    file = take(upload(books, data.getvalue(), name="budgets.xlsx"), books)
    assert balances(Budget.objects.get(code="RUN-2")) == {"available": 100_050}
    assert file.state == "done"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Amount": "1,000"}, "“1,000” is not an amount"),
        ({"Amount": "1.000"}, "has 3 decimals, and EUR has 2"),
        ({"Amount": "NaN"}, "“NaN” is not an amount"),
        ({"Amount": "1e3"}, "“1e3” is not an amount"),
        ({"Amount": "Infinity"}, "is not an amount"),
        ({"Amount": "9" * 17}, "more than the books can hold"),
        ({"Amount": ""}, "Write how much was budgeted"),
        ({"Spent": "-1"}, "That is less than nothing"),
        ({"Spent": "900"}, "comes to €200.50 more than the budget"),
        ({"Domain": "nowhere"}, "There is no domain “nowhere” in which you may open a budget"),
        ({"Domain": "", "Cost_centre": ""}, "Neither a domain nor a cost centre is named"),
        ({"Team": "nobody"}, "There is no team “nobody”"),
        ({"Class": "team"}, "Durable team funding names its team."),
        ({"Class": "fun"}, "“fun” is not known here: write team, bet, project, run or mandatory."),
        ({"Class": ""}, "Say what the money is spent as"),
        ({"Treatment": "both"}, "“both” is not known here: write opex or capex."),
        ({"Starts": "01/02/2026"}, "may be two different days"),
        ({"Ends": "2025-12-31"}, "A budget ends on or after the day on which it starts."),
        ({"Ends": "31.12.1026"}, "lies outside 1990 to 2100"),
        ({"Code": ""}, "The budget has no code"),
        ({"Code": "=1+1"}, "The code of a budget has 1 to 40 letters"),
        ({"Code": "DS-2026"}, "There is a budget DS-2026 in these books already"),
        ({"Name": "x" * 5_001}, "more than 5,000"),
        ({"Name": "a\0b"}, "There is a NUL character in it"),
    ],
)
def test_what_is_wrong_is_said_by_line(books: Books, cells: dict[str, str], reason: str) -> None:
    file = upload(books, HEADER + row(books, Code="RUN-0") + row(books, **cells))
    told = said(file)
    assert [number for number, _ in told] == [3] * len(told)
    assert any(reason in one for _, one in told), told
    with pytest.raises(Refused, match="One row has errors: all rows are taken over, or none"):
        take(file, books)
    assert not Budget.objects.filter(code="RUN-0").exists()


def test_another_currency_and_a_code_twice_are_wrong(books: Books) -> None:
    header = HEADER.strip() + ";Currency\n"
    lines = [row(books).strip() + f";{currency}\n" for currency in ("EUR", "usd")]
    assert said(upload(books, header + "".join(lines))) == [
        (3, "These books are kept in EUR, and this is in “USD”."),
        (3, "Line 2 has the code RUN-1 already: leave one of them out."),
    ]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("budgets.pdf", b"Code;Name\n1;2\n", "cannot be imported"),
        ("budgets.xlsx", b"Code;Name\n1;2\n", "it is no Excel workbook"),
        ("budgets.csv", b"PK\x03\x04 not text", "named like text"),
        ("budgets.csv", b"", "empty"),
        ("budgets.csv", HEADER.encode(), "no rows"),
    ],
)
def test_what_is_no_table_is_refused(books: Books, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        upload(books, data, name=name)
    assert not MoneyFile.objects.exists()


def test_cost_centres_are_mapped_to_domains_where_no_domain_stands(books: Books) -> None:
    other = f.DomainFactory()
    text = HEADER + row(books, Domain="") + row(books, Code="RUN-2", Domain="", Cost_centre="4100")
    file = upload(books, text)
    assert said(file) == [(2, "Say which domain cost centre 4711 belongs to.")], "4100 is known from another budget"
    file = actions.map_cost_centres(file, {"4711": other}, by=books.checker, at=f.AT)
    assert said(file) == []
    take(file, books)
    assert Budget.objects.get(code="RUN-1").domain == other
    assert Budget.objects.get(code="RUN-2").domain == books.domain


def test_columns_are_mapped_by_hand(books: Books) -> None:
    file = upload(books, HEADER.replace("Amount", "Plafond") + row(books))
    assert said(file) == [(2, "Write how much was budgeted, like 250000.00.")]
    meanings = {column["header"]: column["means"] for column in file.columns} | {"Plafond": "amount"}
    assert said(actions.map_money_columns(file, meanings, by=books.checker, at=f.AT)) == []
    with pytest.raises(Refused, match="Two columns cannot both mean amount"):
        actions.map_money_columns(file, meanings | {"Name": "amount"}, by=books.checker, at=f.AT)


def test_the_same_file_twice_is_refused_until_it_was_undone(books: Books) -> None:
    text = HEADER + row(books)
    file = upload(books, text)
    with pytest.raises(Refused, match="The same file was uploaded already"):
        upload(books, text)
    take(file, books)
    with pytest.raises(Refused, match="The same file was taken over already"):
        upload(books, text)
    with pytest.raises(Refused, match="been taken over already"):
        take(file, books)


def test_an_undone_file_leaves_nothing_and_can_come_again_mended(books: Books) -> None:
    file = take(upload(books, HEADER + row(books)), books)
    actions.undo_money_file(file, by=books.checker, at=f.AT, today=f.TODAY)
    budget = Budget.objects.get(code="RUN-1")
    assert budget.withdrawn_at is not None
    assert set(balances(budget).values()) == {0}
    assert not Account.objects.filter(budget=budget, closed=False).exists()
    assert Transfer.objects.filter(reverses__isnull=False, kind="open").count() == 4
    again = take(upload(books, HEADER + row(books, Amount="2000.00", Spent="", Released="")), books)
    budget.refresh_from_db()
    assert budget.withdrawn_at is None
    assert {kind: amount for kind, amount in balances(budget).items() if amount} == {
        "available": 189_950, "committed": 10_050,
    }  # fmt: skip
    assert again.rows.get().budget == budget
    actions.undo_money_file(again, by=books.checker, at=f.AT, today=f.TODAY)
    call_command("verify_ledger", stdout=io.StringIO())


def test_a_file_is_not_undone_when_money_has_moved_since(books: Books) -> None:
    file = take(upload(books, HEADER + row(books) + row(books, Code="RUN-2")), books)
    budget = Budget.objects.get(code="RUN-2")
    later = f.AT + dt.timedelta(days=1)
    spend(books, "D1;2026-07-01;5.00;RUN-2\n", at=later)
    with pytest.raises(Refused, match="Money of RUN-2 has moved since: see transfer"):
        actions.undo_money_file(file, by=books.checker, at=later, today=f.TODAY)
    assert balances(budget)["available"] > 0
    assert file.rows.exclude(budget=None).count() == 2


def spend(books: Books, lines: str, at: dt.datetime = f.AT) -> MoneyFile:
    data = f"Document;Date;Amount;Reference\n{lines}".encode()
    file = actions.upload_money_file(
        "actuals", books.ledger, "actuals.csv", data, by=books.checker, at=at, source="SAP"
    )
    return actions.take_over_money_file(file, by=books.checker, at=at)


def test_only_who_keeps_the_books_of_all_domains_imports(books: Books) -> None:
    person = f.PersonFactory()
    f.RoleGrantFactory(person=person, role="finance", domain=books.domain)
    for by, reason in (
        (books.lead, "You may not import budgets or actuals"),
        (person, "The books hold the money of all"),
    ):
        with pytest.raises(Refused, match=reason):
            actions.upload_money_file("budgets", books.ledger, "b.csv", HEADER.encode(), by=by, at=f.AT)


def test_a_dropped_file_is_forgotten(books: Books) -> None:
    file = upload(books, HEADER + row(books))
    actions.drop_money_file(file, by=books.checker, at=f.AT)
    file.refresh_from_db()
    assert (file.state, file.rows.count()) == ("dropped", 0)
    upload(books, HEADER + row(books))


def test_a_closed_period_refuses_the_whole_file(books: Books) -> None:
    file = upload(books, HEADER + row(books))
    with pytest.raises(Refused, match="No fiscal period holds 1999-01-01"):
        actions.take_over_money_file(file, by=books.checker, at=f.AT, as_of=dt.date(1999, 1, 1))
    assert Budget.objects.count() == 1
    assert Domain.objects.count() == 1
    assert Ledger.objects.get(pk=books.ledger.pk).seq == 1


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.5", "EUR", 123_450), ("-0.01", "EUR", -1), ("12.00-", "EUR", -1_200), ("1,234.50", "EUR", 123_450),
        ("1.234,50", "EUR", 123_450), ("1234,50", "EUR", 123_450), ("1.234", "BHD", 1_234), ("0.1250", "BHD", 125),
        ("150", "JPY", 150), ("1.5", "JPY", None), ("1.000", "EUR", None), ("1,000", "EUR", None), ("--1", "EUR", None),
        ("-1-", "EUR", None), ("٣", "EUR", None), ("1 000", "EUR", None), ("", "EUR", None), ("0x10", "EUR", None),
        ("1,00,0.00", "EUR", None), ("9" * 30, "EUR", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_only_where_it_can_be_one_alone(text: str, currency: str, minor: int | None) -> None:
    if minor is None:
        with pytest.raises(Unread):
            read_amount(text, currency)
    else:
        assert read_amount(text, currency) == minor


def test_the_example_of_the_manual_can_be_taken_over(books: Books) -> None:
    for key in ("claims", "service", "direct"):
        f.DomainFactory(key=key)
    f.FiscalPeriodFactory(ledger=books.ledger, code="later", starts_on=dt.date(2027, 4, 7), ends_on=dt.date(2030, 1, 1))
    examples = Path(__file__).parents[2] / "docs" / "examples"
    at = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
    for kind in ("budgets", "actuals"):
        data = (examples / f"{kind}.csv").read_bytes()
        file = actions.upload_money_file(kind, books.ledger, "a.csv", data, by=books.checker, at=at, source="SAP")
        assert said(file) == []
        actions.take_over_money_file(file, by=books.checker, at=at, as_of=dt.date(2026, 10, 31))
    assert not Actual.objects.filter(transfer=None).exists()


def test_a_file_is_no_longer_than_can_be_posted_in_one_go(books: Books) -> None:
    with pytest.raises(Refused, match="The file has 1,001 rows, which is more than 1,000"):
        upload(books, HEADER + row(books) * 1_001)
