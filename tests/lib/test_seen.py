"""The fingerprint of what a form was filled with: the same for what looks the same, another for the rest."""

import datetime as dt
from decimal import Decimal

import pytest

from lib.seen import seen_of, stale_refusals


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": None}, {"a": ""}),
        ({"a": 3}, {"a": Decimal("3.00")}),
        ({"a": 3.0}, {"a": 3}),
        ({"a": -0.0}, {"a": 0}),
        ({"a": {2, 1}}, {"a": {1, 2}}),
        ({"a": [1]}, {"a": (1,)}),
        ({"a": "one\r\ntwo"}, {"a": "one\ntwo"}),
        ({"a": {"b": None}}, {"a": {"b": ""}}),
    ],
)
def test_what_a_form_shows_alike_has_the_same_fingerprint(one: dict[str, object], other: dict[str, object]) -> None:
    assert seen_of(one) == seen_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"b": 1}),
        ({"a": True}, {"a": 1}),
        ({"a": "x", "b": ""}, {"a": "", "b": "x"}),
        ({"a": [1, 2]}, {"a": [2, 1]}),
        ({"a": dt.date(2026, 3, 2)}, {"a": dt.date(2026, 3, 3)}),
        ({"a": "say"}, {"a": "Say"}),
    ],
)
def test_what_differs_has_another_fingerprint(one: dict[str, object], other: dict[str, object]) -> None:
    assert seen_of(one) != seen_of(other)


def test_what_was_typed_over_something_else_is_refused_and_without_a_fingerprint_nothing_is_asked() -> None:
    stored = {"name": "Faster claims"}
    assert list(stale_refusals(seen_of(stored), stored)) == []
    assert list(stale_refusals(None, stored)) == []
    (reason,) = stale_refusals(seen_of({"name": "Slower claims"}), stored)
    assert reason.startswith("Somebody changed this")
