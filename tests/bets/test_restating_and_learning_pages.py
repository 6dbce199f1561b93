"""The pages on which lines are moved, and on which is said what is to be learnt and what was."""

import datetime as dt
from typing import Any

import pytest

from bets.models import Bet, LearningOutcome, Outcome
from lib.clock import today
from org.models import Domain, Person
from tests.factories import (
    AllowanceFactory,
    BetFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    ReadingFactory,
    VerdictFactory,
)
from tests.pages import flat as text

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def draft(retail: Domain, product_lead: Person) -> Bet:
    made: Bet = BetFactory(key="B-1", domain=retail, lead=product_lead, state="draft", starts_on=today() - DAY)
    return made


@pytest.fixture
def outcome(draft: Bet, retail: Domain) -> Outcome:
    decided = {"starts_on": today(), "decide_by": today() + 120 * DAY}
    made: Outcome = OutcomeFactory(bet=draft, number=1, series__source__domain=retail, **decided)
    return made


# ---- restating


@pytest.fixture
def live(outcome: Outcome) -> Outcome:
    Bet.objects.update(state="live")
    ReadingFactory(outcome=outcome)
    VerdictFactory(bet=outcome.bet)
    return outcome


def moved(**changes: str) -> dict[str, str]:
    given = {"target": "44", "kill_line": "38", "decide_by": str(today() + 150 * DAY), "reason": "The market fell."}
    return given | {"version": "1"} | changes


def test_lines_are_moved_with_a_reason_and_the_old_verdict_stays_beside(
    client_of: Any, product_operations: Person, live: Outcome
) -> None:
    client = client_of(product_operations)
    page = text(client.get("/bets/B-1/outcomes/1/restate/"))
    for words in ("Not settled yet.", "between 38.0 % and 44.0 %", "Signals since the start count", 'value="45"'):
        assert words in page
    assert client.post("/bets/B-1/outcomes/1/restate/", moved()).status_code == 302
    assert (Outcome.objects.get(version=2).target, Outcome.objects.get(version=2).reason) == (0.44, "The market fell.")
    assert "Version 2" in text(client.get("/bets/B-1/"))


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"reason": " "}, 422, "Say why."),
        ({"reason": "x" * 301}, 422, "at most 300 characters"),
        ({"target": "30"}, 409, "wrong side"),
        ({"target": "a lot"}, 422, "Enter a number"),
    ],
)
def test_lines_that_cannot_be_moved_so_say_why_and_keep_what_was_typed(
    change: dict[str, str], status: int, words: str, client_of: Any, product_operations: Person, live: Outcome
) -> None:
    answer = client_of(product_operations).post("/bets/B-1/outcomes/1/restate/", moved(**change))
    assert (answer.status_code, words in text(answer)) == (status, True)
    assert 'value="38"' in text(answer)
    assert not Outcome.objects.filter(version=2).exists()


def test_who_was_slower_to_restate_sees_the_version_that_stands_and_keeps_theirs(
    client_of: Any, product_operations: Person, live: Outcome
) -> None:
    client = client_of(product_operations)
    client.post("/bets/B-1/outcomes/1/restate/", moved())
    late = client.post("/bets/B-1/outcomes/1/restate/", moved(target="43", reason="Ours."))
    page = text(late)
    assert late.status_code == 409
    assert "has been restated already" in page
    assert "As it stands: version 2" in page
    assert 'value="43"' in page
    assert Outcome.objects.count() == 2


@pytest.mark.parametrize(("who", "words"), [("product_lead", "takes the role product operations"), ("viewer", "takes")])
def test_who_may_not_restate_sees_why_beside_a_disabled_button(
    who: str, words: str, request: pytest.FixtureRequest, client_of: Any, live: Outcome
) -> None:
    client = client_of(request.getfixturevalue(who))
    page = text(client.get("/bets/B-1/outcomes/1/restate/"))
    assert words in page
    assert "disabled" in page
    assert client.post("/bets/B-1/outcomes/1/restate/", moved()).status_code == 409
    assert Outcome.objects.count() == 1
    assert ("/outcomes/1/restate/" in text(client.get("/bets/B-1/"))) == (who == "product_lead")


# ---- learning


def test_what_is_to_be_learnt_is_stated_answered_by_its_reader_and_shown(
    client_of: Any, product_lead: Person, product_operations: Person, outsider: Person, draft: Bet
) -> None:
    lead, reader, path = client_of(product_lead), client_of(product_operations), "/bets/B-1/learning/new/"
    assert "have set no discovery allowance in EUR" in text(lead.get(path))
    AllowanceFactory()
    page = text(lead.get(path))
    assert "at most €50k and 90 days" in page
    assert "Olga Operations" in page
    assert "Otto Outsider" not in page
    asked = {"kind": "question", "question": "Do brokers pay?", "goal": "5", "due_on": str(today() + 30 * DAY)}
    assert "Name who will read the answer." in text(lead.post(path, asked))
    answer = lead.post(path, asked | {"reader": product_operations.pk}, follow=True)
    assert "Olga Operations answers by" in text(answer)
    Bet.objects.update(state="live")
    assert "Say what was found" not in text(lead.get("/bets/B-1/"))
    assert "Say what was found" in text(reader.get("/bets/B-1/"))
    assert "Somebody else was named to read this." in text(lead.get("/bets/B-1/learning/1/"))
    assert reader.post("/bets/B-1/learning/1/", {"finding": "no", "note": " "}).status_code == 422
    said = reader.post("/bets/B-1/learning/1/", {"finding": "no", "note": "Nine would not."}, follow=True)
    assert "Nine would not." in text(said)
    assert reader.post("/bets/B-1/learning/1/", {"finding": "yes", "note": "They do."}).status_code == 409
    assert LearningOutcome.objects.get().finding == "no"


def test_a_counted_behaviour_needs_its_count_and_overdue_is_said(
    client_of: Any, product_lead: Person, draft: Bet
) -> None:
    behaviour = {"kind": "behaviour", "goal": 5, "reader": None, "due_on": today() - DAY}
    LearningOutcomeFactory(bet=draft, number=1, **behaviour)
    Bet.objects.update(state="live")
    client = client_of(product_lead)
    assert "overdue" in text(client.get("/bets/B-1/"))
    answer = client.post("/bets/B-1/learning/1/", {"finding": "yes", "note": "Seven did.", "counted": ""})
    assert (answer.status_code, "Say how often it was seen." in text(answer)) == (422, True)
    short = client.post("/bets/B-1/learning/1/", {"finding": "yes", "note": "Some did.", "counted": "4"})
    assert (short.status_code, "falls short of the 5" in text(short)) == (409, True)
    client.post("/bets/B-1/learning/1/", {"finding": "yes", "note": "Seven did.", "counted": "7"})
    assert "seen 7 times" in text(client.get("/bets/B-1/"))


def test_what_is_to_be_learnt_is_dropped_from_a_draft(client_of: Any, product_lead: Person, draft: Bet) -> None:
    LearningOutcomeFactory(bet=draft, number=1)
    client = client_of(product_lead)
    assert client.post("/bets/B-1/learning/1/drop/").status_code == 302
    assert client.post("/bets/B-1/learning/1/drop/").status_code == 404
    assert not LearningOutcome.objects.exists()
