"""Pages of forums: what they show to whom, and what those who keep them do there."""

import datetime as dt
from typing import Any

import pytest

from lib.clock import today
from org.models import Event
from portfolio import actions
from portfolio.models import Forum, Review
from tests import factories as f
from tests.cast import person
from tests.pages import text
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
READ = ["/forums/", "/forums/growth/", "/forums/new/", "/forums/growth/change/", "/forums/growth/end/"]
OF_REVIEW = ["/reviews/growth/1/move/", "/reviews/growth/1/cancel/"]


@pytest.fixture
def growth() -> Board:
    return board(now=True)


def typed(growth: Board, **other: Any) -> dict[str, Any]:
    """What the form of the board is filled with."""
    people = [growth.chair.pk, *(one.pk for one in growth.members)]
    said = {
        "name": "Growth board", "chair": growth.chair.pk, "members": people, "every_days": 90, "quorum": 2,
        "starts_at": "10:00", "minutes": 90, "currency": "EUR", "may_fund": "on", "most_fund": "5,000,000",
        "may_cease": "on",
    }  # fmt: skip
    return said | other


@pytest.mark.parametrize("path", [*READ, *OF_REVIEW, "/calendar/"])
def test_someone_who_has_not_signed_in_is_sent_to_the_login(client, growth, path) -> None:
    assert client.get(path).status_code == 302


@pytest.mark.parametrize("path", [*READ, *OF_REVIEW])
def test_for_somebody_without_a_role_there_are_no_forums(client_of, growth, path) -> None:
    assert client_of(f.PersonFactory()).get(path).status_code == 404


def test_a_forum_of_another_domain_does_not_exist(client_of, outsider, growth) -> None:
    Forum.objects.update(level="product", domain=growth.retail)
    assert client_of(outsider).get("/forums/growth/").status_code == 404
    assert "Growth board" not in text(client_of(outsider).get("/forums/"))


def test_the_list_says_when_the_next_review_is_and_what_came_of_the_last(client_of, growth) -> None:
    item, review = growth.item(), growth.review
    growth.opened()
    actions.open_item(item, by=growth.chair, at=growth.at)
    growth.decide(item)
    actions.put_on_agenda(review, growth.bet("B-2"), by=growth.chair, at=growth.at)
    actions.close_review(review, by=growth.chair, at=growth.at, today=growth.today)
    page = text(client_of(growth.members[0]).get("/forums/"))
    for words in ("Growth board", "The whole portfolio", "Clara Chair", "4 members", "every quarter", "1 left open"):
        assert words in page
    coming = growth.forum.reviews.filter(state="planned").order_by("held_on").first()
    assert f"in {(coming.held_on - today()).days} days" in page
    assert "Persist" in page


def test_without_a_forum_the_page_says_what_one_is(client_of, executive) -> None:
    page = text(client_of(executive).get("/forums/"))
    assert "A forum is a standing review" in page
    assert "You may not open or change a forum here" in page


def test_a_forum_shows_its_rights_in_words_and_decisions_to_those_who_see_the_bet(client_of, outsider, growth) -> None:
    item, review = growth.item(growth.bet("B-9", name="Secret plan")), growth.review
    growth.opened()
    actions.open_item(item, by=growth.chair, at=growth.at)
    growth.decide(item)
    actions.close_review(review, by=growth.chair, at=growth.at, today=growth.today)
    growth.forum.rights.filter(kind="fund").update(at_most=500_000_000)
    growth.forum.rights.filter(kind="cease").delete()
    mine, theirs = (text(client_of(who).get("/forums/growth/")) for who in (growth.chair, outsider))
    for words in ("Bets for which up to €5M are planned.", "Nothing: that belongs to another forum.", "Secret plan"):
        assert words in mine
    assert "Secret plan" not in theirs and "1 on a bet of another domain" in theirs


def test_product_operations_open_a_forum_on_a_page(client_of, growth) -> None:
    said = typed(growth, key="board-2", domain="", starts_on=str(today()), members=[growth.members[0].pk])
    answer = client_of(growth.operations).post("/forums/new/", said)
    assert (answer.status_code, answer.url) == (302, "/forums/board-2/")
    made = Forum.objects.get(key="board-2")
    assert made.level == "portfolio" and made.reviews.count() >= 4
    assert {one.person for one in made.members.all()} == {growth.chair, growth.members[0]}  # the chair is one of them
    rights = {(one.kind, one.currency): one.at_most for one in made.rights.all()}
    assert rights == {("fund", "EUR"): 500_000_000, ("cease", "EUR"): None}


@pytest.mark.parametrize(
    "wrong, words, status",
    [
        ({"key": "growth"}, "There is a forum growth already", 409),
        ({"key": "new"}, "address of its own", 409),
        ({"key": "a b"}, "valid", 422),
        ({"name": "\0"}, "Null characters", 422),
        ({"name": "x" * 100_000}, "at most 120", 422),
        ({"every_days": "3"}, "greater than or equal to 7", 422),
        ({"every_days": "NaN"}, "whole number", 422),
        ({"quorum": "9"}, "there are only 4 members", 409),
        ({"starts_on": "2026-02-31"}, "valid date", 422),
        ({"starts_on": "9999-12-31"}, "within ten years", 409),
        ({"chair": "999999"}, "valid choice", 422),
        ({"members": ["x"]}, "not a valid value", 422),
        ({"most_fund": "1e3"}, "Enter an amount of money", 422),
        ({"currency": "€€€"}, "is no currency", 409),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client_of, growth, wrong, words, status) -> None:
    said = typed(growth, key="board-2", domain="", starts_on=str(today())) | wrong
    answer = client_of(growth.operations).post("/forums/new/", said)
    assert answer.status_code == status
    assert words in text(answer) and 'value="10:00"' in text(answer)
    assert Forum.objects.count() == 1


@pytest.mark.parametrize("path", ["/forums/new/", "/forums/growth/change/", "/forums/growth/end/", *OF_REVIEW])
def test_who_does_not_keep_forums_reads_why_beside_a_disabled_button(client_of, growth, path) -> None:
    answer = client_of(growth.members[0]).get(path)
    assert answer.status_code == 200
    assert "You may not open or change a forum here" in text(answer) and "disabled" in text(answer)
    assert client_of(growth.members[0]).post(path, typed(growth, key="x", starts_on=str(today()))).status_code in (
        409,
        422,
    )
    assert Event.objects.filter(by=growth.members[0]).count() == 0


def test_product_operations_of_one_domain_keep_no_forum_of_the_whole_portfolio(client_of, growth) -> None:
    theirs = person("Olaf Operations", "product_operations", growth.retail)
    assert "holds that role for every domain" in text(client_of(theirs).get("/forums/growth/change/"))
    answer = client_of(theirs).post("/forums/new/", typed(growth, key="mine", domain="", starts_on=str(today())))
    assert answer.status_code == 422  # to them the whole portfolio is no choice
    answer = client_of(theirs).post("/forums/growth/end/", {"because": "Because."})
    assert answer.status_code == 409 and Forum.objects.get().ended_at is None


def test_an_admin_changes_a_forum_and_other_currencies_keep_their_rights(client_of, growth) -> None:
    admin = person("Ada Admin", "admin")
    growth.forum.rights.create(kind="fund", currency="USD", at_most=7)
    page = text(client_of(admin).get("/forums/growth/change/"))
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = client_of(admin).post("/forums/growth/change/", typed(growth, name="Board", every_days=42, seen=seen))
    assert answer.status_code == 302
    forum = Forum.objects.get()
    assert (forum.name, forum.every_days) == ("Board", 42)
    rights = {(one.kind, one.currency): one.at_most for one in forum.rights.all()}
    assert rights == {("fund", "EUR"): 500_000_000, ("cease", "EUR"): None, ("fund", "USD"): 7}
    changes = Event.objects.get(kind="forum changed").payload["changes"]
    assert [one["name"] for one in changes] == ["Growth board", "Board"]


def test_when_somebody_else_was_faster_both_versions_are_shown(client_of, growth) -> None:
    operations = client_of(growth.operations)
    seen = text(operations.get("/forums/growth/change/")).split('name="seen" value="')[1].split('"')[0]
    operations.post("/forums/growth/change/", typed(growth, name="Theirs", seen=seen))
    answer = operations.post("/forums/growth/change/", typed(growth, name="Mine", seen=seen))
    assert answer.status_code == 409 and Forum.objects.get().name == "Theirs"
    assert "Both versions" in text(answer) and "Theirs" in text(answer) and 'value="Mine"' in text(answer)
    newer = text(answer).split('name="seen" value="')[1].split('"')[0]
    assert operations.post("/forums/growth/change/", typed(growth, name="Mine", seen=newer)).status_code == 302


def test_a_forum_ends_with_a_reason_and_its_reviews_are_cancelled(client_of, growth) -> None:
    operations = client_of(growth.operations)
    assert operations.post("/forums/growth/end/", {"because": " "}).status_code == 422
    assert operations.post("/forums/growth/end/", {"because": "Two boards are one too many."}).status_code == 302
    assert set(Review.objects.values_list("state", flat=True)) == {"cancelled"}
    again = operations.post("/forums/growth/end/", {"because": "Once more."})
    assert again.status_code == 409 and "has ended" in text(again)
    assert "Ended" in text(operations.get("/forums/growth/"))


def test_the_chair_moves_a_review_with_a_reason(client_of, growth) -> None:
    chair, path = client_of(growth.chair), f"/reviews/growth/{growth.review.number}/move/"
    day = growth.review.held_on + 3 * DAY
    seen = text(chair.get(path)).split('name="seen" value="')[1].split('"')[0]
    for wrong, status in (({"held_on": ""}, 422), ({"because": ""}, 422), ({"held_on": str(today() - DAY)}, 409)):
        answer = chair.post(path, {"held_on": str(day), "because": "The books close.", "seen": seen} | wrong)
        assert answer.status_code == status
    assert chair.post(path, {"held_on": str(day), "because": "The books close.", "seen": seen}).status_code == 302
    assert Review.objects.get(number=1).held_on == day
    stale = chair.post(path, {"held_on": str(day + DAY), "because": "Once more.", "seen": seen})
    assert stale.status_code == 409 and "Both versions" in text(stale)
    assert "The books close." in text(chair.get("/forums/growth/"))


def test_a_review_that_was_cancelled_is_neither_moved_nor_cancelled_again(client_of, growth) -> None:
    chair, path = client_of(growth.chair), "/reviews/growth/1/cancel/"
    assert chair.post(path, {"because": "x" * 501}).status_code == 422
    assert chair.post(path, {"because": "Nothing asks for a decision."}).status_code == 302
    again = chair.post(path, {"because": "Twice."})
    assert again.status_code == 409 and "it was cancelled" in text(again)
    assert "it was cancelled" in text(chair.get("/reviews/growth/1/move/"))
    assert "Nothing asks for a decision." in text(chair.get("/forums/growth/"))


def test_lists_of_forums_cost_the_same_however_many_there_are(client_of, growth, django_assert_max_num_queries) -> None:
    chair = client_of(growth.chair)
    chair.get("/forums/")
    with django_assert_max_num_queries(16):
        assert chair.get("/forums/").status_code == 200
    with django_assert_max_num_queries(22):
        assert chair.get("/forums/growth/").status_code == 200
