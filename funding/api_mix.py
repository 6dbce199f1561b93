"""Guardrails by API: how they stand against the books of today, and what those who keep them change."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.models import Bet
from funding import actions
from funding.actions.guarding import standing_of
from funding.api_base import Moving, OfMoney
from funding.guardrails import guardrails_for, standings
from funding.models import Budget, Guardrail
from funding.rules_guardrails import State
from lib.api import Asked, Listing, Seen
from lib.api_writing import Changing, Known, Making, Sent, SomeSeen, Text, Whole
from lib.clock import today
from lib.seen import seen_of
from org.models import Domain, Team
from org.rules import ACTS
from org.visibility import powers_of


class GuardrailShape(serializers.ModelSerializer[Guardrail]):
    """A limit on the mix, and how it stands today; percent, minor units or bets, by kind."""

    domain = serializers.CharField(source="domain.key", allow_null=True, default=None)
    team = serializers.CharField(source="team.key", allow_null=True, default=None)
    now = serializers.FloatField(allow_null=True, help_text="Null: not in use, or no money yet.")
    state = serializers.ChoiceField([one.value for one in State], allow_null=True)
    seen = Seen(lambda rail: seen_of(standing_of(rail)))

    class Meta:
        model = Guardrail
        fields = [
            "id", "kind", "name", "domain", "horizon", "funding_class", "team", "at_least", "at_most", "buffer",
            "currency", "is_active", "now", "state", "seen",
        ]  # fmt: skip


class GuardrailFilter(Asked):
    class Meta:
        model = Guardrail
        fields = ["kind", "currency", "is_active"]


def with_standing(rails: Iterable[Guardrail]) -> list[Any]:
    """Guardrails with what is measured `now` and their `state`. Seven queries for each currency."""
    found: list[Any] = list(rails)
    stands = {one.rail.pk: one for one in standings(today())} if found else {}
    for rail in found:
        one = stands.get(rail.pk)
        rail.now, rail.state = (one.value, one.state) if one else (None, None)
    return found


class ListGuardrails(OfMoney, Listing):
    """Every guardrail; what a request would change of them, its refusal says."""

    serializer_class = GuardrailShape
    filterset_class = GuardrailFilter
    orders = {"name": "name", "kind": "kind"}

    def get_queryset(self) -> "QuerySet[Guardrail]":
        return guardrails_for(powers_of(self.request.user)).order_by("kind", "name", "pk")

    def paginate_queryset(self, queryset: Any) -> Any:
        return with_standing(super().paginate_queryset(queryset) or [])


class ShowGuardrail(OfMoney):
    """One guardrail, and how it stands."""

    @extend_schema(responses=GuardrailShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(GuardrailShape(with_standing([_rail(self, pk)])[0]).data)


def _rail(view: OfMoney, pk: int) -> Guardrail:
    return get_object_or_404(guardrails_for(view.powers), pk=pk)


def _domains(person: Any) -> "QuerySet[Domain]":
    """Domains of which a person sees the money."""
    seen = powers_of(person).domains(ACTS["see_money"])
    return Domain.objects.all() if seen is None else Domain.objects.filter(pk__in=seen)


def _teams(person: Any) -> "QuerySet[Team]":
    return Team.objects.filter(domain__in=_domains(person))


class SentGuardrail(Sent):
    """A limit is percent (share), minor units (floor, largest) or a number of bets (count)."""

    name = Text(max_length=120)
    domain = Known(
        _domains, required=False, allow_null=True,
        help_text="Share: whose; others: where it holds, null everywhere.",
    )  # fmt: skip
    horizon = serializers.ChoiceField(Bet.Horizon.choices, required=False, allow_null=True)
    funding_class = serializers.ChoiceField(Budget.FundingClass.choices, required=False, allow_blank=True)
    team = Known(_teams, required=False, allow_null=True, help_text="Of a floor.")
    at_least = Whole(required=False, allow_null=True)
    at_most = Whole(required=False, allow_null=True)
    buffer = Whole(required=False, max_value=100, help_text="Percent of the limit within which it warns.")
    is_active = serializers.BooleanField(required=False, help_text="False: it stops nobody.")


class SentNewGuardrail(SentGuardrail):
    kind = serializers.ChoiceField(Guardrail.Kind.choices)
    currency = Text(max_length=3, help_text="Three capital letters: it counts the budgets of this currency.")


class SentGuardrailChange(SomeSeen, SentGuardrail):
    """What a guardrail says; its kind and its currency stay."""


class _Guarding(Moving):
    answers = GuardrailShape

    def where(self, made: Guardrail) -> str:
        return reverse("api_show_guardrail", args=[made.pk])

    def shown(self, made: Guardrail) -> Any:
        return GuardrailShape(with_standing([_rail(self, made.pk)])[0]).data


class AddGuardrail(_Guarding, Making):
    """Adds a guardrail: it binds what is asked from now on."""

    sends = SentNewGuardrail

    def act(self, typed: dict[str, Any]) -> Guardrail:
        return actions.keep_guardrail(None, **typed, **self.by())


class ChangeGuardrail(_Guarding, Changing):
    """Changes a guardrail, or takes it out of use."""

    sends = SentGuardrailChange

    def act(self, typed: dict[str, Any]) -> Guardrail:
        return actions.keep_guardrail(_rail(self, self.kwargs["pk"]), **typed, **self.by())
