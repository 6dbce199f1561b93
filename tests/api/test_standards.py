"""Programs keep the standards: by the same actions as the pages, with the same refusals, and nothing unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Allowance, EvidenceKind, Goal, Template
from lib.clock import now
from org.actions import issue_token
from org.models import Event, Person
from tests.api.writers import World, send
from tests.factories import (
    AllowanceFactory,
    BetFactory,
    EvidenceFileFactory,
    EvidenceKindFactory,
    GoalFactory,
    TeamFactory,
    TemplateFactory,
    TrancheFactory,
)

pytestmark = pytest.mark.django_db
STALE = "Somebody changed this meanwhile"
KIND = {"key": "diaries", "name": "Diaries", "cap": 2}
TEMPLATE = {
    "key": "offer", "name": "Offer", "stage": "discovery", "horizon": 2, "guidance": "For what nobody bought yet.",
    "assumptions": ["They have the problem."], "tranches": [{"purpose": "Ask twenty.", "gate": "Ten name it."}],
}  # fmt: skip
ALLOWANCE = {"currency": "CHF", "amount": 5_000_000, "days": 60, "cap": 2}
GOAL = {"key": "renewals", "name": "They stay", "measure": "From 83 % to 87 %", "due_on": "2027-06-30"}
ADDED = {
    "/api/evidence/kinds/": (KIND, {"cap": 1}),
    "/api/templates/": (TEMPLATE, {"tranches": [{"purpose": "Build it.", "gate": "Ten pay."}]}),
    "/api/allowances/": (ALLOWANCE, {"days": 30}),
    "/api/goals/": (GOAL, {"measure": "From 83 % to 90 %"}),
}


@pytest.fixture
def keeper(product_operations: Person, client_of: Callable[[Person], Client]) -> Client:
    return client_of(product_operations)


@pytest.mark.parametrize("url", ADDED)
def test_a_standard_is_added_changed_in_part_and_never_unseen(
    url: str, keeper: Client, product_lead: Person, client_of: Callable[[Person], Client]
) -> None:
    sent, change = ADDED[url]
    one = f"{url}{sent.get('key', 'CHF')}/"
    made = send(keeper, url, sent)
    assert made.status_code == 201, made.json()
    assert made.json() in keeper.get(url).json()["results"]
    again = send(keeper, url, sent)
    assert (again.status_code, "already" in again.json()["detail"]) == (409, True)
    changed = send(keeper, one, change | {"seen": made.json()["seen"]}, "patch")
    assert changed.status_code == 200, changed.json()
    differs = {name for name, value in changed.json().items() if value != made.json()[name]}
    assert differs == {*change, "seen"}
    assert {name: changed.json()[name] for name in change} == change
    other = {"cap": 3} if "cap" in sent else {"name": "Something else"}
    stale = send(keeper, one, other | {"seen": made.json()["seen"]}, "patch")
    assert (stale.status_code, STALE in stale.json()["detail"]) == (409, True)
    refused = [send(client_of(product_lead), one, other, "patch"), send(client_of(product_lead), url, sent)]
    assert [(answer.status_code, "product operations" in answer.json()["detail"]) for answer in refused] == [
        (409, True)
    ] * 2
    assert changed.json() in keeper.get(url).json()["results"]


@pytest.mark.parametrize(
    ("url", "sent", "status", "said"),
    [
        ("evidence/kinds/", KIND | {"key": "two words"}, 409, "The key of a kind of evidence has letters"),
        ("evidence/kinds/", KIND | {"cap": 6}, 400, "“cap”: Ensure this value is less than or equal to 5."),
        ("templates/", TEMPLATE | {"assumptions": ["So."] * 13}, 409, "at most 12 assumptions"),
        ("templates/", TEMPLATE | {"tranches": [["Build it.", "Ten pay."]]}, 400, "“tranches.0”: "),
        ("allowances/", ALLOWANCE | {"currency": "eur"}, 409, "three capital letters"),
        ("allowances/", ALLOWANCE | {"amount": 0}, 400, "“amount”: "),
        ("goals/", GOAL | {"due_on": "2020-01-01"}, 409, "A new goal is due on a day to come."),
        ("goals/", GOAL | {"seen": "x"}, 400, "“seen”: This is not known here"),
    ],
)
def test_a_standard_that_is_not_sound_is_not_kept(url: str, sent: Any, status: int, said: str, keeper: Client) -> None:
    before = [model.objects.count() for model in (EvidenceKind, Template, Allowance, Goal)]
    answer = send(keeper, f"/api/{url}", sent)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.json()
    assert [model.objects.count() for model in (EvidenceKind, Template, Allowance, Goal)] == before


def test_an_allowance_is_taken_back_once(keeper: Client, lead: Client) -> None:
    AllowanceFactory(currency="EUR")
    assert lead.delete("/api/allowances/EUR/").status_code == 409
    assert keeper.delete("/api/allowances/EUR/").status_code == 204
    assert keeper.delete("/api/allowances/EUR/").status_code == 404
    assert Event.objects.get(kind="discovery allowance dropped").payload["was"]["days"] == 90


@pytest.mark.parametrize(
    ("made", "url"),
    [(EvidenceKindFactory, "evidence/kinds"), (TemplateFactory, "templates"), (GoalFactory, "goals")],
)
def test_a_token_that_may_only_read_keeps_no_standard(made: Any, url: str, product_operations: Person) -> None:
    kept = made()
    token = {"Authorization": f"Token {issue_token(product_operations, 'Reader', 30, at=now())}"}
    answer = Client().patch(
        f"/api/{url}/{kept.key}/", {"name": "Taken over"}, content_type="application/json", headers=token
    )
    assert (answer.status_code, "may only read" in answer.json()["detail"]) == (403, True)


def test_the_rate_of_a_team_is_set_and_the_full_cost_of_its_bets_follows(
    world: World, keeper: Client, lead: Client
) -> None:
    team = TeamFactory(domain=world.domain, key="atlas")
    world.bet.teams.add(team)
    TrancheFactory(bet=world.bet, sequence=1, amount=50_000)
    assert send(lead, "/api/bets/RE-1/", {"team_weeks": {"atlas": 2}}, "patch").json()["cost"]["full"] is None
    url, before = "/api/teams/atlas/rate/", keeper.get("/api/teams/").json()["results"][0]
    assert before["rate"] is None
    answer = send(keeper, url, {"amount": 1_000, "currency": "EUR", "seen": before["seen"]})
    assert (answer.status_code, answer.json()["rate"]) == (200, {"amount": 1_000, "currency": "EUR"}), answer.json()
    assert lead.get("/api/bets/RE-1/").json()["cost"]["full"]["amount"] == 52_000
    stale = send(keeper, url, {"amount": 9, "currency": "EUR", "seen": before["seen"]})
    assert (stale.status_code, STALE in stale.json()["detail"]) == (409, True)
    refused = send(lead, url, {"amount": 9, "currency": "EUR"})
    assert (refused.status_code, "finance or product operations" in refused.json()["detail"]) == (409, True)
    assert "three capital letters" in send(keeper, url, {"amount": 9}).json()["detail"]
    assert send(keeper, url, {"amount": None}).json()["rate"] is None


def test_a_file_is_removed_from_evidence_until_it_is_confirmed(world: World, lead: Client, keeper: Client) -> None:
    first, second = (EvidenceFileFactory(evidence=world.evidence) for _ in range(2))
    url = "/api/bets/RE-1/evidence/7/"
    assert lead.delete(f"/api/bets/RE-2/evidence/7/files/{first.pk}/").status_code == 404
    assert lead.delete(f"{url}files/{first.pk}/").status_code == 204
    assert [file["id"] for file in lead.get(url).json()["files"]] == [second.pk]
    assert lead.delete(f"{url}files/{first.pk}/").status_code == 404
    assert send(keeper, f"{url}confirm/", {"strength": world.evidence.strength}).status_code == 200
    assert lead.delete(f"{url}files/{second.pk}/").status_code == 409
    assert world.evidence.files.get() == second


@pytest.mark.parametrize(
    ("url", "first", "second"),
    [
        ("", {"name": "First"}, {"premortem": "Nobody came."}),
        ("", {"value_low": 1, "value_likely": 2, "value_high": 3, "value_conversion": "So."}, {"name": "Second"}),
        ("", {"team_weeks": {"atlas": 2}}, {"team_weeks": {"atlas": 3}}),
        ("assumptions/1/", {"importance": 5}, {"statement": "They pay."}),
        ("tranches/1/", {"amount": 7}, {"purpose": "Build it."}),
    ],
)
def test_what_somebody_changed_since_it_was_read_is_not_written_over(
    url: str, first: Any, second: Any, world: World, lead: Client
) -> None:
    world.bet.teams.add(TeamFactory(domain=world.domain, key="atlas"))
    TrancheFactory(bet=world.bet, sequence=1)
    at = f"/api/bets/RE-1/{url}"
    bet = lead.get("/api/bets/RE-1/").json()
    assumption = lead.get("/api/bets/RE-1/assumptions/").json()["results"][0]
    seen = {"": bet, "assumptions/1/": assumption, "tranches/1/": bet["tranches"][0]}[url]["seen"]
    answer = send(lead, at, first | {"seen": seen}, "patch")
    assert (answer.status_code, answer.json()["seen"] == seen) == (200, False), answer.json()
    stale = send(lead, at, second | {"seen": seen}, "patch")
    assert (stale.status_code, STALE in stale.json()["detail"]) == (409, True)
    assert send(lead, at, second | {"seen": answer.json()["seen"]}, "patch").status_code == 200


def test_an_outcome_and_a_hypothesis_are_not_written_over_unseen_either(world: World, lead: Client) -> None:
    bet = BetFactory(key="RE-3", domain=world.domain, lead=world.lead, state="draft", starts_on=world.day)
    by = world.day.replace(year=world.day.year + 1).isoformat()
    lines = {
        "series": world.series.pk, "target": 0.5, "kill_line": 0.4, "decide_by": by, "planned_exposures": 4_000,
        "starts_on": world.day.isoformat(), "baseline": 0.4,
    }  # fmt: skip
    claim = {"change": "a button", "whom": "buyers", "result": "more buy", "reason": "it is near"}
    for url, sent, change, method in (
        ("outcomes/", lines, {"target": 0.6}, "patch"),
        ("hypothesis/", claim, claim | {"whom": "sellers"}, "post"),
    ):
        made = send(lead, f"/api/bets/{bet.key}/{url}", sent)
        assert made.status_code == 201, made.json()
        at = made.get("Location", f"/api/bets/{bet.key}/{url}")
        seen, stale = made.json()["seen"], "an old one"
        refused = send(lead, at, change | {"seen": stale}, method)
        assert (refused.status_code, STALE in refused.json()["detail"]) == (409, True)
        assert send(lead, at, change | {"seen": seen}, method).status_code in (200, 201)
