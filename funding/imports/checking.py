"""From the stored rows of a file of money to what they would become, and to what is wrong with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bets.imports.checking import Layout
from bets.imports.columns import read_back
from bets.rules_import import Problem
from funding.models import MoneyFile, MoneyRow
from funding.rules_files import ActualRow, Books, BudgetRow, doubles, read_actual, read_budget

Read = BudgetRow | ActualRow
READS: Mapping[str, Callable[..., tuple[Any, list[Problem]]]] = {"budgets": read_budget, "actuals": read_actual}
# What of a file stands only once in it, and what that is called.
NAMES = {"budgets": ("code", "code"), "actuals": ("document", "document")}


def money_layout(file: MoneyFile) -> Layout:
    return Layout(read_back(file.columns))


def read_rows(file: MoneyFile, rows: Sequence[MoneyRow], books: Books) -> list[tuple[MoneyRow, Read | None]]:
    """Every row with what it would become, and with all that is wrong with it in its `reasons`; what was wrong when the
    file was read stays. Nothing is written."""
    layout, read = money_layout(file), READS[file.kind]
    means, word = NAMES[file.kind]
    found = []
    for row in rows:
        made, problems = read(layout.cells(row.cells), books, layout.day_first)
        told = [reason for reason in row.reasons if reason.get("of") == "file"]
        row.reasons = told + [layout.reason(problem, "row") for problem in problems]
        found.append((row, made))
    by_number = {row.number: row for row in rows}
    names = {row.number: layout.cells(row.cells).get(means, "") for row in rows}
    for number, problem in doubles(names, means, word):
        by_number[number].reasons = [*by_number[number].reasons, layout.reason(problem, "whole")]
    return [(row, None if row.reasons else made) for row, made in found]


def sound(read: Iterable[tuple[MoneyRow, Read | None]]) -> list[tuple[MoneyRow, Any]]:
    """Those with which nothing is wrong."""
    return [(row, made) for row, made in read if made is not None]


def centres_of(file: MoneyFile, rows: Iterable[MoneyRow]) -> list[str]:
    """Cost centres of rows that name no domain, in the order of the file."""
    layout, found = money_layout(file), dict[str, None]()
    for row in rows:
        cells = layout.cells(row.cells)
        centre = " ".join(cells.get("cost_centre", "").split())
        if centre and not cells.get("domain"):
            found[centre[:40]] = None
    return list(found)
