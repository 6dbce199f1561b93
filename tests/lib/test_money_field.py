import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from lib.money_field import MoneyField


@pytest.mark.parametrize(
    ("language", "typed", "minor"),
    [
        ("en", "1,234.50", 123_450),
        ("en", " 12 000 ", 1_200_000),
        ("en", "0.5", 50),
        ("de", "1.234,50", 123_450),
        ("de", "12000", 1_200_000),
        ("en", "", None),
    ],
)
def test_an_amount_is_read_in_the_language_of_the_reader(language, typed, minor) -> None:
    with override(language):
        assert MoneyField(required=False).clean(typed) == minor


@pytest.mark.parametrize("typed", ["x", "-1", "1.005", "1e9", "NaN", "inf", "1,23", "9" * 30, "1" * 100_000, "٣"])
def test_what_is_no_amount_is_said(typed) -> None:
    with pytest.raises(ValidationError):
        MoneyField().clean(typed)


def test_less_than_nothing_can_be_typed_only_where_it_is_meant() -> None:
    field = MoneyField(signed=True)
    assert [field.clean(typed) for typed in ("-1,234.50", "\u2212 0.5", "12")] == [-123_450, -50, 1200]
    assert field.prepare_value(-123_450) == "-1234.50"
    with pytest.raises(ValidationError):
        field.clean("-")


def test_what_is_stored_is_shown_as_it_would_be_typed() -> None:
    field = MoneyField()
    assert [field.prepare_value(value) for value in (1_200_000, 123_450, "abc", None)] == [
        "12000", "1234.50", "abc", None,
    ]  # fmt: skip


def test_a_currency_says_how_many_decimals_can_be_typed() -> None:
    yen, dinar = MoneyField(currency="JPY"), MoneyField(currency="BHD")
    assert (yen.clean("1,234"), dinar.clean("1.5"), dinar.clean("1,234.567")) == (1234, 1500, 1_234_567)
    assert (yen.prepare_value(1234), dinar.prepare_value(1_500), dinar.prepare_value(2_000)) == ("1234", "1.500", "2")
    for field, typed in ((yen, "1.5"), (dinar, "1.2345")):
        with pytest.raises(ValidationError):
            field.clean(typed)
