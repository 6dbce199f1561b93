"""Shape of what people choose when they import projects."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bets.imports.columns import Column

MEANINGS = {
    "name": _("Name"),
    "key": _("Key"),
    "domain": _("Domain"),
    "parent": _("Domain above it"),
    "lead": _("Lead (name or e-mail)"),
    "goal": _("Goal"),
    "start": _("Start"),
    "end": _("End"),
    "budget": _("Budget"),
    "currency": _("Currency"),
    "purpose": _("Purpose or description"),
    "hypothesis": _("Hypothesis, as a whole"),
    "change": _("Hypothesis: what changes"),
    "whom": _("Hypothesis: for whom"),
    "result": _("Hypothesis: what results"),
    "reason": _("Hypothesis: because"),
    "stage": _("Stage"),
    "horizon": _("Horizon"),
    "teams": _("Teams"),
    "weeks": _("Team-weeks"),
}


class UploadForm(forms.Form):
    """A file of projects."""

    file = forms.FileField(
        label=_("File of projects"), allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": _("Choose a file."), "invalid": _("Choose a file.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = filesizeformat(settings.IMPORT_MAX_BYTES)
        said = _now("CSV or Excel (.xlsx), up to %(size)s and 10,000 rows. The first line with known headers counts.")
        self.fields["file"].help_text = said % {"size": most}

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_MAX_BYTES:
            said = _now("The file has %(size)s, which is more than the limit of %(most)s.")
            most = filesizeformat(settings.IMPORT_MAX_BYTES)
            raise forms.ValidationError(said % {"size": filesizeformat(file.size or 0), "most": most})
        return file


class ColumnsForm(forms.Form):
    """What each column of a file means."""

    def __init__(
        self, columns: Sequence[Column], *args: Any, meanings: Mapping[str, Any] = MEANINGS, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers = [column.header for column in columns]
        choices = [("", _("Leave it out")), *meanings.items()]
        for place, column in enumerate(columns):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=column.header, choices=choices, required=False, initial=column.means
            )

    def meanings(self) -> dict[str, str]:
        """Chosen meanings by header."""
        return {header: self.cleaned_data[f"column-{place}"] for place, header in enumerate(self.headers)}


class TakeOverForm(forms.Form):
    """The explicit agreement that rows with errors stay behind; `bad` is how many of them were seen."""

    leave_out = forms.BooleanField(label=_("Leave out the rows with errors"), required=False)
    bad = forms.IntegerField(min_value=0, max_value=1_000_000, widget=forms.HiddenInput)

    def leaving_out(self) -> int | None:
        return self.cleaned_data["bad"] if self.cleaned_data["leave_out"] else None
