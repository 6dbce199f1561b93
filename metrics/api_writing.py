"""Addresses of the API that keep the metric library: definitions are registered, and changed as new versions."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework import serializers

from lib.api_writing import SEEN, Acting, Changing, Finite, Making, Numbered, Sent, Text, Whole
from lib.clock import now
from metrics import actions
from metrics.api import MetricShape
from metrics.models import Metric
from org.models import Person


class SentMetric(Sent):
    key = serializers.SlugField(max_length=60)
    name = Text(max_length=Metric._meta.get_field("name").max_length)
    unit = Text(max_length=Metric._meta.get_field("unit").max_length, required=False, allow_blank=True)
    kind = serializers.ChoiceField(Metric.Kind.choices)
    metric_class = serializers.ChoiceField(Metric.Class.choices, required=False)
    area = serializers.ChoiceField(Metric.Area.choices, required=False)
    direction = serializers.ChoiceField(Metric._meta.get_field("direction").choices or [], required=False)
    counts = Text(max_length=Metric._meta.get_field("counts").max_length, required=False, allow_blank=True)
    cap = Finite(required=False, allow_null=True)
    settle_days = Whole(required=False, max_value=3_660)
    owner = Numbered(lambda person: Person.objects.filter(is_active=True), required=False, allow_null=True)


class SentDefinition(SentMetric):
    reason = Text(max_length=300, help_text="Why the definition changes.")
    seen = Text(max_length=64, help_text=SEEN)

    def get_fields(self) -> Any:
        fields = super().get_fields()
        del fields["key"]
        for name, field in fields.items():
            field.required = name == "reason"
        return fields


class _Definition(Acting):
    answers = MetricShape

    def where(self, made: Metric) -> str:
        return reverse("api_show_metric", args=[made.key])


class RegisterMetric(_Definition, Making):
    """Adds a standard definition to the library."""

    sends = SentMetric

    def act(self, typed: dict[str, Any]) -> Metric:
        person: Any = self.request.user
        key, name, kind = typed.pop("key"), typed.pop("name"), typed.pop("kind")
        return actions.register_metric(key, name, kind, by=person, at=now(), **typed)


class ChangeMetric(_Definition, Changing):
    """Changes a definition, for a reason; where it says what is measured, that is a new version."""

    sends = SentDefinition

    def act(self, typed: dict[str, Any]) -> Metric:
        person: Any = self.request.user
        metric = get_object_or_404(Metric, key=self.kwargs["key"])
        return actions.change_metric(metric, by=person, at=now(), **typed)
