"""Shape of a definition as product operations type it in."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lib.seen import seen_of
from metrics.definition import fields_of
from metrics.forms import NumberField
from metrics.models import Metric
from metrics.rules import SETTLES_WITHIN
from org.models import Person


class DefinitionForm(forms.Form):
    """A metric of the standard; what is asked for beside it stands in the forms below."""

    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Enter a name.")})
    metric_class = forms.ChoiceField(
        label=_("Class"), choices=Metric.Class.choices,
        help_text=_("What it is a measure of. On time, on budget, velocity and milestones are measures of delivery."),
    )  # fmt: skip
    area = forms.ChoiceField(
        label=_("Key value area"), choices=Metric.Area.choices, required=False,
        help_text=_("Which question of value it helps to answer."),
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody yet"),
        help_text=_("Who answers for the definition."),
    )  # fmt: skip
    counts = forms.CharField(
        label=_("What counts and what does not"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("So that two people who count would come to the same number."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=Metric.Kind.choices)
    direction = forms.ChoiceField(label=_("Direction"), choices=Metric.Direction.choices)
    unit = forms.CharField(
        label=_("Unit"), max_length=20, required=False, help_text=_("Shown after the number: %, €, minutes.")
    )
    cap = NumberField(
        required=False, label=_("Upper limit of one value"),
        help_text=_("Of a mean only: larger values count as this one. Without it a skewed mean cannot be judged."),
    )  # fmt: skip
    settle_days = forms.IntegerField(
        label=_("Days until final"), min_value=0, max_value=SETTLES_WITHIN, initial=0,
        help_text=_("Days until a period's value no longer changes."),
    )  # fmt: skip

    def __init__(self, *args: Any, metric: Metric | None = None, **kwargs: Any) -> None:
        if metric is not None:
            kwargs["initial"] = fields_of(metric) | {"seen": seen_of(fields_of(metric))}
        super().__init__(*args, **kwargs)
        may_own = Q(is_active=True, grants__isnull=False) | Q(pk=metric.owner_id if metric else None)
        owners = Person.objects.filter(may_own).distinct().order_by("name", "pk")
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]


class RegisterMetricForm(DefinitionForm):
    key = forms.SlugField(
        label=_("Key"), max_length=60, help_text=_("Stands in addresses and files, and never changes."),
        error_messages={"required": _("Enter a key.")}, widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    field_order = ["name", "key"]


class ChangeMetricForm(DefinitionForm):
    reason = forms.CharField(
        label=_("Why it changes"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Every outcome that is measured by it shows the change with this reason."),
        error_messages={"required": _("Say why it changes.")},
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
