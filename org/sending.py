"""What leaves the house: notices as plain text, by e-mail or to a channel of the company's chat."""

from urllib.parse import quote

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from org.models import NoticeSettings
from org.noticing import Letter
from org.registry import NOTICES

SUBJECT = 120  # letters


class Unsent(Exception):
    """A message was not taken; the sentence says why."""


def send(letter: Letter) -> None:
    """Sends one letter, in the language of the site; raises when it was not taken."""
    with translation.override(settings.LANGUAGE_CODE):
        subject, text = _subject(letter), _text(letter)
    if letter.way == "mail":
        send_mail(subject, text, None, [letter.person.email])
    else:
        _chat(letter.wishes, subject, text)


def _subject(letter: Letter) -> str:
    if len(letter.notices) == 1:
        sentence = letter.notices[0].sentence
        return sentence if len(sentence) <= SUBJECT else f"{sentence[: SUBJECT - 1].rstrip()}…"
    count = len(letter.notices)
    return ngettext("%(count)d notice from Stakes", "%(count)d notices from Stakes", count) % {"count": count}


def _text(letter: Letter) -> str:
    """Grouped by kind, in the order in which people choose among the kinds."""
    groups = [(name, [one for one in letter.notices if one.kind == kind]) for kind, name in NOTICES.items()]
    rest = [one for one in letter.notices if one.kind not in NOTICES]
    shown = {
        "letter": letter, "site": settings.SITE_URL, "groups": [group for group in [*groups, ("", rest)] if group[1]],
        "desk": reverse("list_notices"), "settings": reverse("set_notices"),
    }  # fmt: skip
    return render_to_string("mail/notices.txt", shown).strip() + "\n"


def _chat(wishes: NoticeSettings, subject: str, text: str) -> None:
    """To the channel that the operator has set up under this name. What a person is called there is a part of its
    address and stays one: percent-encoded, it cannot lead anywhere else."""
    from apprise import Apprise, NotifyFormat  # takes a third of a second, and only whoever sends needs it

    url = settings.CHAT_CHANNELS.get(wishes.channel)
    if url is None:
        raise Unsent(f"There is no channel “{wishes.channel}” any more.")
    channel = Apprise()
    if not channel.add(url.replace("{handle}", quote(wishes.handle, safe=""))):
        raise Unsent(f"The address of the channel “{wishes.channel}” is not sound.")
    if not channel.notify(title=subject, body=text, body_format=NotifyFormat.TEXT):
        raise Unsent(f"The channel “{wishes.channel}” did not take it.")
