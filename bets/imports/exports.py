"""Files to take away: one to fill in, and the errors of an import."""

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Any

from django.utils.translation import gettext

from bets.imports.columns import MEANINGS
from bets.imports.page import wrongs_of
from lib.cells import harmless

EXAMPLE = {
    "name": "New claims system", "domain": "claims", "lead": "someone@example.org", "start": "2026-03-01",
    "end": "2026-12-31", "budget": "250000.00", "currency": "EUR", "purpose": "Replaces the forms on paper.",
    "stage": "discovery", "horizon": "1", "teams": "Team A; Team B", "weeks": "Team A: 12; Team B: 8",
}  # fmt: skip


def template_lines() -> Iterator[str]:
    """A header line with every column, and one invented row to write over."""
    yield "\ufeff" + _line(list(MEANINGS))
    yield _line([EXAMPLE.get(means, "") for means in MEANINGS])


def error_lines(file: Any) -> Iterator[str]:
    """Every error of an import, or of a file kept like one, with its line, its column and what stood there. One query,
    in portions."""
    yield "\ufeff" + _line([gettext("line"), gettext("column"), gettext("what stands there"), gettext("what is wrong")])
    for row in file.rows.exclude(reasons=[]).order_by("number").iterator(500):
        for wrong in wrongs_of(row):
            yield _line([str(wrong.line), wrong.column, wrong.stood, wrong.said])


def _line(cells: Sequence[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()
