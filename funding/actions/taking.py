"""A file of money from upload to undo: kept and checked, taken over as a whole, undone, or dropped."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from bets.imports.columns import columns_of, guessed, stored
from bets.imports.files import read_table
from bets.imports.table import Table
from bets.rules_import import taking_refusals
from funding.actions.actuals import record_actuals
from funding.actions.books import Move, account_code, appropriation_of, lock_ledger, post_all
from funding.imports.checking import Read, centres_of, read_rows, sound
from funding.imports.columns import ALIASES, DATES, MEANINGS
from funding.imports.known import books_for, guessed_centres
from funding.models import Account, Budget, Ledger, MoneyFile, MoneyRow, RequestLine, Transfer
from funding.rules_files import BudgetRow, length_refusals, money_file_refusals, source_refusals, whole_refusals
from funding.rules_periods import books_refusals
from lib.refusals import Refused, refuse_if
from lib.taken import refused_when_taken
from org.actions import record_event
from org.models import Domain, Event, Person
from org.visibility import powers_of

BATCH = 1_000
TOLD = 5
PARTS = ("available", "committed", "released", "spent")
State, Kind = MoneyFile.State, MoneyFile.Kind


def upload_money_file(
    kind: str, ledger: Ledger, name: str, data: bytes, *, by: Person, at: datetime, source: str = ""
) -> MoneyFile:  # fmt: skip
    """Keeps the rows of a file and checks them; no money moves. Refused when it is no table, or budgets that are there
    already."""
    refuse_if(books_refusals(powers_of(by), "import_money"))
    if kind not in MEANINGS:
        raise Refused(f"A file of money holds one of {', '.join(MEANINGS)}.")
    refuse_if(source_refusals(kind, source))
    table = read_table(name, data, most=settings.IMPORT_MAX_BYTES, aliases=ALIASES[kind])
    refuse_if(length_refusals(kind, len(table.rows)))
    shown = "".join(char for char in name.rpartition("/")[2] if char.isprintable())[-200:]
    return _keep(kind, ledger, shown, data, table, source.strip() if kind == Kind.ACTUALS else "", by=by, at=at)


@transaction.atomic
def _keep(
    kind: str, ledger: Ledger, name: str, data: bytes, table: Table, source: str, *, by: Person, at: datetime
) -> MoneyFile:  # fmt: skip
    ledger = lock_ledger(ledger.pk)  # of the same file twice at once the second waits here, and is refused
    digest = hashlib.sha256(data).hexdigest()
    _refuse_again(kind, ledger, digest)
    meanings = dict(zip(table.headers, guessed(table.headers, ALIASES[kind]), strict=True))
    columns = stored(columns_of(meanings, [row.cells for row in table.rows], DATES))
    file = MoneyFile.objects.create(
        kind=kind, ledger=ledger, source=source, file_name=name, sha256=digest, columns=columns,
        mapping=guessed_centres(ledger) if kind == Kind.BUDGETS else {}, uploaded_at=at, uploaded_by=by,
    )  # fmt: skip
    rows = [
        MoneyRow(
            file=file, number=row.number, cells=row.cells,
            reasons=[{"column": header, "means": "", "said": said, "of": "file"} for header, said in row.faults],
        )
        for row in table.rows
    ]  # fmt: skip
    read_rows(file, rows, _books(file, by, at))
    MoneyRow.objects.bulk_create(rows, batch_size=BATCH)
    _count(file, rows)
    said = f"{name} uploaded: {len(rows):,} rows of {file.get_kind_display().lower()}."
    record_event(file, "money file uploaded", said, at=at, by=by, notes=table.notes, sha256=digest)
    return file


def _refuse_again(kind: str, ledger: Ledger, digest: str) -> None:
    """Budgets are there once; actuals tell by their documents."""
    same = MoneyFile.objects.filter(kind=kind, ledger=ledger, sha256=digest, state__in=[State.CHECKED, State.DONE])
    if kind == Kind.BUDGETS and (other := same.first()) is not None:
        done = "taken over" if other.state == State.DONE else "uploaded"
        raise Refused(f"The same file was {done} already, as {other.file_name}.")


def _books(file: MoneyFile, by: Person, at: datetime) -> Any:
    return books_for(file.ledger, by, localdate(at), file.mapping)


def _save(rows: Sequence[MoneyRow], field: str) -> None:
    """Writes one field of rows that are there: ten times as fast as bulk_update."""
    MoneyRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=[field], batch_size=BATCH
    )  # fmt: skip


def _count(file: MoneyFile, rows: Sequence[MoneyRow]) -> None:
    file.rows_seen, file.rows_bad = len(rows), sum(bool(row.reasons) for row in rows)
    file.save(update_fields=["rows_seen", "rows_bad"])


def _locked(file: MoneyFile, by: Person, wanted: str, *, undoing: bool = False) -> MoneyFile:
    """The file as it stands under its lock, in the wanted state."""
    refuse_if(books_refusals(powers_of(by), "import_money"))
    found = MoneyFile.objects.select_related("ledger").select_for_update(no_key=True, of=("self",))
    file = found.get(pk=file.pk)
    refuse_if(money_file_refusals(file.state, [wanted], is_budgets=not undoing or file.kind == Kind.BUDGETS))
    return file


@transaction.atomic
def map_money_columns(file: MoneyFile, meanings: Mapping[str, str], *, by: Person, at: datetime) -> MoneyFile:
    """Says anew what the columns mean, by header, and checks all rows again."""
    file = _locked(file, by, State.CHECKED)
    refuse_if(_mapping_refusals(file, meanings))
    rows = list(file.rows.all())
    wanted = {column["header"]: meanings.get(column["header"], "") for column in file.columns}
    file.columns = stored(columns_of(wanted, [row.cells for row in rows], DATES))
    file.save(update_fields=["columns"])
    record_event(file, "columns mapped", f"Columns of {file} mapped by hand.", at=at, by=by, columns=file.columns)
    return _checked_again(file, rows, by, at)


def _mapping_refusals(file: MoneyFile, meanings: Mapping[str, str]) -> list[str]:
    known = {column["header"] for column in file.columns}
    chosen = [means for means in meanings.values() if means]
    twice = sorted({means for means in chosen if chosen.count(means) > 1})
    return [
        *(f"The file has no column “{header}”." for header in meanings if header not in known),
        *(f"A column cannot mean “{means}”." for means in chosen if means not in MEANINGS[file.kind]),
        *(f"Two columns cannot both mean {means.replace('_', ' ')}: leave one of them out." for means in twice),
    ]


@transaction.atomic
def map_cost_centres(file: MoneyFile, centres: Mapping[str, Domain], *, by: Person, at: datetime) -> MoneyFile:
    """Says which domain cost centres of the file belong to, and checks all rows again. Others stay as they were."""
    file = _locked(file, by, State.CHECKED)
    rows = list(file.rows.all())
    asked = set(centres_of(file, rows))
    refuse_if(f"No row of the file without a domain has cost centre “{one}”." for one in centres if one not in asked)
    file.mapping = file.mapping | {centre: domain.pk for centre, domain in centres.items()}
    file.save(update_fields=["mapping"])
    said = f"Cost centres of {file} mapped to domains."
    named = {centre: domain.key for centre, domain in centres.items()}
    record_event(file, "cost centres mapped", said, at=at, by=by, centres=named)
    return _checked_again(file, rows, by, at)


def _checked_again(file: MoneyFile, rows: list[MoneyRow], by: Person, at: datetime) -> MoneyFile:
    read_rows(file, rows, _books(file, by, at))
    _save(rows, "reasons")
    _count(file, rows)
    return file


@transaction.atomic
def take_over_money_file(
    file: MoneyFile, *, by: Person, at: datetime, as_of: date | None = None, leaving_out: int | None = None
) -> MoneyFile:  # fmt: skip
    """Budgets: opens them all, with what stood there on the day `as_of`, or none. Actuals: keeps those that are not
    known yet, and places what can be placed; `leaving_out` is how many rows with errors somebody agreed to lose."""
    file = _locked(file, by, State.CHECKED)
    lock_ledger(file.ledger_id)
    rows = list(file.rows.all())
    read = read_rows(file, rows, _books(file, by, at))
    if file.kind == Kind.ACTUALS:
        refuse_if(taking_refusals(file.rows_seen, sum(made is None for _, made in read), leaving_out))
        said = record_actuals(file, [made for _, made in sound(read)], by=by, at=at)
    else:
        refuse_if(_not_whole(read))
        said = _open_budgets(file, sound(read), as_of or localdate(at), by=by, at=at)
    file.state, file.done_at = State.DONE, at
    file.save(update_fields=["state", "done_at"])
    record_event(file, "money file taken over", said, at=at, by=by)
    return file


def _not_whole(read: Sequence[tuple[MoneyRow, Read | None]]) -> Iterable[str]:
    wrong = [row for row, made in read if made is None]
    yield from whole_refusals(len(read), len(wrong))
    for row in wrong[:TOLD]:
        yield f"Line {row.number}: {row.reasons[0]['said']}"


def _open_budgets(
    file: MoneyFile, rows: Sequence[tuple[MoneyRow, BudgetRow]], as_of: date, *, by: Person, at: datetime
) -> str:  # fmt: skip
    """Every budget of the file, with its accounts and its opening balances."""
    if as_of > localdate(at):
        raise Refused("What was spent is counted to today at the latest.")
    left = {one.code: one for one in file.ledger.budgets.select_for_update().filter(withdrawn_at__isnull=False)}
    budgets = [_budget(file, made, left.get(made.code), by, at) for _, made in rows]
    MoneyRow.objects.filter(budget__in=[one.pk for one in budgets if one.pk]).update(budget=None)
    with refused_when_taken("Somebody opened a budget with a code of this file meanwhile: look at the file again."):
        Budget.objects.bulk_create([one for one in budgets if one.pk is None], batch_size=BATCH)
    for (row, _), budget in zip(rows, budgets, strict=True):
        row.budget = budget
    _save([row for row, _ in rows], "budget")
    _post_openings(file, rows, as_of, by=by, at=at)
    _tell(file, rows, as_of, by, at)
    return f"{len(budgets):,} budgets opened from {file}, as they stood on {as_of}."


def _budget(file: MoneyFile, made: BudgetRow, left: Budget | None, by: Person, at: datetime) -> Budget:
    """The budget of a row: a new one, or the one of that code that an undone file has left."""
    fields = {
        "name": made.name, "domain_id": made.domain.pk, "team_id": made.team.pk if made.team else None,
        "funding_class": made.funding_class, "starts_on": made.starts_on, "ends_on": made.ends_on,
        "treatment": made.treatment, "cost_centre": made.cost_centre, "erp_account": made.erp_account,
        "opened_at": at, "opened_by": by, "withdrawn_at": None,
    }  # fmt: skip
    if left is None:
        return Budget(ledger=file.ledger, code=made.code, **fields)
    for name, value in fields.items():
        setattr(left, name, value)
    left.save(update_fields=[name.removesuffix("_id") for name in fields])
    left.accounts.update(closed=False)
    return left


def _post_openings(
    file: MoneyFile, rows: Sequence[tuple[MoneyRow, BudgetRow]], as_of: date, *, by: Person, at: datetime
) -> None:  # fmt: skip
    budgets = [row.budget for row, _ in rows if row.budget]
    there = set(Account.objects.filter(budget__in=budgets).values_list("budget_id", "kind"))
    Account.objects.bulk_create(
        [
            Account(ledger=file.ledger, budget=row.budget, kind=kind, code=account_code(row.budget, kind))
            for row, made in rows
            if row.budget
            for kind in {"available": 0} | made.parts
            if (row.budget.pk, kind) not in there
        ],
        batch_size=BATCH,
    )
    accounts = {(one.budget_id, one.kind): one for one in Account.objects.filter(budget__in=budgets, tranche=None)}
    source = appropriation_of(file.ledger)
    moves = [
        Move(
            _key(file, row.number, kind), "open", source, accounts[row.budget_id, kind], amount, as_of, "opening",
            document=f"{file.file_name[-100:]}, line {row.number}", treatment=made.treatment,
            cost_centre=made.cost_centre, erp_account=made.erp_account,
        )
        for row, made in rows
        for kind, amount in made.parts.items()
    ]  # fmt: skip
    post_all(file.ledger, moves, at=at, by=by)


def _key(file: MoneyFile, number: int, part: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"stakes money file {file.pk} line {number} {part}")


def _tell(
    file: MoneyFile, rows: Sequence[tuple[MoneyRow, BudgetRow]], as_of: date, by: Person, at: datetime
) -> None:  # fmt: skip
    """Writes into the history of each budget where it came from."""
    label = Budget._meta.label_lower
    Event.objects.bulk_create(
        [
            Event(
                at=at, kind="budget imported", by=by, subject_type=label, subject_id=row.budget.pk,
                sentence=f"Budget {made.name} opened from line {row.number} of {file}, as of {as_of}."[:500],
                payload={"file": file.pk, "line": row.number},
            )
            for row, made in rows
            if row.budget
        ],
        batch_size=BATCH,
    )  # fmt: skip


@transaction.atomic
def undo_money_file(file: MoneyFile, *, by: Person, at: datetime, today: date) -> MoneyFile:
    """Reverses the opening balances of every budget of the file, today, and withdraws them; refused as long as money of
    one has moved since. Once."""
    file = _locked(file, by, State.DONE, undoing=True)
    refuse_if(books_refusals(powers_of(by), "correct_ledger"))
    lock_ledger(file.ledger_id)
    budgets = list(Budget.objects.select_for_update(no_key=True).filter(pk__in=_budgets_of(file)).order_by("pk"))
    refuse_if(moved_since(file, budgets))
    opened = openings_of(file).select_related("debit_account", "credit_account")
    post_all(file.ledger, [_mirror(file, one, today) for one in opened], at=at, by=by)
    Account.objects.filter(budget__in=budgets).update(closed=True)
    Budget.objects.filter(pk__in=[one.pk for one in budgets]).update(withdrawn_at=at)
    file.state, file.undone_at, file.undone_by = State.UNDONE, at, by
    file.save(update_fields=["state", "undone_at", "undone_by"])
    said = f"{file} undone: {len(budgets):,} budgets withdrawn."
    record_event(file, "money file undone", said, at=at, by=by, budgets=[one.code for one in budgets])
    return file


def _budgets_of(file: MoneyFile) -> Any:
    return file.rows.exclude(budget=None).values("budget")


def openings_of(file: MoneyFile) -> QuerySet[Transfer]:
    """The opening balances that a file has posted and that nobody has reversed."""
    numbers = file.rows.exclude(budget=None).values_list("number", flat=True)
    keys = [_key(file, number, kind) for number in numbers for kind in PARTS]
    return Transfer.objects.filter(key__in=keys, reversal=None).order_by("seq")


def moved_since(file: MoneyFile, budgets: Sequence[Budget]) -> list[str]:
    """Why a file cannot be undone: budgets of it whose money has moved, or is asked for. Five queries."""
    ours, moved, asked = list(openings_of(file).values_list("seq", flat=True)), dict[int, int](), set[int]()
    for side in ("debit_account", "credit_account"):
        found = Transfer.objects.filter(**{f"{side}__budget__in": budgets}, posted_at__gte=file.done_at)
        later = found.filter(seq__gte=min(ours, default=1)).exclude(seq__in=ours)
        for budget, seq in later.order_by("-seq").values_list(f"{side}__budget", "seq"):
            moved[budget] = min(seq, moved.get(budget, seq))
        lines = RequestLine.objects.filter(**{f"{side}__budget__in": budgets}, request__state="submitted")
        asked |= set(lines.values_list(f"{side}__budget", flat=True))
    return [
        *(f"Money of {one.code} has moved since: see transfer {moved[one.pk]}." for one in budgets if one.pk in moved),
        *(f"A request waits for money of {one.code}." for one in budgets if one.pk in asked),
    ]


def _mirror(file: MoneyFile, one: Transfer, today: date) -> Move:
    return Move(
        uuid.uuid5(uuid.NAMESPACE_OID, f"stakes money file {file.pk} undoes {one.pk}"), one.kind, one.debit_account,
        one.credit_account, one.amount, today, "correction", document=f"Undo of {file.file_name[-100:]}",
        reverses=one, treatment=one.treatment, cost_centre=one.cost_centre, erp_account=one.erp_account,
    )  # fmt: skip


@transaction.atomic
def drop_money_file(file: MoneyFile, *, by: Person, at: datetime) -> None:
    """Forgets the rows of a file that was not taken over."""
    file = _locked(file, by, State.CHECKED)
    file.rows.all().delete()
    file.state = State.DROPPED
    file.save(update_fields=["state"])
    record_event(file, "money file dropped", f"{file} dropped: nothing was taken over.", at=at, by=by)
