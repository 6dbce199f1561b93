"""What the page of one import shows: how far it is, what is wrong, what would come of it, and what came of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from bets.imports.checking import draft_of, layout_of
from bets.imports.columns import Column
from bets.imports.known import known_for
from bets.imports.states import is_busy, is_stuck
from bets.imports.touched import touched
from bets.models import Bet, Import, ImportRow
from bets.rules_import import Draft
from org.models import Event, Job, Person
from org.rules import ACTS, Powers

FIRST, SHOWN = 10, 50
NEEDED = ("name", "domain", "lead")


@dataclass(frozen=True)
class Wrong:
    """One error of one line."""

    line: int
    column: str
    stood: str
    said: str


class Sorted:
    """What a page says of a file whose rows were sorted into sound ones and wrong ones: `file` counts its rows, and the
    rows of `wrong` have their reasons."""

    file: Any
    columns: list[Column]
    wrong: Page[Any] | None

    @property
    def sound(self) -> int:
        seen: int = self.file.rows_seen - self.file.rows_bad
        return seen

    @property
    def left_out(self) -> list[Column]:
        return [column for column in self.columns if not column.means]

    @property
    def errors(self) -> list[tuple[Any, list[Wrong]]]:
        return [(row, wrongs_of(row)) for row in self.wrong] if self.wrong else []


@dataclass(frozen=True)
class ImportPage(Sorted):
    file: Import
    busy: bool
    stuck: bool
    notes: list[str]
    same: list[Import]
    done: int
    total: int
    columns: list[Column]
    missing: list[str]
    first: list[tuple[int, Draft]]
    wrong: Page[ImportRow] | None
    drafts: Page[ImportRow] | None
    kept: list[Bet]

    @property
    def removable(self) -> int:
        return (self.drafts.paginator.count if self.drafts else 0) - len(self.kept)


def visible_imports(powers: Powers, person: Person) -> QuerySet[Import]:
    """Imports that a person may look at: their own, and all of them where they may import everywhere."""
    found = Import.objects.select_related("uploaded_by", "run")
    if not powers.may("import_bets"):
        return found.none()
    return found if powers.domains(ACTS["import_bets"]) is None else found.filter(uploaded_by=person)


def import_page(file: Import, visible: QuerySet[Import], person: Person, number: Any, today: date) -> ImportPage:
    """Sixteen queries at most, and some for each kind of thing that can hang on a draft once it was taken over."""
    layout, busy = layout_of(file), is_busy(file)
    means = {column.means for column in layout.columns}
    looked_at = not busy and file.state == Import.State.CHECKED
    taken = file.state in (Import.State.DONE, Import.State.UNDONE)
    rows = file.rows.exclude(reasons=[]).order_by("number")
    drafts = file.rows.exclude(bet=None).select_related("bet__lead", "bet__domain").order_by("number")
    done, total = _progress(file) if busy else (0, 0)
    return ImportPage(
        file=file, busy=busy, stuck=is_stuck(file), notes=_notes(file),
        same=list(visible.filter(sha256=file.sha256).exclude(pk=file.pk).exclude(state=Import.State.DROPPED)[:3]),
        done=done, total=total, columns=layout.columns, missing=[one for one in NEEDED if one not in means],
        first=_first(file, person, today) if looked_at else [],
        wrong=Paginator(rows, SHOWN).get_page(number) if looked_at or taken else None,
        drafts=Paginator(drafts, SHOWN).get_page(number) if taken else None,
        kept=_kept(file) if taken else [],
    )  # fmt: skip


def _progress(file: Import) -> tuple[int, int]:
    """Jobs done of those there will be, of which the last is the one that looks at all rows."""
    if file.run is None:
        return 0, 0
    states = list(file.run.jobs.values_list("state", flat=True))
    more = 1 if file.state == Import.State.CHECKING and len(states) > 0 else 0
    return states.count(Job.State.DONE), len(states) + more


def _notes(file: Import) -> list[str]:
    """How the file was read, as the event of its upload says."""
    uploads = Event.objects.filter(subject_type="bets.import", subject_id=file.pk, kind="projects uploaded")
    return [note for payload in uploads.values_list("payload", flat=True) for note in payload.get("notes", [])]


def _first(file: Import, person: Person, today: date) -> list[tuple[int, Draft]]:
    """The first rows as they would become draft bets."""
    layout, known = layout_of(file), known_for(person, today)
    rows = file.rows.filter(reasons=[]).order_by("number")[:FIRST]
    return [(row.number, draft) for row in rows if (draft := draft_of(row, layout, known)[0])]


def _kept(file: Import) -> list[Bet]:
    """Drafts that an undo leaves alone, or has left alone."""
    bets = list(Bet.objects.filter(pk__in=file.rows.exclude(bet=None).values("bet")).order_by("key"))
    if file.state == Import.State.UNDONE:
        return bets
    found = touched(file, [bet.pk for bet in bets])
    return [bet for bet in bets if bet.pk in found]


def wrongs_of(row: Any) -> list[Wrong]:
    """What is wrong in a line, with what stood there; a row of any file that is kept like these."""
    return [
        Wrong(row.number, reason["column"], row.cells.get(reason["column"], ""), reason["said"])
        for reason in row.reasons
    ]
