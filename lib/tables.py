"""Tables that people take away as CSV or as an Excel file: exact money, ISO dates, and nothing that a spreadsheet would
run."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from lib.cells import harmless

Cell = str | date | Decimal | None
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Lines of CSV, the header first; a byte order mark tells Excel that it is UTF-8."""
    yield "\ufeff" + _line(header)
    for row in rows:
        yield _line(row)


def _line(values: Sequence[Cell]) -> str:
    line = StringIO()
    csv.writer(line).writerow([_text(value) for value in values])
    return line.getvalue()


def _text(value: Cell) -> str:
    if isinstance(value, Decimal):
        return f"{value:.{max(2, -int(value.as_tuple().exponent))}f}"  # three decimals stay three
    return value.isoformat() if isinstance(value, date) else harmless(value or "")


def workbook(
    title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int], *, today: date
) -> bytes:
    """The same as an Excel file: money as numbers, dates as dates, text as text whatever it begins with. `widths` are
    those of the columns, in characters."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(title)
        kinds = {
            Decimal: book.add_format({"num_format": "#,##0.00"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet.write_row(0, 0, header, book.add_format({"bold": True, "bottom": 1}))
        count = 0
        for count, row in enumerate(rows, 1):
            _write(sheet, count, row, kinds)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, count, len(header) - 1)
        _for_paper(sheet, today)
    return file.getvalue()


def _write(sheet: Any, place: int, values: Sequence[Cell], kinds: dict[type, Any]) -> None:
    for column, value in enumerate(values):
        if isinstance(value, Decimal):
            sheet.write_number(place, column, float(value), kinds[Decimal])
        elif isinstance(value, date):
            sheet.write_datetime(place, column, value, kinds[date])
        elif value:
            sheet.write_string(place, column, value)


def _for_paper(sheet: Any, today: date) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{today.isoformat()}&R&P / &N")
