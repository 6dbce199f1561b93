"""The capacity of teams and the agreed value of bets by API, by the same actions as the pages."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.models import Bet
from funding import actions
from funding.actions.capacity import weeks_planned
from funding.agreed import agreed_of, worth_seen
from funding.api_base import Moving, OfMoney
from funding.capacity import Plan, capacities_for, plans_of
from funding.models import Capacity, ValueAgreement
from funding.rules_agreeing import COMMENT
from funding.rules_capacity import Load
from lib.api import Asked, Listing, Seen
from lib.api_writing import SEEN, Changing, Dropping, Known, Making, Sent, SomeSeen, Text
from lib.seen import seen_of
from org.models import Team
from org.rules import ACTS
from org.visibility import powers_of

Weeks: Any = {"max_digits": 6, "decimal_places": 1, "min_value": 0}


class TakenShape(serializers.Serializer[Any]):
    """What one bet takes; null stands for those that you may not see."""

    bet = serializers.CharField(source="bet.key", allow_null=True, default=None)
    weeks = serializers.DecimalField(max_digits=9, decimal_places=2)


class CapacityShape(serializers.Serializer[Plan]):
    """The weeks that a team has between two days, and what bets take of them."""

    id = serializers.IntegerField(source="capacity.pk")
    team = serializers.CharField(source="capacity.team.key")
    starts_on = serializers.DateField(source="capacity.starts_on")
    ends_on = serializers.DateField(source="capacity.ends_on")
    weeks = serializers.DecimalField(source="capacity.weeks", max_digits=6, decimal_places=1)
    taken = serializers.DecimalField(max_digits=9, decimal_places=2)
    free = serializers.DecimalField(max_digits=9, decimal_places=2, help_text="Below 0: more is asked than there is.")
    load = serializers.ChoiceField([one.value for one in Load])
    cost = serializers.IntegerField(allow_null=True, help_text="Of what is taken, minor units; null: no rate is set.")
    currency = serializers.CharField(source="capacity.team.rate_currency")
    by = TakenShape(many=True)
    seen = Seen(lambda plan: seen_of(weeks_planned(plan.capacity)))


class CapacityFilter(Asked):
    team = django_filters.CharFilter("team__key", label="Key of the team")
    runs_on = django_filters.DateFilter(method="by_day", label="A day that it holds")

    class Meta:
        model = Capacity
        fields: list[str] = []

    def by_day(self, capacities: Any, name: str, day: Any) -> Any:
        return capacities.filter(starts_on__lte=day, ends_on__gte=day)


class ListCapacity(OfMoney, Listing):
    """The capacity of teams in domains where you see money."""

    serializer_class = CapacityShape
    filterset_class = CapacityFilter
    orders = {"team": "team__name", "starts_on": "starts_on"}

    def get_queryset(self) -> "QuerySet[Capacity]":
        return capacities_for(powers_of(self.request.user)).order_by("team__name", "starts_on", "pk")

    def paginate_queryset(self, queryset: Any) -> Any:
        return plans_of(super().paginate_queryset(queryset) or [], self.powers)


class _OfCapacity(OfMoney):
    def capacity(self) -> Capacity:
        return get_object_or_404(capacities_for(self.powers), pk=self.kwargs["pk"])

    def said(self, capacity: Capacity) -> Any:
        return CapacityShape(plans_of([capacities_for(self.powers).get(pk=capacity.pk)], self.powers)[0]).data


class ShowCapacity(_OfCapacity):
    """What one team has between two days."""

    @extend_schema(responses=CapacityShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(self.said(self.capacity()))


def _planned_by(person: Any) -> "QuerySet[Team]":
    """Teams whose capacity a person plans."""
    plans = powers_of(person).domains(ACTS["plan_capacity"])
    return Team.objects.all() if plans is None else Team.objects.filter(domain__in=plans)


class SentPlan(Sent):
    weeks = serializers.DecimalField(**Weeks, help_text="Of the whole team, without holidays and support.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="Last day.")


class SentCapacity(SentPlan):
    team = Known(_planned_by, help_text="One whose capacity you plan.")


class SentCapacityChange(SomeSeen, SentPlan):
    """What a team has."""


class _Planning(Moving, _OfCapacity):
    answers = CapacityShape

    def where(self, made: Capacity) -> str:
        return reverse("api_show_capacity", args=[made.pk])

    def shown(self, made: Capacity) -> Any:
        return self.said(made)


class PlanCapacity(_Planning, Making):
    """Plans the weeks that a team has between two days."""

    sends = SentCapacity

    def act(self, typed: dict[str, Any]) -> Capacity:
        return actions.set_capacity(**typed, **self.by())


class ChangeCapacity(_Planning, Changing, Dropping):
    """Changes the weeks that a team has, or their days."""

    sends = SentCapacityChange

    def act(self, typed: dict[str, Any]) -> Capacity:
        capacity = self.capacity()
        return actions.set_capacity(capacity.team, **weeks_planned(capacity) | typed, capacity=capacity, **self.by())

    def drop(self) -> None:
        """Takes a planned capacity back."""
        actions.drop_capacity(self.capacity(), **self.by())


class AgreementShape(serializers.ModelSerializer[ValueAgreement]):
    """A value that finance agreed, as the bet stated it then; minor units."""

    bet = serializers.CharField(source="bet.key")
    agreed_by = serializers.IntegerField(source="agreed_by_id")

    class Meta:
        model = ValueAgreement
        fields = ["id", "bet", "low", "likely", "high", "conversion", "comment", "agreed_at", "agreed_by"]


class _OfBet(OfMoney):
    """About the bet in the address: when there is none that the person may see, nothing that was sent is read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.bet = get_object_or_404(Bet.objects.visible_to(self.powers), key=self.kwargs["key"])


class AgreementsShape(serializers.Serializer[Any]):
    """What was agreed, the latest first; `stands`: the bet still says so."""

    stands = serializers.BooleanField()
    agreements = AgreementShape(many=True)
    seen = serializers.CharField(help_text="Of what the bet says now; send it back when you agree it.")


class ShowAgreements(_OfBet):
    """Which value finance agreed, and whether the bet still says so."""

    @extend_schema(responses=AgreementsShape)
    def get(self, request: Request, key: str) -> Response:
        return Response(agreements_of(self.bet, request.user))


def agreements_of(bet: Bet, person: Any) -> dict[str, Any]:
    agreed = agreed_of(bet, person)
    told = AgreementShape(agreed.every, many=True).data
    return {"stands": agreed.stands, "agreements": told, "seen": seen_of(worth_seen(bet))}


class SentAgreement(Sent):
    comment = Text(max_length=COMMENT, required=False, allow_blank=True, help_text="What it rests on.")
    seen = serializers.CharField(max_length=64, help_text=SEEN)


class AgreeValue(Moving, _OfBet, Making):
    """Agrees the value that the bet states, as it was read."""

    sends, answers = SentAgreement, AgreementShape

    def act(self, typed: dict[str, Any]) -> ValueAgreement:
        return actions.agree_value(self.bet, **typed, **self.by())
