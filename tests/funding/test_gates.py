"""What the gate of a tranche needs: said in a draft, revised with a reason, and read against what stands now."""

import datetime as dt
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bets.actions import Criterion, drop_outcome, gate_values, keep_gate, plan_tranche
from bets.models import Bet, Outcome, Tranche
from funding import actions
from funding.gates import gate_of, gates_of, is_met, restated_since
from funding.models import FundingRequest
from lib.refusals import Refused
from lib.seen import seen_of
from org.models import Event
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(books: Books) -> Tranche:
    bet = f.BetFactory(domain=books.domain, state="draft", lead=books.lead)
    f.OutcomeFactory(bet=bet, number=1)
    return f.TrancheFactory(bet=bet, sequence=1)


def outcome_of(tranche: Tranche) -> Outcome:
    return tranche.bet.outcomes.get()


def test_a_gate_is_said_in_a_draft(draft: Tranche, books: Books) -> None:
    one = outcome_of(draft)
    criteria = [
        Criterion("outcome", one, "target"), Criterion("strength", one, strength=4),
        Criterion("decision", wanted="fund"),
    ]  # fmt: skip
    keep_gate(draft, criteria, by=books.lead, at=f.AT)
    assert gate_values(draft)["criteria"] == [
        ["outcome", 1, "target", None], ["strength", 1, "", 4], ["decision", None, "fund", None],
    ]  # fmt: skip
    keep_gate(draft, criteria[:1], by=books.lead, at=f.AT)
    assert gate_values(draft)["criteria"] == [["outcome", 1, "target", None]]
    assert Event.objects.filter(kind="gate stated", subject_id=draft.bet_id).count() == 2


def test_the_same_said_twice_is_written_once_and_what_another_said_is_not_overwritten(
    draft: Tranche, books: Books
) -> None:
    seen = seen_of(gate_values(draft))
    first, other = [Criterion("decision", wanted="fund")], [Criterion("decision", wanted="persist")]
    for _ in range(2):
        keep_gate(draft, first, seen=seen, by=books.lead, at=f.AT)
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        keep_gate(draft, other, seen=seen, by=books.lead, at=f.AT)
    assert Event.objects.filter(kind="gate stated").count() == 1


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ({"kind": "feeling"}, "one of outcome, strength, decision"),
        ({"kind": "outcome", "wanted": "target"}, "Say which outcome"),
        ({"kind": "outcome", "outcome": True, "wanted": "fund"}, "one of target, alive, read"),
        ({"kind": "outcome", "outcome": True, "wanted": "read", "strength": 3}, "asked of evidence alone"),
        ({"kind": "strength"}, "a number from 1 to 5"),
        ({"kind": "strength", "strength": 6}, "a number from 1 to 5"),
        ({"kind": "strength", "strength": True}, "a number from 1 to 5"),
        ({"kind": "strength", "strength": 2, "wanted": "target"}, "a number alone"),
        ({"kind": "decision", "wanted": "cease"}, "one of fund, persist"),
        ({"kind": "decision", "wanted": "fund", "outcome": True}, "on the whole bet"),
    ],
)
def test_a_gate_that_means_nothing_is_refused(
    criterion: dict[str, Any], said: str, draft: Tranche, books: Books
) -> None:
    wanted = criterion | ({"outcome": outcome_of(draft)} if criterion.get("outcome") else {})
    with pytest.raises(Refused, match=said):
        keep_gate(draft, [Criterion(**wanted)], by=books.lead, at=f.AT)
    assert not draft.criteria.exists()


def test_a_gate_is_about_its_own_bet_names_nothing_twice_and_is_short(draft: Tranche, books: Books) -> None:
    fund, other = Criterion("decision", wanted="fund"), Criterion("outcome", f.OutcomeFactory(number=1), "read")
    for criteria, said in (([other], "no outcome 1"), ([fund, fund], "twice"), ([fund] * 11, "10 things at most")):
        with pytest.raises(Refused, match=said):
            keep_gate(draft, criteria, by=books.lead, at=f.AT)
    with pytest.raises(Refused, match="may not state a bet"):
        keep_gate(draft, [fund], by=f.PersonFactory(), at=f.AT)


def test_an_outcome_that_a_gate_needs_is_not_dropped(draft: Tranche, books: Books) -> None:
    keep_gate(draft, [Criterion("outcome", outcome_of(draft), "read")], by=books.lead, at=f.AT)
    with pytest.raises(Refused, match="a gate points to this outcome"):
        drop_outcome(outcome_of(draft), by=books.lead, at=f.AT)


def test_the_gate_of_a_live_bet_is_revised_with_the_money(books: Books) -> None:
    with pytest.raises(Refused, match="This bet is live"):
        keep_gate(books.first, [], by=books.lead, at=f.AT)
    waiting = books.commit(books.first)
    kept = revise(books, amount=12_000_000, criteria=[Criterion("decision", wanted="fund")])
    waiting.refresh_from_db()
    assert (kept.amount, waiting.state) == (12_000_000, "voided")
    assert waiting.closed_because.endswith("was revised: Two more talks.")
    assert Event.objects.get(kind="tranche revised").payload["former"]["amount"] == 10_000_000


def revise(books: Books, **other: Any) -> Tranche:
    said = {
        "amount": 10_000_000, "purpose": "Talks", "gate": "Twenty talks", "criteria": [], "reason": "Two more talks.",
        "by": books.lead, "at": f.AT,
    }  # fmt: skip
    return actions.revise_tranche(books.first, **(said | other))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"reason": " "}, "Say why"),
        ({"amount": 9_999_999}, "More than that is committed"),
        ({"amount": 0}, "More than that is committed"),
        ({"purpose": "x" * 201}, "too long"),
        ({"seen": "0" * 24}, "changed this meanwhile"),
    ],
)
def test_a_committed_tranche_is_not_revised_like_this(other: dict[str, Any], said: str, books: Books) -> None:
    books.given(books.first)
    with pytest.raises(Refused, match=said):
        revise(books, **other)
    assert Tranche.objects.get(pk=books.first.pk).purpose == books.first.purpose


def test_what_is_released_is_revised_no_more_and_neither_is_what_is_over(books: Books) -> None:
    books.given(books.first, "released")
    with pytest.raises(Refused, match="has been released already"):
        revise(books)
    with pytest.raises(Refused, match="may not ask for money"):
        revise(books, by=f.PersonFactory())
    for state, said in (("ceased", "is ceased"), ("draft", "still a draft")):
        Bet.objects.filter(pk=books.bet.pk).update(state=state)
        with pytest.raises(Refused, match=said):
            revise(books)


def read(books: Books, estimate: float | None, **other: Any) -> Outcome:
    one = Outcome.objects.filter(bet=books.bet).first() or f.OutcomeFactory(
        bet=books.bet, number=1, target=0.45, kill_line=0.40
    )
    f.ReadingFactory(outcome=one, estimate=estimate, **other)
    return one


@pytest.mark.parametrize(
    ("wanted", "estimate", "higher", "met"),
    [
        ("target", 0.45, True, True), ("target", 0.449, True, False), ("target", 0.45, False, True),
        ("target", 0.46, False, False), ("alive", 0.401, True, True), ("alive", 0.40, True, False),
        ("alive", 0.49, False, True), ("read", 0.01, True, True), ("read", None, True, False),
        ("target", None, True, False),
    ],
)  # fmt: skip
def test_an_outcome_is_read_against_its_line(
    wanted: str, estimate: float | None, higher: bool, met: bool, books: Books
) -> None:
    kill_line = 0.40 if higher else 0.50
    one = f.OutcomeFactory(bet=books.bet, number=1, target=0.45, kill_line=kill_line, higher_is_better=higher)
    read(books, estimate)
    f.GateCriterionFactory(tranche=books.first, kind="outcome", outcome=one, wanted=wanted)
    assert is_met(gate_of(books.first, f.TODAY)) is met


def test_a_gate_says_in_plain_words_what_it_needs_and_what_stands(books: Books) -> None:
    one = read(books, 0.41, health="stale", health_note="No signal since Monday.")
    f.GateCriterionFactory(tranche=books.first, number=1, kind="outcome", outcome=one, wanted="target")
    f.GateCriterionFactory(tranche=books.first, number=2, kind="strength", wanted="", strength=4)
    f.GateCriterionFactory(tranche=books.first, number=3, kind="decision", wanted="persist")
    target, strength, decision = gate_of(books.first, f.TODAY)
    assert target.words == f"{one.series.metric.name} at its target of 45.0 %"
    assert target.now.startswith("It reads 41.0 % on") and target.now.endswith("No signal since Monday.")
    assert (strength.words, strength.now) == (
        "Confirmed evidence of strength 4 (user behaviour) or more", "None is confirmed.",
    )  # fmt: skip
    assert (decision.words, decision.met) == ("A decision to persist, or to fund", False)
    assert decision.now == "Nothing has been decided yet."


def test_only_confirmed_standing_evidence_that_supports_counts(books: Books) -> None:
    one = f.OutcomeFactory(bet=books.bet, number=1)
    f.GateCriterionFactory(tranche=books.first, kind="strength", wanted="", outcome=one, strength=2)
    opposing, unconfirmed, other, right = (f.EvidenceFactory(bet=books.bet, strength=2) for _ in range(4))
    assumption = f.AssumptionFactory(bet=books.bet)
    for entry, target, supports in (
        (opposing, {"outcome": one}, False), (unconfirmed, {"outcome": one}, True), (other, {}, True),
    ):  # fmt: skip
        about = {"assumption": None if target else assumption} | target
        f.EvidenceLinkFactory(evidence=entry, supports=supports, **about)
    for entry in (opposing, other, right):
        type(entry).objects.filter(pk=entry.pk).update(confirmed_at=f.AT, confirmed_by=books.checker)
    assert not is_met(gate_of(books.first, f.TODAY))
    f.EvidenceLinkFactory(evidence=unconfirmed, assumption=assumption)
    type(unconfirmed).objects.filter(pk=unconfirmed.pk).update(confirmed_at=f.AT, confirmed_by=books.checker)
    assert is_met(gate_of(books.first, f.TODAY))


def test_a_gate_of_words_alone_is_met_when_somebody_says_so_or_a_decision_stands(books: Books) -> None:
    assert not is_met(gate_of(books.first, f.TODAY))
    f.DecisionFactory(bet=books.bet, kind="fund", look_again_on=f.TODAY)
    (need,) = gate_of(books.first, f.TODAY)
    assert need.met and need.now.startswith("Nobody has said whether it was met. Decision")
    f.GateResultFactory(tranche=books.first, met=False, note="Nine talks.", said_by=books.other)
    (need,) = gate_of(books.first, f.TODAY)
    assert not need.met and need.now.endswith("Nine talks.")


def test_the_decision_that_released_one_tranche_does_not_meet_the_gate_of_the_next(books: Books) -> None:
    books.given(books.first, "released")
    (need,) = gate_of(books.second, f.TODAY)
    said = "It was taken before money was last released, and does not count for this gate."
    assert (need.met, need.now.endswith(said)) == (False, True)
    f.DecisionFactory(
        bet=books.bet, number=32_000, kind="persist", look_again_on=f.TODAY, decided_at=f.AT + dt.timedelta(hours=1)
    )
    assert is_met(gate_of(books.second, f.TODAY))


def test_a_gate_follows_the_version_of_an_outcome_that_stands(books: Books) -> None:
    one = read(books, 0.41)
    f.GateCriterionFactory(tranche=books.first, kind="outcome", outcome=one, wanted="target")
    two = f.OutcomeFactory(bet=books.bet, number=1, version=2, replaces=one, reason="Smaller.", target=0.41,
                           kill_line=0.30, series=one.series)  # fmt: skip
    assert not is_met(gate_of(books.first, f.TODAY))  # no night has read it yet
    f.ReadingFactory(outcome=two, estimate=0.41)
    assert is_met(gate_of(books.first, f.TODAY))


@pytest.mark.parametrize("many", [1, 4])
def test_gates_take_the_same_queries_however_much_there_is(many: int, books: Books) -> None:
    for number in range(1, many + 1):
        one = f.OutcomeFactory(bet=books.bet, number=number)
        f.ReadingFactory(outcome=one)
        f.EvidenceLinkFactory(evidence=f.EvidenceFactory(bet=books.bet), assumption=None, outcome=one)
        f.GateCriterionFactory(tranche=books.first, number=number, kind="outcome", outcome=one, wanted="read")
    tranches = [books.first, books.second]
    with CaptureQueriesContext(connection) as queries:
        assert len(gates_of(books.bet, tranches, f.TODAY)) == 2
    assert len(queries) == 12


def test_a_pivot_holds_money_until_the_new_hypothesis_has_its_gate(books: Books) -> None:
    books.given(books.first)
    f.HypothesisFactory(bet=books.bet, version=1)
    assert restated_since(books.first)
    later = f.AT + timedelta(days=1)
    f.HypothesisFactory(bet=books.bet, version=2, why="Brokers first.", written_at=later)
    with pytest.raises(Refused, match="The hypothesis was written anew"):
        books.release(books.first)
    assert not FundingRequest.objects.filter(kind="release").exists()
    revise(books, criteria=[Criterion("decision", wanted="fund")], at=later)
    assert books.release(books.first).state == "submitted"


def test_a_tranche_that_is_planned_after_the_new_hypothesis_has_its_gate(books: Books) -> None:
    later = f.AT + timedelta(days=1)
    f.HypothesisFactory(bet=books.bet, version=2, why="Brokers first.", written_at=f.AT)
    planned = plan_tranche(books.bet, 100, "Talks", "Ten talks", f.TODAY, by=books.lead, at=later)
    assert restated_since(planned)
