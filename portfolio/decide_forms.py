"""Shape of what people type in when they decide on a bet, or read a near miss a second time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bets.models import Bet, Decision, SecondReading
from lib.money_field import MoneyField
from portfolio.decide_money import DecidingMoney

MEANINGS = {
    Decision.Kind.FUND: _("Start it, or give it more: the next tranche may be asked for."),
    Decision.Kind.PERSIST: _("Go on as planned, whatever is flagged."),
    Decision.Kind.PIVOT: _("Go another way: the bet is held until its hypothesis is written anew."),
    Decision.Kind.CEASE: _("End it. Only a reversal of this decision brings it back."),
    Decision.Kind.DEFER: _("Decide later, on the day below; until then nothing changes."),
}
BRINGS_BACK = {Decision.Kind.FUND, Decision.Kind.PERSIST}
AREA = {"rows": 4}


class KeyedRadios(forms.RadioSelect):
    """Each choice with the single key that chooses it, by its value."""

    keys: Mapping[str, str] = MappingProxyType({})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if key := self.keys.get(str(value)):
            option["key"], option["attrs"]["data-key"] = key, key
        return option


class DecideForm(forms.Form):
    """A decision; of a ceased bet only what brings it back."""

    kind = forms.ChoiceField(
        label=_("Decision"), widget=KeyedRadios, choices=Decision.Kind.choices,
        error_messages={"required": _("Choose what is decided.")},
    )  # fmt: skip
    rationale = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea(attrs=AREA),
        help_text=_("Your reason, for whoever reads it in a year. It is kept for ever."),
        error_messages={"required": _("Say why.")},
    )  # fmt: skip
    would_change = forms.CharField(
        label=_("What evidence would change it"), max_length=1000, widget=forms.Textarea(attrs=AREA | {"rows": 2}),
        help_text=_("What you would have to see to decide differently."),
        error_messages={"required": _("Say what evidence would change it.")},
    )  # fmt: skip
    look_again_on = forms.DateField(
        label=_("Look again on"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Until then the same evidence is not raised anew. A cease needs no such day."),
    )  # fmt: skip

    wind_down = MoneyField(
        label=_("Set aside to wind it down"), required=False,
        help_text=_("What it costs to end it in order. All the rest returns at once; empty: all of it does."),
    )  # fmt: skip

    def __init__(self, state: str, money: DecidingMoney | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["wind_down"].currency = money.currency if money else ""  # type: ignore[attr-defined]
        if money is None or not money.there:
            del self.fields["wind_down"]
        elif not self.is_bound:
            self.initial["wind_down"] = money.default
        choices = [one for one in Decision.Kind.choices if state != Bet.State.CEASED or one[0] in BRINGS_BACK]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is to be set aside counts for a cease only; what stands in its field otherwise is no error."""
        typed = super().clean() or {}
        if typed.get("kind") != Decision.Kind.CEASE:
            self.errors.pop("wind_down", None)
            typed.pop("wind_down", None)
        elif "wind_down" in self.fields and "wind_down" not in self.errors:
            typed["wind_down"] = typed.get("wind_down") or 0
        return typed

    @property
    def wanted(self) -> int | None:
        """What somebody wants to set aside; None as long as nobody has said so."""
        return self.cleaned_data.get("wind_down") if self.is_bound else None

    def kinds(self) -> list[tuple[Any, str]]:
        """Each choice with what it means."""
        return [(radio, str(MEANINGS[Decision.Kind(radio.data["value"])])) for radio in self["kind"]]


class SecondReadingForm(forms.Form):
    """What the independent reader of a near miss found."""

    finding = forms.ChoiceField(
        label=_("What you found"), widget=forms.RadioSelect, choices=SecondReading.Finding.choices,
        error_messages={"required": _("Choose what you found.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("What you looked at, and why"), max_length=1000, widget=forms.Textarea(attrs=AREA),
        help_text=_("Data, periods, segments, what happened in those weeks. It is kept for ever."),
        error_messages={"required": _("Say what you looked at.")},
    )  # fmt: skip
