"""From bytes to rows of text: decoding, delimiter, header. What is wrong with the whole file is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import NamedTuple

from metrics.sources.base import RAW_LENGTH, Limits
from metrics.sources.csv_config import DELIMITERS, CsvConfig
from metrics.sources.errors import NeedsAttention, TooBig
from metrics.sources.statistics import shown

MOST_COLUMNS_NAMED = 40
UNPAIRED = "the quotes in this row do not pair"


class Line(NamedTuple):
    """A row with the line on which it starts; `fields` is None when its quotes do not pair."""

    row: int
    fields: list[str] | None


def decode(data: bytes, config: CsvConfig, limits: Limits) -> str:
    """The text of a whole file, or why it is not one."""
    if len(data) > limits.max_bytes:
        raise TooBig(f"The file is larger than the limit of {limits.max_bytes:,} bytes.")
    if not data.strip():
        raise NeedsAttention("The file is empty.")
    text = _text(data, config.encoding).removeprefix("\ufeff")
    _refuse_long_line(text, limits.max_line)
    if not text.endswith(("\n", "\r")):
        raise NeedsAttention("The last line has no end: the file looks half-written.")
    return text


def _text(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        # A byte order mark is cut off before the codec counts.
        at = error.start + (len(data) - len(error.object))
        line, begins = data.count(b"\n", 0, at) + 1, data.rfind(b"\n", 0, at) + 1
        place = f"line {line:,}, byte {at - begins + 1:,}"
        raise NeedsAttention(f"The file is not {encoding} text: {place} cannot be read.") from None


def _refuse_long_line(text: str, limit: int) -> None:
    if len(text) <= limit:
        return
    for number, line in enumerate(StringIO(text, newline=""), 1):
        if len(line) > limit:
            raise TooBig(f"Line {number:,} is longer than the limit of {limit:,} characters.")


def rows(text: str, delimiter: str) -> Iterator[Line]:
    """Every row that is not an empty line. A quote that is never closed is refused: it swallows the rest."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        row = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "end of data" in str(error):
                raise NeedsAttention(f"A quote opened in the row of line {row:,} is never closed.") from None
            if "field limit" in str(error):
                raise TooBig(f"The quoted text in the row of line {row:,} is too long.") from None
            yield Line(row, None)
        else:
            if fields:
                yield Line(row, fields)


def delimiter_of(text: str, config: CsvConfig) -> str:
    """The configured delimiter, or the one that finds most of the columns needed, then most columns."""
    if config.delimiter is not None:
        return config.delimiter
    needed = set(config.columns())

    def worth(delimiter: str) -> tuple[int, int]:
        names = _names(next(rows(text, delimiter), None))
        return len(needed.intersection(names)), len(names)

    return max(DELIMITERS, key=worth)


def header(first: Line | None, config: CsvConfig) -> list[str]:
    """The names of the columns; each needed one exactly once."""
    names = _names(first)
    if not any(names):
        raise NeedsAttention("The file has no header line.")
    named = [name for name in names if name]
    for name in named:
        if named.count(name) > 1:
            raise NeedsAttention(f"The header names the column {shown(name)} more than once.")
    for name in config.columns():
        if name not in named:
            raise NeedsAttention(f"The file has no column {shown(name)}; it has {_listed(named)}.")
    return names


def column_names(text: str, config: CsvConfig) -> list[str]:
    """The names in the header line, whatever the configuration makes of them."""
    return [name for name in _names(next(rows(text, delimiter_of(text, config)), None)) if name]


def _names(first: Line | None) -> list[str]:
    return [name.strip() for name in first.fields] if first is not None and first.fields else []


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_COLUMNS_NAMED} more" if len(names) > MOST_COLUMNS_NAMED else ""
    return ", ".join(shown(name) for name in names[:MOST_COLUMNS_NAMED]) + more


def raw_texts(text: str, spans: Mapping[int, int]) -> dict[int, str]:
    """The text of some rows. `spans`: first line of a row -> the line after its last."""
    found: dict[int, str] = {}
    row, after = 0, 0
    for number, line in enumerate(StringIO(text, newline=""), 1):
        if number in spans:
            row, after = number, spans[number]
        if number < after and len(found.get(row, "")) < RAW_LENGTH:
            found[row] = found.get(row, "") + line
    return {row: _storable(raw) for row, raw in found.items()}


def _storable(raw: str) -> str:
    """PostgreSQL keeps no NUL in text."""
    return raw.rstrip("\r\n").replace("\0", "\N{SYMBOL FOR NULL}")[:RAW_LENGTH]
