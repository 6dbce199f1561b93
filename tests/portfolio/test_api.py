"""The read API says what the pages say, to the same people."""

from collections.abc import Callable

import pytest
from django.test import Client

from org.models import Domain, Job, Person
from tests.factories import (
    AT,
    BetFactory,
    FlagFactory,
    JobFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.mark.parametrize("url", ["/api/bets/", "/api/runs/1/"])
def test_somebody_who_has_not_signed_in_gets_nothing(url: str) -> None:
    answer = Client().get(url)
    assert answer.status_code in {302, 401, 403}


def test_a_bet_comes_with_verdict_health_flags_and_planned_money(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    run, bet = RunFactory(), BetFactory(domain=retail, key="B-77", name="Parcel lockers", is_sample=True)
    outcome = OutcomeFactory(bet=bet)
    ReadingFactory(outcome=outcome, run=run, health="stale", health_note="Two expected arrivals were missed.")
    VerdictFactory(bet=bet, run=run, kind="cease", sentence="Below the kill line.")
    FlagFactory(bet=bet, outcome=outcome, run=run, sentence="It is below the kill line.")
    FlagFactory(bet=bet, outcome=outcome, run=run, cleared_on=run.as_of, cleared_because="Decided.")
    TrancheFactory.create_batch(2, bet=bet, amount=1_50)
    answer = client_of(viewer).get("/api/bets/").json()
    assert (answer["count"], answer["next"]) == (1, None)
    (found,) = answer["results"]
    assert found["planned"] == {"amount": 3_00, "currency": "EUR"}
    assert found["verdict"] == {"kind": "cease", "sentence": "Below the kill line.", "as_of": "2026-03-02"}
    assert found["health"] == {"state": "stale", "note": "Two expected arrivals were missed."}
    assert found["flags"] == [{"kind": "cease", "since": "2026-03-02", "sentence": "It is below the kill line."}]
    assert (found["key"], found["url"], found["decide_by"], found["is_sample"]) == (
        "B-77", "/bets/B-77/", "2026-05-01", True,
    )  # fmt: skip


def test_bets_of_other_domains_do_not_exist(client_of: SignIn, outsider: Person, retail: Domain) -> None:
    BetFactory(domain=retail)
    assert client_of(outsider).get("/api/bets/").json()["results"] == []


def test_a_bet_that_was_never_judged_says_so(client_of: SignIn, executive: Person) -> None:
    BetFactory()
    (found,) = client_of(executive).get("/api/bets/").json()["results"]
    assert (found["verdict"], found["health"], found["flags"], found["planned"]["amount"]) == (None, None, [], 0)


def test_the_list_comes_in_pages_and_a_page_that_is_not_there_is_404(client_of: SignIn, executive: Person) -> None:
    BetFactory.create_batch(101)
    client = client_of(executive)
    first = client.get("/api/bets/").json()
    assert (first["count"], len(first["results"])) == (101, 100)
    assert len(client.get(first["next"]).json()["results"]) == 1
    assert client.get("/api/bets/?page=9").status_code == 404


def test_the_list_can_be_searched_like_the_page(client_of: SignIn, executive: Person) -> None:
    BetFactory(name="Parcel lockers")
    BetFactory(name="Gift cards")
    found = client_of(executive).get("/api/bets/?q=parcel").json()["results"]
    assert [bet["name"] for bet in found] == ["Parcel lockers"]


@pytest.mark.parametrize("bets", [1, 20])
def test_the_list_takes_the_same_queries_for_one_bet_and_for_many(
    bets: int, client_of: SignIn, executive: Person, django_assert_num_queries: Callable[..., object]
) -> None:
    run = RunFactory()
    for _ in range(bets):
        ReadingFactory(outcome=OutcomeFactory(bet=BetFactory()), run=run)
    client = client_of(executive)
    with django_assert_num_queries(9):
        client.get("/api/bets/")


def test_a_run_tells_its_steps_and_what_was_given_up(client_of: SignIn, product_operations: Person) -> None:
    run = RunFactory(state="open", finished_at=None)
    JobFactory(run=run, kind="read", key="outcomes 0", state=Job.State.DEAD, finished_at=AT, message="It fell over.")
    JobFactory(run=run, kind="read")
    found = client_of(product_operations).get(f"/api/runs/{run.pk}/").json()
    assert (found["id"], found["state"], found["as_of"]) == (run.pk, "open", "2026-03-02")
    assert [(step["name"], step["state"], step["total"], step["dead"]) for step in found["steps"]] == [
        ("Pulling sources", "waiting", 0, 0),
        ("Reading outcomes", "running", 2, 1),
        ("Judging the portfolio", "waiting", 0, 0),
    ]
    assert found["given_up"] == [{"kind": "read", "key": "outcomes 0", "message": "It fell over."}]


def test_a_run_does_not_exist_for_people_who_may_not_see_sources(client_of: SignIn, viewer: Person) -> None:
    assert client_of(viewer).get(f"/api/runs/{RunFactory().pk}/").status_code == 404


def test_a_run_that_is_not_there_is_404(client_of: SignIn, executive: Person) -> None:
    assert client_of(executive).get("/api/runs/99/").status_code == 404


def test_the_api_is_read_only(client_of: SignIn, product_operations: Person) -> None:
    assert client_of(product_operations).post("/api/bets/", {}).status_code == 405
