"""Shape of what people type in about themselves: a token for a program."""

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from org.rules import TOKEN_DAYS

days = lazy(lambda count: ngettext("%d day", "%d days", count) % count, str)


class IssueTokenForm(forms.Form):
    name = forms.CharField(
        max_length=80,
        label=_("Name"),
        help_text=_("What reads with it: a report, a dashboard, a script."),
        error_messages={"required": _("Enter a name that says what the token is for.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = forms.TypedChoiceField(
        choices=[(count, days(count)) for count in TOKEN_DAYS],  # type: ignore[no-untyped-call]
        coerce=int,
        initial=90,
        label=_("Lasts"),
        help_text=_("Then it stops by itself."),
    )

    def clean_name(self) -> Any:
        return " ".join(self.cleaned_data["name"].split())
