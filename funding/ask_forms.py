"""Shape of what people type in when they ask for money: for a tranche, or for a budget."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from funding.actions import Why
from funding.models import Budget, SignOffRule, Treatment
from funding.rules import DUE_DAYS, DUE_WITHIN
from funding.words import REASON_WORDS
from lib.money_field import MoneyField
from lib.money_words import short_money

REASONS = {
    "commit": ("plan", "evidence", "reorganised"),
    "release": ("plan", "evidence"),
    "return": ("unspent", "evidence", "reorganised", "correction"),
    "move": ("plan", "supplement", "unspent", "reorganised", "evidence", "correction"),
}
SAID = ("reason_code", "justification", "treatment", "cost_centre", "erp_account", "due_on")


def dated(**kwargs: Any) -> forms.DateField:
    """A day, typed or picked."""
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class AskForm(forms.Form):
    """What every request says. `key` is made with the form, so that sending it twice asks once."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Open this page again.")})
    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Say how much.")})
    reason_code = forms.ChoiceField(label=_("Reason"), error_messages={"required": _("Choose the reason.")})
    justification = forms.CharField(
        label=_("Why, in your words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whoever approves reads this first. It cannot be changed afterwards."),
        error_messages={"required": _("Say why the money is to move.")},
    )  # fmt: skip
    due_on = dated(label=_("Answer by"), help_text=_("Without an answer the request expires after this day."))
    treatment = forms.ChoiceField(label=_("Booked as"), choices=Treatment.choices)
    cost_centre = forms.CharField(
        label=_("Cost centre"), max_length=40, required=False, help_text=_("Empty: that of the budget.")
    )
    erp_account = forms.CharField(
        label=_("ERP account"), max_length=40, required=False, help_text=_("Empty: that of the budget.")
    )

    def __init__(
        self, kind: str, currency: str, questions: Iterable[SignOffRule], today: date, *args: Any, **kwargs: Any
    ) -> None:
        first = {"key": uuid4(), "due_on": today + timedelta(days=DUE_DAYS), "reason_code": REASONS[kind][0]}
        kwargs["initial"] = {**first, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        amount, due = self.fields["amount"], self.fields["due_on"]
        amount.currency = currency  # type: ignore[attr-defined]
        amount.label = _("Amount in %(currency)s") % {"currency": currency}
        due.widget.attrs |= {"min": today.isoformat(), "max": (today + timedelta(days=DUE_WITHIN)).isoformat()}
        chosen = [(code, REASON_WORDS[code]) for code in REASONS[kind]]
        self.fields["reason_code"].choices = chosen  # type: ignore[attr-defined]
        self.risks = {f"risk-{rule.key}": rule for rule in questions if rule.question}
        for name, rule in self.risks.items():
            self.fields[name] = forms.ChoiceField(
                label=rule.question, widget=forms.RadioSelect, choices=[("no", _("No")), ("yes", _("Yes"))],
                error_messages={"required": _("Answer “%(question)s”.") % {"question": rule.question}},
            )  # fmt: skip

    def questions(self) -> list[Any]:
        return [self[name] for name in self.risks]

    def why(self, typed: Mapping[str, Any]) -> Why:
        """What was typed, as actions take it."""
        risks = {rule.key: typed[name] == "yes" for name, rule in self.risks.items()}
        return Why(**{name: typed[name] for name in SAID}, risks=risks)


class PurseField(forms.ModelChoiceField):  # type: ignore[type-arg]  # it has none at run time
    """A budget with what is available in it (`with_available`)."""

    def label_from_instance(self, budget: Any) -> str:
        parts = {"budget": budget.name, "amount": short_money(budget.available or 0, budget.ledger.currency)}
        return str(_("%(budget)s: %(amount)s available") % parts)


class CommitForm(AskForm):
    budget = PurseField(
        label=_("Paid from"), queryset=Budget.objects.none(), empty_label=_("Choose a budget"),
        error_messages={"required": _("Choose from which budget it is paid.")},
    )  # fmt: skip

    field_order = ["key", "budget", "amount", "reason_code", "justification"]

    def __init__(self, purses: "QuerySet[Budget]", *args: Any, **kwargs: Any) -> None:
        super().__init__("commit", *args, **kwargs)
        self.fields["budget"].queryset = purses  # type: ignore[attr-defined]


class ReleaseForm(AskForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("release", *args, **kwargs)


class ReturnForm(AskForm):
    leaves = forms.ChoiceField(
        label=_("From what is"), widget=forms.RadioSelect, error_messages={"required": _("Choose what is given back.")},
        choices=[("committed", _("committed and not released")), ("released", _("released and not spent"))],
    )  # fmt: skip

    field_order = ["key", "leaves", "amount", "reason_code", "justification"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("return", *args, **kwargs)


class MoveForm(AskForm):
    """New money for a budget, money handed back, or money for another budget."""

    line = forms.ChoiceField(
        label=_("What is to happen"), widget=forms.RadioSelect,
        error_messages={"required": _("Choose what is to happen.")},
        choices=[
            ("appropriate", _("Give it its original money")),
            ("supplement", _("Give it more")),
            ("hand_back", _("Hand back what it does not need")),
            ("reallocate", _("Move some of it to another budget")),
        ],
    )  # fmt: skip
    other = PurseField(
        label=_("To budget"), queryset=Budget.objects.none(), required=False, empty_label=_("None"),
        help_text=_("Only when it moves to another budget. Between two domains, somebody of each has to agree."),
    )  # fmt: skip

    field_order = ["key", "line", "amount", "other", "reason_code", "justification"]

    def __init__(self, others: "QuerySet[Budget]", *args: Any, **kwargs: Any) -> None:
        super().__init__("move", *args, **kwargs)
        self.fields["other"].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("line") == "reallocate" and not typed.get("other") and "other" not in self.errors:
            self.add_error("other", _("Choose to which budget the money goes."))
        if typed.get("line") not in (None, "reallocate"):
            typed["other"] = None
        return typed
