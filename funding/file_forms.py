"""Shape of what people choose and type when they bring files of money, place what was spent, and reconcile."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bets.import_forms import TakeOverForm
from funding.ledger_forms import day_field
from funding.models import Account, Ledger, MoneyFile
from lib.money_words import exact_money
from org.models import Domain

MEANINGS: Mapping[str, Mapping[str, Any]] = {
    "budgets": {
        "code": _("Code"), "name": _("Name"), "domain": _("Domain"), "funding_class": _("Funding class"),
        "team": _("Team"), "starts": _("First day"), "ends": _("Last day"), "amount": _("Amount"),
        "committed": _("Committed, not yet released"), "released": _("Released, not yet spent"),
        "spent": _("Spent so far"), "cost_centre": _("Cost centre"), "erp_account": _("Account"),
        "treatment": _("Operating expense or capital expenditure"), "currency": _("Currency"),
    },
    "actuals": {
        "document": _("Number of the document"), "posted": _("Posting date"), "amount": _("Amount"),
        "cost_centre": _("Cost centre"), "erp_account": _("Account"), "reference": _("Reference: tranche or budget"),
        "memo": _("Text"), "currency": _("Currency"),
    },
}  # fmt: skip
ACCEPTS = {"accept": ".csv,.tsv,.txt,.xlsx"}


def file_field(label: Any, **options: Any) -> forms.FileField:
    """A file of rows."""
    said = {"required": _("Choose a file."), "invalid": _("Choose a file.")}
    return forms.FileField(
        label=label, allow_empty_file=True, widget=forms.FileInput(attrs=ACCEPTS), error_messages=said, **options
    )


class _Uploaded(forms.Form):
    """One ledger is chosen when there is only one; a file that was too large to be taken in is said to be."""

    def __init__(self, *args: Any, skipped: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ledgers = list(Ledger.objects.order_by("code")[:2])
        if len(ledgers) == 1:
            self.fields["ledger"].initial = ledgers[0]
        self.most = filesizeformat(settings.IMPORT_MAX_BYTES)
        if skipped:
            said = _now("The file is larger than the %(most)s that a file may have.") % {"most": self.most}
            self.fields["file"].required, self.fields["file"].error_messages["required"] = True, said


class MoneyFileForm(_Uploaded):
    kind = forms.ChoiceField(label=_("What it holds"), choices=MoneyFile.Kind.choices)
    ledger = forms.ModelChoiceField(
        label=_("Ledger"), queryset=Ledger.objects.order_by("code"), empty_label=_("Choose")
    )
    source = forms.CharField(
        label=_("System that the actuals come from"), max_length=40, required=False,
        help_text=_("Like SAP; always the same name for the same system. Budgets have none."),
    )  # fmt: skip
    file = file_field(_("File"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = _now("CSV or Excel (.xlsx), up to %(size)s: 1,000 budgets or 5,000 documents.")
        self.fields["file"].help_text = said % {"size": self.most}

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("kind") == MoneyFile.Kind.ACTUALS and not typed.get("source") and "source" not in self.errors:
            self.add_error("source", _now("Say which system the actuals come from."))
        return typed


class TakeMoneyForm(TakeOverForm):
    """For budgets the day on which what they hold was counted; for actuals whether rows with errors stay behind."""

    as_of = day_field(
        _("Counted up to the end of"), required=False,
        help_text=_("The day to which committed, released and spent were counted. Later spending comes as actuals."),
    )  # fmt: skip


class CentresForm(forms.Form):
    """The domain of each cost centre that stands in a file without one."""

    def __init__(self, centres: Sequence[str], known: Mapping[str, int], domains: Any, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.centres = list(centres)
        for place, centre in enumerate(self.centres):
            self.fields[f"centre-{place}"] = forms.ModelChoiceField(
                label=centre, queryset=domains, required=False, initial=known.get(centre), empty_label=_("Not said yet")
            )

    def chosen(self) -> dict[str, Domain]:
        """Domains by cost centre, of those that were said."""
        found = {centre: self.cleaned_data[f"centre-{place}"] for place, centre in enumerate(self.centres)}
        return {centre: domain for centre, domain in found.items() if domain}


class ActualsFilter(forms.Form):
    """Narrows the list of documents; what means nothing is left out."""

    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[
            ("", _("Waiting")), ("counted", _("In an opening balance")), ("placed", _("Placed")), ("all", _("All")),
        ],
    )  # fmt: skip
    ledger = forms.ModelChoiceField(
        label=_("Ledger"), required=False, queryset=Ledger.objects.order_by("code"), to_field_name="code",
        empty_label=_("All ledgers"),
    )  # fmt: skip
    q = forms.CharField(
        label=_("Document, cost centre, reference or text"), required=False, max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "placeholder": _("Find")}),
    )  # fmt: skip

    @property
    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PlaceForm(forms.Form):
    account = forms.ChoiceField(
        label=_("Paid from"), choices=(), error_messages={"required": _("Say whose money it was.")}
    )
    effective_date = day_field(
        _("Day in our books"), help_text=_("Its own day; another one only when the books of that day are closed.")
    )

    def __init__(self, accounts: Iterable[Account], currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {str(one.pk): one for one in accounts}
        groups: dict[str, list[tuple[str, str]]] = {}
        for pk, one in self.accounts.items():
            tranche, budget = one.tranche, one.budget
            owner = f"{tranche.bet.key}/{tranche.sequence} {tranche.bet.name}" if tranche else _now("Its own")
            label = f"{owner}: {one.get_kind_display()}, {exact_money(one.balance, currency)}"
            groups.setdefault(f"{budget.code} {budget.name}" if budget else "", []).append((pk, label))
        self.fields["account"].choices = [("", _now("Choose")), *groups.items()]  # type: ignore[attr-defined]

    def clean_account(self) -> Account:
        return self.accounts[self.cleaned_data["account"]]


class ReconcileForm(_Uploaded):
    ledger = forms.ModelChoiceField(
        label=_("Ledger"), queryset=Ledger.objects.order_by("code"), empty_label=_("Choose")
    )
    source = forms.CharField(label=_("System"), max_length=40, help_text=_("As its actuals are called, like SAP."))
    as_of = day_field(_("Up to the end of"))
    typed = forms.CharField(
        label=_("Its totals"), required=False, max_length=200_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_(
            "A header line “cost centre;account;amount” and a line for each total. Leave it empty to take the documents"
            " that came in as actuals."
        ),
    )  # fmt: skip
    file = file_field(_("Or a file with them"), required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("file") and (typed.get("typed") or "").strip():
            self.add_error("file", _now("The totals are typed in above: leave one of the two out."))
        return typed
