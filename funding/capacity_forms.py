"""Shape of a team's capacity as finance and product operations type it in."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.rules_capacity import MOST_WEEKS
from lib.seen import seen_of
from org.models import Team
from org.rules import ACTS, Powers


def _day(label: Any, missing: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, error_messages={"required": missing},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip


class CapacityForm(forms.Form):
    """Plans the capacity of a team, or changes the one that `standing` describes; the team is asked for once."""

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), to_field_name="key", empty_label=_("Choose"),
        error_messages={"required": _("Choose a team.")},
    )  # fmt: skip
    weeks = forms.DecimalField(
        label=_("Weeks"), min_value=0, max_value=MOST_WEEKS, decimal_places=1, localize=True,
        help_text=_("Weeks of the whole team between these days, without holidays and support."),
        error_messages={"required": _("Say how many weeks the team has.")},
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    starts_on = _day(_("First day"), _("Say on which day it starts."))
    ends_on = _day(_("Last day"), _("Say on which day it ends."))
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, powers: Powers, standing: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        if standing is not None:
            kwargs["initial"] = {**standing, "seen": seen_of(standing)}
        super().__init__(*args, **kwargs)
        del self.fields["seen" if standing is None else "team"]
        if standing is None:
            plans, teams = powers.domains(ACTS["plan_capacity"]), Team.objects.all()
            field: Any = self.fields["team"]
            field.queryset = teams if plans is None else teams.filter(domain__in=plans)
