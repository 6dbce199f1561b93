"""Template tags of every page: icons and money."""

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from lib import money

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """An icon of the lucide set, inlined; its meaning stands beside it as a word."""
    return SafeString(lucide(name, size=size, **{"class": "icon", "aria-hidden": "true"}))


@register.filter
def short_money(minor: int, currency: str) -> str:
    return money.short(minor, currency)


@register.filter
def exact_money(minor: int, currency: str) -> str:
    return money.exact(minor, currency)
