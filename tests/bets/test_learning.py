"""Learning outcomes: within an allowance, with a reader who is not the lead, and a finding that is written once."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from bets.actions import add_learning_outcome, drop_learning_outcome, record_learning
from bets.actions.learning import discovery_refusals
from bets.models import Bet, LearningOutcome
from bets.rules_learning import Asked, Discovery, Limits, asked_refusals, learning_refusals
from lib.refusals import Refused
from org.models import Domain, Event, Person
from tests.factories import (
    AT,
    TODAY,
    AllowanceFactory,
    BetFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    TrancheFactory,
)

START, SOON = TODAY, TODAY + dt.timedelta(days=60)
PLAN = Discovery("discovery", "EUR", START, 4_000_000, has_outcomes=False, limits=Limits(5_000_000, 90, 2))
ASKED = Asked("question", "Do brokers pay?", None, SOON, has_reader=True)
COUNTED = Asked("behaviour", "Brokers who sign a letter", 5, SOON, has_reader=False)


def after(days: int) -> dt.date:
    return START + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, [after(90)]),
        ({"planned": 5_000_000}, [after(1), after(90)]),
        ({"has_outcomes": True, "planned": 9_000_000}, [after(400)]),
        ({"stage": "validation", "limits": None}, []),
    ],
)
def test_within_the_allowance_nothing_is_refused(changes: dict[str, Any], due: list[dt.date]) -> None:
    assert list(learning_refusals(replace(PLAN, **changes), due)) == []


@pytest.mark.parametrize(
    ("changes", "due", "words"),
    [
        ({"stage": "validation"}, after(9), "are for bets in discovery"),
        ({"limits": None, "currency": "SEK"}, after(9), "have set no discovery allowance in SEK"),
        ({"planned": 5_000_001}, after(9), "the discovery allowance is €50k"),
        ({}, after(91), "A discovery bet has 90 days: everything is due by 31 May 2026, not on 1 June 2026."),
    ],
)
def test_beyond_the_allowance_the_reason_is_said(changes: dict[str, Any], due: dt.date, words: str) -> None:
    reasons = list(learning_refusals(replace(PLAN, **changes), [after(3), due]))
    assert len(reasons) == 1
    assert words in reasons[0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (replace(ASKED, kind="poll"), "a counted behaviour or a question"),
        (replace(ASKED, question="  "), "Say what is to be found out."),
        (replace(ASKED, question="x" * 100_000), "takes at most 300 characters, this has 100,000"),
        (replace(ASKED, due_on=START), "must come after today"),
        (replace(ASKED, has_reader=False), "Name who will read the answer."),
        (replace(ASKED, goal=5), "A question is answered, not counted"),
        (replace(ASKED, reader_sees=False), "cannot see this bet"),
        (replace(ASKED, reader_leads=True), "lead of the bet does not read"),
        (replace(COUNTED, goal=None), "how often the behaviour must be seen"),
        (replace(COUNTED, goal=0), "how often the behaviour must be seen"),
        (replace(COUNTED, goal=2**31), "how often the behaviour must be seen"),
        (replace(COUNTED, has_reader=True), "nobody is named to read it"),
    ],
)
def test_what_cannot_be_learnt_like_this_is_refused(asked: Asked, words: str) -> None:
    reasons = list(asked_refusals(asked, START, today=TODAY))
    assert len(reasons) == 1
    assert words in reasons[0]


# ---- actions


@pytest.fixture
def bet(retail: Domain, product_lead: Person) -> Bet:
    AllowanceFactory()
    made: Bet = BetFactory(domain=retail, lead=product_lead, state="draft", stage="discovery", starts_on=START)
    return made


def ask(bet: Bet, by: Person, **changes: Any) -> LearningOutcome:
    given = {"kind": "behaviour", "question": " Brokers who sign a letter ", "due_on": SOON, "goal": 5} | changes
    return add_learning_outcome(bet, by=by, at=AT, today=TODAY, **given)


@pytest.mark.django_db
def test_what_is_to_be_learnt_is_stated_with_the_cap_of_its_day(bet: Bet, product_lead: Person) -> None:
    first = ask(bet, product_lead)
    assert (first.number, first.question, first.goal, first.cap) == (1, "Brokers who sign a letter", 5, 2)
    assert Event.objects.get(kind="learning outcome stated").sentence == "To be learnt (1): Brokers who sign a letter"
    second = ask(bet, product_lead, question="Brokers who come back")
    assert second.number == 2


@pytest.mark.django_db
def test_it_is_refused_with_the_reason_and_leaves_nothing_behind(
    bet: Bet, product_lead: Person, product_operations: Person, outsider: Person, executive: Person
) -> None:
    refused: list[tuple[Person, dict[str, Any], str]] = [
        (executive, {}, "may not state a bet here"),
        (product_lead, {"due_on": after(91)}, "A discovery bet has 90 days"),
        (product_lead, {"kind": "question", "goal": None, "reader": product_lead}, "lead of the bet does not read"),
        (product_lead, {"kind": "question", "goal": None, "reader": outsider}, "cannot see this bet"),
    ]
    for by, changes, words in refused:
        with pytest.raises(Refused, match=words):
            ask(bet, by, **changes)
    TrancheFactory(bet=bet, amount=5_000_001)
    with pytest.raises(Refused, match="the discovery allowance is"):
        ask(bet, product_lead)
    assert not LearningOutcome.objects.exists()
    OutcomeFactory(bet=bet)
    assert ask(bet, product_lead, kind="question", goal=None, reader=product_operations).reader == product_operations
    with pytest.raises(Refused, match="asks that already"):
        ask(bet, product_lead, kind="question", goal=None, reader=product_operations)


@pytest.mark.django_db
def test_going_live_asks_again_because_plans_change(bet: Bet, product_lead: Person) -> None:
    ask(bet, product_lead)
    assert list(discovery_refusals(bet)) == []
    TrancheFactory(bet=bet, amount=9_000_000)
    assert "discovery allowance" in next(discovery_refusals(bet))


@pytest.mark.django_db
def test_what_is_to_be_learnt_is_dropped_from_a_draft_only(bet: Bet, product_lead: Person) -> None:
    learning = ask(bet, product_lead)
    Bet.objects.update(state="live")
    with pytest.raises(Refused, match="frozen since it went live"):
        drop_learning_outcome(learning, by=product_lead, at=AT)
    Bet.objects.update(state="draft")
    drop_learning_outcome(learning, by=product_lead, at=AT)
    assert not LearningOutcome.objects.exists()
    with pytest.raises(Refused, match="dropped this meanwhile"):
        drop_learning_outcome(learning, by=product_lead, at=AT)


@pytest.fixture
def question(bet: Bet, product_operations: Person) -> LearningOutcome:
    Bet.objects.update(state="live")
    made: LearningOutcome = LearningOutcomeFactory(bet=bet, reader=product_operations)
    return made


@pytest.mark.django_db
def test_the_named_reader_says_once_what_the_answer_is(question: LearningOutcome, product_operations: Person) -> None:
    said = record_learning(question, "no", note=" Nine of ten would not. ", by=product_operations, at=AT)
    assert (said.finding, said.note, said.found_at, said.found_by) == (
        "no", "Nine of ten would not.", AT, product_operations,
    )  # fmt: skip
    assert Event.objects.get(kind="learning recorded").sentence.endswith("no. Nine of ten would not.")
    with pytest.raises(Refused, match="recorded already"):
        record_learning(question, "yes", note="Changed my mind.", by=product_operations, at=AT)
    assert LearningOutcome.objects.get().finding == "no"


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["product_lead", "admin", "executive"])
def test_nobody_else_answers_a_question(who: str, request: pytest.FixtureRequest, question: LearningOutcome) -> None:
    with pytest.raises(Refused, match="Somebody else was named to read this"):
        record_learning(question, "yes", note="Yes.", by=request.getfixturevalue(who), at=AT)
    assert LearningOutcome.objects.get().finding == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("finding", "changes", "words"),
    [
        ("maybe", {}, "yes, no, or that it cannot be said"),
        ("yes", {"note": " "}, "Say what you saw."),
        ("yes", {"note": "x" * 1001}, "at most 1,000 characters"),
        ("yes", {"counted": 3}, "answered, not counted"),
    ],
)
def test_an_answer_without_sense_is_refused(
    question: LearningOutcome, product_operations: Person, finding: str, changes: dict[str, Any], words: str
) -> None:
    given = {"note": "Seen."} | changes
    with pytest.raises(Refused, match=words):
        record_learning(question, finding, by=product_operations, at=AT, **given)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("finding", "counted", "words"),
    [
        ("yes", None, "how often it was seen"),
        ("yes", 4, "4 falls short of the 5 that were asked for: that is not a yes"),
        ("no", 5, "5 reaches the 5 that were asked for: that is not a no"),
        ("yes", -1, "how often it was seen"),
    ],
)
def test_a_count_and_what_is_said_of_it_must_agree(
    bet: Bet, product_lead: Person, finding: str, counted: int | None, words: str
) -> None:
    learning = ask(bet, product_lead)
    Bet.objects.update(state="live")
    with pytest.raises(Refused, match=words):
        record_learning(learning, finding, note="Seen.", counted=counted, by=product_lead, at=AT)


@pytest.mark.django_db
def test_the_lead_or_product_operations_say_what_was_counted(
    bet: Bet, product_lead: Person, product_operations: Person, executive: Person
) -> None:
    one, other = ask(bet, product_lead), ask(bet, product_lead, question="Brokers who come back")
    with pytest.raises(Refused, match="a bet that is under way"):
        record_learning(one, "yes", note="Seven did.", counted=7, by=product_lead, at=AT)
    Bet.objects.update(state="live")
    with pytest.raises(Refused, match="by the lead of the bet or by product operations"):
        record_learning(one, "yes", note="Seven did.", counted=7, by=executive, at=AT)
    assert record_learning(one, "yes", note="Seven did.", counted=7, by=product_lead, at=AT).counted == 7
    assert record_learning(other, "open", note="Too few.", counted=1, by=product_operations, at=AT).finding == "open"
