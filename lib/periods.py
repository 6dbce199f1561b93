"""Periods of signals: a day, a week (from its first day) or a month, named by the date on which they start."""

from datetime import date, timedelta

DAYS = {"day": 1, "week": 7, "month": 30}


def days_in(grain: str) -> int:
    """Length in days; a month counts as 30, which is enough for freshness and blocks."""
    return DAYS[grain]


def end_of(start: date, grain: str) -> date:
    """First day after the period that begins on `start`."""
    if grain != "month":
        return start + timedelta(days=DAYS[grain])
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)


def quarter_of(day: date) -> str:
    """The calendar quarter, the review cycle of the false-discovery rule: 2026-Q4."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def quarter_start(day: date) -> date:
    """First day of the calendar quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def months_before(day: date, months: int) -> date:
    """First day of the month that lies so many months before that of `day`."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, 1)
