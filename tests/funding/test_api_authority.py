"""Authority by API: limits, thresholds, sign-offs and delegations are read, set and ended under a key."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from funding.models import AuthorityLimit, Delegation
from lib import clock
from org.models import Domain, Person
from tests import factories as f

pytestmark = pytest.mark.django_db
HOME = "/api/money/authority/"


@pytest.fixture
def keeper(admin: Person, client_of: Any) -> Client:
    return client_of(admin)  # type: ignore[no-any-return]


def send(client: Client, part: str, sent: Any, method: str = "post", key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return getattr(client, method)(HOME + part, json.dumps(sent), content_type="application/json", headers=headers)


def limit(**other: Any) -> dict[str, Any]:
    wanted = {"role": "finance", "kind": "commit", "currency": "EUR", "max_amount": 10_000_000}
    return wanted | {"valid_from": str(clock.today())} | other


def test_a_limit_is_set_once_under_a_key_read_and_ended(keeper: Client, retail: Domain, admin: Person) -> None:
    made, again = (send(keeper, "limits/", limit(domain="retail"), key="limit-of-retail") for _ in range(2))
    assert (made.status_code, made.json() == again.json(), AuthorityLimit.objects.count()) == (201, True, 1)
    assert (made.json()["domain"], made.json()["set_by"], made.json()["ended_at"]) == ("retail", admin.pk, None)
    assert keeper.get(f"{HOME}limits/?role=finance").json()["results"] == [made.json()]
    assert keeper.delete(f"{HOME}limits/{made.json()['id']}/").status_code == 400  # without a key
    assert send(keeper, f"limits/{made.json()['id']}/", {}, "delete").status_code == 204
    assert AuthorityLimit.objects.get().ended_by == admin
    assert send(keeper, "limits/", limit()).status_code == 201


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"role": "viewer"}, 400), ({"person": 10**9}, 400), ({"max_amount": 0}, 400), ({"max_amount": "1"}, 400),
        ({"max_amount": 1.5}, 400), ({"max_amount": True}, 400), ({"max_amount": 10**20}, 400), ({"kind": "x"}, 400),
        ({"domain": "nowhere"}, 400), ({"currency": "eur"}, 409), ({"valid_to": "2020-01-01"}, 409), ({"mood": 1}, 400),
        ({"valid_from": "9999-12-31"}, 409),
    ],
)  # fmt: skip
def test_unsound_limits_are_refused(keeper: Client, other: dict[str, Any], status: int) -> None:
    answer = send(keeper, "limits/", limit(**other))
    assert (answer.status_code, bool(answer.json()["reasons"]), AuthorityLimit.objects.exists()) == (
        status, True, False,
    )  # fmt: skip


def test_thresholds_and_sign_offs_are_set_and_ended_by_an_admin_alone(keeper: Client, client_of: Any) -> None:
    clerk = client_of(f.RoleGrantFactory(role="finance").person)
    threshold = {"kind": "commit", "currency": "EUR", "from_amount": 0, "approvers": 2}
    signoff = {"key": "data", "role": "executive", "currency": "EUR"}
    for part, sent in (("thresholds/", threshold), ("sign-offs/", signoff)):
        assert send(clerk, part, sent).status_code == 409
        made = send(keeper, part, sent)
        where = f"{part}{made.json()['id']}/"
        assert (made.status_code, clerk.get(HOME + part).json()["results"]) == (201, [made.json()])
        assert [send(one, where, {}, "delete").status_code for one in (clerk, keeper)] == [409, 204]


def test_whoever_is_away_delegates_and_others_see_who_could_approve(
    finance: Person, executive: Person, outsider: Person, retail: Domain, client_of: Any
) -> None:
    f.AuthorityLimitFactory(domain=retail)
    day, client = str(clock.today()), client_of(finance)
    wanted = {"taker": executive.pk, "starts_on": day, "ends_on": day, "currency": "EUR", "max_amount": 500}
    made = send(client, "delegations/", wanted)
    assert (made.status_code, made.json()["giver"], made.json()["set_by"]) == (201, finance.pk, finance.pk)
    asked = f"{HOME}who/?kind=commit&domain=retail&currency=EUR&amount="
    found = client.get(f"{asked}500").json()
    assert [(one["person"], one["amount"], one["giver"]) for one in found["people"]] == [
        (finance.pk, 10_000_000, None), (executive.pk, 500, finance.pk),
    ]  # fmt: skip
    assert (found["needed"], found["enough"], client.get(f"{asked}10000001").json()["enough"]) == (1, True, False)
    assert [client.get(f"{asked}{wrong}").status_code for wrong in ("", "x", "1.5", "0", "9" * 16)] == [400] * 5
    assert client_of(outsider).get(f"{asked}500").status_code == 404
    assert send(client_of(executive), f"delegations/{made.json()['id']}/", {}, "delete").status_code == 409
    assert send(client, f"delegations/{made.json()['id']}/", {}, "delete").status_code == 204
    assert Delegation.objects.get().ended_by == finance


@pytest.mark.parametrize("part", ["limits", "thresholds", "sign-offs", "delegations"])
def test_who_sees_no_money_finds_no_authority(viewer: Person, client_of: Any, part: str) -> None:
    assert client_of(viewer).get(f"{HOME}{part}/").status_code == 404
    assert send(client_of(viewer), f"{part}/1/", {}, "delete").status_code == 404
