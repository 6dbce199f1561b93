"""Shape of what people type in on pages of the books."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.models import Transfer
from funding.rules_periods import BECAUSE_AT_MOST, DOCUMENT_AT_MOST, ENTITY_AT_MOST, FIRST_YEAR, LAST_YEAR
from org.models import Person

GRAINS = [("quarter", _("Four quarters")), ("month", _("Twelve months"))]
MONTHS = [
    (1, _("January")), (2, _("February")), (3, _("March")), (4, _("April")), (5, _("May")), (6, _("June")),
    (7, _("July")), (8, _("August")), (9, _("September")), (10, _("October")), (11, _("November")),
    (12, _("December")),
]  # fmt: skip


def day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class Narrowing(forms.Form):
    """A list is narrowed by it. What means nothing is left out."""

    @property
    def asked(self) -> dict[str, Any]:
        """What was understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class StatementFilter(Narrowing):
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any")), *Transfer.Kind.choices])
    period = forms.ChoiceField(label=_("Period"), required=False)
    account = forms.CharField(label=_("Account"), required=False, max_length=120)
    q = forms.CharField(
        label=_("Document, memo or number"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, periods: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [("", _("Any")), *((code, code) for code in periods)]
        self.fields["period"].choices = codes  # type: ignore[attr-defined]


class LedgerForm(forms.Form):
    legal_entity = forms.CharField(label=_("Legal entity"), max_length=ENTITY_AT_MOST)
    currency = forms.CharField(
        label=_("Currency"), max_length=3,
        help_text=_("Three letters, like EUR. A second currency of the same entity is a ledger of its own."),
    )  # fmt: skip
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Small letters, digits and dashes, like northwind-eur; it stays.")
    )

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()


class YearForm(forms.Form):
    year = forms.IntegerField(
        label=_("Year in which it begins"), min_value=FIRST_YEAR, max_value=LAST_YEAR - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    first_month = forms.TypedChoiceField(label=_("First month"), choices=MONTHS, coerce=int)
    grain = forms.ChoiceField(label=_("Cut into"), choices=GRAINS)


class PeriodForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=20, help_text=_("Like 2027-Q1; it stays."))
    starts_on = day_field(_("First day"))
    ends_on = day_field(_("Last day"))


class CloseForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReopenForm(CloseForm):
    because = forms.CharField(
        label=_("Why it is reopened"), max_length=BECAUSE_AT_MOST, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReverseForm(forms.Form):
    """`key` makes sure that what is sent twice is posted once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    document = forms.CharField(
        label=_("Document"), max_length=DOCUMENT_AT_MOST,
        help_text=_("What asks for the reversal: a mail, a ticket, an invoice."),
    )  # fmt: skip
    memo = forms.CharField(
        label=_("What was wrong"), max_length=BECAUSE_AT_MOST, widget=forms.Textarea(attrs={"rows": 3})
    )
    effective_date = day_field(_("Day"), help_text=_("A day of an open period; the transfer itself stays where it is."))


class Recorded(forms.Select):
    """Chooses among what records are called: they keep their language, whatever that of the reader is."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= {"lang": "en"} if value else {}
        return option


class AuditFilter(Narrowing):
    kind = forms.ChoiceField(label=_("What happened"), required=False)
    person: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label=_("Person"), required=False, queryset=Person.objects.none(), empty_label=_("Anybody")
    )
    since = day_field(_("From"), required=False)
    until = day_field(_("Until"), required=False)

    def __init__(self, *args: Any, kinds: Iterable[str], people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].widget = Recorded()
        said = [("", _("Anything")), *((kind, kind.capitalize()) for kind in kinds)]
        self.fields["kind"].choices = said  # type: ignore[attr-defined]
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
