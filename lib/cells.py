"""Cells of exported tables: text that a spreadsheet would take for a formula is made harmless."""

import re

NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: object) -> str:
    """The cell as text; one that begins like a formula gets an apostrophe before it, unless it is a number."""
    text = str(cell)
    return f"'{text}" if text.startswith(DANGEROUS) and not NUMBER.fullmatch(text) else text
