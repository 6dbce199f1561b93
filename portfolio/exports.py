"""The chosen bets as CSV and as an Excel file: exact money, ISO dates, and nothing that a spreadsheet would run."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from lib.cells import harmless
from portfolio.board import UNJUDGED, UNREAD, Row
from portfolio.filters import HEALTHS, VERDICTS

Cell = str | date | Decimal | None
WIDTHS = [10, 44, 22, 22, 32, 13, 11, 9, 18, 18, 14, 14, 16, 16, 10, 13, 8]  # characters, of the Excel file


def header() -> list[str]:
    return [
        _("Key"), _("Name"), _("Product lead"), _("Domain"), _("Goal"), _("Stage"), _("State"), _("Horizon"),
        _("Verdict"), _("Open flags"), _("Flagged since"), _("Health of signals"), _("Planned"), _("At stake"),
        _("Currency"), _("Decide by"), _("Sample"),
    ]  # fmt: skip


def cells(row: Row) -> list[Cell]:
    """One bet (with planned, at_stake and decide_by) in the order of the header; money in major units, exact."""
    bet: Any = row.bet
    verdict = row.verdict.kind if row.verdict else UNJUDGED
    health = row.ailing.health if row.ailing else UNREAD
    return [
        bet.key, bet.name, str(bet.lead), str(bet.domain), str(bet.goal or ""), bet.get_stage_display(),
        bet.get_state_display(), bet.get_horizon_display(), str(dict(VERDICTS)[verdict]),
        ", ".join(flag.get_kind_display() for flag in row.flags), row.flags[0].raised_on if row.flags else None,
        str(dict(HEALTHS)[health]), Decimal(bet.planned) / 100, Decimal(bet.at_stake) / 100, bet.currency,
        bet.decide_by, _("yes") if bet.is_sample else _("no"),
    ]  # fmt: skip


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Lines of CSV, the header first; a byte order mark tells Excel that it is UTF-8."""
    yield "\ufeff" + _line(header())
    for row in rows:
        yield _line(cells(row))


def _line(values: Sequence[Cell]) -> str:
    line = StringIO()
    csv.writer(line).writerow([_text(value) for value in values])
    return line.getvalue()


def _text(value: Cell) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else harmless(value or "")


def workbook(rows: Iterable[Row], *, today: date) -> bytes:
    """The same as an Excel file: money as numbers, dates as dates, text as text whatever it begins with."""
    file = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet(_("Bets"))
        kinds = {
            Decimal: book.add_format({"num_format": "#,##0.00"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet.write_row(0, 0, header(), book.add_format({"bold": True, "bottom": 1}))
        count = 0
        for count, row in enumerate(rows, 1):
            _write(sheet, count, cells(row), kinds)
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, count, len(WIDTHS) - 1)
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
