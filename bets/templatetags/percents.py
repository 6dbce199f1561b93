"""Chances and shares as people say them."""

from django import template
from django.utils.translation import gettext as _

from bets.words import plain

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """Whole per cent, or the half that somebody stated: 70 %, 12.5 %."""
    number = 100 * share
    is_half = abs(number % 1 - 0.5) < 1e-6
    return _("%(number)s %%") % {"number": plain(number, 1 if is_half else 0)}


@register.filter
def chance(share: float) -> str:
    """A computed chance in whole per cent; nothing is certain."""
    if share < 0.005:
        return _("less than 1 %")
    return _("more than 99 %") if share > 0.995 else percent(round(share, 2))
