"""Shadow mode by API: whether it lasts, what it let pass, and the decision that ends it."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funding import actions
from funding.actions.advising import standing_of
from funding.advice import END_WORDS, Row, advice_for, narrowed, rows_of
from funding.api_base import Moving, OfMoney
from funding.models import Advice, Enforcement
from funding.rules_shadow import REASON_AT_MOST
from funding.shadow import enforcement, shadow_on
from lib.api import Asked, Listing
from lib.api_writing import SEEN, Making, Sent, Text
from lib.clock import today
from lib.seen import seen_of


class ShadowShape(serializers.Serializer[Any]):
    """`lasts`: nothing is stopped yet. `from_on` is the day that was decided for its end, if any."""

    lasts = serializers.BooleanField()
    from_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True)
    seen = serializers.CharField(help_text="Changes when another day is decided.")


def _shown(stands: Enforcement | None) -> dict[str, Any]:
    day = stands.from_on if stands else None
    said = {"decided_at": stands and stands.decided_at, "decided_by": str(stands.decided_by) if stands else None}
    standing = standing_of(stands)
    return ShadowShape(
        {"lasts": shadow_on(day, today()) is not None, **standing, **said, "seen": seen_of(standing)}
    ).data


class ShowShadowMode(OfMoney):
    """Whether gates, guardrails and recommendations bind, or from when on they will."""

    @extend_schema(responses=ShadowShape)
    def get(self, request: Request) -> Response:
        return Response(_shown(enforcement()))


class SentEnforcement(Sent):
    from_on = serializers.DateField(help_text="Today, or a day within a year.")
    reason = Text(max_length=REASON_AT_MOST)
    seen = serializers.CharField(max_length=64, required=False, help_text=SEEN)


class LeaveShadowMode(Moving, Making):
    """Decides the day on which shadow mode ends; until it has come, another day may be decided."""

    sends = SentEnforcement
    answers = ShadowShape

    def act(self, typed: dict[str, Any]) -> Enforcement:
        return actions.leave_shadow_mode(**typed, today=today(), **self.by())

    def where(self, made: Enforcement) -> str:
        return reverse("api_show_shadow_mode")

    def shown(self, made: Enforcement) -> Any:
        return _shown(made)


class AdviceShape(serializers.Serializer[Row]):
    """What would have been stopped; `end` is what became of it, `rescored` what a second look found later."""

    id = serializers.IntegerField(source="advice.pk")
    kind = serializers.ChoiceField(Advice.Kind.choices, source="advice.kind")
    bet = serializers.CharField(source="advice.bet.key", allow_null=True, default=None)
    request = serializers.IntegerField(source="advice.request_id", allow_null=True)
    decision = serializers.IntegerField(
        source="decision.number", allow_null=True, default=None, help_text="Its number on the bet."
    )
    sentence = serializers.CharField(source="advice.sentence")
    given_at = serializers.DateTimeField(source="advice.given_at")
    given_to = serializers.CharField(source="advice.given_to.name")
    end = serializers.ChoiceField(list(END_WORDS))
    rescored = serializers.CharField(allow_blank=True)


class AdviceAsked(Asked):
    """As on the page."""

    kind = django_filters.ChoiceFilter(choices=Advice.Kind.choices)
    end = django_filters.ChoiceFilter(method="ended", choices=list(END_WORDS.items()), label="What became of it.")
    bet = django_filters.CharFilter("bet__key", label="Key of the bet.")

    class Meta:
        model = Advice
        fields: list[str] = []

    def ended(self, found: "QuerySet[Advice]", _name: str, value: str) -> "QuerySet[Advice]":
        return narrowed(found, {"end": value})


class ListAdvice(OfMoney, Listing):
    """What gates, guardrails and recommendations would have stopped in shadow mode, the latest first."""

    serializer_class = AdviceShape
    filterset_class = AdviceAsked
    orders = {"given_at": "given_at"}

    def get_queryset(self) -> "QuerySet[Advice]":
        return advice_for(self.powers)

    def paginate_queryset(self, queryset: Any) -> Any:
        return rows_of(super().paginate_queryset(queryset) or [])
