"""Requests for money: reading them, asking, saying yes or no, taking back, asking again, notes and files."""

from typing import Any

import django_filters
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bets.api_writing import COLLEAGUE, colleague
from bets.files import too_large
from bets.models import Bet, Tranche
from funding import actions
from funding.actions import Wish
from funding.api_base import Amount, Moving, OfMoney
from funding.changes import changes_since
from funding.models import Approval, Budget, FundingRequest, Ledger, RequestFile, RequestLine, RequestNote, Treatment
from funding.rules import LINES, REASONS, REJECTIONS
from funding.sides import open_domains
from lib.api import Asked, Listing, Money
from lib.api_writing import Acting, Known, Making, Sent, Text, Uploading, Whole
from lib.clock import today
from org.models import Domain
from org.visibility import powers_of

NAME = "Name of the person."
KINDS = sorted({kind for kinds in LINES.values() for kind in kinds})
LEAVES = ("committed", "released", "winddown")


class LineShape(serializers.ModelSerializer[RequestLine]):
    leaves = serializers.CharField(source="credit_account.code", help_text="Code of the account that the money leaves.")
    reaches = serializers.CharField(source="debit_account.code")
    tranche = serializers.IntegerField(source="tranche.sequence", allow_null=True, default=None)
    amount = serializers.IntegerField(help_text="Minor units of the request's currency.")

    class Meta:
        model = RequestLine
        fields = [
            "number", "kind", "leaves", "reaches", "tranche", "amount", "treatment", "cost_centre", "erp_account",
            "memo",
        ]  # fmt: skip


class ApprovalShape(serializers.ModelSerializer[Approval]):
    approver = serializers.CharField(help_text=NAME)
    on_behalf_of = serializers.CharField(allow_null=True, help_text=NAME)
    role = serializers.CharField(help_text="In which role they signed.")
    authority = serializers.IntegerField(allow_null=True, help_text="The limit in force, minor units.")

    class Meta:
        model = Approval
        fields = ["approver", "on_behalf_of", "says", "role", "authority", "reason_code", "comment", "given_at"]


class NoteShape(serializers.ModelSerializer[RequestNote]):
    written_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = RequestNote
        fields = ["id", "text", "written_at", "written_by"]


class RequestFileShape(serializers.ModelSerializer[RequestFile]):
    attached_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = RequestFile
        fields = ["id", "name", "content_type", "size", "sha256", "attached_at", "attached_by"]


class RequestShape(serializers.ModelSerializer[FundingRequest]):
    """A request for money as it stands."""

    ledger = serializers.CharField(source="ledger.code")
    domain = serializers.CharField(source="domain.key")
    bet = serializers.CharField(source="bet.key", allow_null=True, default=None)
    decision = serializers.IntegerField(source="decision.number", allow_null=True, default=None)
    amount = serializers.SerializerMethodField()
    measured = serializers.IntegerField(help_text="What authority is measured by: with what the bet was given before.")
    proposer = serializers.CharField(help_text=NAME)
    closed_by = serializers.CharField(allow_null=True, help_text=NAME)
    signoffs = serializers.ListField(child=serializers.CharField())
    risks = serializers.DictField(child=serializers.BooleanField())
    replaces = serializers.IntegerField(source="replaces_id", allow_null=True)
    pack_sha256 = serializers.SerializerMethodField(help_text="Of the evidence pack; empty where it rests on no bet.")

    class Meta:
        model = FundingRequest
        fields = [
            "id", "key", "kind", "state", "ledger", "domain", "bet", "decision", "amount", "measured", "effective_date",
            "reason_code", "justification", "due_on", "risks", "approvals_required", "signoffs", "proposer",
            "submitted_at", "escalated_at", "closed_at", "closed_by", "closed_because", "replaces", "fingerprint",
            "pack_sha256",
        ]  # fmt: skip

    @extend_schema_field(Money)
    def get_amount(self, request: FundingRequest) -> dict[str, Any]:
        return {"amount": request.amount, "currency": request.ledger.currency}

    def get_pack_sha256(self, request: FundingRequest) -> str:
        return str(request.pack.get("sha256", ""))


class WholeRequestShape(RequestShape):
    """The same, with its lines, its approvals, what was said, and the evidence it rests on."""

    lines = LineShape(many=True)
    approvals = ApprovalShape(many=True)
    notes = NoteShape(many=True)
    files = RequestFileShape(many=True)
    pack = serializers.DictField(help_text="The evidence as it stood when it was submitted.")
    changes = serializers.SerializerMethodField(help_text="What has changed of it since, while it waits.")
    waits_for = serializers.SerializerMethodField(
        help_text="Keys of the domains that still have to agree to money that moves between budgets."
    )

    class Meta(RequestShape.Meta):
        fields = [*RequestShape.Meta.fields, "lines", "approvals", "notes", "files", "pack", "changes", "waits_for"]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_changes(self, request: FundingRequest) -> list[str]:
        waits = request.state == FundingRequest.State.SUBMITTED
        return changes_since(request, today()) if waits else []

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_waits_for(self, request: FundingRequest) -> list[str]:
        waits = request.state == FundingRequest.State.SUBMITTED
        return [domain.key for domain in open_domains(request)] if waits else []


class RequestFilter(Asked):
    state = django_filters.ChoiceFilter(choices=FundingRequest.State.choices)
    kind = django_filters.ChoiceFilter(choices=FundingRequest.Kind.choices)
    bet = django_filters.CharFilter("bet__key")
    ledger = django_filters.CharFilter("ledger__code")
    domain = django_filters.CharFilter("domain__key")

    class Meta:
        model = FundingRequest
        fields: list[str] = []


ONE = ("ledger", "domain", "bet", "decision", "proposer", "closed_by")


def visible(request: Request) -> "QuerySet[FundingRequest]":
    return FundingRequest.objects.visible_to(powers_of(request.user)).select_related(*ONE)


class ListRequests(OfMoney, Listing):
    """Requests for money that you may see, the latest first."""

    serializer_class = RequestShape
    filterset_class = RequestFilter
    orders = {"submitted_at": "submitted_at", "due_on": "due_on", "amount": "amount"}

    def get_queryset(self) -> "QuerySet[FundingRequest]":
        return visible(self.request)


class ShowRequest(OfMoney):
    """One request for money, with its lines, its approvals and the evidence pack."""

    @extend_schema(responses=WholeRequestShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(WholeRequestShape(get_object_or_404(whole(request), pk=pk)).data)


def whole(request: Request) -> "QuerySet[FundingRequest]":
    """Requests with all that is shown of one."""
    lines = RequestLine.objects.select_related("credit_account", "debit_account", "tranche")
    return visible(request).prefetch_related(
        Prefetch("lines", lines),
        Prefetch("approvals", Approval.objects.select_related("approver", "on_behalf_of")),
        Prefetch("notes", RequestNote.objects.select_related("written_by")),
        Prefetch("files", RequestFile.objects.select_related("attached_by")),
    )


class SentLine(Sent):
    kind = serializers.ChoiceField(KINDS)
    amount = Amount()
    budget = Text(max_length=40, required=False, help_text="Code of the budget whose money it is.")
    to_budget = Text(max_length=40, required=False, help_text="Of a reallocation: code of the one that it reaches.")
    tranche = Whole(required=False, max_value=32_767, help_text="Sequence of the tranche, of the bet.")
    leaves = serializers.ChoiceField(LEAVES, required=False, help_text="Of a return, or what is set aside.")
    treatment = serializers.ChoiceField(Treatment.choices, required=False)
    cost_centre = Text(max_length=40, required=False, allow_blank=True)
    erp_account = Text(max_length=40, required=False, allow_blank=True)
    memo = Text(max_length=200, required=False, allow_blank=True)


class SentRequest(Sent):
    kind = serializers.ChoiceField(list(LINES))
    ledger = Known(lambda person: Ledger.objects.all(), by="code")
    lines = SentLine(many=True, allow_empty=False)
    bet = Known(lambda person: Bet.objects.visible_to(powers_of(person)), required=False)
    domain = Known(
        lambda person: Domain.objects.all(), required=False, help_text="Where it is decided; that of the bet, if any."
    )
    decision = Whole(required=False, max_value=32_767, help_text="Number of the decision on the bet; the latest one.")
    reason_code = serializers.ChoiceField(list(REASONS))
    justification = Text(max_length=2000)
    effective_date = serializers.DateField(required=False)
    due_on = serializers.DateField(required=False)
    risks = serializers.DictField(child=serializers.BooleanField(), required=False)


class OnRequest(Moving, Making):
    """About the request in the address: when there is none that the person may see, nothing that was sent is read."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.asked = get_object_or_404(visible(request), pk=self.kwargs["pk"])

    def for_whom(self, typed: dict[str, Any]) -> Any:
        number = typed.pop("on_behalf_of", None)
        return colleague(self.asked.domain_id, number, "on_behalf_of")


class AnsweringWhole(Acting):
    """Answers with the request as it stands then, and all that belongs to it."""

    answers = WholeRequestShape

    def shown(self, made: FundingRequest) -> Any:
        return WholeRequestShape(whole(self.request).get(pk=made.pk)).data


class SubmitRequest(AnsweringWhole, Moving, Making):
    """Asks for money, with the evidence as it stands frozen beside it; all lines of it are posted together or none."""

    sends = SentRequest

    def act(self, typed: dict[str, Any]) -> FundingRequest:
        ledger, bet = typed.pop("ledger"), typed.pop("bet", None)
        lines = [self.line(place, one, ledger, bet) for place, one in enumerate(typed.pop("lines"))]
        number = typed.pop("decision", None)
        decision = bet.decisions.order_by("-number").first() if bet and typed["kind"] in ("commit", "release") else None
        if number is not None:
            decision = get_object_or_404(bet.decisions, number=number) if bet else refuse_field("decision", number)
        domain = typed.pop("domain", None) or (bet.domain if bet else refuse_field("domain", "…"))
        day = typed.pop("effective_date", None) or today()
        return actions.submit_lines(
            self.uuid(), typed.pop("kind"), lines, ledger=ledger, bet=bet, decision=decision, domain=domain,
            effective_date=day, **typed, **self.by(), today=today(),
        )  # fmt: skip

    def line(self, place: int, sent: dict[str, Any], ledger: Ledger, bet: Bet | None) -> Wish:
        """What was sent of a line, with the budgets and the tranche that it names."""
        where = f"lines.{place}"
        budgets = Budget.objects.visible_to(self.powers).filter(ledger=ledger).select_related("ledger", "domain")
        found = {
            name: _named(budgets.filter(code=sent.pop(part)), f"{where}.{part}", code)
            for name, part in (("budget", "budget"), ("other", "to_budget")) if (code := sent.get(part))
        }  # fmt: skip
        if (sequence := sent.pop("tranche", None)) is not None:
            tranches = Tranche.objects.filter(bet=bet, sequence=sequence).select_related("bet")
            found["tranche"] = _named(tranches, f"{where}.tranche", sequence)
        return Wish(**sent, **found)

    def where(self, made: FundingRequest) -> str:
        return reverse("api_show_request", args=[made.pk])


def _named(found: Any, field: str, sent: object) -> Any:
    """The one that is there; 400 with a sentence when there is none."""
    one = found.first()
    return one if one is not None else refuse_field(field, sent)


def refuse_field(field: str, sent: object) -> Any:
    words = {"field": field, "sent": str(sent)[:60]}
    raise ValidationError([_("“%(field)s”: “%(sent)s” is not there, or nothing that you may see.") % words])


class SentYes(Sent):
    comment = Text(max_length=2000, required=False, allow_blank=True)
    on_behalf_of = Whole(required=False, allow_null=True, help_text=f"Who delegated to you. {COLLEAGUE}")


class ApproveRequest(AnsweringWhole, OnRequest):
    """Says yes. The last yes that is needed posts all lines; when what it rests on has changed, it is void instead."""

    sends, status = SentYes, 200

    def act(self, typed: dict[str, Any]) -> FundingRequest:
        whom = self.for_whom(typed)
        return actions.approve_request(self.asked, on_behalf_of=whom, **typed, **self.by(), today=today())


class SentNo(Sent):
    reason_code = serializers.ChoiceField(list(REJECTIONS))
    comment = Text(max_length=2000)
    on_behalf_of = Whole(required=False, allow_null=True, help_text=f"Who delegated to you. {COLLEAGUE}")


class RejectRequest(AnsweringWhole, OnRequest):
    """Says no, with a reason: one no is enough."""

    sends, status = SentNo, 200

    def act(self, typed: dict[str, Any]) -> FundingRequest:
        whom = self.for_whom(typed)
        return actions.reject_request(self.asked, on_behalf_of=whom, **typed, **self.by(), today=today())


class SentWithdrawal(Sent):
    because = Text(max_length=500, required=False, allow_blank=True, default="")


class WithdrawRequest(AnsweringWhole, OnRequest):
    """Takes a request back that you submitted, as long as it waits."""

    sends, status = SentWithdrawal, 200

    def act(self, typed: dict[str, Any]) -> FundingRequest:
        return actions.withdraw_request(self.asked, **typed, **self.by())


class SentAgain(Sent):
    justification = Text(max_length=2000, required=False)
    due_on = serializers.DateField(required=False)
    risks = serializers.DictField(child=serializers.BooleanField(), required=False)


class ResubmitRequest(AnsweringWhole, OnRequest):
    """Asks again for the same after it was closed without money, with the evidence as it stands now."""

    sends = SentAgain

    def act(self, typed: dict[str, Any]) -> FundingRequest:
        return actions.resubmit_request(self.asked, self.uuid(), **typed, **self.by(), today=today())

    def where(self, made: FundingRequest) -> str:
        return reverse("api_show_request", args=[made.pk])


class SentNote(Sent):
    text = Text(max_length=2000)


class WriteNote(OnRequest):
    """Says something about a request, for everybody who sees it."""

    sends, answers = SentNote, NoteShape

    def act(self, typed: dict[str, Any]) -> RequestNote:
        return actions.write_note(self.asked, typed["text"], **self.by())


class AttachRequestFile(OnRequest, Uploading):
    """Attaches one file to a request that waits, sent as multipart/form-data."""

    answers, setting = RequestFileShape, "FILES_MAX_BYTES"

    def too_large(self, name: str) -> str:
        return too_large(name)

    def act(self, typed: dict[str, Any]) -> RequestFile:
        upload: UploadedFile[Any] = typed["file"]
        return actions.attach_file(self.asked, upload, **self.by())
