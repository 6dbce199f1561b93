"""The tags of every page: money and dates by language, and marks around what was searched."""

import datetime as dt

import pytest
from django.utils.translation import override

from lib.money_words import exact_money, short_money
from portfolio.templatetags.ui import day, health_badge, marked, moment


def test_money_and_dates_follow_the_language_of_the_reader() -> None:
    with override("de"):
        assert short_money(420_000_000, "EUR") == "€4,2M"
        assert exact_money(420_000_050, "EUR") == "€4.200.000,50"
        assert day(dt.date(2026, 12, 3)) == '<time datetime="2026-12-03">3. Dezember 2026</time>'
    assert short_money(420_000_000, "EUR") == "€4.2M"
    assert day(dt.date(2026, 12, 3)) == '<time datetime="2026-12-03">3 Dec 2026</time>'
    assert "3 Dec 2026, 14:05" in moment(dt.datetime(2026, 12, 3, 14, 5, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("Parcel lockers", "PARCEL", "<mark>Parcel</mark> lockers"),
        ("Parcel lockers", "lock parcel", "<mark>Parcel</mark> <mark>lock</mark>ers"),
        ("a<b> & c", "b", "a&lt;<mark>b</mark>&gt; &amp; c"),
        ("<script>", "<", "<mark>&lt;</mark>script&gt;"),
        ("f(x)", "( [ *", "f<mark>(</mark>x)"),
        ("nothing here", "", "nothing here"),
    ],
)
def test_what_was_searched_is_marked_and_stays_text(text: str, words: str, said: str) -> None:
    assert marked(text, words) == said


def test_health_that_was_never_read_says_so() -> None:
    assert "Not read yet" in health_badge("")
