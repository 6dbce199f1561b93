"""Shape of what finance says when it agrees what a bet is worth."""

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.rules_agreeing import COMMENT


class AgreeForm(forms.Form):
    comment = forms.CharField(
        label=_("Comment"), max_length=COMMENT, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it rests on, or what would change it. Needed where the bet names no conversion."),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
