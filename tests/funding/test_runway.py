"""How long the money of a bet lasts, and the last day on which a decision is of use."""

import datetime as dt
import uuid

import pytest
from pytest_django import DjangoAssertNumQueries

from bets.models import Bet, Tranche
from funding import actions
from funding.rules_runway import Money, Runway, Stretch, runway_of, stretches
from funding.runway import runway_words, runways_of
from tests import factories as f
from tests.funding.books import Books, open_books

DAY = dt.timedelta(days=1)
MILLION = 1_000_000


def money(**given: object) -> Money:
    fields = {
        "as_of": f.TODAY, "posted": True, "left": 9 * MILLION, "spent": 9 * MILLION, "days": 90, "wind_down": 0,
        "plan": [], **given,
    }  # fmt: skip
    return Money(**fields)  # type: ignore[arg-type]


def stretch(amount: int, begins: int, ends: int | None) -> Stretch:
    return Stretch(amount, f.TODAY + begins * DAY, None if ends is None else f.TODAY + ends * DAY)


@pytest.mark.parametrize(
    ("given", "basis", "gone", "last"),
    [
        ({}, "spent", 90, 90),
        ({"wind_down": 3 * MILLION}, "spent", 90, 60),
        ({"wind_down": 20 * MILLION}, "spent", 90, 0),
        ({"left": 0}, "spent", 0, 0),
        ({"days": 45}, "spent", 45, 45),
        ({"days": 27, "plan": [stretch(10 * MILLION, -10, 90)]}, "plan", 90, 90),
        ({"spent": 0, "plan": [stretch(10 * MILLION, -10, 90)], "wind_down": MILLION}, "plan", 90, 80),
        ({"spent": 0, "plan": [stretch(10 * MILLION, -10, 90), stretch(MILLION, 90, None)]}, "plan", 90, 90),
        ({"spent": 0, "plan": [stretch(10 * MILLION, 10, 60)]}, "plan", 45, 45),
        ({"spent": 0}, "", None, None),
        ({"spent": 90}, "spent", None, None),
        ({"posted": False, "plan": [stretch(10 * MILLION, -10, 90)]}, "plan", 90, 90),
        ({"posted": False, "plan": [stretch(10 * MILLION, -10, 90)], "wind_down": MILLION}, "plan", 90, 80),
        ({"posted": False, "plan": [stretch(10 * MILLION, -10, None)]}, "", None, None),
        ({"posted": False}, "", None, None),
    ],
)
def test_money_lasts_as_long_as_its_pace_allows_and_a_decision_is_of_use_until_it_must_be_wound_down(
    given: dict[str, object], basis: str, gone: int | None, last: int | None
) -> None:
    runway = runway_of(money(**given))
    days = [None if n is None else f.TODAY + n * DAY for n in (gone, last)]
    assert (runway.basis, runway.gone_on, runway.last_day) == (basis, *days)


@pytest.mark.parametrize(
    ("last", "decide", "late"),
    [(30, 31, True), (30, 30, False), (None, 30, False), (-5, 0, False), (-5, 1, True)],
)
def test_a_day_to_decide_is_late_after_the_last_day_of_use_and_never_once_it_has_passed(
    last: int | None, decide: int, late: bool
) -> None:
    day = None if last is None else f.TODAY + last * DAY
    runway = Runway(f.TODAY, True, MILLION, 1.0, "spent", day, day)
    assert runway.is_late(f.TODAY + decide * DAY) is late


@pytest.mark.parametrize(("gate", "late"), [(89, False), (91, True), (-1, True)])
def test_the_gate_of_the_next_tranche_is_a_day_to_decide_too(gate: int, late: bool) -> None:
    runway = runway_of(money(plan=[stretch(MILLION, gate, None)]))  # what is left lasts 90 days
    assert runway.is_late(f.TODAY + 200 * DAY) is late


def test_a_plan_that_has_ended_makes_nothing_late() -> None:
    runway = runway_of(money(posted=False, plan=[stretch(10 * MILLION, -90, -10)]))
    assert not runway.is_late(f.TODAY + 10 * DAY)
    assert "what was planned ended on 20 Feb 2026" in runway_words(runway, None, is_settled=False)


def test_a_tranche_lasts_until_the_day_that_is_stated_else_until_the_next_one() -> None:
    days = [f.TODAY + n * DAY for n in range(3)]
    plan = stretches([(1, days[0], None), (2, days[1], days[2]), (3, days[2], None)])
    assert [one.ends_on for one in plan] == [days[1], days[2], None]
    assert [one.ends_on for one in stretches([(1, days[0], None), (2, days[0], None)])] == [None, None]


@pytest.mark.parametrize(
    ("given", "settles", "settled", "words"),
    [
        ({}, 40, False, "Money lasts until 31 May 2026, at the pace of the last 90 days; the evidence can settle by"
         " 11 Apr 2026, in time: decide by 31 May 2026 at the latest."),
        ({"wind_down": 3 * MILLION}, 80, False, "the evidence can settle by 21 May 2026: decide by 1 May 2026 at the"
         " latest, or add a tranche."),
        ({}, None, True, "the evidence has settled: decide by 31 May 2026 at the latest."),
        ({}, None, False, "nobody can say when the evidence settles: decide by"),
        ({"wind_down": 9 * MILLION}, 40, False, "only just pays for winding it down: decide now, or add a tranche."),
        ({"left": 0}, 40, False, "No money is left of what was committed"),
        ({"spent": 0}, 40, False, "Nobody can say how long the money lasts"),
        ({"spent": 90}, 40, False, "more than ten years"),
        ({"posted": False}, 40, False, "Nothing has been committed, and the plan does not say"),
        ({"posted": False, "plan": [stretch(MILLION, -10, 90)]}, 40, False, "Nothing has been committed; as planned,"
         " money lasts until 31 May 2026; the evidence can settle by 11 Apr 2026, in time"),
    ],
)  # fmt: skip
def test_the_sentence_says_until_when_it_lasts_and_by_when_to_decide(
    given: dict[str, object], settles: int | None, settled: bool, words: str
) -> None:
    day = None if settles is None else f.TODAY + settles * DAY
    assert words in runway_words(runway_of(money(**given)), day, is_settled=settled)


# ---- from the books


@pytest.fixture
def books(db: None) -> Books:
    return open_books()


def move(books: Books, kind: str, leaves: str, reaches: str, amount: int, days_ago: int = 0) -> None:
    source, target = (books.account(name, None if name == "available" else books.first) for name in (leaves, reaches))
    day = f.TODAY - days_ago * DAY
    wanted = actions.Move(uuid.uuid4(), kind, source, target, amount, day, "actual", document="SAP 4711")
    actions.post(wanted, at=f.AT, by=None)


def given(books: Books, days_ago: int) -> None:
    """The first tranche was released so long ago."""
    day = f.TODAY - days_ago * DAY
    books.approve(books.commit(books.first, effective_date=day))
    books.approve(books.release(books.first, effective_date=day))


def test_the_pace_is_what_was_spent_over_the_last_ninety_days_less_what_was_given_back(books: Books) -> None:
    given(books, 200)
    move(books, "spend", "released", "spent", 1_000_000, 120)
    move(books, "spend", "released", "spent", 2_000_000, 60)
    move(books, "refund", "spent", "released", 200_000, 10)
    runway = runways_of([books.bet], f.TODAY)[books.bet.pk]
    assert (runway.left, runway.a_day, runway.basis) == (7_200_000, 20_000, "spent")
    assert runway.gone_on == f.TODAY + 360 * DAY


def test_money_that_was_released_less_than_ninety_days_ago_is_counted_from_then(books: Books) -> None:
    given(books, 50)
    move(books, "spend", "released", "spent", 1_000_000, 20)
    assert runways_of([books.bet], f.TODAY)[books.bet.pk].a_day == 20_000


def test_what_is_committed_is_money_left_and_what_is_set_aside_is_not_spent(books: Books) -> None:
    books.given(books.first)
    Tranche.objects.filter(pk=books.first.pk).update(planned_on=f.TODAY, lasts_until=f.TODAY + 100 * DAY)
    Bet.objects.filter(pk=books.bet.pk).update(wind_down=1_000_000)
    books.bet.refresh_from_db()
    runway = runways_of([books.bet], f.TODAY)[books.bet.pk]
    assert (runway.posted, runway.left, runway.basis) == (True, 10_000_000, "plan")
    assert (runway.gone_on, runway.last_day) == (f.TODAY + 100 * DAY, f.TODAY + 90 * DAY)


@pytest.mark.parametrize("posted", [0, 2])
def test_the_number_of_queries_does_not_grow_with_bets(
    books: Books, django_assert_num_queries: DjangoAssertNumQueries, posted: int
) -> None:
    bets = [books.bet, *f.BetFactory.create_batch(3)]
    if posted:
        books.given(books.first)
    with django_assert_num_queries(2 + posted):
        found = runways_of(bets, f.TODAY)
    assert len(found) == 4
