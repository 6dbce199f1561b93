"""The chosen bets as CSV and as an Excel file."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lib import tables
from lib.money import plain
from lib.tables import Cell
from portfolio.board import UNJUDGED, UNREAD, Row
from portfolio.filters import HEALTHS, VERDICTS

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
        str(dict(HEALTHS)[health]), Decimal(plain(bet.planned, bet.currency)),
        Decimal(plain(bet.at_stake, bet.currency)), bet.currency, bet.decide_by, _("yes") if bet.is_sample else _("no"),
    ]  # fmt: skip


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Lines of CSV, the header first."""
    return tables.csv_lines(header(), map(cells, rows))


def workbook(rows: Iterable[Row], *, today: date) -> bytes:
    """The same as an Excel file."""
    return tables.workbook(_("Bets"), header(), map(cells, rows), WIDTHS, today=today)
