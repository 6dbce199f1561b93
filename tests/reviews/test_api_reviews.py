"""Forums and reviews by API: what is seen by whom, and above all that no vote is seen before its time."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from bets.models import Decision, Dissent
from lib.clock import today
from org.models import Event
from portfolio import actions
from portfolio.models import Forum, Review, Vote
from portfolio.rules_reviews import rounds_shown
from tests import factories as f
from tests.cast import person
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def growth() -> Board:
    made = board(now=True)
    Review.objects.filter(pk=made.review.pk).update(held_on=made.today)  # also where today is no working day
    return made


def send(client: Client, url: str, sent: Any = None, method: str = "post", key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return getattr(client, method)(url, json.dumps(sent or {}), content_type="application/json", headers=headers)


def of(growth: Board) -> str:
    return f"/api/reviews/growth/{growth.review.number}/"


def vote_of(kind: str = "cease", chance: float = 0.123) -> dict[str, Any]:
    return {"kind": kind, "because": "Nobody pays.", "chances": [{"outcome": 1, "probability": chance}]}


def every(client: Client, growth: Board) -> str:
    """All that the API and the pages say of the review, its bet and the forum."""
    review = growth.forum.reviews.order_by("held_on").first()
    paths = (f"/api/reviews/growth/{review.number}/", "/api/reviews/", "/api/forums/growth/", "/api/bets/B-1/events/",
             "/api/bets/B-1/", "/forums/growth/", f"/reviews/growth/{review.number}/",
             f"/reviews/growth/{review.number}/bets/B-1/")  # fmt: skip
    return " ".join(client.get(path).content.decode() for path in paths)


def test_nobody_learns_of_a_vote_before_its_item_opens(client_of, growth) -> None:
    item, (adam, berta, _carl) = growth.item(), growth.members
    actions.cast_vote(item, "cease", {1: 0.123}, because="Nobody pays.", by=adam, at=growth.at)
    watchers = [berta, growth.chair, growth.operations, person("Ada Admin", "admin"), item.bet.lead]
    f.RoleGrantFactory(person=item.bet.lead, role="product_lead", domain=growth.retail)
    for who in watchers:
        said, items = every(client_of(who), growth), client_of(who).get(of(growth)).json()["agenda"]
        assert "Nobody pays" not in said and "0.123" not in said, who
        assert (items[0]["votes"], items[0]["mine"], items[0]["votes_cast"]) == (None, [], 1), who
    (mine,) = client_of(adam).get(of(growth)).json()["agenda"][0]["mine"]
    assert (mine["kind"], mine["because"], mine["chances"]) == (
        "cease", "Nobody pays.", [{"outcome": 1, "probability": 0.123}],
    )  # fmt: skip
    assert not Event.objects.filter(sentence__contains="vote").exists()


def test_the_votes_open_with_the_item_and_the_second_round_when_all_have_voted_again(client_of, growth) -> None:
    item, (adam, berta, carl) = growth.item(), growth.members
    growth.vote(item, adam, "persist"), growth.vote(item, berta, "cease")
    growth.opened()
    chair, other = client_of(growth.chair), client_of(carl)
    assert send(chair, f"{of(growth)}bets/B-1/open/").status_code == 200
    assert [one["person"]["name"] for one in _votes(other, growth)] == ["Adam Member", "Berta Member"]
    assert send(chair, f"{of(growth)}bets/B-1/second-vote/").status_code == 200
    assert send(client_of(adam), f"{of(growth)}bets/B-1/vote/", vote_of()).status_code == 200
    assert send(other, f"{of(growth)}bets/B-1/vote/", vote_of("pivot")).status_code == 200
    assert {one["round"] for one in _votes(client_of(growth.chair), growth)} == {1}  # Berta has not voted again
    assert len(client_of(adam).get(of(growth)).json()["agenda"][0]["mine"]) == 2
    growth.vote(item, berta, "cease")
    assert [one["kind"] for one in _votes(other, growth) if one["round"] == 2] == ["cease", "cease", "pivot"]


def _votes(client: Client, growth: Board) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(of(growth)).json()["agenda"][0]["votes"]
    return found


@pytest.mark.parametrize(
    "voters, opened, decided, shown",
    [
        ({1: [1, 2]}, False, False, []),
        ({1: [1, 2], 2: [1]}, True, False, [1]),
        ({1: [1, 2], 2: [1, 3, 4]}, True, False, [1]),
        ({2: [1]}, True, False, [1]),
        ({1: [1, 2], 2: [1]}, True, True, [1, 2]),
        ({1: [1, 2], 2: [2, 1]}, True, False, [1, 2]),
    ],
)
def test_a_round_is_shown_when_nobody_can_be_swayed_by_it(voters, opened, decided, shown) -> None:
    assert rounds_shown(voters, opened=opened, decided=decided) == shown


def test_a_forum_is_opened_changed_and_ended(client_of, growth) -> None:
    operations = client_of(growth.operations)
    sent = {
        "key": "six", "name": "Six weeks", "chair": growth.chair.pk, "members": [growth.chair.pk], "every_days": 42,
        "quorum": 1, "starts_on": str(today()), "starts_at": "09:30", "domain": "retail",
        "rights": [{"kind": "cease", "currency": "EUR", "at_most": 700}],
    }  # fmt: skip
    made = send(operations, "/api/forums/", sent)
    assert (made.status_code, made["Location"]) == (201, "/api/forums/six/")
    said = made.json()
    assert (said["level"], said["domain"], said["rights"]) == ("product", "retail", sent["rights"])
    changed = send(
        operations, "/api/forums/six/", {"name": "Seven weeks", "every_days": 49, "seen": said["seen"]}, "patch"
    )
    assert (changed.status_code, changed.json()["name"], changed.json()["starts_at"]) == (
        200,
        "Seven weeks",
        "09:30:00",
    )
    assert changed.json()["rights"] == sent["rights"]
    stale = send(operations, "/api/forums/six/", {"name": "Other", "seen": said["seen"]}, "patch")
    assert stale.status_code == 409 and "Somebody changed this meanwhile" in stale.json()["detail"]
    assert send(operations, "/api/forums/six/end/", {"because": "One is enough."}).json()["ended_at"]
    assert [one["key"] for one in operations.get("/api/forums/").json()["results"]] == ["growth", "six"]


def test_who_does_not_keep_forums_is_refused_and_an_outsider_finds_none_of_a_domain(
    client_of, outsider, growth
) -> None:
    adam = client_of(growth.members[0])
    for method, path, sent in (
        ("patch", "/api/forums/growth/", {"name": "Mine"}),
        ("post", "/api/forums/growth/end/", {"because": "So."}),
        ("post", f"{of(growth)}cancel/", {"because": "So."}),
        ("post", f"{of(growth)}agenda/", {}),
    ):
        assert send(adam, path, sent, method).status_code == 409, path
    Forum.objects.update(level="product", domain=growth.retail)
    stranger = client_of(outsider)
    assert stranger.get("/api/forums/").json()["count"] == stranger.get("/api/reviews/").json()["count"] == 0
    for path in ("/api/forums/growth/", of(growth)):
        assert stranger.get(path).status_code == 404
    assert send(stranger, f"{of(growth)}join/").status_code == 404


def test_items_on_bets_of_other_domains_are_left_out(client_of, outsider, growth) -> None:
    growth.item(growth.bet("B-1", name="Secret plan"))
    said = client_of(outsider).get(of(growth))
    assert said.json()["agenda"] == [] and "Secret" not in said.content.decode()
    assert send(client_of(outsider), f"{of(growth)}bets/B-1/vote/", vote_of()).status_code == 404


def test_an_agenda_is_made_put_in_order_and_cleared(client_of, growth) -> None:
    chair = client_of(growth.chair)
    growth.bet("B-1", decide_in=-1), growth.bet("B-2", gate_in=300)
    made = send(chair, f"{of(growth)}agenda/").json()
    assert made["agenda"][0]["reason"] == "overdue"
    if "B-2" not in [one["bet"] for one in made["agenda"]]:
        send(chair, f"{of(growth)}bets/", {"bet": "B-2"})
    order = {"items": [{"bet": "B-2", "minutes": 25}, {"bet": "B-1", "minutes": 5}]}
    ordered = send(chair, f"{of(growth)}agenda/order/", order).json()["agenda"]
    assert [(one["bet"], one["minutes"]) for one in ordered] == [("B-2", 25), ("B-1", 5)]
    unknown = send(chair, f"{of(growth)}agenda/order/", {"items": [{"bet": "B-9", "minutes": 25}]})
    assert unknown.status_code == 400 and "“B-9” is not on the agenda" in unknown.json()["detail"]
    assert send(chair, f"{of(growth)}bets/B-2/", method="delete").status_code == 204
    assert send(chair, f"{of(growth)}bets/", {"bet": "B-1"}).status_code == 409


def test_a_review_is_moved_and_cancelled_and_found_by_its_day(client_of, growth) -> None:
    chair, day = client_of(growth.chair), growth.today + 9 * DAY
    moved = send(chair, f"{of(growth)}move/", {"held_on": str(day), "because": "The books close."})
    assert (moved.status_code, moved.json()["held_on"], moved.json()["state"]) == (200, str(day), "planned")
    found = chair.get(f"/api/reviews/?forum=growth&state=planned&from={day}&to={day}").json()
    assert [one["number"] for one in found["results"]] == [growth.review.number]
    assert chair.get("/api/reviews/?from=yesterday").status_code == 400
    assert send(chair, f"{of(growth)}cancel/", {"because": "Holidays."}).json()["state"] == "cancelled"


def test_a_review_is_held_and_a_decision_sent_twice_is_made_once(client_of, growth) -> None:
    chair, item = client_of(growth.chair), growth.item()
    there = {"there": [growth.chair.pk, growth.members[0].pk]}
    assert send(chair, f"{of(growth)}open/", there).json()["state"] == "open"
    assert send(client_of(growth.members[1]), f"{of(growth)}join/").status_code == 200
    send(chair, f"{of(growth)}bets/B-1/open/")
    said = {
        "kind": "cease", "rationale": "Nobody pays.", "would_change": "Ten that pay.", "learned": "Price decides.",
        "dissent": [{"person": growth.members[0].pk, "words": "Half a year more."}],
    }  # fmt: skip
    url = f"{of(growth)}bets/B-1/decide/"
    assert send(chair, url, said).status_code == 400  # money moves: it needs a key
    answers = [send(chair, url, said, key="decide-B-1") for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200] and answers[0].json() == answers[1].json()
    shown = answers[0].json()
    assert (shown["agenda"][0]["decided"], shown["at_item"], len(shown["attended"])) == ("cease", "B-1", 3)
    assert Dissent.objects.get(decision=Decision.objects.get()).words == "Half a year more."
    assert send(chair, url, said, key="decide-again").status_code == 409
    growth.review.refresh_from_db()
    closed = send(chair, f"/api/reviews/growth/{item.review.number}/close/").json()
    assert (closed["state"], closed["decided"]) == ("closed", 1)


@pytest.mark.parametrize(
    "wrong, status",
    [
        ({"kind": "scale"}, 400),
        ({"chances": []}, 409),
        ({"chances": [{"outcome": 1, "probability": 1.5}]}, 400),
        ({"chances": [{"outcome": 2, "probability": 0.5}]}, 409),
        ({"because": "x" * 501}, 400),
        ({"colour": "red"}, 400),
    ],
)
def test_an_unsound_vote_is_said_and_nothing_is_kept(client_of, growth, wrong, status) -> None:
    growth.item()
    answer = send(client_of(growth.members[0]), f"{of(growth)}bets/B-1/vote/", vote_of() | wrong)
    assert answer.status_code == status and answer.json()["reasons"]
    assert Vote.objects.count() == 0


def test_a_member_changes_a_vote_and_neither_lead_nor_stranger_votes(client_of, growth) -> None:
    growth.item()
    adam, url = client_of(growth.members[0]), f"{of(growth)}bets/B-1/vote/"
    send(adam, url, vote_of())
    assert send(adam, url, vote_of("persist")).json()["agenda"][0]["mine"][0]["kind"] == "persist"
    assert Vote.objects.count() == 1
    assert "Only members" in send(client_of(growth.operations), url, vote_of()).json()["detail"]
    growth.forum.members.filter(person=growth.members[1]).update(left_at=growth.at)
    assert send(client_of(growth.members[1]), url, vote_of()).status_code == 409
