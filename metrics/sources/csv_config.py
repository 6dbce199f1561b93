"""The configuration of a CSV source: parsed from a plain dict (stored as JSON), refused with the name of the field."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import PurePosixPath
from typing import cast
from zoneinfo import ZoneInfo

from metrics.sources.base import Grain, Kind
from metrics.sources.errors import NeedsAttention

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ENCODINGS = ("utf-8-sig", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "iso8859-1", "iso8859-15", "cp1252")
GRAINS = ("day", "week", "month")
SHAPES: dict[str, tuple[frozenset[str], ...]] = {
    "proportion": (frozenset({"n", "sum"}), frozenset({"n", "mean"})),
    "rate": (frozenset({"n", "sum"}), frozenset({"n", "mean"})),
    "mean": (frozenset({"n", "sum", "squares"}), frozenset({"n", "mean", "variance"})),
    "level": (frozenset({"value"}),),
}
FIELDS = ("location", "delimiter", "encoding", "decimal", "period", "grain", "time_zone", "cumulative", "key", "series")
# A day and a month above twelve, so that a format which swaps or drops a part does not pass by chance.
PROBES = {grain: datetime(2023, 11, 1 if grain == "month" else 27, tzinfo=UTC) for grain in GRAINS}
UNWANTED = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
LONGEST_TEXT = 500
MOST_SERIES = 200


@dataclass(frozen=True)
class PeriodConfig:
    """The column that says when: a written date (`format`, None for ISO 8601) or days since `days_since`."""

    column: str
    format: str | None = None
    days_since: date | None = None


@dataclass(frozen=True)
class SeriesConfig:
    """One series per key: which rows (`when`), what kind, and per arm the column of each statistic."""

    suffix: str
    when: tuple[tuple[str, str], ...]
    kind: Kind
    treatment: Mapping[str, str]
    control: Mapping[str, str] | None


@dataclass(frozen=True)
class CsvConfig:
    """Exactly one of `file` and `url` is set. `delimiter` None means: find out from the header; `time_zone` None: the
    days are those of the enterprise. It is not read here: what is written counts as a day of its zone."""

    file: str | None
    url: str | None
    delimiter: str | None
    encoding: str
    decimal: str
    period: PeriodConfig
    grain: Grain
    cumulative: bool
    key: tuple[str, ...]
    series: tuple[SeriesConfig, ...]
    time_zone: str | None = None

    def columns(self) -> list[str]:
        """Every column the configuration names, once, in the order in which it names them."""
        return list(dict.fromkeys(self._columns()))

    def _columns(self) -> Iterator[str]:
        yield from self.key
        yield self.period.column
        for series in self.series:
            yield from (column for column, _ in series.when)
            yield from series.treatment.values()
            yield from (series.control or {}).values()


def parse_config(raw: Mapping[str, object]) -> CsvConfig:
    """Raises NeedsAttention with the field that is wrong, as "series[0].arms.treatment"."""
    fields = _object(raw, "the configuration", FIELDS, required=("location", "period", "grain", "series"))
    file, url = _location(fields["location"])
    grain = cast(Grain, _choice(fields["grain"], "grain", GRAINS))
    series = _series(fields["series"])
    return CsvConfig(
        file=file,
        url=url,
        delimiter=_delimiter(fields.get("delimiter", ",")),
        encoding=_encoding(fields.get("encoding", "utf-8-sig")),
        decimal=_choice(fields.get("decimal", "."), "decimal", (".", ",")),
        period=_period(fields["period"], grain),
        grain=grain,
        cumulative=_flag(fields.get("cumulative", False), "cumulative"),
        key=_key(fields.get("key", ()), series),
        series=series,
        time_zone=_zone(fields["time_zone"]) if "time_zone" in fields else None,
    )


def _refused(path: str, rest: str) -> NeedsAttention:
    where = "The configuration" if path == "the configuration" else f"In the configuration, {path}"
    return NeedsAttention(f"{where} {rest}.")


def _object(raw: object, path: str, allowed: Sequence[str], required: Sequence[str] = ()) -> Mapping[str, object]:
    if not isinstance(raw, Mapping):
        raise _refused(path, "must be an object with named fields")
    for name in raw:
        if name not in allowed:
            raise _refused(path, f"has a field {str(name)[:60]!r}, which is not one of {', '.join(allowed)}")
    for name in required:
        if name not in raw:
            raise _refused(path, f"lacks the field {name!r}")
    return raw


def _text(raw: object, path: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _refused(path, "must be text that is not blank")
    if len(raw) > LONGEST_TEXT or UNWANTED.search(raw):
        raise _refused(path, f"must be at most {LONGEST_TEXT} characters without control characters")
    return raw.strip()


def _choice(raw: object, path: str, choices: Sequence[str]) -> str:
    if not isinstance(raw, str) or raw not in choices:
        raise _refused(path, f"must be one of {', '.join(repr(choice) for choice in choices)}")
    return raw


def _flag(raw: object, path: str) -> bool:
    if not isinstance(raw, bool):
        raise _refused(path, "must be true or false")
    return raw


def _list(raw: object, path: str) -> Sequence[object]:
    if not isinstance(raw, list | tuple) or not raw:
        raise _refused(path, "must be a list with at least one entry")
    if len(raw) > MOST_SERIES:
        raise _refused(path, f"must have at most {MOST_SERIES} entries")
    return raw


def _location(raw: object) -> tuple[str | None, str | None]:
    fields = _object(raw, "location", ("file", "url"))
    if len(fields) != 1:
        raise _refused("location", "must have either a file or a url")
    if "file" in fields:
        return _file(_text(fields["file"], "location.file")), None
    return None, _url(_text(fields["url"], "location.url"))


def _file(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.name:
        raise _refused("location.file", "must be a name below the folder for files, without '..'")
    return str(path)


def _url(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise _refused("location.url", "must start with https://")
    return text


def _delimiter(raw: object) -> str | None:
    if raw == "auto":
        return None
    return _choice(raw, "delimiter", [*DELIMITERS, "auto"])


def _encoding(raw: object) -> str:
    text = _text(raw, "encoding")
    try:
        name = codecs.lookup(text).name
    except (LookupError, ValueError):
        name = ""
    if name not in ENCODINGS:
        raise _refused("encoding", f"must be one of {', '.join(ENCODINGS)}")
    return name


def _period(raw: object, grain: Grain) -> PeriodConfig:
    fields = _object(raw, "period", ("column", "format", "days_since"), required=("column",))
    column = _text(fields["column"], "period.column")
    if "days_since" not in fields:
        return PeriodConfig(column, format=_format(fields.get("format"), grain))
    if "format" in fields:
        raise _refused("period", "must have either a format or days_since")
    try:
        return PeriodConfig(column, days_since=date.fromisoformat(_text(fields["days_since"], "period.days_since")))
    except ValueError:
        raise _refused("period.days_since", "must be a date such as 2020-01-31") from None


def _format(raw: object, grain: Grain) -> str | None:
    if raw is None:
        return None
    text, probe = _text(raw, "period.format"), PROBES[grain]
    try:
        read = datetime.strptime(probe.strftime(text), text)  # noqa: DTZ007 - a probe, not a moment
    except (ValueError, LookupError, re.error):
        raise _refused("period.format", "is not a date format such as %d.%m.%Y") from None
    if read.date() != probe.date():
        raise _refused("period.format", f"must tell one {grain} from another, as %Y-%m-%d does")
    return text


def _zone(raw: object) -> str:
    name = _text(raw, "time_zone")
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise _refused("time_zone", "must be the name of a time zone such as Europe/Berlin") from None
    return name


def _key(raw: object, series: Sequence[SeriesConfig]) -> tuple[str, ...]:
    """Key columns; a file without any needs a key of its own for each series."""
    if raw in ((), []) and all(one.suffix for one in series):
        return ()
    names = tuple(_text(name, f"key[{at}]") for at, name in enumerate(_list(raw, "key")))
    if len(set(names)) != len(names):
        raise _refused("key", "names a column twice")
    return names


def _series(raw: object) -> tuple[SeriesConfig, ...]:
    found = tuple(_one_series(entry, f"series[{at}]") for at, entry in enumerate(_list(raw, "series")))
    for (first, one), (second, other) in combinations(enumerate(found), 2):
        if one.suffix == other.suffix and _may_meet(one, other):
            rest = f"reads the same rows under the same key as series[{first}]: give it another key or another when"
            raise _refused(f"series[{second}]", rest)
    return found


def _may_meet(one: SeriesConfig, other: SeriesConfig) -> bool:
    theirs = dict(other.when)
    return all(theirs.get(column, value) == value for column, value in one.when)


def _one_series(raw: object, path: str) -> SeriesConfig:
    fields = _object(raw, path, ("key", "when", "kind", "arms"), required=("kind", "arms"))
    kind = cast(Kind, _choice(fields["kind"], f"{path}.kind", tuple(SHAPES)))
    arms = _object(fields["arms"], f"{path}.arms", ("treatment", "control"), required=("treatment",))
    return SeriesConfig(
        suffix=_text(fields["key"], f"{path}.key") if "key" in fields else "",
        when=_when(fields.get("when", {}), f"{path}.when"),
        kind=kind,
        treatment=_arm(arms["treatment"], kind, f"{path}.arms.treatment"),
        control=_arm(arms["control"], kind, f"{path}.arms.control") if "control" in arms else None,
    )


def _when(raw: object, path: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(raw, Mapping):
        raise _refused(path, "must be an object of columns and values")
    return tuple((_text(column, path), _text(value, f"{path}.{str(column)[:60]}")) for column, value in raw.items())


def _arm(raw: object, kind: Kind, path: str) -> Mapping[str, str]:
    fields = _object(raw, path, ("n", "sum", "mean", "squares", "variance", "value"))
    if frozenset(fields) not in SHAPES[kind]:
        shapes = " or ".join("{" + ", ".join(sorted(shape)) + "}" for shape in SHAPES[kind])
        raise _refused(path, f"must name the columns {shapes} for the kind {kind}")
    return {name: _text(column, f"{path}.{name}") for name, column in fields.items()}
