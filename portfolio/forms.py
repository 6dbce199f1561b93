"""Shape of what people type in about the portfolio as a whole."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portfolio.rules import NAME, QUERY


class ChangeViewForm(forms.Form):
    """The name of a view, and whether others see it."""

    name = forms.CharField(label=_("Name"), max_length=NAME, error_messages={"required": _("Give the view a name.")})
    shared = forms.BooleanField(
        label=_("Share it with everybody"), required=False,
        help_text=_("Others see its name and its filters, and of the bets only those that they may see anyway."),
    )  # fmt: skip


class SaveViewForm(ChangeViewForm):
    """The same with what the view shows, which is not typed but carried along."""

    query = forms.CharField(max_length=QUERY, required=False, widget=forms.HiddenInput)
