"""Addresses of the API on which product operations import today's projects as draft bets, and undo it."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bets import actions
from bets.imports.page import visible_imports, wrongs_of
from bets.imports.states import is_stuck
from bets.imports.table import MOST_COLUMNS
from bets.models import Bet, Import
from lib.api import Endpoint, Listing
from lib.api_writing import Acting, Making, Sent, Text, Uploading, Whole, shown
from lib.clock import now
from org.tasks import ring
from org.visibility import powers_of

LINES = 500  # lines with errors that one answer shows; the page has all of them as CSV


class WrongShape(serializers.Serializer[Any]):
    """One error of one line."""

    line = serializers.IntegerField()
    column = serializers.CharField()
    stood = serializers.CharField(help_text="What stands there.")
    said = serializers.CharField(help_text="What is wrong with it.")


class ColumnShape(serializers.Serializer[Any]):
    """A column of the file; one that means nothing is left out."""

    header = serializers.CharField()
    means = serializers.CharField()


class ImportShape(serializers.ModelSerializer[Import]):
    is_stuck = serializers.SerializerMethodField(help_text="The work on it ended half-way: drop it, or check it again.")
    uploaded_by = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = Import
        fields = [
            "id", "file_name", "sha256", "state", "is_stuck", "rows_seen", "rows_bad", "uploaded_at", "uploaded_by",
            "done_at", "undone_at",
        ]  # fmt: skip

    def get_is_stuck(self, file: Import) -> bool:
        return is_stuck(file)


class ImportDetailShape(ImportShape):
    columns = ColumnShape(many=True)
    errors = serializers.SerializerMethodField(  # type: ignore[assignment] # a field, which the class keeps apart
        help_text=f"Of the first {LINES} lines that have some."
    )
    bets = serializers.SerializerMethodField(help_text="Keys of the bets that came of it, of those you may see.")

    class Meta(ImportShape.Meta):
        fields = [*ImportShape.Meta.fields, "columns", "errors", "bets"]

    @extend_schema_field(WrongShape(many=True))
    def get_errors(self, file: Import) -> list[dict[str, Any]]:
        rows = file.rows.exclude(reasons=[]).order_by("number")[:LINES]
        return [asdict(wrong) for row in rows for wrong in wrongs_of(row)]

    def get_bets(self, file: Import) -> list[str]:
        seen = Bet.objects.visible_to(powers_of(self.context["request"].user))
        return list(file.rows.filter(bet__in=seen).order_by("number").values_list("bet__key", flat=True))


def imports_of(person: Any) -> QuerySet[Import]:
    """Imports that this person may look at; to whoever may not import at all there is nothing here, as on the pages."""
    powers = powers_of(person)
    if not powers.may("import_bets"):
        raise Http404
    return visible_imports(powers, person)


class ListImports(Listing):
    """Files of projects that were uploaded, the latest first. For those who may import."""

    serializer_class = ImportShape
    orders = {"uploaded_at": "uploaded_at"}

    def get_queryset(self) -> QuerySet[Import]:
        return imports_of(self.request.user)


class ShowImport(Endpoint):
    """How far one import is, what is wrong with its lines, and the bets that came of it."""

    serializer_class = ImportDetailShape

    def get(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(get_object_or_404(imports_of(request.user), pk=pk)).data)


class _Import(Acting):
    """About imports: to whoever may not import nothing that was sent is read."""

    answers = ImportDetailShape

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            imports_of(request.user)

    def file(self) -> Import:
        return get_object_or_404(imports_of(self.request.user), pk=self.kwargs["pk"])

    def by(self) -> Any:
        """Who asks, and when."""
        return {"by": self.request.user, "at": now()}


class UploadImport(_Import, Uploading):
    """Uploads a file of projects as multipart/form-data and starts checking its rows; no bet is written."""

    setting = "IMPORT_MAX_BYTES"

    def act(self, typed: dict[str, Any]) -> Import:
        upload = typed["file"]
        made = actions.upload_import(upload.name, upload.read(), **self.by())
        transaction.on_commit(ring, robust=True)  # a lost bell is only a late one
        return made

    def where(self, made: Import) -> str:
        return reverse("api_show_import", args=[made.pk])

    def too_large(self, name: str) -> str:
        most = filesizeformat(settings.IMPORT_MAX_BYTES)
        return _("“%(name)s” is larger than the %(most)s that a file may have.") % {"name": shown(name), "most": most}


class SentColumn(Sent):
    header = Text(max_length=200)
    means = Text(max_length=40, allow_blank=True, help_text="As in what was read; empty: it is left out.")


class SentColumns(Sent):
    columns = SentColumn(  # type: ignore[call-arg] # of the list of them
        many=True, max_length=MOST_COLUMNS, help_text="One that is not named is left out."
    )


class MapColumns(_Import, Making):
    """Says anew what the columns of a checked file mean; all of its rows are checked again."""

    sends, status = SentColumns, 200

    def act(self, typed: dict[str, Any]) -> Import:
        meanings = {column["header"]: column["means"] for column in typed["columns"]}
        mapped = actions.map_columns(self.file(), meanings, **self.by())
        transaction.on_commit(ring, robust=True)
        return mapped


class SentTaking(Sent):
    leaving_out = Whole(
        required=False, allow_null=True, max_value=10**6,
        help_text="How many lines with errors are to be left out: as many as rows_bad says.",
    )  # fmt: skip


class TakeImport(_Import, Making):
    """Starts to make draft bets of all sound rows at once."""

    sends, status = SentTaking, 200

    def act(self, typed: dict[str, Any]) -> Import:
        taken = actions.take_over_import(self.file(), **typed, **self.by())
        transaction.on_commit(ring, robust=True)
        return taken


class UndoImport(_Import, Making):
    """Removes the drafts that nobody has worked on since; the others stay. Once."""

    status = 200

    def act(self, typed: dict[str, Any]) -> Import:
        return actions.undo_import(self.file(), **self.by())


class DropImport(_Import, Making):
    """Forgets the rows of a file that was not taken over."""

    status = 200

    def act(self, typed: dict[str, Any]) -> Import:
        file = self.file()
        actions.drop_import(file, **self.by())
        return self.file()
