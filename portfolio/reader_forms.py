"""Shape of what people choose when they name another reader of a near miss."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bets.actions import reader_of
from bets.models import Flag
from bets.rules_reader import near_miss_refusals
from lib.seen import seen_of
from org.models import Person
from org.visibility import powers_of
from portfolio.readers import EVERYWHERE, readers


class ReaderForm(forms.Form):
    """Another reader of a near miss, and until when; `seen` is who was named when the form was filled."""

    reader: "forms.ModelChoiceField[Person]" = forms.ModelChoiceField(
        label=_("Who reads it"), queryset=Person.objects.none(),
        error_messages={"required": _("Choose who reads it."), "invalid_choice": _("Choose one of these people.")},
    )  # fmt: skip
    read_by = forms.DateField(
        label=_("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Say until when.")},
    )  # fmt: skip
    seen = forms.CharField(max_length=80, widget=forms.HiddenInput)

    def __init__(self, flag: Flag, *args: Any, **kwargs: Any) -> None:
        named = {"reader": flag.reader_id, "read_by": flag.read_by, "seen": seen_of(reader_of(flag))}
        super().__init__(*args, **(kwargs | {"initial": named}))
        able = [
            person.pk for person, domains in readers().people
            if person.pk != flag.bet.lead_id and (EVERYWHERE in domains or flag.bet.domain_id in domains)
        ]  # fmt: skip
        people = Person.objects.filter(pk__in=able).order_by("name", "pk")
        self.fields["reader"].queryset = people  # type: ignore[attr-defined]


def reader_form_for(flag: Flag, person: Person) -> ReaderForm | None:
    """The form for somebody who may name another reader of this flag; None for everybody else."""
    may = powers_of(person).may("name_reader", flag.bet.domain_id) and person.pk != flag.bet.lead_id
    is_read = hasattr(flag, "second_reading")
    refused = list(near_miss_refusals(flag.kind, is_open=flag.cleared_on is None, is_read=is_read))
    return ReaderForm(flag) if may and not refused else None
