"""The API of the books: ledgers, accounts, transfers and their reversal, fiscal periods, verification, journals."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from funding import actions
from funding.actions.periods import standing_of
from funding.api_base import Moving, OfMoney
from funding.chain import Verdict
from funding.journal import csv_of, json_of, name_of
from funding.models import Account, ExportBatch, FiscalPeriod, Ledger, Transfer
from funding.rules_periods import BECAUSE_AT_MOST, DOCUMENT_AT_MOST, ENTITY_AT_MOST, MONTHS_A_PERIOD
from funding.statements import READ, Asked, accounts_seen, domains_of_money, ledgers_seen, transfers_seen
from lib.api import Asked as AskedOfApi
from lib.api import Listing, Money, Seen, complaint, refuse
from lib.api_writing import SEEN, Making, Sent, Text, Whole
from lib.money import decimals_of
from lib.seen import seen_of

NAME = "Name of the person."
MINOR = "Minor units of the ledger's currency."
VERIFIED_HERE = 20_000  # transfers; more takes longer than an answer should


class LedgerShape(serializers.ModelSerializer[Ledger]):
    seq = serializers.IntegerField(help_text="Number of the last transfer.")
    head = serializers.CharField(help_text="Hash of the last transfer: whoever keeps it can tell what was changed.")
    closed_through = serializers.DateField(allow_null=True, help_text="Nothing is posted on or before this day.")
    decimals = serializers.SerializerMethodField(help_text="Of the currency: 2 means that 100 minor units are one.")

    class Meta:
        model = Ledger
        fields = ["code", "legal_entity", "currency", "decimals", "seq", "head", "closed_through"]

    def get_decimals(self, ledger: Ledger) -> int:
        return decimals_of(ledger.currency)


class AccountShape(serializers.ModelSerializer[Account]):
    budget = serializers.CharField(source="budget.code", allow_null=True, default=None)
    bet = serializers.CharField(source="tranche.bet.key", allow_null=True, default=None)
    tranche = serializers.IntegerField(source="tranche.sequence", allow_null=True, default=None)
    balance = serializers.IntegerField(help_text=MINOR)

    class Meta:
        model = Account
        fields = ["id", "code", "kind", "budget", "bet", "tranche", "balance", "closed"]


class TransferShape(serializers.ModelSerializer[Transfer]):
    leaves = serializers.CharField(source="credit_account.code", help_text="Code of the account that is credited.")
    reaches = serializers.CharField(source="debit_account.code", help_text="Code of the account that is debited.")
    amount = serializers.SerializerMethodField()
    period = serializers.CharField(source="period.code")
    request = serializers.IntegerField(source="line.request_id", allow_null=True, default=None)
    reverses = serializers.IntegerField(source="reverses.seq", allow_null=True, default=None)
    reversed_by = serializers.IntegerField(source="reversal.seq", allow_null=True, default=None)
    posted_by = serializers.CharField(allow_null=True, help_text=NAME)

    class Meta:
        model = Transfer
        fields = [
            "seq", "key", "kind", "leaves", "reaches", "amount", "effective_date", "period", "request", "reverses",
            "reversed_by", "document", "reason_code", "memo", "treatment", "cost_centre", "erp_account", "posted_at",
            "posted_by", "hash",
        ]  # fmt: skip

    @extend_schema_field(Money)
    def get_amount(self, transfer: Transfer) -> dict[str, Any]:
        return {"amount": transfer.amount, "currency": transfer.ledger.currency}


class PeriodShape(serializers.ModelSerializer[FiscalPeriod]):
    seq = serializers.IntegerField(allow_null=True, help_text="Last transfer when it was closed.")
    head = serializers.CharField(help_text="Head of the chain when it was closed.")
    closed_by = serializers.CharField(allow_null=True, help_text=NAME)
    reopened_by = serializers.CharField(allow_null=True, help_text=NAME)
    seen = Seen(lambda period: seen_of(standing_of(period)))

    class Meta:
        model = FiscalPeriod
        fields = [
            "code", "starts_on", "ends_on", "state", "seq", "head", "closed_at", "closed_by", "reopened_at",
            "reopened_by", "reopened_because", "seen",
        ]  # fmt: skip


class WholePeriodShape(PeriodShape):
    totals = serializers.DictField(help_text="Control totals when it was closed, minor units.")

    class Meta(PeriodShape.Meta):
        fields = [*PeriodShape.Meta.fields, "totals"]


class JournalShape(serializers.ModelSerializer[ExportBatch]):
    batch_id = serializers.SerializerMethodField(help_text="What its lines carry.")
    debits = serializers.IntegerField(help_text=MINOR)
    credits = serializers.IntegerField(help_text=MINOR)
    made_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = ExportBatch
        fields = [
            "number", "batch_id", "first_seq", "last_seq", "head", "debits", "credits", "sha256_csv", "sha256_json",
            "made_at", "made_by",
        ]  # fmt: skip

    def get_batch_id(self, batch: ExportBatch) -> str:
        return name_of(batch)


class OfLedger(OfMoney):
    """About the ledger in the address; `whole`: for those who see the money of all domains."""

    whole = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.whole and domains_of_money(self.powers) is not None:
            raise Http404
        self.ledger = get_object_or_404(ledgers_seen(self.powers), code=self.kwargs["key"])


class ListLedgers(OfMoney, Listing):
    """Ledgers in which you may see money."""

    serializer_class = LedgerShape
    orders = {"code": "code"}

    def get_queryset(self) -> QuerySet[Ledger]:
        return ledgers_seen(self.powers).order_by("code")


class SentLedger(Sent):
    code = Text(max_length=40, help_text="Small letters, digits and dashes; it stays.")
    legal_entity = Text(max_length=ENTITY_AT_MOST)
    currency = Text(max_length=3, help_text="Three capital letters.")


class OpenLedger(Moving, Making):
    """Opens the books of one legal entity in one currency."""

    sends, answers = SentLedger, LedgerShape

    def act(self, typed: dict[str, Any]) -> Ledger:
        return actions.open_ledger(**typed, **self.by())

    def where(self, made: Ledger) -> str:
        return reverse("api_show_ledger", args=[made.code])


class ShowLedger(OfLedger):
    """One ledger, with the head of its chain."""

    @extend_schema(responses=LedgerShape)
    def get(self, request: Request, key: str) -> Response:
        return Response(LedgerShape(self.ledger).data)


class ListAccounts(OfLedger, Listing):
    """Accounts of a ledger, with what stands in them."""

    serializer_class = AccountShape
    orders = {"code": "code", "balance": "balance"}

    def get_queryset(self) -> QuerySet[Account]:
        return accounts_seen(self.powers).filter(ledger=self.ledger).order_by("code")


class TransferFilter(AskedOfApi):
    kind = django_filters.ChoiceFilter(choices=Transfer.Kind.choices)
    period = django_filters.CharFilter("period__code")
    account = django_filters.CharFilter(method="touching", label="Code of an account that it leaves or reaches.")
    document = django_filters.CharFilter("document")
    q = django_filters.CharFilter(method="search", label="In document or memo; or a number.", max_length=120)
    after = django_filters.NumberFilter("seq", lookup_expr="gt", label="Transfers after the one of this number.")

    class Meta:
        model = Transfer
        fields: list[str] = []

    def touching(self, transfers: Any, name: str, code: str) -> Any:
        return transfers.filter(debit_account__code=code) | transfers.filter(credit_account__code=code)

    def search(self, transfers: Any, name: str, text: str) -> Any:
        return Asked(q=text).of(transfers)


class ListTransfers(OfLedger, Listing):
    """Transfers of a ledger that you may see, the first one first."""

    serializer_class = TransferShape
    filterset_class = TransferFilter
    orders = {"seq": "seq", "effective_date": "effective_date", "amount": "amount"}

    def get_queryset(self) -> QuerySet[Transfer]:
        return transfers_seen(self.powers).filter(ledger=self.ledger).select_related("ledger", *READ).order_by("seq")


class ShowTransfer(OfLedger):
    """One transfer."""

    @extend_schema(responses=TransferShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        return Response(TransferShape(self._transfer(number)).data)

    def _transfer(self, number: int) -> Transfer:
        found = transfers_seen(self.powers).filter(ledger=self.ledger).select_related("ledger", *READ)
        return get_object_or_404(found, seq=number)


class SentReversal(Sent):
    document = Text(max_length=DOCUMENT_AT_MOST, help_text="What asks for the reversal.")
    memo = Text(max_length=BECAUSE_AT_MOST, help_text="What was wrong.")
    effective_date = serializers.DateField(help_text="A day of an open period.")


class ReverseTransfer(OfLedger, Moving, Making):
    """Takes a transfer back by its mirror image; both stay in the books."""

    sends, answers = SentReversal, TransferShape

    def act(self, typed: dict[str, Any]) -> Transfer:
        found = transfers_seen(self.powers).filter(ledger=self.ledger)
        transfer = get_object_or_404(found.select_related("debit_account", "credit_account"), seq=self.kwargs["number"])
        return actions.reverse_transfer(transfer, key=self.uuid("reversal"), **typed, **self.by())

    def where(self, made: Transfer) -> str:
        return reverse("api_show_transfer", args=[self.ledger.code, made.seq])


class ListPeriods(OfLedger, Listing):
    """Fiscal periods of a ledger, the earliest first."""

    serializer_class = PeriodShape
    orders = {"starts_on": "starts_on"}

    def get_queryset(self) -> QuerySet[FiscalPeriod]:
        return self.ledger.periods.select_related("closed_by", "reopened_by").order_by("starts_on")


class SentPeriod(Sent):
    code = Text(max_length=20, help_text="Like 2027-Q1; it stays.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="Last day that belongs to it.")


class AddPeriod(OfLedger, Moving, Making):
    """Adds an open period to a ledger."""

    sends, answers = SentPeriod, PeriodShape

    def act(self, typed: dict[str, Any]) -> FiscalPeriod:
        return actions.add_period(self.ledger, **typed, **self.by())

    def where(self, made: FiscalPeriod) -> str:
        return reverse("api_show_period", args=[self.ledger.code, made.code])


class SentYear(Sent):
    year = Whole(max_value=9999, help_text="In which it begins.")
    first_month = Whole(min_value=1, max_value=12, required=False, default=1)
    grain = serializers.ChoiceField(list(MONTHS_A_PERIOD))


class YearShape(serializers.Serializer[Any]):
    periods = PeriodShape(many=True)


class AddYear(OfLedger, Moving, Making):
    """Adds all periods of a fiscal year to a ledger, or none."""

    sends, answers = SentYear, YearShape

    def act(self, typed: dict[str, Any]) -> dict[str, Any]:
        return {"periods": actions.add_year(self.ledger, **typed, **self.by())}


class OnPeriod(OfLedger):
    whole = True

    def period(self) -> FiscalPeriod:
        found = self.ledger.periods.select_related("closed_by", "reopened_by")
        return get_object_or_404(found, code=self.kwargs["code"])


class ShowPeriod(OnPeriod):
    """One fiscal period, with its control totals; for those who see the money of all domains."""

    @extend_schema(responses=WholePeriodShape)
    def get(self, request: Request, key: str, code: str) -> Response:
        return Response(WholePeriodShape(self.period()).data)


class SentClose(Sent):
    seen = serializers.CharField(max_length=64, required=False, help_text=SEEN)


class ClosePeriod(OnPeriod, Moving, Making):
    """Closes a period: nothing is posted on its days any more."""

    sends, answers, status = SentClose, WholePeriodShape, 200

    def act(self, typed: dict[str, Any]) -> FiscalPeriod:
        return actions.close_period(self.period(), **typed, **self.by())


class SentReopening(SentClose):
    because = Text(max_length=BECAUSE_AT_MOST)


class ReopenPeriod(OnPeriod, Moving, Making):
    """Opens the latest closed period again; another person than the one who closed it does that."""

    sends, answers, status = SentReopening, WholePeriodShape, 200

    def act(self, typed: dict[str, Any]) -> FiscalPeriod:
        return actions.reopen_period(self.period(), **typed, **self.by())


class LockPeriod(OnPeriod, Moving, Making):
    """Locks a closed period for good."""

    answers, status = WholePeriodShape, 200

    def act(self, typed: dict[str, Any]) -> FiscalPeriod:
        return actions.lock_period(self.period(), **self.by())


class VerifiedShape(serializers.Serializer[Verdict]):
    fits = serializers.BooleanField()
    checked = serializers.IntegerField(help_text="Transfers that fit.")
    seq = serializers.IntegerField(allow_null=True, help_text="The first transfer that does not fit.")
    why = serializers.CharField()


class VerifyLedger(OfLedger, Moving, Making):
    """Works out the chain of hashes and the balances again."""

    answers, status, whole = VerifiedShape, 200, True

    def act(self, typed: dict[str, Any]) -> Verdict:
        if self.ledger.seq > VERIFIED_HERE:
            refuse([_("This ledger is verified by the command verify_ledger: it has too many transfers.")])
        return actions.verify_ledger(self.ledger, **self.by())


class ListJournals(OfLedger, Listing):
    """Journals that were handed over, the first one first; for those who see the money of all domains."""

    serializer_class = JournalShape
    orders = {"number": "number"}
    whole = True

    def get_queryset(self) -> QuerySet[ExportBatch]:
        return ExportBatch.objects.filter(ledger=self.ledger).select_related("ledger", "made_by").order_by("number")


class ExportJournal(OfLedger, Moving, Making):
    """Hands over all transfers since the last journal."""

    answers, whole = JournalShape, True

    def act(self, typed: dict[str, Any]) -> ExportBatch:
        return actions.export_journal(self.ledger, **self.by())

    def where(self, made: ExportBatch) -> str:
        return reverse("api_show_journal", args=[self.ledger.code, made.number])


class ShowJournal(OfLedger):
    """The file of a journal, the same bytes every time: JSON, or CSV with `form=csv`."""

    whole = True
    parameters = {"form": "json or csv"}

    @extend_schema(
        parameters=[OpenApiParameter("form", str, enum=["json", "csv"], description="json when left out.")],
        responses={200: OpenApiTypes.OBJECT},
    )  # fmt: skip
    def get(self, request: Request, key: str, number: int) -> HttpResponse:
        form = request.query_params.get("form", "json")
        if form not in ("json", "csv"):
            refuse([complaint("form", form, _("known are json and csv"))])
        batch = get_object_or_404(ExportBatch.objects.select_related("ledger"), ledger=self.ledger, number=number)
        lines, content_type = (csv_of, "text/csv; charset=utf-8") if form == "csv" else (json_of, "application/json")
        headers = {"Content-Disposition": f'attachment; filename="{name_of(batch)}.{form}"'}
        return HttpResponse(b"".join(lines(batch)), content_type=content_type, headers=headers)
