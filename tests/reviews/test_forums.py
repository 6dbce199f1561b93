"""Forums: who reviews what and how often, and the reviews that follow from it."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from lib.refusals import Refused
from org.models import Event
from portfolio import actions
from portfolio.models import Review
from portfolio.rules_reviews import days_of
from tests import factories as f
from tests.cast import person
from tests.reviews.board import AT, TODAY, Board, board, setting

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def growth() -> Board:
    return board()


def days(growth: Board) -> list[dt.date]:
    return list(growth.forum.reviews.order_by("number").values_list("held_on", flat=True))


def test_a_forum_has_its_members_rights_and_the_reviews_of_a_year(growth: Board) -> None:
    held = days(growth)
    assert growth.forum.members.count() == 4 and growth.forum.rights.count() == 5
    assert held[0] >= TODAY and len(held) == 5 and all(day.weekday() < 5 for day in held)
    assert {(b - a).days for a, b in pairwise(held)} <= set(range(86, 95))
    assert Event.objects.get(kind="forum opened").payload["members"]


@pytest.mark.parametrize("every, count", [(7, 7), (90, 1), (366, 1)])
def test_reviews_fall_on_working_days_every_so_many_days(every: int, count: int) -> None:
    first = dt.date(2026, 3, 7)  # a Saturday
    found = list(days_of(first, every, first - DAY, first + dt.timedelta(days=45)))
    assert len(found) == count and found[0] == dt.date(2026, 3, 9)
    assert all(day.weekday() < 5 for day in found)


def test_a_forum_that_began_long_ago_plans_only_what_is_ahead() -> None:
    first = TODAY - dt.timedelta(days=900)
    found = list(days_of(first, 90, TODAY - DAY, TODAY + dt.timedelta(days=100)))
    assert found and all(TODAY <= day <= TODAY + dt.timedelta(days=100) for day in found)


@pytest.mark.parametrize(
    "other, words",
    [
        ({"name": " "}, "Give the forum a name"),
        ({"name": "x" * 121}, "at most 120"),
        ({"every_days": 6}, "from 7 to 366"),
        ({"quorum": 5}, "only 4 members"),
        ({"quorum": 0}, "from 1 to 50"),
        ({"minutes": 601}, "from 15 to 600"),
        ({"rights": {("burn", "EUR"): None}}, "A decision is one of"),
        ({"rights": {("fund", "euro"): None}}, "no currency"),
        ({"rights": {("fund", "EUR"): -1}}, "not below 0"),
    ],
)
def test_an_unsound_forum_is_refused(growth: Board, other: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        actions.change_forum(
            growth.forum, setting(growth.chair, growth.members, **other), by=growth.operations, at=AT, today=TODAY
        )
    growth.forum.refresh_from_db()
    assert growth.forum.name == "Growth board"


def test_the_chair_must_be_a_member_who_may_decide(growth: Board) -> None:
    lead = person("Paula Lead", "product_lead")
    with pytest.raises(Refused, match="role executive"):
        actions.change_forum(growth.forum, setting(lead, growth.members), by=growth.operations, at=AT, today=TODAY)
    with pytest.raises(Refused, match="member too"):
        wanted = replace(setting(growth.chair, growth.members), members=growth.members)
        actions.change_forum(growth.forum, wanted, by=growth.operations, at=AT, today=TODAY)


def test_an_executive_of_one_domain_does_not_chair_the_whole_portfolio(growth: Board) -> None:
    local = person("Lora Local", "executive", growth.retail)
    with pytest.raises(Refused, match="role executive"):
        actions.change_forum(growth.forum, setting(local, growth.members), by=growth.operations, at=AT, today=TODAY)
    made = actions.open_forum(
        "retail-board", "product", growth.retail, TODAY, setting(local, [], quorum=1), by=growth.operations, at=AT,
        today=TODAY,
    )  # fmt: skip
    assert made.chair == local and made.domain == growth.retail


def test_only_product_operations_open_forums(growth: Board) -> None:
    with pytest.raises(Refused, match="You may not open or change a forum"):
        actions.open_forum(
            "x", "portfolio", None, TODAY, setting(growth.chair, []), by=growth.chair, at=AT, today=TODAY
        )


def test_a_key_is_taken_once(growth: Board) -> None:
    with pytest.raises(Refused, match="There is a forum growth already"):
        actions.open_forum(
            "growth", "portfolio", None, TODAY, setting(growth.chair, growth.members), by=growth.operations, at=AT,
            today=TODAY,
        )  # fmt: skip


@pytest.mark.parametrize("every", [42, 120])
def test_another_rhythm_moves_the_reviews_after_the_next_one(growth: Board, every: int) -> None:
    first, *_ = days(growth)
    wanted = setting(growth.chair, growth.members, every_days=every, starts_at=dt.time(14))
    actions.change_forum(growth.forum, wanted, by=growth.operations, at=AT, today=TODAY)
    held = sorted(days(growth))
    assert held[0] == first and abs((held[1] - held[0]).days - every) <= 4
    assert set(growth.forum.reviews.values_list("starts_at", flat=True)) == {dt.time(14)}


def test_somebody_who_leaves_a_forum_may_join_it_again(growth: Board) -> None:
    adam, *others = growth.members
    for members in (others, growth.members):
        actions.change_forum(growth.forum, setting(growth.chair, members), by=growth.operations, at=AT, today=TODAY)
    rows = growth.forum.members.filter(person=adam)
    assert rows.count() == 2 and rows.filter(left_at=None).count() == 1


def test_with_its_forum_the_planned_reviews_end(growth: Board) -> None:
    actions.end_forum(growth.forum, "The boards are merged.", by=growth.operations, at=AT)
    assert set(growth.forum.reviews.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(Refused, match="has ended"):
        actions.change_forum(
            growth.forum, setting(growth.chair, growth.members), by=growth.operations, at=AT, today=TODAY
        )


def test_a_review_is_moved_with_a_reason_and_the_others_stay(growth: Board) -> None:
    before, review = days(growth), growth.review
    moved = actions.move_review(
        review, review.held_on + 3 * DAY, "The chair travels.", by=growth.chair, at=AT, today=TODAY
    )
    assert moved.moved_from == before[0] and days(growth)[1:] == before[1:]
    assert "The chair travels." in Event.objects.get(kind="review moved").sentence


@pytest.mark.parametrize(
    "days_on, because, words",
    [
        (-1, "Late.", "still to come"), (3, " ", "Say why"), (3, "x" * 501, "500 are the most"), (0, "No.", "already"),
        (5000, "Later.", "within ten years"),
    ],
)  # fmt: skip
def test_an_unsound_move_is_refused(growth: Board, days_on: int, because: str, words: str) -> None:
    review = growth.review
    day = TODAY - DAY if days_on < 0 else review.held_on + days_on * DAY
    with pytest.raises(Refused, match=words):
        actions.move_review(review, day, because, by=growth.chair, at=AT, today=TODAY)


def test_a_cancelled_review_stays_cancelled(growth: Board) -> None:
    review = growth.review
    actions.cancel_review(review, "No quorum in sight.", by=growth.chair, at=AT, today=TODAY)
    for again in (
        lambda: actions.cancel_review(review, "Again.", by=growth.chair, at=AT, today=TODAY),
        lambda: actions.move_review(review, review.held_on + DAY, "Yet.", by=growth.chair, at=AT, today=TODAY),
        lambda: actions.make_agenda(review, by=growth.chair, at=AT, today=TODAY),
        lambda: actions.open_review(review, [growth.chair], by=growth.chair, at=AT, today=TODAY),
    ):
        with pytest.raises(Refused, match="This review is over"):
            again()


def test_somebody_else_does_not_move_a_review(growth: Board) -> None:
    with pytest.raises(Refused, match="You may not"):
        actions.move_review(growth.review, TODAY + DAY, "I travel.", by=growth.members[0], at=AT, today=TODAY)
    assert Review.objects.exclude(moved_from=None).count() == 0


def test_bets_of_another_domain_are_not_on_the_agenda_of_a_domain(growth: Board) -> None:
    local = person("Lora Local", "executive", growth.retail)
    forum = actions.open_forum(
        "retail-board", "product", growth.retail, TODAY, setting(local, [], quorum=1), by=growth.operations, at=AT,
        today=TODAY,
    )  # fmt: skip
    below, other = growth.bet("B-in"), growth.bet("B-out")
    type(below).objects.filter(pk=below.pk).update(domain=f.DomainFactory(parent=growth.retail))
    type(other).objects.filter(pk=other.pk).update(domain=f.DomainFactory())
    review = forum.reviews.order_by("held_on")[0]
    actions.make_agenda(review, by=local, at=AT, today=TODAY)
    assert [item.bet.key for item in review.items.all()] == ["B-in"]
    with pytest.raises(Refused, match="its own domains only"):
        actions.put_on_agenda(review, other, by=local, at=AT)
