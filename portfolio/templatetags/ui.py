"""Template tags of every page: icons, money, and marks that say verdict, flag or health in word, icon and shape."""

import re
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from xml.etree.ElementTree import fromstring, tostring
from zipfile import ZipFile

from django import template
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from bets.models import Decision, Flag, Verdict
from lib.money_words import exact_money, short_money

register = template.Library()

VERDICT_ICONS = {
    "cease": "octagon-x",
    "pivot": "git-branch",
    "persist": "trending-up",
    "measure": "ruler",
    "inconclusive": "circle-slash",
    "contradiction": "split",
    "none": "circle-dashed",
}
FLAG_ICONS = {
    "cease": "octagon-x",
    "pivot": "git-branch",
    "scale": "trending-up",
    "near_miss": "eye",
    "inconclusive": "circle-slash",
    "stale": "hourglass",
    "late": "calendar-x",
    "persisted": "repeat-2",
}
DECISION_ICONS = {
    "fund": "trending-up",
    "persist": "move-right",
    "pivot": "git-branch",
    "cease": "octagon-x",
    "defer": "calendar-clock",
}
HEALTH = {
    "healthy": (_("Healthy"), "circle-check"),
    "waiting": (_("Waiting"), "hourglass"),
    "stale": (_("Stale"), "clock-alert"),
    "broken": (_("Broken"), "unplug"),
}


@cache
def _drawings() -> ZipFile:
    """The lucide set, opened once: to read what is in it takes longer than to draw a hundred of its icons."""
    return ZipFile(BytesIO(files("lucide").joinpath("lucide.zip").read_bytes()))


@register.simple_tag
@cache  # a list has hundreds, of a few names and sizes that templates give
def icon(name: str, size: int = 16) -> SafeString:
    """An icon of the lucide set, inlined; its meaning stands beside it as a word."""
    drawing = fromstring(_drawings().read(f"{name}.svg"))  # noqa: S314 - of an installed package
    for part in drawing.iter():
        part.tag = part.tag.rpartition("}")[2]
    drawing.attrib.update({"width": str(size), "height": str(size), "class": "icon", "aria-hidden": "true"})
    return SafeString(tostring(drawing, encoding="unicode"))


@register.simple_tag
def verdict_badge(kind: str) -> SafeString:
    return format_html(
        '<span class="sig {}">{}{}</span>', kind, icon(VERDICT_ICONS[kind], 14), Verdict.Kind(kind).label
    )


@register.simple_tag
def flag_badge(kind: str) -> SafeString:
    return format_html('<span class="flag fl-{}">{}{}</span>', kind, icon(FLAG_ICONS[kind], 14), Flag.Kind(kind).label)


@register.simple_tag
def decision_badge(kind: str) -> SafeString:
    return format_html(
        '<span class="decided de-{}">{}{}</span>', kind, icon(DECISION_ICONS[kind], 14), Decision.Kind(kind).label
    )


@register.simple_tag
def health_badge(state: str) -> SafeString:
    """Health is shown apart from the result, and looks unlike it: no filled shape."""
    word, name = HEALTH.get(state, (_("Not read yet"), "circle-dashed"))
    return format_html('<span class="health he-{}">{}{}</span>', state or "unread", icon(name, 14), word)


@register.simple_tag
def sample_badge(words: str = "") -> SafeString:
    return format_html('<span class="sample">{}{}</span>', icon("flask-conical", 12), words or _("Sample data"))


@register.simple_tag
def day(value: date) -> SafeString:
    """A date as `<time>`, in the format of the language: 3 Dec 2026."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value, "DATE_FORMAT"))


@register.simple_tag
def moment(value: datetime) -> SafeString:
    """A date with its time of day as `<time>`, in the format of the language: 3 Dec 2026, 14:05."""
    local = localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), date_format(local, "DATETIME_FORMAT"))


@register.simple_tag
def marked(text: object, words: str) -> SafeString:
    """`text` with each of the searched words in a `<mark>`; both may be hostile."""
    wanted = [re.escape(word) for word in sorted(words.split(), key=len, reverse=True)]
    if not wanted:
        return SafeString(escape(text))
    parts = re.split(f"({'|'.join(wanted)})", str(text), flags=re.IGNORECASE)
    return SafeString(
        "".join(f"<mark>{escape(part)}</mark>" if i % 2 else escape(part) for i, part in enumerate(parts))
    )


register.filter(short_money)
register.filter(exact_money)
