"""From the stored rows of an import to drafts, and to what is wrong with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bets.imports.columns import Column, read_back
from bets.imports.whole import file_problems
from bets.models import Import, ImportRow
from bets.rules_import import Draft, Known, Problem, read_row

Reason = dict[str, str]  # column: its header; said: what is wrong; of: the file, the row or the whole


@dataclass(frozen=True)
class Layout:
    """Which column means what, in one file."""

    columns: list[Column]

    @cached_property
    def headers(self) -> dict[str, str]:
        return {column.means: column.header for column in self.columns if column.means}

    @cached_property
    def day_first(self) -> dict[str, bool | None]:
        return {column.means: column.day_first for column in self.columns if column.means}

    def cells(self, row: Mapping[str, str]) -> dict[str, str]:
        """What stood in a row, by meaning."""
        return {means: row[header] for means, header in self.headers.items() if header in row}

    def reason(self, problem: Problem, of: str) -> Reason:
        return {"column": self.headers.get(problem.means, ""), "means": problem.means, "said": problem.said, "of": of}


def layout_of(file: Import) -> Layout:
    return Layout(read_back(file.columns))


def draft_of(row: ImportRow, layout: Layout, known: Known) -> tuple[Draft | None, list[Reason]]:
    """The draft that a row would become, and what is wrong with the row by itself."""
    draft, problems = read_row(layout.cells(row.cells), known, layout.day_first)
    reasons = [layout.reason(problem, "row") for problem in problems]
    places = {column.header: place for place, column in enumerate(layout.columns)}
    return draft, sorted(reasons, key=lambda reason: places.get(reason["column"], -1))


def checked(rows: Iterable[ImportRow], layout: Layout, known: Known) -> list[ImportRow]:
    """Rows with what is wrong with each by itself; what was wrong when the file was read stays. Nothing is written."""
    found = []
    for row in rows:
        told = [reason for reason in row.reasons if reason.get("of") == "file"]
        row.reasons = told + draft_of(row, layout, known)[1]
        found.append(row)
    return found


def compared(rows: Iterable[ImportRow], layout: Layout, known: Known) -> list[ImportRow]:
    """Those rows with which something is wrong beside the others, with the reasons added. Nothing is written."""
    by_number = {row.number: row for row in rows}
    found: dict[int, ImportRow] = {}
    for number, problem in file_problems({n: layout.cells(row.cells) for n, row in by_number.items()}, known):
        row = found.setdefault(number, by_number[number])
        row.reasons = [*row.reasons, layout.reason(problem, "whole")]
    return list(found.values())
