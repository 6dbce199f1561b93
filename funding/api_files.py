"""Files of money, what was spent, and reconciliations by API; for those who see the money of all domains."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets.api_importing import LINES, ColumnShape, SentColumns, WrongShape
from bets.imports.page import wrongs_of
from funding import actions
from funding.api_base import Moving, OfMoney
from funding.file_page import standing_of_actuals
from funding.imports.checking import centres_of
from funding.imports.columns import MEANINGS
from funding.models import Ledger, MoneyFile
from funding.rules_files import CENTRE, SOURCE
from funding.statements import domains_of_money, ledgers_seen
from lib.api import Listing
from lib.api_writing import Known, Making, Sent, SentFile, Text, Uploading, Whole, shown
from lib.clock import today
from org.models import Domain
from org.visibility import powers_of

NAME = "Name of the person."
MINOR = "Minor units of the ledger's currency."
TOTALS_AT_MOST = 10_000


class MoneyFileShape(serializers.ModelSerializer[MoneyFile]):
    ledger = serializers.CharField(source="ledger.code")
    uploaded_by = serializers.CharField(help_text=NAME)

    class Meta:
        model = MoneyFile
        fields = [
            "id", "kind", "ledger", "source", "file_name", "sha256", "state", "rows_seen", "rows_bad", "uploaded_at",
            "uploaded_by", "done_at", "undone_at",
        ]  # fmt: skip


class CentreShape(serializers.Serializer[Any]):
    cost_centre = serializers.CharField()
    domain = serializers.CharField(allow_null=True, help_text="Key of the domain that it belongs to, once it was said.")


class StandingShape(serializers.Serializer[Any]):
    all = serializers.IntegerField()
    placed = serializers.IntegerField()
    waiting = serializers.IntegerField()
    counted = serializers.IntegerField(help_text="Held by an opening balance already.")


class WholeMoneyFileShape(MoneyFileShape):
    columns = ColumnShape(many=True)
    errors = serializers.SerializerMethodField(  # type: ignore[assignment] # a field, which the class keeps apart
        help_text=f"Of the first {LINES} lines that have some."
    )
    cost_centres = serializers.SerializerMethodField(help_text="Of lines that name no domain.")
    budgets = serializers.SerializerMethodField(help_text="Codes of the budgets that came of it.")
    actuals = serializers.SerializerMethodField(help_text="How many documents came of it.")

    class Meta(MoneyFileShape.Meta):
        fields = [*MoneyFileShape.Meta.fields, "columns", "errors", "cost_centres", "budgets", "actuals"]

    @extend_schema_field(WrongShape(many=True))
    def get_errors(self, file: MoneyFile) -> list[dict[str, Any]]:
        rows = file.rows.exclude(reasons=[]).order_by("number")[:LINES]
        return [asdict(wrong) for row in rows for wrong in wrongs_of(row)]

    @extend_schema_field(CentreShape(many=True))
    def get_cost_centres(self, file: MoneyFile) -> list[dict[str, Any]]:
        keys = dict(Domain.objects.filter(pk__in=file.mapping.values()).values_list("pk", "key"))
        named = centres_of(file, file.rows.order_by("number")) if file.kind == MoneyFile.Kind.BUDGETS else []
        return [{"cost_centre": one, "domain": keys.get(file.mapping.get(one, 0))} for one in named]

    def get_budgets(self, file: MoneyFile) -> list[str]:
        return list(file.rows.exclude(budget=None).order_by("number").values_list("budget__code", flat=True))

    @extend_schema_field(StandingShape)
    def get_actuals(self, file: MoneyFile) -> dict[str, Any]:
        standing = standing_of_actuals(file.actuals.all())
        return {name: standing[name] for name in ("all", "placed", "waiting", "counted")}


class Everywhere(OfMoney):
    """For those who see the money of all domains; for anybody else there is nothing."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if domains_of_money(self.powers) is not None:
            raise Http404


def ledgers_of(person: Any) -> QuerySet[Ledger]:
    return ledgers_seen(powers_of(person))


def files() -> QuerySet[MoneyFile]:
    return MoneyFile.objects.select_related("ledger", "uploaded_by")


class ListMoneyFiles(Everywhere, Listing):
    """Files of money, the latest first."""

    serializer_class = MoneyFileShape
    orders = {"uploaded_at": "uploaded_at"}

    def get_queryset(self) -> QuerySet[MoneyFile]:
        return files()


class ShowMoneyFile(Everywhere):
    """One file: what is wrong with its lines, which cost centres need a domain, and what came of it."""

    @extend_schema(responses=WholeMoneyFileShape)
    def get(self, request: Request, pk: int) -> Response:
        return Response(WholeMoneyFileShape(get_object_or_404(files(), pk=pk)).data)


class SentMoneyFile(SentFile):
    kind = serializers.ChoiceField(list(MEANINGS))
    ledger = Known(ledgers_of, by="code", help_text="Code of the ledger.")
    source = Text(  # type: ignore[assignment] # a field, which the class keeps apart
        max_length=SOURCE, required=False, default="", help_text="System that actuals come from, like SAP."
    )


class UploadMoneyFile(Moving, Everywhere, Uploading):
    """Uploads a file of budgets or actuals as multipart/form-data and checks its rows; no money moves."""

    sends, answers, setting = SentMoneyFile, WholeMoneyFileShape, "IMPORT_MAX_BYTES"

    def act(self, typed: dict[str, Any]) -> MoneyFile:
        upload = typed.pop("file")
        kind, ledger = typed.pop("kind"), typed.pop("ledger")
        return actions.upload_money_file(kind, ledger, upload.name, upload.read(), **typed, **self.by())

    def where(self, made: MoneyFile) -> str:
        return reverse("api_show_money_file", args=[made.pk])

    def too_large(self, name: str) -> str:
        most = filesizeformat(settings.IMPORT_MAX_BYTES)
        return _("“%(name)s” is larger than the %(most)s that a file may have.") % {"name": shown(name), "most": most}


class _File(Moving, Everywhere, Making):
    """About one file."""

    answers, status = WholeMoneyFileShape, 200

    def file(self) -> MoneyFile:
        return get_object_or_404(files(), pk=self.kwargs["pk"])


class MapMoneyColumns(_File):
    """Says anew what the columns of a checked file mean; all of its rows are checked again."""

    sends = SentColumns

    def act(self, typed: dict[str, Any]) -> MoneyFile:
        meanings = {column["header"]: column["means"] for column in typed["columns"]}
        return actions.map_money_columns(self.file(), meanings, **self.by())


class SentCentre(Sent):
    cost_centre = Text(max_length=CENTRE)
    domain = Known(lambda person: Domain.objects.all(), help_text="Key of the domain.")


class SentCentres(Sent):
    cost_centres = SentCentre(  # type: ignore[call-arg] # of the list of them
        many=True, max_length=TOTALS_AT_MOST, help_text="One that is not named stays as it is."
    )


class MapCostCentres(_File):
    """Says which domain cost centres belong to, where a line names no domain; all rows are checked again."""

    sends = SentCentres

    def act(self, typed: dict[str, Any]) -> MoneyFile:
        centres = {one["cost_centre"]: one["domain"] for one in typed["cost_centres"]}
        return actions.map_cost_centres(self.file(), centres, **self.by())


class SentTakingMoney(Sent):
    as_of = serializers.DateField(
        required=False, allow_null=True, help_text="Budgets: the day to which what was spent is counted; else today."
    )
    leaving_out = Whole(
        required=False, allow_null=True, max_value=10**6,
        help_text="Actuals: how many lines with errors are left out, as many as rows_bad says.",
    )  # fmt: skip


class TakeMoneyFile(_File):
    """Opens all budgets of a file, or none; or keeps its documents and places what can be placed."""

    sends = SentTakingMoney

    def act(self, typed: dict[str, Any]) -> MoneyFile:
        return actions.take_over_money_file(self.file(), **typed, **self.by())


class UndoMoneyFile(_File):
    """Reverses the opening balances of a file of budgets and withdraws them, as long as no money of them has moved."""

    def act(self, typed: dict[str, Any]) -> MoneyFile:
        return actions.undo_money_file(self.file(), **self.by(), today=today())


class DropMoneyFile(_File):
    """Forgets the rows of a file that was not taken over."""

    def act(self, typed: dict[str, Any]) -> MoneyFile:
        actions.drop_money_file(self.file(), **self.by())
        return self.file()
