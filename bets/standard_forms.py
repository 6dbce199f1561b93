"""Shape of the standards as product operations type them in; what was read when a form was filled is in `seen`."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bets.models import Bet
from bets.rules_standards import DAYS_AT_MOST, PROMPTS
from lib.money_field import MoneyField, count_in
from lib.seen import seen_of

STRENGTHS = [
    (0, _("0 · none")), (1, _("1 · opinion")), (2, _("2 · anecdote")), (3, _("3 · market data")),
    (4, _("4 · user behaviour")), (5, _("5 · controlled test or launch data")),
]  # fmt: skip
AREA = {"rows": 3}


def _prompt(name: str, label: Any, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs=AREA if PROMPTS[name] > 300 else {"rows": 2})
    return forms.CharField(label=label, help_text=help_text, max_length=PROMPTS[name], required=False, widget=area)


class StandardForm(forms.Form):
    """Adds a standard, or changes the one that `standing` describes; the key is asked for once."""

    key = forms.SlugField(
        label=_("Key"), max_length=40, help_text=_("Stands in addresses and files, and never changes."),
        error_messages={"required": _("Enter a key.")}, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    once: tuple[str, ...] = ("key",)  # fields that are asked for when it is added, and never again

    def __init__(
        self, *args: Any, standing: Mapping[str, Any] | None = None, currency: str = "", **kwargs: Any
    ) -> None:
        if standing is not None:
            kwargs["initial"] = self.filled(standing) | {"seen": seen_of(standing)}
        super().__init__(*args, **kwargs)
        for name in ("seen",) if standing is None else self.once:
            self.fields.pop(name, None)
        typed = self["currency"].value() if "currency" in self.fields else currency
        count_in(self, str(typed or "").strip().upper())

    def filled(self, standing: Mapping[str, Any]) -> dict[str, Any]:
        """What stands there, as the fields show it."""
        return dict(standing)


class KindForm(StandardForm):
    name = forms.CharField(label=_("Name"), max_length=80, error_messages={"required": _("Enter a name.")})
    what = forms.CharField(
        label=_("What belongs to it"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    cap = forms.TypedChoiceField(
        label=_("Most strength"), choices=STRENGTHS, coerce=int, initial=2,
        help_text=_("Evidence of this kind is never stronger, however well it was gathered."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=_("In use"), required=False, initial=True,
        help_text=_("A kind that is retired cannot be chosen any more; evidence that has it keeps it."),
    )  # fmt: skip
    field_order = ["name", "key"]


class TemplateForm(StandardForm):
    name = forms.CharField(
        label=_("Kind of bet"), max_length=80, error_messages={"required": _("Enter a name.")},
        help_text=_("What whoever states a bet chooses by."),
    )  # fmt: skip
    guidance = _prompt("guidance", _("Guidance"), _("For which bets, and what to mind."))
    stage = forms.ChoiceField(label=_("Stage"), choices=Bet.Stage.choices)
    horizon = forms.TypedChoiceField(label=_("Horizon"), choices=Bet.Horizon.choices, coerce=int, initial=1)
    change = _prompt("change", _("Prompt: what changes"), _("Shown in the form where the hypothesis is written."))
    whom = _prompt("whom", _("Prompt: for whom"))
    result = _prompt("result", _("Prompt: with which outcome"))
    reason = _prompt("reason", _("Prompt: because of what"))
    premortem = _prompt("premortem", _("Prompt: premortem"), _("Questions that lead through it."))
    assumptions = forms.CharField(
        label=_("First assumptions"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("One on each line."),
    )  # fmt: skip
    tranches = forms.CharField(
        label=_("First tranches"), required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line: its purpose, an upright stroke, its gate. For example: Build it | Ten pay."),
    )  # fmt: skip
    is_active = forms.BooleanField(
        label=_("In use"), required=False, initial=True,
        help_text=_("A template that is retired cannot be chosen any more; bets that began with it stay as they are."),
    )  # fmt: skip
    field_order = ["name", "key"]

    def filled(self, standing: Mapping[str, Any]) -> dict[str, Any]:
        rows = [" | ".join(row) for row in standing["tranches"]]
        return {**standing, "assumptions": "\n".join(standing["assumptions"]), "tranches": "\n".join(rows)}

    def clean_assumptions(self) -> list[str]:
        return _lines(self.cleaned_data["assumptions"])

    def clean_tranches(self) -> list[list[str]]:
        return [_pair(line) for line in _lines(self.cleaned_data["tranches"])]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pair(line: str) -> list[str]:
    purpose, stroke, gate = (part.strip() for part in line.partition("|"))
    if not (purpose and stroke and gate):
        raise ValidationError(
            _now("“%(line)s” lacks a purpose or a gate: write both, with an upright stroke | between them.")
            % {"line": line[:80]}
        )
    return [purpose, gate]


class _CurrencyField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Currency"), max_length=3, min_length=3, help_text=_("Three letters, like EUR."),
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        )  # fmt: skip

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).upper()


class AllowanceForm(StandardForm):
    key = None  # type: ignore[assignment]  # as Django wants it: the field is gone
    once = ("currency",)
    currency = _CurrencyField()
    amount = MoneyField(
        label=_("Most that it may cost"), help_text=_("What the tranches of such a bet may add up to."),
        error_messages={"required": _("Enter an amount.")},
    )  # fmt: skip
    days = forms.IntegerField(
        label=_("Most days"), min_value=1, max_value=DAYS_AT_MOST, initial=90,
        help_text=_("Until the last thing that it is to find out is due."),
    )  # fmt: skip
    cap = forms.TypedChoiceField(
        label=_("Most strength"), choices=STRENGTHS[1:], coerce=int, initial=2,
        help_text=_("What is learnt without a series is never stronger evidence than this."),
    )  # fmt: skip


class GoalForm(StandardForm):
    name = forms.CharField(label=_("Goal"), max_length=160, error_messages={"required": _("Enter a goal.")})
    measure = forms.CharField(
        label=_("Measure"), max_length=200, error_messages={"required": _("Enter a measure.")},
        help_text=_("From where to where: renewals from 83 % to 87 %."),
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("Due on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("A goal is open until this day; a day that has passed ends it."),
        error_messages={"required": _("Enter a date.")},
    )  # fmt: skip
    field_order = ["name", "key"]


class RateForm(StandardForm):
    key = None  # type: ignore[assignment]  # as Django wants it: the field is gone
    once = ()
    amount = MoneyField(
        label=_("Cost of the team for a week"), required=False,
        help_text=_("With everything: pay, places, tools. Empty when it is not known."),
    )  # fmt: skip
    currency = _CurrencyField()
