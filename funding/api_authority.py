"""Authority by API, by the same actions as the pages: limits, thresholds, sign-offs, delegations. Nothing is edited:
what no longer holds is ended."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funding import actions
from funding.api_base import MOST, Amount, Moving, OfMoney
from funding.authority import WhoMay, who_may_approve
from funding.authority_forms import APPROVING, approving_people
from funding.authority_page import rows_of
from funding.models import ApprovalRule, AuthorityLimit, Delegation, FundingRequest, SignOffRule
from funding.rules_authority import NOTE_AT_MOST
from lib.api import Asked, Listing, complaint, refuse
from lib.api_writing import Dropping, Known, Making, Numbered, Sent, Text, Whole
from lib.clock import today
from org.models import Domain
from org.rules import ACTS
from org.visibility import powers_of

KIND = FundingRequest.Kind.choices
ENDED = ["set_at", "set_by", "ended_at", "ended_by"]


class LimitShape(serializers.ModelSerializer[AuthorityLimit]):
    """How much a role, or one person, may approve of a kind of request; minor units."""

    domain = serializers.CharField(source="domain.key", allow_null=True, default=None)

    class Meta:
        model = AuthorityLimit
        fields = ["id", "role", "person", "kind", "domain", "currency", "max_amount", "valid_from", "valid_to", *ENDED]


class ThresholdShape(serializers.ModelSerializer[ApprovalRule]):
    """From which measured amount on so many people have to approve."""

    domain = serializers.CharField(source="domain.key", allow_null=True, default=None)

    class Meta:
        model = ApprovalRule
        fields = ["id", "kind", "domain", "currency", "from_amount", "approvers", *ENDED]


class SignOffShape(serializers.ModelSerializer[SignOffRule]):
    """Which role has to be among the approvers, always or where a question is answered with yes."""

    class Meta:
        model = SignOffRule
        fields = ["id", "key", "question", "kind", "currency", "from_amount", "role", *ENDED]


class DelegationShape(serializers.ModelSerializer[Delegation]):
    """Who approves for whom between two days, up to an amount."""

    class Meta:
        model = Delegation
        fields = ["id", "giver", "taker", "starts_on", "ends_on", "currency", "max_amount", "note", *ENDED]


class LimitFilter(Asked):
    class Meta:
        model = AuthorityLimit
        fields = ["kind", "currency", "role"]


class ThresholdFilter(Asked):
    class Meta:
        model = ApprovalRule
        fields = ["kind", "currency"]


class _Listing(OfMoney, Listing):
    part = ""

    def get_queryset(self) -> "QuerySet[Any]":
        person: Any = self.request.user
        return rows_of(self.part, person, powers_of(person)).order_by("pk")


class ListLimits(_Listing):
    """Limits, those that were ended too."""

    part, serializer_class, filterset_class = "limit", LimitShape, LimitFilter
    orders = {"max_amount": "max_amount", "set_at": "set_at"}


class ListThresholds(_Listing):
    """From which amounts on more than one person has to approve."""

    part, serializer_class, filterset_class = "threshold", ThresholdShape, ThresholdFilter
    orders = {"from_amount": "from_amount", "set_at": "set_at"}


class ListSignOffs(_Listing):
    """Which roles have to be among the approvers."""

    part, serializer_class = "sign-off", SignOffShape
    orders = {"key": "key", "set_at": "set_at"}


class ListDelegations(_Listing):
    """Who approves for whom."""

    part, serializer_class = "delegation", DelegationShape
    orders = {"starts_on": "starts_on", "set_at": "set_at"}


def _domains(person: Any) -> "QuerySet[Domain]":
    """Domains in which this person sees money."""
    seen = powers_of(person).domains(ACTS["see_money"])
    return Domain.objects.all() if seen is None else Domain.objects.filter(pk__in=seen)


class _SentPlaced(Sent):
    kind = serializers.ChoiceField(KIND)
    domain = Known(_domains, required=False, allow_null=True, help_text="Key of the domain; without: everywhere.")
    currency = Text(max_length=3)


class SentLimit(_SentPlaced):
    role = serializers.ChoiceField(APPROVING, required=False)
    person = Numbered(lambda person: approving_people(), required=False, help_text="Instead of a role.")
    max_amount = Amount()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True, help_text="Last day; without: until it is ended.")


class SentThreshold(_SentPlaced):
    from_amount = Amount(min_value=0)
    approvers = Whole(max_value=100)


class SentSignOff(Sent):
    key = Text(max_length=40)
    question = Text(max_length=200, required=False, allow_blank=True, help_text="Empty: it is needed always.")
    role = serializers.ChoiceField(APPROVING)
    kind = serializers.ChoiceField(KIND, required=False, help_text="Without: every kind.")
    currency = Text(max_length=3)
    from_amount = Amount(min_value=0, required=False)


class SentDelegation(Sent):
    taker = Numbered(lambda person: approving_people(), help_text="Who approves meanwhile.")
    giver = Numbered(lambda person: approving_people(), required=False, help_text="Who is away; without: you.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="Last day, at most 92 days.")
    currency = Text(max_length=3)
    max_amount = Amount()
    note = Text(max_length=NOTE_AT_MOST, required=False, allow_blank=True)


class SetLimit(Moving, Making):
    """Sets a limit, in place of the one for the same there."""

    sends, answers = SentLimit, LimitShape

    def act(self, typed: dict[str, Any]) -> AuthorityLimit:
        return actions.set_limit(**typed, **self.by(), today=today())


class SetThreshold(Moving, Making):
    """Asks for more than one approver from an amount on."""

    sends, answers = SentThreshold, ThresholdShape

    def act(self, typed: dict[str, Any]) -> ApprovalRule:
        return actions.set_approval_rule(**typed, **self.by())


class SetSignOff(Moving, Making):
    """Asks for somebody of a role among the approvers."""

    sends, answers = SentSignOff, SignOffShape

    def act(self, typed: dict[str, Any]) -> SignOffRule:
        return actions.set_signoff_rule(**{"question": ""} | typed, **self.by())


class Delegate(Moving, Making):
    """Lets somebody approve in your name between two days; an admin does it for whoever is away."""

    sends, answers = SentDelegation, DelegationShape

    def act(self, typed: dict[str, Any]) -> Delegation:
        return actions.delegate_authority(**typed, **self.by(), today=today())


class _Ending(Moving, Dropping):
    part = ""

    def row(self) -> Any:
        person: Any = self.request.user
        return get_object_or_404(rows_of(self.part, person, self.powers), pk=self.kwargs["pk"])


class EndLimit(_Ending):
    part = "limit"

    def drop(self) -> None:
        """Ends a limit now; what was approved by it stays approved."""
        actions.end_limit(self.row(), **self.by())


class EndThreshold(_Ending):
    part = "threshold"

    def drop(self) -> None:
        """Ends a rule on the number of approvers."""
        actions.end_approval_rule(self.row(), **self.by())


class EndSignOff(_Ending):
    part = "sign-off"

    def drop(self) -> None:
        """Ends a rule on sign-offs."""
        actions.end_signoff_rule(self.row(), **self.by())


class EndDelegation(_Ending):
    part = "delegation"

    def drop(self) -> None:
        """Ends a delegation now."""
        actions.end_delegation(self.row(), **self.by())


class AbleShape(serializers.Serializer[Any]):
    """Somebody who may approve it, up to `amount`; `giver`: for whom, while a delegation runs."""

    person = serializers.IntegerField(source="person.pk")
    name = serializers.CharField(source="person")
    amount = serializers.IntegerField()
    giver = serializers.IntegerField(source="giver.pk", allow_null=True, default=None)


class WhoMayShape(serializers.Serializer[WhoMay]):
    """Who may approve it today, how many of them have to, and whether there are as many."""

    people = AbleShape(many=True)
    needed = serializers.IntegerField()
    enough = serializers.BooleanField()
    signoffs = SignOffShape(source="asked", many=True)


class ShowWhoMay(OfMoney):
    """Who could approve a request of this kind, in this domain, measured at this amount."""

    parameters = {
        "kind": "commit", "domain": "Key of the domain", "currency": "EUR", "amount": "Minor units",
    }  # fmt: skip

    @extend_schema(
        responses=WhoMayShape,
        parameters=[OpenApiParameter(name, OpenApiTypes.STR, required=True, description=said)
                    for name, said in parameters.items()],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        asked = {name: request.query_params.get(name, "") for name in self.parameters}
        amount = asked["amount"] if asked["amount"].isascii() and asked["amount"].isdigit() else ""
        wrong = [] if asked["kind"] in FundingRequest.Kind else ["kind"]
        if not amount or len(amount) > 15 or not 0 < int(amount) <= MOST:
            wrong.append("amount")
        refuse([complaint(name, asked[name], _("it has to be sent, and to be one that there is")) for name in wrong])
        domain = _domains(request.user).filter(key=asked["domain"]).first()
        if domain is None:
            raise Http404
        return Response(
            WhoMayShape(who_may_approve(asked["kind"], domain, asked["currency"][:3], int(amount), today())).data
        )
