"""Shape of authority as an admin types it in, of a delegation by whoever is away, and of “Who could approve this?”."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from funding.guardrail_forms import currencies
from funding.ledger_forms import day_field
from funding.models import FundingRequest
from funding.rules_authority import APPROVERS, NOTE_AT_MOST
from lib.money_field import MoneyField, count_in
from org.models import Domain, Person, Role
from org.rules import ACTS, Powers

APPROVING = [(role.value, role.label) for role in Role if role.value in ACTS["approve_money"]]
KINDS = FundingRequest.Kind.choices


def approving_people() -> Any:
    """Active people in a role that approves money, by name."""
    found = Person.objects.filter(is_active=True, grants__role__in=ACTS["approve_money"])
    return found.distinct().order_by("name", "pk")


def _where() -> Any:
    return forms.ModelChoiceField(
        label=_("Where it holds"), queryset=Domain.objects.none(), required=False, empty_label=_("Everywhere"),
        help_text=_("In a domain and all those below it."),
    )  # fmt: skip


def _kind(**options: Any) -> Any:
    return forms.ChoiceField(label=_("Kind of request"), choices=KINDS, **options)


def _from(label: Any) -> MoneyField:
    return MoneyField(
        label=label, help_text=_("Of all that the bet has been given, with what is asked for. 0: from the first on."),
        error_messages={"required": _("Say from which amount on.")},
    )  # fmt: skip


class AuthorityForm(forms.Form):
    """What they share: currencies in which there are books, and domains that this person says something of."""

    kind_of = ""
    act = "keep_authority"

    def __init__(self, *args: Any, powers: Powers, person: Person, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        codes = currencies()
        fields["currency"].choices = [(code, code) for code in codes]
        domains = powers.domains(ACTS[self.act])
        if "domain" in fields:
            every = Domain.objects.all()
            fields["domain"].queryset = every if domains is None else every.filter(pk__in=domains)
            if domains:
                fields["domain"].required, fields["domain"].empty_label = True, _("Choose")
        self.suit(fields, person, powers, today)
        typed = self.data.get("currency") or self.initial.get("currency")
        count_in(self, typed if typed in codes else (codes or [""])[0])

    def suit(self, fields: Any, person: Person, powers: Powers, today: date) -> None:
        """What else follows from who fills it in, and when."""

    def kept(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed, as the action takes it."""
        return dict(typed)


class LimitForm(AuthorityForm):
    kind_of = "limit"
    holder = forms.ChoiceField(
        label=_("Who approves"), help_text=_("A role, or one person who approves money."),
        error_messages={"required": _("Choose a role or a person.")},
    )  # fmt: skip
    kind = _kind()
    domain = _where()
    currency = forms.ChoiceField(label=_("Currency"), help_text=_("It says nothing of other currencies."))
    max_amount = MoneyField(
        label=_("Up to"), help_text=_("A level above often reaches about ten times as far."),
        error_messages={"required": _("Say up to which amount.")},
    )  # fmt: skip
    valid_from = day_field(_("First day"), error_messages={"required": _("Say from when on it holds.")})
    valid_to = day_field(_("Last day"), required=False, help_text=_("Empty: until somebody ends it."))
    field_order = ["holder", "kind", "currency", "max_amount", "valid_from", "valid_to", "domain"]

    def suit(self, fields: Any, person: Person, powers: Powers, today: date) -> None:
        roles = [(f"role:{role}", label) for role, label in APPROVING]
        people = [(f"person:{one.pk}", str(one)) for one in approving_people().exclude(pk=person.pk)]
        fields["holder"].choices = [("", _("Choose")), (_("Roles"), roles), (_("People"), people)]
        fields["valid_from"].initial = today

    def kept(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        which, _colon, key = typed["holder"].partition(":")
        holder = {"role": key} if which == "role" else {"person": Person.objects.get(pk=key)}
        return {name: value for name, value in typed.items() if name != "holder"} | holder


class ThresholdForm(AuthorityForm):
    kind_of = "threshold"
    kind = _kind()
    domain = _where()
    currency = forms.ChoiceField(label=_("Currency"))
    from_amount = _from(_("From"))
    approvers = forms.TypedChoiceField(
        label=_("How many approve"), coerce=int,
        choices=[(number, str(number)) for number in range(APPROVERS[0], APPROVERS[1] + 1)],
        help_text=_("Different people. Below the amount one is enough."),
    )  # fmt: skip


class SignOffForm(AuthorityForm):
    kind_of = "sign-off"
    key = forms.CharField(
        label=_("Short name"), max_length=40, help_text=_("Small letters, digits and dashes, like personal-data."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}), error_messages={"required": _("Give it a short name.")},
    )  # fmt: skip
    role = forms.ChoiceField(label=_("One of these has to be among the approvers"), choices=APPROVING)
    question = forms.CharField(
        label=_("Question"), required=False, max_length=200,
        help_text=_("Whoever asks for money answers it; with yes, the sign-off is needed. Empty: it is needed always."),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("Kind of request"), required=False, choices=[("", _("Every kind")), *KINDS]
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"))
    from_amount = _from(_("From"))


class DelegationForm(AuthorityForm):
    kind_of, act = "delegation", "delegate_authority"
    giver = forms.ModelChoiceField(
        label=_("Who is away"), queryset=Person.objects.none(), required=False, empty_label=_("I am"),
        help_text=_("An admin delegates for somebody who can no longer do it."),
    )  # fmt: skip
    taker = forms.ModelChoiceField(
        label=_("Who approves meanwhile"), queryset=Person.objects.none(), empty_label=_("Choose"),
        help_text=_("They approve in your name, and say so. They cannot pass it on."),
        error_messages={"required": _("Choose a person.")},
    )  # fmt: skip
    starts_on = day_field(_("First day"), error_messages={"required": _("Say from when on.")})
    ends_on = day_field(
        _("Last day"), help_text=_("At most 92 days."), error_messages={"required": _("Say until when.")}
    )
    currency = forms.ChoiceField(label=_("Currency"))
    max_amount = MoneyField(
        label=_("Up to"), help_text=_("No further than the limit of who is away; less is often enough."),
        error_messages={"required": _("Say up to which amount.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE_AT_MOST, help_text=_("For others to read: “On leave”.")
    )
    field_order = ["giver", "taker", "note", "starts_on", "ends_on", "currency", "max_amount"]

    def suit(self, fields: Any, person: Person, powers: Powers, today: date) -> None:
        fields["taker"].queryset = approving_people().exclude(pk=person.pk)
        fields["starts_on"].initial = today
        if powers.domains(ACTS["keep_authority"]) is None:
            fields["giver"].queryset = approving_people().exclude(pk=person.pk)
        else:
            del fields["giver"]


class WhoMayForm(AuthorityForm):
    """Asks who could approve a request; it changes nothing."""

    act = "see_money"
    kind = _kind()
    domain = forms.ModelChoiceField(
        label=_("Domain"), queryset=Domain.objects.none(), empty_label=_("Choose"),
        error_messages={"required": _("Choose a domain.")},
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"))
    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Say how much.")})


FORMS: dict[str, type[AuthorityForm]] = {
    form.kind_of: form for form in (LimitForm, ThresholdForm, SignOffForm, DelegationForm)
}
