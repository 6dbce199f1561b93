"""A journal as it is handed over: a stretch of a ledger as CSV and as JSON, two lines a transfer.

Both files are rendered from rows that never change, so that they can be had again, byte by byte, at any time;
their sha256 are kept when they are handed over first. The JSON file holds the canonical text of each transfer besides,
so that anybody can work out the chain of hashes again without this program.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC
from io import StringIO
from typing import Any

from django.db.models import Sum

from funding.chain import CHUNK, listed_of
from funding.models import GENESIS, Account, Approval, ExportBatch, Transfer
from lib.cells import harmless
from lib.money import decimals_of, plain

FORMAT = "stakes-journal-1"
COLUMNS = (
    "batch_id", "external_id", "line_no", "legal_entity", "ledger", "posting_date", "period", "account_code",
    "erp_account", "cost_center", "treatment", "bet_code", "tranche_no", "debit", "credit", "currency", "kind", "memo",
    "document", "reason_code", "request_id", "approver_ids", "seq", "hash",
)  # fmt: skip


def name_of(batch: ExportBatch) -> str:
    """northwind-eur-0007: what the other side knows it by, and the name of its files."""
    return f"{batch.ledger.code}-{batch.number:04d}"


def transfers_of(batch: ExportBatch) -> Iterator[Transfer]:
    """The transfers of a journal, in order; holds CHUNK of them. Four queries a chunk."""
    rows = Transfer.objects.filter(ledger=batch.ledger_id, seq__range=(batch.first_seq, batch.last_seq))
    read = rows.select_related("debit_account", "credit_account", "period", "line").order_by("seq")
    yield from read.prefetch_related("line__request__approvals").iterator(CHUNK)


def lines_of(batch: ExportBatch, transfer: Transfer) -> list[dict[str, str]]:
    """The two lines of a transfer: what it debits, then what it credits."""
    currency = batch.ledger.currency
    amount = plain(transfer.amount, currency)
    shared = {
        "batch_id": name_of(batch), "external_id": str(transfer.key), "legal_entity": batch.ledger.legal_entity,
        "ledger": batch.ledger.code, "posting_date": transfer.effective_date.isoformat(),
        "period": transfer.period.code, "erp_account": transfer.erp_account, "cost_center": transfer.cost_centre,
        "treatment": transfer.treatment, "currency": currency, "kind": transfer.kind, "memo": transfer.memo,
        "document": transfer.document, "reason_code": transfer.reason_code,
        "request_id": str(transfer.line.request_id) if transfer.line else "", "approver_ids": _approvers(transfer),
        "seq": str(transfer.seq), "hash": transfer.hash,
    }  # fmt: skip
    sides = (("1", transfer.debit_account, amount, ""), ("2", transfer.credit_account, "", amount))
    rows = [shared | _side(*side) for side in sides]
    return [{name: row[name] for name in COLUMNS} for row in rows]


def _side(number: str, account: Account, debit: str, credit: str) -> dict[str, str]:
    bet, tranche = _paid_for(account)
    return {
        "line_no": number, "account_code": account.code, "bet_code": bet, "tranche_no": tranche, "debit": debit,
        "credit": credit,
    }  # fmt: skip


def _paid_for(account: Account) -> tuple[str, str]:
    """Bet and tranche of an account. Out of its code, which never changes, so that a journal never does either."""
    if account.tranche_id is None:
        return "", ""
    _budget, owner, _kind = account.code.rsplit("/", 2) if account.code.count("/") > 1 else ("", "", "")
    bet, _dash, tranche = owner.rpartition("-")
    return bet, tranche


def _approvers(transfer: Transfer) -> str:
    approvals = transfer.line.request.approvals.all() if transfer.line else []
    ids = sorted(one.approver_id for one in approvals if one.says == Approval.Says.APPROVE)
    return " ".join(map(str, ids))


def csv_of(batch: ExportBatch) -> Iterator[bytes]:
    """The CSV file: a header, then two lines a transfer; nothing in it is run by a spreadsheet."""
    yield _csv_line(COLUMNS)
    for transfer in transfers_of(batch):
        yield csv_part(batch, transfer)


def csv_part(batch: ExportBatch, transfer: Transfer) -> bytes:
    return b"".join(_csv_line(tuple(line.values())) for line in lines_of(batch, transfer))


def _csv_line(values: tuple[str, ...]) -> bytes:
    line = StringIO()
    csv.writer(line).writerow([harmless(value) for value in values])
    return line.getvalue().encode()


def json_of(batch: ExportBatch) -> Iterator[bytes]:
    """The JSON file: control totals, then one transfer a line, last the sha256 of the CSV file beside it."""
    yield json_begin(batch)
    for transfer in transfers_of(batch):
        yield json_part(batch, transfer)
    yield json_end(batch)


def json_begin(batch: ExportBatch) -> bytes:
    return b'{"journal": ' + _json(header_of(batch)) + b',\n"transfers": [\n'


def json_part(batch: ExportBatch, transfer: Transfer) -> bytes:
    one = {"hash": transfer.hash, "canonical": listed_of(transfer), "lines": lines_of(batch, transfer)}
    return _json(one) + (b"\n" if transfer.seq == batch.last_seq else b",\n")


def json_end(batch: ExportBatch) -> bytes:
    return b'],\n"sha256_csv": ' + _json(batch.sha256_csv) + b"}\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def header_of(batch: ExportBatch) -> dict[str, Any]:
    """Control totals of a journal, and the two ends of its stretch of the chain."""
    ledger, count = batch.ledger, batch.last_seq - batch.first_seq + 1
    before = Transfer.objects.filter(ledger=ledger, seq=batch.first_seq - 1).values_list("hash", flat=True).first()
    return {
        "format": FORMAT, "batch_id": name_of(batch), "ledger": ledger.code, "legal_entity": ledger.legal_entity,
        "currency": ledger.currency, "decimals": decimals_of(ledger.currency),
        "made_at": batch.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "transfers": count,
        "lines": 2 * count, "debits": plain(batch.debits, ledger.currency),
        "credits": plain(batch.credits, ledger.currency), "first_seq": batch.first_seq, "last_seq": batch.last_seq,
        "previous_head": before or GENESIS, "head": batch.head,
    }  # fmt: skip


def seal(batch: ExportBatch) -> None:
    """Fills in the control totals of a journal, and the sha256 of its two files; reads its rows once."""
    rows = Transfer.objects.filter(ledger=batch.ledger_id, seq__range=(batch.first_seq, batch.last_seq))
    batch.debits = batch.credits = rows.aggregate(sum=Sum("amount"))["sum"]
    batch.head = rows.get(seq=batch.last_seq).hash
    of_csv, of_json = hashlib.sha256(_csv_line(COLUMNS)), hashlib.sha256(json_begin(batch))
    for transfer in transfers_of(batch):
        of_csv.update(csv_part(batch, transfer))
        of_json.update(json_part(batch, transfer))
    batch.sha256_csv = of_csv.hexdigest()
    of_json.update(json_end(batch))
    batch.sha256_json = of_json.hexdigest()
