"""Template tags of every page: icons, money, and marks that say verdict, flag or health in word, icon and shape."""

from datetime import date, datetime
from functools import cache

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from lucide.templatetags.lucide import lucide

from bets.models import Flag, Verdict
from lib import money

register = template.Library()

VERDICT_ICONS = {
    "cease": "octagon-x",
    "pivot": "git-branch",
    "persist": "trending-up",
    "measure": "ruler",
    "contradiction": "split",
    "none": "circle-dashed",
}
FLAG_ICONS = {"cease": "octagon-x", "pivot": "git-branch", "scale": "trending-up", "stale": "hourglass"}
HEALTH = {
    "healthy": ("Healthy", "circle-check"),
    "waiting": ("Waiting", "hourglass"),
    "stale": ("Stale", "clock-alert"),
    "broken": ("Broken", "unplug"),
}


@register.simple_tag
@cache  # a list has hundreds, of a few names and sizes that templates give
def icon(name: str, size: int = 16) -> SafeString:
    """An icon of the lucide set, inlined; its meaning stands beside it as a word."""
    return SafeString(lucide(name, size=size, **{"class": "icon", "aria-hidden": "true"}))


@register.simple_tag
def verdict_badge(kind: str) -> SafeString:
    return format_html(
        '<span class="sig {}">{}{}</span>', kind, icon(VERDICT_ICONS[kind], 14), Verdict.Kind(kind).label
    )


@register.simple_tag
def flag_badge(kind: str) -> SafeString:
    return format_html('<span class="flag fl-{}">{}{}</span>', kind, icon(FLAG_ICONS[kind], 14), Flag.Kind(kind).label)


@register.simple_tag
def health_badge(state: str) -> SafeString:
    """Health is shown apart from the result, and looks unlike it: no filled shape."""
    word, name = HEALTH.get(state, ("Not read yet", "circle-dashed"))
    return format_html('<span class="health he-{}">{}{}</span>', state or "unread", icon(name, 14), word)


@register.simple_tag
def sample_badge(words: str = "Sample data") -> SafeString:
    return format_html('<span class="sample">{}{}</span>', icon("flask-conical", 12), words)


@register.simple_tag
def day(value: date) -> SafeString:
    """A date as `<time>`, in the format of the language: 3 Dec 2026."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value, "DATE_FORMAT"))


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """A date with its time of day as `<time>`, in the format of the language: 3 Dec 2026, 14:05."""
    local = localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), date_format(local, "DATETIME_FORMAT"))


@register.filter
def short_money(minor: int, currency: str) -> str:
    return money.short(minor, currency)


@register.filter
def exact_money(minor: int, currency: str) -> str:
    return money.exact(minor, currency)
