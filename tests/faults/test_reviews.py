"""A review under many people at once: thirty members who vote, and races that are run again and again."""

import pytest

from tests.funding.crowd import open_market
from tests.reviews import crowd

ROUNDS = 10
pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_thirty_members_vote_at_the_same_moment() -> None:
    assert crowd.all_vote_at_once(crowd.meeting(32), times=5) == []


def test_thirty_members_vote_while_the_item_opens() -> None:
    assert crowd.some_vote_while_it_opens(crowd.meeting(30)) == []


def test_the_chair_presses_at_ten_screens() -> None:
    assert crowd.one_decision_whoever_presses(crowd.meeting(2), presses=10) == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_bet_ceases_while_its_money_is_released(_round: int) -> None:
    assert crowd.decided_while_its_money_is_released(open_market(1)) == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_bet_ceases_elsewhere(_round: int) -> None:
    assert crowd.ceased_elsewhere_meanwhile(crowd.meeting(2)) == []


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_review_closes_while_its_item_is_decided_on(_round: int) -> None:
    assert crowd.closed_while_deciding(crowd.meeting(2)) == []
