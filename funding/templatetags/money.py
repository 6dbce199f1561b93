"""Template tags of the money: amounts that are short at a glance and exact on hover, and marks of budgets."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from funding.budgets import Level
from lib.money_words import exact_money, short_money

register = template.Library()
LEVELS = {
    Level.EMPTY: (_("No money in it"), "circle-dashed"),
    Level.FINE: (_("Within its limit"), "circle-check"),
    Level.WARNED: (_("Near the limit"), "triangle-alert"),
    Level.GONE: (_("Nothing left"), "circle-slash"),
    Level.SHORT: (_("Asked for more than is left"), "octagon-alert"),
}


@register.simple_tag
def amount(minor: int, currency: str) -> SafeString:
    """€4.2M, with every digit on hover; nothing at all is a quiet 0."""
    quiet = SafeString(' class="mute"') if not minor else ""
    return format_html(
        '<span title="{}"{}>{}</span>', exact_money(minor, currency), quiet, short_money(minor, currency)
    )


@register.simple_tag
def level_mark(level: Level) -> SafeString:
    """Word and icon of how far a budget is used."""
    words, icon = LEVELS[level]
    drawn = SafeString(lucide(icon, size=14, **{"class": "icon", "aria-hidden": "true"}))
    return format_html('<span class="level lv-{}">{}{}</span>', level.value, drawn, words)
