"""The chain of hashes: whatever is changed behind the back of the program is found, and where."""

import hashlib
import json
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from funding import actions
from funding.chain import canonical, next_head, verify
from funding.journal import csv_of, json_of
from funding.models import ExportBatch, Ledger
from lib.refusals import Refused
from org.models import Event
from tests import factories as f
from tests.funding.books import Books, open_books

pytestmark = pytest.mark.django_db
HOSTILE = '=cmd|"/c calc"!A1 \\ \b\f\n\r\t\x01\x1f\x7f ü 日本 \u2028 😀 </script>'


@pytest.fixture
def books() -> Books:
    """Four transfers, one of them with every character that could be written down in two ways."""
    books = open_books()
    for memo in ("", HOSTILE, "+1"):
        move = actions.Move(
            uuid.uuid4(), "open", actions.appropriation_of(books.ledger), books.account("available"), 12_345, f.TODAY,
            "opening", document="Opening balance", memo=memo,
        )  # fmt: skip
        actions.post(move, at=f.AT, by=books.checker)
    return books


def behind_the_back(sql: str, *values: object) -> None:
    """As the owner of the database could do, with every trigger switched off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_books_that_nobody_touched_fit(books: Books) -> None:
    assert verify(books.ledger) == verify(books.ledger, 1)
    assert (verify(books.ledger).checked, verify(books.ledger).why) == (4, "")
    assert verify(books.ledger, 3).checked == 2


@pytest.mark.parametrize(
    ("sql", "seq", "why"),
    [
        ("UPDATE funding_transfer SET memo = 'other' WHERE seq = 3", 3, "hash"),
        ("UPDATE funding_transfer SET amount = 1 WHERE seq = 2", 2, "hash"),
        ("UPDATE funding_transfer SET hash = repeat('0', 64) WHERE seq = 2", 2, "hash"),
        ("DELETE FROM funding_transfer WHERE seq = 2", 2, "not there"),
        ("DELETE FROM funding_transfer WHERE seq = 4", 4, "the ledger kept"),
        ("UPDATE funding_account SET balance = balance + 1 WHERE kind = 'available'", 4, "stands at"),
        ("UPDATE funding_ledger SET head = repeat('1', 64)", 4, "another head"),
    ],
)
def test_what_was_changed_is_found_where_it_was_changed(books: Books, sql: str, seq: int, why: str) -> None:
    behind_the_back(sql)
    verdict = verify(books.ledger)
    assert verdict.seq == seq
    assert why in verdict.why


@pytest.mark.parametrize("keeps", ["period", "journal"])
def test_an_end_that_was_cut_off_is_found_by_what_kept_its_head(books: Books, keeps: str) -> None:
    if keeps == "period":
        actions.close_period(books.ledger.periods.get(), by=books.checker, at=f.AT)
    else:
        actions.export_journal(books.ledger, by=books.checker, at=f.AT)
    behind_the_back("DELETE FROM funding_transfer WHERE seq = 4")
    behind_the_back("UPDATE funding_account SET balance = balance - 12345 WHERE kind = 'available'")
    behind_the_back("UPDATE funding_account SET balance = balance + 12345 WHERE kind = 'appropriation'")
    behind_the_back("UPDATE funding_ledger SET seq = 3, head = (SELECT hash FROM funding_transfer WHERE seq = 3)")
    assert (verify(books.ledger).seq, keeps in verify(books.ledger).why) == (4, True)


def test_the_command_says_what_does_not_fit_and_fails(books: Books) -> None:
    said = StringIO()
    call_command("verify_ledger", books.ledger.code, stdout=said)
    assert "4 transfers fit" in said.getvalue()
    behind_the_back("UPDATE funding_transfer SET memo = 'other' WHERE seq = 3")
    with pytest.raises(CommandError, match=books.ledger.code) as error:
        call_command("verify_ledger", stdout=said)
    assert error.value.returncode == 1
    assert "transfer 3 does not fit" in said.getvalue()
    assert list(Event.objects.filter(kind="ledger verified").values_list("payload__fits", flat=True)) == [True, False]


def test_a_journal_takes_all_transfers_since_the_last(books: Books) -> None:
    first = actions.export_journal(books.ledger, by=books.checker, at=f.AT)
    assert (first.number, first.first_seq, first.last_seq, first.debits) == (1, 1, 4, 100_037_035)
    with pytest.raises(Refused, match="nothing to hand over"):
        actions.export_journal(books.ledger, by=books.checker, at=f.AT)
    books.given(books.first)
    second = actions.export_journal(books.ledger, by=books.other, at=f.AT)
    assert (second.number, second.first_seq, second.last_seq) == (2, 5, 5)
    assert second.head == Ledger.objects.get(pk=books.ledger.pk).head


def test_a_long_stretch_is_handed_over_in_several_journals(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("funding.actions.exporting.JOURNAL_AT_MOST", 3)
    made = [actions.export_journal(books.ledger, by=books.checker, at=f.AT) for _ in range(2)]
    assert [(batch.first_seq, batch.last_seq) for batch in made] == [(1, 3), (4, 4)]
    assert json.loads(b"".join(json_of(made[1])))["journal"]["previous_head"] == made[0].head


def test_the_files_of_a_journal_are_the_same_bytes_every_time(books: Books) -> None:
    books.given(books.first, "released")
    batch = ExportBatch.objects.get(pk=actions.export_journal(books.ledger, by=books.checker, at=f.AT).pk)
    as_csv, as_json = b"".join(csv_of(batch)), b"".join(json_of(batch))
    assert hashlib.sha256(as_csv).hexdigest() == batch.sha256_csv
    assert hashlib.sha256(as_json).hexdigest() == batch.sha256_json
    assert as_csv.count(b"\r\n") == 1 + 2 * 6
    assert f",'{HOSTILE[:8]}" in as_csv.decode() or f",\"'{HOSTILE[:5]}" in as_csv.decode()
    released = json.loads(as_json)["transfers"][-1]["lines"]
    assert [(line["debit"], line["credit"], line["bet_code"], line["tranche_no"]) for line in released] == [
        ("100000.00", "", books.bet.key, "1"), ("", "100000.00", books.bet.key, "1"),
    ]  # fmt: skip
    assert released[0]["approver_ids"] == str(books.checker.pk)


def test_anybody_works_out_the_chain_again_from_a_journal_file(books: Books) -> None:
    batch = actions.export_journal(books.ledger, by=books.checker, at=f.AT)
    file = json.loads(b"".join(json_of(batch)))
    head = file["journal"]["previous_head"]
    for transfer in file["transfers"]:
        head = hashlib.sha256((head + json.dumps(transfer["canonical"], ensure_ascii=False)).encode()).hexdigest()
        assert head == transfer["hash"]
    assert (
        head
        == file["journal"]["head"]
        == next_head(file["transfers"][-2]["hash"], canonical(file["transfers"][-1]["canonical"]))
    )
