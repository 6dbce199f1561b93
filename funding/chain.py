"""Whether a ledger still says what was posted.

Each transfer carries a hash of its own canonical text and of the hash before it. Whoever holds the head of the chain
can therefore tell whether anything before it was changed, added or taken out; the heads that were kept when a period
was closed and when a journal was handed over tell whether the end was cut off. All of it is worked out here, in Python,
from the rows alone: the same few lines check a journal file without any database.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import reduce
from typing import Any

from django.db import connection
from django.db.models import Q

from funding.models import GENESIS, ExportBatch, FiscalPeriod, Ledger, Transfer
from org.models import Event

CHUNK = 2_000  # rows held at a time
# What the canonical text of a transfer holds, in this order.
FIELDS = (
    "seq", "key", "kind", "debit_account__code", "credit_account__code", "amount", "effective_date", "period__code",
    "line_id", "reverses_id", "document", "reason_code", "memo", "treatment", "cost_centre", "erp_account",
    "posted_at", "posted_by_id",
)  # fmt: skip


def canonical(values: Sequence[Any]) -> list[Any]:
    """The fields of a transfer, in the order of FIELDS, as the list whose JSON is hashed."""
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, int | str) else str(value)


def next_head(head: str, listed: Sequence[Any]) -> str:
    """The head of the chain after a transfer whose canonical list this is."""
    return hashlib.sha256((head + json.dumps(listed, ensure_ascii=False)).encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What a verification found: `checked` rows fit; then, if `why` says something, what does not fit and where."""

    checked: int
    seq: int | None = None
    why: str = ""

    @property
    def fits(self) -> bool:
        return not self.why


@dataclass(frozen=True)
class Kept:
    """A head of the chain that was kept somewhere else, and where."""

    seq: int
    head: str
    where: str


def verify(ledger: Ledger, from_seq: int = 1, *, tell: Callable[[int], object] | None = None) -> Verdict:
    """The first row of a ledger that does not fit, with why. Holds CHUNK rows at a time, and no lock: what is posted
    meanwhile is checked as far as it is seen. `tell` is told how many rows were checked, now and then."""
    stands = Ledger.objects.get(pk=ledger.pk)
    kept = [*kept_heads(stands), Kept(stands.seq, stands.head, "the ledger")]
    verdict, heads = _walk(stands, from_seq, {one.seq for one in kept}, tell)
    if not verdict.fits:
        return verdict
    reached = from_seq - 1 + verdict.checked
    return _ended(kept, reached, heads, verdict) or _balanced(stands, verdict) or verdict


def _walk(
    ledger: Ledger, from_seq: int, wanted: set[int], tell: Callable[[int], object] | None
) -> tuple[Verdict, dict[int, str]]:  # fmt: skip
    """Each row against the one before. Gives also the hashes at the numbers that are `wanted`."""
    rows = Transfer.objects.filter(ledger=ledger)
    head = GENESIS
    if from_seq > 1:
        head = rows.filter(seq=from_seq - 1).values_list("hash", flat=True).first() or ""
    heads, seq = {from_seq - 1: head}, from_seq - 1
    chained = rows.filter(seq__gte=from_seq).order_by("seq").values_list("hash", *FIELDS)
    for hashed, *values in chained.iterator(CHUNK):
        listed = canonical(values)
        if listed[0] != seq + 1:
            return Verdict(seq - from_seq + 1, seq + 1, "it is not there"), heads
        head, seq = next_head(head, listed), seq + 1
        if head != hashed:
            return Verdict(seq - from_seq, seq, "its hash does not fit what stands in it"), heads
        if seq in wanted:
            heads[seq] = head
        if tell is not None and seq % (10 * CHUNK) == 0:
            tell(seq)
    return Verdict(seq - from_seq + 1), heads


def _ended(kept: list[Kept], reached: int, heads: dict[int, str], verdict: Verdict) -> Verdict | None:
    """Does the end fit the ledger's own head, and those that were kept elsewhere?"""
    for one in kept:
        if one.seq > reached:
            why = f"it is not there any more: {one.where} kept the head of transfer {one.seq}"
            return Verdict(verdict.checked, reached + 1, why)
        if heads.get(one.seq, one.head) != one.head:
            return Verdict(verdict.checked, one.seq, f"{one.where} kept another head of the chain for it")
    return None


def kept_heads(ledger: Ledger) -> list[Kept]:
    """The heads kept by closed periods, by the events of closing them, and by journals that were handed over; the
    earliest first."""
    periods = FiscalPeriod.objects.filter(ledger=ledger).exclude(head="")
    events = Event.objects.filter(
        subject_type=FiscalPeriod._meta.label_lower, kind="period closed",
        subject_id__in=FiscalPeriod.objects.filter(ledger=ledger).values("pk"),
    )  # fmt: skip
    kept = [
        *(Kept(one.seq or 0, one.head, f"period {one.code}") for one in periods),
        *(Kept(one.payload["seq"], one.payload["head"], "the closing of a period") for one in events),
        *(Kept(one.last_seq, one.head, f"journal {one.number}") for one in ExportBatch.objects.filter(ledger=ledger)),
    ]
    return sorted((one for one in kept if one.seq), key=lambda one: one.seq)


# One statement sees one state of the books, whatever is posted meanwhile.
BALANCES = """
    SELECT a.code, a.balance, coalesce(d.sum, 0) - coalesce(c.sum, 0)
    FROM funding_account a
    LEFT JOIN (SELECT debit_account_id AS id, sum(amount) AS sum FROM funding_transfer WHERE ledger_id = %(ledger)s
      GROUP BY 1) d ON d.id = a.id
    LEFT JOIN (SELECT credit_account_id AS id, sum(amount) AS sum FROM funding_transfer WHERE ledger_id = %(ledger)s
      GROUP BY 1) c ON c.id = a.id
    WHERE a.ledger_id = %(ledger)s AND a.balance <> coalesce(d.sum, 0) - coalesce(c.sum, 0)
    ORDER BY a.code LIMIT 1
"""


def _balanced(ledger: Ledger, verdict: Verdict) -> Verdict | None:
    """Is every balance the sum of the entries of its account?"""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"ledger": ledger.pk})
        wrong = cursor.fetchone()
    if wrong is None:
        return None
    code, balance, entries = wrong
    why = f"account {code} stands at {balance}, its entries sum up to {entries}"
    rows = Transfer.objects.filter(Q(debit_account__code=code) | Q(credit_account__code=code), ledger=ledger)
    return Verdict(verdict.checked, rows.order_by("-seq").values_list("seq", flat=True).first(), why)


def listed_of(transfer: Transfer) -> list[Any]:
    """The canonical list of a transfer that was read with its accounts and its period."""
    return canonical([reduce(getattr, name.split("__"), transfer) for name in FIELDS])
