"""Reads a CSV file as points. What is sound is kept, every other row is set aside with its reason, none is lost."""

from __future__ import annotations

import gc
import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from metrics.sources.base import Batch, Limits, Point, SetAside, Stat
from metrics.sources.csv_config import CsvConfig, SeriesConfig
from metrics.sources.csv_moment import moment_reader, start_of
from metrics.sources.csv_text import UNPAIRED, Line, decode, delimiter_of, header, raw_texts, rows
from metrics.sources.errors import TooBig
from metrics.sources.settle import ARMS, Folded, Kept, Observation, settle_cumulative, settle_plain
from metrics.sources.statistics import ArmReader, Number, Row, Unsound, arm_reader, figure, number_reader, shown

LONGEST_KEY = 200
# What became of a row, the stronger word last: a row that serves several series gets the strongest.
UNSELECTED, OPEN, FOLDED, KEPT, ASIDE = range(5)


def read_csv(
    data: bytes, config: CsvConfig, *, closed_before: date | None = None, limits: Limits | None = None
) -> Batch:
    """Everything `data` says of periods that were over on `closed_before` (None: of all periods). Raises only
    SourceError, and only for what is wrong with the file as a whole."""
    with _no_search_for_cycles():
        return _read(data, config, closed_before, limits or Limits())


def _read(data: bytes, config: CsvConfig, closed_before: date | None, limits: Limits) -> Batch:
    text = decode(data, config, limits)
    delimiter = delimiter_of(text, config)
    lines = rows(text, delimiter)
    names = header(next(lines, None), config)
    reading = _Reading(config, names, closed_before, limits)
    reading.take_all(lines)
    batch = reading.batch(list(reading.settle()), text, hashlib.sha256(data).hexdigest())
    return replace(batch, columns=names, delimiter=delimiter)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """A million rows make millions of tuples and no cycle; walking all of them again and again doubled the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Plan:
    """One configured series, ready to read rows."""

    config: SeriesConfig
    when: tuple[tuple[int, str], ...]
    arms: tuple[ArmReader, ...]

    def wants(self, fields: Row) -> bool:
        return not self.when or all(fields[at].strip() == value for at, value in self.when)

    def read(self, fields: Row) -> tuple[Stat, ...]:
        """All arms or none: they stand or fall together."""
        return tuple([arm(fields) for arm in self.arms])


def _plan(series: SeriesConfig, index: Mapping[str, int], number: Number) -> _Plan:
    arms = [series.treatment] if series.control is None else [series.treatment, series.control]
    return _Plan(
        series,
        tuple((index[column], value) for column, value in series.when),
        tuple(arm_reader(series.kind, arm, index, number) for arm in arms),
    )


class _Reading:
    """The state of one reading: what became of each row, and what was observed per series."""

    def __init__(self, config: CsvConfig, names: Sequence[str], closed_before: date | None, limits: Limits) -> None:
        index = {name: at for at, name in enumerate(names)}
        number = number_reader(config.decimal)
        self._config, self._limits, self._width = config, limits, len(names)
        self._plans = [_plan(series, index, number) for series in config.series]
        self._key = _key_reader(config, index)
        self._moment, self._moment_at = moment_reader(config, number), index[config.period.column]
        # A period is over when the one that holds this day has begun.
        self._open_from = start_of(closed_before, config.grain) if closed_before else None
        self._fate, self._row_of = bytearray(), array("L")
        self._aside: list[tuple[int, str, str]] = []
        self._seen: dict[str, list[Observation]] = {}
        self._plan_of: dict[str, _Plan] = {}

    def take_all(self, lines: Iterator[Line]) -> None:
        for line in lines:
            if len(self._fate) >= self._limits.max_rows:
                raise TooBig(f"The file has more rows than the limit of {self._limits.max_rows:,}.")
            self._fate.append(UNSELECTED)
            self._row_of.append(line.row)
            try:
                self._take(len(self._fate) - 1, line)
            except Unsound as reason:
                self._set_aside(len(self._fate) - 1, "", str(reason))

    def _take(self, nth: int, line: Line) -> None:
        fields = line.fields
        if fields is None:
            raise Unsound(UNPAIRED)
        if len(fields) != self._width:
            raise Unsound(f"the row has {figure(len(fields))} fields where the header has {figure(self._width)}")
        wanted = [plan for plan in self._plans if plan.wants(fields)]
        if not wanted:
            return
        stem = self._key(fields)
        for plan in wanted:
            key = "/".join(part for part in (stem, plan.config.suffix) if part)
            try:
                self._observe(nth, key, plan, fields)
            except Unsound as reason:
                self._set_aside(nth, key, str(reason))

    def _observe(self, nth: int, key: str, plan: _Plan, fields: Row) -> None:
        if self._plan_of.setdefault(key, plan) is not plan:
            raise Unsound("another series of the configuration already has this key")
        order, period = self._moment(fields[self._moment_at])
        if self._open_from is not None and period >= self._open_from:
            self._mark(nth, OPEN)
            return
        seen = Observation(order, nth, self._row_of[nth], period, plan.read(fields))
        self._seen.setdefault(key, []).append(seen)

    def _mark(self, nth: int, fate: int) -> None:
        if self._fate[nth] < fate:
            self._fate[nth] = fate

    def _set_aside(self, nth: int, key: str, reason: str) -> None:
        self._mark(nth, ASIDE)
        self._aside.append((nth, key, reason))

    def settle(self) -> Iterator[Point]:
        """The points of all series; says of each row what became of it."""
        for key, seen in self._seen.items():
            kind = self._plan_of[key].config.kind
            for outcome in settle_cumulative(seen, kind) if self._config.cumulative else settle_plain(seen):
                nth = outcome.observation.nth
                if isinstance(outcome, Kept):
                    self._mark(nth, KEPT)
                    yield from _points(key, outcome)
                elif isinstance(outcome, Folded):
                    self._mark(nth, FOLDED)
                else:
                    self._set_aside(nth, key, outcome.reason)

    def batch(self, points: list[Point], text: str, digest: str) -> Batch:
        return Batch(
            points=points,
            set_aside=self._rows_set_aside(text),
            rows_seen=len(self._fate),
            rows_kept=self._fate.count(KEPT),
            rows_folded=self._fate.count(FOLDED),
            rows_open=self._fate.count(OPEN),
            rows_unselected=self._fate.count(UNSELECTED),
            kinds={key: plan.config.kind for key, plan in self._plan_of.items()},
            digest=digest,
        )

    def _rows_set_aside(self, text: str) -> list[SetAside]:
        if not self._aside:
            return []
        self._aside.sort()
        row_of, last = self._row_of, len(self._row_of) - 1
        spans = {row_of[nth]: row_of[nth + 1] if nth < last else len(text) + 2 for nth, _, _ in self._aside}
        raw = raw_texts(text, spans)
        return [SetAside(row_of[nth], key, _sentence(reason), raw[row_of[nth]]) for nth, key, reason in self._aside]


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."


def _points(key: str, kept: Kept) -> Iterator[Point]:
    seen = kept.observation
    for arm, stat in zip(ARMS, kept.arms, strict=False):
        yield Point(key, arm, seen.period, stat.n, stat.total, stat.squares, seen.row)


def _key_reader(config: CsvConfig, index: Mapping[str, int]) -> Callable[[Row], str]:
    columns = {name: index[name] for name in config.key}
    compound = len(columns) > 1 or any(series.suffix for series in config.series)
    known: dict[tuple[str, ...], str] = {}

    def read(fields: Row) -> str:
        parts = tuple([fields[at] for at in columns.values()])
        key = known.get(parts)
        if key is None:
            key = known[parts] = _joined(columns, parts, compound=compound)
        return key

    return read


def _joined(names: Iterable[str], parts: Sequence[str], *, compound: bool) -> str:
    for name, part in zip(names, parts, strict=True):
        if not part.strip():
            raise Unsound(f"{shown(name)} is blank, so the row belongs to no series")
        if "\0" in part or (compound and "/" in part):
            raise Unsound(f"{shown(name)} contains a character that a key cannot have: {shown(part)}")
    key = "/".join(part.strip() for part in parts)
    if len(key) > LONGEST_KEY:
        raise Unsound(f"the key of the series is longer than {LONGEST_KEY} characters")
    return key
