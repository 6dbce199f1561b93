"""`manage.py add_person`: how the first admin gets in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from org.models import Event, Person
from tests.factories import DomainFactory, PersonFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAKES_PASSWORD", PASSWORD)


def add(*words: str) -> str:
    out = StringIO()
    call_command("add_person", *words, stdout=out)
    return out.getvalue().strip()


def test_the_first_admin_is_added_and_can_sign_in() -> None:
    assert add("ada@example.org", "Ada Lovelace", "--role", "admin") == "Added. Ada Lovelace: Admin."
    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(Person.objects.get().pk)
    assert Person.objects.get().is_superuser
    assert [event.kind for event in Event.objects.order_by("pk")] == ["person added", "role granted"]


def test_a_role_can_be_limited_to_a_domain() -> None:
    DomainFactory(key="retail", name="Retail")
    said = add("bo@example.org", "Bo Derek", "--role", "admin", "--domain", "retail")
    assert said == "Added. Bo Derek: Admin in Retail."
    assert not Person.objects.get().is_staff


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("no-address", "Ada", "--role", "admin"), "'no-address' is not an e-mail address"),
        (("ada@example.org", " ", "--role", "admin"), "A name has 1 to 120 characters"),
        (("TAKEN@example.org", "Ada", "--role", "admin"), "There is a person with the e-mail TAKEN@example.org"),
        (("ada@example.org", "Ada", "--role", "emperor"), "invalid choice: 'emperor'"),
        (("ada@example.org", "Ada", "--role", "viewer", "--domain", "moon"), "There is no domain with the key moon"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    PersonFactory(email="taken@example.org")
    with pytest.raises(CommandError, match=sentence):
        add(*words)
    assert Person.objects.count() == 1


def test_a_weak_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAKES_PASSWORD", "12345")
    with pytest.raises(CommandError, match="too short"):
        add("ada@example.org", "Ada", "--role", "admin")
    assert not Person.objects.exists()


def test_two_different_passwords_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAKES_PASSWORD")
    typed = iter([PASSWORD, PASSWORD + "!"])
    monkeypatch.setattr("org.management.commands.add_person.getpass", lambda prompt: next(typed))
    with pytest.raises(CommandError, match="differ"):
        add("ada@example.org", "Ada", "--role", "admin")
