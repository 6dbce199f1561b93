"""A review from its agenda to its decisions: made from the evidence, private votes, one decision on each item."""

import datetime as dt
from typing import Any

import pytest

from bets.actions import Aside
from bets.models import Bet, Decision
from lib.refusals import Refused
from org.models import Event, Person
from portfolio import actions
from portfolio.models import Chance, Vote
from portfolio.rules_reviews import goes_against, is_wide
from tests import factories as f
from tests.cast import person
from tests.reviews.board import AT, TODAY, Board, board

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(minutes=5)
DAY = dt.timedelta(days=1)


@pytest.fixture
def growth() -> Board:
    made = board()
    review = made.review
    type(review).objects.filter(pk=review.pk).update(held_on=TODAY)
    return made


def agenda(growth: Board) -> list[tuple[str, str]]:
    actions.make_agenda(growth.review, by=growth.chair, at=AT, today=TODAY)
    return [(item.bet.key, item.reason) for item in growth.review.items.select_related("bet")]


def flagged(bet: Bet, kind: str = "cease") -> Bet:
    run = f.RunFactory()
    f.VerdictFactory(bet=bet, run=run, kind=kind, as_of=TODAY)
    f.FlagFactory(bet=bet, outcome=bet.outcomes.get(), run=run, kind=kind)
    return bet


def test_the_agenda_is_made_from_what_asks_for_a_decision_the_most_urgent_first(growth: Board) -> None:
    flagged(growth.bet("B-flag"))
    growth.bet("B-late", decide_in=-1)
    growth.bet("B-soon", decide_in=3)
    growth.bet("B-gate", gate_in=2)
    quiet = growth.bet("B-quiet")
    f.DecisionFactory(bet=quiet, kind="persist")
    growth.bet("B-new")
    assert agenda(growth) == [
        ("B-late", "overdue"), ("B-flag", "flag"), ("B-gate", "gate"), ("B-soon", "due"), ("B-new", "start"),
    ]  # fmt: skip


def test_the_agenda_made_anew_keeps_the_order_of_the_chair_and_what_was_voted_on(growth: Board) -> None:
    one, two = growth.bet("B-1"), growth.bet("B-2")
    agenda(growth)
    items = {item.bet.key: item for item in growth.review.items.select_related("bet")}
    actions.order_agenda(growth.review, {items["B-2"].pk: 20, items["B-1"].pk: 5}, by=growth.chair, at=AT)
    growth.vote(items["B-1"], growth.members[0])
    f.DecisionFactory(bet=one), f.DecisionFactory(bet=two)  # neither asks for anything any more
    growth.bet("B-3")
    assert agenda(growth) == [("B-1", "start"), ("B-3", "start")]
    assert growth.review.items.get(bet=one).minutes == 5


def test_an_order_that_does_not_name_every_item_is_refused(growth: Board) -> None:
    item = growth.item()
    for wanted, words in (({}, "has changed"), ({item.pk: 0}, "from 1 to 240"), ({item.pk + 9: 5}, "has changed")):
        with pytest.raises(Refused, match=words):
            actions.order_agenda(growth.review, wanted, by=growth.chair, at=AT)


def test_what_was_voted_on_or_opened_stays_on_the_agenda(growth: Board) -> None:
    item, other = growth.item(), growth.item(growth.bet("B-2"))
    growth.vote(item, growth.members[0])
    with pytest.raises(Refused, match="has voted"):
        actions.take_off_agenda(item, by=growth.chair, at=AT)
    growth.opened()
    actions.open_item(other, by=growth.chair, at=AT)
    with pytest.raises(Refused, match="has been opened"):
        actions.take_off_agenda(other, by=growth.chair, at=AT)
    with pytest.raises(Refused, match="on the agenda already"):
        growth.item(item.bet)


@pytest.mark.parametrize("there, words", [([0], "no quorum: 1 of at least 2"), ([1, 2], "chair is there")])
def test_without_quorum_or_chair_no_review_opens(growth: Board, there: list[int], words: str) -> None:
    people = [[growth.chair, *growth.members][place] for place in there]
    with pytest.raises(Refused, match=words):
        actions.open_review(growth.review, people, by=growth.chair, at=AT, today=TODAY)
    assert growth.review.state == "planned"


def test_strangers_do_not_count_for_the_quorum(growth: Board) -> None:
    stranger = person("Sven Stranger", "executive")
    with pytest.raises(Refused, match="no quorum"):
        actions.open_review(growth.review, [growth.chair, stranger], by=growth.chair, at=AT, today=TODAY)


def test_only_the_chair_opens_leads_and_closes(growth: Board) -> None:
    item, adam = growth.item(), growth.members[0]
    with pytest.raises(Refused, match="The chair opens"):
        actions.open_review(growth.review, [growth.chair, adam], by=adam, at=AT, today=TODAY)
    growth.opened()
    for act in (
        lambda: actions.open_item(item, by=adam, at=AT),
        lambda: actions.call_second_vote(item, by=adam, at=AT),
        lambda: actions.close_review(growth.review, by=adam, at=AT, today=TODAY),
        lambda: growth.decide(item, by=adam),
    ):
        with pytest.raises(Refused, match="The chair leads the review"):
            act()


def test_a_vote_is_private_until_its_item_opens_and_changed_until_then(growth: Board) -> None:
    item, (adam, berta, _) = growth.item(), growth.members
    growth.vote(item, adam, "cease", 0.2)
    growth.vote(item, adam, "pivot", 0.3)
    assert Vote.objects.get().kind == "pivot" and Chance.objects.get().probability == 0.3
    assert not Event.objects.filter(sentence__contains="Adam").exclude(kind="forum opened").exists()
    growth.vote(item, berta, "persist", 0.6)
    growth.opened()
    actions.open_item(item, by=growth.chair, at=AT)
    with pytest.raises(Refused, match="no one votes any more"):
        growth.vote(item, berta)
    actions.call_second_vote(item, by=growth.chair, at=AT)
    growth.vote(item, berta, "cease", 0.1)
    assert sorted(Vote.objects.values_list("round", "kind")) == [(1, "persist"), (1, "pivot"), (2, "cease")]


@pytest.mark.parametrize("kinds", [(), ("cease",), ("cease", "cease"), ("cease", "cease", "persist")])
def test_a_second_vote_is_called_only_where_the_first_differs_widely(growth: Board, kinds: tuple[str, ...]) -> None:
    item = growth.item()
    for member, kind in zip(growth.members, kinds, strict=False):
        growth.vote(item, member, kind)
    growth.opened()
    with pytest.raises(Refused, match="open and not decided"):
        actions.call_second_vote(item, by=growth.chair, at=AT)
    item = actions.open_item(item, by=growth.chair, at=AT)
    with pytest.raises(Refused, match="do not differ widely"):
        actions.call_second_vote(item, by=growth.chair, at=AT)


@pytest.mark.parametrize(
    "kind, chances, because, words",
    [
        ("burn", {1: 0.5}, "", "Say what you would decide"), ("persist", {}, "", "for each outcome"),
        ("persist", {1: 1.1}, "", "between 0 and 100"), ("persist", {1: float("nan")}, "", "between 0 and 100"),
        ("persist", {1: 0.5, 2: 0.5}, "", "for each outcome"), ("persist", {1: 0.5}, "x" * 501, "500 are the most"),
    ],
)  # fmt: skip
def test_an_unsound_vote_is_refused(growth: Board, kind: str, chances: Any, because: str, words: str) -> None:
    item = growth.item()
    with pytest.raises(Refused, match=words):
        actions.cast_vote(item, kind, chances, because=because, by=growth.chair, at=AT)
    assert not Vote.objects.exists()


def test_only_members_who_do_not_lead_the_bet_vote(growth: Board) -> None:
    item = growth.item(growth.bet(lead=growth.members[0]))
    with pytest.raises(Refused, match="You lead this bet"):
        growth.vote(item, growth.members[0])
    with pytest.raises(Refused, match="Only members"):
        growth.vote(item, growth.operations)
    growth.forum.members.filter(person=growth.members[1]).update(left_at=LATER)
    with pytest.raises(Refused, match="Only members"):
        growth.vote(item, growth.members[1])


def on_the_table(growth: Board, bet: Bet | None = None) -> Any:
    item = growth.item(bet)
    growth.opened()
    return actions.open_item(item, by=growth.chair, at=AT)


def test_a_decision_of_a_review_is_recorded_once_with_dissent_and_what_was_learnt(growth: Board) -> None:
    item = on_the_table(growth)
    aside = Aside(learned="Nobody reads letters.", dissent={growth.members[0]: "Half a year more."})
    decision = growth.decide(item, "cease", aside=aside)
    item.refresh_from_db()
    assert (item.decision, decision.learned) == (decision, "Nobody reads letters.")
    assert decision.dissent.get().person == growth.members[0]
    assert Bet.objects.get(pk=item.bet_id).state == "ceased"
    with pytest.raises(Refused, match="has been decided already"):
        growth.decide(item, "persist")
    assert Decision.objects.count() == 1


def test_a_cease_says_what_was_learnt(growth: Board) -> None:
    item = on_the_table(growth)
    with pytest.raises(Refused, match="what the bet has taught"):
        growth.decide(item, "cease")


def test_what_was_not_opened_is_not_decided(growth: Board) -> None:
    item = growth.item()
    with pytest.raises(Refused, match="has not been opened yet"):
        growth.decide(item)
    growth.opened()
    with pytest.raises(Refused, match="Open the item first"):
        growth.decide(item)


def test_against_the_evidence_somebody_else_looks_again_on_a_day(growth: Board) -> None:
    item = on_the_table(growth, flagged(growth.bet(), "cease"))
    day, adam = TODAY + 60 * DAY, growth.members[0]
    for aside, words in (
        (Aside(), "recommends “cease”"),
        (Aside(second_reader=adam), "on which day"),
        (Aside(second_reader=growth.chair, rescore_on=day), "other than the chair"),
        (Aside(second_reader=item.bet.lead, rescore_on=day), "other than the chair"),
        (Aside(second_reader=adam, rescore_on=TODAY), "within the next year"),
        (Aside(second_reader=adam, rescore_on=TODAY + 400 * DAY), "within the next year"),
    ):
        with pytest.raises(Refused, match=words):
            growth.decide(item, "persist", aside=aside)
    made = growth.decide(item, "persist", aside=Aside(second_reader=adam, rescore_on=day))
    assert (made.second_reader, made.rescore_on, made.verdict) == (adam, day, "cease")


@pytest.mark.parametrize(
    "recommended, kind, against",
    [
        ("cease", "defer", True), ("cease", "cease", False), ("pivot", "cease", False), ("pivot", "persist", True),
        ("cease", "pivot", True), ("persist", "fund", False), ("", "cease", False), ("persist", "cease", True),
    ],
)  # fmt: skip
def test_what_goes_against_a_recommendation(recommended: str, kind: str, against: bool) -> None:
    assert goes_against(recommended, kind) is against


@pytest.mark.parametrize(
    "kinds, wide",
    [([], False), (["cease"], False), (["cease", "persist"], True), (["cease", "cease", "persist"], False),
     (["cease", "cease", "persist", "persist", "persist"], True)],
)  # fmt: skip
def test_a_spread_is_wide_when_the_most_frequent_vote_has_less_than_two_thirds(kinds: list[str], wide: bool) -> None:
    assert is_wide(kinds) is wide


def test_a_forum_decides_only_what_and_as_much_as_it_may(growth: Board) -> None:
    item = on_the_table(growth)
    growth.forum.rights.filter(kind="persist").update(at_most=49_999_999)
    with pytest.raises(Refused, match=r"up to €499,999\.99, and €500,000\.00 are planned"):
        growth.decide(item, "persist")
    growth.forum.rights.filter(kind="defer").delete()
    with pytest.raises(Refused, match="no right to decide “defer”"):
        growth.decide(item, "defer")
    assert growth.decide(item, "pivot").kind == "pivot"


def test_nobody_decides_in_a_review_on_a_bet_that_they_lead(growth: Board) -> None:
    item = on_the_table(growth, growth.bet(lead=growth.chair))
    with pytest.raises(Refused, match="You lead this bet"):
        growth.decide(item)


def test_a_bet_that_ceased_elsewhere_meanwhile_is_not_decided_again(growth: Board) -> None:
    item = growth.item()
    for member, kind in zip(growth.members, ("persist", "cease"), strict=False):
        growth.vote(item, member, kind)
    growth.opened()
    item = actions.open_item(item, by=growth.chair, at=AT)
    actions.decide_bet(
        item.bet, "cease", rationale="It is over.", would_change="Nothing.", look_again_on=None, by=growth.members[0],
        at=AT, today=TODAY,
    )  # fmt: skip
    with pytest.raises(Refused, match="This bet is ceased"):
        growth.decide(item, "pivot")
    with pytest.raises(Refused, match="no longer live"):
        actions.call_second_vote(item, by=growth.chair, at=AT)
        growth.vote(item, growth.members[1])


def test_everybody_sees_the_item_that_is_on_the_table(growth: Board) -> None:
    one, two = growth.item(), growth.item(growth.bet("B-2"))
    growth.opened()
    for item in (one, two, one):
        actions.open_item(item, by=growth.chair, at=AT)
        assert growth.review.at_item == item
    assert Event.objects.filter(kind="item opened").count() == 2


def test_whoever_comes_later_takes_part(growth: Board) -> None:
    actions.open_review(growth.review, [growth.chair, growth.members[0]], by=growth.chair, at=AT, today=TODAY)
    carl = growth.members[2]
    for _ in range(2):
        actions.join_review(growth.review, carl, by=carl, at=LATER)
    assert growth.review.attended.count() == 3
    with pytest.raises(Refused, match="Only members"):
        actions.join_review(growth.review, growth.operations, by=growth.chair, at=LATER)
    with pytest.raises(Refused, match="The chair leads"):
        actions.join_review(growth.review, growth.members[1], by=carl, at=LATER)


def test_a_review_that_is_closed_is_over_and_the_next_one_stays_planned(growth: Board) -> None:
    item, review = growth.item(), growth.review
    growth.opened()
    actions.close_review(review, by=growth.chair, at=LATER, today=TODAY)
    for again in (
        lambda: actions.close_review(review, by=growth.chair, at=LATER, today=TODAY),
        lambda: actions.open_item(item, by=growth.chair, at=LATER),
        lambda: growth.vote(item, growth.chair),
        lambda: actions.put_on_agenda(review, growth.bet("B-9"), by=growth.chair, at=AT),
    ):
        with pytest.raises(Refused, match="This review is over"):
            again()
    assert growth.forum.reviews.filter(state="planned").count() >= 4


def test_a_review_planned_for_another_day_does_not_open(growth: Board) -> None:
    review = growth.review
    type(review).objects.filter(pk=review.pk).update(held_on=TODAY + DAY)
    with pytest.raises(Refused, match="move it to today"):
        growth.opened()


def test_a_member_who_left_the_house_is_refused_by_name(growth: Board) -> None:
    Person.objects.filter(pk=growth.members[0].pk).update(is_active=False)
    item = growth.item()
    growth.members[0].refresh_from_db()
    with pytest.raises(Refused, match="Only members"):
        growth.vote(item, growth.members[0])
