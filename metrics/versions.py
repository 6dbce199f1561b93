"""What a metric meant before, in words: its versions, and what each change made of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from metrics import words
from metrics.definition import fields_of
from metrics.models import Metric, MetricVersion

LABELS = {
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "metric_class": gettext_lazy("Class"),
    "area": gettext_lazy("Key value area"),
    "direction": gettext_lazy("Direction"),
    "unit": gettext_lazy("Unit"),
    "counts": gettext_lazy("What counts and what does not"),
    "cap": gettext_lazy("Upper limit of one value"),
    "settle_days": gettext_lazy("Days until final"),
}
CHOICES: dict[str, Sequence[tuple[str, Any]]] = {
    "kind": Metric.Kind.choices,
    "metric_class": Metric.Class.choices,
    "area": Metric.Area.choices,
    "direction": Metric.Direction.choices,
}


@dataclass(frozen=True)
class Difference:
    """One field of a definition before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Redefined:
    """A change of what a metric means: the version that began with it, when, by whom and why, and what changed."""

    metric: Metric
    version: int
    at: datetime
    by: str
    reason: str
    differences: list[Difference]

    @property
    def on(self) -> date:
        return localdate(self.at)


def differences_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs of two definitions. A field that was not kept of the one before is not compared."""
    return [
        Difference(str(label), _worded(name, before[name]), _worded(name, after.get(name)))
        for name, label in LABELS.items()
        if name in before and before[name] != after.get(name)
    ]


def _worded(name: str, value: Any) -> str:
    if name in CHOICES:
        return str(dict(CHOICES[name]).get(value, value))
    if value is None or value == "":
        return _("nothing")
    return words.number(value) if isinstance(value, int | float) else str(value)


def redefined(metric: Metric, versions: Iterable[MetricVersion]) -> list[Redefined]:
    """The changes that ended `versions` of one metric, the latest first; each comes with who made it. No query."""
    after, found = fields_of(metric), []
    for ended in sorted(versions, key=lambda one: -one.version):
        differences = differences_of(ended.definition, after)
        by = str(ended.changed_by)
        found.append(Redefined(metric, ended.version + 1, ended.changed_at, by, ended.reason, differences))
        after = ended.definition
    return found
