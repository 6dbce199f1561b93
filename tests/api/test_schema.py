"""The description of the API is sound, and true: what each address answers is what it says."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from playwright.sync_api import Page, expect

from config.openapi import WrittenOnce
from org.models import Person
from tests.api.conftest import Shop
from tests.api.test_every_endpoint import fits
from tests.factories import BetFactory
from tests.journeys.helpers import sign_in

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
JSON = {"Accept": "application/vnd.oai.openapi+json"}


def strict(schema: Any) -> Any:
    """The same schema, which allows nothing that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(part) for key, part in schema.items()}
    if isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made["additionalProperties"] = False
    return made


def wrong(description: dict[str, Any], url: str, status: str, answer: Any) -> list[str]:
    """Where an answer is not what the description says of its address."""
    path = next(path for route, path in description["paths"].items() if fits(route, url))
    schema = path["get"]["responses"][status]["content"]["application/json"]["schema"]
    whole = strict(schema) | {"components": strict(description["components"])}
    found = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(answer)
    return [f"{url} {list(error.absolute_path)}: {error.message[:200]}" for error in found]


@pytest.fixture
def description(executive_client: Client) -> dict[str, Any]:
    answer: dict[str, Any] = executive_client.get("/api/schema/", headers=JSON).json()
    return answer


def test_the_description_is_sound_without_a_warning(tmp_path: Path) -> None:
    written = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(written))  # raises at the first warning
    assert "/api/bets/{key}/" in written.read_text()


def test_every_answer_is_what_the_description_says(
    shop: Shop, executive_client: Client, description: dict[str, Any]
) -> None:
    urls = [*shop.addresses().values(), f"/api/bets/{BetFactory().key}/"]
    assert [one for url in urls for one in wrong(description, url, "200", executive_client.get(url).json())] == []


def test_every_answer_before_the_first_night_is_what_the_description_says(
    executive_client: Client, description: dict[str, Any]
) -> None:
    bet = BetFactory(goal=None)
    urls = ["/api/portfolio/", "/api/bets/", f"/api/bets/{bet.key}/", "/api/flags/", "/api/search/"]
    assert [one for url in urls for one in wrong(description, url, "200", executive_client.get(url).json())] == []


@pytest.mark.parametrize(("url", "status"), [("/api/bets/?horizon=7", 400), ("/api/bets/none/", 404)])
def test_an_error_is_what_the_description_says(
    url: str, status: int, executive_client: Client, description: dict[str, Any]
) -> None:
    answer = executive_client.get(url)
    assert answer.status_code == status
    assert wrong(description, url, str(status), answer.json()) == []


def test_an_answer_that_is_not_as_described_is_found(description: dict[str, Any]) -> None:
    assert wrong(description, "/api/portfolio/", "200", {"as_of": "soon", "colour": "red"})


def test_the_description_is_only_for_people_who_have_signed_in() -> None:
    assert Client().get("/api/schema/").status_code == 401
    assert Client().get("/api/docs/").status_code == 302


def test_the_description_is_written_once_for_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda _self, _request, public: asked.append(public) or {})
    monkeypatch.setattr(WrittenOnce, "written", {})
    for language in ("en", "en", "de"):
        with override(language):
            WrittenOnce().get_schema(public=True)
    assert asked == [True, True]
    WrittenOnce().get_schema()  # that of one person is written for them
    assert asked == [True, True, False]


def test_the_description_is_not_sent_twice(executive_client: Client) -> None:
    first = executive_client.get("/api/schema/", headers=JSON)
    assert executive_client.get("/api/schema/", headers=JSON | {"If-None-Match": first["ETag"]}).status_code == 304


@pytest.mark.django_db(transaction=True)
def test_the_page_of_the_api_shows_every_address_and_asks_one_of_them(
    live_server: Any, page: Page, executive: Person, client_of: SignIn
) -> None:
    BetFactory(key="B-1")
    sign_in(page.context, client_of(executive), live_server)
    page.goto(f"{live_server.url}/api/docs/")
    expect(page.get_by_role("heading", name="The API")).to_be_visible()
    page.get_by_text("/api/bets/", exact=True).first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text('"key": "B-1"')
