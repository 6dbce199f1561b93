"""Everything a person reads can be translated, and numbers, money and dates follow the reader's language.

The proof of the first is a pseudo-language: what goes through gettext comes out between ⟦ and ⟧, what comes from the
database stands between ‹ and ›, and nothing else may hold words.
"""

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import trans_real
from pytest_django import Settings

from bets.models import Bet, Goal, Tranche
from lib.money_words import _style
from metrics.models import Metric, Source
from org.models import Domain, Person
from tests.texts import fill_texts
from tests.world import BEFORE_THE_DOOR, PAGES

# The 500 page is standalone and asks nothing, the other is Django's.
WALKED = [name for name in PAGES if name != "broken"]
READ = ("aria-label", "title", "placeholder", "alt", "data-l", "content")
UNREAD = {"script", "style", "code", "kbd"}
NAMES = {"Stakes", "EUR", "CSV", "XLSX", "API", "JSON", "OpenAPI", "Excel"}  # the same in every language


class Pseudo:
    """A catalogue in which every text is its own translation, in brackets."""

    def __init__(self, real: Any) -> None:
        self.real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def gettext(self, text: str) -> str:
        return f"⟦{text.split(chr(4))[-1]}⟧"

    def ngettext(self, one: str, many: str, count: int) -> str:
        return f"⟦{(one if count == 1 else many).split(chr(4))[-1]}⟧"


class Texts(HTMLParser):
    """All that people read or hear of a page, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in UNREAD or (tag != "html" and given.get("lang") == "en"):  # refusals are records
            self.inside.append(tag)
        if tag == "meta" and given.get("name") != "description":
            return
        self.attributes += [given[name] or "" for name in READ if name in given]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.attributes.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, text: str) -> None:
        if not self.inside:
            self.found.append(text)


def untranslated(html: str, known: set[str]) -> list[str]:
    """What a page says outside the brackets of translation and of data, other than numbers and names."""
    texts = Texts()
    texts.feed(html)
    # A sentence may hold links: its brackets then stand in several texts, so all are read as one.
    left = _outside("\0".join(texts.found)).split("\0")
    left += [piece for one in texts.attributes for piece in [_outside(one)]]
    return [text.strip() for text in left if _has_words(text, known)]


def _outside(text: str) -> str:
    """`text` without what stands in brackets, which may be nested."""
    depth, kept = 0, []
    for sign in text:
        depth += sign in "⟦‹"
        if depth == 0 or sign == "\0":
            kept.append(sign)
        depth -= sign in "⟧›"
    return "".join(kept)


def _has_words(text: str, known: set[str]) -> bool:
    words = re.findall(r"[^\W\d_]{2,}(?:[-@.]\w+)*", " ".join(part for part in text.split() if part not in known))
    return any(word not in NAMES for word in words)


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(trans_real._translations, "en", Pseudo(trans_real.translation("en")))
    _style.cache_clear()  # how money is written is remembered by language
    yield
    _style.cache_clear()


@pytest.fixture
def known(everything: dict[str, Any]) -> set[str]:
    """Data that cannot be marked, because they stand in addresses; all other texts are marked here."""
    fill_texts(lambda place: "‹D›")
    keys = [Bet.objects.values_list("key"), Goal.objects.values_list("key"), Domain.objects.values_list("key")]
    keys += [Source.objects.values_list("key"), Metric.objects.values_list("key"), Person.objects.values_list("email")]
    return {key for rows in keys for (key,) in rows}


def test_everything_a_person_reads_on_the_pages_can_be_translated(
    everything: dict[str, Any], known: set[str], pseudo: None, product_operations: Person,
    client_of: Callable[[Person], Client],
) -> None:  # fmt: skip
    session, found = client_of(product_operations), []
    for name in WALKED:
        answer = session.get(PAGES[name].url.format(**everything))
        assert answer.status_code == PAGES[name].status, name
        found += [f"{name}: {text}" for text in untranslated(answer.content.decode(), known)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("url", BEFORE_THE_DOOR)
def test_everything_a_person_reads_before_the_door_can_be_translated(url: str, db: None, pseudo: None) -> None:
    assert untranslated(Client().get(url).content.decode(), set()) == []


def test_the_pseudo_language_shows_what_is_not_translated(pseudo: None) -> None:
    html = '<p>⟦Read <a href="">the help</a> now⟧ ‹Data› 12 B-1</p><p title="Plain">Untranslated words</p>'
    assert untranslated(html, {"B-1"}) == ["Untranslated words", "Plain"]


def texts_of(figure: Any) -> Iterator[str]:
    """What a chart writes: names, titles, labels and what hovers."""
    if isinstance(figure, dict):
        for key, value in figure.items():
            if key in ("text", "name", "title", "hovertemplate", "ticktext") and not isinstance(value, dict):
                yield from value if isinstance(value, list) else [value]
            else:
                yield from texts_of(value)
    elif isinstance(figure, list):
        for part in figure:
            yield from texts_of(part)


CHARTS = ["/bets/B-cease/outcomes/1/chart.json", "/trends/verdicts.json", "/trends/flags.json"]


@pytest.mark.parametrize("url", CHARTS)
def test_everything_a_chart_writes_can_be_translated(
    url: str, known: set[str], pseudo: None, product_operations: Person, client_of: Callable[[Person], Client]
) -> None:
    texts = [str(text) for text in texts_of(client_of(product_operations).get(url).json())]
    assert texts
    plain = [re.sub(r"%\{[^}]*\}|<[^>]+>", " ", _outside(text)) for text in texts]
    assert [text for text in plain if _has_words(text, known)] == []


@pytest.fixture
def german(settings: Settings, everything: dict[str, Any], product_operations: Person) -> Callable[[str], str]:
    """A page as somebody reads it whose browser asks for German."""
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch")]
    client = Client(headers={"accept-language": "de"})
    client.force_login(product_operations, backend="allauth.account.auth_backends.AuthenticationBackend")

    def read(url: str) -> str:
        answer = client.get(url)
        assert answer.status_code == 200 and answer.headers["Content-Language"] == "de"
        return answer.content.decode()

    return read


DECIMAL_COMMA_IN_A_DRAWING = re.compile(
    r'<(?:svg|rect|line|circle|path|g|text|polygon|use)\b[^>]*\s(?!aria-|class|d=)[a-z0-9-]+="[^"]*\d,\d+%?"'
)


def test_drawings_keep_their_numbers_in_any_language(german: Callable[[str], str], everything: dict[str, Any]) -> None:
    for name in [name for name in WALKED if PAGES[name].status == 200]:
        assert not DECIMAL_COMMA_IN_A_DRAWING.findall(german(PAGES[name].url.format(**everything))), name


def read_text(html: str) -> str:
    texts = Texts()
    texts.feed(html)
    return " ".join("".join(texts.found).split()).replace("\xa0", " ").replace("\u202f", " ")


def test_numbers_money_and_dates_follow_the_language_of_the_reader(
    german: Callable[[str], str], everything: dict[str, Any]
) -> None:
    Tranche.objects.update(amount=123_456_700)
    bet = read_text(german("/bets/B-cease/"))
    assert "28. Februar 2026" in bet
    assert "40,0 %" in bet and "40.0 %" not in bet
    assert "12.000" in bet and "12,000" not in bet
    portfolio = read_text(german("/"))
    assert "1,2M" in portfolio and "1.2M" not in portfolio
    source = read_text(german(f"/sources/{everything['source']}/"))
    assert "2. März 2026" in source and "2 Mar 2026" not in source


def test_a_chart_writes_its_numbers_in_the_language_of_the_reader(german: Callable[[str], str]) -> None:
    texts = " ".join(str(text) for text in texts_of(json.loads(german("/bets/B-cease/outcomes/1/chart.json"))))
    assert "40,0 %" in texts and "40.0" not in texts
