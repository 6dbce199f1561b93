"""Template tags of the page of one bet."""

import re

from django import template

register = template.Library()
APART = re.compile(r"(?<=\d) (?=%)|(?<=E [=≥]) | (?=[=≥] \d)")


@register.filter
def unbroken(sentence: str) -> str:
    """The sentence with its numbers kept together, so that no line begins with “%”."""
    return APART.sub("\u00a0", sentence)
