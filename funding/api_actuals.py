"""What was spent, document by document, and our books beside those of the enterprise, by API."""

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funding import actions
from funding.api_base import MOST, Amount, Moving
from funding.api_files import NAME, TOTALS_AT_MOST, Everywhere, ledgers_of
from funding.models import Account, Actual, Reconciliation, ReconciliationLine
from funding.rules_files import CENTRE, SOURCE, TotalRow
from funding.rules_placing import COUNTED
from funding.statements import ledgers_seen
from lib.api import Asked, Listing, Money
from lib.api_writing import Known, Making, Sent, Text, Whole

MINOR = "Minor units of the ledger's currency."


class ActualShape(serializers.ModelSerializer[Actual]):
    ledger = serializers.CharField(source="ledger.code")
    amount = serializers.SerializerMethodField(help_text="Negative: a credit note.")
    transfer = serializers.IntegerField(source="transfer.seq", allow_null=True, default=None)
    placed_by = serializers.CharField(allow_null=True, help_text=NAME)
    waits_because = serializers.CharField(help_text="Why it is not in the ledger yet.")

    class Meta:
        model = Actual
        fields = [
            "id", "ledger", "source", "document_id", "posted_on", "amount", "cost_centre", "erp_account", "reference",
            "memo", "waits_because", "transfer", "placed_at", "placed_by",
        ]  # fmt: skip

    @extend_schema_field(Money)
    def get_amount(self, actual: Actual) -> dict[str, Any]:
        return {"amount": actual.amount, "currency": actual.ledger.currency}


class ReconciliationShape(serializers.ModelSerializer[Reconciliation]):
    ledger = serializers.CharField(source="ledger.code")
    seq = serializers.IntegerField(help_text="Last transfer that was counted.")
    ours = serializers.IntegerField(help_text=MINOR)
    theirs = serializers.IntegerField(help_text=MINOR)
    differ = serializers.IntegerField(help_text="How many lines differ.")
    made_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = Reconciliation
        fields = ["id", "ledger", "source", "as_of", "seq", "ours", "theirs", "differ", "made_at", "made_by"]


class ReconciliationLineShape(serializers.ModelSerializer[ReconciliationLine]):
    ours = serializers.IntegerField(help_text=MINOR)
    theirs = serializers.IntegerField(help_text=MINOR)

    class Meta:
        model = ReconciliationLine
        fields = ["id", "cost_centre", "erp_account", "document_id", "ours", "theirs", "name", "note"]


class ActualFilter(Asked):
    ledger = django_filters.CharFilter("ledger__code")
    source = django_filters.CharFilter("source")
    document = django_filters.CharFilter("document_id")
    state = django_filters.ChoiceFilter(
        method="in_state", choices=[(one, one) for one in ("waiting", "counted", "placed")],
        label="Waiting for its place, counted in an opening balance, or in the ledger.",
    )  # fmt: skip

    class Meta:
        model = Actual
        fields: list[str] = []

    def in_state(self, actuals: Any, name: str, state: str) -> Any:
        counted = Q(transfer=None, waits_because__startswith=COUNTED)
        return {
            "placed": actuals.filter(transfer__isnull=False), "counted": actuals.filter(counted),
            "waiting": actuals.filter(transfer=None).exclude(counted),
        }[state]  # fmt: skip


def actuals() -> QuerySet[Actual]:
    return Actual.objects.select_related("ledger", "transfer", "placed_by")


class ListActuals(Everywhere, Listing):
    """What was spent as the other books say, document by document; the earliest first."""

    serializer_class = ActualShape
    filterset_class = ActualFilter
    orders = {"posted_on": "posted_on", "amount": "amount"}

    def get_queryset(self) -> QuerySet[Actual]:
        return actuals().order_by("posted_on", "pk")


class SentPlace(Sent):
    account = Whole(help_text="Id of the account that paid, or that a credit note gives back to.")
    effective_date = serializers.DateField(
        required=False, allow_null=True, help_text="Day in our books; without one that of the document."
    )


class PlaceActual(Moving, Everywhere, Making):
    """Says whose money a document was, and posts it."""

    sends, answers, status = SentPlace, ActualShape, 200

    def act(self, typed: dict[str, Any]) -> Actual:
        actual = get_object_or_404(actuals(), pk=self.kwargs["pk"])
        account = get_object_or_404(Account, pk=typed.pop("account"))
        actions.place_actual(actual, account, **typed, **self.by())
        return actuals().get(pk=actual.pk)


class TriedShape(serializers.Serializer[Any]):
    placed = serializers.IntegerField(help_text="How many documents found their place.")


class PlaceWaiting(Moving, Everywhere, Making):
    """Tries all documents of a ledger that wait again."""

    answers, status = TriedShape, 200

    def act(self, typed: dict[str, Any]) -> dict[str, int]:
        ledger = get_object_or_404(ledgers_seen(self.powers), code=self.kwargs["key"])
        return {"placed": actions.place_waiting(ledger, **self.by())}


def reconciliations() -> QuerySet[Any]:
    differ = Count("lines", filter=~Q(lines__name=ReconciliationLine.Name.AGREES))
    found = Reconciliation.objects.select_related("ledger", "made_by").order_by("-made_at", "-pk")
    return found.annotate(ours=Sum("lines__ours", default=0), theirs=Sum("lines__theirs", default=0), differ=differ)


class ListReconciliations(Everywhere, Listing):
    """Comparisons of our books with those of the enterprise, the latest first."""

    serializer_class = ReconciliationShape
    orders = {"made_at": "made_at", "as_of": "as_of"}

    def get_queryset(self) -> QuerySet[Any]:
        return reconciliations()


class SentTotal(Sent):
    cost_centre = Text(max_length=CENTRE, required=False, default="", allow_blank=True)
    erp_account = Text(max_length=CENTRE, required=False, default="", allow_blank=True)
    amount = Amount(min_value=-MOST)


class SentReconciliation(Sent):
    ledger = Known(ledgers_of, by="code", help_text="Code of the ledger.")
    source = Text(  # type: ignore[assignment] # a field, which the class keeps apart
        max_length=SOURCE, help_text="As its actuals are called."
    )
    as_of = serializers.DateField()
    totals = SentTotal(  # type: ignore[call-arg] # of the list of them
        many=True, required=False, allow_null=True, max_length=TOTALS_AT_MOST,
        help_text="What stands there; without them, the documents that came in as actuals of that system.",
    )  # fmt: skip


class Reconcile(Moving, Everywhere, Making):
    """Sets what we have as spent beside the totals of the enterprise, and names each difference."""

    sends, answers = SentReconciliation, ReconciliationShape

    def act(self, typed: dict[str, Any]) -> Any:
        sent = typed.pop("totals", None)
        totals = None if sent is None else [TotalRow(**one) for one in sent]
        made = actions.reconcile(typed.pop("ledger"), **typed, **self.by(), totals=totals)
        return reconciliations().get(pk=made.pk)

    def where(self, made: Any) -> str:
        return reverse("api_show_reconciliation", args=[made.pk])


class ShowReconciliation(Everywhere):
    """One comparison, with its sums."""

    @extend_schema(responses=ReconciliationShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(ReconciliationShape(get_object_or_404(reconciliations(), pk=pk)).data)


class ListReconciliationLines(Everywhere, Listing):
    """What stands here and there, by cost centre and account, and documents that explain a difference."""

    serializer_class = ReconciliationLineShape
    orders = {"cost_centre": "cost_centre"}

    def get_queryset(self) -> QuerySet[ReconciliationLine]:
        made = get_object_or_404(Reconciliation, pk=self.kwargs["pk"])
        return made.lines.order_by("cost_centre", "erp_account", "document_id", "pk")
