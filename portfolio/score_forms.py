"""Shape of what a second reader types in when a decision is looked at again and scored."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bets.models import Rescoring
from bets.rules_rescoring import NOTE

# Of a decision that did not go against the evidence, though somebody was named to look at it again.
PLAIN = {"right": _("It was right"), "wrong": _("It was wrong"), "open": _("It cannot be said yet")}


class ScoreForm(forms.Form):
    """What was found, and why."""

    finding = forms.ChoiceField(
        label=_("What you find, as it is seen today"), widget=forms.RadioSelect, choices=Rescoring.Finding.choices,
        error_messages={"required": _("Choose what you find.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("Why"), max_length=NOTE, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What has happened since that says so. It is kept for ever, beside the decision."),
        error_messages={"required": _("Say what you found.")},
    )  # fmt: skip

    def __init__(self, *args: Any, against: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not against:
            self.fields["finding"].choices = list(PLAIN.items())  # type: ignore[attr-defined]
