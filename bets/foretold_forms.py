"""Shape of what people type in when they foretell, say a gate, mark a release or say what came of a bet."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lib.money_field import MoneyField, count_in


class ForecastForm(forms.Form):
    """One probability, in whole or half per cent."""

    percent = forms.DecimalField(
        label=_("How likely, in per cent"), min_value=0, max_value=100, max_digits=4, decimal_places=1,
        widget=forms.NumberInput(attrs={"step": "0.5", "inputmode": "decimal", "data-range": True}),
        error_messages={
            "required": _("Say how likely it is."), "invalid": _("Enter a number from 0 to 100."),
            "max_digits": _("State whole or half per cent, from 0 to 100."),
            "max_decimal_places": _("State whole or half per cent."),
            "max_whole_digits": _("State whole or half per cent, from 0 to 100."),
        },
    )  # fmt: skip
    note = forms.CharField(
        label=_("Why, in a few words"), required=False, max_length=300,
        help_text=_("What would change your mind. You may leave it out."),
    )  # fmt: skip


class GateForm(forms.Form):
    met = forms.TypedChoiceField(
        label=_("Was the gate met"), widget=forms.RadioSelect, choices=[("yes", _("Met")), ("no", _("Not met"))],
        coerce=lambda typed: typed == "yes", error_messages={"required": _("Say whether it was met.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("What you looked at, and why"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It is said once, and kept for ever."),
        error_messages={"required": _("Say what you looked at.")},
    )  # fmt: skip


class ReleaseForm(forms.Form):
    name = forms.CharField(
        label=_("What shipped"), max_length=160, error_messages={"required": _("Name what shipped.")}
    )
    shipped_on = forms.DateField(
        label=_("On"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Say on which day it shipped.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("For whom, or what to mind"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    url = forms.CharField(
        label=_("Where to read more"), required=False, max_length=500, widget=forms.URLInput(),
        help_text=_("An address of your own, such as a page on the release."),
    )  # fmt: skip


class ValueForm(forms.Form):
    """What a bet brought in one month; `seen` is the latest amount that stood beside the form."""

    month = forms.DateField(
        label=_("Month"), input_formats=["%Y-%m", "%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month", "placeholder": "2026-09"}),
        error_messages={"required": _("Say which month."), "invalid": _("Enter a month such as 2026-09.")},
    )  # fmt: skip
    amount = MoneyField(
        signed=True, help_text=_("Less than nothing when the bet cost more than it brought."),
        error_messages={"required": _("Enter the amount.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("What it rests on"), max_length=300,
        help_text=_("Where the amount comes from, by which conversion."),
        error_messages={"required": _("Say what the amount rests on.")},
    )  # fmt: skip
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput())

    def __init__(self, currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Amount in %(currency)s") % {"currency": currency}
        count_in(self, currency)

    def clean_month(self) -> date:
        month: date = self.cleaned_data["month"]
        return month.replace(day=1)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        typed["seen"] = typed.get("seen") or 0
        return typed
