"""What a series means, in one short text to compare: evidence before and after a changed definition does not add up."""

import hashlib
import json
from typing import Any

from django.conf import settings

from metrics.models import Metric, Series, Source

READ_AS = ("period", "grain", "cumulative", "decimal", "key", "time_zone")  # how a row becomes a value; not where from


FIELDS = (
    "name", "kind", "metric_class", "area", "direction", "unit", "counts", "cap", "settle_days", "owner",
)  # fmt: skip


def fields_of(metric: Metric) -> dict[str, Any]:
    """What may change of a metric, as it is kept of each version; the owner by number."""
    return {name: getattr(metric, name) for name in FIELDS[:-1]} | {"owner": metric.owner_id}


def definition_of(series: Series) -> str:
    """Hash of the metric's definition and of how the source's rows become its values; comes with metric and source.

    Names, places and owners may change without changing it. 64 hexadecimal digits.
    """
    metric = series.metric
    meant = [
        metric.kind, metric.unit, metric.direction, metric.cap, metric.counts, metric.settle_days, series.key,
        series.grain, series.has_control, _mapping(series.source, series.key),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(meant, sort_keys=True, default=str).encode()).hexdigest()


def zone_of(source: Source) -> str:
    """The time zone whose days a source's rows are dated in: the one it declares, else that of the enterprise."""
    return str(source.config.get("time_zone") or settings.TIME_ZONE)


def _mapping(source: Source, key: str) -> dict[str, Any]:
    """What the column mapping says of one series; nothing for signals that people type in."""
    entries = source.config.get("series") or []
    return {
        **{name: source.config[name] for name in READ_AS if name in source.config},
        "series": [entry for entry in entries if _serves(str(entry.get("key") or ""), key)],
    }


def _serves(suffix: str, key: str) -> bool:
    return not suffix or key == suffix or key.endswith(f"/{suffix}")
