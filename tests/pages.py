"""What an answer says, as its reader sees it."""

import re
from html import unescape

from django.http import HttpResponse


def text(answer: HttpResponse) -> str:
    """The page with its entities read."""
    return unescape(answer.content.decode())


def flat(answer: HttpResponse) -> str:
    """The same with every space alike, so that sentences can be looked for wherever they break."""
    return re.sub(r"\s+", " ", text(answer).replace("\u00a0", " "))
