"""A table of a file: its headers and rows of text, each with the line on which it stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bets.imports.columns import ALIASES, known_in
from lib.refusals import Refused

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS, LONGEST_NAME = 10_000, 60, 5_000, 80
HEADER_WITHIN = 20  # rows: a title may stand above the header line
NUL = "\N{SYMBOL FOR NULL}"


@dataclass(frozen=True)
class Line:
    """Cells of one line as they were read; `faults` are pairs of the place of a cell and what is wrong with it."""

    number: int
    cells: Sequence[str]
    faults: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True)
class Row:
    """What stood under each header in one line; `faults` are pairs of a header and what is wrong below it."""

    number: int
    cells: dict[str, str]
    faults: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Table:
    """`notes` are sentences on how the file was read."""

    headers: list[str]
    rows: list[Row]
    notes: list[str]


def table_of(lines: Iterable[Line], notes: Sequence[str] = (), aliases: Mapping[str, str] = ALIASES) -> Table:
    """The table in these lines: the header is the line among the first that has most known columns."""
    source = (line for line in lines if line.faults or any(cell.strip() for cell in line.cells))
    first = _first(source)
    if not first:
        raise Refused("The file is empty: it has neither a header line nor rows.")
    at = max(range(len(first)), key=lambda place: (known_in(first[place].cells, aliases), -place))
    headers = _headers(first[at].cells)
    rows: list[Row] = []
    for line in _chained(first[at + 1 :], source):
        if len(rows) == MOST_ROWS:
            raise Refused(f"The file has more than {MOST_ROWS:,} rows: split it into several files.")
        rows.append(_row(line, headers))
    if not rows:
        raise Refused("The file has a header line but no rows below it.")
    return Table(headers, rows, list(notes))


def _first(lines: Iterator[Line]) -> list[Line]:
    return [line for _, line in zip(range(HEADER_WITHIN), lines, strict=False)]


def _chained(first: Sequence[Line], rest: Iterator[Line]) -> Iterator[Line]:
    yield from first
    yield from rest


def _headers(cells: Sequence[str]) -> list[str]:
    """A name for each column, each once; one without a name is called after its place."""
    used = max(place for place, cell in enumerate(cells) if cell.strip()) + 1
    if used > MOST_COLUMNS:
        raise Refused(f"The file has more than {MOST_COLUMNS} columns: keep those that matter.")
    found: list[str] = []
    for place, cell in enumerate(cells[:used], 1):
        name = " ".join(clean(cell).split())[:LONGEST_NAME] or f"Column {place}"
        found.append(name if name not in found else f"{name[: LONGEST_NAME - 6]} ({place})")
    return found


def _row(line: Line, headers: Sequence[str]) -> Row:
    cells, faults = {}, [(headers[place], said) for place, said in line.faults if place < len(headers)]
    for header, cell in zip(headers, line.cells, strict=False):
        text = clean(cell).strip()
        if NUL in text:
            faults.append((header, "There is a NUL character in it: delete it."))
        if len(text) > MOST_CHARACTERS:
            faults.append((header, f"It has {len(text):,} characters, which is more than {MOST_CHARACTERS:,}."))
        if text:
            cells[header] = text[:MOST_CHARACTERS]
    if any(cell.strip() for cell in line.cells[len(headers) :]):
        faults.append(
            (headers[-1], "There is more in this line than the header line has columns: a separator too many?")
        )
    return Row(line.number, cells, faults)


def clean(text: str) -> str:
    """Text that can be stored: PostgreSQL keeps no NUL, and half of a pair of code units is no character."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", NUL).encode("utf-8", "replace").decode()
