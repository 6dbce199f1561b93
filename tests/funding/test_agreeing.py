"""Finance agrees what a bet is worth: once, by somebody else than its lead, and anew when the bet says otherwise."""

from typing import Any

import pytest
from django.test import Client

from bets.models import Bet
from funding import actions
from funding.agreed import agreed_of, worth_seen
from funding.models import ValueAgreement
from lib.refusals import Refused
from lib.seen import seen_of
from tests import factories as f
from tests.funding.books import Books, books_of_today
from tests.funding.test_api_mix import send
from tests.pages import text

pytestmark = pytest.mark.django_db
WORTH = {"value_low": 1_000_000, "value_likely": 2_000_000, "value_high": 4_000_000, "value_conversion": "+1 = 1"}


@pytest.fixture
def books() -> Books:
    books = books_of_today()
    Bet.objects.filter(pk=books.bet.pk).update(**WORTH)
    books.bet.refresh_from_db()
    return books


def agree(books: Books, **fields: Any) -> ValueAgreement:
    return actions.agree_value(books.bet, **{"by": books.checker, "at": f.AT, **fields})


def test_what_was_agreed_is_a_copy_and_changed_when_the_bet_says_something_else(books: Books) -> None:
    made = agree(books, comment="By the model of March")
    assert (made.low, made.likely, made.high, made.conversion) == tuple(WORTH.values())
    assert agreed_of(books.bet, books.other).stands
    books.bet.value_high = 9_000_000
    books.bet.save()
    assert not agreed_of(books.bet, books.other).stands
    agree(books, by=books.other)
    assert [one.high for one in agreed_of(books.bet, books.lead).every] == [9_000_000, 4_000_000]


def test_a_click_twice_agrees_once_and_a_second_person_is_told(books: Books) -> None:
    assert agree(books).pk == agree(books).pk
    with pytest.raises(Refused, match="agreed already"):
        agree(books, by=books.other)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"value_low": None, "value_likely": None, "value_high": None}, "does not say what it is worth"),
        ({"state": "ceased"}, "The bet is over"),
        ({"value_conversion": ""}, "say in the comment what you rest on"),
    ],
)
def test_what_cannot_be_agreed_is_refused(books: Books, fields: dict[str, Any], why: str) -> None:
    Bet.objects.filter(pk=books.bet.pk).update(**fields)
    with pytest.raises(Refused, match=why):
        agree(books)
    assert not ValueAgreement.objects.exists()


def test_neither_the_lead_nor_another_role_agrees_it(books: Books) -> None:
    with pytest.raises(Refused, match="You may not agree what a bet is worth"):
        agree(books, by=books.lead)
    Bet.objects.filter(pk=books.bet.pk).update(lead=books.checker)
    with pytest.raises(Refused, match="You lead this bet"):
        agree(books)


def test_only_what_was_read_is_agreed(books: Books) -> None:
    seen = seen_of(worth_seen(books.bet))
    Bet.objects.filter(pk=books.bet.pk).update(value_high=9_000_000)
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        agree(books, seen=seen)


def test_the_page_agrees_and_the_bet_says_so(books: Books, finance_client: Client, client_of: Any) -> None:
    url, home = f"/bets/{books.bet.key}/value/agree/", f"/bets/{books.bet.key}/"
    assert "Finance has not agreed this value yet." in text(finance_client.get(home))
    viewer = f.RoleGrantFactory(role="viewer").person
    assert [Client().get(url).status_code, client_of(viewer).get(url).status_code] == [302, 404]
    assert "You may not agree what a bet is worth" in text(client_of(books.lead).get(url))
    seen = finance_client.get(url).context["seen"]
    assert finance_client.post(url, {"seen": seen, "comment": "x" * 100_000}).status_code == 422
    assert finance_client.post(url, {"comment": "Unread"}).status_code == 409
    assert finance_client.post(url, {"seen": seen, "comment": "By the model of March"}).status_code == 302
    assert "Agreed by" in text(finance_client.get(home)) and "By the model of March" in text(finance_client.get(home))
    Bet.objects.filter(pk=books.bet.pk).update(value_high=9_000_000)
    assert "Changed since it was agreed" in text(finance_client.get(home))


def test_programs_read_and_agree_it(books: Books, finance_client: Client) -> None:
    url = f"/api/bets/{books.bet.key}/value/agreed/"
    told = finance_client.get(url).json()
    assert (told["stands"], told["agreements"]) == (False, [])
    assert send(finance_client, url, {"seen": "0"}).status_code == 409
    made, again = (send(finance_client, url, {"seen": told["seen"]}, key="agree-worth-1") for _ in range(2))
    assert (made.status_code, made.json()["likely"], again.json()) == (201, 2_000_000, made.json())
    assert finance_client.get(url).json()["stands"] is True
