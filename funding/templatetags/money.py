"""Template tags of the money: amounts that are short at a glance and exact on hover, and marks of budgets."""

from collections.abc import Iterable
from functools import cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from funding.budgets import Level
from funding.models import Approval
from funding.statements import domains_of_money
from funding.words import REASON_WORDS, REJECTION_WORDS
from lib.money_words import exact_money, short_money
from org.models import Person
from org.rules import Powers

register = template.Library()
ALL_REASONS = {**REASON_WORDS, **REJECTION_WORDS}
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


@register.filter
def sees_all_money(powers: Powers) -> bool:
    """Does this person see money everywhere? Files and reconciliations hold that of all domains."""
    return domains_of_money(powers) is None


@register.filter
def reason_words(code: str) -> str:
    """The reason that was chosen for a request, or for saying no to it, in the reader's language."""
    return str(ALL_REASONS.get(code) or code)


@register.filter
def spoken_by(approvals: Iterable[Approval], person: Person) -> Approval | None:
    """What this person has said themselves, among approvals."""
    return next((one for one in approvals if one.approver_id == person.pk and one.on_behalf_of_id is None), None)


@register.simple_tag
def level_mark(level: Level) -> SafeString:
    """Word and icon of how far a budget is used."""
    words, icon = LEVELS[level]
    return format_html('<span class="level lv-{}">{}{}</span>', level.value, _drawn(icon), words)


@cache  # a list has one for each budget, and there are five of them
def _drawn(icon: str) -> SafeString:
    return SafeString(lucide(icon, size=14, **{"class": "icon", "aria-hidden": "true"}))
