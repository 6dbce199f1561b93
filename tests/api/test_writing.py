"""Programs write by the same actions as people on the pages: what is made is answered, what is refused says why."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Assumption, Bet, Comment, Evidence, EvidenceFile, Release
from lib.clock import now
from metrics.models import Metric
from org.actions import issue_token
from org.models import Event, Person, Role
from tests.api.writers import World, send
from tests.cast import person
from tests.factories import (
    ForecastFactory,
    GoalFactory,
    HypothesisFactory,
    LearningOutcomeFactory,
    PersonFactory,
    RoleGrantFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_a_bet_is_stated_with_its_claim_and_answered_in_full(world: World, lead: Client) -> None:
    claim = {"change": "a form", "whom": "customers", "result": "more orders", "reason": "it is short"}
    goal, team = GoalFactory(), TeamFactory(domain=world.domain)
    sent = {
        "key": "RE-9", "name": "One page", "domain": "retail", "claim": claim, "goal": goal.key, "teams": [team.key],
        "starts_on": world.day.isoformat(), "stage": "validation", "horizon": 2,
    }  # fmt: skip
    answer = send(lead, "/api/bets/", sent)
    assert (answer.status_code, answer["Location"]) == (201, "/api/bets/RE-9/")
    assert answer.json() == lead.get("/api/bets/RE-9/").json()
    bet = Bet.objects.get(key="RE-9")
    assert (bet.lead, bet.goal, bet.state, bet.horizon, list(bet.teams.all())) == (world.lead, goal, "draft", 2, [team])
    assert bet.hypotheses.get().whom == "customers"
    assert Event.objects.get(kind="bet stated", subject_id=bet.pk).by == world.lead


def test_a_draft_is_changed_and_what_is_not_sent_stays(world: World, lead: Client) -> None:
    answer = send(lead, "/api/bets/RE-1/", {"name": "Another name"}, "patch")
    assert (answer.status_code, answer.json()["name"]) == (200, "Another name")
    world.bet.refresh_from_db()
    assert (world.bet.name, world.bet.lead, world.bet.starts_on) == ("Another name", world.lead, world.day)


def test_a_draft_that_is_not_ready_is_not_taken_live_and_says_what_is_missing(world: World, lead: Client) -> None:
    answer = lead.generic("POST", "/api/bets/RE-1/live/")
    assert answer.status_code == 409
    assert len(answer.json()["reasons"]) > 1
    world.bet.refresh_from_db()
    assert world.bet.state == "draft"


def test_a_live_bet_gets_another_hypothesis_only_with_a_reason(world: World, lead: Client) -> None:
    HypothesisFactory(bet=world.live, version=1)
    claim = {"change": "a call", "whom": "customers", "result": "more orders", "reason": "it is personal"}
    assert send(lead, "/api/bets/RE-2/hypothesis/", claim).status_code == 409
    answer = send(lead, "/api/bets/RE-2/hypothesis/", claim | {"why": "Nobody filled in the form."})
    assert (answer.status_code, answer.json()["version"]) == (201, 2)


def test_evidence_is_logged_changed_and_confirmed(
    world: World, lead: Client, client_of: SignIn, product_operations: Person
) -> None:
    answer = send(lead, "/api/bets/RE-1/evidence/", world.finding())
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/bets/RE-1/evidence/{made['number']}/")
    assert made["links"] == [{"assumption": 1, "outcome": None, "learning_outcome": None, "supports": True}]
    assert made == lead.get(answer["Location"]).json()
    changed = world.finding(learned="They want it a lot.", revision=made["revision"])
    answer = send(lead, f"/api/bets/RE-1/evidence/{made['number']}/", changed, "patch")
    assert (answer.status_code, answer.json()["revision"]) == (200, 2)
    stale = send(lead, f"/api/bets/RE-1/evidence/{made['number']}/", changed | {"learned": "No."}, "patch")
    assert stale.status_code == 409
    answer = send(client_of(product_operations), f"/api/bets/RE-1/evidence/{made['number']}/confirm/", {"strength": 2})
    assert (answer.status_code, answer.json()["confirmed_by"]) == (200, "Olga Operations")


def test_more_strength_than_the_kind_allows_is_refused_as_on_the_page(world: World, lead: Client) -> None:
    answer = send(lead, "/api/bets/RE-1/evidence/", world.finding(strength=5))
    assert answer.status_code == 409
    assert "3" in answer.json()["detail"]
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"supports": True}, "“links[0]”: name one of assumption, outcome, learning_outcome."),
        ({"assumption": 1, "outcome": 1, "supports": True}, "“links[0]”: name one of"),
        ({"assumption": 99, "supports": True}, "“links[0]”: the bet has no assumption 99."),
        ({"learning_outcome": 1, "supports": True}, "“links[0]”: the bet has no learning outcome 1."),
        ({"assumption": 1}, "“links.0.supports”: This field is required."),
    ],
)
def test_a_link_to_nothing_is_said_by_its_place(link: Any, said: str, world: World, lead: Client) -> None:
    LearningOutcomeFactory(number=1)  # of another bet
    answer = send(lead, "/api/bets/RE-1/evidence/", world.finding(links=[link]))
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_a_file_is_attached_and_a_lie_or_too_large_a_one_is_not(
    world: World, lead: Client, settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.FILES_FOLDER, settings.FILES_MAX_BYTES = tmp_path, 1_000
    url = "/api/bets/RE-1/evidence/7/files/"
    answer = lead.post(url, {"file": SimpleUploadedFile("notes.txt", b"Nine of twelve.")})
    assert (answer.status_code, answer.json()["name"], answer.json()["size"]) == (201, "notes.txt", 15)
    lie = lead.post(url, {"file": SimpleUploadedFile("notes.pdf", b"Nine of twelve.")})
    assert (lie.status_code, "but its content is" in lie.json()["detail"]) == (409, True)
    large = lead.post(url, {"file": SimpleUploadedFile("large.txt", b"x" * 1_001)})
    assert (large.status_code, "is larger than" in large.json()["detail"]) == (400, True)
    assert send(lead, url, {"file": "x"}).status_code == 415
    assert lead.post(url, {"colour": "red"}).status_code == 400
    assert EvidenceFile.objects.count() == 1


def test_what_a_lead_plans_and_marks_is_made_and_shown_in_its_list(world: World, lead: Client) -> None:
    RoleGrantFactory(person=PersonFactory(), role=Role.VIEWER, domain=world.domain)
    soon = world.day.replace(year=world.day.year + 1).isoformat()
    made = {
        "RE-1/assumptions": {"statement": "They have a phone.", "importance": 5},
        "RE-2/releases": {"name": "The form", "shipped_on": world.day.isoformat(), "url": "https://example.org/1"},
        "RE-1/comments": {"text": "What of brokers?"},
        "RE-1/tranches": {"amount": 1_000_00, "purpose": "A pilot", "gate": "Ten orders", "planned_on": soon},
    }  # fmt: skip
    for name, sent in made.items():
        answer = send(lead, f"/api/bets/{name}/", sent)
        assert answer.status_code == 201, answer.json()
        assert "tranches" in name or answer.json() in lead.get(f"/api/bets/{name}/").json()["results"]
    assert Assumption.objects.get(bet=world.bet, importance=5).number == 2
    assert (Release.objects.count(), Comment.objects.count()) == (1, 1)
    assert world.bet.tranches.get().amount == 1_000_00


def test_an_outcome_is_stated_from_a_series(world: World, lead: Client) -> None:
    sent = {
        "series": world.series.pk, "target": 0.45, "kill_line": 0.4, "planned_exposures": 9000,
        "decide_by": world.day.replace(year=world.day.year + 1).isoformat(), "baseline": 0.41,
    }  # fmt: skip
    answer = send(lead, "/api/bets/RE-1/outcomes/", sent)
    assert (answer.status_code, answer["Location"]) == (201, "/api/bets/RE-1/outcomes/1/"), answer.json()
    assert (answer.json()["target"], answer.json()["reading"]) == (0.45, None)
    again = send(lead, "/api/bets/RE-1/outcomes/", sent)
    assert again.status_code == 409


def test_forecasts_of_others_are_shown_once_one_has_stated_ones_own(
    world: World, lead: Client, client_of: SignIn, executive: Person
) -> None:
    ForecastFactory(outcome=world.outcome, person=executive, probability=0.9)
    assert lead.get("/api/bets/RE-2/forecasts/").json()["count"] == 0
    answer = send(lead, "/api/bets/RE-2/forecasts/", {"outcome": 1, "probability": 0.6})
    assert (answer.status_code, answer.json()["person"]) == (201, "Paul Lead")
    shown = lead.get("/api/bets/RE-2/forecasts/").json()["results"]
    assert sorted(one["probability"] for one in shown) == [0.6, 0.9]
    assert client_of(executive).get("/api/bets/RE-2/forecasts/").json()["count"] == 2
    assert send(lead, "/api/bets/RE-2/forecasts/", {"outcome": 1, "gate": 1, "probability": 0.6}).status_code == 400


def test_finance_says_value_and_gates_and_the_lead_does_not(
    world: World, lead: Client, client_of: SignIn, finance: Person
) -> None:
    gate = {"met": True, "note": "Ten orders came."}
    assert send(lead, "/api/bets/RE-2/gates/1/", gate).status_code == 409
    answer = send(client_of(finance), "/api/bets/RE-2/gates/1/", gate)
    assert (answer.status_code, answer.json()["tranche"]) == (201, 1)
    value = {"month": world.day.replace(day=1).isoformat(), "amount": 5, "note": "Fewer calls."}
    refused = send(lead, "/api/bets/RE-2/value/", value)
    assert (refused.status_code, "That takes the role" in refused.json()["detail"].replace("that", "That")) == (
        409,
        True,
    )


def test_the_library_is_kept_by_product_operations(lead: Client, client_of: SignIn, product_operations: Person) -> None:
    keeper = client_of(product_operations)
    sent = {"key": "returns", "name": "Returns", "kind": "proportion", "direction": "lower"}
    assert send(lead, "/api/metrics/", sent).status_code == 409
    answer = send(keeper, "/api/metrics/", sent)
    assert (answer.status_code, answer["Location"]) == (201, "/api/metrics/returns/"), answer.json()
    changed = {"counts": "Orders sent back within 30 days.", "reason": "It was never said."}
    answer = send(keeper, "/api/metrics/returns/", changed, "patch")
    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    assert Metric.objects.get(key="returns").direction == "lower"
    seen = answer.json()["seen"]
    for status, name in ((200, "Orders sent back"), (409, "Sent back")):
        again = send(keeper, "/api/metrics/returns/", {"name": name, "reason": "Clearer.", "seen": seen}, "patch")
        assert again.status_code == status, again.json()
    assert "Somebody changed this meanwhile" in again.json()["detail"]


def test_a_token_writes_only_when_it_may(world: World) -> None:
    sent = {"text": "From a program."}
    for writes, status in ((False, 403), (True, 201)):
        token = issue_token(world.lead, f"Program {writes}", 30, at=now(), writes=writes)
        headers = {"Authorization": f"Token {token}"}
        answer = Client(enforce_csrf_checks=True).post(
            "/api/bets/RE-1/comments/", json.dumps(sent), content_type="application/json", headers=headers
        )
        assert answer.status_code == status
        assert Client().get("/api/bets/RE-1/", headers=headers).status_code == 200
        assert status == 201 or "This token may only read" in answer.json()["detail"]
    assert Comment.objects.get().written_by == world.lead


def test_the_page_of_tokens_issues_one_that_may_write_and_says_so(client_of: SignIn, viewer: Person) -> None:
    client = client_of(viewer)
    client.post("/tokens/", {"name": "Reader", "days": "30"})
    client.post("/tokens/", {"name": "Writer", "days": "30", "writes": "on"})
    page = client.get("/tokens/").content.decode()
    assert page.count("may also write</span>") == 1
    assert Event.objects.filter(kind="token issued", payload__writes=True).count() == 1


def test_a_session_writes_only_with_its_csrf_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.lead, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = send(client, "/api/bets/RE-1/comments/", {"text": "From elsewhere."})
    assert (answer.status_code, Comment.objects.count()) == (403, 0)


def test_a_bet_that_one_may_not_see_is_not_there_for_writing(world: World, client_of: SignIn, outsider: Person) -> None:
    client = client_of(outsider)
    answers = [
        send(client, "/api/bets/RE-1/", {"name": "Mine"}, "patch"),
        send(client, "/api/bets/RE-1/comments/", {"text": "Hello."}),
        client.generic("POST", "/api/bets/RE-1/live/"),
        send(client, "/api/bets/", {"key": "X", "name": "X", "domain": "retail", "starts_on": "2026-01-01"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 400]
    assert "“domain”: “retail” is not there, or nothing that you may see." in answers[-1].json()["detail"]


HOSTILE = {
    "no JSON": "{", "a list": "[]", "a text": '"x"', "NaN": '{"text": NaN}', "a NUL": '{"text": "a\\u0000b"}',
    "half a character": '{"text": "\\ud800"}', "half a name": '{"\\ud800": 1}', "depth": "[" * 5_000,
    "latin-1": b'{"text": "\xe9"}', "too long": '{"text": "' + "x" * 100_000 + '"}', "megabytes": " " * 1_000_001,
    "an unknown field": '{"text": "a", "colour": "red"}', "an object": '{"text": {"a": 1}}', "nothing": "null",
    "endless": '{"reply_to": 1e999, "text": "a"}', "large": '{"reply_to": 99999999999999999999999, "text": "a"}',
    "digits": '{"reply_to": ' + "9" * 5_000 + "}",
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_body_that_cannot_be_taken_is_said_in_a_sentence(body: Any, world: World, lead: Client) -> None:
    answer = lead.post("/api/bets/RE-1/comments/", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert answer.json()["detail"].endswith((".", "}"))
    assert len(answer.json()["detail"]) < 400
    assert not Comment.objects.exists()


def test_people_are_named_by_number_among_those_who_see_the_domain(
    world: World, lead: Client, outsider: Person
) -> None:
    colleague = person("Carla Colleague", Role.PRODUCT_LEAD, world.domain)
    asked = {"text": "Is it so?", "answer_by": world.day.isoformat()}
    answer = send(lead, "/api/bets/RE-1/comments/", asked | {"asks": outsider.pk})
    assert answer.status_code == 400
    assert "nobody with the number" in answer.json()["detail"] and "Otto" not in answer.json()["detail"]
    answer = send(lead, "/api/bets/RE-1/comments/", asked | {"asks": colleague.pk, "mentions": [colleague.pk]})
    assert (answer.status_code, answer.json()["mentions"]) == (201, ["Carla Colleague"])
