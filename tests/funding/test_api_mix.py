"""Programs read guardrails as they stand, and keep them: by the same action as the pages."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from funding.models import Guardrail
from tests import factories as f
from tests.funding.books import Books, books_of_today

pytestmark = pytest.mark.django_db
RAILS = "/api/money/guardrails/"


@pytest.fixture
def books() -> Books:
    return books_of_today()


def send(client: Client, url: str, sent: Any, method: str = "post", key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return getattr(client, method)(url, json.dumps(sent), content_type="application/json", headers=headers)


def test_guardrails_are_read_as_they_stand(books: Books, finance_client: Client) -> None:
    books.given(books.first)
    f.GuardrailFactory(kind="largest", horizon=None, at_most=9_000_000, name="Small bets")
    f.GuardrailFactory(horizon=3, at_most=9, name="Later", is_active=False)
    found = {one["name"]: (one["now"], one["state"]) for one in finance_client.get(RAILS).json()["results"]}
    assert found == {"Small bets": (10_000_000, "beyond"), "Later": (None, None)}
    assert finance_client.get(f"{RAILS}?is_active=true").json()["count"] == 1


def test_a_guardrail_is_added_once_under_a_key_and_changed(finance_client: Client) -> None:
    wanted = {"kind": "share", "name": "Some for later", "horizon": 3, "at_least": 10, "currency": "EUR"}
    made, again = (send(finance_client, RAILS, wanted, key="rail-later-1") for _ in range(2))
    assert (made.status_code, again.status_code, Guardrail.objects.count()) == (201, 201, 1)
    stale = send(finance_client, made["Location"], {"at_least": 5, "seen": "0"}, "patch")
    changed = send(finance_client, made["Location"], {"at_least": 5, "seen": made.json()["seen"]}, "patch")
    assert (stale.status_code, changed.status_code, changed.json()["at_least"]) == (409, 200, 5)


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"horizon": None}, 409), ({"at_least": 101}, 409), ({"at_least": 1.9}, 400), ({"at_least": "1e3"}, 400),
        ({"at_least": -1}, 400), ({"at_least": 2**63}, 400), ({"kind": "mood"}, 400), ({"domain": "none"}, 400),
        ({"currency": "eur"}, 409), ({"mood": 1}, 400), ({"buffer": 101}, 400),
    ],
)  # fmt: skip
def test_unsound_guardrails_are_refused(finance_client: Client, other: dict[str, Any], status: int) -> None:
    wanted = {"kind": "share", "name": "Later", "horizon": 3, "at_least": 10, "currency": "EUR"} | other
    assert (send(finance_client, RAILS, wanted).status_code, Guardrail.objects.exists()) == (status, False)


def test_who_may_not_keep_guardrails_is_refused_and_who_sees_no_money_finds_none(books: Books, client_of: Any) -> None:
    wanted = {"kind": "count", "name": "Few", "at_most": 10, "currency": "EUR"}
    assert send(client_of(books.lead), RAILS, wanted).status_code == 409
    assert client_of(f.RoleGrantFactory(role="viewer").person).get(RAILS).status_code == 404


def test_capacity_is_planned_read_changed_and_taken_back(books: Books, finance_client: Client) -> None:
    team, url = f.TeamFactory(domain=books.domain, week_rate=100_000, rate_currency="EUR"), "/api/money/capacity/"
    wanted = {"team": team.key, "weeks": "44.5", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    made = send(finance_client, url, wanted)
    assert (made.status_code, made.json()["weeks"], made.json()["load"]) == (201, "44.5", "fine")
    assert send(finance_client, url, wanted).status_code == 409
    assert send(finance_client, url, wanted | {"weeks": "NaN"}).status_code == 400
    where = made["Location"]
    assert send(finance_client, where, {"weeks": "40", "seen": "0"}, "patch").status_code == 409
    changed = send(finance_client, where, {"weeks": "40", "seen": made.json()["seen"]}, "patch")
    assert (changed.status_code, finance_client.get(f"{url}?team={team.key}").json()["results"]) == (
        200,
        [changed.json()],
    )
    assert (send(finance_client, where, {}, "delete").status_code, finance_client.get(where).status_code) == (204, 404)
