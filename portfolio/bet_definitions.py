"""Changes of definitions since the outcomes of a bet were stated by them."""

from collections.abc import Iterable, Mapping
from copy import copy

from django.utils.timezone import localdate

from bets.models import Outcome
from metrics.definition import definition_of
from metrics.models import MetricVersion
from metrics.versions import Redefined, redefined


def redefined_of(outcomes: Iterable[Outcome]) -> dict[int, list[Redefined]]:
    """For each outcome (with series, metric and source) the changes of its metric since it was stated, the latest
    first. One query; none without outcomes."""
    listed = list(outcomes)
    ended: dict[int, list[MetricVersion]] = {}
    metrics = {outcome.series.metric_id for outcome in listed}
    for version in MetricVersion.objects.filter(metric__in=metrics).select_related("changed_by").order_by("version"):
        ended.setdefault(version.metric_id, []).append(version)
    return {outcome.pk: _since(outcome, ended.get(outcome.series.metric_id, [])) for outcome in listed}


def _since(outcome: Outcome, ended: list[MetricVersion]) -> list[Redefined]:
    """Changes after the version that the outcome was stated by; where that cannot be told, after it began."""
    if not ended or definition_of(outcome.series) == outcome.definition:
        return []
    metric = outcome.series.metric
    stated_by = [one.version for one in ended if _was(outcome, one.definition) == outcome.definition]
    changes = redefined(metric, ended)
    if stated_by:
        return [change for change in changes if change.version > max(stated_by)]
    return [change for change in changes if localdate(change.at) >= outcome.starts_on]


def _was(outcome: Outcome, meant: Mapping[str, object]) -> str:
    """The hash of the definition that the outcome would have had by what its metric meant then."""
    series, metric = copy(outcome.series), copy(outcome.series.metric)
    for name in ("kind", "unit", "direction", "cap", "counts", "settle_days"):
        setattr(metric, name, meant.get(name, getattr(metric, name)))
    series.metric = metric
    return definition_of(series)
