"""docs/api.md is true: each of its examples is asked, and answers what it shows; “...” stands for anything."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from bets.models import EvidenceKind
from lib.clock import now
from org.actions import issue_token
from org.models import Person
from tests.factories import (
    TODAY,
    AgendaItemFactory,
    AllowanceFactory,
    AssumptionFactory,
    BetFactory,
    DecisionFactory,
    DomainFactory,
    EvidenceKindFactory,
    FamilyRuleFactory,
    FlagFactory,
    ForumFactory,
    ForumMemberFactory,
    GoalFactory,
    ImportFactory,
    ImportRowFactory,
    OutcomeFactory,
    ReadingFactory,
    ReviewFactory,
    RunFactory,
    SignalFactory,
    TeamFactory,
    TrancheFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
EXAMPLES = re.findall(r"```console\n\$ curl ([^\n]*)\n(\d{3})\n(.*?)```", GUIDE.read_text(), re.DOTALL)
HOST = "https://stakes.example"


@pytest.fixture
def bets() -> None:
    """The bets and the import that the guide speaks of."""
    run, claims = RunFactory(), DomainFactory(key="claims", name="Claims")
    bet = BetFactory(key="CL-01", name="Photo estimate", domain=claims, stage="validation")
    outcome = OutcomeFactory(bet=bet, number=1)
    AssumptionFactory(bet=bet, number=1)
    AllowanceFactory(currency="EUR")
    EvidenceKindFactory(key="interviews") if not EvidenceKind.objects.filter(key="interviews").exists() else None
    SignalFactory(series=outcome.series, period="2026-03-01")
    SignalFactory(series=outcome.series, period="2026-02-01")
    ReadingFactory(outcome=outcome, run=run)
    VerdictFactory(bet=bet, run=run, kind="cease")
    FlagFactory(bet=bet, outcome=outcome, run=run)
    FamilyRuleFactory(run=run)
    DecisionFactory(bet=bet, number=1, run=run)
    draft = BetFactory(key="CL-03", domain=claims, state="draft", stage="discovery")
    draft.teams.add(TeamFactory(key="atlas", domain=claims))
    glass = BetFactory(key="CL-02", name="Glass", domain=claims, goal=GoalFactory(key="quick-claims"))
    for other in (bet, glass, draft):
        TrancheFactory(bet=other, sequence=1)
    board = ForumFactory(key="claims-board", level="product", domain=claims, name="Claims board")
    ForumMemberFactory(forum=board, person=board.chair)
    AgendaItemFactory(review=ReviewFactory(forum=board, number=1, held_on=TODAY), bet=bet, position=1)
    ImportRowFactory(file=ImportFactory(pk=7, rows_seen=3, rows_bad=1))


def ask(command: str, token: str) -> Any:
    """What a curl command of the guide is answered."""
    words, headers, method, url, body = shlex.split(command), {}, "GET", "", ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, value = words.pop(0).split(": ", 1)
            headers[name] = value.replace("$TOKEN", token)
        elif word == "-X":
            method = words.pop(0)
        elif word == "-d":
            body = words.pop(0)
        else:
            url = word.removeprefix(HOST)
    if "If-None-Match" in headers:
        headers["If-None-Match"] = Client().get(url, headers={"Authorization": f"Token {token}"})["ETag"]
    return Client().generic(method, url, body, content_type="application/json", headers=headers)


def differences(shown: Any, found: Any, where: str = "") -> list[str]:
    """Where an answer is not what is shown of it."""
    if shown == "...":
        return []
    if isinstance(shown, dict) and isinstance(found, dict) and list(shown) == list(found):
        return [line for key in shown for line in differences(shown[key], found[key], f"{where}.{key}")]
    if isinstance(shown, list) and isinstance(found, list) and len(shown) == len(found):
        return [line for pair in zip(shown, found, strict=True) for line in differences(*pair, f"{where}[]")]
    return [] if shown == found else [f"{where}: the guide shows {shown}, the answer is {found}"]


def test_the_guide_has_examples_that_are_found() -> None:
    assert len(EXAMPLES) == GUIDE.read_text().count("```console") >= 10


@pytest.mark.parametrize(("command", "status", "shown"), EXAMPLES, ids=[example[0][-50:] for example in EXAMPLES])
def test_an_example_of_the_guide_answers_what_it_shows(
    command: str, status: str, shown: str, bets: None, product_operations: Person
) -> None:
    answer = ask(command, issue_token(product_operations, "Guide", 30, at=now(), writes=True))
    assert answer.status_code == int(status)
    assert differences(json.loads(shown), answer.json()) == [] if shown else answer.content == b""


def test_a_guide_that_is_not_true_is_found() -> None:
    assert differences({"a": [1, "..."]}, {"a": [1, 2]}) == []
    assert differences({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})
    assert differences({"a": 1}, {"a": 1, "b": 2})
