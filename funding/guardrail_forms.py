"""Shape of a guardrail as finance and product operations type it in: one form for each kind, so that nobody is asked
for what does not belong to it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bets.models import Bet
from funding.models import Budget, Guardrail, Ledger
from lib.money_field import MoneyField, count_in
from lib.seen import seen_of
from org.models import Domain, Team
from org.rules import ACTS, Powers

BETS_AT_MOST = 100_000


class GuardrailForm(forms.Form):
    """Adds a guardrail, or changes the one that `standing` describes; its currency is asked for once."""

    kind = ""
    name = forms.CharField(
        label=_("Name"), max_length=120, error_messages={"required": _("Give the guardrail a name.")},
        help_text=_("People read it when it stops them: “Not all for today”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    buffer = forms.IntegerField(
        label=_("Warn this near to a limit"), min_value=0, max_value=100, initial=10,
        help_text=_("Percent of the limit. Within it people are warned; beyond the limit they are stopped."),
        error_messages={"required": _("Say how near to a limit people are warned.")},
    )  # fmt: skip
    currency = forms.ChoiceField(
        label=_("Currency"), help_text=_("It counts the budgets of this currency, and no others.")
    )
    is_active = forms.BooleanField(
        label=_("In use"), required=False, initial=True,
        help_text=_("A guardrail that is not in use stops nobody."),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    field_order = ["name", "of", "team", "domain", "at_least", "at_most", "buffer", "currency", "is_active"]

    def __init__(self, *args: Any, powers: Powers, standing: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        if standing is not None:
            kwargs["initial"] = {**standing, "of": _of(standing), "seen": seen_of(standing)}
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self._offer(fields, powers.domains(ACTS["see_money"]))
        fields["currency"].choices = [(code, code) for code in currencies()]
        for once in ("seen", "is_active") if standing is None else ("currency",):
            del fields[once]
        first = next(iter(fields["currency"].choices), ("", ""))[0] if standing is None else standing["currency"]
        count_in(self, (self.data.get("currency") or first) if standing is None else first)

    def _offer(self, fields: Any, seen: frozenset[int] | None) -> None:
        """Domains and teams of which this person sees the money."""
        domains = Domain.objects.all() if seen is None else Domain.objects.filter(pk__in=seen)
        if "domain" in fields:
            fields["domain"].queryset = domains
        if "team" in fields:
            fields["team"].queryset = Team.objects.filter(domain__in=domains)
        if "of" in fields:
            fields["of"].choices = _things(domains)

    def kept(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed, as `keep_guardrail` takes it."""
        fields = {name: value for name, value in typed.items() if name != "of"}
        if "of" in typed:
            fields |= {"horizon": None, "funding_class": "", "domain": None} | _thing(typed["of"])
        return {"kind": self.kind, **fields}


def currencies() -> list[str]:
    """In which there are books."""
    return sorted(set(Ledger.objects.order_by().values_list("currency", flat=True)))


def _of(standing: Mapping[str, Any]) -> str:
    """What a share is a share of, as the form names it."""
    if standing["horizon"] is not None:
        return f"horizon:{standing['horizon']}"
    return f"class:{standing['funding_class']}" if standing["funding_class"] else f"domain:{standing['domain']}"


def _thing(of: str) -> dict[str, Any]:
    which, _colon, key = of.partition(":")
    if which == "horizon":
        return {"horizon": int(key)}
    return {"funding_class": key} if which == "class" else {"domain": Domain.objects.get(pk=key)}


def _things(known: QuerySet[Domain]) -> list[tuple[str, str]]:
    horizons = [(f"horizon:{value}", _("Horizon: %s") % label) for value, label in Bet.Horizon.choices]
    classes = [(f"class:{value}", _("Funding class: %s") % label) for value, label in Budget.FundingClass.choices]
    domains = [(f"domain:{one.pk}", _("Domain: %s") % one) for one in known]
    return [("", str(_("Choose"))), *((key, str(words)) for key, words in [*horizons, *classes, *domains])]


def _percent(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=100, required=False, help_text=_("Percent."))


def _where() -> forms.ModelChoiceField:  # type: ignore[type-arg] # of domains
    return forms.ModelChoiceField(
        label=_("Where it holds"), queryset=Domain.objects.none(), required=False, empty_label=_("Everywhere"),
        help_text=_("In a domain and all those below it."),
    )  # fmt: skip


class ShareForm(GuardrailForm):
    kind = "share"
    of = forms.ChoiceField(
        label=_("Whose share"), error_messages={"required": _("Choose whose share it is.")},
        help_text=_("Horizons and domains share the money for bets; funding classes share all money."),
    )  # fmt: skip
    at_least = _percent(_("At least"))
    at_most = _percent(_("At most"))


class FloorForm(GuardrailForm):
    kind = "floor"
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), empty_label=_("Choose"),
        error_messages={"required": _("Choose a team.")},
    )  # fmt: skip
    at_least = MoneyField(
        label=_("At least"), help_text=_("Durable funding of the team that is never moved away."),
        error_messages={"required": _("Say at least how much.")},
    )  # fmt: skip


class CountForm(GuardrailForm):
    kind = "count"
    domain = _where()
    at_most = forms.IntegerField(
        label=_("At most"), min_value=1, max_value=BETS_AT_MOST, help_text=_("Bets that hold money at the same time."),
        error_messages={"required": _("Say at most how many.")},
    )  # fmt: skip


class LargestForm(GuardrailForm):
    kind = "largest"
    domain = _where()
    at_most = MoneyField(
        label=_("At most"), help_text=_("What one bet holds: committed, released, set aside and spent."),
        error_messages={"required": _("Say at most how much.")},
    )  # fmt: skip


FORMS: dict[str, type[GuardrailForm]] = {form.kind: form for form in (ShareForm, FloorForm, CountForm, LargestForm)}
KINDS = {
    Guardrail.Kind.SHARE: _("What share of the money a horizon, a domain or a funding class takes, or is left."),
    Guardrail.Kind.FLOOR: _("What a team is funded with at least, whatever bets come and go."),
    Guardrail.Kind.COUNT: _("How many bets hold money at the same time."),
    Guardrail.Kind.LARGEST: _("How much money one bet holds at most."),
}
