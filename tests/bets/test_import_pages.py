"""Pages of imports: who gets them, what they show at each stage, and what they answer to what cannot be."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bets.models import Bet, Import
from org.models import Domain, Person, Role
from tests.bets.test_imports import HEADER, SOUND, taken, uploaded, worked
from tests.factories import ImportFactory, ImportRowFactory, PersonFactory, RoleGrantFactory, TeamFactory

pytestmark = pytest.mark.django_db
Signed = Callable[[Person], Client]
GETS = ["/imports/", "/imports/new/", "/imports/template/", "/imports/{pk}/", "/imports/{pk}/errors/"]
POSTS = ["/imports/{pk}/columns/", "/imports/{pk}/take/", "/imports/{pk}/undo/", "/imports/{pk}/drop/"]


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch: pytest.MonkeyPatch, retail: Domain, product_lead: Person) -> None:
    monkeypatch.setattr("bets.import_views.ring", lambda: None)
    TeamFactory(key="atlas", name="Atlas", domain=retail)


@pytest.mark.parametrize("path", GETS + POSTS)
def test_only_who_may_import_gets_a_page_of_imports(path: str, client_of: Signed, product_lead: Person) -> None:
    url = path.format(pk=ImportFactory().pk)
    client = client_of(product_lead)
    assert (client.post(url) if path in POSTS else client.get(url)).status_code == 404
    assert Client().get(url).status_code in {302, 405}


@pytest.mark.parametrize("path", GETS)
def test_product_operations_get_them(path: str, client_of: Signed, product_operations: Person) -> None:
    file = ImportFactory(uploaded_by=product_operations, rows_seen=1)
    answer = client_of(product_operations).get(path.format(pk=file.pk))
    assert answer.status_code == 200


def test_product_operations_of_one_domain_see_only_their_own_imports(client_of: Signed, retail: Domain) -> None:
    keeper = PersonFactory()
    RoleGrantFactory(person=keeper, role=Role.PRODUCT_OPERATIONS, domain=retail)
    mine, theirs = ImportFactory(uploaded_by=keeper, file_name="mine.csv"), ImportFactory(file_name="theirs.csv")
    client = client_of(keeper)
    assert client.get(f"/imports/{mine.pk}/").status_code == 200
    assert client.get(f"/imports/{theirs.pk}/").status_code == 404
    assert b"theirs.csv" not in client.get("/imports/").content


def test_an_upload_is_followed_from_check_to_drafts_to_undo(client_of: Signed, product_operations: Person) -> None:
    client = client_of(product_operations)
    answer = client.post("/imports/new/", {"file": SimpleUploadedFile("p.csv", (HEADER + SOUND).encode())})
    file = Import.objects.get()
    assert answer["Location"] == f"/imports/{file.pk}/"
    assert "Checking the rows" in client.get(answer["Location"]).content.decode()
    worked(file)
    page = client.get(answer["Location"]).content.decode()
    assert "Every row can be taken over" in page
    assert "next free" in page
    assert client.post(f"/imports/{file.pk}/take/", {"bad": "0"}).status_code == 302
    assert "Taking over" in client.get(answer["Location"]).content.decode()
    worked(file)
    page = client.get(answer["Location"]).content.decode()
    assert "RETAIL-01" in page
    assert "1 draft would be removed." in page
    assert client.post(f"/imports/{file.pk}/undo/").status_code == 302
    assert "The import is undone" in client.get(answer["Location"]).content.decode()
    assert not Bet.objects.exists()
    assert client.post(f"/imports/{file.pk}/undo/").status_code == 409


@pytest.mark.parametrize(
    ("name", "data", "status", "words"),
    [
        ("p.csv", b"", 409, "The file is empty"),
        ("p.pdf", b"x", 409, "cannot be imported"),
        ("p.xlsx", b"Name\nx\n", 409, "no Excel workbook"),
        ("p\0q.csv", b"%PDF-1.4", 409, "named like text"),
        ("p.csv", b"Name\n" + b"x" * 3000, 422, "more than the limit"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_with_a_sentence(
    name: str, data: bytes, status: int, words: str, client_of: Signed, product_operations: Person,
    settings: "object",
) -> None:  # fmt: skip
    settings.IMPORT_MAX_BYTES = 2000  # type: ignore[attr-defined]
    answer = client_of(product_operations).post("/imports/new/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Import.objects.exists()


def test_no_file_at_all_is_said(client_of: Signed, product_operations: Person) -> None:
    answer = client_of(product_operations).post("/imports/new/", {"file": "typed"})
    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()


def test_errors_are_told_with_line_and_column_and_block_taking_over(
    client_of: Signed, product_operations: Person
) -> None:
    client = client_of(product_operations)
    file = uploaded(HEADER + SOUND + "<b>x</b>,Retail,Paul Led,,,,,,\n", product_operations)
    page = client.get(f"/imports/{file.pk}/").content.decode()
    assert "Some rows need mending" in page
    assert "The closest is “Paul Lead”" in page
    refused = client.post(f"/imports/{file.pk}/take/", {"bad": "1"})
    assert refused.status_code == 409
    assert "One row has errors" in refused.content.decode()
    assert client.post(f"/imports/{file.pk}/take/", {"bad": "x"}).status_code == 422
    errors = b"".join(client.get(f"/imports/{file.pk}/errors/").streaming_content).decode()
    assert errors.splitlines()[1].startswith("3,Owner,Paul Led,There is nobody active called")
    assert client.post(f"/imports/{file.pk}/take/", {"bad": "1", "leave_out": "on"}).status_code == 302


def test_columns_that_were_not_known_are_named_and_can_be_chosen(client_of: Signed, product_operations: Person) -> None:
    client = client_of(product_operations)
    file = uploaded("Titel,Domain,Owner\nClaims,Retail,Paul Lead\n", product_operations)
    assert "No column was taken for: Name" in client.get(f"/imports/{file.pk}/").content.decode()
    chosen = {"column-0": "name", "column-1": "domain", "column-2": "domain"}
    refused = client.post(f"/imports/{file.pk}/columns/", chosen)
    assert refused.status_code == 409
    assert "Two columns cannot both mean domain" in refused.content.decode()
    assert client.post(f"/imports/{file.pk}/columns/", chosen | {"column-2": "?"}).status_code == 422
    assert client.post(f"/imports/{file.pk}/columns/", chosen | {"column-2": "lead"}).status_code == 302
    assert worked(file).rows_bad == 0


def test_the_same_file_once_more_is_allowed_and_said(client_of: Signed, product_operations: Person) -> None:
    taken(HEADER + SOUND, product_operations)
    again = uploaded(HEADER + SOUND, product_operations)
    assert again.rows_bad == 1
    assert "The same file was" in client_of(product_operations).get(f"/imports/{again.pk}/").content.decode()


def test_the_file_to_fill_in_can_be_uploaded_as_it_is(client_of: Signed, product_operations: Person) -> None:
    data = b"".join(client_of(product_operations).get("/imports/template/").streaming_content)
    file = uploaded(data.decode(), product_operations)
    assert all(column["means"] == column["header"] for column in file.columns)
    assert {reason["means"] for reason in file.rows.get().reasons} == {"domain", "lead", "teams", "weeks"}


def test_a_page_of_many_errors_asks_no_more_than_one_of_few(
    client_of: Signed, product_operations: Person, django_assert_max_num_queries: "object"
) -> None:
    columns = [{"header": "Name", "means": "name", "day_first": None}]
    file = ImportFactory(uploaded_by=product_operations, rows_seen=120, rows_bad=120, columns=columns)
    for number in range(120):
        reasons = [{"column": "Name", "means": "name", "said": "It is wrong.", "of": "row"}]
        ImportRowFactory(file=file, number=number + 2, reasons=reasons)
    client = client_of(product_operations)
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        page = client.get(f"/imports/{file.pk}/?page=2").content.decode()
    assert page.count("It is wrong.") == 50
