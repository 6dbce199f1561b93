"""When a row speaks of: its place in time and the first day of its period.

A written date or time belongs to the day that is written, in cumulative data too: such columns are mostly labels
("the figures of 3 May"), and exports write a midnight behind them. Days since a beginning are a length of time: in
plain data day d begins at d.0 (the fraction is cut off); in cumulative data a checkpoint at exactly d.0 has seen the
days before d and nothing of d, so it closes day d - 1, and a checkpoint at 0.0 belongs to the first day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import ceil, floor
from typing import NamedTuple

from metrics.sources.base import Grain
from metrics.sources.csv_config import CsvConfig, PeriodConfig
from metrics.sources.statistics import Number, Unsound, shown

# A tenth of a second: 3.0000000000000004 days are three days.
DIGITS = 6


class Moment(NamedTuple):
    order: float
    period: date


def moment_reader(config: CsvConfig, number: Number) -> Callable[[str], Moment]:
    """Reads the text of the period column; a text already seen costs a look-up."""
    known: dict[str, Moment] = {}
    read = _days_reader(config, number) if config.period.days_since else _date_reader(config.period, config.grain)

    def look_up(text: str) -> Moment:
        moment = known.get(text)
        if moment is None:
            moment = known[text] = read(text.strip())
        return moment

    return look_up


def start_of(day: date, grain: Grain) -> date:
    """First day of the period that contains `day`; weeks begin on Monday."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _date_reader(period: PeriodConfig, grain: Grain) -> Callable[[str], Moment]:
    def read(text: str) -> Moment:
        if not text:
            raise Unsound(f"{shown(period.column)} is missing")
        try:
            written = _written(text, period.format)
        except (ValueError, OverflowError):
            wanted = period.format or "YYYY-MM-DD"
            raise Unsound(f"{shown(period.column)} is not a date like {wanted}: {shown(text)}") from None
        since_midnight = timedelta(hours=written.hour, minutes=written.minute, seconds=written.second)
        fraction = (since_midnight.total_seconds() + written.microsecond / 1e6) / 86_400
        return Moment(written.toordinal() + fraction, start_of(written.date(), grain))

    return read


def _written(text: str, layout: str | None) -> datetime:
    # Only what is written matters here; no zone is assumed.
    return datetime.strptime(text, layout) if layout else datetime.fromisoformat(text)  # noqa: DTZ007


def _days_reader(config: CsvConfig, number: Number) -> Callable[[str], Moment]:
    column, since = shown(config.period.column), config.period.days_since or date.min

    def read(text: str) -> Moment:
        try:
            days = round(number(text), DIGITS)
        except Unsound as reason:
            raise Unsound(f"{column} {reason}") from None
        if days < 0:
            raise Unsound(f"{column} is before the beginning: {shown(text)}")
        whole = max(ceil(days) - 1, 0) if config.cumulative else floor(days)
        try:
            return Moment(days, start_of(since + timedelta(days=whole), config.grain))
        except OverflowError:
            raise Unsound(f"{column} is too far in the future: {shown(text)}") from None

    return read
