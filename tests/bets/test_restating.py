"""Moving the lines of an outcome: approved by others, with a reason, the old version kept and read on."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import restate_outcome
from bets.models import Bet, Outcome
from lib.refusals import Refused
from org.models import Domain, Event, Person
from tests.cast import person
from tests.factories import AT, TODAY, BetFactory, OutcomeFactory, SegmentFactory

pytestmark = pytest.mark.django_db
LATER = TODAY + dt.timedelta(days=120)


@pytest.fixture
def outcome(retail: Domain, product_lead: Person) -> Outcome:
    bet = BetFactory(domain=retail, lead=product_lead)
    stated: Outcome = OutcomeFactory(
        bet=bet, number=2, role="guardrail", weight=2.0, grace_days=7, share=0.4, definition="a" * 64, baseline=0.41
    )
    return stated


def restate(outcome: Outcome, by: Person, **changes: Any) -> Outcome:
    given: dict[str, Any] = {
        "target": 0.44, "kill_line": 0.38, "decide_by": LATER, "reason": "The market fell.", "by": by, "at": AT,
        "today": TODAY,
    } | changes  # fmt: skip
    return restate_outcome(outcome, **given)


def test_the_next_version_moves_the_lines_and_keeps_all_the_rest(outcome: Outcome, product_operations: Person) -> None:
    SegmentFactory(outcome=outcome, name="New customers", weight=1.0)
    before = Outcome.objects.values().get(pk=outcome.pk)
    stated = restate(outcome, product_operations)
    assert (stated.target, stated.kill_line, stated.decide_by) == (0.44, 0.38, LATER)
    assert (stated.version, stated.replaces, stated.reason) == (2, outcome, "The market fell.")
    moved = {"id", "target", "kill_line", "decide_by", "version", "replaces_id", "reason"}
    after = Outcome.objects.values().get(pk=stated.pk)
    assert {k: v for k, v in after.items() if k not in moved} == {k: v for k, v in before.items() if k not in moved}
    assert Outcome.objects.values().get(pk=outcome.pk) == before
    assert [(part.name, part.weight) for part in stated.segments.all()] == [("New customers", 1.0)]
    assert list(Outcome.objects.current()) == [stated]


def test_its_event_keeps_the_old_lines_beside_the_new_ones(outcome: Outcome, product_operations: Person) -> None:
    restate(outcome, product_operations)
    event = Event.objects.get(kind="outcome restated")
    assert (event.subject_id, event.by) == (outcome.bet_id, product_operations)
    assert event.sentence == "Outcome 2 restated as version 2. The market fell."
    assert event.payload["kill"] == [0.40, 0.38]


def test_nobody_moves_the_lines_of_a_bet_they_lead_nor_without_the_role(
    outcome: Outcome, product_lead: Person, executive: Person, retail: Domain
) -> None:
    for who in (product_lead, executive):
        with pytest.raises(Refused, match="takes the role product operations"):
            restate(outcome, who)
    own = OutcomeFactory(bet=BetFactory(domain=retail, lead=person("Oda Operations", "product_operations")))
    with pytest.raises(Refused, match="You lead this bet"):
        restate(own, own.bet.lead)
    assert not Outcome.objects.filter(version=2).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " "}, "Give a reason"),
        ({"reason": "x" * 301}, "too long"),
        ({"kill_line": 0.5}, "wrong side"),
        ({"target": 44.0}, "between 0 % and 100 %"),
        ({"decide_by": TODAY}, "not in the future"),
        ({"target": 0.45, "kill_line": 0.40, "decide_by": TODAY + dt.timedelta(days=60)}, "Nothing would change"),
    ],
)
def test_a_restatement_is_refused_with_the_reason(
    outcome: Outcome, product_operations: Person, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        restate(outcome, product_operations, **changes)
    assert Outcome.objects.count() == 1
    assert not Event.objects.exists()


def test_only_the_current_version_of_a_bet_that_goes_on_is_restated(
    outcome: Outcome, product_operations: Person
) -> None:
    second = restate(outcome, product_operations)
    with pytest.raises(Refused, match="restated already"):
        restate(outcome, product_operations)
    assert restate(second, product_operations, target=0.43).version == 3
    Bet.objects.update(state="ceased")
    with pytest.raises(Refused, match="its outcomes stay"):
        restate(outcome, product_operations)
