"""Excel files. A workbook is a zip of XML: it is measured before anything of it is unfolded."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]

from bets.imports.columns import ALIASES
from bets.imports.table import MOST_COLUMNS, Line, Table, table_of
from lib.refusals import Refused

MOST_ENTRIES, MOST_UNFOLDED, MOST_RATIO, SMALL = 2_000, 100_000_000, 200, 1_000_000
BLOCK = 1 << 20
DAMAGED = "The Excel file is damaged: open it, save it anew as .xlsx, and upload it again."
NO_VALUE = "It is a formula whose value was never worked out: open the file in Excel, save it, and upload it again."


def read_xlsx(data: bytes, aliases: Mapping[str, str] = ALIASES) -> Table:
    """The table in the first visible sheet with anything in it. Refused with a sentence when it cannot be read."""
    has_formulas = _measured(data)
    try:
        return _read(data, has_formulas, aliases)
    except Refused:
        raise
    except Exception:  # openpyxl raises whatever the damage leads to: KeyError, ParseError, EntitiesForbidden, …
        raise Refused(DAMAGED) from None


def _measured(data: bytes) -> bool:
    """Whether a sheet has formulas. Refused when it would unfold to more than such a table can need."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            _refuse_bomb(archive.infolist(), len(data))
            return any(_has_formulas(archive, entry) for entry in archive.infolist())
    except Refused:
        raise
    except Exception:  # a zip can be broken in many ways, each with its own error
        raise Refused(DAMAGED) from None


def _refuse_bomb(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    unfolded = sum(entry.file_size for entry in entries)
    steep = any(
        entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1) for entry in entries
    )
    if len(entries) > MOST_ENTRIES or unfolded > MOST_UNFOLDED or steep:
        raise Refused(
            f"The Excel file of {size:,} bytes would unfold to {unfolded:,} bytes in {len(entries):,} parts, which is"
            " not how a table of rows looks: copy the rows into a new workbook."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("The file is protected by a password: save it without one and upload it again.")


def _has_formulas(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Unfolds one part block by block, never beyond the size it declares: zipfile stops there, and checks its sum."""
    found, before = False, b""
    with archive.open(entry) as part:
        while block := part.read(BLOCK):
            found = found or b"<f>" in before + block or b"<f " in before + block
            before = block[-3:]
    return found and entry.filename.startswith("xl/worksheets/")


def _read(data: bytes, has_formulas: bool, aliases: Mapping[str, str]) -> Table:
    workbook = load_workbook(BytesIO(data), read_only=True, data_only=True)
    formulas = load_workbook(BytesIO(data), read_only=True) if has_formulas else None
    empty: list[str] = []
    for sheet in workbook.worksheets:
        if sheet.sheet_state != "visible":
            continue
        lines = _lines(sheet, formulas[sheet.title] if formulas else None)
        for first in lines:
            return table_of(_with(first, lines), _notes(sheet.title, workbook.worksheets), aliases)
        empty.append(sheet.title)
    raise Refused("The file is empty: no visible sheet has anything in it.")


def _notes(title: str, sheets: Sequence[Any]) -> list[str]:
    if len(sheets) == 1:
        return []
    return [f"The sheet “{title}” was read; the file has {len(sheets) - 1} more, which were not."]


def _with(first: Line, rest: Iterator[Line]) -> Iterator[Line]:
    yield first
    yield from rest


def _lines(sheet: Any, formulas: Any) -> Iterator[Line]:
    """Lines that have something in them. One with cells beyond MOST_COLUMNS is cut a cell behind: too many anyway."""
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    rows = sheet.iter_rows(max_col=MOST_COLUMNS + 1)
    if formulas is None:
        yield from (
            _line(number, row, row) for number, row in enumerate(rows, 1) if any(c.value is not None for c in row)
        )
        return
    formulas.reset_dimensions()
    both = zip(rows, formulas.iter_rows(max_col=MOST_COLUMNS + 1), strict=False)
    for number, (row, written) in enumerate(both, 1):
        if any(cell.value is not None for cell in written):
            yield _line(number, row, written)


def _line(number: int, row: Sequence[Any], written: Sequence[Any]) -> Line:
    faults = []
    for place, (cell, source) in enumerate(zip(row, written, strict=False)):
        if cell.value is None and source.value is not None:
            faults.append((place, NO_VALUE))
        elif cell.data_type == "e":
            faults.append((place, f"It shows the error {cell.value}: mend the formula behind it."))
    return Line(number, [_text(cell.value) for cell in row], faults)


def _text(value: object) -> str:
    """A value as somebody would type it. A number is written so that its point cannot pass for one of thousands."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def _number(value: float) -> str:
    """What Excel shows of a number has at most 15 digits; 0.1 + 0.2 is 0.3 there."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    return f"{text}0" if "e" not in text and len(text.partition(".")[2]) == 3 else text
