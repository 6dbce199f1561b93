"""The gate of a tranche: what it needs, what stands now, and how it is said or revised."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.actions import Criterion, keep_gate
from bets.models import Bet, GateCriterion, Outcome, Tranche
from funding import actions
from funding.api_base import Amount, Moving, OfMoney
from funding.api_requests import refuse_field
from funding.gates import gate_of
from lib.api import Seen
from lib.api_writing import SEEN, Making, Sent, Text, Whole
from lib.clock import today
from lib.seen import seen_of
from org.visibility import powers_of


class CriterionShape(serializers.ModelSerializer[GateCriterion]):
    outcome = serializers.IntegerField(source="outcome.number", allow_null=True, default=None)

    class Meta:
        model = GateCriterion
        fields = ["kind", "outcome", "wanted", "strength"]


class NeedShape(serializers.Serializer[Any]):
    """One thing that a gate needs, and what stands now."""

    words = serializers.CharField()
    met = serializers.BooleanField()
    now = serializers.CharField()


class TrancheGateShape(serializers.ModelSerializer[Tranche]):
    """A tranche with what its gate needs; `seen` is sent back with whatever revises it."""

    amount = serializers.IntegerField(help_text="Minor units of the bet's currency.")
    criteria = CriterionShape(many=True)
    needs = serializers.SerializerMethodField()
    seen = Seen(lambda tranche: seen_of(actions.revision_values(tranche)))

    class Meta:
        model = Tranche
        fields = [
            "sequence", "amount", "purpose", "gate", "planned_on", "lasts_until", "criteria", "needs", "seen"
        ]  # fmt: skip

    @extend_schema_field(NeedShape(many=True))
    def get_needs(self, tranche: Tranche) -> Any:
        return NeedShape(gate_of(tranche, today()), many=True).data


class OfTranche(OfMoney):
    """About the tranche in the address: when there is none that the person may see, nothing that was sent is read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        bet = get_object_or_404(Bet.objects.visible_to(powers_of(request.user)), key=self.kwargs["key"])
        found = Tranche.objects.filter(bet=bet).select_related("bet").prefetch_related("criteria__outcome")
        self.tranche = get_object_or_404(found, sequence=self.kwargs["sequence"])


class ShowGate(OfTranche):
    """What the gate of one tranche needs, and whether it is met."""

    @extend_schema(responses=TrancheGateShape)
    def get(self, request: Request, key: str, sequence: int) -> Response:
        return Response(TrancheGateShape(self.tranche).data)


class SentCriterion(Sent):
    kind = serializers.ChoiceField(GateCriterion.Kind.choices)
    outcome = Whole(required=False, allow_null=True, help_text="Number of the outcome, of the bet.")
    wanted = serializers.ChoiceField(GateCriterion.Wanted.choices, required=False, allow_blank=True)
    strength = Whole(required=False, allow_null=True, min_value=1, max_value=5)


class SentGateCriteria(Sent):
    criteria = SentCriterion(many=True)


class _Stating(OfTranche, Moving, Making):
    answers, status = TrancheGateShape, 200

    def criteria(self, sent: list[dict[str, Any]]) -> list[Criterion]:
        standing = {one.number: one for one in Outcome.objects.current().filter(bet=self.tranche.bet)}
        found = []
        for place, one in enumerate(sent):
            number = one.pop("outcome", None)
            if number is not None and number not in standing:
                refuse_field(f"criteria.{place}.outcome", number)
            found.append(Criterion(**one, outcome=standing.get(number)))
        return found

    def shown(self, made: Tranche) -> Any:
        found = Tranche.objects.select_related("bet").prefetch_related("criteria__outcome")
        return TrancheGateShape(found.get(pk=made.pk)).data


class StateGate(_Stating):
    """Says what the gate of a tranche of a draft needs, all of it."""

    sends = SentGateCriteria

    def act(self, typed: dict[str, Any]) -> Tranche:
        return keep_gate(self.tranche, self.criteria(typed["criteria"]), **self.by())


class SentRevision(Sent):
    amount = Amount(max_value=10**14)
    purpose = Text(max_length=200)
    gate = Text(max_length=300)
    criteria = SentCriterion(many=True)
    reason = Text(max_length=300)
    planned_on = serializers.DateField(required=False)
    lasts_until = serializers.DateField(required=False)
    seen = Text(max_length=64, required=False, help_text=SEEN)


class ReviseTranche(_Stating):
    """Changes a tranche of a bet that is no draft any more, until some of it was released; what waits on it is void."""

    sends = SentRevision

    def act(self, typed: dict[str, Any]) -> Tranche:
        criteria = self.criteria(typed.pop("criteria"))
        return actions.revise_tranche(self.tranche, criteria=criteria, **typed, **self.by())
