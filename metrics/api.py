"""The API of metrics: definitions for everyone; sources, series and signals for those who may see sources."""

from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView

from lib.api import Asked, Endpoint, Listing, Number, Seen
from lib.seen import seen_of
from metrics.definition import fields_of
from metrics.models import Metric, MetricVersion, Pull, QuarantinedRow, Series, Signal, Source
from org.rules import Powers
from org.visibility import powers_of

ARMS = [("treatment", "Treatment"), ("control", "Control")]
YES_NO = [("yes", "Yes"), ("no", "No")]


def visible_sources(powers: Powers) -> QuerySet[Source]:
    """Sources these powers reach; to those who may see none anywhere, there is no such list."""
    if not powers.may("see_sources"):
        raise Http404
    return Source.objects.visible_to(powers)


class MetricVersionShape(serializers.ModelSerializer[MetricVersion]):
    definition = serializers.DictField(help_text="Its fields as they were until then; the owner by number.")
    changed_by = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = MetricVersion
        fields = ["version", "definition", "reason", "changed_at", "changed_by"]


class MetricShape(serializers.ModelSerializer[Metric]):
    cap = Number(allow_null=True, help_text="Declared upper limit of one value.")
    owner = serializers.CharField(allow_null=True, help_text="Name of the person who answers for the definition.")
    versions = MetricVersionShape(many=True, help_text="What it meant before, the latest first: those that ended.")
    seen = Seen(lambda metric: seen_of(fields_of(metric)))

    class Meta:
        model = Metric
        fields = [
            "key", "name", "unit", "kind", "metric_class", "area", "direction", "counts", "cap", "settle_days", "owner",
            "version", "versions", "seen",
        ]  # fmt: skip


class SeriesShape(serializers.ModelSerializer[Series]):
    metric = serializers.CharField(source="metric.key")
    source = serializers.CharField(source="source.key")  # type: ignore[assignment]
    last_period = serializers.DateField(allow_null=True, help_text="Start of the latest period with a signal.")

    class Meta:
        model = Series
        fields = ["id", "key", "metric", "source", "grain", "has_control", "last_period"]


class SignalShape(serializers.ModelSerializer[Signal]):
    period = serializers.DateField(help_text="First day of the period.")
    arm = serializers.ChoiceField(choices=ARMS)
    n = serializers.IntegerField(help_text="Exposures: trials, values, units; 0 for a level.")
    total = Number(help_text="Successes, sum, events, or the level itself.")
    squares = Number(allow_null=True, help_text="Sum of squares, of a mean only.")

    class Meta:
        model = Signal
        fields = ["period", "arm", "n", "total", "squares", "recorded_at"]


class SourceShape(serializers.ModelSerializer[Source]):
    domain = serializers.CharField(source="domain.key")
    open_rows = serializers.IntegerField(help_text="Rows set aside that are not mended yet.")

    class Meta:
        model = Source
        fields = [
            "key", "name", "kind", "domain", "state", "message", "failures", "last_pull_at", "open_rows", "is_sample",
        ]  # fmt: skip


class PullShape(serializers.ModelSerializer[Pull]):
    by = serializers.CharField(allow_null=True, help_text="Name of the person; null for the night run.")

    class Meta:
        model = Pull
        fields = [
            "id", "at", "by", "state", "message", "rows_seen", "rows_kept", "rows_folded", "rows_open",
            "rows_unselected", "rows_set_aside", "rows_unclaimed", "signals_new", "signals_corrected",
            "signals_unchanged",
        ]  # fmt: skip


class QuarantineShape(serializers.ModelSerializer[QuarantinedRow]):
    class Meta:
        model = QuarantinedRow
        fields = ["row", "key", "reason", "raw", "first_seen_at", "resolved_at"]


class SignalFilter(Asked):
    arm = django_filters.ChoiceFilter(choices=ARMS, label="Arm")
    period_after = django_filters.DateFilter("period", "gte", label="First day of the first period")
    period_before = django_filters.DateFilter("period", "lte", label="First day of the last period")


class MetricFilter(Asked):
    kind = django_filters.MultipleChoiceFilter(choices=Metric.Kind.choices, label="Kind")
    metric_class = django_filters.MultipleChoiceFilter(choices=Metric.Class.choices, label="Class")
    area = django_filters.MultipleChoiceFilter(choices=Metric.Area.choices[1:], label="Key value area")


class SeriesFilter(Asked):
    source = django_filters.CharFilter("source__key", label="Key of the source")
    metric = django_filters.CharFilter("metric__key", label="Key of the metric")
    grain = django_filters.MultipleChoiceFilter(choices=Series.Grain.choices, label="Length of a period")


class SourceFilter(Asked):
    kind = django_filters.MultipleChoiceFilter(choices=Source.Kind.choices, label="Kind")
    state = django_filters.MultipleChoiceFilter(choices=Source.State.choices, label="State")
    domain = django_filters.CharFilter("domain__key", label="Key of the domain")


class PullFilter(Asked):
    state = django_filters.ChoiceFilter(choices=Pull.State.choices, label="State")
    at_after = django_filters.DateFilter("at", "date__gte", label="First day")
    at_before = django_filters.DateFilter("at", "date__lte", label="Last day")


class QuarantineFilter(Asked):
    reason = django_filters.CharFilter(label="The reason, exactly")
    resolved = django_filters.ChoiceFilter(choices=YES_NO, method="by_resolved", label="Mended, or not")

    def by_resolved(self, rows: QuerySet[QuarantinedRow], _name: str, answer: str) -> QuerySet[QuarantinedRow]:
        return rows.filter(resolved_at__isnull=answer == "no")


def defined() -> QuerySet[Metric]:
    """Definitions with their owners and what they meant before. Two queries."""
    ended = MetricVersion.objects.select_related("changed_by")
    return Metric.objects.select_related("owner").prefetch_related(Prefetch("versions", ended))


class ListMetrics(Listing):
    """Definitions of what is measured: a standard of the enterprise, not secret within it."""

    serializer_class = MetricShape
    filterset_class = MetricFilter
    queryset = defined().order_by("key")
    orders = {"key": "key", "name": "name"}


class ShowMetric(Endpoint, RetrieveAPIView[Any]):
    """One definition, by its key."""

    serializer_class = MetricShape
    queryset = defined()
    lookup_field = "key"


class ListSources(Listing):
    """Where signals come from; those that need attention are state=attention."""

    serializer_class = SourceShape
    filterset_class = SourceFilter
    orders = {"key": "key", "name": "name", "state": "state", "last_pull_at": "last_pull_at", "open_rows": "open_rows"}

    def get_queryset(self) -> QuerySet[Source]:
        found = visible_sources(powers_of(self.request.user)).order_by("key")
        return found.with_open_rows().select_related("domain")  # type: ignore[attr-defined,no-any-return]


class ShowSource(Endpoint, RetrieveAPIView[Any]):
    """One source, by its key."""

    serializer_class = SourceShape
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Source]:
        found = visible_sources(powers_of(self.request.user))
        return found.with_open_rows().select_related("domain")  # type: ignore[attr-defined,no-any-return]


class _OfSource(Listing):
    def source(self) -> Source:
        return get_object_or_404(visible_sources(powers_of(self.request.user)), key=self.kwargs["key"])


class ListPulls(_OfSource):
    """The pulls of one source, the latest first, with an account of every row: the parts add up to rows_seen."""

    serializer_class = PullShape
    filterset_class = PullFilter
    orders = {"at": "at"}
    queryset = Pull.objects.select_related("by").order_by("-at", "-pk")

    def get_queryset(self) -> QuerySet[Pull]:
        return super().get_queryset().filter(source=self.source())


class ListQuarantine(_OfSource):
    """Rows of one source that were set aside, with the reason; also those that were mended since."""

    serializer_class = QuarantineShape
    filterset_class = QuarantineFilter
    orders = {"row": "row", "first_seen_at": "first_seen_at"}
    queryset = QuarantinedRow.objects.order_by("row", "pk")

    def get_queryset(self) -> QuerySet[QuarantinedRow]:
        return super().get_queryset().filter(source=self.source())


class ListSeries(Listing):
    """Series of the sources that you may see: one metric from one source with one selection."""

    serializer_class = SeriesShape
    filterset_class = SeriesFilter
    orders = {"key": "key", "last_period": "last_period"}

    def get_queryset(self) -> QuerySet[Series]:
        return visible_series(powers_of(self.request.user)).order_by("key", "pk")


class ShowSeries(Endpoint, RetrieveAPIView[Any]):
    """One series, by its number."""

    serializer_class = SeriesShape

    def get_queryset(self) -> QuerySet[Series]:
        return visible_series(powers_of(self.request.user))


class SignalListing(Listing):
    """Signals, the latest period first."""

    serializer_class = SignalShape
    filterset_class = SignalFilter
    orders = {"period": "period"}
    tie = ("-arm",)
    queryset = Signal.objects.order_by("-period", "-arm")


class ListSignals(SignalListing):
    """The signals of one series, the latest period first."""

    def get_queryset(self) -> QuerySet[Signal]:
        series = get_object_or_404(visible_series(powers_of(self.request.user)), pk=self.kwargs["series_id"])
        return super().get_queryset().filter(series=series)


def visible_series(powers: Powers) -> QuerySet[Series]:
    found = Series.objects.filter(source__in=visible_sources(powers))
    return found.with_last_period().select_related("metric", "source")
