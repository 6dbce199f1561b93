"""What is sent again under the same key is done once, whoever sends it and how often."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from bets.models import Assumption, EvidenceFile
from lib.api_writing import Acting
from org.answering import KEPT, answer_once, forget_answers
from org.models import Answer, Person
from tests.api.writers import World, send
from tests.factories import AT, PersonFactory, TrancheFactory

pytestmark = pytest.mark.django_db
SENT = {"statement": "They pay.", "importance": 4}
URL = "/api/bets/RE-1/assumptions/"
KEY = {"Idempotency-Key": "order-0001"}


def keyed(client: Client, sent: Any, key: str = KEY["Idempotency-Key"], url: str = URL, method: str = "post") -> Any:
    client.defaults["HTTP_IDEMPOTENCY_KEY"] = key
    return send(client, url, sent, method)


def test_the_same_key_does_a_thing_once_and_answers_the_same(world: World, lead: Client) -> None:
    first, again = keyed(lead, SENT), keyed(lead, dict(reversed(SENT.items())))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert Assumption.objects.filter(bet=world.bet, statement="They pay.").count() == 1


def test_another_request_under_the_key_is_refused(world: World, lead: Client) -> None:
    keyed(lead, SENT)
    for answer in (keyed(lead, SENT | {"importance": 5}), keyed(lead, SENT, url="/api/bets/RE-2/assumptions/")):
        assert answer.status_code == 409
        assert answer.json()["reasons"][0].startswith("Something else was sent under this key before")


def test_the_same_key_of_somebody_else_is_another_key(world: World, lead: Client, executive: Person) -> None:
    keyed(lead, SENT)
    status, said = answer_once(executive, KEY["Idempotency-Key"], "x", lambda: (201, {"shown": 1}), at=AT)
    assert (status, said, Answer.objects.count()) == (201, {"shown": 1}, 2)


def test_what_was_refused_may_come_again_under_its_key_once_it_is_mended(world: World, lead: Client) -> None:
    assert keyed(lead, SENT | {"importance": 9}).status_code == 400
    assert Answer.objects.count() == 0
    assert keyed(lead, SENT).status_code == 201


def test_a_file_sent_again_under_its_key_is_attached_once(world: World, lead: Client) -> None:
    def sent(text: bytes) -> Any:
        file = SimpleUploadedFile("talks.txt", text)
        return lead.post("/api/bets/RE-1/evidence/7/files/", {"file": file}, headers=KEY)

    assert [sent(b"Nine of twelve.").status_code, sent(b"Nine of twelve.").status_code] == [201, 201]
    assert sent(b"Ten of twelve.").status_code == 409
    assert EvidenceFile.objects.filter(evidence=world.evidence).count() == 1


def test_what_is_dropped_under_a_key_is_dropped_once(world: World, lead: Client) -> None:
    TrancheFactory(bet=world.bet, sequence=1)
    url, other = "/api/bets/RE-1/tranches/1/", {"Idempotency-Key": "order-0002"}
    assert [lead.delete(url, headers=KEY).status_code for _ in range(2)] == [204, 204]
    assert lead.delete(url, headers=other).status_code == 404


@pytest.mark.parametrize("key", ["short", "x" * 81, "with a space", "ümlaut-12345"])
def test_a_key_that_is_none_is_refused(key: str, world: World, lead: Client) -> None:
    answer = keyed(lead, SENT, key=key)
    assert answer.status_code == 400
    assert "8 to 80 letters, digits or signs" in answer.json()["detail"]


def test_where_a_key_has_to_be_sent_it_is_asked_for(
    world: World, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Acting, "keyed", True)
    answer = send(lead, URL, SENT)
    assert (answer.status_code, answer.json()["detail"][:32]) == (400, "Send the header Idempotency-Key:")


def test_answers_are_forgotten_after_thirty_days() -> None:
    person = PersonFactory()
    for key, age in (("old", KEPT + timedelta(seconds=1)), ("young", KEPT)):
        answer_once(person, key, "x", lambda: (200, {}), at=AT - age)
    assert forget_answers(at=AT) == 1
    assert Answer.objects.get().key == "young"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_second_waits_and_hears_what_the_first_did() -> None:
    person, done, said = PersonFactory(), [], []

    def act() -> tuple[int, dict[str, Any]]:
        done.append(1)
        return 201, {"shown": len(done)}

    def ask() -> None:
        said.append(answer_once(person, "order-0001", "x", act, at=AT))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(done), said) == (1, [(201, {"shown": 1})] * 4)
