"""Reviews are as sound as their tables: for every constraint and trigger, one test that tries to break it."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from bets.models import Dissent, LearningReview, NextHypothesis, Rescoring
from funding.models import Advice, Enforcement
from portfolio.models import AgendaItem, Attendance, Chance, Review, Vote
from tests import factories as f
from tests.attempts import Attempt, at_commit, lacking, one, run, twice

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def item_of_another_review() -> None:
    review = f.ReviewFactory(state="open", opened_at=f.AT)
    Review.objects.filter(pk=review.pk).update(at_item=f.AgendaItemFactory())


def decision_on_another_bet() -> None:
    item = f.AgendaItemFactory(opened_at=f.AT)
    AgendaItem.objects.filter(pk=item.pk).update(decision=f.DecisionFactory())


# fmt: off
ATTEMPTS: dict[str, Attempt] = {
    "bets_decision_on_its_bet": lacking("bets_decision_pkey", "bets_decision", lambda: [
        f.DecisionFactory(id=1, bet=bet, number=number, kind=kind)
        for bet in [f.BetFactory()] for number, kind in ((1, "fund"), (2, "defer"))
    ]),
    "bets_decision_scored_by_somebody_on_a_day": one(f.DecisionFactory, rescore_on=f.TODAY),
    "bets_dissent_once": twice(f.DissentFactory, decision=f.DecisionFactory, person=f.PersonFactory),
    "bets_dissent_says_why": one(f.DissentFactory, words=" "),
    "portfolio_forum_key_once": twice(f.ForumFactory, key="one"),
    "portfolio_forum_name_not_blank": one(f.ForumFactory, name=" "),
    "portfolio_forum_domain_as_its_level": one(f.ForumFactory, level="product"),
    "portfolio_forum_rhythm": one(f.ForumFactory, every_days=6),
    "portfolio_forum_quorum": one(f.ForumFactory, quorum=0),
    "portfolio_forum_minutes": one(f.ForumFactory, minutes=14),
    "portfolio_forummember_once": twice(f.ForumMemberFactory, forum=f.ForumFactory, person=f.PersonFactory),
    "portfolio_forummember_left_later": one(f.ForumMemberFactory, left_at=f.AT - DAY),
    "portfolio_decisionright_once": twice(f.DecisionRightFactory, forum=f.ForumFactory),
    "portfolio_decisionright_kind_known": one(f.DecisionRightFactory, kind="burn"),
    "portfolio_decisionright_currency_code": one(f.DecisionRightFactory, currency="eur"),
    "portfolio_decisionright_at_most": one(f.DecisionRightFactory, at_most=-1),
    "portfolio_review_number_once": twice(f.ReviewFactory, forum=f.ForumFactory, number=1),
    "portfolio_review_one_a_day": twice(f.ReviewFactory, forum=f.ForumFactory, held_on=f.TODAY),
    "portfolio_review_one_open": twice(f.ReviewFactory, forum=f.ForumFactory, state="open", opened_at=f.AT),
    "portfolio_review_times_as_its_state": one(f.ReviewFactory, state="cancelled"),
    "portfolio_attendance_once": twice(f.AttendanceFactory, review=f.ReviewFactory, person=f.PersonFactory),
    "portfolio_agendaitem_bet_once": twice(f.AgendaItemFactory, review=f.ReviewFactory, bet=f.BetFactory),
    "portfolio_agendaitem_of_its_review": lacking("portfolio_agendaitem_pkey", "portfolio_agendaitem", lambda: [
        f.AgendaItemFactory(id=1, review=review, position=place) for review in [f.ReviewFactory()] for place in (1, 2)
    ]),
    "portfolio_agendaitem_position_once": at_commit(twice(f.AgendaItemFactory, review=f.ReviewFactory, position=1)),
    "portfolio_agendaitem_minutes": one(f.AgendaItemFactory, minutes=0),
    "portfolio_agendaitem_reason_known": one(f.AgendaItemFactory, reason="whim"),
    "portfolio_agendaitem_opened_first": one(f.AgendaItemFactory, again_at=f.AT),
    "portfolio_vote_once": twice(f.VoteFactory, item=f.AgendaItemFactory, person=f.PersonFactory),
    "portfolio_vote_round_known": lambda: unguarded("portfolio_vote", one(f.VoteFactory, round=3)),
    "portfolio_vote_kind_known": one(f.VoteFactory, kind="burn"),
    "portfolio_chance_once": twice(f.ChanceFactory, vote=f.VoteFactory, outcome=f.OutcomeFactory),
    "portfolio_calendarlink_digest_once": twice(f.CalendarLinkFactory, digest="0" * 64),
    "portfolio_calendarlink_digest": one(f.CalendarLinkFactory, digest="0" * 63),
    "portfolio_chance_is_a_share": one(f.ChanceFactory, probability=1.1),
    "portfolio_assignment_bet_once": twice(f.AssignmentFactory, review=f.ReviewFactory, bet=f.BetFactory),
    "portfolio_assignment_of_money": one(f.AssignmentFactory, amount=0),
    "portfolio_draft_once": twice(f.DraftFactory, item=f.AgendaItemFactory, person=f.PersonFactory),
    "bets_rescoring_finding_known": one(f.RescoringFactory, finding="hmm"),
    "bets_rescoring_says_why": one(f.RescoringFactory, note=" "),
    "bets_learningreview_held_with_a_lesson": one(f.LearningReviewFactory, held_at=f.AT, held_by=f.PersonFactory),
    "bets_nexthypothesis_one_open": lambda: [
        f.NextHypothesisFactory(decision=f.DecisionFactory(bet=bet, kind="pivot"))
        for bet in [f.BetFactory()] for _ in (1, 2)
    ],
    "bets_hypothesis_referred_to": lacking("bets_hypothesis_pkey", "bets_hypothesis", lambda: lacking(
        "bets_hypothesis_version_once", "bets_hypothesis", lambda: [
            f.HypothesisFactory(id=1, bet=bet, version=2) for bet in [f.BetFactory()] for _ in (1, 2)
        ])()),
    "funding_enforcement_says_why": one(f.EnforcementFactory, reason=" "),
    "funding_advice_kind_known": one(f.AdviceFactory, kind="whim"),
    "funding_advice_says_something": one(f.AdviceFactory, sentence=" "),
    "funding_advice_on_something": one(f.AdviceFactory, bet=None),
}
# fmt: on
BY_HAND: dict[str, Attempt] = {
    "portfolio_review_shows_its_own_item": at_commit(item_of_another_review),
    "portfolio_agendaitem_decision_on_its_bet": at_commit(decision_on_another_bet),
    "bets_nexthypothesis_written_of_its_bet": at_commit(
        one(f.NextHypothesisFactory, written=f.HypothesisFactory, version=2)
    ),
}


def unguarded(table: str, attempt: Attempt) -> None:
    run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    attempt()


@pytest.mark.parametrize("name", sorted(ATTEMPTS | BY_HAND))
def test_the_database_refuses(name: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        (ATTEMPTS | BY_HAND)[name]()
    assert name in str(refused.value)


def test_no_vote_is_cast_changed_or_taken_back_once_its_item_is_open() -> None:
    vote = f.VoteFactory()
    rows = Vote.objects.filter(pk=vote.pk)
    assert rows.update(kind="cease") == 1
    AgendaItem.objects.filter(pk=vote.item_id).update(opened_at=f.AT)
    attempts = (
        lambda: rows.update(kind="fund"), lambda: rows._raw_delete("default"), lambda: f.VoteFactory(item=vote.item),
        lambda: f.VoteFactory(item=vote.item, round=2),
    )  # fmt: skip
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="portfolio_vote_before_its_round_ends"), transaction.atomic():
            attempt()
    AgendaItem.objects.filter(pk=vote.item_id).update(again_at=f.AT)
    assert f.VoteFactory(item=vote.item, round=2).pk
    AgendaItem.objects.filter(pk=vote.item_id).update(decision=f.DecisionFactory(bet=vote.item.bet))
    with pytest.raises(DatabaseError, match="portfolio_vote_before_its_round_ends"), transaction.atomic():
        f.VoteFactory(item=vote.item, round=2)


def test_a_vote_stays_with_its_item_and_person() -> None:
    vote = f.VoteFactory()
    for change in ({"item": f.AgendaItemFactory()}, {"person": f.PersonFactory()}, {"round": 2}):
        with pytest.raises(DatabaseError, match="portfolio_vote_before_its_round_ends"), transaction.atomic():
            Vote.objects.filter(pk=vote.pk).update(**change)


def test_chances_are_frozen_with_their_vote() -> None:
    chance = f.ChanceFactory()
    rows = Chance.objects.filter(pk=chance.pk)
    assert rows.update(probability=0.9) == 1
    AgendaItem.objects.filter(pk=chance.vote.item_id).update(opened_at=f.AT)
    for attempt in (
        lambda: rows.update(probability=0.1), lambda: rows._raw_delete("default"),
        lambda: f.ChanceFactory(vote=chance.vote),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="portfolio_chance_before_its_round_ends"), transaction.atomic():
            attempt()


def test_an_opened_item_stays_on_its_agenda_and_a_decided_one_as_it_is() -> None:
    item = f.AgendaItemFactory(opened_at=f.AT)
    rows = AgendaItem.objects.filter(pk=item.pk)
    changes: list[dict[str, Any]] = [
        {"opened_at": None}, {"opened_at": f.AT + DAY}, {"bet": f.BetFactory()}, {"review": f.ReviewFactory()},
    ]  # fmt: skip
    for attempt in (
        *(lambda change=wanted: rows.update(**change) for wanted in changes),
        lambda: rows._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="portfolio_agendaitem_stays"), transaction.atomic():
            attempt()
    assert rows.update(decision=f.DecisionFactory(bet=item.bet)) == 1
    with pytest.raises(DatabaseError, match="portfolio_agendaitem_stays"), transaction.atomic():
        rows.update(decision=None)


def test_a_review_that_is_over_stays_as_it_was() -> None:
    review = f.ReviewFactory()
    rows = Review.objects.filter(pk=review.pk)
    with pytest.raises(DatabaseError, match="portfolio_review_over"), transaction.atomic():
        rows.update(number=99)
    rows.update(state="cancelled", because="Nobody comes.")
    for attempt in (lambda: rows.update(state="planned", because=""), lambda: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="portfolio_review_over"), transaction.atomic():
            attempt()


@pytest.mark.parametrize(
    "name, factory, model, change",
    [
        ("portfolio_attendance_append_only", f.AttendanceFactory, Attendance, {"at": f.AT + DAY}),
        ("bets_dissent_append_only", f.DissentFactory, Dissent, {"words": "Never mind."}),
        ("bets_rescoring_by_its_reader", f.RescoringFactory, Rescoring, {"finding": "wrong"}),
        ("funding_enforcement_append_only", f.EnforcementFactory, Enforcement, {"from_on": f.TODAY + DAY}),
        ("funding_advice_append_only", f.AdviceFactory, Advice, {"sentence": "Nothing."}),
    ],
)
def test_what_was_written_stays(name: str, factory: Any, model: Any, change: dict[str, Any]) -> None:
    rows = model.objects.filter(pk=factory().pk)
    for attempt in (lambda: rows.update(**change), lambda: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match=name), transaction.atomic():
            attempt()


def test_only_its_second_reader_scores_a_decision() -> None:
    for attempt in (
        one(f.RescoringFactory, scored_by=f.PersonFactory),
        one(f.RescoringFactory, decision=f.DecisionFactory, scored_by=f.PersonFactory),
    ):
        with pytest.raises(DatabaseError, match="bets_rescoring_by_its_reader"), transaction.atomic():
            attempt()


def test_a_learning_review_belongs_to_a_cease_and_is_held_once() -> None:
    with pytest.raises(DatabaseError, match="bets_learningreview_stays"), transaction.atomic():
        f.LearningReviewFactory(decision=f.DecisionFactory(kind="persist"))
    rows = LearningReview.objects.filter(pk=f.LearningReviewFactory().pk)
    changes: list[dict[str, Any]] = [{"due_on": f.TODAY}, {"credited": f.PersonFactory()}]
    for attempt in (
        *(lambda change=wanted: rows.update(**change) for wanted in changes),
        lambda: rows._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="bets_learningreview_stays"), transaction.atomic():
            attempt()
    assert rows.update(held_at=f.AT, held_by=f.PersonFactory(), lesson="Ask first.") == 1
    with pytest.raises(DatabaseError, match="bets_learningreview_stays"), transaction.atomic():
        rows.update(lesson="Never mind.")


def test_a_pivot_opens_the_next_hypothesis_which_is_written_once() -> None:
    with pytest.raises(DatabaseError, match="bets_nexthypothesis_stays"), transaction.atomic():
        f.NextHypothesisFactory(decision=f.DecisionFactory(kind="persist"))
    with pytest.raises(DatabaseError, match="bets_nexthypothesis_stays"), transaction.atomic():
        f.NextHypothesisFactory(bet=f.BetFactory())
    following = f.NextHypothesisFactory()
    rows = NextHypothesis.objects.filter(pk=following.pk)
    for attempt in (lambda: rows.update(version=3), lambda: rows._raw_delete("default")):
        with pytest.raises(DatabaseError, match="bets_nexthypothesis_stays"), transaction.atomic():
            attempt()
    assert rows.update(written=f.HypothesisFactory(bet=following.bet, version=2)) == 1
    with pytest.raises(DatabaseError, match="bets_nexthypothesis_stays"), transaction.atomic():
        rows.update(written=None)


TRIGGERS = {
    "bets_rescoring_by_its_reader", "bets_learningreview_stays", "bets_nexthypothesis_stays",
    "funding_enforcement_append_only", "funding_advice_append_only",
    "portfolio_vote_before_its_round_ends", "portfolio_chance_before_its_round_ends", "portfolio_agendaitem_stays",
    "portfolio_review_over", "portfolio_attendance_append_only", "bets_dissent_append_only",
}  # fmt: skip
