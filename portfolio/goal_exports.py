"""Goals as CSV and as an Excel file: a row for each goal and currency, so that no amounts of two currencies meet."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from bets.models import Bet
from lib import tables
from lib.money import plain
from lib.tables import Cell
from portfolio.goals_page import VERDICTS, Goals, Part, Standing

WIDTHS = [18, 36, 44, 12, 10, 12, *[12] * 12, 8, 14, 14, 9, *[16] * 4]  # characters, of the Excel file


def header() -> list[str]:
    return [
        _("Goal"), _("Name"), _("Measure"), _("Due"), _("State"), _("Bets under way"),
        *(str(stage.label) for stage in Bet.Stage), *(str(words) for words in VERDICTS.values()), _("Flagged"),
        _("Lowest chance"), _("Highest chance"), _("Currency"), _("Planned"), _("Committed"), _("Released"), _("Spent"),
    ]  # fmt: skip


def cells(standing: Standing, part: Part) -> list[Cell]:
    """The bets of one goal in one currency, in the order of the header; money in major units, exact, and nothing for
    who does not see it."""
    goal, given = standing.goal, part.given
    is_open = standing.shown is not None and standing.shown.is_open
    amounts = [part.planned, *((given.committed, given.released, given.spent) if given else (None,) * 3)]
    return [
        goal.key if goal else "", goal.name if goal else _("Serves no goal"), goal.measure if goal else "",
        goal.due_on if goal else None, "" if goal is None else _("open") if is_open else _("ended"), str(part.bets),
        *(str(part.stages[stage]) for stage in Bet.Stage), *(str(part.verdicts[kind]) for kind in VERDICTS),
        str(part.flagged), _chance(part.low), _chance(part.high), part.currency,
        *(None if one is None else Decimal(plain(one, part.currency)) for one in amounts),
    ]  # fmt: skip


def _chance(share: float | None) -> str:
    return "" if share is None else f"{share:.3f}"


def _rows(page: Goals) -> Iterator[list[Cell]]:
    """A goal without bets has a row too, with zeros and without a currency."""
    for standing in page.standings:
        yield from (cells(standing, part) for part in standing.parts or [Part("")])
    yield from (cells(page.nowhere, part) for part in page.nowhere.parts)


def csv_lines(page: Goals) -> Iterator[str]:
    """Lines of CSV, the header first."""
    return tables.csv_lines(header(), _rows(page))


def workbook(page: Goals, *, today: date) -> bytes:
    """The same as an Excel file."""
    return tables.workbook(_("Goals"), header(), _rows(page), WIDTHS, today=today)
