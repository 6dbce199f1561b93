"""What product leads write down, as the API shows it: assumptions, what is to be learnt, evidence, forecasts, releases,
comments, realised value; and the standards of product operations."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.actions.standards import ALLOWANCE, KIND, TEMPLATE, standing_of
from bets.api import _OfBet
from bets.drafts import assumption_values
from bets.models import (
    Allowance,
    Assumption,
    Bet,
    Comment,
    Evidence,
    EvidenceFile,
    EvidenceKind,
    EvidenceLink,
    Forecast,
    GateResult,
    LearningOutcome,
    RealisedValue,
    Release,
    Template,
)
from lib.api import Asked, Endpoint, Listing, Money, Seen
from lib.seen import seen_of
from metrics.api import YES_NO
from org.visibility import powers_of

NAME = "Name of the person."


class AssumptionShape(serializers.ModelSerializer[Assumption]):
    seen = Seen(lambda one: seen_of(assumption_values(one)))

    class Meta:
        model = Assumption
        fields = ["number", "statement", "importance", "next_test", "dropped_at", "seen"]


class LearningShape(serializers.ModelSerializer[LearningOutcome]):
    reader = serializers.CharField(allow_null=True, help_text="Who says what the answer is, of a question.")
    found_by = serializers.CharField(allow_null=True, help_text=NAME)

    class Meta:
        model = LearningOutcome
        fields = [
            "number", "kind", "question", "goal", "reader", "due_on", "cap", "finding", "counted", "note", "found_at",
            "found_by",
        ]  # fmt: skip


class LinkShape(serializers.ModelSerializer[EvidenceLink]):
    """What evidence bears on: the number of one of the three."""

    assumption = serializers.IntegerField(source="assumption.number", allow_null=True, default=None)
    outcome = serializers.IntegerField(source="outcome.number", allow_null=True, default=None)
    learning_outcome = serializers.IntegerField(source="learning.number", allow_null=True, default=None)

    class Meta:
        model = EvidenceLink
        fields = ["assumption", "outcome", "learning_outcome", "supports"]


class FileShape(serializers.ModelSerializer[EvidenceFile]):
    attached_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = EvidenceFile
        fields = ["id", "name", "content_type", "size", "sha256", "attached_at", "attached_by"]


class EvidenceShape(serializers.ModelSerializer[Evidence]):
    kind = serializers.CharField(source="kind.key")
    source_url = serializers.CharField(help_text="Empty where there is none.")
    links = LinkShape(many=True)
    files = FileShape(many=True)
    supersedes = serializers.IntegerField(source="supersedes.number", allow_null=True, default=None)
    superseded_by = serializers.IntegerField(source="successor.number", allow_null=True, default=None)
    logged_by = serializers.CharField(help_text=NAME)
    confirmed_by = serializers.CharField(allow_null=True, help_text=NAME)

    class Meta:
        model = Evidence
        fields = [
            "number", "kind", "did", "observed", "learned", "strength", "happened_on", "source_url", "reading", "links",
            "files", "supersedes", "superseded_by", "logged_at", "logged_by", "revision", "confirmed_at",
            "confirmed_by", "remark",
        ]  # fmt: skip


class ForecastShape(serializers.ModelSerializer[Forecast]):
    outcome = serializers.IntegerField(source="outcome.number", allow_null=True, default=None)
    gate = serializers.IntegerField(source="tranche.sequence", allow_null=True, default=None)
    person = serializers.CharField(help_text=NAME)

    class Meta:
        model = Forecast
        fields = ["outcome", "gate", "person", "probability", "note", "stated_at"]


class GateShape(serializers.ModelSerializer[GateResult]):
    tranche = serializers.IntegerField(source="tranche.sequence")
    said_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = GateResult
        fields = ["tranche", "met", "note", "said_at", "said_by"]


class ReleaseShape(serializers.ModelSerializer[Release]):
    url = serializers.CharField(help_text="Empty where there is none.")
    marked_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = Release
        fields = ["id", "name", "shipped_on", "note", "url", "marked_at", "marked_by", "withdrawn_at"]


class CommentShape(serializers.ModelSerializer[Comment]):
    asks = serializers.CharField(allow_null=True, help_text="Name of the person who is asked.")
    mentions = serializers.SerializerMethodField(help_text="Names of the people who are told.")
    written_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = Comment
        fields = ["id", "text", "reply_to", "asks", "answer_by", "mentions", "written_at", "written_by"]

    def get_mentions(self, comment: Comment) -> list[str]:
        return [str(person) for person in comment.mentions.all()]


class RealisedShape(serializers.ModelSerializer[RealisedValue]):
    amount = serializers.SerializerMethodField()
    said_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = RealisedValue
        fields = ["month", "amount", "note", "said_at", "said_by"]

    @extend_schema_field(Money)
    def get_amount(self, said: RealisedValue) -> dict[str, Any]:
        return {"amount": said.amount, "currency": said.bet.currency}


class KindShape(serializers.ModelSerializer[EvidenceKind]):
    seen = Seen(lambda kind: seen_of(standing_of(kind, KIND)))

    class Meta:
        model = EvidenceKind
        fields = ["key", "name", "what", "cap", "is_active", "seen"]


class PartShape(serializers.Serializer[Any]):
    """A tranche of a template."""

    purpose = serializers.CharField(source="0")
    gate = serializers.CharField(source="1")


class TemplateShape(serializers.ModelSerializer[Template]):
    assumptions = serializers.ListField(child=serializers.CharField())
    tranches = serializers.SerializerMethodField()
    seen = Seen(lambda template: seen_of(standing_of(template, TEMPLATE)))

    class Meta:
        model = Template
        fields = [
            "key", "name", "guidance", "stage", "horizon", "change", "whom", "result", "reason", "premortem",
            "assumptions", "tranches", "is_active", "seen",
        ]  # fmt: skip

    @extend_schema_field(PartShape(many=True))
    def get_tranches(self, template: Template) -> list[dict[str, str]]:
        return [{"purpose": purpose, "gate": gate} for purpose, gate in template.tranches]


class AllowanceShape(serializers.ModelSerializer[Allowance]):
    amount = serializers.SerializerMethodField()
    seen = Seen(lambda allowance: seen_of(standing_of(allowance, ALLOWANCE)))

    class Meta:
        model = Allowance
        fields = ["amount", "days", "cap", "seen"]

    @extend_schema_field(Money)
    def get_amount(self, allowance: Allowance) -> dict[str, Any]:
        return {"amount": allowance.amount, "currency": allowance.currency}


def evidence_with_all() -> QuerySet[Evidence]:
    """Evidence with what its shape shows of it. Three queries."""
    links = EvidenceLink.objects.select_related("assumption", "outcome", "learning")
    files = EvidenceFile.objects.select_related("attached_by")
    with_one = Evidence.objects.select_related("kind", "supersedes", "successor", "logged_by", "confirmed_by")
    return with_one.prefetch_related(Prefetch("links", links), Prefetch("files", files))


def forecasts_seen_by(person: Any) -> QuerySet[Forecast]:
    """One's own; those of others once one has stated one's own of the same thing, or what came of it is known."""
    own = Forecast.objects.filter(person=person)
    stated = Exists(own.filter(outcome=OuterRef("outcome"))) | Exists(own.filter(tranche=OuterRef("tranche")))
    known = Q(outcome__resolution__isnull=False) | Q(tranche__gate_result__isnull=False)
    return Forecast.objects.filter(Q(person=person) | stated | known)


class EvidenceFilter(Asked):
    kind = django_filters.CharFilter("kind__key", label="Key of the kind")
    confirmed = django_filters.ChoiceFilter(choices=YES_NO, method="by_confirmed", label="Confirmed, or not yet")
    standing = django_filters.ChoiceFilter(choices=YES_NO, method="by_standing", label="Not superseded, or superseded")
    happened_after = django_filters.DateFilter("happened_on", "gte", label="First day")
    happened_before = django_filters.DateFilter("happened_on", "lte", label="Last day")

    def by_confirmed(self, found: QuerySet[Evidence], _name: str, answer: str) -> QuerySet[Evidence]:
        return found.filter(confirmed_at__isnull=answer == "no")

    def by_standing(self, found: QuerySet[Evidence], _name: str, answer: str) -> QuerySet[Evidence]:
        return found.filter(successor__isnull=answer == "yes")


class ListAssumptions(_OfBet):
    """What must be true for one bet, also what nobody assumes any more."""

    serializer_class = AssumptionShape
    orders = {"number": "number", "importance": "importance"}
    queryset = Assumption.objects.order_by("number")

    def get_queryset(self) -> QuerySet[Assumption]:
        return super().get_queryset().filter(bet=self.bet())


class ListLearning(_OfBet):
    """What one bet is to find out where no series can tell."""

    serializer_class = LearningShape
    orders = {"number": "number", "due_on": "due_on"}
    queryset = LearningOutcome.objects.select_related("reader", "found_by").order_by("number")

    def get_queryset(self) -> QuerySet[LearningOutcome]:
        return super().get_queryset().filter(bet=self.bet())


class ListEvidence(_OfBet):
    """Evidence that was logged of one bet, the latest first."""

    serializer_class = EvidenceShape
    filterset_class = EvidenceFilter
    orders = {"number": "number", "happened_on": "happened_on", "strength": "strength"}

    def get_queryset(self) -> QuerySet[Evidence]:
        return evidence_with_all().filter(bet=self.bet()).order_by("-number")


class ShowEvidence(Endpoint):
    """One piece of evidence of a bet."""

    serializer_class = EvidenceShape

    def get(self, request: Request, key: str, number: int) -> Response:
        seen = Bet.objects.visible_to(powers_of(request.user))
        found = get_object_or_404(evidence_with_all(), bet__in=seen, bet__key=key, number=number)
        return Response(EvidenceShape(found).data)


class ListForecasts(_OfBet):
    """What people hold likely of the outcomes and gates of one bet, the latest first: your own; those of others of the
    same thing once you have stated yours, or once it is known what came."""

    serializer_class = ForecastShape
    orders = {"stated_at": "stated_at"}

    def get_queryset(self) -> QuerySet[Forecast]:
        bet, shown = self.bet(), ("outcome", "tranche", "person")
        found = forecasts_seen_by(self.request.user).filter(Q(outcome__bet=bet) | Q(tranche__bet=bet))
        return found.select_related(*shown).order_by("-stated_at", "-pk")


class ListReleases(_OfBet):
    """What shipped when, the latest first; also what was withdrawn."""

    serializer_class = ReleaseShape
    orders = {"shipped_on": "shipped_on"}
    queryset = Release.objects.select_related("marked_by").order_by("-shipped_on", "-pk")

    def get_queryset(self) -> QuerySet[Release]:
        return super().get_queryset().filter(bet=self.bet())


class ListComments(_OfBet):
    """What people said to each other about one bet, the latest first."""

    serializer_class = CommentShape
    orders = {"written_at": "written_at"}
    queryset = Comment.objects.select_related("asks", "written_by").prefetch_related("mentions").order_by("-pk")

    def get_queryset(self) -> QuerySet[Comment]:
        return super().get_queryset().filter(bet=self.bet())


class ListValue(_OfBet):
    """What one bet brought in each month, as finance found it; the latest said of a month counts and comes first."""

    serializer_class = RealisedShape
    orders = {"month": "month"}
    queryset = RealisedValue.objects.select_related("bet", "said_by").order_by("-month", "-pk")

    def get_queryset(self) -> QuerySet[RealisedValue]:
        return super().get_queryset().filter(bet=self.bet())


class _Standard(Listing):
    """For everyone who holds a role."""

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset()
        return found.none() if powers_of(self.request.user).domains() == frozenset() else found


class ListKinds(_Standard):
    """Kinds of evidence, each with the most strength that it can have."""

    serializer_class = KindShape
    orders = {"key": "key", "cap": "cap"}
    queryset = EvidenceKind.objects.order_by("key")


class ListTemplates(_Standard):
    """What product operations give to whoever states a bet of one kind."""

    serializer_class = TemplateShape
    orders = {"key": "key", "name": "name"}
    queryset = Template.objects.order_by("key")


class ListAllowances(_Standard):
    """What a discovery bet that has nothing but learning outcomes may cost and last, in each currency."""

    serializer_class = AllowanceShape
    orders = {"currency": "currency"}
    queryset = Allowance.objects.order_by("currency")
