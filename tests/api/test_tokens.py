"""API tokens: shown once, stored as a hash, of one person, for a while, and gone when revoked."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lib.clock import now
from lib.refusals import Refused
from org.actions import issue_token, revoke_token
from org.models import Event, Person, Token
from org.rules import TOKENS_AT_MOST
from tests.factories import AT, BetFactory, TokenFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
DAY = dt.timedelta(days=1)


def reading(token: str, url: str = "/api/bets/") -> Any:
    return Client().get(url, headers={"Authorization": token})


def test_a_token_reads_what_its_person_may_read(viewer: Person, retail: Any) -> None:
    BetFactory(domain=retail, key="B-1")
    BetFactory(key="B-2")
    answer = reading(f"Token {issue_token(viewer, 'Report', 30, at=now())}")
    assert [bet["key"] for bet in answer.json()["results"]] == ["B-1"]


@pytest.mark.parametrize(
    "header", ["Token", "Token a b", "Token 1234", "Token ÿÿÿ", "Token " + "x" * 5000, "token ' OR 1=1 --"]
)
def test_a_token_that_is_none_is_401_and_says_how_to_sign_in(header: str) -> None:
    answer = reading(header.encode().decode("latin-1"))
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")
    assert answer.json()["detail"]


def test_a_token_stops_when_it_expires_is_revoked_or_its_person_is_no_longer_active(viewer: Person) -> None:
    over = issue_token(viewer, "Over", 30, at=now() - 31 * DAY)
    revoked = issue_token(viewer, "Revoked", 30, at=now())
    left = issue_token(viewer, "Left", 30, at=now())
    assert reading(f"Token {revoked}").status_code == 200
    revoke_token(Token.objects.get(name="Revoked"), by=viewer, at=now())
    assert [reading(f"Token {token}").status_code for token in (over, revoked, left)] == [401, 401, 200]
    Person.objects.filter(pk=viewer.pk).update(is_active=False)
    assert reading(f"Token {left}").status_code == 401


def test_an_expired_token_does_not_take_the_session_of_a_browser_along(client_of: SignIn, viewer: Person) -> None:
    answer = client_of(viewer).get("/api/bets/", headers={"Authorization": "Token gone"})
    assert answer.status_code == 401


def test_only_the_hash_of_a_token_is_stored_and_it_is_in_no_event_and_no_log(
    viewer: Person, client_of: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = client_of(viewer).post("/tokens/", {"name": "Report", "days": "90"})
    secret = answer.context["issued"]
    token = Token.objects.get()
    assert len(secret) == 64
    assert secret not in str(Token.objects.values().get()) + str(list(Event.objects.values())) + caplog.text
    assert token.expiry - token.created == 90 * DAY
    event = Event.objects.get(subject_type="org.token")
    assert (event.sentence, event.by, event.subject_id) == (
        "Vera Viewer issued the API token “Report” for 90 days.", viewer, token.pk,
    )  # fmt: skip


def test_a_token_is_shown_once(viewer: Person, client_of: SignIn) -> None:
    client = client_of(viewer)
    answer = client.post("/tokens/", {"name": "Report", "days": "90"})
    secret = answer.context["issued"]
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    later = client.get("/tokens/").content.decode()
    assert "Report" in later
    assert secret not in later


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"name": "", "days": "30"}, 422, "Enter a name that says what the token is for."),
        ({"name": "Weekly", "days": "7"}, 422, "Select a valid choice."),
        ({"name": "x" * 81, "days": "30"}, 422, "at most 80 characters"),
        ({"name": "  rePORT ", "days": "30"}, 409, "You have a token named “rePORT” already"),
    ],
)
def test_what_is_not_sound_is_said_and_what_was_typed_is_kept(
    typed: dict[str, str], status: int, said: str, viewer: Person, client_of: SignIn
) -> None:
    TokenFactory(user=viewer, name="Report")
    answer = client_of(viewer).post("/tokens/", typed)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert answer.context["form"]["name"].value() == typed["name"]
    assert Token.objects.count() == 1


def test_the_same_name_is_free_for_somebody_else(viewer: Person) -> None:
    TokenFactory(name="Report")
    assert issue_token(viewer, "Report", 30, at=AT)


def test_nobody_has_more_tokens_than_they_can_look_after(viewer: Person) -> None:
    TokenFactory.create_batch(TOKENS_AT_MOST, user=viewer)
    with pytest.raises(Refused, match="which is the most"):
        issue_token(viewer, "One more", 30, at=AT)


def test_an_account_that_is_not_active_gets_no_token(viewer: Person) -> None:
    viewer.is_active = False
    with pytest.raises(Refused, match="not active"):
        issue_token(viewer, "Report", 30, at=AT)


def test_the_page_lists_ones_own_tokens_and_says_which_have_expired(viewer: Person, client_of: SignIn) -> None:
    TokenFactory(user=viewer, name="Old", expiry=AT + DAY)
    TokenFactory(user=viewer, name="New <b>", created=now(), expiry=now() + DAY)
    TokenFactory(name="Of another")
    page = client_of(viewer).get("/tokens/").content.decode()
    assert "Of another" not in page
    assert "New &lt;b&gt;" in page
    assert page.count("Expired") == 1


def test_a_token_is_revoked_with_an_event_and_revoking_it_twice_is_harmless(viewer: Person, client_of: SignIn) -> None:
    token = TokenFactory(user=viewer, name="Report")
    client = client_of(viewer)
    answer = client.post(f"/tokens/{token.pk}/revoke/", follow=True)
    assert "“Report” is revoked" in answer.content.decode()
    assert not Token.objects.exists()
    assert Event.objects.get(kind="token revoked").sentence == "Vera Viewer revoked the API token “Report”."
    revoke_token(token, by=viewer, at=AT)
    assert Event.objects.filter(kind="token revoked").count() == 1


def test_nobody_revokes_the_token_of_another(outsider: Person, client_of: SignIn) -> None:
    token = TokenFactory()
    assert client_of(outsider).post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert Token.objects.filter(pk=token.pk).exists()


@pytest.mark.parametrize("url", ["/tokens/", "/tokens/1/revoke/"])
def test_somebody_who_has_not_signed_in_is_asked_to(url: str) -> None:
    assert Client().post(url)["Location"].startswith("/accounts/login/")


def test_a_token_opens_no_page_and_no_form(viewer: Person) -> None:
    secret = issue_token(viewer, "Report", 30, at=now())
    assert reading(f"Token {secret}", "/tokens/").status_code == 302
