"""5,000 projects from a CSV and an Excel file into drafts: uploaded, checked, taken over and undone again."""

import io
import time

import xlsxwriter

from bets.actions import take_over_import, undo_import, upload_import
from bets.models import Bet, Import
from org.actions import advance_run, claim_job, perform_job
from org.models import Person, Role, RoleGrant, Run
from tests.bench.enterprise import Enterprise
from tests.bench.pages import own_database
from tests.bench.report import Row

ROWS = 5_000
HEADER = ["Key", "Project", "Domain", "Owner", "Start", "End", "Budget", "Currency", "Description"]


def rows() -> list[Row]:
    with own_database():
        enterprise = Enterprise()
        keeper = Person.objects.create(email="operations@bench.example", name="Olga Operations")
        RoleGrant.objects.create(person=keeper, role=Role.PRODUCT_OPERATIONS)
        for lead in enterprise.leads:
            RoleGrant.objects.create(person=lead, role=Role.PRODUCT_LEAD)
        reference = _bare(enterprise)
        return [row for kind in ("csv", "xlsx") for row in _imported(enterprise, keeper, kind, reference)]


def _bare(enterprise: Enterprise) -> float:
    """Seconds to write as many bets with nothing checked and nothing kept of it."""
    bets = [
        Bet(key=f"bare-{n}", name=f"Project {n}", domain=enterprise.domains[n % 6], lead=enterprise.leads[n % 40],
            starts_on=enterprise.today)
        for n in range(ROWS)
    ]  # fmt: skip
    begun = time.perf_counter()
    Bet.objects.bulk_create(bets, batch_size=1_000)
    seconds = time.perf_counter() - begun
    Bet.objects.all().delete()
    return seconds


def _imported(enterprise: Enterprise, keeper: Person, kind: str, reference: float) -> list[Row]:
    at, data = enterprise.at, _file(enterprise, kind)
    taken: dict[str, float] = {}
    begun = time.perf_counter()
    file = upload_import(f"projects.{kind}", data, by=keeper, at=at)
    _finish(file)
    taken["uploaded and checked"] = time.perf_counter() - begun
    begun = time.perf_counter()
    take_over_import(file, by=keeper, at=at)
    _finish(file)
    taken["taken over"] = time.perf_counter() - begun
    if Bet.objects.count() != ROWS:
        raise RuntimeError(f"{Bet.objects.count()} drafts of {ROWS} rows.")
    begun = time.perf_counter()
    undo_import(file, by=keeper, at=at)
    taken["undone"] = time.perf_counter() - begun
    if Bet.objects.exists():
        raise RuntimeError(f"{Bet.objects.count()} drafts stayed.")
    return [
        _row(f"{ROWS:,} projects from {kind.upper()}: {what}", seconds, reference) for what, seconds in taken.items()
    ]


def _row(name: str, seconds: float, reference: float) -> Row:
    beside = f"the same {ROWS:,} bets written unchecked: {reference:.2f} s"
    return Row(name, f"{seconds:.2f} s", beside, f"{seconds / reference:.1f}")


def _finish(file: Import) -> None:
    """What a worker does, in this process; the first jobs were planned when the run started."""
    file.refresh_from_db()
    run = Run.objects.get(pk=file.run_id)
    while run.state != Run.State.DONE:
        while (job := claim_job(at=file.uploaded_at, run=run)) is not None:
            perform_job(job, at=file.uploaded_at)
        advance_run(run.pk, at=file.uploaded_at)
        run.refresh_from_db()
    file.refresh_from_db()


def _file(enterprise: Enterprise, kind: str) -> bytes:
    lines = [_line(enterprise, number) for number in range(ROWS)]
    if kind == "csv":
        return "\n".join(";".join(line) for line in [HEADER, *lines]).encode()
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for place, line in enumerate([HEADER, *lines]):
            sheet.write_row(place, 0, line)
    return buffer.getvalue()


def _line(enterprise: Enterprise, number: int) -> list[str]:
    return [
        f"P-{number:04}", f"Project number {number}", enterprise.domains[number % 6].key,
        enterprise.leads[number % 40].email, enterprise.today.isoformat(), "2027-12-31", f"{number * 100 + 500}", "EUR",
        "What it is for, in a sentence or two.",
    ]  # fmt: skip
