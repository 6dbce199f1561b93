"""The read API says what the pages say, to the same people."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from lib.api import Number
from org.models import Domain, Job, Person
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    FlagFactory,
    HypothesisFactory,
    JobFactory,
    OutcomeFactory,
    ReadingFactory,
    RunFactory,
    SignalFactory,
    SourceFactory,
    TeamFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_a_bet_comes_with_verdict_health_flags_and_planned_money(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    run, bet = RunFactory(), BetFactory(domain=retail, key="B-77", name="Parcel lockers", is_sample=True)
    outcome = OutcomeFactory(bet=bet)
    ReadingFactory(outcome=outcome, run=run, health="stale", health_note="Two expected arrivals were missed.")
    VerdictFactory(bet=bet, run=run, kind="cease", sentence="Below the kill line.")
    FlagFactory(bet=bet, outcome=outcome, run=run, since=dt.date(2026, 1, 12), sentence="It is below the kill line.")
    FlagFactory(
        bet=bet, outcome=outcome, run=run, cleared_on=run.as_of, cleared_because="Arrived.", cleared_how="signals"
    )
    TrancheFactory.create_batch(2, bet=bet, amount=1_50)
    answer = client_of(viewer).get("/api/bets/").json()
    assert (answer["count"], answer["next"]) == (1, None)
    (found,) = answer["results"]
    assert found["planned"] == {"amount": 3_00, "currency": "EUR"}
    said = {name: found["verdict"][name] for name in ("kind", "sentence", "as_of")}
    assert said == {"kind": "cease", "sentence": "Below the kill line.", "as_of": "2026-03-02"}
    assert found["health"] == {"state": "stale", "note": "Two expected arrivals were missed."}
    assert found["flags"] == [{
        "kind": "cease", "since": "2026-03-02", "began_on": "2026-01-12", "act_by": None, "outcome": outcome.number,
        "sentence": "It is below the kill line.",
    }]  # fmt: skip
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


def test_bets_are_filtered_as_on_the_page(client_of: SignIn, executive: Person) -> None:
    for key, stage, horizon in (("B-1", "discovery", 1), ("B-2", "run", 2), ("B-3", "run", 3)):
        BetFactory(key=key, stage=stage, horizon=horizon)
    client = client_of(executive)

    def keys(asked: str) -> list[str]:
        return [bet["key"] for bet in client.get(f"/api/bets/?{asked}").json()["results"]]

    assert keys("stage=run") == ["B-2", "B-3"]
    assert keys("stage=run&horizon=1&horizon=3") == ["B-3"]
    assert keys("show=flagged") == []
    assert keys("ordering=-key") == ["B-3", "B-2", "B-1"]


def test_a_bet_in_full_has_every_hypothesis_outcome_and_tranche(
    client_of: SignIn, viewer: Person, retail: Domain
) -> None:
    run, bet = RunFactory(), BetFactory(domain=retail, key="B-77")
    outcome = OutcomeFactory(bet=bet, number=1)
    ReadingFactory(outcome=outcome, run=run, estimate=0.412345678901)
    for version in (1, 2):
        HypothesisFactory(bet=bet, version=version)
    TrancheFactory(bet=bet, sequence=2, amount=7)
    bet.teams.add(TeamFactory(key="lockers"))
    found = client_of(viewer).get("/api/bets/B-77/").json()
    assert [one["version"] for one in found["hypotheses"]] == [2, 1]
    assert found["tranches"][0]["amount"] == {"amount": 7, "currency": "EUR"}
    assert found["outcomes"][0]["reading"]["estimate"] == 0.412345678901
    assert found["teams"] == ["lockers"]


def test_an_outcome_tells_its_way_thinned_as_in_its_chart_or_whole(client_of: SignIn, executive: Person) -> None:
    outcome = OutcomeFactory(number=1)
    for back in range(1, 101):
        SignalFactory(series=outcome.series, period=TODAY - dt.timedelta(days=back))
    RunFactory()
    client, url = client_of(executive), f"/api/bets/{outcome.bet.key}/outcomes/1/"
    thinned, whole = client.get(url).json(), client.get(f"{url}?moments=all").json()
    assert len(thinned["moments"]) <= 91
    assert (len(whole["moments"]), whole["step"]) == (100, 1)
    assert whole["moments"][-1]["exposures"] == 10_000.0
    assert client.get(f"/api/bets/{outcome.bet.key}/outcomes/9/").status_code == 404


def test_signals_of_an_outcome_are_those_since_its_start(client_of: SignIn, executive: Person) -> None:
    outcome = OutcomeFactory(number=1, starts_on=TODAY - dt.timedelta(days=2))
    for back in (1, 2, 3):
        SignalFactory(series=outcome.series, period=TODAY - dt.timedelta(days=back))
    found = client_of(executive).get(f"/api/bets/{outcome.bet.key}/outcomes/1/signals/?period_before=2026-02-28").json()
    assert [signal["period"] for signal in found["results"]] == ["2026-02-28"]


def test_addresses_are_for_those_whose_roles_show_them(client_of: SignIn, viewer: Person, executive: Person) -> None:
    people = {who: client_of(who).get("/api/people/").json()["results"] for who in (viewer, executive)}
    seen = {who: {one["name"]: one["email"] for one in found} for who, found in people.items()}
    assert seen[viewer] == {"Vera Viewer": "vera@example.org", "Eva Executive": None}
    assert seen[executive] == {"Vera Viewer": "vera@example.org", "Eva Executive": "eva@example.org"}


def test_somebody_who_may_not_see_sources_finds_none_of_them(client_of: SignIn, viewer: Person, retail: Domain) -> None:
    client, source = client_of(viewer), SourceFactory(domain=retail)
    for url in ("sources/", f"sources/{source.key}/", f"sources/{source.key}/quarantine/", "series/", "runs/"):
        assert client.get(f"/api/{url}").status_code == 404


def test_an_amount_that_is_not_finite_is_null() -> None:
    assert [Number().to_representation(one) for one in (float("nan"), float("-inf"), 0.1)] == [None, None, 0.1]
