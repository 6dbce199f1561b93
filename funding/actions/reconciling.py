"""Setting our books beside those of the enterprise, as of a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.utils.timezone import localdate

from bets.imports.checking import Layout
from bets.imports.columns import columns_of, guessed
from bets.imports.files import read_table
from funding.actions.actuals import is_counted
from funding.actions.books import lock_ledger
from funding.imports.columns import ALIASES_OF_TOTALS
from funding.imports.known import books_for
from funding.models import Account, Actual, Ledger, Reconciliation, ReconciliationLine, Transfer
from funding.rules_files import TotalRow, read_total, source_refusals
from funding.rules_periods import books_refusals
from funding.rules_reconciling import Key, Known, beside
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

TOLD, BATCH = 10, 1_000


def read_totals(ledger: Ledger, name: str, data: bytes, *, by: Person, at: datetime) -> list[TotalRow]:
    """The totals of the other books in a file of cost centre, account and amount. Refused with each line that cannot be
    read."""
    table = read_table(name, data, most=settings.IMPORT_MAX_BYTES, aliases=ALIASES_OF_TOTALS)
    meanings = dict(zip(table.headers, guessed(table.headers, ALIASES_OF_TOTALS), strict=True))
    if "amount" not in meanings.values():
        raise Refused("No column was taken for the amount: call it “amount”.")
    layout = Layout(columns_of(meanings, [row.cells for row in table.rows]))
    books, found, reasons = books_for(ledger, by, localdate(at), {}), list[TotalRow](), list[str]()
    for row in table.rows:
        total, problems = read_total(layout.cells(row.cells), books)
        said = [fault for _, fault in row.faults] + [problem.said for problem in problems]
        reasons += [f"Line {row.number:,}: {one}" for one in said]
        found += [total] if total else []
    refuse_if([*reasons[:TOLD], *([f"And {len(reasons) - TOLD:,} more."] if len(reasons) > TOLD else [])])
    return found


@transaction.atomic
def reconcile(
    ledger: Ledger, source: str, as_of: date, *, by: Person, at: datetime, totals: Sequence[TotalRow] | None = None
) -> Reconciliation:  # fmt: skip
    """Sets what we have as spent until the end of `as_of` beside `totals`, or without them beside all documents of the
    source that have come in. What is there stays as it was found."""
    refuse_if(books_refusals(powers_of(by), "import_money"))
    refuse_if(source_refusals("actuals", source))
    ledger, source = lock_ledger(ledger.pk), source.strip()
    theirs = _summed(totals) if totals is not None else _documents_summed(ledger, source, as_of)
    if not theirs:
        raise Refused(f"Nothing is known of {source} until {as_of}: upload its actuals, or its totals.")
    made = Reconciliation.objects.create(
        ledger=ledger, as_of=as_of, source=source, seq=ledger.seq, made_at=at, made_by=by
    )
    lines = beside(spent_by(ledger, as_of), theirs, _documents(ledger, source), as_of)
    rows = [
        ReconciliationLine(
            reconciliation=made, cost_centre=one.cost_centre, erp_account=one.erp_account, document_id=one.document_id,
            ours=one.ours, theirs=one.theirs, name=one.name, note=one.note,
        )
        for one in lines
    ]  # fmt: skip
    ReconciliationLine.objects.bulk_create(rows, batch_size=BATCH)
    differ = sum(row.name != "agrees" for row in rows)
    said = f"{ledger} set beside {source} as of {as_of}: {len(rows):,} lines, {differ:,} of them differ."
    record_event(made, "books reconciled", said, at=at, by=by, lines=len(rows), differ=differ)
    return made


def spent_by(ledger: Ledger, as_of: date) -> dict[Key, int]:
    """What our books have as spent until the end of a day, by cost centre and account. Two queries."""
    found: dict[Key, int] = defaultdict(int)
    for side, sign in (("debit_account", 1), ("credit_account", -1)):
        spent = Q(**{f"{side}__kind": Account.Kind.SPENT})
        rows = Transfer.objects.filter(spent, ledger=ledger, effective_date__lte=as_of).order_by()
        for centre, account, amount in rows.values_list("cost_centre", "erp_account").annotate(Sum("amount")):
            found[centre, account] += sign * amount
    return {key: amount for key, amount in found.items() if amount}


def _summed(totals: Iterable[TotalRow]) -> Mapping[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for one in totals:
        found[one.cost_centre, one.erp_account] += one.amount
    return found


def _documents_summed(ledger: Ledger, source: str, as_of: date) -> Mapping[Key, int]:
    found: dict[Key, int] = defaultdict(int)
    for one in _documents(ledger, source, counted=True):
        if one.posted_on <= as_of:
            found[one.cost_centre, one.erp_account] += one.amount
    return found


def _documents(ledger: Ledger, source: str, *, counted: bool = False) -> list[Known]:
    """Documents of a source, as our books name their cost centre and account; those that an opening balance counts are
    no difference."""
    rows = Actual.objects.filter(ledger=ledger, source=source).select_related("transfer")
    return [_known(one) for one in rows if counted or not is_counted(one)]


def _known(one: Actual) -> Known:
    where = one.transfer or one
    return Known(
        where.cost_centre, where.erp_account, one.document_id, one.amount, one.posted_on,
        one.transfer.effective_date if one.transfer else None, one.waits_because,
    )  # fmt: skip
