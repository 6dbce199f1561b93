"""What a file is, from its bytes and not from its name."""

from collections.abc import Mapping

import puremagic

from bets.imports.columns import ALIASES
from bets.imports.csv_file import MARKS, read_csv
from bets.imports.table import Table
from bets.imports.xlsx_file import read_xlsx
from lib.refusals import Refused

KINDS = {"csv": "csv", "tsv": "csv", "txt": "csv", "xlsx": "xlsx"}
ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = "EncryptedPackage".encode("utf-16-le")
ACCEPTED = "Upload a CSV file or an Excel workbook (.xlsx)."
TEXT_CONTROLS = {7, 8, 9, 10, 11, 12, 13, 27, 0x1A}


def read_table(name: str, data: bytes, *, most: int, aliases: Mapping[str, str] = ALIASES) -> Table:
    """The table in a file of this name. Refused with a sentence when it is none, or not what its name says."""
    if len(data) > most:
        raise Refused(f"The file has {len(data):,} bytes, which is more than the limit of {most:,}.")
    if not data:
        raise Refused("The file is empty: it has neither a header line nor rows.")
    kind = KINDS.get(name.rpartition(".")[2].casefold() if "." in name else "")
    if kind is None:
        raise Refused(f"A file with this ending cannot be imported. {ACCEPTED}")
    _refuse_liar(kind, data)
    return read_xlsx(data, aliases) if kind == "xlsx" else read_csv(data, aliases)


def _refuse_liar(kind: str, data: bytes) -> None:
    if data.startswith(OLD_OFFICE):
        if PROTECTED in data:
            raise Refused("The file is protected by a password: save it without one and upload it again.")
        raise Refused("The file has the old format of Excel (.xls): save it as .xlsx and upload it again.")
    if kind == "xlsx" and not (data.startswith(ZIP) and b"xl/workbook" in data):
        raise Refused(f"The file is called .xlsx, but it is no Excel workbook: it is {_what(data)}. {ACCEPTED}")
    if kind == "csv" and not _is_text(data):
        raise Refused(f"The file is named like text, but it is {_what(data)}. {ACCEPTED}")


def _is_text(data: bytes) -> bool:
    """Text has no control characters but those of lines; a NUL or two in it are told of by cell."""
    start = data[:8192]
    if any(start.startswith(mark) for mark in MARKS):
        return True
    if start.startswith((ZIP, b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        return False
    odd = sum(byte < 32 and byte not in TEXT_CONTROLS and byte != 0 for byte in start)
    return odd == 0 and (start.count(0) <= 8 or start[1::2].count(0) > len(start) // 4)


def _what(data: bytes) -> str:
    """What the bytes look like, in words."""
    if _is_text(data):
        return "text"
    try:
        found = puremagic.magic_string(data)
    except (puremagic.PureError, ValueError):
        return "something else"
    return f"something else ({found[0].name})" if found and found[0].name else "something else"
