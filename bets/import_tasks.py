"""The run that checks a file of projects in chunks, and the one that takes it over; org carries both."""

from collections.abc import Iterable
from datetime import datetime

from bets import actions
from bets.imports.checking import checked, compared, layout_of
from bets.imports.known import known_for
from bets.models import Import, ImportRow
from org.models import Job, Person, Run
from org.registry import Planned

CHUNK = 500
CHECK, COMPARE, TAKE = "check_projects", "compare_projects", "take_projects"


def due(at: datetime) -> None:
    """Starts the next file that had to wait for another."""
    actions.start_waiting_checks(at=at)


def next_jobs(run: Run, at: datetime) -> Iterable[Planned] | None:
    """Rows by themselves in chunks, then all of them side by side; or taking over, which is one piece of work."""
    file = Import.objects.filter(run=run).first()
    done = set(run.jobs.values_list("kind", flat=True))
    if file is None or run.jobs.filter(state=Job.State.DEAD).exists():
        return None
    if file.state == Import.State.TAKING:
        return None if done else [(TAKE, str(file.pk), {"import": file.pk})]
    if file.state != Import.State.CHECKING or COMPARE in done:
        return None
    return [(COMPARE, str(file.pk), {"import": file.pk})] if done else _chunks(file)


def _chunks(file: Import) -> list[Planned]:
    numbers = list(file.rows.order_by("number").values_list("number", flat=True))
    chunks = [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
    return [
        (CHECK, f"lines {chunk[0]} to {chunk[-1]}", {"import": file.pk, "first": chunk[0], "last": chunk[-1]})
        for chunk in chunks
    ]


def check_rows(job: Job) -> list[ImportRow]:
    """Rows of a chunk whose errors are others than before."""
    file = Import.objects.get(pk=job.payload["import"])
    rows = list(file.rows.filter(number__gte=job.payload["first"], number__lte=job.payload["last"]))
    before = {row.pk: row.reasons for row in rows}
    found = checked(rows, layout_of(file), known_for(_person(job), job.run.as_of))
    return [row for row in found if row.reasons != before[row.pk]]


def store_rows(job: Job, rows: list[ImportRow], at: datetime) -> str:
    actions.record_reasons(rows)
    return ""


def compare_rows(job: Job) -> list[ImportRow]:
    file = Import.objects.get(pk=job.payload["import"])
    return compared(file.rows.all(), layout_of(file), known_for(_person(job), job.run.as_of))


def store_check(job: Job, rows: list[ImportRow], at: datetime) -> str:
    file = actions.record_check(Import.objects.get(pk=job.payload["import"]), rows, at=at)
    return f"{file.rows_seen - file.rows_bad:,} of {file.rows_seen:,} rows can be taken over."


def take_over(job: Job) -> None:
    """Nothing is read beforehand: what is written must fit what there is in the same transaction."""


def store_drafts(job: Job, nothing: None, at: datetime) -> str:
    return actions.write_drafts(Import.objects.get(pk=job.payload["import"]), by=_person(job), at=at)


def _person(job: Job) -> Person:
    by = job.run.started_by
    assert by is not None, "An import is started by somebody."  # noqa: S101 # for the types: start_run was given one
    return by
