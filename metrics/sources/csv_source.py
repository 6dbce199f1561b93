"""The CSV source: a file below the operator's folder, or an address on the web."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO, ClassVar

from lib.http import FetchFailed, FetchRefused, FetchTooBig, fetch
from metrics.sources.base import Batch, Limits, Report
from metrics.sources.csv_config import CsvConfig, parse_config
from metrics.sources.csv_reader import read_csv
from metrics.sources.csv_text import column_names, decode
from metrics.sources.errors import NeedsAttention, SourceError, TooBig, TryLater
from metrics.sources.statistics import shown

__all__ = ["CsvConfig", "CsvSource", "load", "parse_config", "read_csv"]

SAMPLE = 6


def load(
    config: CsvConfig,
    *,
    folder: Path,
    allow: Sequence[str] = (),
    limits: Limits | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of the source; raises SourceError. `allow`: networks the operator opens, see lib.http.fetch.
    `headers` carry secrets, which the configuration does not."""
    limits = limits or Limits()
    if config.file is not None:
        return _read_file(config.file, folder, limits.max_bytes)
    return _download(config.url or "", allow, limits, headers)


def _download(url: str, allow: Sequence[str], limits: Limits, headers: Mapping[str, str] | None) -> bytes:
    try:
        data = fetch(url, allow=allow, max_bytes=limits.max_bytes, seconds=limits.seconds, headers=headers)
    except FetchFailed as error:
        raise TryLater(error.sentence, error.retry_after) from None
    except FetchTooBig as error:
        raise TooBig(error.sentence) from None
    except FetchRefused as error:
        raise NeedsAttention(error.sentence) from None
    if not data:
        raise NeedsAttention("The server sent an empty file.")
    return data


def _read_file(name: str, folder: Path, max_bytes: int) -> bytes:
    try:
        path = _inside(name, folder)
        # Not blocking: a named pipe would keep us waiting for its writer before we could see what it is.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return _read_whole(file, name, max_bytes)
    except FileNotFoundError:
        raise NeedsAttention(f"There is no file {shown(name)} in the folder for files.") from None
    except (OSError, ValueError):
        raise NeedsAttention(f"The file {shown(name)} cannot be read.") from None


def _inside(name: str, folder: Path) -> str:
    root = os.path.realpath(folder, strict=True)
    path = os.path.realpath(Path(root) / name, strict=True)
    if os.path.commonpath([root, path]) != root:
        raise NeedsAttention(f"The file {shown(name)} lies outside the folder for files.")
    return path


def _read_whole(file: BinaryIO, name: str, max_bytes: int) -> bytes:
    before = os.fstat(file.fileno())
    if not stat.S_ISREG(before.st_mode):
        raise NeedsAttention(f"{shown(name)} is not a file.")
    if before.st_size > max_bytes:
        raise TooBig(f"The file {shown(name)} is larger than the limit of {max_bytes:,} bytes.")
    data = file.read(max_bytes + 1)
    after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise TryLater(f"The file {shown(name)} changed while it was being read.")
    if not data:
        raise NeedsAttention(f"The file {shown(name)} is empty.")
    return data


@dataclass(frozen=True)
class CsvSource:
    """A configured CSV source."""

    kind: ClassVar[str] = "csv"

    config: CsvConfig
    folder: Path
    allow: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    headers: Mapping[str, str] | None = None

    def pull(self, *, closed_before: date | None = None) -> Batch:
        """Everything the source says of periods that were over on `closed_before`; raises SourceError."""
        return read_csv(self._load(), self.config, closed_before=closed_before, limits=self.limits)

    def check(self) -> Report:
        """What a pull would see; never raises. `columns` are told even when the configuration does not fit them."""
        columns: list[str] = []
        try:
            data = self._load()
            columns = column_names(decode(data, self.config, self.limits), self.config)
            return _report(read_csv(data, self.config, limits=self.limits), columns)
        except SourceError as error:
            return Report(ok=False, sentence=error.sentence, columns=columns)

    def _load(self) -> bytes:
        return load(self.config, folder=self.folder, allow=self.allow, limits=self.limits, headers=self.headers)


def _report(batch: Batch, columns: list[str]) -> Report:
    return Report(
        ok=bool(batch.points),
        sentence=_summary(batch),
        columns=columns,
        sample=batch.points[:SAMPLE],
        set_aside=batch.set_aside[:SAMPLE],
        series=batch.kinds,
    )


def _summary(batch: Batch) -> str:
    aside = batch.rows_set_aside
    if not batch.rows_seen:
        return "The file has a header but no rows."
    if not batch.points and aside:
        first = batch.set_aside[0]
        return f"No row of {batch.rows_seen:,} can be used; the first, in line {first.row:,}: {first.reason}"
    if not batch.points:
        return f"No row of {batch.rows_seen:,} belongs to a configured series."
    usable = f"{len(batch.kinds):,} series in {_rows(batch.rows_seen)}"
    return f"{usable}; {_rows(aside)} would be set aside." if aside else f"{usable}; all of them can be read."


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
