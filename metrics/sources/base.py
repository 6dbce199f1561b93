"""What every source delivers: points, rows set aside, and an account of every row that was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple, Protocol

Kind = Literal["proportion", "mean", "rate", "level"]
Grain = Literal["day", "week", "month"]
RAW_LENGTH = 2_000


class Stat(NamedTuple):
    """Sufficient statistics of one arm. Kinds without a sum of squares have None; a level has n = 0, total = value."""

    n: int
    total: float
    squares: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """One observation of a series for one period. `period` is its first day; `row` is the 1-based line in the file."""

    key: str
    arm: str  # "treatment" | "control"
    period: date
    n: int
    total: float
    squares: float | None
    row: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that was not taken for one series, and why. `raw` is its text, cut at 2,000 characters; `key` is blank
    when the row could not be read that far."""

    row: int
    key: str
    reason: str
    raw: str


@dataclass(frozen=True)
class Batch:
    """One reading of a source. Every row is counted once: seen = kept + folded + open + unselected + the distinct rows
    set aside. A row that serves several series counts as set aside if one of them refused it, else as kept if one of
    them kept it.

    kept: closes a period. folded: says nothing that another row does not say. open: of a period not yet over.
    unselected: asked for by no series of the configuration. `digest`: sha256 of the bytes read. `columns`, `delimiter`:
    the names of its header line in their order, and what stands between the fields of a row.
    """

    points: list[Point]
    set_aside: list[SetAside]
    rows_seen: int
    rows_kept: int
    rows_folded: int
    rows_open: int
    rows_unselected: int
    kinds: dict[str, str]
    digest: str
    columns: Sequence[str] = ()
    delimiter: str = ","

    @property
    def rows_set_aside(self) -> int:
        """Distinct rows set aside: one row may be set aside for several series."""
        return len({aside.row for aside in self.set_aside})


@dataclass(frozen=True)
class Report:
    """The answer of "Test connection": what a pull would see, without keeping any of it."""

    ok: bool
    sentence: str
    columns: list[str] = field(default_factory=list)
    sample: list[Point] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    series: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """What one pull may cost: bytes of the file, characters of a line, rows, and seconds of a download."""

    max_bytes: int = 50_000_000
    max_line: int = 100_000
    max_rows: int = 2_000_000
    seconds: float = 60.0


class Connector(Protocol):
    """A source of one kind, configured."""

    kind: str

    def check(self) -> Report:
        """What a pull would see; never raises."""
        ...

    def pull(self, *, closed_before: date | None = None) -> Batch:
        """Everything the source says of periods that were over on `closed_before`; raises SourceError."""
        ...
