"""An amount of money as people type it, in the format of their language; it becomes minor units."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from lib.money import decimals_of, plain

BLANKS = re.compile(r"[\s\u00a0\u202f'’]+")
MINUS = "-\u2212"
MOST = 10**14  # minor units: a thousand billion


class MoneyField(forms.Field):
    """Whole minor units from 1,234.50 in English or 1.234,50 in German; the currency stands beside the field.
    `signed`: less than nothing can be typed too. `currency` says how many decimals there are; a form that knows it
    only later sets it on the field."""

    def __init__(self, *, signed: bool = False, currency: str = "", **kwargs: Any) -> None:
        self.signed, self.currency = signed, currency
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        typed = BLANKS.sub("", value or "")
        if not typed:
            return None
        is_less = self.signed and typed[0] in MINUS
        digits = decimals_of(self.currency)
        number = _plain(typed[is_less:], digits) if len(typed) <= 40 else None
        if number is None:
            example = f"12{get_format('THOUSAND_SEPARATOR')}500"
            if digits:
                example += f"{get_format('DECIMAL_SEPARATOR')}5{'0' * (digits - 1)}"
            raise ValidationError(_("Enter an amount of money, like %(example)s.") % {"example": example})
        minor = int(Decimal(number).scaleb(digits))
        if minor > MOST:
            raise ValidationError(_("That is more money than can be written down here."))
        return -minor if is_less else minor

    def prepare_value(self, value: Any) -> Any:
        """Stored minor units as they would be typed; what was typed stays as it is."""
        if not isinstance(value, int):
            return value
        major, _point, rest = plain(value, self.currency).partition(".")
        return f"{major}{get_format('DECIMAL_SEPARATOR')}{rest}" if rest.strip("0") else major


def count_in(form: forms.BaseForm, currency: str) -> None:
    """Tells every amount of a form in which currency it is counted, and so how many decimals it has."""
    for field in form.fields.values():
        if isinstance(field, MoneyField):
            field.currency = currency


def _plain(typed: str, digits: int) -> str | None:
    """The digits as Python reads them; None when it is no amount with at most so many decimals."""
    decimal, group = re.escape(get_format("DECIMAL_SEPARATOR")), re.escape(get_format("THOUSAND_SEPARATOR").strip())
    rest = rf"({decimal}\d{{1,{digits}}})?" if digits else ""
    if group and re.fullmatch(rf"\d{{1,3}}({group}\d{{3}})+{rest}", typed, re.ASCII):
        typed = re.sub(group, "", typed)
    return re.sub(decimal, ".", typed) if re.fullmatch(rf"\d+{rest}", typed, re.ASCII) else None
