"""The evidence pack: frozen when money is asked for, the same for the same evidence, and what changed in words."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bets.models import Evidence
from funding.changes import changes_since
from funding.models import FundingRequest
from funding.packs import checksum, pack_of
from funding.rules_changes import changes
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


def test_a_pack_holds_what_an_approver_needs(books: Books) -> None:
    f.HypothesisFactory(bet=books.bet, version=1)
    one = f.OutcomeFactory(bet=books.bet, number=1, target=0.45, kill_line=0.40)
    f.ReadingFactory(outcome=one, estimate=0.41, snapshot="a" * 64)
    f.EvidenceFactory(bet=books.bet, number=4, strength=2, learned="Brokers pay.")
    f.FlagFactory(bet=books.bet, kind="stale", sentence="Nothing arrives.", log_e=None, cut=None)
    f.VerdictFactory(bet=books.bet, kind="measure", sentence="Keep measuring.")
    f.DecisionFactory(bet=books.bet, kind="fund", rationale="It pays.", look_again_on=f.TODAY)
    pack = books.commit(books.first).pack
    assert pack["outcomes"][0]["target_words"] == "45.0 %"
    assert (pack["readings"][0]["snapshot"], pack["readings"][0]["estimate_words"]) == ("a" * 64, "41.0 %")
    (entry,) = pack["evidence"]
    assert (entry["number"], entry["learned"], entry["confirmed"]) == (4, "Brokers pay.", False)
    assert pack["flags"][0]["sentence"] == "Nothing arrives."
    assert (pack["verdict"]["kind"], pack["decision"]["rationale"]) == ("measure", "It pays.")
    assert pack["gates"][0]["needs"][0]["met"] is True
    assert (pack["hypothesis"]["version"], pack["money"]) == (1, {"committed": 0})
    assert pack["sha256"] == checksum(pack)


def test_the_money_before_is_part_of_the_next_pack(books: Books) -> None:
    books.given(books.first)
    assert books.commit(books.second).pack["money"]["committed"] == 10_000_000


@pytest.mark.parametrize("many", [1, 5])
def test_a_pack_takes_the_same_queries_however_much_there_is(many: int, books: Books) -> None:
    for number in range(1, many + 1):
        one = f.OutcomeFactory(bet=books.bet, number=number)
        f.ReadingFactory(outcome=one)
        f.EvidenceLinkFactory(evidence=f.EvidenceFactory(bet=books.bet), assumption=None, outcome=one)
    with CaptureQueriesContext(connection) as queries:
        pack_of(books.bet, f.TODAY, [books.first, books.second])
    assert len(queries) == 13


def test_nightly_figures_change_nothing_and_a_verdict_does(books: Books) -> None:
    one = f.OutcomeFactory(bet=books.bet, number=1)
    f.ReadingFactory(outcome=one)
    f.VerdictFactory(bet=books.bet, kind="measure")
    request = books.commit(books.first)
    f.ReadingFactory(outcome=one, estimate=0.39)
    f.VerdictFactory(bet=books.bet, kind="measure")
    assert changes_since(request, f.TODAY) == []
    f.VerdictFactory(bet=books.bet, kind="cease")
    assert changes_since(request, f.TODAY) == ["The verdict is “cease” now; it was “measure”."]


def test_confirming_evidence_as_it_was_logged_changes_nothing_and_lowering_it_does(books: Books) -> None:
    entry = f.EvidenceFactory(bet=books.bet, number=1, strength=3)
    request = books.commit(books.first)
    Evidence.objects.filter(pk=entry.pk).update(strength=1)
    assert changes_since(request, f.TODAY) == ["Evidence 1 has strength 1 now; it had strength 3."]


def test_what_the_bet_is_given_meanwhile_changes_what_is_measured(books: Books) -> None:
    request = books.commit(books.second)
    books.given(books.first)
    assert changes_since(request, f.TODAY) == ["It is measured at €200,000.00 now, not at €100,000.00."]
    assert books.approve(FundingRequest.objects.get(pk=request.pk)).state == "voided"


def pack(**other: Any) -> dict[str, Any]:
    return {
        "hypothesis": {"version": 1}, "outcomes": [{"number": 1, "version": 1}],
        "evidence": [{"number": 2, "strength": 3, "revision": 1}], "flags": [], "verdict": None, "decision": None,
    } | other  # fmt: skip


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"hypothesis": {"version": 2}}, "The hypothesis has version 2 now."),
        ({"outcomes": []}, "Outcome 1 no longer stands."),
        ({"outcomes": [{"number": 1, "version": 2}]}, "Outcome 1 has version 2 now; it had version 1."),
        ({"outcomes": [{"number": 1, "version": 1}, {"number": 2, "version": 1}]}, "Outcome 2 was stated."),
        ({"evidence": []}, "Evidence 2 no longer stands."),
        ({"evidence": [{"number": 2, "strength": 3, "revision": 2}]}, "Evidence 2 was written anew."),
        ({"flags": [{"kind": "near_miss", "sentence": "Close."}]}, "A flag was raised, “near miss”: Close."),
        ({"verdict": {"kind": "cease"}}, "The verdict is “cease” now; there was none."),
        ({"decision": {"number": 3, "kind": "pivot"}}, "Decision 3 was taken: pivot."),
    ],
)
def test_every_change_is_said_in_a_sentence(other: dict[str, Any], said: str) -> None:
    assert list(changes(pack(), pack(**other), (1, 1), "EUR")) == [said]
    assert list(changes(pack(), pack(), (1, 1), "EUR")) == []


def test_a_flag_that_was_cleared_is_said() -> None:
    old = pack(flags=[{"kind": "stale", "sentence": "Nothing arrives."}])
    assert list(changes(old, pack(), (1, 1), "EUR")) == ["The flag “stale” was cleared."]
