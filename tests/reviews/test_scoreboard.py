"""The scoreboard of decisions: what it counts of days, money, flags, forecasts, reversals and overrides."""

import uuid

import pytest

from funding import actions as money
from funding.models import Transfer
from org.models import Domain, Person
from portfolio.scoreboard_page import page_of
from portfolio.scoreboard_words import reversals_sentence
from tests import factories as f
from tests.funding.books import Books, open_books
from tests.funding.test_budgets import spend
from tests.reviews.scored import DAY, board_of, came, ceased, decided, flagged, rows

pytestmark = pytest.mark.django_db


# ---- days


def test_the_days_of_a_decision_run_from_the_evidence_by_the_flag_to_the_decision(
    retail: Domain, executive: Person
) -> None:
    for key, days, since in (("A", 10, 5), ("B", 30, 15), ("C", 50, None)):
        flagged(decided(retail, key), days, since=since)
    decided(retail, "D")
    steps = board_of(executive).latency.steps
    assert {step: (one.count, one.median, one.worst) for step, one in steps.items()} == {
        "flag": (2, 10.0, 15), "decision": (3, 30.0, 50),
    }  # fmt: skip


def test_where_no_night_could_say_since_when_the_day_of_the_latest_finding_counts(
    retail: Domain, executive: Person
) -> None:
    decision = decided(retail, "A")
    for number, days in enumerate((40, 25, 2), start=1):
        f.EvidenceFactory(bet=decision.bet, number=number, happened_on=f.TODAY - days * DAY)
    flagged(decision, 20)
    assert board_of(executive).latency.steps["flag"].median == 5


def test_a_flag_about_missing_signals_rests_on_no_evidence(retail: Domain, executive: Person) -> None:
    decision = decided(retail, "A")
    f.EvidenceFactory(bet=decision.bet, happened_on=f.TODAY - 30 * DAY)
    flagged(decision, 20, kind="stale", log_e=None)
    (case,) = board_of(executive).latency.cases
    assert case.taken.days == {"decision": 20}


def test_of_several_flags_the_one_raised_first_counts(retail: Domain, executive: Person) -> None:
    decision = decided(retail, "A")
    flagged(decision, 4, kind="pivot")
    flagged(decision, 9, kind="cease")
    (case,) = board_of(executive).latency.cases
    assert (case.flag, case.taken.days) == ("cease", {"decision": 9})


def test_the_longest_wait_is_first_in_the_list_and_decisions_without_a_flag_are_last(
    retail: Domain, executive: Person
) -> None:
    for key, days in (("A", 3), ("B", 30), ("C", None)):
        decision = decided(retail, key)
        if days:
            flagged(decision, days)
    assert [row[0].key for row in rows(board_of(executive), "latency")] == ["B", "A", "C"]


# ---- money


@pytest.fixture
def books() -> Books:
    return open_books()


def test_money_is_told_by_what_the_decision_that_moved_it_rested_on(books: Books) -> None:
    books.given(books.first, "released")
    ceased(books, verdict="cease")
    board = board_of(books.checker)
    (main,) = board.capital
    assert (main.currency, main.amounts) == (
        "EUR", {"none": 10_000_000, "against": 10_000_000, "followed": 10_000_000},
    )  # fmt: skip
    assert (main.all, main.on_evidence, main.count, main.share) == (30_000_000, 10_000_000, 3, None)
    assert "too few for a share" in page_of(board).sentences["capital"]
    assert sum(row[4].minor for row in rows(board, "capital")) == main.all


def test_what_is_reversed_in_the_books_has_not_moved(books: Books) -> None:
    books.given(books.first)
    assert len(rows(board_of(books.checker), "capital")) == 1
    money.reverse_transfer(
        Transfer.objects.get(kind="commit"), key=uuid.uuid4(), document="Memo 7", memo="Typed twice.",
        effective_date=f.TODAY, by=books.other, at=f.AT,
    )  # fmt: skip
    assert board_of(books.checker).capital == []


def test_a_cease_before_the_last_day_to_decide_has_freed_its_money_early(books: Books) -> None:
    f.OutcomeFactory(bet=books.bet, decide_by=f.TODAY + 60 * DAY)
    f.OutcomeFactory(bet=books.bet, decide_by=f.TODAY + 20 * DAY)
    books.given(books.first, "released")
    decision = ceased(books)
    board = board_of(books.checker)
    assert board.freed_sums == {"EUR": 10_000_000}
    assert [(one.made.pk, one.early) for one in board.freed] == [(decision.pk, 60)]
    f.DecisionFactory(bet=books.bet, number=9, kind="fund", reverses=decision, look_again_on=f.TODAY)
    assert board_of(books.checker).freed_sums == {}


def test_a_cease_on_its_last_day_freed_nothing_early(books: Books) -> None:
    f.OutcomeFactory(bet=books.bet, decide_by=f.TODAY)
    books.given(books.first, "released")
    ceased(books)
    board = board_of(books.checker)
    assert (board.freed_sums, len(rows(board, "freed"))) == ({}, 1)


def test_what_was_spent_after_a_flag_to_cease_counts_until_somebody_decides(books: Books) -> None:
    books.given(books.first, "released")
    f.FlagFactory(bet=books.bet, outcome=f.OutcomeFactory(bet=books.bet), raised_on=f.TODAY - 5 * DAY)
    spend(books, 3_000_000)
    spend(books, 500_000, kind="refund")
    board = board_of(books.checker)
    assert (board.late_sums, board.late_open) == ({"EUR": 2_500_000}, 1)
    ceased(books)
    board = board_of(books.checker)
    assert (board.late_sums, board.late_open, board.late[0].days) == ({"EUR": 2_500_000}, 0, 5)


def test_nothing_was_spent_after_a_flag_that_came_later_or_that_signals_cleared(books: Books) -> None:
    books.given(books.first, "released")
    spend(books, 3_000_000)
    outcome = f.OutcomeFactory(bet=books.bet)
    f.FlagFactory(bet=books.bet, outcome=outcome, raised_on=f.TODAY)
    f.FlagFactory(
        bet=books.bet, outcome=outcome, raised_on=f.TODAY - 9 * DAY, cleared_on=f.TODAY, cleared_how="signals",
        cleared_because="Better.",
    )  # fmt: skip
    assert board_of(books.checker).late_sums == {}


# ---- the rule, and people


def test_a_flag_of_the_rule_is_right_when_its_outcome_came_as_it_said(retail: Domain, executive: Person) -> None:
    before, during = f.TODAY - 40 * DAY, f.TODAY - 9 * DAY
    said = [("cease", False, before), ("cease", True, before), ("scale", True, before), ("scale", True, during)]
    for kind, reached, raised in said:
        outcome = came(retail, reached=reached)
        f.FlagFactory(bet=outcome.bet, outcome=outcome, kind=kind, raised_on=raised)
    wrong = came(retail, reached=True)
    f.FlagFactory(
        bet=wrong.bet, outcome=wrong, raised_on=before, cleared_on=f.TODAY, cleared_how="correction",
        cleared_because="Its data were wrong.",
    )  # fmt: skip
    f.FlagFactory(bet=f.BetFactory(domain=retail), kind="pivot")
    record = board_of(executive).rule
    assert {kind: (one.right, one.count) for kind, one in record.kinds.items()} == {"cease": (1, 2), "scale": (1, 1)}
    assert (record.late, record.waiting, record.withdrawn) == (1, 1, 1)


def test_people_are_scored_in_groups_beside_the_signals_on_the_same_days(
    retail: Domain, executive: Person, product_lead: Person
) -> None:
    outcome = came(retail, reached=True, lead=product_lead)
    early = f.AT - 60 * DAY
    f.ForecastFactory(outcome=outcome, person=product_lead, probability=0.9, stated_at=early)
    f.ForecastFactory(outcome=outcome, person=executive, probability=0.5, stated_at=early)
    night = f.RunFactory(kind="night", state="done")
    f.ReadingFactory(outcome=outcome, run=night, as_of=early.date(), chance=0.8)
    found = board_of(executive).calibration
    assert {one.key: round(one.summary.brier, 4) for one in found.groups if one.summary} == {
        "leads": 0.01, "executives": 0.25,
    }  # fmt: skip
    assert {round(one.summary.brier_engine, 4) for one in found.groups if one.summary} == {0.04}
    assert found.signals.summary is not None
    assert round(found.signals.summary.brier, 4) == 0.04
    assert [one.person for one in found.people] == [executive, product_lead]


def test_nobody_learns_how_one_other_person_foretells(retail: Domain, executive: Person, product_lead: Person) -> None:
    outcome = came(retail, reached=True, lead=product_lead)
    for who in (product_lead, executive):
        f.ForecastFactory(outcome=outcome, person=who, probability=0.9, stated_at=f.AT - 60 * DAY)
    found = board_of(product_lead).calibration
    assert {one.key: one.summary is not None for one in found.groups} == {"leads": True, "executives": False}
    assert [one.person for one in found.people] == [product_lead]


# ---- reversals, overrides, credit


def test_reversals_are_told_with_what_they_reverse_and_after_how_long(retail: Domain, executive: Person) -> None:
    first = decided(retail, "A", "cease", decided_at=f.AT - 12 * DAY)
    decided(retail, "A", "fund", bet=first.bet, number=2, reverses=first)
    board = board_of(executive)
    ((bet, kind, _day, was, earlier, between),) = rows(board, "reversals")
    assert (bet.key, kind.kind, was.kind, earlier.number, between.number) == ("A", "fund", "cease", 1, 12)
    assert reversals_sentence(board) == "1 of 2 decisions reverses an earlier one."


def test_decisions_against_the_evidence_are_told_by_what_was_found_on_their_day(
    retail: Domain, executive: Person, product_operations: Person
) -> None:
    for key, days, finding in (("A", -1, "right"), ("B", -1, "wrong"), ("C", 0, ""), ("D", 5, "")):
        read = {"second_reader": product_operations, "rescore_on": f.TODAY + days * DAY}
        decision = decided(retail, key, **read)
        if finding:
            f.RescoringFactory(decision=decision, finding=finding)
    decided(retail, "E")
    decided(retail, "F", "cease")
    found = board_of(executive).overrides
    assert (len(found.due), found.scored, len(found.later), len(found.unread)) == (3, 2, 1, 1)
    assert [number for _key, _words, number in found.findings] == [1, 1, 0]
    assert [row[5] for row in rows(board_of(executive), "overrides")].count("waits to be scored") == 1
