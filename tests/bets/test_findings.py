"""Logging, changing, confirming and superseding evidence: who, with what strength, and what follows."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import Link, change_evidence, confirm_evidence, log_evidence
from bets.models import Bet, Evidence, EvidenceKind, EvidenceLink
from lib.refusals import Refused
from org.models import Event, Person
from tests.cast import person
from tests.factories import (
    AT,
    TODAY,
    AssumptionFactory,
    BetFactory,
    EvidenceFactory,
    EvidenceKindFactory,
    LearningOutcomeFactory,
    OutcomeFactory,
    ReadingFactory,
)

pytestmark = pytest.mark.django_db
DONE = {
    "did": "Showed the form to twelve customers.",
    "observed": "Nine filled it in within two minutes.",
    "learned": "Length was the reason.",
}


@pytest.fixture
def bet(retail, product_lead) -> Bet:
    return BetFactory(key="B-1", domain=retail, lead=product_lead)


@pytest.fixture
def assumption(bet):
    return AssumptionFactory(bet=bet, number=1)


@pytest.fixture
def kind() -> EvidenceKind:
    return EvidenceKindFactory(name="Prototype", cap=4)


def log(bet: Bet, kind: EvidenceKind, by: Person, *links: Any, **changes: Any) -> Evidence:
    given: dict[str, Any] = {
        **DONE, "strength": 3, "happened_on": TODAY, "by": by, "at": AT, "today": TODAY,
        "links": [Link(one, True) for one in links or bet.assumptions.all()],
    } | changes  # fmt: skip
    return log_evidence(bet, kind, **given)


def change(evidence: Evidence, by: Person, **changes: Any) -> Evidence:
    given: dict[str, Any] = {
        **DONE, "kind": evidence.kind, "strength": evidence.strength, "happened_on": evidence.happened_on,
        "links": [Link(one, True) for one in evidence.bet.assumptions.all()], "seen_revision": evidence.revision,
        "by": by, "at": AT, "today": TODAY,
    } | changes  # fmt: skip
    return change_evidence(evidence, **given)


def kinds_of_events(bet: Bet) -> list[str]:
    return list(Event.objects.filter(subject_id=bet.pk).order_by("id").values_list("kind", flat=True))


def test_evidence_is_kept_with_what_it_supports_and_what_it_opposes(bet, kind, assumption, product_lead) -> None:
    outcome, learning = OutcomeFactory(bet=bet), LearningOutcomeFactory(bet=bet, cap=3)
    links = [Link(assumption, True), Link(outcome, False), Link(learning, True)]
    made = log(bet, kind, product_lead, links=links)
    assert (made.number, made.strength, made.logged_by, made.logged_at) == (1, 3, product_lead, AT)
    kept = set(made.links.values_list("assumption", "outcome", "learning", "supports"))
    assert kept == {
        (assumption.pk, None, None, True),
        (None, outcome.pk, None, False),
        (None, None, learning.pk, True),
    }
    event = Event.objects.get(kind="evidence logged")
    assert event.sentence == "Evidence 1, strength 3 (market data): Length was the reason."
    assert log(bet, kind, product_lead, learned="Another thing.").number == 2


@pytest.mark.parametrize("who", ["executive", "finance", "viewer", "outsider"])
def test_who_has_not_the_role_there_logs_nothing(who, request, bet, kind, assumption) -> None:
    with pytest.raises(Refused, match="takes the role product lead or product operations"):
        log(bet, kind, request.getfixturevalue(who))
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strength": 5}, r"Prototype has a strength of at most 4 \(user behaviour\)"),
        ({"strength": 6}, "a whole number from 0"),
        ({"strength": -1}, "a whole number from 0"),
        ({"did": "   "}, "Say what was done."),
        ({"observed": "x" * 100_000}, "at most 1,000 characters, this has 100,000"),
        ({"learned": "a\0b"}, "There is a NUL in what was learned"),
        ({"happened_on": TODAY + dt.timedelta(days=1)}, "has not come yet"),
        ({"happened_on": dt.date(1026, 3, 2)}, "more than ten years back"),
        ({"source_url": "javascript:alert(1)"}, "begins with https://"),
        ({"source_url": "https://x.org/" + "x" * 600}, "takes at most 500 characters"),
        ({"links": []}, "at least one assumption or outcome"),
    ],
)
def test_what_cannot_be_logged_is_refused_with_a_reason(
    bet, kind, assumption, product_lead, changes, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        log(bet, kind, product_lead, **changes)
    assert not Evidence.objects.exists()


def test_a_learning_outcome_caps_the_strength_further(bet, kind, product_lead) -> None:
    learning = LearningOutcomeFactory(bet=bet, cap=2)
    with pytest.raises(Refused, match="its evidence has a strength of 2 at most"):
        log(bet, kind, product_lead, learning)
    assert log(bet, kind, product_lead, learning, strength=2).strength == 2


def test_evidence_bears_on_what_stands_of_its_own_bet_once(bet, kind, assumption, product_lead) -> None:
    other, dropped = AssumptionFactory(), AssumptionFactory(bet=bet, dropped_at=AT, dropped_by=product_lead)
    replaced = OutcomeFactory(bet=bet, number=1)
    OutcomeFactory(bet=bet, number=1, version=2, replaces=replaced, reason="The unit changed.")
    with pytest.raises(Refused, match="belongs to another bet"):
        log(bet, kind, product_lead, other)
    for gone in (dropped, replaced):
        with pytest.raises(Refused, match="no longer stands"):
            log(bet, kind, product_lead, gone)
    with pytest.raises(Refused, match="the same thing is named twice"):
        log(bet, kind, product_lead, links=[Link(assumption, True), Link(assumption, False)])
    assert not EvidenceLink.objects.exists()


def test_a_kind_that_is_retired_and_a_snapshot_of_another_bet_are_refused(bet, assumption, product_lead) -> None:
    with pytest.raises(Refused, match="no longer a kind of the standard"):
        log(bet, EvidenceKindFactory(is_active=False), product_lead)
    with pytest.raises(Refused, match="not one of an outcome of this bet"):
        log(bet, EvidenceKindFactory(), product_lead, reading=ReadingFactory())
    reading = ReadingFactory(outcome=OutcomeFactory(bet=bet))
    assert log(bet, EvidenceKindFactory(), product_lead, reading=reading).reading == reading


def test_a_form_that_is_sent_twice_is_logged_once(bet, kind, assumption, product_lead) -> None:
    log(bet, kind, product_lead)
    with pytest.raises(Refused, match="has been logged already"):
        log(bet, kind, product_lead)
    assert Evidence.objects.count() == 1


def test_a_change_counts_its_revision_and_its_event_says_what_it_was(bet, kind, assumption, product_lead) -> None:
    made = log(bet, kind, product_lead)
    other = person("Petra Lead", "product_lead", bet.domain)
    changed = change(made, other, strength=2, links=[Link(assumption, False)])
    assert (changed.strength, changed.revision) == (2, 2)
    assert not changed.links.get().supports
    before = Event.objects.get(kind="evidence changed", by=other).payload["before"]
    assert before == {"strength": 3, "links": [[assumption.pk, None, None, True]]}
    change(changed, other, strength=2, links=[Link(assumption, False)])
    assert Evidence.objects.get().revision == 2, "the same again changes nothing"


def test_of_two_who_change_it_the_second_is_told(bet, kind, assumption, product_lead) -> None:
    made = log(bet, kind, product_lead)
    change(made, product_lead, learned="First.", seen_revision=1)
    with pytest.raises(Refused, match="Somebody changed evidence 1 while you were writing"):
        change(made, product_lead, learned="Second.", seen_revision=1)
    assert Evidence.objects.get().learned == "First."


def test_evidence_keeps_a_link_to_what_was_dropped_since(bet, kind, assumption, product_lead) -> None:
    made = log(bet, kind, product_lead)
    assumption.dropped_at, assumption.dropped_by = AT, product_lead
    assumption.save()
    assert change(made, product_lead, learned="Sharper.").learned == "Sharper."


def test_product_operations_confirm_and_may_lower_the_strength_with_a_remark(
    bet, kind, assumption, product_lead, product_operations
) -> None:
    made = log(bet, kind, product_lead)
    with pytest.raises(Refused, match="Say why the strength is lower"):
        confirm_evidence(made, strength=2, by=product_operations, at=AT)
    confirmed = confirm_evidence(made, strength=2, remark="Twelve are few.", by=product_operations, at=AT)
    assert (confirmed.strength, confirmed.confirmed_by, confirmed.remark) == (2, product_operations, "Twelve are few.")
    said = Event.objects.get(kind="evidence confirmed").sentence
    assert said == "Evidence 1 confirmed with strength 2 (anecdote), lowered from 3. Twelve are few."


def test_confirming_never_raises_and_maker_is_never_checker(
    bet, kind, assumption, product_lead, product_operations
) -> None:
    made = log(bet, kind, product_lead)
    checker = person("Cleo Checker", "product_operations")
    with pytest.raises(Refused, match="takes the role product operations"):
        confirm_evidence(made, strength=3, by=product_lead, at=AT)
    with pytest.raises(Refused, match="Confirming never raises"):
        confirm_evidence(made, strength=4, by=checker, at=AT)
    with pytest.raises(Refused, match="read it again before you confirm"):
        confirm_evidence(made, strength=3, seen_revision=7, by=checker, at=AT)
    change(made, product_operations, learned="Sharper.")
    with pytest.raises(Refused, match="You wrote this evidence"):
        confirm_evidence(made, strength=3, by=product_operations, at=AT)
    own = log(bet, kind, checker)
    with pytest.raises(Refused, match="You wrote this evidence"):
        confirm_evidence(own, strength=3, by=checker, at=AT)
    assert not Evidence.objects.exclude(confirmed_at=None).exists()


def test_confirmed_evidence_is_only_superseded_and_only_once(
    bet, kind, assumption, product_lead, product_operations
) -> None:
    made = log(bet, kind, product_lead)
    with pytest.raises(Refused, match="has not been confirmed yet: change it instead"):
        log(bet, kind, product_lead, supersedes=made)
    confirm_evidence(made, strength=3, by=product_operations, at=AT)
    with pytest.raises(Refused, match="Evidence 1 has been confirmed: it stays as it is"):
        change(made, product_lead, learned="Rewritten.")
    with pytest.raises(Refused, match="has been confirmed already"):
        confirm_evidence(made, strength=3, by=person("Cleo", "product_operations"), at=AT)
    newer = log(bet, kind, product_lead, supersedes=made, learned="It was the questions.")
    assert list(Evidence.objects.standing()) == [newer]
    with pytest.raises(Refused, match="has been superseded already"):
        log(bet, kind, product_lead, supersedes=made, learned="Again.")
    with pytest.raises(Refused, match="of the same bet only"):
        log(bet, kind, product_lead, supersedes=EvidenceFactory(), learned="Again.")
    assert kinds_of_events(bet) == [
        "evidence logged",
        "evidence confirmed",
        "evidence logged",
        "evidence superseded",
    ]
