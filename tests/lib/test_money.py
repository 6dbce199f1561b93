import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.money import Style, exact, plain, short


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (0, "€0"),
        (95_000, "€950"),
        (99_950, "€1k"),
        (38_000_000, "€380k"),
        (99_999_999, "€1M"),
        (420_000_000, "€4.2M"),
        (1_250_000_000_000, "€12.5B"),
        (-420_000_000, "€-4.2M"),
    ],
)
def test_money_is_short_at_a_glance(minor: int, said: str) -> None:
    assert short(minor, "EUR") == said


@given(st.integers(-(10**15), 10**15))
def test_exact_money_shows_every_digit(minor: int) -> None:
    said = exact(minor, "USD").replace("$", "").replace(",", "")
    whole, cents = said.lstrip("-").split(".")
    assert (int(whole) * 100 + int(cents)) * (-1 if said.startswith("-") else 1) == minor


def test_a_currency_without_a_sign_is_named() -> None:
    assert short(500_000_00, "SEK") == "SEK 500k"


def test_another_language_has_its_own_point_group_letters_and_order() -> None:
    german = Style(point=",", group=".", letters=(" Mrd.", " Mio.", " Tsd."), order="{number} {sign}")
    assert short(420_000_000, "EUR", german) == "4,2 Mio. €"
    assert exact(-420_000_050, "EUR", german) == "-4.200.000,50 €"


@pytest.mark.parametrize(
    ("currency", "at_a_glance", "in_full", "in_a_file"),
    [("JPY", "JPY 1.2M", "JPY 1,234,567", "1234567"), ("BHD", "BHD 1.2k", "BHD 1,234.567", "1234.567")],
)
def test_each_currency_has_its_own_number_of_decimals(currency, at_a_glance, in_full, in_a_file) -> None:
    minor = 1_234_567
    assert (short(minor, currency), exact(minor, currency), plain(minor, currency)) == (at_a_glance, in_full, in_a_file)
