"""The mapping file of `import_experiments`: how columns name bets and metrics; and what to say of an import."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite, log
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from bets.models import Outcome, Reading
from bets.rules import BROKEN, WAITING
from lib.refusals import Refused
from metrics.models import Pull, QuarantinedRow
from metrics.sources.base import Batch
from metrics.sources.csv_source import CsvConfig, parse_config
from metrics.sources.errors import SourceError
from org.models import Run
from portfolio.looks import Looks, looks_of, table_of

DECIDE_AFTER = 90  # days from start to decision
# Two arms with a harmonic weight of 10,000 a third of the way: what the evidence engine takes where nothing is planned.
PLANNED = 120_000.0
MOST_BETS = 2_000
SURE = log(20.0)
METRIC_FIELDS = {"key", "name", "kind", "unit", "direction", "counts"}
BETS_FIELDS = {
    "columns", "metrics", "name", "domain", "lead", "contrast", "kill_line", "target", "starts_on", "decide_after_days",
    "planned_exposures", "as_of",
}  # fmt: skip


@dataclass(frozen=True)
class Mapping:
    """A mapping file, checked. `metrics` is keyed by what remains of a series key behind the bet's columns."""

    key: str
    name: str
    source: dict[str, Any]
    config: CsvConfig
    columns: tuple[str, ...]
    metrics: dict[str, dict[str, str]]
    title: str
    domain: str
    lead: str
    contrast: str
    kill_line: float
    target: float
    starts_on: date
    decide_after: int
    planned_exposures: float
    as_of: date | None


@dataclass(frozen=True)
class Entry:
    """One series of the file: the key of its bet, the bet's name, and its metric in the mapping."""

    series: str
    bet: str
    name: str
    metric: dict[str, str]


def read_mapping(path: Path) -> Mapping:
    """The mapping in a JSON file. Refused with one sentence when there is none or it is not one."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refused(f"There is no mapping file {path}.") from None
    except (OSError, UnicodeDecodeError):
        raise Refused(f"The mapping file {path} cannot be read.") from None
    except ValueError as error:
        raise Refused(f"The mapping file {path} is not JSON: {error}.") from None
    return parse_mapping(raw)


def parse_mapping(raw: Any) -> Mapping:
    """Checks a mapping; Refused with the field that is wrong."""
    fields = _object(raw, "the mapping", {"key", "name", "source", "bets"}, {"key", "name", "source", "bets"})
    needed = BETS_FIELDS - {"name", "decide_after_days", "planned_exposures", "as_of"}
    bets = _object(fields["bets"], "bets", BETS_FIELDS, needed)
    try:
        config = parse_config(fields["source"])
    except SourceError as reason:
        raise Refused(f"{reason.sentence[:-1]} (source of the mapping).") from None
    columns = _columns(bets["columns"], config)
    contrast = _contrast(bets["contrast"], config)
    after = _number(bets.get("decide_after_days", DECIDE_AFTER), "bets.decide_after_days")
    if not 1 <= after <= 3650:
        raise Refused("In the mapping, bets.decide_after_days must lie between 1 and 3,650.")
    return Mapping(
        key=_key(fields["key"], "key"),
        name=_text(fields["name"], "name", 120),
        source=fields["source"],
        config=config,
        columns=columns,
        metrics=_metrics(bets["metrics"]),
        title=_text(bets.get("name", " ".join(f"{{{column}}}" for column in columns)), "bets.name", 120),
        domain=_text(bets["domain"], "bets.domain", 40),
        lead=_text(bets["lead"], "bets.lead", 254),
        contrast=contrast,
        kill_line=_number(bets["kill_line"], "bets.kill_line"),
        target=_number(bets["target"], "bets.target"),
        starts_on=_date(bets["starts_on"], "bets.starts_on"),
        decide_after=int(after),
        planned_exposures=_number(bets.get("planned_exposures", PLANNED), "bets.planned_exposures"),
        as_of=_date(bets["as_of"], "bets.as_of") if "as_of" in bets else None,
    )


def _object(raw: Any, path: str, allowed: set[str], needed: set[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Refused(f"In the mapping, {path} must be an object with named fields.")
    for name in raw:
        if name not in allowed:
            raise Refused(f"In the mapping, {path} has a field {name!r}; it knows {', '.join(sorted(allowed))}.")
    for name in sorted(needed - set(raw)):
        raise Refused(f"In the mapping, {path} lacks the field {name!r}.")
    return raw


def _text(raw: Any, path: str, longest: int) -> str:
    if not isinstance(raw, str) or not raw.strip() or len(raw) > longest or not raw.isprintable():
        raise Refused(f"In the mapping, {path} must be text of 1 to {longest} characters.")
    return raw.strip()


def _key(raw: Any, path: str) -> str:
    text = _text(raw, path, 30)
    if slugify(text) != text:
        raise Refused(f"In the mapping, {path} must be lower-case letters, digits and hyphens, as in “web-tests”.")
    return text


def _number(raw: Any, path: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not isfinite(raw):
        raise Refused(f"In the mapping, {path} must be a number.")
    return float(raw)


def _date(raw: Any, path: str) -> date:
    try:
        return date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise Refused(f"In the mapping, {path} must be a date such as 2025-01-31.") from None


def _columns(raw: Any, config: CsvConfig) -> tuple[str, ...]:
    columns = tuple(raw) if isinstance(raw, list) else ()
    if not columns or columns != config.key[: len(columns)]:
        raise Refused("In the mapping, bets.columns must be the first columns of source.key, in the same order.")
    return columns


def _contrast(raw: Any, config: CsvConfig) -> str:
    if raw not in Outcome.Contrast.values:
        raise Refused("In the mapping, bets.contrast must be 'relative', 'difference' or '' (the metric itself).")
    if raw and any(series.control is None for series in config.series):
        raise Refused("In the mapping, a contrast needs a control arm in every entry of source.series.")
    return str(raw)


def _metrics(raw: Any) -> dict[str, dict[str, str]]:
    if not isinstance(raw, dict) or not raw:
        raise Refused("In the mapping, bets.metrics must be an object with at least one metric.")
    return {name: _metric(fields, f"bets.metrics.{name}") for name, fields in raw.items()}


def _metric(raw: Any, path: str) -> dict[str, str]:
    fields = _object(raw, path, METRIC_FIELDS, {"key", "name", "kind"})
    kind, direction = fields["kind"], fields.get("direction", "higher")
    if kind not in ("proportion", "mean", "rate", "level") or direction not in ("higher", "lower"):
        raise Refused(f"In the mapping, {path} needs a kind (proportion, mean, rate, level) and a direction.")
    unit, counts = fields.get("unit", ""), fields.get("counts", "")
    return {
        "key": _key(fields["key"], f"{path}.key"),
        "name": _text(fields["name"], f"{path}.name", 120),
        "kind": kind,
        "direction": direction,
        "unit": _text(unit, f"{path}.unit", 20) if unit else "",
        "counts": _text(counts, f"{path}.counts", 300) if counts else "",
    }


def entries_of(mapping: Mapping, batch: Batch) -> list[Entry]:
    """Every series in the file with its bet and metric, bet by bet. Refused when one cannot be told."""
    found = [_entry(mapping, key, kind) for key, kind in batch.kinds.items()]
    stems = {(entry.bet, entry.name) for entry in found}
    if len(stems) > MOST_BETS:
        raise Refused(
            f"The file names {len(stems):,} bets, more than {MOST_BETS:,}: do bets.columns name the bet alone?"
        )
    for key, count in Counter(bet for bet, _ in stems).items():
        if count > 1:
            raise Refused(f"Two bets of the file would get the key {key}: their columns differ in punctuation only.")
    order = {metric["key"]: place for place, metric in enumerate(mapping.metrics.values())}
    return sorted(found, key=lambda entry: (entry.bet, order[entry.metric["key"]]))


def _entry(mapping: Mapping, series: str, kind: str) -> Entry:
    config = mapping.config
    compound = len(config.key) > 1 or any(one.suffix for one in config.series)
    parts = series.split("/") if compound else [series]
    own, rest = parts[: len(mapping.columns)], "/".join(parts[len(mapping.columns) :])
    metric = mapping.metrics.get(rest)
    if metric is None:
        raise Refused(f"The file has a series {series!r}, but bets.metrics of the mapping does not define {rest!r}.")
    if metric["kind"] != kind:
        raise Refused(f"The mapping reads {rest!r} as a {kind} in source.series, but defines it as a {metric['kind']}.")
    name = mapping.title
    for column, value in zip(mapping.columns, own, strict=True):
        name = name.replace(f"{{{column}}}", value)
    key = slugify("-".join([mapping.key, *own]))
    if len(key) > 60 or len(name) > 160:
        raise Refused(f"The series {series!r} gives its bet too long a key or name: 60 and 160 characters at most.")
    return Entry(series, key, name, metric)


def account_of(run: Run) -> list[str]:
    """What to print of an import: every row accounted for, then what the readings say, metric by metric."""
    pull = Pull.objects.get(job__run=run)
    rows = (
        f"{pull.rows_seen:,} rows seen = {pull.rows_kept:,} kept + {pull.rows_folded:,} folded"
        f" + {pull.rows_open:,} not closed + {pull.rows_unselected:,} unselected + {pull.rows_set_aside:,} set aside"
    )
    reasons = [f"  {count:,} set aside: {reason}" for reason, count in reasons_of(pull).most_common()]
    return [rows, *reasons, "", *_table(run), "", *table_of(_looks(run))]


def _looks(run: Run) -> Iterator[tuple[str, Looks]]:
    """Metric and ordinary z test of every outcome that was read against a control."""
    read = Outcome.objects.filter(readings__run=run).select_related("series__metric")
    outcomes = list(read.order_by("series__metric__name", "pk"))
    looks = looks_of(outcomes, run.as_of)
    return ((one.series.metric.name, looks[one.pk]) for one in outcomes if one.pk in looks)


def reasons_of(pull: Pull) -> Counter[str]:
    """Rows set aside by reason with the numbers left out; a row counts once, for the first of its reasons."""
    first: dict[int, str] = {}
    for row, reason in QuarantinedRow.objects.filter(source=pull.source, resolved_at=None).values_list("row", "reason"):
        first.setdefault(row, re.sub(r"-?\d[\d,.]*(e[+-]?\d+)?(?<![.,])", "…", reason))
    return Counter(first.values())


def standing_of(reading: Reading) -> tuple[str, str]:
    """What a reading says of treatment against control, and why it says nothing when its feed is not healthy."""
    if reading.health in (BROKEN, WAITING):
        return "no verdict", re.sub(r"\d+", "…", reading.health_note)
    if reading.log_e_alive >= SURE:
        return "treatment", ""
    return ("control", "") if reading.log_e_cease >= SURE else ("inconclusive", "")


HEADINGS = ("treatment", "control", "inconclusive", "no verdict")


def _table(run: Run) -> Iterator[str]:
    """Per metric how many series favour what; the counts of a line add up to its series."""
    counted: dict[str, Counter[str]] = {}
    why: dict[str, Counter[str]] = {}
    readings = Reading.objects.filter(run=run).select_related("outcome__series__metric")
    for reading in readings.order_by("outcome__series__metric__name", "pk"):
        name, (standing, reason) = reading.outcome.series.metric.name, standing_of(reading)
        counted.setdefault(name, Counter())[standing] += 1
        if reason:
            why.setdefault(name, Counter())[reason] += 1
    width = max([len("metric"), *map(len, counted)])
    yield "Corrected for looking often:"
    yield f"{'metric':<{width}}  series  " + "  ".join(HEADINGS)
    for name, counts in counted.items():
        figures = "  ".join(f"{counts[heading]:>{len(heading)}}" for heading in HEADINGS)
        yield f"{name:<{width}}  {counts.total():>6}  {figures}"
        for reason, count in why.get(name, Counter()).most_common():
            yield f"{'':<{width}}    {count} without a verdict: {reason}"
