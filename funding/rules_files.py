"""What a row of a file of money becomes, and what is wrong with it; and when a file is not taken over. Plain Python;
amounts are whole minor units."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from bets.imports.values import Unread, read_day, shown
from bets.rules_import import Known, Problem, Thing, plain
from funding.rules import MOST
from funding.rules_budgets import CLASSES, TREATMENTS, Budget, budget_refusals
from lib.money import decimals_of, exact

AMOUNT = re.compile(r"(\d{1,18})(?:\.(\d{1,18}))?", re.ASCII)
# 1,234.50 and 1.234,50 can only be one amount, and so can 1234,50.
ENGLISH = re.compile(r"\d{1,3}(,\d{3})+\.\d+", re.ASCII)
GERMAN = re.compile(r"\d{1,3}(\.\d{3})+,\d+|\d+,\d\d?", re.ASCII)
ROWS_AT_MOST = {"budgets": 1_000, "actuals": 5_000}
DOCUMENT, CENTRE, REFERENCE, MEMO, SOURCE = 80, 40, 80, 300, 40
CLASS_WORDS = {"project, the old way": "project", "projects": "project", "teams": "team", "bets": "bet"}
TREATMENT_WORDS = {"operating expense": "opex", "capital expenditure": "capex", "expense": "opex"}
Value = TypeVar("Value")


@dataclass(frozen=True)
class Books:
    """What the rows of a file can name, and the books into which it goes. `things` has the domains, the teams and as
    keys the codes of budgets that are there; `above` has of each team the domains that it belongs to, and those above;
    `centres` has the domain of each cost centre of which that was said."""

    things: Known
    currency: str
    above: Mapping[int, frozenset[int]]
    centres: Mapping[str, int]
    today: date


@dataclass(frozen=True)
class BudgetRow:
    """A row that can become a budget: `amount` is all of it, of which the others are no longer available."""

    code: str
    name: str
    domain: Thing
    funding_class: str
    team: Thing | None
    starts_on: date
    ends_on: date
    amount: int
    committed: int
    released: int
    spent: int
    cost_centre: str
    erp_account: str
    treatment: str

    @property
    def available(self) -> int:
        return self.amount - self.committed - self.released - self.spent

    @property
    def parts(self) -> dict[str, int]:
        """What stands where, by kind of account; nothing where there is none."""
        found = {
            "available": self.available, "committed": self.committed, "released": self.released, "spent": self.spent,
        }  # fmt: skip
        return {kind: amount for kind, amount in found.items() if amount}


@dataclass(frozen=True)
class ActualRow:
    """A row that can become an actual."""

    document_id: str
    posted_on: date
    amount: int
    cost_centre: str
    erp_account: str
    reference: str
    memo: str


@dataclass(frozen=True)
class TotalRow:
    """What the other books have of a cost centre and an account."""

    cost_centre: str
    erp_account: str
    amount: int


def read_amount(text: str, currency: str) -> int:
    """Minor units of an amount; a minus may stand behind it, as some systems write it. What could be two amounts is not
    read: 1,000 and, where there are two decimals, 1.000."""
    typed = text.strip()
    is_less = typed[:1] == "-" or typed[-1:] == "-"
    number = typed[typed[:1] == "-" : len(typed) - (typed[:1] != "-" and is_less)]
    if ENGLISH.fullmatch(number):
        number = number.replace(",", "")
    elif GERMAN.fullmatch(number):
        number = number.replace(".", "").replace(",", ".")
    match = AMOUNT.fullmatch(number)
    if match is None:
        raise Unread(
            f"“{shown(text)}” is not an amount: write it as 1234.50, with a decimal point and no sign for thousands."
        )
    decimals = match[2] or ""
    decimals = decimals.rstrip("0") if len(decimals) > 3 else decimals  # as workbooks write their numbers
    digits = decimals_of(currency)
    if len(decimals) > digits:
        raise Unread(f"“{shown(text)}” has {len(decimals)} decimals, and {currency} has {digits}: write it as 1234.50.")
    minor = int(Decimal(f"{match[1]}.{decimals or 0}").scaleb(digits))
    if minor > MOST:
        raise Unread(f"“{shown(text)}” is more than the books can hold.")
    return -minor if is_less else minor


class Reader:
    """Reads the cells of one row, by meaning, and gathers all that is wrong with it."""

    def __init__(self, cells: Mapping[str, str], books: Books, day_first: Mapping[str, bool | None]) -> None:
        self.cells, self.books, self.day_first = cells, books, day_first
        self.problems: list[Problem] = []
        self._currency()

    def bad(self, means: str, said: str) -> None:
        self.problems.append(Problem(means, said))

    def text(self, means: str, most: int, empty: str = "") -> str:
        """A text; `empty` is what to say when there is none, "" where there may be none."""
        text = " ".join(self.cells.get(means, "").split())
        if not text and empty:
            self.bad(means, empty)
        if len(text) > most:
            self.bad(means, f"It has {len(text):,} characters, which is more than {most:,}: shorten it.")
        return text[:most]

    def read(self, means: str, read: Callable[[str], Value], empty: str = "") -> Value | None:
        text = self.cells.get(means, "")
        if not text:
            if empty:
                self.bad(means, empty)
            return None
        try:
            return read(text)
        except Unread as reason:
            said = str(reason)
            self.bad(means, said[0].upper() + said[1:])
            return None

    def day(self, means: str, empty: str) -> date | None:
        return self.read(means, lambda text: read_day(text, self.day_first.get(means)), empty)

    def amount(self, means: str, empty: str = "") -> int | None:
        return self.read(means, lambda text: read_amount(text, self.books.currency), empty)

    def _currency(self) -> None:
        named = self.cells.get("currency", "").strip().upper()
        if named and named != self.books.currency:
            self.bad("currency", f"These books are kept in {self.books.currency}, and this is in “{shown(named)}”.")


def read_budget(
    cells: Mapping[str, str], books: Books, day_first: Mapping[str, bool | None]
) -> tuple[BudgetRow | None, list[Problem]]:
    """The budget that a row would become, or None with everything that is wrong with it."""
    reader = Reader(cells, books, day_first)
    row = _budget(reader)
    return (None if reader.problems else row), reader.problems


def _budget(reader: Reader) -> BudgetRow | None:
    code = reader.text("code", 40, "The budget has no code: write one.")
    name = reader.text("name", 120, "The budget has no name: write one.")
    centre, account = reader.text("cost_centre", CENTRE), reader.text("erp_account", CENTRE)
    domain, team = _domain(reader, centre), _team(reader)
    funding_class = _one_of(reader, "funding_class", CLASSES, CLASS_WORDS, "")
    treatment = _one_of(reader, "treatment", TREATMENTS, TREATMENT_WORDS, "opex")
    starts, ends = reader.day("starts", "Write the first day."), reader.day("ends", "Write the last day.")
    money = _money(reader)
    if code in reader.books.things.keys:
        reader.bad("code", f"There is a budget {shown(code)} in these books already: leave this row out.")
    if domain is None or starts is None or ends is None or not funding_class or reader.problems:
        return None
    reached = team is None or domain.pk in reader.books.above.get(team.pk, ())
    wanted = Budget(code, name, funding_class, team is not None, starts, ends, reached, 80, treatment, centre, account)
    for said in budget_refusals(wanted, today=reader.books.today):
        reader.bad("", said)
    return BudgetRow(code, name, domain, funding_class, team, starts, ends, *money, centre, account, treatment)


def _money(reader: Reader) -> tuple[int, int, int, int]:
    """All of it, what is committed, released and spent of it."""
    amount = reader.amount("amount", "Write how much was budgeted, like 250000.00.") or 0
    parts = [reader.amount(means) or 0 for means in ("committed", "released", "spent")]
    for means, part in zip(("amount", "committed", "released", "spent"), (amount, *parts), strict=True):
        if part < 0:
            reader.bad(means, "That is less than nothing: a budget has no negative amounts.")
    if (more := sum(parts) - amount) > 0 and not any(one.means in ("amount", "spent") for one in reader.problems):
        over = exact(more, reader.books.currency)
        reader.bad("amount", f"What is committed, released and spent comes to {over} more than the budget.")
    return amount, parts[0], parts[1], parts[2]


def _one_of(reader: Reader, means: str, known: Sequence[str], words: Mapping[str, str], default: str) -> str:
    text = plain(reader.cells.get(means, ""))
    found = words.get(text, text) or default
    if found in known:
        return found
    reader.bad(means, f"“{shown(text)}” is not known here: write {', '.join(known[:-1])} or {known[-1]}." if text
               else f"Say what the money is spent as: {', '.join(known[:-1])} or {known[-1]}.")  # fmt: skip
    return ""


def _domain(reader: Reader, centre: str) -> Thing | None:
    """The domain that is named, or that of the cost centre when that was said."""
    text, things = reader.cells.get("domain", ""), reader.books.things
    if text:
        return _named(reader, "domain", "domains", text)
    if (pk := reader.books.centres.get(centre)) is not None:
        found = next((one for one in things.domains if one.pk == pk), None)
        if found is None:
            reader.bad("cost_centre", f"You may not open a budget in the domain of cost centre {shown(centre)}.")
        return found
    if centre:
        reader.bad("cost_centre", f"Say which domain cost centre {shown(centre)} belongs to.")
    else:
        reader.bad("domain", "Neither a domain nor a cost centre is named: write one of them.")
    return None


def _team(reader: Reader) -> Thing | None:
    text = reader.cells.get("team", "")
    return _named(reader, "team", "teams", text) if text else None


def _named(reader: Reader, means: str, kind: str, text: str) -> Thing | None:
    things = reader.books.things
    found = [one for one in things.index[kind].get(plain(text), []) if isinstance(one, Thing)]
    if len(found) == 1:
        return found[0]
    if found:
        reader.bad(means, f"“{shown(text)}” is the name of more than one {means}: write its key instead.")
    else:
        where = " in which you may open a budget" if means == "domain" else ""
        reader.bad(means, f"There is no {means} “{shown(text)}”{where}.{things.closest(kind, text)}")
    return None


def read_actual(
    cells: Mapping[str, str], books: Books, day_first: Mapping[str, bool | None]
) -> tuple[ActualRow | None, list[Problem]]:
    """The actual that a row would become, or None with everything that is wrong with it."""
    reader = Reader(cells, books, day_first)
    document = reader.text("document", DOCUMENT, "There is no number of the document: write it.")
    posted = reader.day("posted", "There is no posting date: write it as 2026-03-01.")
    amount = reader.amount("amount", "There is no amount: write it as 1234.50.")
    if amount == 0:
        reader.bad("amount", "The amount is nothing: leave this row out.")
    texts = [reader.text(*one) for one in
             (("cost_centre", CENTRE), ("erp_account", CENTRE), ("reference", REFERENCE), ("memo", MEMO))]  # fmt: skip
    if reader.problems or posted is None or amount is None:
        return None, reader.problems
    return ActualRow(document, posted, amount, *texts), []


def read_total(cells: Mapping[str, str], books: Books) -> tuple[TotalRow | None, list[Problem]]:
    """What a row says of the other books, or None with everything that is wrong with it."""
    reader = Reader(cells, books, {})
    centre, account = reader.text("cost_centre", CENTRE), reader.text("erp_account", CENTRE)
    amount = reader.amount("amount", "There is no amount: write it as 1234.50.")
    if not centre and not account:
        reader.bad("cost_centre", "Neither a cost centre nor an account is named: write one of them.")
    return (None if reader.problems or amount is None else TotalRow(centre, account, amount)), reader.problems


def doubles(names: Mapping[int, str], means: str, word: str) -> Iterator[tuple[int, Problem]]:
    """Lines whose name another line has already; `names` has that of each line."""
    seen: dict[str, int] = {}
    for number, name in names.items():
        if name and (first := seen.setdefault(name, number)) != number:
            yield number, Problem(means, f"Line {first:,} has the {word} {shown(name)} already: leave one of them out.")


def money_file_refusals(state: str, wanted: Sequence[str], *, is_budgets: bool = True) -> Iterator[str]:
    """Why this cannot be done with a file, which must be in one of the `wanted` states."""
    if state not in wanted:
        words = {"checked": "not been taken over yet", "done": "been taken over already"}
        yield f"The file has {words.get(state, f'been {state} already')}."
    if not is_budgets:
        yield "Actuals are not undone: a credit note corrects one, or finance reverses its transfer."


def length_refusals(kind: str, rows: int) -> Iterator[str]:
    """Why a file is too long: what it moves is posted at once, and longer files would keep others waiting."""
    if rows > (most := ROWS_AT_MOST[kind]):
        yield f"The file has {rows:,} rows, which is more than {most:,}: split it into several files."


def source_refusals(kind: str, source: str) -> Iterator[str]:
    """Why actuals cannot come from there; budgets have no source."""
    if kind == "actuals" and not source.strip():
        yield "Say which system the actuals come from, like SAP."
    if len(source) > SOURCE:
        yield f"The name of the system has {len(source):,} characters, which is more than {SOURCE}."
    if "\x00" in source:
        yield "There is a character in the name of the system that cannot be stored."


def whole_refusals(rows: int, bad: int) -> Iterator[str]:
    """Why a file of budgets is not taken over: all of its rows, or none."""
    if bad:
        words = "One row has" if bad == 1 else f"{bad:,} rows have"
        yield f"{words} errors: all rows are taken over, or none. Mend the file and upload it again."
    elif not rows:
        yield "The file has no rows."
