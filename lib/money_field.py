"""An amount of money as people type it, in the format of their language; it becomes minor units."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext as _

BLANKS = re.compile(r"[\s\u00a0\u202f'’]+")
MINUS = "-\u2212"
MOST = 10**14  # minor units: a thousand billion


class MoneyField(forms.Field):
    """Whole minor units from 1,234.50 in English or 1.234,50 in German; the currency stands beside the field.
    `signed`: less than nothing can be typed too."""

    def __init__(self, *, signed: bool = False, **kwargs: Any) -> None:
        self.signed = signed
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        typed = BLANKS.sub("", value or "")
        if not typed:
            return None
        is_less = self.signed and typed[0] in MINUS
        plain = _plain(typed[is_less:]) if len(typed) <= 40 else None
        if plain is None:
            example = f"12{get_format('THOUSAND_SEPARATOR')}500{get_format('DECIMAL_SEPARATOR')}50"
            raise ValidationError(_("Enter an amount of money, like %(example)s.") % {"example": example})
        minor = int(Decimal(plain) * 100)
        if minor > MOST:
            raise ValidationError(_("That is more money than can be written down here."))
        return -minor if is_less else minor

    def prepare_value(self, value: Any) -> Any:
        """Stored minor units as they would be typed; what was typed stays as it is."""
        if not isinstance(value, int):
            return value
        whole, cents = divmod(abs(value), 100)
        major = f"-{whole}" if value < 0 else str(whole)
        return f"{major}{get_format('DECIMAL_SEPARATOR')}{cents:02d}" if cents else major


def _plain(typed: str) -> str | None:
    """The digits as Python reads them; None when it is no amount with at most two decimals."""
    decimal, group = re.escape(get_format("DECIMAL_SEPARATOR")), re.escape(get_format("THOUSAND_SEPARATOR").strip())
    if group and re.fullmatch(rf"\d{{1,3}}({group}\d{{3}})+({decimal}\d{{1,2}})?", typed, re.ASCII):
        typed = re.sub(group, "", typed)
    return re.sub(decimal, ".", typed) if re.fullmatch(rf"\d+({decimal}\d{{1,2}})?", typed, re.ASCII) else None
