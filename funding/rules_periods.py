"""Why the books are not opened, closed, reopened, locked, handed over or corrected. Plain Python."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from org.rules import ACTS, Powers, refusals

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
LEDGER_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MONTHS_A_PERIOD = {"month": 1, "quarter": 3}
FIRST_YEAR, LAST_YEAR = 2000, 2100
NAMED = 5  # periods that a sentence names
LONGEST = 3660  # days of one period
BECAUSE_AT_MOST = 500
ENTITY_AT_MOST = 120
DOCUMENT_AT_MOST = 120
JOURNAL_AT_MOST = 10_000  # transfers; what is left is in the next one


def books_refusals(powers: Powers, act: str) -> Iterator[str]:
    """Why this person may not do `act` to a whole ledger: it holds the money of all domains."""
    reasons = list(refusals(powers, act))
    yield from reasons
    if not reasons and powers.domains(ACTS[act]) is not None:
        yield "The books hold the money of all domains: that takes a role that is not limited to some."


def ledger_refusals(code: str, legal_entity: str, currency: str) -> Iterator[str]:
    """Why no ledger can be opened like this."""
    if not LEDGER_CODE.fullmatch(code):
        yield "The code of a ledger has small letters, digits and dashes only, like northwind-eur, at most 40."
    if not legal_entity.strip() or "\x00" in legal_entity:
        yield "Say which legal entity the books are of."
    if len(legal_entity) > ENTITY_AT_MOST:
        yield f"The name of a legal entity has at most {ENTITY_AT_MOST} characters."
    if not re.fullmatch("[A-Z]{3}", currency):
        yield "A currency is three capital letters, like EUR."


@dataclass(frozen=True)
class Span:
    """A period as rules see it: its name, its days, and how far it has come."""

    code: str
    starts_on: date
    ends_on: date
    state: str = "open"
    closed_by: int | None = None


def period_refusals(wanted: Span, others: Sequence[Span], closed_through: date | None) -> Iterator[str]:
    """Why this period cannot be added beside the others of its ledger."""
    if not CODE.fullmatch(wanted.code):
        yield "The code of a period has letters, digits, dots and dashes only, like 2027-Q1, at most 20."
    if any(one.code == wanted.code for one in others):
        yield f"There is a period {wanted.code} in this ledger already."
    if wanted.ends_on < wanted.starts_on:
        yield "A period ends on or after the day on which it starts."
        return
    if wanted.starts_on.year < FIRST_YEAR or wanted.ends_on.year > LAST_YEAR:
        yield f"A period lies between {FIRST_YEAR} and {LAST_YEAR}."
    elif (wanted.ends_on - wanted.starts_on).days > LONGEST:
        yield "A period is at most ten years long."
    if closed_through is not None and wanted.starts_on <= closed_through:
        yield f"The books are closed through {closed_through}: a period that is added begins after that."
    for other in others:
        if wanted.starts_on <= other.ends_on and other.starts_on <= wanted.ends_on:
            yield f"{wanted.code} and {other.code} ({other.starts_on} to {other.ends_on}) share days."


def year_of_periods(year: int, grain: str, first_month: int = 1) -> list[Span]:
    """The periods of a fiscal year that begins in `first_month` of `year`: 2027-Q1 …, or 2027-01 …"""
    length = MONTHS_A_PERIOD[grain]
    spans = []
    for number, month in enumerate(range(first_month - 1, first_month + 11, length), start=1):
        start, end = _month(year, month), _month(year, month + length)
        code = f"{year}-Q{number}" if grain == "quarter" else f"{start:%Y-%m}"
        spans.append(Span(code, start, date.fromordinal(end.toordinal() - 1)))
    return spans


def _month(year: int, months: int) -> date:
    return date(year + months // 12, months % 12 + 1, 1)


def year_refusals(year: object, grain: str, first_month: object) -> Iterator[str]:
    """Why there are no periods of such a year."""
    if isinstance(year, bool) or not isinstance(year, int) or not FIRST_YEAR <= year < LAST_YEAR:
        yield f"A fiscal year begins between {FIRST_YEAR} and {LAST_YEAR - 1}."
    if grain not in MONTHS_A_PERIOD:
        yield f"A year is cut into one of {', '.join(MONTHS_A_PERIOD)}."
    if isinstance(first_month, bool) or not isinstance(first_month, int) or not 1 <= first_month <= 12:
        yield "A fiscal year begins in a month from 1 to 12."


@dataclass(frozen=True)
class Closing:
    """A period that somebody wants to close, and what still hangs on it."""

    period: Span
    today: date
    earlier_open: Sequence[str] = ()  # codes
    actuals: int = 0  # documents of its days that wait to be placed
    requests: int = 0  # that take effect in it and wait
    unexported: int = 0  # transfers of it that no journal has handed over
    reconciled_on: date | None = None  # as of the latest reconciliation in or after it
    ending: Sequence[str] = ()  # what is still committed in budgets that end in it, in words


def close_refusals(closing: Closing) -> Iterator[str]:
    """Why this period cannot be closed now."""
    code = closing.period.code
    if closing.period.state != "open":
        yield f"{code} is {closing.period.state} already."
        return
    if closing.earlier_open:
        yield f"What lies before {code} is closed first: {_named(closing.earlier_open)}."
    if closing.actuals:
        yield f"{_count(closing.actuals, 'document')} of its days wait to be placed in the ledger."


def close_warnings(closing: Closing) -> Iterator[str]:
    """What whoever closes this period should know; it does not keep them from closing it."""
    code, last = closing.period.code, closing.period.ends_on
    if closing.today <= last:
        yield f"{code} lasts until {last}: nothing can be posted on its remaining days."
    if closing.requests:
        yield (
            f"{_count(closing.requests, 'request')} that would take effect in {code} still wait: once it is closed,"
            " whoever asked has to ask again for a later day."
        )
    if closing.unexported:
        yield f"{_count(closing.unexported, 'transfer')} of {code} have not been handed over in a journal."
    yield from closing.ending
    if closing.reconciled_on is None:
        yield f"Nobody has reconciled the books as of the end of {code} or later."


def _named(codes: Sequence[str]) -> str:
    return ", ".join(codes[:NAMED]) + (" and others" if len(codes) > NAMED else "")


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def reopen_refusals(period: Span, latest_closed: str, by: int, because: str) -> Iterator[str]:
    """Why this person cannot reopen this period."""
    if period.state == "locked":
        yield f"{period.code} is locked: it stays as it is. Correct it by a reversal in the open period."
        return
    if period.state != "closed":
        yield f"{period.code} is open."
        return
    if period.code != latest_closed:
        yield f"Only the latest closed period can be reopened: that is {latest_closed}."
    if period.closed_by == by:
        yield "Another person than the one who closed it reopens a period."
    if not because.strip():
        yield "Say why it is reopened."
    if len(because) > BECAUSE_AT_MOST:
        yield f"That is too long: at most {BECAUSE_AT_MOST} characters, this has {len(because):,}."
    if "\x00" in because:
        yield "There is a character in the text that cannot be stored."


def lock_refusals(period: Span, unlocked_before: Sequence[str]) -> Iterator[str]:
    """Why this period cannot be locked for good."""
    if period.state == "locked":
        yield f"{period.code} is locked already."
    elif period.state != "closed":
        yield f"{period.code} is still open: close it first."
    if unlocked_before:
        yield f"What lies before {period.code} is locked first: {_named(unlocked_before)}."


def reversal_refusals(
    reverses: int | None, reversed_by: int | None, seq: int, document: str, memo: str
) -> Iterator[str]:
    """Why this transfer cannot be taken back, or not like this. Numbers are those of transfers in the ledger."""
    if reversed_by is not None:
        yield f"Transfer {seq} was reversed already, by transfer {reversed_by}."
    if reverses is not None:
        yield "A reversal is not reversed: post what is right instead."
    if not document.strip() or not memo.strip():
        yield "Say which document asks for the reversal, and why."
    for what, text, most in (("document", document, DOCUMENT_AT_MOST), ("reason", memo, BECAUSE_AT_MOST)):
        if len(text) > most:
            yield f"The {what} is too long: at most {most} characters, this has {len(text):,}."
        if "\x00" in text:
            yield f"There is a character in the {what} that cannot be stored."
