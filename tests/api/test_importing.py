"""Programs upload a file of projects, look at what is wrong with it, take it over, and undo that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bets.models import Bet, Import
from org.models import Domain, Person, Role
from tests.api.writers import send
from tests.bets.test_imports import HEADER, SOUND, worked
from tests.factories import ImportFactory, PersonFactory, RoleGrantFactory, TeamFactory

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
URL = "/api/imports/"


@pytest.fixture
def keeper(retail: Domain, product_lead: Person, product_operations: Person, client_of: SignIn) -> Client:
    TeamFactory(key="atlas", name="Atlas", domain=retail)
    return client_of(product_operations)


def upload(client: Client, text: str, name: str = "projects.csv") -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, text.encode())})


def test_a_file_is_uploaded_checked_taken_over_in_part_and_undone(
    keeper: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("bets.api_importing.ring", lambda: rung.append("rung"))
    with django_capture_on_commit_callbacks(execute=True):
        answer = upload(keeper, HEADER + SOUND + "Cards,Nowhere,Paul Lead,2026-03-01,,5,,,\n")
    file = Import.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"{URL}{file.pk}/"), answer.json()
    assert (answer.json()["state"], answer.json()["rows_seen"], rung) == ("checking", 2, ["rung"])
    assert answer.json()["columns"][0] == {"header": "Project", "means": "name"}
    assert send(keeper, f"{URL}{file.pk}/take/", {}).status_code == 409  # it is still being checked
    worked(file)
    shown = keeper.get(f"{URL}{file.pk}/").json()
    assert (shown["state"], shown["rows_bad"], shown["bets"]) == ("checked", 1, [])
    (wrong,) = shown["errors"]
    assert (wrong["line"], wrong["column"], wrong["stood"]) == (3, "Domain", "Nowhere")
    refused = send(keeper, f"{URL}{file.pk}/take/", {})
    assert (refused.status_code, "One row has errors" in refused.json()["detail"]) == (409, True)
    answer = send(keeper, f"{URL}{file.pk}/take/", {"leaving_out": 1})
    assert (answer.status_code, answer.json()["state"]) == (200, "taking")
    worked(file)
    assert keeper.get(f"{URL}{file.pk}/").json()["bets"] == [Bet.objects.get().key]
    answer = keeper.generic("POST", f"{URL}{file.pk}/undo/")
    assert (answer.status_code, answer.json()["state"], answer.json()["bets"]) == (200, "undone", [])
    assert not Bet.objects.exists()
    assert keeper.generic("POST", f"{URL}{file.pk}/undo/").status_code == 409


def test_what_the_columns_mean_is_said_anew_and_all_rows_are_checked_again(keeper: Client) -> None:
    upload(keeper, HEADER.replace("Domain", "Where") + SOUND)
    file = Import.objects.get()
    worked(file)
    url = f"{URL}{file.pk}/"
    shown = keeper.get(url).json()
    assert (shown["rows_bad"], {"header": "Where", "means": ""} in shown["columns"]) == (1, True)
    meant = [one | ({"means": "domain"} if one["header"] == "Where" else {}) for one in shown["columns"]]
    answer = send(keeper, f"{url}columns/", {"columns": meant})
    assert (answer.status_code, answer.json()["state"], answer.json()["columns"]) == (200, "checking", meant)
    worked(file)
    assert keeper.get(url).json()["rows_bad"] == 0
    for wrong, said in (
        ({"header": "Colour", "means": "name"}, "The file has no column “Colour”."),
        ({"header": "Where", "means": "colour"}, "A column cannot mean “colour”."),
    ):
        refused = send(keeper, f"{url}columns/", {"columns": [wrong]})
        assert (refused.status_code, refused.json()["detail"]) == (409, said)


def test_a_checked_file_is_dropped(keeper: Client) -> None:
    file = ImportFactory(rows_seen=1)
    answer = keeper.generic("POST", f"{URL}{file.pk}/drop/")
    assert (answer.status_code, answer.json()["state"]) == (200, "dropped")
    assert keeper.get(URL).json()["results"][0]["state"] == "dropped"


def test_what_is_no_file_of_projects_is_refused_with_a_sentence(keeper: Client, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 1_000
    large = upload(keeper, "x" * 1_001)
    assert (large.status_code, "“projects.csv” is larger than" in large.json()["detail"]) == (400, True)
    answers = [upload(keeper, ""), upload(keeper, "PK\x03\x04", "projects.xlsx"), upload(keeper, "Name\n", "a.pdf")]
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert keeper.post(URL, {"colour": "red"}).status_code == 400
    assert send(keeper, URL, {"file": "x"}).status_code == 415
    assert not Import.objects.exists()


def test_only_who_may_import_finds_imports_and_each_their_own(
    keeper: Client, client_of: SignIn, retail: Domain, product_lead: Person
) -> None:
    local = PersonFactory()
    RoleGrantFactory(person=local, role=Role.PRODUCT_OPERATIONS, domain=retail)
    mine, theirs = ImportFactory(uploaded_by=local), ImportFactory()
    client = client_of(product_lead)
    assert [client.get(URL).status_code, upload(client, HEADER + SOUND).status_code] == [404, 404]
    client = client_of(local)
    assert [one["id"] for one in client.get(URL).json()["results"]] == [mine.pk]
    assert client.get(f"{URL}{theirs.pk}/").status_code == 404
    assert client.generic("POST", f"{URL}{theirs.pk}/drop/").status_code == 404
    assert keeper.get(URL).json()["count"] == 2
