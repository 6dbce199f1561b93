"""Deciding by the API: the same decision as on the page, with what it does to the money; done once under a key."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet, Decision
from lib.clock import today
from org.models import Person
from tests.api.writers import send
from tests.cast import person
from tests.factories import TODAY
from tests.funding.books import Books, committed_books

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
SOON = str(today() + dt.timedelta(days=30))
CEASE = {"kind": "cease", "rationale": "Nobody buys it.", "would_change": "A market.", "wind_down": 1_000_000}


@pytest.fixture
def books() -> Books:
    return committed_books()


def decide(client: Client, books: Books, key: str = "cease-1234", **changes: Any) -> Any:
    url, sent = f"/api/bets/{books.bet.key}/decisions/", CEASE | changes
    return client.post(url, sent, content_type="application/json", headers={"Idempotency-Key": key} if key else {})


def test_a_cease_returns_the_money_and_is_done_once_under_its_key(
    client_of: SignIn, executive: Person, books: Books
) -> None:
    client = client_of(executive)
    first, again = decide(client, books), decide(client, books)
    assert (first.status_code, first.json()["kind"], again.json()) == (201, "cease", first.json())
    assert Decision.objects.filter(bet=books.bet, kind="cease").count() == 1
    assert (books.balance("available"), books.balance("winddown", books.first)) == (99_000_000, 1_000_000)


@pytest.mark.parametrize(
    ("key", "changes", "status", "words"),
    [
        ("", {}, 400, "Idempotency-Key"),
        ("k" * 9, {"wind_down": 10_000_001}, 409, "Only €100,000.00 of this bet's money is left"),
        ("k" * 9, {"wind_down": 1.9}, 400, "wind_down"),
        ("k" * 9, {"wind_down": -1}, 400, "wind_down"),
        ("k" * 9, {"kind": "persist", "look_again_on": SOON}, 409, "only when it ceases"),
        ("k" * 9, {"kind": "stop"}, 400, "stop"),
    ],
)
def test_what_is_refused_moves_no_money(
    client_of: SignIn, executive: Person, books: Books, key: str, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = decide(client_of(executive), books, key, **changes)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.json()
    assert not Decision.objects.filter(kind="cease").exists()
    assert books.balance("committed", books.first) == 10_000_000


def test_who_leads_a_bet_does_not_decide_on_it_here_either(client_of: SignIn, executive: Person, books: Books) -> None:
    Bet.objects.filter(pk=books.bet.pk).update(lead=executive)
    assert decide(client_of(executive), books).status_code == 409
    assert send(Client(), f"/api/bets/{books.bet.key}/decisions/", CEASE).status_code == 401


def test_a_bet_shows_its_money_to_those_who_see_money(client_of: SignIn, executive: Person, books: Books) -> None:
    books.first.planned_on, books.first.lasts_until = TODAY, TODAY.replace(year=TODAY.year + 30)
    books.first.save()
    url = f"/api/bets/{books.bet.key}/"
    money = client_of(executive).get(url).json()["money"]
    assert money["committed"] == {"amount": 10_000_000, "currency": "EUR"}
    assert set(money) == {
        "committed", "released", "spent", "set_aside", "pace", "lasts_until", "decide_at_latest",
    }  # fmt: skip
    assert client_of(person("Vera Viewer", "viewer")).get(url).json()["money"] is None


def test_what_winding_down_costs_is_stated_and_what_is_left_of_it_given_back(
    client_of: SignIn, executive: Person, books: Books
) -> None:
    lead, url = client_of(books.lead), f"/api/bets/{books.bet.key}/wind-down"

    def post(path: str, sent: dict[str, Any], key: str) -> Any:
        return lead.post(path, sent, content_type="application/json", headers={"Idempotency-Key": key})

    assert post(f"{url}-cost/", {"amount": 1.9}, "cost-0001").status_code == 400
    assert post(f"{url}-cost/", {"amount": 2_000_000}, "cost-0002").status_code == 200
    assert post(f"{url}/", {}, "done-0001").status_code == 409
    decide(client_of(executive), books, wind_down=None)
    assert books.balance("winddown", books.first) == 2_000_000
    answer = post(f"{url}/", {}, "done-0002")
    assert (answer.status_code, answer.json()["money"]["set_aside"]["amount"]) == (200, 0)
    assert books.balance("available") == 100_000_000


def test_a_ceased_bet_comes_back_only_by_naming_the_decision_that_is_reversed(
    client_of: SignIn, executive: Person, books: Books
) -> None:
    client = client_of(executive)
    assert decide(client, books).status_code == 201
    back = {"kind": "persist", "look_again_on": SOON, "wind_down": None}
    for key, unseen in (("back-0001", {}), ("back-0002", {"reverses": 7})):
        answer = decide(client, books, key, **back, **unseen)
        assert (answer.status_code, "as a reversal of that decision" in answer.json()["detail"]) == (409, True)
    answer = decide(client, books, "back-0003", **back, reverses=1)
    assert (answer.status_code, answer.json()["reverses"]) == (201, 1), answer.json()
    assert Bet.objects.get(pk=books.bet.pk).state == "live"
