"""What holds for each address that changes something, whoever adds the next one: sign-in, visibility, sentences."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from config.api import urlpatterns
from org.models import Person
from tests.api.test_every_endpoint import fits
from tests.api.test_schema import JSON, strict
from tests.api.writers import World, send
from tests.factories import (
    ActualFactory,
    AgendaItemFactory,
    AllowanceFactory,
    AssumptionFactory,
    CapacityFactory,
    EvidenceFileFactory,
    EvidenceKindFactory,
    FiscalPeriodFactory,
    ForumFactory,
    FundingRequestFactory,
    GoalFactory,
    GuardrailFactory,
    ImportFactory,
    ImportRowFactory,
    LearningOutcomeFactory,
    MetricFactory,
    MoneyFileFactory,
    OutcomeFactory,
    ReleaseFactory,
    ReviewFactory,
    TeamFactory,
    TemplateFactory,
    TrancheFactory,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
METHODS = ("post", "patch", "delete")
WRITES = [
    (method, route)
    for route in urlpatterns
    for method in METHODS
    if hasattr(getattr(route.callback, "cls", None), method)
]
FILLED = {
    "<str:key>": "RE-1", "<slug:key>": "a-metric", "<int:number>": "7", "<int:sequence>": "1", "<int:pk>": "7",
    "<slug:currency>": "EUR", "<slug:forum>": "a-metric", "<str:code>": "open",
}  # fmt: skip


def writes(world: World) -> Iterator[tuple[str, str, Any]]:
    """Method, address and what it takes, of everything that can be sent; all that the addresses name is there."""
    for made in (MetricFactory, EvidenceKindFactory, TemplateFactory, GoalFactory):
        made(key="a-metric")
    TeamFactory(key="a-metric", domain=world.domain)
    AllowanceFactory(currency="EUR")
    EvidenceFileFactory(evidence=world.evidence, pk=7)
    AssumptionFactory(bet=world.bet, number=7)
    OutcomeFactory(bet=world.bet, number=7, series=world.series)
    LearningOutcomeFactory(bet=world.bet, number=7)
    TrancheFactory(bet=world.bet, sequence=1)
    ReleaseFactory(bet=world.bet, pk=7)
    ImportRowFactory(file=ImportFactory(pk=7, rows_seen=1))
    FundingRequestFactory(pk=7, bet=world.bet)
    MoneyFileFactory(pk=7)
    FiscalPeriodFactory(ledger__code="a-metric")
    GuardrailFactory(pk=7, kind="count", horizon=None, domain=world.domain)
    CapacityFactory(pk=7, team__domain=world.domain)
    ActualFactory(pk=7)
    forum = ForumFactory(key="a-metric", level="product", domain=world.domain)
    AgendaItemFactory(review=ReviewFactory(forum=forum, number=7), bet=world.bet)
    for method, route in WRITES:
        url = "/api/" + str(route.pattern)
        for part, value in FILLED.items():
            url = url.replace(part, value)
        yield method, url, route.callback.cls.sends


def test_every_way_to_change_something_is_walked(world: World) -> None:
    walked = {(method, url) for method, url, _sends in writes(world)}
    assert len(walked) == len(WRITES) > 30
    assert {("delete", "/api/bets/RE-1/outcomes/7/"), ("patch", "/api/bets/RE-1/outcomes/7/")} < walked
    assert not any("<" in url for _method, url in walked)


def test_nobody_writes_without_signing_in_or_about_what_they_may_not_see(
    world: World, client_of: SignIn, outsider: Person
) -> None:
    client = client_of(outsider)
    for method, url, _sends in writes(world):
        assert send(Client(), url, {}, method).status_code == 401, url
        answer = send(client, url, {}, method)
        if "/bets/RE-1" in url or "/imports/" in url or "/teams/" in url or "/requests/7/" in url or "files/7/" in url:
            assert answer.status_code == 404, url


def test_whoever_holds_no_role_finds_nothing_to_write_about(world: World, client_of: SignIn, nobody: Person) -> None:
    client = client_of(nobody)
    answers = {(method, url): send(client, url, {}, method).status_code for method, url, _sends in writes(world)}
    elsewhere = {url for (_method, url), status in answers.items() if status != 404}
    assert elsewhere == {"/api/bets/", "/api/metrics/", "/api/metrics/a-metric/"}  # a body without a field: 400


def test_hostile_values_of_every_field_of_every_address_are_answered_with_a_sentence(
    world: World, client_of: SignIn, product_operations: Person
) -> None:
    client, broken = client_of(product_operations), []
    client.raise_request_exception = False
    for method, url, sends in writes(world):
        for number, value in enumerate(("x" * 100_000, -1, 10**30, None, [{}], "9999-12-31", {"\ud7ff": 10**30})):
            client.defaults["HTTP_IDEMPOTENCY_KEY"] = f"{method}-{hash(url)}-{number}"
            answer = send(client, url, dict.fromkeys(sends().fields, value), method)
            if answer.status_code >= 500 or (answer.status_code >= 400 and not answer.json()["reasons"]):
                broken.append(f"{method} {url} with {str(value)[:20]!r}: {answer.status_code}")
    assert not broken, "\n".join(broken)


def test_what_is_made_is_what_the_description_says(world: World, lead: Client, executive_client: Client) -> None:
    description = executive_client.get("/api/schema/", headers=JSON).json()
    bet, live = "/api/bets/RE-1/", "/api/bets/RE-2/"
    restated = {"target": 0.42, "reason": "The market shrank."}
    TrancheFactory(bet=world.bet, sequence=1)
    ImportRowFactory(file=ImportFactory(pk=7, rows_seen=1))
    team, kind = TeamFactory(domain=world.domain), {"key": "diaries", "name": "Diaries", "cap": 2}
    for client, method, url, body, status in (
        (lead, "post", f"{bet}comments/", {"text": "Hello."}, "201"),
        (lead, "post", f"{bet}evidence/", world.finding(), "201"),
        (lead, "post", f"{bet}assumptions/", {"statement": "They pay.", "importance": 4}, "201"),
        (lead, "post", f"{live}forecasts/", {"gate": 1, "probability": 0.5}, "201"),
        (lead, "patch", bet, {"premortem": "Nobody came."}, "200"),
        (lead, "patch", f"{bet}tranches/1/", {"lasts_until": "2030-01-01"}, "200"),
        (executive_client, "post", f"{live}outcomes/1/restate/", restated, "201"),
        (executive_client, "post", "/api/imports/7/drop/", {}, "200"),
        (executive_client, "post", "/api/evidence/kinds/", kind, "201"),
        (executive_client, "post", f"/api/teams/{team.key}/rate/", {"amount": 1, "currency": "EUR"}, "200"),
    ):
        answer = send(client, url, body, method)
        operation = next(path for route, path in description["paths"].items() if fits(route, url))[method]
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        whole = strict(schema) | {"components": strict(description["components"])}
        assert [error.message for error in Draft202012Validator(whole).iter_errors(answer.json())] == [], url
        assert set(operation["responses"]) >= {"400", "401", "403", "404", "409", "415"}
    dropped = next(path for route, path in description["paths"].items() if fits(route, f"{bet}tranches/1/"))["delete"]
    assert "content" not in dropped["responses"]["204"]
    assert dropped["description"].startswith("Takes a tranche out of a draft")
    assert dropped["responses"]["409"]
