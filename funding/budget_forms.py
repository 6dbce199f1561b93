"""Shape of a budget as finance types it in; what was read when a form was filled is in `seen`."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from funding.models import Budget, Ledger, Treatment
from lib.seen import seen_of
from org.models import Domain, Team
from org.rules import ACTS, Powers


def _text(label: Any, most: int, help_text: Any = "", missing: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=bool(missing), help_text=help_text,
        error_messages={"required": missing} if missing else {},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def _date(label: Any, missing: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, error_messages={"required": missing},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip


class KeptForm(forms.Form):
    """What can be changed of a budget at any time."""

    name = _text(_("Name"), 120, missing=_("Give the budget a name."))
    warn_percent = forms.IntegerField(
        label=_("Warn from this share on"), min_value=1, max_value=100, initial=80,
        help_text=_("Percent of the current budget that is used. Nothing beyond 100 percent is ever posted."),
        error_messages={"required": _("Say from which share on people are warned.")},
    )  # fmt: skip
    year_end = forms.ChoiceField(
        label=_("When its year ends"), choices=Budget.YearEnd.choices, initial=Budget.YearEnd.ROLL,
        help_text=_("What becomes of money that is committed and not released then. Finance carries it out."),
        error_messages={"required": _("Say what becomes of committed money when its year ends.")},
    )  # fmt: skip
    treatment = forms.ChoiceField(label=_("Booked as"), choices=Treatment.choices)
    cost_centre = _text(_("Cost centre"), 40, _("Stands on every line of a request that leaves it empty."))
    erp_account = _text(_("ERP account"), 40)


class ChangeBudgetForm(KeptForm):
    """Filled with what stands there."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, standing: Mapping[str, Any], **kwargs: Any) -> None:
        kwargs["initial"] = {**standing, "seen": seen_of(standing)}
        super().__init__(*args, **kwargs)


class EndYearForm(forms.Form):
    """What finance says when the year of a budget ends. `key` is made with the form, so that sending it twice does it
    once; `seen` is what was committed when the page was opened."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Open this page again.")})
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    successor = forms.ModelChoiceField(
        label=_("Rolls forward into"), queryset=Budget.objects.none(), empty_label=_("Choose a budget"),
        error_messages={"required": _("Choose into which budget it rolls forward.")},
    )  # fmt: skip
    because = forms.CharField(
        label=_("Why, in your words"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept with all that is booked."), error_messages={"required": _("Say why.")},
    )  # fmt: skip

    def __init__(self, successors: "QuerySet[Budget] | None", seen: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"key": uuid4(), "seen": seen}
        if successors is None:
            del self.fields["successor"]
        else:
            self.fields["successor"].queryset = successors  # type: ignore[attr-defined]
            self.initial["successor"] = successors.first()


class OpenBudgetForm(KeptForm):
    """A budget without money in it, of a domain in which this person keeps budgets."""

    ledger = forms.ModelChoiceField(
        label=_("Ledger"), queryset=Ledger.objects.none(), to_field_name="code", empty_label=None,
        help_text=_("The books of one legal entity in one currency."),
        error_messages={"required": _("Choose a ledger.")},
    )  # fmt: skip
    code = _text(_("Code"), 40, _("Stands in files and exports, and never changes."), _("Enter a code."))
    domain = forms.ModelChoiceField(
        label=_("Domain"), queryset=Domain.objects.none(), to_field_name="key", empty_label=_("Choose"),
        error_messages={"required": _("Choose a domain.")},
    )  # fmt: skip
    funding_class = forms.ChoiceField(label=_("Funding class"), choices=Budget.FundingClass.choices, initial="bet")
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), to_field_name="key", required=False, empty_label=_("None"),
        help_text=_("For durable team funding only: bets that start or stop do not touch it."),
    )  # fmt: skip
    starts_on = _date(_("First day"), _("Say on which day it starts."))
    ends_on = _date(_("Last day"), _("Say on which day it ends."))
    field_order = [
        "name", "code", "domain", "funding_class", "team", "ledger", "starts_on", "ends_on", "warn_percent",
        "year_end", "treatment", "cost_centre", "erp_account",
    ]  # fmt: skip

    def __init__(self, powers: Powers, day: date, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"starts_on": date(day.year, 1, 1), "ends_on": date(day.year, 12, 31)}
        super().__init__(*args, **kwargs)
        keeps = powers.domains(ACTS["keep_budgets"])
        domains, teams = Domain.objects.all(), Team.objects.all()
        fields: Any = self.fields
        fields["domain"].queryset = domains if keeps is None else domains.filter(pk__in=keeps)
        fields["team"].queryset = teams if keeps is None else teams.filter(domain__in=keeps)
        fields["ledger"].queryset = Ledger.objects.all()
