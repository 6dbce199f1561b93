"""What was spent, document by document: kept once, placed in the ledger where it is clear whose money it was."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from funding.actions.books import Move, account_of, lock_ledger, post, post_all
from funding.imports.known import places_of
from funding.models import Account, Actual, Ledger, MoneyFile
from funding.rules_files import ActualRow
from funding.rules_periods import books_refusals
from funding.rules_placing import COUNTED, Document, Places, Spot, by_hand_refusals
from lib.money import exact
from lib.refusals import refuse_if
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

BATCH = 1_000


def record_actuals(file: MoneyFile, rows: Sequence[ActualRow], *, by: Person, at: datetime) -> str:
    """Keeps the documents of a file that are not known yet and places what can be, in the caller's transaction, which
    holds the ledger. Those that have waited are tried again, in the order of their days."""
    known = known_documents(file.ledger, file.source, [row.document_id for row in rows])
    new = [
        Actual(
            ledger=file.ledger, source=file.source, file=file, document_id=row.document_id, posted_on=row.posted_on,
            amount=row.amount, cost_centre=row.cost_centre, erp_account=row.erp_account, reference=row.reference,
            memo=row.memo,
        )
        for row in rows
        if row.document_id not in known
    ]  # fmt: skip
    placed = _place_all(file.ledger, list(_tried_again(file.ledger)), new, by=by, at=at)
    waits = waiting_of(file.ledger).count()
    return (
        f"{len(new):,} documents of {file.source} from {file}, {len(known):,} of it known before; {placed:,} placed,"
        f" {waits:,} wait."
    )


def known_documents(ledger: Ledger, source: str, documents: Iterable[str]) -> set[str]:
    """Which of these documents of a source are there already. One query."""
    found = Actual.objects.filter(ledger=ledger, source=source, document_id__in=list(documents))
    return set(found.values_list("document_id", flat=True))


def waiting_of(ledger: Ledger) -> QuerySet[Actual]:
    """What is not in the ledger yet, also what an opening balance counts. By day."""
    return Actual.objects.filter(ledger=ledger, transfer=None).order_by("posted_on", "pk")


def _tried_again(ledger: Ledger) -> QuerySet[Actual]:
    """What waits, but for that which was placed and taken back: it would only find the same place again."""
    return waiting_of(ledger).filter(freed=0)


@transaction.atomic
def place_waiting(ledger: Ledger, *, by: Person, at: datetime) -> int:
    """Tries all that waits again; how many documents found their place."""
    refuse_if(books_refusals(powers_of(by), "import_money"))
    lock_ledger(ledger.pk)
    placed = _place_all(ledger, list(_tried_again(ledger)), [], by=by, at=at)
    said = f"Documents that waited were tried again: {placed:,} placed, {waiting_of(ledger).count():,} wait."
    record_event(ledger, "actuals tried again", said, at=at, by=by, placed=placed)
    return placed


def _place_all(
    ledger: Ledger, waited: Sequence[Actual], new: Sequence[Actual], *, by: Person, at: datetime
) -> int:  # fmt: skip
    """Posts what finds its place, and keeps all of them. Credit notes come last on a day, behind what they take back;
    what has waited comes before what is new."""
    in_order = sorted([*waited, *new], key=lambda one: (one.posted_on, one.amount < 0, one.pk is None))
    spots = found_spots(places_of(ledger), in_order)
    placed = [(one, spot) for one, spot in spots if isinstance(spot, Spot)]
    for (actual, _), transfer in zip(placed, post_all(ledger, _moves(placed), at=at, by=by), strict=True):
        actual.transfer, actual.placed_at, actual.placed_by, actual.waits_because = transfer, at, by, ""
    for actual, reason in spots:
        if isinstance(reason, str):
            actual.waits_because = reason[:300]
    Actual.objects.bulk_create(new, batch_size=BATCH)
    saved = ["transfer", "placed_at", "placed_by", "waits_because"]
    Actual.objects.bulk_create(
        waited, update_conflicts=True, unique_fields=["id"], update_fields=saved, batch_size=BATCH
    )  # fmt: skip
    return len(placed)


def found_spots(places: Places, actuals: Iterable[Actual]) -> list[tuple[Actual, Spot | str]]:
    """Where each goes, or why it waits; each sees what those before it have left."""
    found: list[tuple[Actual, Spot | str]] = []
    for actual in actuals:
        document = document_of(actual)
        spot = places.find(document)
        if isinstance(spot, Spot):
            places.take(document, spot)
        found.append((actual, spot))
    return found


def document_of(actual: Actual | ActualRow) -> Document:
    return Document(actual.posted_on, actual.amount, actual.cost_centre, actual.erp_account, actual.reference)


def _moves(placed: Sequence[tuple[Actual, Spot]]) -> list[Move]:
    """The transfer of each; accounts are read once, and made where there was nothing spent yet."""
    keys = {spot.place.purses[spot.kind].account for _, spot in placed}
    accounts = Account.objects.select_related("budget", "tranche__bet").in_bulk(keys)
    spent: dict[int, Account] = {}
    moves = []
    for actual, spot in placed:
        account = accounts[spot.place.purses[spot.kind].account]
        if account.pk not in spent:
            spent[account.pk] = _spent_of(account)
        moves.append(_move(actual, account, spent[account.pk], actual.posted_on))
    return moves


def _key(actual: Actual) -> uuid.UUID:
    """The same document is posted once, and once more each time that its transfer was reversed."""
    again = f" {actual.freed}" if actual.freed else ""
    name = f"stakes actual {actual.ledger_id} {actual.source} {actual.document_id}{again}"
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


def _spent_of(account: Account) -> Account:
    assert account.budget is not None  # noqa: S101 # for the types: only the appropriation has none
    return account_of(account.budget, Account.Kind.SPENT, account.tranche)


def _move(actual: Actual, account: Account, spent: Account, day: date) -> Move:
    budget = account.budget
    assert budget is not None  # noqa: S101 # for the types
    is_credit = actual.amount < 0
    return Move(
        _key(actual), "refund" if is_credit else "spend",
        spent if is_credit else account, account if is_credit else spent, abs(actual.amount), day,
        "credit_note" if is_credit else "actual", document=f"{actual.source} {actual.document_id}"[:120],
        memo=actual.memo, treatment=budget.treatment, cost_centre=actual.cost_centre or budget.cost_centre,
        erp_account=actual.erp_account or budget.erp_account,
    )  # fmt: skip


@transaction.atomic
def place_actual(
    actual: Actual, account: Account, *, by: Person, at: datetime, effective_date: date | None = None
) -> Actual:  # fmt: skip
    """Says whose money a document was: paid from `account`, or given back to it by a credit note; posted on its own
    day unless another one is given."""
    refuse_if(books_refusals(powers_of(by), "import_money"))
    lock_ledger(actual.ledger_id)
    actual = Actual.objects.select_for_update(no_key=True).get(pk=actual.pk)
    account = Account.objects.select_related("budget", "tranche__bet").get(pk=account.pk)
    if actual.transfer_id and _says_the_same(actual, account, effective_date):
        return actual  # a form that was sent twice
    of_bets = account.kind == "available" and account.budget is not None and account.budget.funding_class == "bet"
    refuse_if(by_hand_refusals(
        placed=actual.transfer_id is not None, same_ledger=account.ledger_id == actual.ledger_id, kind=account.kind,
        of_bets=of_bets,
    ))  # fmt: skip
    move = _move(actual, account, _spent_of(account), effective_date or actual.posted_on)
    actual.transfer = post(move, at=at, by=by)
    actual.placed_at, actual.placed_by, actual.waits_because = at, by, ""
    actual.save(update_fields=["transfer", "placed_at", "placed_by", "waits_because"])
    said = f"{actual}, {exact(actual.amount, move.leaves.ledger.currency)}, placed by hand: {account}."
    record_event(actual, "actual placed", said, at=at, by=by, transfer=actual.transfer.pk, account=account.pk)
    return actual


def _says_the_same(actual: Actual, account: Account, day: date | None) -> bool:
    transfer = actual.transfer
    sides = (transfer.debit_account_id, transfer.credit_account_id) if transfer else ()
    return transfer is not None and account.pk in sides and transfer.effective_date == (day or actual.posted_on)


def is_counted(actual: Actual) -> bool:
    """An opening balance holds it already, so that it waits for nothing."""
    return actual.waits_because.startswith(COUNTED)
