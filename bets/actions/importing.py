"""A file of projects from upload to undo: kept and checked, taken over as a whole, undone once, or dropped."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bets.imports.columns import MEANINGS, columns_of, guessed, stored
from bets.imports.files import read_table
from bets.imports.states import is_busy, is_stuck
from bets.imports.table import Table
from bets.imports.touched import touched
from bets.models import Bet, Hypothesis, Import, ImportRow, Sketch, Tranche
from bets.rules_import import import_refusals, taking_refusals
from lib.refusals import Refused, refuse_if
from org.actions import advance_run, record_event, start_run
from org.models import Person, Run
from org.rules import refusals
from org.visibility import powers_of

RUN = "projects"
BATCH = 1_000
ANOTHER = "Another file is being worked on: try again in a minute."


def upload_import(name: str, data: bytes, *, by: Person, at: datetime) -> Import:
    """Keeps the rows of a file and starts checking them; no bet is written. Refused when it is no table."""
    refuse_if(refusals(powers_of(by), "import_bets"))
    table = read_table(name, data, most=settings.IMPORT_MAX_BYTES)
    return _keep(_shown_name(name), data, table, by=by, at=at)


def _shown_name(name: str) -> str:
    return "".join(char for char in name.rpartition("/")[2] if char.isprintable())[-200:]


@transaction.atomic
def _keep(name: str, data: bytes, table: Table, *, by: Person, at: datetime) -> Import:
    meanings = dict(zip(table.headers, guessed(table.headers), strict=True))
    columns = stored(columns_of(meanings, [row.cells for row in table.rows]))
    file = Import.objects.create(
        file_name=name, sha256=_digest(data), columns=columns, rows_seen=len(table.rows), uploaded_at=at, uploaded_by=by
    )
    rows = [
        ImportRow(
            file=file, number=row.number, cells=row.cells,
            reasons=[{"column": header, "means": "", "said": said, "of": "file"} for header, said in row.faults],
        )
        for row in table.rows
    ]  # fmt: skip
    ImportRow.objects.bulk_create(rows, batch_size=BATCH)
    said = f"{name} uploaded: {len(rows):,} rows."
    record_event(file, "projects uploaded", said, at=at, by=by, notes=table.notes, sha256=file.sha256)
    start_check(file, by=by, at=at)
    return file


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def start_check(file: Import, *, by: Person, at: datetime) -> None:
    """Starts checking in the caller's transaction; while another file is being worked on this one waits."""
    file.run = _run(file, by, at)
    file.state = Import.State.CHECKING
    file.save(update_fields=["run", "state"])
    if file.run is not None:
        advance_run(file.run.pk, at=at)


def _run(file: Import, by: Person, at: datetime) -> Run | None:
    """A run of its own for each step; None while that of another file is open."""
    former = Run.objects.filter(key__startswith=f"{RUN} {file.pk}.").count()
    return start_run(RUN, f"{RUN} {file.pk}.{former + 1}", as_of=timezone.localdate(at), at=at, by=by)


@transaction.atomic
def start_waiting_checks(*, at: datetime) -> None:
    """Starts the file that has waited longest, when there is one and no other is being worked on."""
    waiting = Import.objects.filter(state=Import.State.CHECKING, run=None).order_by("pk")
    file = waiting.select_for_update(no_key=True, skip_locked=True, of=["self"]).first()
    if file is not None and not Run.objects.filter(kind=RUN, state=Run.State.OPEN).exists():
        start_check(file, by=file.uploaded_by, at=at)


@transaction.atomic
def map_columns(file: Import, meanings: Mapping[str, str], *, by: Person, at: datetime) -> Import:
    """Says anew what the columns mean, by header, and checks all rows again."""
    file = _locked(file, by, [Import.State.CHECKED])
    refuse_if(_mapping_refusals(file, meanings))
    rows = list(file.rows.values_list("cells", flat=True))
    wanted = {column["header"]: meanings.get(column["header"], "") for column in file.columns}
    file.columns = stored(columns_of(wanted, rows))
    file.save(update_fields=["columns"])
    record_event(file, "columns mapped", f"Columns of {file} mapped by hand.", at=at, by=by, columns=file.columns)
    start_check(file, by=by, at=at)
    return file


def _mapping_refusals(file: Import, meanings: Mapping[str, str]) -> list[str]:
    known = {column["header"] for column in file.columns}
    chosen = [means for header, means in meanings.items() if means]
    unknown = [header for header in meanings if header not in known]
    twice = sorted({means for means in chosen if chosen.count(means) > 1})
    odd = [means for means in chosen if means not in MEANINGS]
    return [f"The file has no column “{header}”." for header in unknown] + [
        *(f"A column cannot mean “{means}”." for means in odd),
        *(f"Two columns cannot both mean {means}: leave one of them out." for means in twice),
    ]


def _locked(file: Import, by: Person, wanted: Sequence[str]) -> Import:
    """The import under its lock, in one of the wanted states; one that is stuck counts as checked."""
    file = Import.objects.select_for_update(no_key=True, of=["self"]).select_related("run").get(pk=file.pk)
    state = Import.State.CHECKED if is_stuck(file) else file.state
    refuse_if(import_refusals(powers_of(by), state, wanted, busy=is_busy(file)))
    return file


@transaction.atomic
def record_reasons(rows: Sequence[ImportRow]) -> None:
    """Writes what is wrong with some rows."""
    ImportRow.objects.bulk_update(rows, ["reasons"], batch_size=500)


@transaction.atomic
def record_check(file: Import, rows: Sequence[ImportRow], *, at: datetime) -> Import:
    """Ends the check: writes what is wrong with these rows beside the others, and counts."""
    file = Import.objects.select_for_update(no_key=True).get(pk=file.pk)
    if file.state != Import.State.CHECKING:
        return file
    record_reasons(rows)
    file.rows_bad, file.state = file.rows.exclude(reasons=[]).count(), Import.State.CHECKED
    file.save(update_fields=["rows_bad", "state"])
    said = f"{file} checked: {file.rows_seen - file.rows_bad:,} of {file.rows_seen:,} rows can be taken over."
    record_event(file, "projects checked", said, at=at)
    return file


@transaction.atomic
def take_over_import(file: Import, *, leaving_out: int | None = None, by: Person, at: datetime) -> Import:
    """Starts taking over all sound rows at once. `leaving_out` is how many rows with errors somebody agreed to lose."""
    file = _locked(file, by, [Import.State.CHECKED])
    if is_stuck(file):
        raise Refused("The last attempt ended half-way and wrote nothing: check the file again first.")
    refuse_if(taking_refusals(file.rows_seen, file.rows_bad, leaving_out))
    file.run, file.state = _run(file, by, at), Import.State.TAKING
    if file.run is None:
        raise Refused(ANOTHER)
    file.save(update_fields=["run", "state"])
    advance_run(file.run.pk, at=at)
    return file


@transaction.atomic
def undo_import(file: Import, *, by: Person, at: datetime) -> Import:
    """Removes the drafts that nobody has worked on since; the others stay, and are named. Once."""
    file = _locked(file, by, [Import.State.DONE])
    mine = Bet.objects.filter(pk__in=file.rows.exclude(bet=None).values("bet")).order_by("pk")
    bets = {bet.pk: bet for bet in mine.select_for_update(of=["self"])}
    for domain in {bet.domain_id for bet in bets.values()}:
        refuse_if(refusals(powers_of(by), "import_bets", domain))
    kept = touched(file, list(bets))
    _remove([pk for pk in bets if pk not in kept])
    file.state, file.undone_at, file.undone_by = Import.State.UNDONE, at, by
    file.save(update_fields=["state", "undone_at", "undone_by"])
    removed = [bet.key for bet in bets.values() if bet.pk not in kept]
    stayed = [bets[pk].key for pk in bets if pk in kept]
    said = f"Import of {file} undone: {len(removed):,} drafts removed, {len(stayed):,} kept."
    record_event(file, "import undone", said, at=at, by=by, removed=removed, kept=stayed)
    return file


def _remove(bets: Sequence[int]) -> None:
    for model in (Sketch, Hypothesis, Tranche):
        model._default_manager.filter(bet__in=bets).delete()
    Bet.objects.filter(pk__in=bets).delete()


@transaction.atomic
def drop_import(file: Import, *, by: Person, at: datetime) -> None:
    """Forgets the rows of a file that was not taken over."""
    file = _locked(file, by, [Import.State.CHECKED])
    file.rows.all().delete()
    file.state = Import.State.DROPPED
    file.save(update_fields=["state"])
    record_event(file, "import dropped", f"{file} dropped: nothing was taken over.", at=at, by=by)
