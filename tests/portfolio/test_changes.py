"""What changed since last month: compared with which night, what counts, and that nothing is told twice."""

import datetime as dt
from collections.abc import Callable

import pytest

from bets.actions import go_live
from bets.models import Bet
from org.models import Person, Run
from portfolio.changes import Change, Changes, changes_of
from tests.factories import (
    AT,
    TODAY,
    BetFactory,
    DecisionFactory,
    EventFactory,
    FlagFactory,
    HypothesisFactory,
    OutcomeFactory,
    RunFactory,
    VerdictFactory,
)

pytestmark = pytest.mark.django_db


def night(ago: int, **fields: object) -> Run:
    return RunFactory(as_of=TODAY - dt.timedelta(days=ago), **fields)


def judged(run: Run, kind: str, bet: Bet | None = None) -> Bet:
    bet = bet or BetFactory()
    VerdictFactory(bet=bet, run=run, kind=kind)
    return bet


def found(run: Run) -> Changes:
    changes = changes_of(Bet.objects.all(), run, TODAY)
    assert changes is not None
    return changes


def test_it_compares_with_the_last_night_at_least_thirty_days_before() -> None:
    night(90)
    wanted = night(31, kind="replay")
    night(29)
    night(40, kind="sample")
    night(30, kind="night", state="open", finished_at=None)
    assert found(night(0)).since == wanted.as_of


def test_without_an_older_night_there_is_nothing_to_compare_with() -> None:
    night(29)
    assert changes_of(Bet.objects.all(), night(0), TODAY) is None
    assert changes_of(Bet.objects.all(), None, TODAY) is None


def test_only_verdicts_that_moved_are_changes() -> None:
    old, new = night(35), night(0)
    moved, same = judged(old, "measure"), judged(old, "pivot")
    judged(new, "cease", moved)
    judged(new, "pivot", same)
    judged(new, "measure")  # judged for the first time
    assert found(new).all == [Change("verdict", moved.key, moved.name, before="measure", after="cease")]


def test_flags_raised_and_cleared_since_are_changes_once() -> None:
    old, new = night(35), night(0)
    raised, cleared, both, before, moved = (judged(old, "measure") for _ in range(5))
    days = [TODAY - dt.timedelta(days=ago) for ago in (50, 20, 5)]
    ended = {"cleared_on": days[2], "cleared_because": "Decided.", "cleared_how": "signals"}
    for bet, since, end in (
        (raised, days[1], {}),
        (cleared, days[0], ended),
        (both, days[1], ended),
        (before, days[0], {}),
    ):
        FlagFactory(bet=bet, outcome=OutcomeFactory(bet=bet), raised_on=since, **end)
    FlagFactory(bet=moved, outcome=OutcomeFactory(bet=moved), raised_on=days[1])
    judged(new, "cease", moved)
    assert [(change.what, change.key) for change in found(new).all] == [
        ("verdict", moved.key), ("cleared", cleared.key), ("raised", raised.key),
    ]  # fmt: skip


def test_dates_that_passed_are_told_once_for_a_bet() -> None:
    night(35)
    bet = BetFactory()
    for ago in (1, 9, 60, -1):
        OutcomeFactory(bet=bet, decide_by=TODAY - dt.timedelta(days=ago))
    OutcomeFactory(bet=BetFactory(state="ceased"), decide_by=TODAY - dt.timedelta(days=2))
    assert found(night(0)).all == [Change("passed", bet.key, bet.name, day=TODAY - dt.timedelta(days=1))]


def test_a_date_that_passed_and_was_decided_on_is_no_news() -> None:
    night(35)
    bet = OutcomeFactory(decide_by=TODAY - dt.timedelta(days=1)).bet
    DecisionFactory(bet=bet, decided_at=AT)
    assert [change.what for change in found(night(0)).all] == ["decided"]


def test_the_newest_decision_of_each_bet_is_told_and_not_the_flags_it_cleared() -> None:
    night(35)
    bet = BetFactory()
    for number, kind, ago in ((1, "defer", 40), (2, "persist", 20), (3, "fund", 5)):
        made = DecisionFactory(bet=bet, number=number, kind=kind, decided_at=AT - dt.timedelta(days=ago))
    DecisionFactory(decided_at=AT - dt.timedelta(days=50))
    ended = {"cleared_on": TODAY, "cleared_because": "Decided: fund.", "cleared_how": "decision", "decision": made}
    FlagFactory(bet=bet, outcome=OutcomeFactory(bet=bet), raised_on=TODAY - dt.timedelta(days=50), **ended)
    day = TODAY - dt.timedelta(days=5)
    assert found(night(0)).all == [Change("decided", bet.key, bet.name, after="fund", day=day)]


def test_bets_that_went_live_since_are_changes(product_lead: Person) -> None:
    night(35)
    old, new = BetFactory(), BetFactory(state="draft", domain=product_lead.grants.get().domain)
    EventFactory(subject_type="bets.bet", subject_id=old.pk, kind="bet went live", at=AT - dt.timedelta(days=50))
    OutcomeFactory(bet=new)
    HypothesisFactory(bet=new)
    go_live(new, by=product_lead, at=AT - dt.timedelta(days=3), today=TODAY)
    assert [(change.what, change.key) for change in found(night(0)).all] == [("live", new.key)]


def test_only_bets_that_one_may_see_are_told_of() -> None:
    old, new = night(35), night(0)
    judged(new, "cease", judged(old, "measure"))
    changes = changes_of(Bet.objects.none(), new, TODAY)
    assert changes is not None
    assert changes.all == []


@pytest.mark.parametrize("bets", [1, 12])
def test_it_takes_six_queries_at_most(bets: int, django_assert_max_num_queries: Callable[..., object]) -> None:
    old, new = night(35), night(0)
    for _ in range(bets):
        judged(new, "cease", judged(old, "measure"))
    with django_assert_max_num_queries(6):
        changes = found(new)
    assert (len(changes.all), len(changes.first), changes.more) == (bets, min(bets, 8), max(0, bets - 8))
    assert changes.counts == {"verdict": bets}
