"""State changes of definitions: a metric is registered, and later changed as a new version with a reason."""

from datetime import datetime
from typing import Any

from django.db import transaction

from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from lib.taken import refused_when_taken
from metrics.definition import FIELDS, fields_of
from metrics.models import Metric, MetricVersion, Signal, Source
from metrics.rules import MEANT, Definition, definition_refusals, key_refusals, owner_refusals, redefine_refusals
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of


@transaction.atomic
def register_metric(key: str, name: str, kind: str, *, at: datetime, by: Person | None = None, **fields: Any) -> Metric:
    """Adds a standard definition. Without `by` nobody is asked for a role: a program of the operator adds it."""
    if by is not None:
        refuse_if(refusals(powers_of(by), "keep_standards"))
    owner: Person | None = fields.pop("owner", None)
    refuse_if(key_refusals("a metric", key, 60))
    wanted = Definition(key, _tidy(name), kind, **{field: _tidy(value) for field, value in fields.items()})
    refuse_if(definition_refusals(wanted))
    if owner is not None:
        refuse_if(owner_refusals(powers_of(owner), str(owner)))
    with refused_when_taken(f"There is a metric with the key {key} already."):
        metric = Metric.objects.create(**vars(wanted), owner=owner)
    record_event(metric, "metric registered", f"Metric {metric.name} registered.", at=at, by=by)
    return metric


@transaction.atomic
def change_metric(
    metric: Metric, *, reason: str, by: Person, at: datetime, seen: str | None = None, **fields: Any
) -> Metric:
    """Changes some `fields` of a definition, for a reason. Where they say what is measured, it is a new version: the
    one before stays readable, and each outcome that was stated by it shows the change."""
    metric = Metric.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=metric.pk)
    refuse_if(refusals(powers_of(by), "keep_standards"))
    before = fields_of(metric)
    changed = {name: _tidy(value) for name, value in fields.items() if _tidy(value) != getattr(metric, name)}
    if not changed:
        raise Refused("Nothing would change: the definition is what it was.")
    refuse_if(stale_refusals(seen, before))
    was = _definition(metric)
    for name, value in changed.items():
        setattr(metric, name, value)
    refuse_if(redefine_refusals(was, _definition(metric), has_signals=_has_signals(metric, changed), reason=reason))
    if changed.get("owner") is not None:
        refuse_if(owner_refusals(powers_of(changed["owner"]), str(changed["owner"])))
    _write(metric, before, changed, reason.strip(), by=by, at=at)
    return metric


def _write(
    metric: Metric, before: dict[str, Any], changed: dict[str, Any], reason: str, *, by: Person, at: datetime
) -> None:
    if set(changed) & set(MEANT):
        MetricVersion.objects.create(
            metric=metric, version=metric.version, definition=before, reason=reason, changed_at=at, changed_by=by
        )
        metric.version += 1
    metric.save(update_fields=[*changed, "version"])
    after = fields_of(metric)
    record_event(
        metric, "metric changed", f"Metric {metric.name} changed: {reason}", at=at, by=by, version=metric.version,
        reason=reason, changes={name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]},
    )  # fmt: skip


def _has_signals(metric: Metric, changed: dict[str, Any]) -> bool:
    """Asked of another kind only. Its sources are locked first, so that no pull brings the first signals meanwhile."""
    if "kind" not in changed:
        return False
    sources = Source.objects.filter(pk__in=metric.series.values("source")).order_by("pk")
    list(sources.select_for_update(no_key=True).values_list("pk"))
    return Signal.objects.filter(series__metric=metric).exists()


def _definition(metric: Metric) -> Definition:
    return Definition(**{name: getattr(metric, name) for name in Definition.__dataclass_fields__})


def _tidy(value: Any) -> Any:
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else value
