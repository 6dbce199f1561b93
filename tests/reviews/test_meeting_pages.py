"""Meeting mode: what is on the table, the same for everybody, and no vote or recommendation before its time."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from bets.models import Bet, Decision
from lib import clock
from org.models import Person
from portfolio import actions
from portfolio.meeting_page import Clock
from portfolio.models import Review
from portfolio.rules_reviews import came_before, comes_next
from tests import factories as f
from tests.pages import text
from tests.reviews.board import Board, board
from tests.reviews.test_review_pages import DECISION, VOTE

SignIn = Callable[[Person], Client]
FROM_HERE = {"meeting": "1"}
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("settled", "at", "then"),
    [([], -1, None), ([False, False], -1, 0), ([False, False], 0, 1), ([True, True, False], 0, 2),
     ([False, True, True], 1, 0), ([True, False], 1, None), ([True, True], 0, None)],
)  # fmt: skip
def test_next_comes_what_is_not_decided_first_after_and_then_before(
    settled: list[bool], at: int, then: int | None
) -> None:
    assert comes_next(settled, at) == then


@pytest.mark.parametrize(
    ("opened", "at", "then"),
    [([True, True], 1, 0), ([True, False, True], 2, 0), ([True], 0, None), ([False] * 2, 1, None)],
)
def test_back_goes_to_what_was_on_the_table_before(opened: list[bool], at: int, then: int | None) -> None:
    assert came_before(opened, at) == then


@pytest.mark.parametrize(("minutes", "over"), [(0, 0), (10, 0), (10.9, 0), (11, 1), (70, 60)])
def test_a_clock_says_by_how_many_full_minutes_it_is_over(minutes: float, over: int) -> None:
    assert Clock(f.AT, 10, f.AT + dt.timedelta(minutes=minutes)).over == over


@pytest.fixture
def growth(db: None) -> Board:
    """Two bets on the agenda of a review of today; B-1 has a verdict."""
    made = board(now=True)
    Review.objects.filter(pk=made.review.pk).update(held_on=clock.today())
    for key, name in (("B-1", "One click"), ("B-2", "Two clicks")):
        made.item(made.bet(key, name=name))
    run = f.RunFactory()
    f.VerdictFactory(bet=Bet.objects.get(key="B-1"), run=run, kind="pivot", sentence="‹The target is refuted.›")
    return made


@pytest.fixture
def where(growth: Board) -> str:
    return f"/reviews/growth/{growth.review.number}/"


@pytest.fixture
def there(where: str) -> str:
    return f"{where}meeting/"


def open_first(growth: Board) -> None:
    """The review is under way, and B-1 is on the table."""
    growth.opened()
    actions.open_item(growth.review.items.get(bet__key="B-1"), by=growth.chair, at=clock.now())


def test_meetings_are_for_those_who_have_signed_in_and_see_bets(there: str, client: Client, client_of: SignIn) -> None:
    for address in (there, f"{there}state/"):
        assert client.get(address).status_code == 302
        assert client_of(f.PersonFactory()).get(address).status_code == 404


def test_before_the_review_it_is_the_agenda_and_after_it_what_was_decided(
    growth: Board, there: str, client_of: SignIn
) -> None:
    member = client_of(growth.members[0])
    assert "The chair has not opened it yet." in text(member.get(there)) and "One click" in text(member.get(there))
    open_first(growth)
    growth.decide(growth.review.items.get(bet__key="B-1"), "pivot")
    actions.close_review(growth.review, by=growth.chair, at=clock.now(), today=clock.today())
    shown = text(member.get(there))
    assert "What was decided" in shown and "It works." in shown and "The target is refuted" not in shown
    assert "1 bet left for the next review" in shown and "Two clicks" in shown


def test_the_item_on_the_table_is_shown_whole_to_everybody(growth: Board, there: str, client_of: SignIn) -> None:
    bet = Bet.objects.get(key="B-1")
    f.HypothesisFactory(bet=bet, change="‹a shorter form›")
    about = {"bet": bet, "run": bet.verdicts.get().run, "outcome": bet.outcomes.get()}
    f.FlagFactory(**about, kind="pivot", act_by=clock.today(), sentence="‹Short of it.›")
    link = f.EvidenceLinkFactory(evidence__bet=bet, outcome=about["outcome"], assumption=None, supports=False)
    growth.vote(growth.review.items.get(bet=bet), growth.members[0], "cease", 0.2)
    open_first(growth)
    for who in (growth.chair, growth.members[1], growth.operations):
        shown = text(client_of(who).get(there))
        said = ["One click", "‹a shorter form›", "‹The target is refuted.›", "‹Short of it.›", link.evidence.learned]
        said += [
            "Worth acting until",
            "the rule behind it",
            "How the members voted",
            "20 %",
            "1 of 2",
            "of 10 min",
        ]
        assert [one for one in said if one not in shown] == []


def test_what_is_out_of_reach_is_not_shown_and_does_not_change_the_fingerprint(
    growth: Board, there: str, outsider: Person, client_of: SignIn
) -> None:
    session = client_of(outsider)
    open_first(growth)
    page, state = session.get(there), session.get(f"{there}state/").json()
    assert "A bet is on the table that you may not see." in text(page) and "One click" not in text(page)
    growth.vote(growth.review.items.get(bet__key="B-2"), growth.members[0])
    assert session.get(f"{there}state/").json() == state


def test_neither_a_vote_nor_what_the_evidence_says_is_seen_before_its_time(
    growth: Board, there: str, client_of: SignIn
) -> None:
    growth.opened()
    item, states = growth.review.items.get(bet__key="B-1"), []
    sessions = [client_of(who) for who in (growth.chair, growth.members[1], growth.operations)]
    for kind, chance in (("cease", 0.23), ("pivot", 0.77)):  # a vote and another in its place
        actions.cast_vote(item, kind, {1: chance}, because="‹Why I think so.›", by=growth.members[0], at=clock.now())
        for session in sessions:
            source = session.get(there).content.decode()
            assert "‹Why I think so.›" not in source and str(round(100 * chance)) + " %" not in source
            assert "‹The target is refuted.›" not in source
        states.append(sessions[1].get(f"{there}state/").content)
    assert states[0] == states[1]  # how many have voted is no secret; what they said is


def test_the_second_vote_stays_private_in_the_meeting(growth: Board, there: str, client_of: SignIn) -> None:
    item, (adam, berta, _) = growth.review.items.get(bet__key="B-1"), growth.members
    growth.vote(item, adam, "cease"), growth.vote(item, berta, "persist")
    open_first(growth)
    client_of(growth.chair).post(f"{there.replace('meeting/', '')}bets/B-1/again/", FROM_HERE)
    client_of(adam).post(f"{there.replace('meeting/', '')}bets/B-1/vote/", VOTE | FROM_HERE | {"because": "‹Mine.›"})
    for who in (growth.chair, berta):
        assert "‹Mine.›" not in client_of(who).get(there).content.decode()
    assert "‹Mine.›" in client_of(adam).get(there).content.decode()  # their own form
    assert "Second vote: 1 of 4 have voted." in text(client_of(berta).get(there))


def test_the_fingerprint_changes_with_all_that_is_shown(growth: Board, there: str, client_of: SignIn) -> None:
    session, item, (adam, berta, _) = (
        client_of(growth.operations),
        growth.review.items.get(bet__key="B-1"),
        growth.members,
    )
    by = {"by": growth.chair, "at": clock.now()}
    steps: dict[str, Callable[[], object]] = {
        "voted": lambda: (growth.vote(item, adam), growth.vote(item, berta, "cease")),
        "opened": lambda: actions.open_review(growth.review, [growth.chair, adam], **by, today=clock.today()),
        "joined": lambda: actions.join_review(growth.review, berta, by=berta, at=clock.now()),
        "assigned": lambda: f.AssignmentFactory(review=growth.review, bet=item.bet),
        "on the table": lambda: actions.open_item(item, **by),
        "voted again": lambda: (actions.call_second_vote(item, **by), growth.vote(item, adam)),
        "a night": lambda: f.RunFactory(),
        "decided": lambda: growth.decide(item, "pivot"),
        "closed": lambda: actions.close_review(growth.review, **by, today=clock.today()),
    }
    unseen, known = [], session.get(f"{there}state/").json()
    for name, step in steps.items():
        step()
        before, known = known, session.get(f"{there}state/").json()
        unseen += [name] if known == before else []
    assert unseen == []


def test_the_page_carries_the_fingerprint_and_asking_with_it_answers_304(
    growth: Board, there: str, client_of: SignIn
) -> None:
    member = client_of(growth.members[0])
    state = member.get(f"{there}state/")
    assert f'data-state="{state.json()["state"]}"' in member.get(there).content.decode()
    again = member.get(f"{there}state/", headers={"If-None-Match": state.headers["ETag"]})
    assert again.status_code == 304 and not again.content
    open_first(growth)
    assert member.get(f"{there}state/", headers={"If-None-Match": state.headers["ETag"]}).status_code == 200


def test_the_api_gives_the_same_fingerprint_and_304_while_it_stands(
    growth: Board, there: str, client_of: SignIn
) -> None:
    session, address = client_of(growth.members[0]), f"/api/reviews/growth/{growth.review.number}/state/"
    state = session.get(address)
    assert state.json() == session.get(f"{there}state/").json()
    assert session.get(address, headers={"If-None-Match": state.headers["ETag"]}).status_code == 304
    assert client_of(f.PersonFactory()).get(address).status_code == 404


def test_the_chair_goes_on_and_back_from_item_to_item(growth: Board, there: str, where: str, client_of: SignIn) -> None:
    growth.opened()
    chair = client_of(growth.chair)
    assert "Open the first item" in text(chair.get(there))
    shown = [chair.post(f"{where}bets/{key}/open/", FROM_HERE, follow=True) for key in ("B-1", "B-2", "B-1")]
    assert [answer.context["meeting"].item.bet.key for answer in shown] == ["B-1", "B-2", "B-1"]
    assert [answer.redirect_chain[-1][0] for answer in shown] == [there] * 3
    first, second, _again = (answer.context["meeting"] for answer in shown)
    assert (first.back, first.next.bet.key) == (None, "B-2")
    assert (second.back.bet.key, second.next.bet.key) == ("B-1", "B-1")


def test_the_clock_of_an_item_begins_when_it_comes_on_the_table_again(growth: Board) -> None:
    open_first(growth)
    one, two = growth.review.items.order_by("position")
    since = growth.review.on_table_at
    later = clock.now() + dt.timedelta(minutes=9)
    actions.open_item(one, by=growth.chair, at=later)  # a second press of the same key
    assert growth.review.on_table_at == since
    actions.open_item(two, by=growth.chair, at=later)
    assert growth.review.on_table_at == later


def test_only_whoever_leads_finds_the_keys_of_the_chair(growth: Board, there: str, client_of: SignIn) -> None:
    open_first(growth)
    for who, keys in ((growth.chair, 6), (growth.members[0], 0)):
        assert client_of(who).get(there).content.decode().count("data-key=") == keys
    assert "The decision" not in text(client_of(growth.members[0]).get(f"{there}?decide=cease"))


def test_a_kind_is_chosen_only_by_its_key_and_nothing_is_sent_by_it(
    growth: Board, there: str, client_of: SignIn
) -> None:
    open_first(growth)
    chair = client_of(growth.chair)
    assert "form" not in chair.get(there).context
    assert chair.get(f"{there}?decide=cease").context["form"]["kind"].value() == "cease"
    assert "form" not in chair.get(f"{there}?decide=‹nonsense›").context
    assert not Decision.objects.exists()


def test_a_decision_is_made_in_the_meeting_and_an_unsound_one_keeps_what_was_typed(
    growth: Board, there: str, where: str, client_of: SignIn
) -> None:
    open_first(growth)
    chair, sent = client_of(growth.chair), DECISION | FROM_HERE | {"kind": "pivot"}
    wrong = chair.post(f"{where}bets/B-1/decide/", sent | {"would_change": ""})
    assert wrong.status_code == 422 and 'id="meeting"' in wrong.content.decode()
    assert wrong.context["form"]["rationale"].value() == "‹It works.›"
    done = chair.post(f"{where}bets/B-1/decide/", sent, follow=True)
    assert done.redirect_chain[-1][0] == there and "‹It works.›" in text(done)
    twice = chair.post(f"{where}bets/B-1/decide/", sent)
    assert twice.status_code == 409 and "decided already" in text(twice) and Decision.objects.count() == 1


def test_whoever_dials_in_says_so_in_the_meeting(growth: Board, there: str, where: str, client_of: SignIn) -> None:
    there_already = [growth.chair, growth.members[0]]
    actions.open_review(growth.review, there_already, by=growth.chair, at=clock.now(), today=clock.today())
    carl = client_of(growth.members[2])
    assert "I am there" in text(carl.get(there)) and "I am there" not in text(client_of(growth.chair).get(there))
    answer = carl.post(f"{where}join/", FROM_HERE, follow=True)
    assert answer.redirect_chain[-1][0] == there and "I am there" not in text(answer)


def test_a_member_votes_on_what_comes_first_in_the_meeting(
    growth: Board, there: str, where: str, client_of: SignIn
) -> None:
    growth.opened()
    member = client_of(growth.members[0])
    page = member.get(there)
    assert "Comes first" in text(page) and page.content.decode().count("data-key=") == 5
    wrong = member.post(f"{where}bets/B-1/vote/", VOTE | FROM_HERE | {"chance_1": "150"})
    assert wrong.status_code == 422 and "Your vote is not kept" in text(wrong)
    assert "‹The target is refuted.›" not in wrong.content.decode()
    assert member.post(f"{where}bets/B-1/vote/", VOTE | FROM_HERE).headers["Location"] == there
    assert growth.review.items.get(bet__key="B-1").votes.get().kind == "cease"


def test_what_is_sent_about_an_item_that_left_the_table_says_so(
    growth: Board, there: str, where: str, client_of: SignIn
) -> None:
    open_first(growth)
    actions.open_item(growth.review.items.get(bet__key="B-2"), by=growth.chair, at=clock.now())
    late = client_of(growth.chair).post(f"{where}bets/B-1/decide/", DECISION | FROM_HERE | {"rationale": ""})
    assert late.status_code == 422 and "The meeting looks at another bet now." in text(late)
    assert late.context["meeting"].item.bet.key == "B-1"


def test_a_refusal_to_a_key_is_said_whole_and_leaves_the_page_alone(
    growth: Board, where: str, client_of: SignIn
) -> None:
    answer = client_of(growth.chair).post(f"{where}bets/B-1/open/", FROM_HERE, headers=HTMX)
    assert answer.status_code == 409 and "not been opened yet" in text(answer)
    assert answer.headers["HX-Retarget"] == "#trouble" and answer.headers["HX-Reselect"] == "unset"


def test_meeting_mode_and_its_state_ask_a_fixed_number_of_queries(
    growth: Board, there: str, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    open_first(growth)
    chair = client_of(growth.chair)
    for _ in range(2):
        for url, most in ((there, 30), (f"{there}state/", 6)):
            with django_assert_max_num_queries(most):
                assert chair.get(url).status_code == 200
        for number in range(3, 7):
            if not Bet.objects.filter(key=f"B-{number}").exists():
                growth.vote(growth.item(growth.bet(f"B-{number}")), growth.members[0])
