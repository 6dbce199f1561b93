"""Shape of what people type in on the page of shadow mode."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.actions.advising import standing_of
from funding.advice import END_WORDS
from funding.ledger_forms import Narrowing, day_field
from funding.models import Advice, Enforcement
from funding.rules_shadow import REASON_AT_MOST
from lib.seen import seen_of


class LeaveForm(forms.Form):
    """The day on which shadow mode ends; `stands` is what was decided before, of which another day needs a reason of
    its own."""

    from_on = day_field(
        _("Ends on"), help_text=_("From this day on they bind: today, or a day within a year."),
        error_messages={"required": _("Say on which day it ends.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"), max_length=REASON_AT_MOST, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the advice of these weeks has taught you. It is kept for ever."),
        error_messages={"required": _("Say why it ends.")},
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, stands: Enforcement | None, **kwargs: Any) -> None:
        standing = standing_of(stands)
        kwargs["initial"] = {"from_on": standing["from_on"], "seen": seen_of(standing)}
        super().__init__(*args, **kwargs)

    def clean_seen(self) -> str | None:
        return self.cleaned_data["seen"] or None


class AdviceFilter(Narrowing):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any")), *Advice.Kind.choices])
    end = forms.ChoiceField(
        label=_("What became of it"), required=False, choices=[("", _("Anything")), *END_WORDS.items()]
    )
    q = forms.CharField(
        label=_("Bet, person or words"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )  # fmt: skip
