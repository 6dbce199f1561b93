"""What lists of sources and metrics can be narrowed by, in the URL. An unknown value is ignored and named."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from metrics.health import STATES
from metrics.models import Metric, Series, Source
from org.models import Domain, Person

LONGEST = 200


class Narrowing(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    """A filter set for pages: tells what it could not make sense of, and goes on without."""

    @property
    def ignored(self) -> list[tuple[str, str]]:
        """Names with the values that were ignored, as typed: kind=x. Cut, because anybody can write such a URL."""
        return [(name, f"{name}={self.data.get(name, '')}"[:80]) for name in self.form.errors]

    @property
    def active(self) -> bool:
        return any(self.data.get(name) for name in self.filters)


class SourceFilter(Narrowing):
    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=LONGEST)
    kind = django_filters.ChoiceFilter(choices=Source.Kind.choices, label=_("Kind"), empty_label=_("Every kind"))
    state = django_filters.ChoiceFilter(choices=list(STATES.items()), method="leave")
    domain = django_filters.ModelChoiceFilter(
        queryset=Domain.objects.none(), to_field_name="key", label=_("Domain"), empty_label=_("Every domain")
    )

    class Meta:
        model = Source
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visible = Domain.objects.filter(pk__in=self.queryset.order_by().values("domain"))
        self.filters["domain"].field.queryset = visible

    def leave(self, sources: Any, name: str, state: str) -> Any:
        """The state follows from what arrived when; who shows the list chooses by it (metrics.health)."""
        return sources

    @property
    def chosen_state(self) -> str:
        """A key of STATES, blank for all."""
        self.form.full_clean()
        return str(self.form.cleaned_data.get("state") or "")

    def search(self, sources: Any, name: str, words: str) -> Any:
        """Every word stands in the name, the key, the domain or the metric of a series. Adds no row twice."""
        for word in words.split():
            metric = Series.objects.filter(metric__name__icontains=word).values("source")
            found = Q(name__icontains=word) | Q(key__icontains=word) | Q(domain__name__icontains=word)
            sources = sources.filter(found | Q(pk__in=metric))
        return sources


class MetricFilter(Narrowing):
    q = django_filters.CharFilter(method="search", label=_("Search"), max_length=LONGEST)
    kind = django_filters.ChoiceFilter(choices=Metric.Kind.choices, label=_("Kind"), empty_label=_("Every kind"))
    metric_class = django_filters.ChoiceFilter(
        choices=Metric.Class.choices, label=_("Class"), empty_label=_("Every class")
    )
    area = django_filters.ChoiceFilter(
        choices=[*Metric.Area.choices[1:], ("none", Metric.Area.NONE.label)], method="by_area",
        label=_("Key value area"), empty_label=_("Every value area"),
    )  # fmt: skip
    owner = django_filters.ModelChoiceFilter(
        queryset=Person.objects.none(), label=_("Owner"), empty_label=_("Every owner")
    )

    class Meta:
        model = Metric
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owning = Metric.objects.exclude(owner=None).order_by().values("owner")
        self.filters["owner"].field.queryset = Person.objects.filter(pk__in=owning).order_by("name", "pk")

    def by_area(self, metrics: Any, name: str, area: str) -> Any:
        return metrics.filter(area="" if area == "none" else area)

    def search(self, metrics: Any, name: str, words: str) -> Any:
        for word in words.split():
            metrics = metrics.filter(Q(name__icontains=word) | Q(key__icontains=word) | Q(counts__icontains=word))
        return metrics
