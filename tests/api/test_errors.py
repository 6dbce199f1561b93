"""Every error of the API is JSON in one shape, with a sentence that a person can act on."""

from typing import Any

import pytest
from django.test import Client

from config.api import answer_error
from lib.refusals import Refused
from org.models import Person
from portfolio import api

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("/api/bets/?horizon=7", 400, "“horizon=7” is not something bets can be filtered by."),
        ("/api/bets/?decide_by_before=soon", 400, "“decide_by_before=soon” is not something bets can be filtered by."),
        ("/api/flags/?kind=pirate", 400, "“kind=pirate” is not understood: "),
        ("/api/flags/?since_after=yesterday", 400, "“since_after=yesterday” is not understood: "),
        ("/api/search/?kind=dogs", 400, "“kind=dogs” is not understood: known are bets, metrics, people, sources"),
        ("/api/bets/nothing/", 404, "There is nothing here, or nothing that you may see."),
        ("/api/runs/99999999999999999999999/", 404, "There is nothing here, or nothing that you may see."),
        ("/api/series/99999999999999999999999/signals/", 404, "There is nothing here, or nothing that you may see."),
        ("/api/nowhere/", 404, "There is nothing at this address: see /api/ for those there are."),
    ],
)
def test_what_is_not_understood_or_not_there_is_said(
    url: str, status: int, said: str, executive_client: Client
) -> None:
    answer = executive_client.get(url)
    assert answer.status_code == status
    told = answer.json()
    assert sorted(told) == ["detail", "reasons"]
    assert said in told["detail"]
    assert " ".join(told["reasons"]) == told["detail"]


def test_several_things_that_are_wrong_are_said_apart(executive_client: Client) -> None:
    answer = executive_client.get("/api/flags/?kind=pirate&open=perhaps")
    assert [reason.split(" ")[0] for reason in answer.json()["reasons"]] == ["“kind=pirate”", "“open=perhaps”"]


def test_an_answer_in_another_format_than_json_is_refused(executive_client: Client) -> None:
    answer = executive_client.get("/api/bets/", headers={"Accept": "text/csv"})
    assert (answer.status_code, answer["Content-Type"]) == (406, "application/json")
    assert answer.json()["detail"]


def test_an_address_without_its_slash_leads_to_the_one_with_it(executive_client: Client) -> None:
    answer = executive_client.get("/api/bets?q=x")
    assert (answer.status_code, answer["Location"]) == (301, "/api/bets/?q=x")


def test_a_refusal_is_409_with_its_reasons() -> None:
    answer = answer_error(Refused("It is late.", "It rains."), {})
    assert (answer.status_code, answer.data) == (
        409, {"detail": "It is late. It rains.", "reasons": ["It is late.", "It rains."]},
    )  # fmt: skip


def test_what_nobody_expected_is_500_and_tells_the_log_but_not_the_caller(
    executive: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("the password is 1234")

    monkeypatch.setattr(api, "figures_of", fails)
    client = Client(raise_request_exception=False)
    client.force_login(executive, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get("/api/portfolio/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert "1234" not in answer.content.decode()
    assert "the password is 1234" in caplog.text


def test_hostile_words_are_answered_as_data(executive_client: Client) -> None:
    words = "<script>alert(1)</script>‮😀=cmd|' /C calc'!A0" * 3
    answer = executive_client.get("/api/bets/", {"ordering": words})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert len(answer.json()["detail"]) < 300
