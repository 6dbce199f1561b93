"""What follows a decision: credit and a learning review after a cease, the next version of the hypothesis after a
pivot, and votes that become forecasts once everybody sees them."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import Claim, hold_learning_review, write_hypothesis
from bets.models import Bet, Decision, Forecast, LearningReview, NextHypothesis
from bets.rules_after import Persisted, nothing_new
from lib.refusals import Refused
from org.models import Event, Person
from portfolio import actions
from portfolio.following import FOLLOWED, follows_of_bet
from tests import factories as f
from tests.funding.books import Books, open_books
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
LESSON = {"lesson": "Nobody waits for a form.", "reuse": "The test with ten sellers."}
CLAIM = Claim("one button", "sellers", "more offers", "they said so")


def decide(bet: Bet, by: Person, kind: str, days: int = 0, **changes: Any) -> Decision:
    given: dict[str, Any] = {
        "rationale": "It was enough.", "would_change": "A rise.", "look_again_on": f.TODAY + (90 + days) * DAY,
        "by": by, "at": f.AT + days * DAY, "today": f.TODAY + days * DAY,
    } | changes  # fmt: skip
    return actions.decide_bet(bet, kind, **given)


def hold(review: LearningReview, by: Person, days: int = 30, **changes: Any) -> LearningReview:
    said = LESSON | changes
    return hold_learning_review(review, **said, by=by, at=f.AT + days * DAY, today=f.TODAY + days * DAY)


@pytest.fixture
def bet(retail: Any, product_lead: Person) -> Bet:
    made: Bet = f.BetFactory(domain=retail, lead=product_lead)
    f.HypothesisFactory(bet=made, version=1)
    return made


@pytest.fixture
def review(bet: Bet, executive: Person) -> LearningReview:
    return decide(bet, executive, "cease").learning_review


# ---- a cease


def test_a_cease_credits_the_owner_by_name_with_the_money_and_the_weeks_that_are_free_again(executive: Person) -> None:
    books: Books = open_books()
    books.given(books.first)
    team = f.TeamFactory(name="Checkout", domain=books.domain)
    f.EffortFactory(bet=books.bet, team=team, weeks=12)
    f.OutcomeFactory(bet=books.bet, decide_by=f.TODAY + 100 * DAY)
    Bet.objects.filter(pk=books.bet.pk).update(starts_on=f.TODAY + DAY)
    books.bet.refresh_from_db()
    decision = decide(books.bet, executive, "cease", wind_down=2_000_000)
    said = Event.objects.get(kind="ceased well")
    assert said.sentence == (
        f"{books.bet.lead} is credited for ceasing {books.bet}: €80,000.00 is free for other bets."
        " 12 team-weeks are free again; the team stays."
    )
    assert (said.payload["returned"], said.payload["weeks"]) == ({"EUR": 8_000_000}, [["Checkout", "12.0"]])
    assert (decision.learning_review.credited, decision.learning_review.due_on) == (books.bet.lead, f.TODAY + 30 * DAY)


def test_whoever_leads_the_bet_later_takes_no_credit(bet: Bet, review: LearningReview, product_lead: Person) -> None:
    Bet.objects.filter(pk=bet.pk).update(lead=f.PersonFactory())
    review.refresh_from_db()
    assert review.credited == product_lead


def test_the_learning_review_is_held_once_and_told(bet: Bet, review: LearningReview, product_lead: Person) -> None:
    held = hold(review, product_lead)
    assert (held.lesson, held.reuse, held.held_by) == (*LESSON.values(), product_lead)
    assert Event.objects.get(kind="learning review held").sentence == "Learned from ceasing: Nobody waits for a form."
    with pytest.raises(Refused, match="held already"):
        hold(review, product_lead, lesson="Something else.")
    review.refresh_from_db()
    assert review.lesson == LESSON["lesson"]


@pytest.mark.parametrize("who", ["product_lead", "executive", "product_operations", "admin"])
def test_lead_decider_and_product_operations_hold_it(
    review: LearningReview, request: pytest.FixtureRequest, who: str
) -> None:
    by = request.getfixturevalue(who)
    assert hold(review, by).held_by == by


@pytest.mark.parametrize("who", ["finance", "viewer", "outsider"])
def test_nobody_else_holds_it(review: LearningReview, request: pytest.FixtureRequest, who: str) -> None:
    with pytest.raises(Refused, match="held by whoever led the bet"):
        hold(review, request.getfixturevalue(who))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lesson": " \n"}, "Say what was learned."),
        ({"lesson": "x" * 2001}, "at most 2,000 characters, this has 2,001"),
        ({"reuse": "x" * 1001}, "at most 1,000 characters, this has 1,001"),
        ({"days": 0}, "from tomorrow on"),
    ],
)
def test_a_lesson_says_something_of_a_length_and_from_a_distance(
    review: LearningReview, product_lead: Person, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        hold(review, product_lead, **changes)


def test_a_cease_that_was_reversed_asks_for_nothing_any_more(
    bet: Bet, review: LearningReview, executive: Person, product_lead: Person
) -> None:
    bet.refresh_from_db()
    decide(bet, executive, "persist", days=1, reverses=review.decision)
    with pytest.raises(Refused, match="did not stay ceased"):
        hold(LearningReview.objects.get(), product_lead)
    again = decide(Bet.objects.get(), executive, "cease", days=2)
    assert hold(again.learning_review, product_lead).decision == again


# ---- a pivot


def pivoted(bet: Bet, by: Person, days: int = 0) -> NextHypothesis:
    return decide(bet, by, "pivot", days).next_hypothesis


def test_a_pivot_opens_the_next_version_and_writing_it_answers(
    bet: Bet, executive: Person, product_lead: Person
) -> None:
    asked = pivoted(bet, executive)
    assert (asked.version, asked.due_on, asked.written) == (2, f.TODAY + 14 * DAY, None)
    said = Event.objects.get(kind="hypothesis asked for").sentence
    assert said == f"Version 2 of the hypothesis is open: {product_lead} writes it until 16 March 2026."
    written = write_hypothesis(bet, CLAIM, why="Buttons do not sell.", by=product_lead, at=f.AT + DAY)
    asked.refresh_from_db()
    assert (asked.written, written.version) == (written, 2)


def test_what_is_open_stays_when_it_is_decided_to_pivot_again(bet: Bet, executive: Person) -> None:
    asked = pivoted(bet, executive)
    decide(bet, executive, "pivot", days=3, rationale="Still.")
    assert NextHypothesis.objects.get() == asked
    decisions = list(bet.decisions.select_related("bet", *FOLLOWED).order_by("-number"))
    follows = follows_of_bet(Bet.objects.get(), decisions, executive, f.TODAY + 20 * DAY)
    assert (follows.asked, follows.is_held, follows.is_late) == (asked, True, True)


def test_a_pivot_that_was_reversed_no_longer_asks_and_its_version_stays_readable(
    bet: Bet, executive: Person, product_lead: Person
) -> None:
    asked = pivoted(bet, executive)
    decide(bet, executive, "persist", days=1, reverses=asked.decision)
    decisions = list(bet.decisions.select_related("bet", *FOLLOWED).order_by("-number"))
    assert follows_of_bet(Bet.objects.get(), decisions, executive, f.TODAY) is None
    write_hypothesis(bet, CLAIM, why="We know more.", by=product_lead, at=f.AT + 2 * DAY)
    asked.refresh_from_db()
    assert asked.written.version == 2


def test_the_first_version_of_a_draft_answers_no_pivot(retail: Any, product_lead: Person) -> None:
    draft = f.BetFactory(domain=retail, lead=product_lead, state="draft")
    assert write_hypothesis(draft, CLAIM, by=product_lead, at=f.AT).version == 1


# ---- votes are forecasts


@pytest.fixture
def growth() -> Board:
    return board()


def opened(growth: Board, *chances: float) -> Any:
    item = growth.item()
    growth.opened()
    for member, chance in zip(growth.members, chances, strict=False):
        growth.vote(item, member, chance=chance)
    return item


def test_no_vote_is_a_forecast_before_the_item_opens_and_each_is_from_then_on(growth: Board) -> None:
    item = opened(growth, 0.4, 0.7)
    assert Forecast.objects.count() == 0
    actions.open_item(item, by=growth.chair, at=f.AT + dt.timedelta(hours=1))
    actions.open_item(item, by=growth.chair, at=f.AT + dt.timedelta(hours=2))
    made = Forecast.objects.order_by("probability")
    assert [(one.person, one.probability, one.stated_at) for one in made] == [
        (growth.members[0], 0.4, f.AT), (growth.members[1], 0.7, f.AT),
    ]  # fmt: skip
    assert {one.note for one in made} == {f"Vote at {growth.review}"}
    assert Event.objects.get(kind="forecasts by vote").sentence.endswith("kept as the forecasts of 2 people.")


def test_a_newer_forecast_of_the_same_person_stays_the_latest(growth: Board) -> None:
    item, member = opened(growth, 0.4), growth.members[0]
    newer = f.ForecastFactory(person=member, outcome=item.bet.outcomes.get(), stated_at=f.AT + DAY, probability=0.9)
    actions.open_item(item, by=growth.chair, at=f.AT + 2 * DAY)
    assert Forecast.objects.filter(person=member).first() == newer
    assert Forecast.objects.filter(person=member).count() == 2


def test_an_outcome_that_resolved_meanwhile_is_foretold_by_nobody(growth: Board) -> None:
    item = opened(growth, 0.4)
    f.ResolutionFactory(outcome=item.bet.outcomes.get())
    actions.open_item(item, by=growth.chair, at=f.AT)
    assert not Forecast.objects.exists()


def test_votes_of_the_second_round_are_forecasts_once_it_is_decided(growth: Board) -> None:
    item = opened(growth, 0.4)
    growth.vote(item, growth.members[1], "cease", 0.7)
    actions.open_item(item, by=growth.chair, at=f.AT)
    actions.call_second_vote(item, by=growth.chair, at=f.AT)
    item.refresh_from_db()
    growth.vote(item, growth.members[0], chance=0.5)
    assert Forecast.objects.count() == 2
    growth.decide(item)
    assert sorted(Forecast.objects.values_list("probability", flat=True)) == [0.4, 0.5, 0.7]


# ---- persisted twice, nothing new


@pytest.mark.parametrize(
    ("then", "since", "now", "strengths", "found"),
    [
        (1.0, 1.2, 1.2, (3, 3), True),
        (1.0, None, 1.69, (3, 2), True),
        (1.0, -4.0, float("-inf"), (0, 0), True),
        (1.0, 1.2, 1.70, (3, 3), False),  # the evidence has doubled
        (1.0, 1.70, 0.0, (3, 3), False),  # it had: what has been stronger once never flickers
        (1.0, 1.2, 1.2, (3, 4), False),
        (None, 1.2, 1.2, (3, 3), False),
        (float("-inf"), 1.2, 1.2, (3, 3), False),
        (1.0, None, float("nan"), (3, 3), True),
    ],
)
def test_nothing_new_means_that_neither_signals_nor_people_say_more(
    then: float | None, since: float | None, now: float, strengths: tuple[int, int], found: bool
) -> None:
    assert nothing_new(Persisted(then, since, *strengths), now) is found
