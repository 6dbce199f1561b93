"""Text with separators: decoded without being told how, and split at the separator that finds most known columns."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO

from bets.imports.columns import ALIASES, known_in
from bets.imports.table import Line, Table, table_of
from lib.refusals import Refused

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 20  # lines
LONGEST = 131_072  # characters of a cell, the limit of the csv module
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
OLD = "It is not UTF-8, so it was read as Windows-1252: look whether letters such as ä or é are right."


def read_csv(data: bytes, aliases: Mapping[str, str] = ALIASES) -> Table:
    """The table in the bytes of a text file. Refused with a sentence when there is none."""
    text, notes = _decoded(data)
    if not text.strip():
        raise Refused("The file is empty: it has neither a header line nor rows.")
    return table_of(_lines(text, _separator(text, aliases)), notes, aliases)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return _strictly(data, encoding), []
    if len(data) > 3 and data[1::2].count(0) > len(data) // 4:
        return _strictly(data, "utf-16-le"), []
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _strictly(data, "cp1252"), [OLD]


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        named = {"cp1252": "neither UTF-8 nor Windows-1252"}.get(encoding, f"not {encoding.upper()}")
        raise Refused(
            f"Line {line:,} cannot be read: it is {named} text. Save the file as “CSV UTF-8” and upload it again."
        ) from None


def _separator(text: str, aliases: Mapping[str, str]) -> str:
    """The separator that finds most known headers in one of the first lines, then most cells."""
    start = "".join(line for _, line in zip(range(LOOKED_AT), StringIO(text, newline=""), strict=False))

    def worth(separator: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(StringIO(start[:LONGEST], newline=""), delimiter=separator))
        except csv.Error:
            return 0, 0
        return max((known_in(row, aliases), len(row)) for row in rows) if rows else (0, 0)

    return max(SEPARATORS, key=worth)


def _lines(text: str, separator: str) -> Iterator[Line]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(_said(error, number)) from None
        yield Line(number, cells)


def _said(error: csv.Error, number: int) -> str:
    if "field limit" in str(error):
        return f"Line {number:,} has a cell of more than {LONGEST:,} characters."
    if "end of data" in str(error):
        return f"A quote that is opened in line {number:,} is never closed."
    return f"The quotes in line {number:,} do not pair."
