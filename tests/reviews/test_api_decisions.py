"""The decision log by API: the same filters as the page, one decision in full, and nothing for those out of reach."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from org.models import Domain, Person
from portfolio.models import Review
from tests import factories as f
from tests.funding.books import open_books
from tests.reviews.board import Board, board
from tests.reviews.test_decision_log import decided, voted

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Person], Client]


@pytest.fixture
def growth(viewer: Person) -> Board:
    made = board()
    Review.objects.filter(pk=made.review.pk).update(held_on=f.TODAY)
    return made


def test_the_log_is_filtered_and_ordered_as_on_the_page(retail: Domain, executive: Person, client_of: ClientOf) -> None:
    decided(retail, "A", "persist", "cease", decided_at=f.AT)
    f.DissentFactory(decision=decided(retail, "B", "cease", "cease", decided_at=f.AT + dt.timedelta(days=1)))
    client = client_of(executive)
    queries = ("", "?stands=against", "?dissent=yes", "?ordering=bet", "?kind=cease&kind=persist&ordering=-decided")
    found = [[one["bet"] for one in client.get(f"/api/decisions/{query}").json()["results"]] for query in queries]
    assert found == [["B", "A"], ["A"], ["B"], ["A", "B"], ["B", "A"]]


@pytest.mark.parametrize("query", ["kind=sell", "stands=maybe", "ordering=luck", "decided_after=soon", "color=red"])
def test_what_means_nothing_is_refused_with_a_sentence(executive: Person, client_of: ClientOf, query: str) -> None:
    answer = client_of(executive).get(f"/api/decisions/?{query}")
    assert answer.status_code == 400
    assert answer.json()["reasons"]


def test_a_decision_says_what_was_recommended_known_voted_and_what_followed(
    growth: Board, executive: Person, client_of: ClientOf
) -> None:
    decision = voted(growth)
    found = client_of(executive).get(f"/api/bets/{decision.bet.key}/decisions/1/").json()
    said = {
        name: found["decision"][name] for name in ("kind", "recommended", "stands", "forum", "review", "dissenters")
    }
    assert said == {
        "kind": "persist", "recommended": "cease", "stands": "against", "forum": "growth", "review": 1, "dissenters": 1,
    }  # fmt: skip
    assert found["decision"]["second_reader"] == "Berta Member"
    (vote,) = found["votes"]
    assert (vote["round"], vote["person"]["name"], vote["kind"]) == (1, "Adam Member", "cease")
    assert vote["chances"] == [{"outcome": 1, "probability": 0.15}]
    assert found["dissent"] == [{"person": "Adam Member", "words": "‹It is over.›"}]
    assert found["known"]["planned"] == 50_000_000
    assert (found["known"]["verdict"]["kind"], found["since"]["state"]) == ("cease", "live")


def test_money_that_moved_is_told_only_to_those_who_see_money(client_of: ClientOf) -> None:
    books = open_books()
    books.given(books.first, "released")
    url = f"/api/bets/{books.bet.key}/decisions/{books.bet.decisions.get().number}/"
    found = client_of(books.checker).get(url).json()
    assert found["decision"]["moved"] == [{"kind": "release", "amount": {"amount": 10_000_000, "currency": "EUR"}}]
    assert [one["transfers"][0]["kind"] for one in found["followed"]] == ["release"]
    watcher = f.RoleGrantFactory(role="viewer", domain=books.domain).person
    told = client_of(watcher).get(url).json()
    assert (told["decision"]["moved"], told["followed"], told["known"]["stood"]) == (None, [], None)


def test_a_decision_out_of_reach_is_not_found(growth: Board, outsider: Person, client_of: ClientOf) -> None:
    decision = voted(growth)
    client = client_of(outsider)
    assert client.get(f"/api/bets/{decision.bet.key}/decisions/1/").status_code == 404
    assert client.get("/api/decisions/").json()["count"] == 0
