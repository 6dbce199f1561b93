"""Shape of what the chair types in at the table of a review."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from lib.money_field import MoneyField
from lib.money_words import short_money
from portfolio.table_money import Purse
from portfolio.table_page import Seated


class AssignForm(forms.Form):
    """So much of a budget for one bet. The budgets are those at the table, so that no form asks for them again."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    budget = forms.ChoiceField(
        label=_("From"), error_messages={"required": _("Choose from which budget."), "invalid_choice": _(
            "Choose one of the budgets that pay this bet.")},
    )  # fmt: skip
    amount = MoneyField(label=_("Amount"), error_messages={"required": _("Say how much.")})

    def __init__(self, seat: Seated, data: QueryDict | None = None) -> None:
        stands, most = seat.assigned, seat.step.amount if seat.step else 0
        first: dict[str, Any] = {"seen": seat.seen, "amount": stands.amount if stands else _room(seat.purses, most)}
        first["budget"] = stands.budget_id if stands else max(seat.purses, key=lambda one: one.free).budget.pk
        super().__init__(data, initial=first, auto_id=f"bet{seat.bet.pk}_%s")
        self.purses = {str(one.budget.pk): one for one in seat.purses}
        choices = [(key, _named(one)) for key, one in self.purses.items()]
        self.fields["budget"].choices = choices  # type: ignore[attr-defined]
        amount = self.fields["amount"]
        amount.currency = seat.bet.currency  # type: ignore[attr-defined]
        amount.label = _("Amount in %(currency)s") % {"currency": seat.bet.currency}

    @property
    def only(self) -> str:
        """The one budget there is, in words; empty where there is a choice."""
        return _named(next(iter(self.purses.values()))) if len(self.purses) == 1 else ""

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if "budget" in typed:
            typed["budget"] = self.purses[typed["budget"]].budget
        return typed


def _room(purses: Sequence[Purse], most: int) -> int | None:
    """What the form begins with: all of the next tranche, or what there is of it."""
    return min(most, max((one.free for one in purses), default=0)) or None


def _named(purse: Purse) -> str:
    parts = {"budget": purse.budget.name, "amount": short_money(purse.free, purse.currency)}
    return str(_("%(budget)s: %(amount)s free") % parts)
