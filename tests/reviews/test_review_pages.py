"""The pages of a review: what its members, its chair and others see and do there, and that no vote shows too early."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet, Decision
from lib import clock
from org.models import Person
from portfolio import actions
from portfolio.models import Review, Vote
from tests import factories as f
from tests.pages import text
from tests.reviews.board import Board, board

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
VOTE = {"kind": "cease", "chance_1": "20", "because": "‹It is over.›"}
DECISION = {
    "kind": "persist", "rationale": "‹It works.›", "would_change": "A fall.",
    "look_again_on": (clock.today() + dt.timedelta(days=90)).isoformat(),
}  # fmt: skip


@pytest.fixture
def growth() -> Board:
    made = board(now=True)
    Review.objects.filter(pk=made.review.pk).update(held_on=clock.today())
    return made


@pytest.fixture
def where(growth: Board) -> str:
    return f"/reviews/growth/{growth.review.number}/"


@pytest.fixture
def at(growth: Board, where: str) -> str:
    growth.item(growth.bet("B-1", name="One click"))
    return f"{where}bets/B-1/"


def test_reviews_are_for_those_who_have_signed_in_and_see_bets(where: str, client: Client, client_of: SignIn) -> None:
    assert client.get(where).status_code == 302
    assert client_of(f.PersonFactory()).get(where).status_code == 404


def test_an_item_out_of_reach_is_not_there(at: str, where: str, outsider: Person, client_of: SignIn) -> None:
    session = client_of(outsider)
    assert session.get(at).status_code == 404
    assert "One click" not in text(session.get(where))
    assert session.post(f"{at}vote/", VOTE).status_code == 404


def test_the_chair_makes_the_agenda_orders_it_and_opens_the_review(
    growth: Board, where: str, client_of: SignIn
) -> None:
    growth.bet("B-1"), growth.bet("B-2", decide_in=-3)
    chair = client_of(growth.chair)
    assert "The agenda has not been made yet." in text(chair.get(where))
    chair.post(f"{where}agenda/make/")
    items = list(growth.review.items.select_related("bet"))
    assert [item.bet.key for item in items] == ["B-2", "B-1"]
    order = {f"place-{item.pk}": str(9 - place) for place, item in enumerate(items)}
    chair.post(f"{where}agenda/order/", order | {f"minutes-{item.pk}": "50" for item in items})
    page = chair.get(where)
    assert [entry.row.bet.key for entry in page.context["page"].entries] == ["B-1", "B-2"]
    assert "100 minutes: 10 more than there are" in text(page)
    assert chair.post(f"{where}open/", {"there": [growth.chair.pk]}).status_code == 409
    there = [growth.chair.pk, growth.members[0].pk]
    assert chair.post(f"{where}open/", {"there": there}, follow=True).status_code == 200
    assert growth.review.state == "open" and growth.review.attended.count() == 2


@pytest.mark.parametrize(
    "typed", [{"place-{item}": "x", "minutes-{item}": "5"}, {"place-{item}": "1"}, {}, {"place-²": "1"}]
)
def test_a_senseless_order_is_refused_and_changes_nothing(
    growth: Board, at: str, where: str, client_of: SignIn, typed: dict[str, str]
) -> None:
    item = growth.review.items.get()
    sent = {name.format(item=item.pk): value for name, value in typed.items()}
    assert client_of(growth.chair).post(f"{where}agenda/order/", sent).status_code == 409
    assert (growth.review.items.get().position, growth.review.items.get().minutes) == (item.position, item.minutes)


def test_a_quiet_bet_is_put_on_the_agenda_and_taken_off_again(growth: Board, where: str, client_of: SignIn) -> None:
    growth.bet("B-quiet")
    chair = client_of(growth.chair)
    assert chair.post(f"{where}agenda/put/", {"bet": "B-none"}).status_code == 422
    chair.post(f"{where}agenda/put/", {"bet": "B-quiet"})
    assert growth.review.items.get().reason == "chair"
    chair.post(f"{where}bets/B-quiet/take-off/")
    assert not growth.review.items.exists()


def test_somebody_who_does_not_prepare_the_review_sees_no_way_to_do_so(
    growth: Board, at: str, where: str, client_of: SignIn
) -> None:
    member = client_of(growth.members[0])
    shown = text(member.get(where))
    assert "Keep this order" not in shown and "Make it" not in shown and "The chair opens the review." in shown
    assert member.post(f"{where}agenda/make/").status_code == 409


def hidden(page: Any) -> bool:
    """Nothing of the other's vote stands in the page, not even in its source."""
    source = page.content.decode()
    return "Adam" not in source.split('id="people-h"')[0] and "It is over" not in source and "20 %" not in source


def test_no_vote_shows_before_its_item_opens_to_nobody(growth: Board, at: str, where: str, client_of: SignIn) -> None:
    adam, berta, _ = growth.members
    client_of(adam).post(f"{at}vote/", VOTE)
    assert Vote.objects.get().kind == "cease"
    growth.opened()
    for who in (berta, growth.chair, growth.operations):
        assert hidden(client_of(who).get(at)) and hidden(client_of(who).get(where))
    actions.open_item(growth.review.items.get(), by=growth.chair, at=clock.now())
    shown = text(client_of(berta).get(at))
    assert "‹It is over.›" in shown and "20 %" in shown and "How the members voted" in shown


def test_what_the_evidence_recommends_is_shown_once_one_has_voted(growth: Board, at: str, client_of: SignIn) -> None:
    bet = Bet.objects.get(key="B-1")
    f.VerdictFactory(bet=bet, run=f.RunFactory(), kind="cease", sentence="‹Stop now.›", as_of=clock.today())
    session = client_of(growth.members[0])
    assert "‹Stop now.›" not in session.get(at).content.decode()
    assert "shown once you have voted" in text(session.get(at))
    session.post(f"{at}vote/", VOTE)
    assert "‹Stop now.›" in text(session.get(at))
    assert "‹Stop now.›" in text(client_of(growth.operations).get(at))  # who does not vote there


@pytest.mark.parametrize(
    "wrong", [{"kind": ""}, {"chance_1": ""}, {"chance_1": "101"}, {"chance_1": "1e1"}, {"because": "x" * 501}]
)
def test_an_unsound_vote_is_said_and_keeps_what_was_typed(
    growth: Board, at: str, client_of: SignIn, wrong: dict[str, str]
) -> None:
    page = client_of(growth.members[0]).post(f"{at}vote/", VOTE | wrong)
    assert page.status_code == 422 and "Your vote is not kept" in text(page)
    assert page.context["vote_form"]["because"].value() == (VOTE | wrong)["because"]
    assert not Vote.objects.exists()


def test_a_vote_is_changed_on_the_page_until_the_item_opens(growth: Board, at: str, client_of: SignIn) -> None:
    session = client_of(growth.members[0])
    session.post(f"{at}vote/", VOTE)
    page = session.get(at)
    assert page.context["vote_form"].initial == {"kind": "cease", "because": "‹It is over.›", "chance_1": 20}
    session.post(f"{at}vote/", VOTE | {"kind": "pivot"})
    growth.opened()
    actions.open_item(growth.review.items.get(), by=growth.chair, at=clock.now())
    assert session.post(f"{at}vote/", VOTE).status_code == 409
    assert Vote.objects.get().kind == "pivot"


def test_the_second_vote_is_private_until_all_who_voted_before_have_voted_again(
    growth: Board, at: str, client_of: SignIn
) -> None:
    item, (adam, berta, _) = growth.review.items.get(), growth.members
    for who, kind in ((adam, "cease"), (berta, "persist")):
        growth.vote(item, who, kind)
    growth.opened()
    chair = client_of(growth.chair)
    chair.post(f"{at}open/")
    assert "A wide spread" in text(chair.get(at)) and "Call a second vote" in text(chair.get(at))
    chair.post(f"{at}again/")
    client_of(adam).post(f"{at}vote/", VOTE)
    assert "The second vote" not in text(client_of(berta).get(at))
    client_of(growth.members[2]).post(f"{at}vote/", VOTE)  # as many as before, and not the same
    assert "The second vote" not in text(chair.get(at))
    client_of(berta).post(f"{at}vote/", VOTE)
    assert "The second vote" in text(chair.get(at))
    assert client_of(adam).post(f"{at}vote/", VOTE | {"kind": "fund"}).status_code == 409


@pytest.fixture
def table(growth: Board, at: str) -> str:
    """The item on the table of a review that is under way."""
    growth.opened()
    actions.open_item(growth.review.items.get(), by=growth.chair, at=clock.now())
    return at


def test_a_bet_that_ceased_elsewhere_says_so_before_anybody_decides(
    growth: Board, table: str, client_of: SignIn
) -> None:
    Bet.objects.filter(key="B-1").update(state="ceased")
    chair, words = client_of(growth.chair), "only a reversal of that decision, on the page of the bet, brings it back"
    page = text(chair.get(table))
    assert words in page and 'name="rationale"' not in page
    answer = chair.post(f"{table}decide/", DECISION)
    assert (answer.status_code, words in text(answer), Decision.objects.exists()) == (409, True, False)
    assert "‹It works.›" in text(answer)  # what was typed is still there


def test_where_the_votes_agree_no_second_one_is_offered(growth: Board, table: str, client_of: SignIn) -> None:
    assert "Call a second vote" not in text(client_of(growth.chair).get(table))
    assert client_of(growth.chair).post(f"{table}again/").status_code == 409


def test_the_chair_decides_with_dissent_and_everybody_reads_it(growth: Board, table: str, client_of: SignIn) -> None:
    adam = growth.members[0]
    sent = DECISION | {f"dissent_{adam.pk}": "‹Half a year more.›"}
    answer = client_of(growth.chair).post(f"{table}decide/", sent, follow=True)
    decision = Decision.objects.get()
    assert decision.dissent.get().words == "‹Half a year more.›" and decision.dissent.get().person == adam
    assert "Decision recorded: Persist." in text(answer)
    assert "‹It works.›" in text(client_of(adam).get(table))


def test_a_decision_that_is_sent_twice_is_recorded_once(growth: Board, table: str, client_of: SignIn) -> None:
    chair = client_of(growth.chair)
    assert [chair.post(f"{table}decide/", DECISION).status_code for _ in range(2)] == [302, 409]
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"kind": ""}, {"rationale": " "}, {"rescore_on": "31.2."}, {"second_reader": "x"}])
def test_an_unsound_decision_is_said_and_keeps_what_was_typed(
    growth: Board, table: str, client_of: SignIn, wrong: dict[str, str]
) -> None:
    page = client_of(growth.chair).post(f"{table}decide/", DECISION | wrong)
    assert page.status_code == 422 and not Decision.objects.exists()
    assert page.context["form"]["would_change"].value() == "A fall."


def test_a_cease_in_a_review_says_what_was_learnt(growth: Board, table: str, client_of: SignIn) -> None:
    chair, wanted = client_of(growth.chair), DECISION | {"kind": "cease"}
    page = chair.post(f"{table}decide/", wanted)
    assert page.status_code == 409 and "what the bet has taught" in text(page)
    assert chair.post(f"{table}decide/", wanted | {"learned": "‹Nobody reads.›"}).status_code == 302
    assert Bet.objects.get(key="B-1").state == "ceased"


def test_members_see_no_form_to_decide(growth: Board, table: str, client_of: SignIn) -> None:
    member = client_of(growth.members[0])
    assert "Record decision" not in text(member.get(table))
    assert member.post(f"{table}decide/", DECISION).status_code == 409


def test_whoever_dials_in_says_so_and_the_chair_closes(growth: Board, at: str, where: str, client_of: SignIn) -> None:
    chair, carl = client_of(growth.chair), client_of(growth.members[2])
    chair.post(f"{where}open/", {"there": [growth.chair.pk, growth.members[0].pk]})
    assert "I am there" in text(carl.get(where))
    carl.post(f"{where}join/")
    assert "I am there" not in text(carl.get(where))
    assert "not decided" in text(chair.get(f"{where}close/"))
    assert carl.post(f"{where}close/").status_code == 409
    chair.post(f"{where}close/")
    assert "Held: 0 of 1 decided." in text(chair.get(where))


def test_the_pages_ask_a_fixed_number_of_queries(
    growth: Board, where: str, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    chair = client_of(growth.chair)
    for count in (2, 6):
        for number in range(count):
            if not Bet.objects.filter(key=f"B-{number}").exists():
                growth.item(growth.bet(f"B-{number}"))
        for url, most in ((where, 27), (f"{where}bets/B-1/", 31)):
            with django_assert_max_num_queries(most):
                assert chair.get(url).status_code == 200
