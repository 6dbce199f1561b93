"""Handing over a journal, and writing down that a ledger was verified."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from funding.actions.books import lock_ledger
from funding.chain import Verdict, verify
from funding.journal import name_of, seal
from funding.models import ExportBatch, Ledger
from funding.rules_periods import JOURNAL_AT_MOST, books_refusals
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of


def export_journal(ledger: Ledger, *, by: Person, at: datetime) -> ExportBatch:
    """Hands over all transfers since the last journal, JOURNAL_AT_MOST at a time, each of them in exactly one.

    The files are worked out before the ledger is locked, from rows that no longer change, so that postings do not wait;
    under the lock it is made sure that nobody handed over the same ones meanwhile.
    """
    refuse_if(books_refusals(powers_of(by), "export_journal"))
    ledger = Ledger.objects.get(pk=ledger.pk)
    last = _last(ledger)
    first = last.last_seq + 1 if last else 1
    if ledger.seq < first:
        raise Refused("There is nothing to hand over: every transfer is in a journal already.")
    batch = ExportBatch(
        ledger=ledger, number=last.number + 1 if last else 1, first_seq=first,
        last_seq=min(ledger.seq, first + JOURNAL_AT_MOST - 1), made_at=at, made_by=by,
    )  # fmt: skip
    seal(batch)
    return _hand_over(batch, last, by=by, at=at)


@transaction.atomic
def _hand_over(batch: ExportBatch, last: ExportBatch | None, *, by: Person, at: datetime) -> ExportBatch:
    ledger = lock_ledger(batch.ledger_id)
    if _last(ledger) != last:
        raise Refused("Somebody handed over a journal meanwhile: look at that one first.")
    batch.save(force_insert=True)
    said = f"Journal {name_of(batch)} handed over: transfers {batch.first_seq} to {batch.last_seq}."
    record_event(
        batch, "journal handed over", said, at=at, by=by, ledger=ledger.pk, head=batch.head,
        sha256_csv=batch.sha256_csv, sha256_json=batch.sha256_json,
    )  # fmt: skip
    return batch


def _last(ledger: Ledger) -> ExportBatch | None:
    return ledger.batches.order_by("-number").first()


def verify_ledger(
    ledger: Ledger, *, at: datetime, by: Person | None = None, from_seq: int = 1,
    tell: Callable[[int], object] | None = None,
) -> Verdict:  # fmt: skip
    """Verifies a ledger and writes down what was found; the books themselves stay as they are."""
    verdict = verify(ledger, from_seq, tell=tell)
    found = f"{verdict.checked} transfers fit" if verdict.fits else f"transfer {verdict.seq}: {verdict.why}"
    said = f"Ledger {ledger.code} verified from transfer {from_seq}: {found}."
    record_event(
        ledger, "ledger verified", said, at=at, by=by, fits=verdict.fits, checked=verdict.checked, seq=verdict.seq,
        why=verdict.why, from_seq=from_seq,
    )  # fmt: skip
    return verdict
