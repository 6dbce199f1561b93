"""The money of a bet on its page: what was given, how long it lasts, what comes next, and winding down."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bets.models import Bet, Tranche
from funding import actions
from lib.clock import now, today
from lib.seen import seen_of
from org.models import Person
from org.visibility import powers_of
from portfolio.actions import decide_bet
from portfolio.bet_money import bet_money_of
from tests.cast import person
from tests.factories import AT, TODAY
from tests.funding.books import Books, open_books
from tests.pages import text

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Any]
DAY = dt.timedelta(days=1)


@pytest.fixture
def books() -> Books:
    return open_books()


def page(client: Any, books: Books) -> str:
    shown = text(client.get(f"/bets/{books.bet.key}/"))
    return shown[shown.index('<section class="card table-card" id="money"') : shown.index('id="history"')]


def test_money_stands_on_the_page_as_the_ledger_has_it(client_of: SignIn, books: Books) -> None:
    books.given(books.first, "released")
    source, spent = books.account("released", books.first), books.account("spent", books.first)
    move = actions.Move(uuid.uuid4(), "spend", source, spent, 3_000_000, TODAY, "actual", document="SAP 4711")
    actions.post(move, at=AT, by=None)
    shown = page(client_of(books.lead), books)
    for words in ("€30k spent", "€70k released", "only planned", "€900,000.00 available in", "Bets of direct sales",
                  "Next: tranche 2", "Ask to commit it", "Tranche by tranche"):  # fmt: skip
        assert words in shown


def test_whoever_does_not_see_money_sees_the_plan_alone(client_of: SignIn, books: Books) -> None:
    books.given(books.first)
    shown = page(client_of(person("Vera Viewer", "viewer")), books)
    assert "Planned money" in shown
    for words in ("committed", "Next: tranche", "available in"):
        assert words not in shown


def test_a_request_that_waits_is_on_the_record_itself_with_who_is_asked(client_of: SignIn, books: Books) -> None:
    request = books.commit(books.first, due_on=TODAY + 9 * DAY)
    shown = page(client_of(books.lead), books)
    for words in ("The request to commit €100,000.00 waits", str(books.checker), str(books.other),
                  f"/money/requests/{request.pk}/", f"asked by {books.lead}"):  # fmt: skip
        assert words in shown
    assert "Ask to commit it" not in shown


def test_what_was_refused_says_why_and_what_happens_then(client_of: SignIn, books: Books) -> None:
    request = books.commit(books.first)
    actions.reject_request(
        request, reason_code="not_now", comment="Show me the contract first.", by=books.checker, at=AT, today=TODAY
    )
    shown = page(client_of(books.lead), books)
    for words in (
        "The request was refused",
        "Show me the contract first.",
        "The tranche stays planned",
        "Ask to commit",
    ):
        assert words in shown


def test_a_held_bet_says_that_nothing_is_given(client_of: SignIn, books: Books) -> None:
    Bet.objects.filter(pk=books.bet.pk).update(state="held")
    assert "until its new hypothesis, with its gate, has been funded" in page(client_of(books.lead), books)


def test_how_long_the_money_lasts_is_said(client_of: SignIn, books: Books) -> None:
    Tranche.objects.filter(pk=books.second.pk).delete()
    Tranche.objects.filter(pk=books.first.pk).update(planned_on=today() - 10 * DAY, lasts_until=today() + 90 * DAY)
    books.given(books.first, "released")
    assert "at the pace that was planned; nobody can say when the evidence settles" in page(
        client_of(books.lead), books
    )  # fmt: skip


@pytest.mark.parametrize(("given", "waits", "queries"), [(False, False, 3), (True, False, 5), (True, True, 10)])
def test_the_section_takes_the_same_queries_for_any_number_of_tranches(
    books: Books, django_assert_num_queries: DjangoAssertNumQueries, given: bool, waits: bool, queries: int
) -> None:
    if given:
        books.given(books.first, "released")
    if waits:
        books.commit(books.second)
    tranches, powers = list(books.bet.tranches.all()), powers_of(books.lead)
    with django_assert_num_queries(queries):
        shown = bet_money_of(books.bet, tranches, [], powers, TODAY)
    assert shown is not None
    assert bool(shown.next and shown.next.pending) is waits


# ---- winding down


def ceased(books: Books) -> None:
    books.given(books.first)
    decide_bet(
        books.bet, "cease", rationale="Nobody buys it.", would_change="Sales.", look_again_on=None, wind_down=500_000,
        by=person("Edith Decider", "executive"), at=now(), today=TODAY,
    )  # fmt: skip


def test_what_was_set_aside_is_given_back_once_winding_down_is_done(client_of: SignIn, books: Books) -> None:
    ceased(books)
    client, url = client_of(books.lead), f"/bets/{books.bet.key}/wind-down/"
    assert "€5,000.00 is still set aside to wind it down." in page(client, books)
    assert "€5,000.00 is left and returns to Bets of direct sales." in text(client.get(url))
    assert client.post(url).status_code == 302
    assert books.balance("available") == 100_000_000
    assert "given back already" in text(client.get(url))
    assert client.post(url).status_code == 409


def test_winding_down_is_finished_by_whoever_may_ask_for_money_there(
    client_of: SignIn, executive: Person, outsider: Person, books: Books
) -> None:
    ceased(books)
    url = f"/bets/{books.bet.key}/wind-down/"
    assert Client().get(url).status_code == 302
    assert client_of(outsider).get(url).status_code == 404
    assert client_of(person("Vera Viewer", "viewer")).get(url).status_code == 404
    assert "disabled" in text(client_of(executive).get(url))
    assert client_of(executive).post(url).status_code == 409


COST = "/bets/{}/wind-down-cost/"


def test_the_lead_says_what_winding_it_down_would_cost(client_of: SignIn, books: Books) -> None:
    client, url = client_of(books.lead), COST.format(books.bet.key)
    assert client.post(url, {"wind_down": "12,500.50", "seen": seen_of({"wind_down": 0})}).status_code == 302
    assert Bet.objects.get(pk=books.bet.pk).wind_down == 1_250_050
    assert 'value="12500.50"' in text(client.get(url))
    assert "Winding it down would cost €12,500.50." in text(client.get(f"/bets/{books.bet.key}/"))


@pytest.mark.parametrize("typed", ["", "-1", "1e3", "NaN", "1.234", "x" * 100_000, "9" * 20])
def test_what_is_no_cost_is_said_and_nothing_is_kept(client_of: SignIn, books: Books, typed: str) -> None:
    answer = client_of(books.lead).post(COST.format(books.bet.key), {"wind_down": typed})
    assert answer.status_code == 422
    assert "err" in text(answer)
    assert Bet.objects.get(pk=books.bet.pk).wind_down == 0


def test_what_somebody_else_wrote_meanwhile_stands_beside_what_was_typed(client_of: SignIn, books: Books) -> None:
    client, url = client_of(books.lead), COST.format(books.bet.key)
    seen = seen_of({"wind_down": 0})
    client.post(url, {"wind_down": "100", "seen": seen})
    answer = client.post(url, {"wind_down": "200", "seen": seen})
    assert answer.status_code == 409
    assert "Both versions" in text(answer)
    assert Bet.objects.get(pk=books.bet.pk).wind_down == 10_000


def test_who_may_not_say_it_or_comes_too_late_says_no_cost(
    client_of: SignIn, finance: Person, executive: Person, outsider: Person, books: Books
) -> None:
    url = COST.format(books.bet.key)
    assert Client().get(url).status_code == 302
    assert client_of(outsider).get(url).status_code == 404
    assert "disabled" in text(client_of(executive).get(url))
    refused = client_of(executive).post(url, {"wind_down": "1"})
    assert (refused.status_code, "say what winding a bet down would cost" in text(refused)) == (409, True)
    asked = {"wind_down": "1", "seen": seen_of({"wind_down": 0})}
    assert client_of(finance).post(url, asked).status_code == 302
    Bet.objects.filter(pk=books.bet.pk).update(state="ceased")
    assert "nothing is added to it any more" in text(client_of(books.lead).post(url, {"wind_down": "1"}))
