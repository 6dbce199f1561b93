"""What the page of one file of money shows: what is wrong, what would come of it, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from django.utils.timezone import localdate

from bets.imports.columns import Column
from bets.imports.page import Sorted
from funding.actions.actuals import document_of, known_documents, waiting_of
from funding.actions.taking import moved_since
from funding.imports.checking import Read, centres_of, money_layout, read_rows, sound
from funding.imports.columns import NEEDED
from funding.imports.known import books_for, places_of
from funding.models import Actual, MoneyFile, MoneyRow
from funding.reach import money_powers
from funding.rules_files import ActualRow, BudgetRow
from funding.rules_placing import COUNTED, Spot
from funding.statements import domains_of_money
from org.models import Event, Person
from org.requests import PersonRequest

SHOWN = 50
PARTS = ("amount", "committed", "released", "spent", "available")


@dataclass(frozen=True)
class Fate:
    """What would become of an actual: where it goes, why it waits, or that it is known."""

    row: ActualRow
    number: int
    place: str = ""
    waits: str = ""
    known: bool = False


@dataclass(frozen=True)
class FilePage(Sorted):
    """`fates` or `budgets` are those of a page of rows; `sums` are of all sound rows."""

    file: MoneyFile
    columns: list[Column]
    missing: list[str]
    notes: list[str]
    centres: list[str]
    wrong: Page[Any] | None
    preview: Page[Any] | None
    sums: dict[str, int]
    made: Page[Any] | None
    stays: Sequence[str]


def money_files(request: PersonRequest) -> QuerySet[MoneyFile]:
    """Files hold the money of all domains, so that they are for those who see it everywhere; 404 for others."""
    if domains_of_money(money_powers(request)) is not None:
        raise Http404
    return MoneyFile.objects.select_related("ledger", "uploaded_by", "undone_by")


def file_page(file: MoneyFile, person: Person, at: Any, number: Any) -> FilePage:
    """Reads all rows anew when the file is still to be taken over: about twenty queries for any number of rows."""
    columns = money_layout(file).columns
    means = {column.means for column in columns}
    rows = list(file.rows.all()) if file.state == MoneyFile.State.CHECKED else []
    read = read_rows(file, rows, books_for(file.ledger, person, localdate(at), file.mapping)) if rows else []
    preview, sums = _preview(file, sound(read))
    wrong = [row for row in rows if row.reasons] or file.rows.exclude(reasons=[]).order_by("number")
    return FilePage(
        file=file, columns=columns, missing=[one for one in NEEDED[file.kind] if one not in means],
        notes=_notes(file), centres=centres_of(file, rows) if file.kind == "budgets" else [],
        wrong=Paginator(wrong, SHOWN).get_page(number),
        preview=Paginator(preview, SHOWN).get_page(number) if preview else None, sums=sums,
        made=_made(file, number), stays=_stays(file),
    )  # fmt: skip


def _notes(file: MoneyFile) -> list[str]:
    """How the file was read, as the event of its upload says."""
    uploads = Event.objects.filter(subject_type="funding.moneyfile", subject_id=file.pk, kind="money file uploaded")
    return [note for payload in uploads.values_list("payload", flat=True) for note in payload.get("notes", [])]


def _preview(file: MoneyFile, read: Sequence[tuple[MoneyRow, Read]]) -> tuple[list[Any], dict[str, int]]:
    """What each sound row would become, and the sums of all."""
    if file.kind == MoneyFile.Kind.ACTUALS:
        fates = _fates(file, read)
        return fates, _sums_of_fates(fates)
    found = [(row.number, made) for row, made in read if isinstance(made, BudgetRow)]
    return found, {part: sum(getattr(made, part) for _, made in found) for part in PARTS}


def _fates(file: MoneyFile, read: Sequence[tuple[MoneyRow, Read]]) -> list[Fate]:
    """Where documents would go if they came one after the other now, behind what waits already."""
    rows = [(row.number, made) for row, made in read if isinstance(made, ActualRow)]
    known = known_documents(file.ledger, file.source, [made.document_id for _, made in rows])
    places = places_of(file.ledger) if rows else None
    spots: dict[int, Spot | str] = {}
    waiting: list[tuple[Any, int]] = [(one, 0) for one in waiting_of(file.ledger)]
    waiting += [(made, number) for number, made in rows if made.document_id not in known]
    for one, number in sorted(waiting, key=lambda pair: (pair[0].posted_on, pair[0].amount < 0, pair[1])):
        if places is None:
            break
        document = document_of(one)
        spot = spots[number] = places.find(document)
        if isinstance(spot, Spot):
            places.take(document, spot)
    return [_fate(number, made, spots.get(number)) for number, made in rows]


def _fate(number: int, made: ActualRow, spot: Spot | str | None) -> Fate:
    if spot is None:
        return Fate(made, number, known=True)
    return Fate(made, number, waits=spot) if isinstance(spot, str) else Fate(made, number, place=spot.place.name)


def _sums_of_fates(fates: Sequence[Fate]) -> dict[str, int]:
    new = [one for one in fates if not one.known]
    return {
        "known": len(fates) - len(new), "new": len(new), "placed": sum(bool(one.place) for one in new),
        "waits": sum(bool(one.waits) and not one.waits.startswith(COUNTED) for one in new),
        "counted": sum(one.waits.startswith(COUNTED) for one in new), "amount": sum(one.row.amount for one in new),
    }  # fmt: skip


def _made(file: MoneyFile, number: Any) -> Page[Any] | None:
    """What came of it: rows with their budgets, or documents."""
    if file.state not in (MoneyFile.State.DONE, MoneyFile.State.UNDONE):
        return None
    if file.kind == MoneyFile.Kind.ACTUALS:
        return Paginator(file.actuals.select_related("ledger", "transfer").order_by("pk"), SHOWN).get_page(number)
    rows = file.rows.exclude(budget=None).select_related("budget__domain", "budget__ledger").order_by("number")
    return Paginator(rows, SHOWN).get_page(number)


def _stays(file: MoneyFile) -> list[str]:
    """Why a file of budgets that was taken over cannot be undone now."""
    if file.state != MoneyFile.State.DONE or file.kind != MoneyFile.Kind.BUDGETS:
        return []
    budgets = [row.budget for row in file.rows.exclude(budget=None).select_related("budget") if row.budget]
    return moved_since(file, budgets)


def standing_of_actuals(actuals: QuerySet[Actual]) -> dict[str, int]:
    """How many documents are placed, wait, or are counted in an opening balance. One query."""
    counted = Q(transfer=None, waits_because__startswith=COUNTED)
    return actuals.aggregate(
        all=Count("pk"), placed=Count("pk", filter=Q(transfer__isnull=False)), counted=Count("pk", filter=counted),
        waiting=Count("pk", filter=Q(transfer=None) & ~Q(waits_because__startswith=COUNTED)), amount=Sum("amount"),
    )  # fmt: skip
