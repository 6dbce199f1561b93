"""What the gate of a tranche needs, as people choose it; and the tranche itself once its bet is no draft any more."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bets.actions import Criterion
from bets.finding_words import NAMES
from bets.models import GateCriterion, Outcome
from funding.grounds import figure
from lib.money_field import MoneyField

Kind, Wanted = GateCriterion.Kind, GateCriterion.Wanted
NOTHING = ("", _("Nothing"))


class GateForm(forms.Form):
    """One choice for each outcome, one for the strength of evidence, one for the decision.

    What the form has no field for (the strength of evidence on one outcome, which programs ask for) stays as it is.
    """

    strength = forms.TypedChoiceField(
        label=_("Confirmed evidence"), required=False, coerce=int, empty_value=None,
        choices=[NOTHING, *((number, _("At least %(level)s") % {"level": f"{number} ({NAMES[number]})"})
                            for number in range(1, 6))],
    )  # fmt: skip
    decision = forms.ChoiceField(
        label=_("Decision on the bet"), required=False,
        choices=[NOTHING, (Wanted.PERSIST, _("To persist, or to fund")), (Wanted.FUND, _("To fund"))],
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, outcomes: Sequence[Outcome], criteria: Sequence[GateCriterion], typed: Any, stands: Mapping[str, Any]
    ) -> None:
        super().__init__(typed, initial=_initial(criteria) | dict(stands))
        self.outcomes, self.others = outcomes, [one for one in criteria if _is_other(one)]
        for one in outcomes:
            self.fields[f"outcome_{one.number}"] = _choice(one)
        self.order_fields([*(f"outcome_{one.number}" for one in outcomes), "strength", "decision"])

    def criteria_fields(self) -> list[forms.BoundField]:
        return [self[f"outcome_{one.number}"] for one in self.outcomes] + [self["strength"], self["decision"]]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        found = [
            Criterion(Kind.OUTCOME, one, wanted)
            for one in self.outcomes if (wanted := typed.pop(f"outcome_{one.number}", ""))
        ]  # fmt: skip
        if strength := typed.pop("strength", None):
            found.append(Criterion(Kind.STRENGTH, strength=strength))
        if decision := typed.pop("decision", ""):
            found.append(Criterion(Kind.DECISION, wanted=decision))
        found += [Criterion(one.kind, one.outcome, one.wanted, one.strength) for one in self.others]
        return typed | {"criteria": found}


class RevisionForm(GateForm):
    """The same, with the plan itself and why it changes."""

    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Say how much it is.")})
    purpose = forms.CharField(
        label=_("What it is for"), max_length=200, error_messages={"required": _("Say what the tranche is for.")},
    )  # fmt: skip
    gate = forms.CharField(
        label=_("Gate, in words"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say what evidence releases it.")},
    )  # fmt: skip
    planned_on = forms.DateField(
        label=_("Planned on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Say on which day it is planned.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why it changes"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Requests for this tranche that still wait are void then: they asked for another plan."),
        error_messages={"required": _("Say why the tranche is revised.")},
    )  # fmt: skip


def _choice(one: Outcome) -> forms.ChoiceField:
    parts = {"number": one.number, "metric": one.series.metric.name}
    return forms.ChoiceField(
        label=_now("Outcome %(number)s: %(metric)s") % parts, required=False,
        choices=[
            NOTHING,
            (Wanted.TARGET, _now("At its target of %(mark)s") % {"mark": figure(one, one.target)}),
            (Wanted.ALIVE, _now("Clear of its kill line %(mark)s") % {"mark": figure(one, one.kill_line)}),
            (Wanted.READ, _now("Read, whatever it says")),
        ],
    )  # fmt: skip


def _is_other(one: GateCriterion) -> bool:
    return one.kind == Kind.STRENGTH and one.outcome is not None


def _initial(criteria: Sequence[GateCriterion]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in criteria:
        if one.kind == Kind.OUTCOME and one.outcome is not None:
            found[f"outcome_{one.outcome.number}"] = one.wanted
        elif one.kind == Kind.STRENGTH and one.outcome is None:
            found["strength"] = one.strength
        elif one.kind == Kind.DECISION:
            found["decision"] = one.wanted
    return found
