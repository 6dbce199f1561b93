"""Dates and numbers as people write them in tables; what cannot be read without a guess is not read."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.]+Z?)?", re.ASCII)
WRITTEN = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y")
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
AMOUNT = re.compile(r"-?\d[\d.,]*", re.ASCII)
LARGEST = Decimal(10) ** 13
FROM_YEAR, UNTIL_YEAR = 1990, 2100


class Unread(ValueError):
    """A value that cannot be read; the sentence says why and what would mend it."""


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether the day comes first in dates with slashes; None when no date of the column tells, or two disagree."""
    found = set()
    for text in texts:
        if (match := SLASHED.fullmatch(text.strip())) and match[2] == "/":
            first, second = int(match[1]), int(match[3])
            found |= {True} if first > 12 else {False} if second > 12 else set()
    return found.pop() if len(found) == 1 else None


def read_day(text: str, is_day_first: bool | None = None) -> date:
    """2026-03-01, 01.03.2026, 1 March 2026; 01/03/2026 only where the column tells whether the day comes first."""
    day = _day(text.strip(), is_day_first)
    if not FROM_YEAR <= day.year <= UNTIL_YEAR:
        raise Unread(f"the year {day.year} lies outside {FROM_YEAR} to {UNTIL_YEAR}: write the day as 2026-03-01.")
    return day


def _day(text: str, is_day_first: bool | None) -> date:
    if match := ISO.fullmatch(text):
        return _date(text, match[1], match[2], match[3])
    if not (match := SLASHED.fullmatch(text)):
        return _written(text)
    first, second = int(match[1]), int(match[3])
    if match[2] != "/" or first == second or first > 12 or is_day_first:
        return _date(text, match[4], second, first)
    if second > 12 or is_day_first is False:
        return _date(text, match[4], first, second)
    raise Unread(f"“{text}” may be two different days: write it as {match[4]}-{second:02d}-{first:02d}.")


def _date(text: str, year: str, month: str | int, day: str | int) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise Unread(f"“{text}” is not a day of the calendar: write it as 2026-03-01.") from None


def _written(text: str) -> date:
    plain = " ".join(text.replace(",", " ").replace(".", " ").split())
    for form in WRITTEN:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 # a day has no zone
        except ValueError:
            continue
    raise Unread(f"“{shown(text)}” is not a date: write it as 2026-03-01.")


def read_money(text: str) -> tuple[int, str]:
    """Minor units, and the currency when one stands beside the number. Nothing is rounded."""
    plain = "".join(text.split()).replace("'", "").replace("’", "")
    currency = ""
    for sign, code in SIGNS.items():
        if plain.startswith(sign) or plain.endswith(sign):
            plain, currency = plain.strip(sign), code
    if match := re.fullmatch(r"([A-Za-z]{3})(.+)|(.+?)([A-Za-z]{3})", plain, re.ASCII):
        plain, currency = match[2] or match[3], (match[1] or match[4]).upper()
    amount = _number(plain, text, thousands=True)
    minor = amount * 100
    if minor != minor.to_integral_value():
        raise Unread(f"“{shown(text)}” has parts of a cent: write it as 250000.00.")
    if amount >= LARGEST:
        raise Unread(f"“{shown(text)}” is more than can be budgeted: write the amount in whole units of money.")
    return int(minor), currency


def read_number(text: str) -> Decimal:
    """A small number such as 12, 1.5 or 1,5."""
    return _number("".join(text.split()), text, thousands=False)


def _number(plain: str, text: str, *, thousands: bool) -> Decimal:
    """The last separator is the decimal one, unless it stands more than once or, in an amount of `thousands`, just
    before three digits."""
    if not AMOUNT.fullmatch(plain):
        raise Unread(f"“{shown(text)}” is not a number: write it as {'250000.00' if thousands else '12.5'}.")
    seps = [(place, char) for place, char in enumerate(plain) if char in ".,"]
    if not seps:
        return Decimal(plain)
    place, char = seps[-1]
    kinds = {one for _, one in seps}
    grouped = thousands and len(plain) - place == 4 and len(kinds) == 1
    if grouped or (len(seps) > 1 and len(kinds) == 1):
        return _grouped(plain, char, text)
    whole, part = plain[:place], plain[place + 1 :]
    if any(one == char for _, one in seps[:-1]):
        raise Unread(f"“{shown(text)}” is not a number: its dots and commas do not agree.")
    other = "," if char == "." else "."
    return _grouped(whole, other, text) + _part(whole, part)


def _part(whole: str, part: str) -> Decimal:
    value = Decimal(f"0.{part or '0'}")
    return -value if whole.startswith("-") else value


def _grouped(plain: str, char: str, text: str) -> Decimal:
    head, *groups = plain.lstrip("-").split(char)
    if any(len(group) != 3 for group in groups) or (groups and len(head) > 3):
        raise Unread(f"“{shown(text)}” is not a number: its dots and commas do not agree.")
    number = Decimal("".join([head, *groups]))
    return -number if plain.startswith("-") else number


def shown(text: str) -> str:
    """What stood there, short enough for a sentence."""
    return text if len(text) <= 60 else f"{text[:60]}…"
