"""Amounts of money in the language of whoever reads: for pages, charts and sentences of all apps."""

from functools import cache

from django.utils.formats import get_format
from django.utils.translation import get_language, pgettext

from lib import money


def short_money(minor: int, currency: str) -> str:
    """€4.2M: for reading at a glance."""
    return money.short(minor, currency, _style(get_language()))


def exact_money(minor: int, currency: str) -> str:
    """€4,200,000.00: every digit."""
    return money.exact(minor, currency, _style(get_language()))


@cache  # a list has hundreds of amounts
def _style(language: str | None) -> money.Style:
    """How the reader's language, the active one, writes money."""
    return money.Style(
        point=str(get_format("DECIMAL_SEPARATOR")),
        group=str(get_format("THOUSAND_SEPARATOR")),
        letters=(pgettext("10⁹ of money", "B"), pgettext("10⁶ of money", "M"), pgettext("10³ of money", "k")),
        order=pgettext("where the sign of the currency stands", "{sign}{number}"),
    )
