"""What was spent: each document once, placed where it is clear whose money it was, and set beside the other books."""

import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from funding import actions
from funding.models import Account, Actual, Budget, FiscalPeriod, MoneyFile, Reconciliation
from funding.rules_files import TotalRow
from lib.refusals import Refused
from org.models import Event
from tests import factories as f
from tests.funding.books import Books, open_books

pytestmark = pytest.mark.django_db

HEADER = "Document;Date;Amount;Cost centre;Account;Reference;Memo\n"
DAY = "2026-03-01"


def budget_of(books: Books, code: str, kind: str = "run", amount: int = 100_000, **fields: Any) -> Budget:
    """A budget with money of its own."""
    given = {"cost_centre": "4711", "erp_account": "660100", **fields}
    first, last = f.TODAY.replace(month=1, day=1), f.TODAY.replace(month=12, day=31)
    budget = actions.open_budget(books.ledger, code, code, books.domain, kind, first, last, at=f.AT, **given)
    appropriation, available = actions.appropriation_of(books.ledger), actions.account_of(budget, "available")
    key = f.FundingRequestFactory.build().key
    move = actions.Move(key, "open", appropriation, available, amount, f.TODAY, "opening", document="Opening")
    actions.post(move, at=f.AT, by=None)
    return budget


def upload(books: Books, lines: str, source: str = "SAP") -> MoneyFile:
    data = (HEADER + lines).encode()
    return actions.upload_money_file("actuals", books.ledger, "a.csv", data, by=books.checker, at=f.AT, source=source)


def bring(books: Books, lines: str, source: str = "SAP", **more: Any) -> MoneyFile:
    return actions.take_over_money_file(upload(books, lines, source), by=books.checker, at=f.AT, **more)


def one(document: str = "D1") -> Actual:
    return Actual.objects.select_related("transfer").get(document_id=document)


def balance(budget: Budget, kind: str) -> int:
    return Account.objects.get(budget=budget, tranche=None, kind=kind).balance


@pytest.mark.parametrize("named", ["{key}/1", "{key} 1", "{key}-1", "{key} T1", "{key}"])
def test_a_document_that_names_a_tranche_is_spent_from_it(books: Books, named: str) -> None:
    books.given(books.first, "released")
    bring(books, f"D1;{DAY};1250.50;4100;660000;{named.format(key=books.bet.key)};Talks\n")
    assert books.balance("released", books.first) == 10_000_000 - 125_050
    assert books.balance("spent", books.first) == 125_050
    transfer = one().transfer
    assert transfer is not None
    assert (transfer.kind, transfer.reason_code, transfer.document, transfer.memo, transfer.cost_centre) == (
        "spend", "actual", "SAP D1", "Talks", "4100",
    )  # fmt: skip
    assert transfer.effective_date == dt.date(2026, 3, 1)
    call_command("verify_ledger", stdout=io.StringIO())


def test_a_document_that_names_a_budget_is_spent_from_what_is_available(books: Books) -> None:
    budget = budget_of(books, "RUN-1")
    bring(books, f"D1;{DAY};300.00;;;run-1;\n")
    assert (balance(budget, "available"), balance(budget, "spent")) == (70_000, 30_000)


def test_a_credit_note_gives_back_what_was_spent(books: Books) -> None:
    budget = budget_of(books, "RUN-1")
    bring(books, f"D2;{DAY};-100.00;;;RUN-1;\nD1;{DAY};300.00;;;RUN-1;\n")
    assert (balance(budget, "available"), balance(budget, "spent")) == (80_000, 20_000)
    assert one("D2").transfer.reason_code == "credit_note"  # type: ignore[union-attr]


def test_a_cost_centre_is_enough_when_only_one_place_has_money(books: Books) -> None:
    budget = budget_of(books, "RUN-1")
    bring(books, f"D1;{DAY};300.00;4711;660100;;\nD2;{DAY};300.00;4711;999999;;\n")
    assert balance(budget, "spent") == 30_000
    assert one("D2").waits_because == "No budget of cost centre 4711 holds this day and account."
    budget_of(books, "RUN-2")
    bring(books, f"D3;{DAY};300.00;4711;660100;;\n")
    assert one("D3").waits_because == "Cost centre 4711 pays for RUN-1, RUN-2."


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("D1;1999-01-01;1;;;RUN-1;", "No fiscal period holds 1999-01-01"),
        (f"D1;{DAY};1000.01;;;RUN-1;", "RUN-1 is short by €0.01."),
        (f"D1;{DAY};-0.01;;;RUN-1;", "The credit note is more than the €0.00 that RUN-1 has spent."),
        (f"D1;{DAY};1;;;NONE-9;", "There is no tranche and no budget “NONE-9” in these books."),
        (f"D1;{DAY};1;;;DS-2026;", "DS-2026 pays for bets: the reference does not say which tranche."),
        (f"D1;{DAY};1;;;;", "It has neither a reference nor a cost centre."),
        (f"D1;{DAY};1;9999;;;", "No budget of cost centre 9999 holds this day and account."),
    ],
)
def test_what_cannot_be_placed_waits_and_says_why(books: Books, line: str, reason: str) -> None:
    budget_of(books, "RUN-1")
    bring(books, line + "\n")
    assert reason in one().waits_because
    assert one().transfer is None


def test_after_a_cease_what_was_set_aside_pays_and_what_is_closed_waits(books: Books) -> None:
    books.given(books.first, "released")
    released = books.account("released", books.first)
    aside = books.account("winddown", books.first)
    request = books.submit(
        "return",
        [
            actions.Ask("return", released, books.account("available"), 9_000_000, tranche=books.first),
            actions.Ask("set_aside", released, aside, 1_000_000, tranche=books.first),
        ],
        reason_code="ceased",
    )
    books.approve(request)
    Account.objects.filter(pk=released.pk).update(closed=True)
    bring(books, f"D1;{DAY};6000.00;;;{books.bet.key}/1;\nD2;{DAY};6000.00;;;{books.bet.key}/1;\n")
    assert books.balance("winddown", books.first) == 400_000
    assert one("D2").waits_because == f"{books.bet.key}/1 is short by €2,000.00."
    Account.objects.filter(pk=aside.pk).update(closed=False)


def test_the_same_documents_twice_are_kept_once(books: Books) -> None:
    budget = budget_of(books, "RUN-1")
    lines = f"D1;{DAY};1;;;RUN-1;\nD2;{DAY};2;;;RUN-1;\n"
    bring(books, lines)
    bring(books, lines + f"D3;{DAY};4;;;RUN-1;\n")
    assert (Actual.objects.count(), balance(budget, "spent")) == (3, 700)
    bring(books, f"D1;{DAY};8;;;RUN-1;\n", source="Oracle")
    assert balance(budget, "spent") == 1_500, "the same number in another system is another document"


def test_a_document_twice_in_a_file_is_wrong_and_left_out_only_when_said(books: Books) -> None:
    budget_of(books, "RUN-1")
    file = upload(books, f"D1;{DAY};1;;;RUN-1;\nD1;{DAY};1,000;;;RUN-1;\nD1;{DAY};0;;;RUN-1;\n")
    assert [len(row.reasons) for row in file.rows.order_by("number")] == [0, 2, 2]
    with pytest.raises(Refused, match="2 rows have errors"):
        actions.take_over_money_file(file, by=books.checker, at=f.AT)
    actions.take_over_money_file(file, by=books.checker, at=f.AT, leaving_out=2)
    assert one().transfer is not None


def test_actuals_name_their_system(books: Books) -> None:
    with pytest.raises(Refused, match="Say which system"):
        upload(books, f"D1;{DAY};1;;;;\n", source=" ")


def test_what_an_opening_balance_counts_is_not_spent_again(books: Books) -> None:
    text = "Code;Name;Domain;Class;Starts;Ends;Amount;Spent\nR-9;Run;{};run;2026-01-01;2026-12-31;100;40\n"
    data = text.format(books.domain.key).encode()
    file = actions.upload_money_file("budgets", books.ledger, "b.csv", data, by=books.checker, at=f.AT)
    actions.take_over_money_file(file, by=books.checker, at=f.AT, as_of=dt.date(2026, 2, 28))
    bring(books, "D1;2026-02-28;40;;;R-9;\nD2;2026-03-01;5;;;R-9;\n")
    assert one("D1").waits_because.startswith("Counted in the opening balance of Run")
    assert balance(Budget.objects.get(code="R-9"), "spent") == 4_500


def test_finance_says_whose_money_it_was(books: Books) -> None:
    budget = budget_of(books, "RUN-1")
    bring(books, f"D1;{DAY};10;;;NONE;\n")
    account = actions.account_of(budget, "available")
    placed = actions.place_actual(one(), account, by=books.checker, at=f.AT)
    assert (balance(budget, "spent"), placed.placed_by, placed.waits_because) == (1_000, books.checker, "")
    actions.place_actual(one(), account, by=books.checker, at=f.AT)  # sent twice
    assert balance(budget, "spent") == 1_000
    with pytest.raises(Refused, match="in the ledger already"):
        actions.place_actual(one(), books.account("released", books.first), by=books.checker, at=f.AT)


def test_money_of_bets_is_placed_on_a_tranche_only(books: Books) -> None:
    bring(books, f"D1;{DAY};10;;;NONE;\n")
    with pytest.raises(Refused, match="This budget pays for bets"):
        actions.place_actual(one(), books.account("available"), by=books.checker, at=f.AT)
    with pytest.raises(Refused, match="spent from what is released"):
        actions.place_actual(one(), actions.appropriation_of(books.ledger), by=books.checker, at=f.AT)
    with pytest.raises(Refused, match="another ledger"):
        actions.place_actual(one(), open_books().account("available"), by=books.checker, at=f.AT)
    with pytest.raises(Refused, match="You may not import"):
        actions.place_actual(one(), books.account("available"), by=books.lead, at=f.AT)


def test_what_waits_is_placed_as_soon_as_there_is_money(books: Books) -> None:
    bring(books, f"D1;{DAY};10;;;{books.bet.key}/1;\n")
    assert one().transfer is None
    books.given(books.first, "released")
    assert actions.place_waiting(books.ledger, by=books.checker, at=f.AT) == 1
    assert books.balance("spent", books.first) == 1_000


def test_our_books_stand_beside_theirs_and_each_difference_has_its_name(books: Books) -> None:
    budget_of(books, "RUN-1")
    period = FiscalPeriod.objects.get(ledger=books.ledger)
    bring(
        books,
        f"D1;{DAY};10;4711;660100;RUN-1;\nD2;{DAY};20;4711;660100;NONE;\nD3;{DAY};40;4711;660100;NONE;\n"
        f"D4;{DAY};5;8000;1;NONE;\n",
    )
    account = actions.account_of(Budget.objects.get(code="RUN-1"), "available")
    late = dt.date(2026, 4, 1)
    assert period.ends_on > late
    actions.place_actual(one("D3"), account, by=books.checker, at=f.AT, effective_date=late)
    totals = [TotalRow("4711", "660100", 7_100), TotalRow("9000", "1", 300), TotalRow("8000", "1", 500)]
    made = actions.reconcile(books.ledger, "SAP", f.TODAY, by=books.checker, at=f.AT, totals=totals)
    found = {(line.cost_centre, line.document_id): (line.name, line.ours, line.theirs) for line in made.lines.all()}
    assert found == {
        ("4711", ""): ("differs", 1_000, 1_100),
        ("4711", "D2"): ("waiting", 0, 2_000),
        ("4711", "D3"): ("other_day", 0, 4_000),
        ("8000", "D4"): ("waiting", 0, 500),
        ("9000", ""): ("not_here", 0, 300),
    }


def test_the_documents_of_a_source_are_enough_to_reconcile(books: Books) -> None:
    budget_of(books, "RUN-1")
    bring(books, f"D1;{DAY};10;4711;660100;RUN-1;\n")
    made = actions.reconcile(books.ledger, "SAP", f.TODAY, by=books.checker, at=f.AT)
    assert [(line.name, line.ours, line.theirs) for line in made.lines.all()] == [("agrees", 1_000, 1_000)]
    with pytest.raises(Refused, match="Nothing is known of Oracle"):
        actions.reconcile(books.ledger, "Oracle", f.TODAY, by=books.checker, at=f.AT)
    assert Reconciliation.objects.count() == 1


def test_totals_are_read_from_a_file_and_refused_by_line(books: Books) -> None:
    def read(text: str) -> list[TotalRow]:
        return actions.read_totals(books.ledger, "t.csv", text.encode(), by=books.checker, at=f.AT)

    assert read("Cost centre;Account;Amount\n4711;660100;12.50\n;1;-3\n") == [
        TotalRow("4711", "660100", 1_250), TotalRow("", "1", -300),
    ]  # fmt: skip
    with pytest.raises(Refused, match=r"Line 3: “1,000” is not an amount.*Line 4: Neither a cost centre nor"):
        read("Cost centre;Account;Amount\n1;1;1\n1;1;1,000\n;;5\n")


def test_a_spend_that_is_reversed_frees_its_document_until_somebody_places_it_elsewhere(books: Books) -> None:
    wrong, right = budget_of(books, "RUN-1"), budget_of(books, "RUN-2")
    bring(books, f"D1;{DAY};10;;;RUN-1;\n")
    first = one().transfer
    assert first is not None
    actions.reverse_transfer(
        first, key=uuid.uuid4(), document="Mail of 2 March", memo="It was for RUN-2.", effective_date=f.TODAY,
        by=books.checker, at=f.AT,
    )  # fmt: skip
    freed = one()
    assert (freed.transfer, freed.placed_by, freed.freed) == (None, None, 1)
    assert freed.waits_because == f"Transfer {first.seq}, which had placed it, was reversed: It was for RUN-2."
    assert actions.place_waiting(books.ledger, by=books.checker, at=f.AT) == 0, "it would only go there again"
    actions.place_actual(one(), actions.account_of(right, "available"), by=books.checker, at=f.AT)
    assert (balance(wrong, "spent"), balance(right, "spent")) == (0, 1_000)
    assert Event.objects.filter(kind="actual freed").get().sentence.startswith("SAP D1 waits again.")
    call_command("verify_ledger", stdout=io.StringIO())


def test_a_tranche_with_money_of_two_years_pays_from_the_year_of_the_document(books: Books) -> None:
    books.given(books.first)
    books.approve(books.release(books.first, 4_000_000))
    Budget.objects.filter(pk=books.budget.pk).update(ends_on=f.TODAY)
    days = (f.TODAY + dt.timedelta(days=1), f.TODAY + dt.timedelta(days=200))
    later = actions.open_budget(books.ledger, "NEXT", "Next", books.domain, "bet", *days, at=f.AT)
    said = {"because": "As it says.", "by": books.checker, "at": f.AT, "today": f.TODAY}
    actions.end_year(Budget.objects.get(pk=books.budget.pk), uuid.uuid4(), successor=later, **said)
    why = actions.Why("plan", "As planned.")
    books.approve(actions.ask_tranche(
        uuid.uuid4(), books.first, "release", amount=6_000_000, why=why, by=books.lead, at=f.AT, today=f.TODAY
    ))  # fmt: skip
    bring(
        books,
        f"D1;{DAY};10;;;{books.bet.key}/1;\nD2;{days[0]};20;;;{books.bet.key}/1;\nD3;{DAY};50000;;;{books.bet.key}/1;\n",
    )
    placed = {row.document_id: row.transfer for row in Actual.objects.select_related("transfer__credit_account")}
    assert [placed[key] and placed[key].credit_account.budget_id for key in ("D1", "D2", "D3")] == [
        books.budget.pk, later.pk, later.pk,
    ]  # fmt: skip


def test_the_database_frees_no_document_without_a_reversal(books: Books) -> None:
    budget_of(books, "RUN-1")
    bring(books, f"D1;{DAY};10;;;RUN-1;\n")
    with pytest.raises(DatabaseError, match="funding_actual_placed_once"):
        Actual.objects.update(transfer=None, placed_at=None, placed_by=None, freed=1)
