"""Several at once at the same review, in small: `make faults` does the same with thirty members, many times."""

import pytest

from tests.funding.crowd import open_market
from tests.reviews import crowd

pytestmark = pytest.mark.django_db(transaction=True)


def test_members_who_vote_at_the_same_moment_lose_no_vote_and_nobody_sees_one_early() -> None:
    assert crowd.all_vote_at_once(crowd.meeting(5), times=1) == []


def test_a_vote_counts_or_comes_too_late_when_the_item_opens_at_that_moment() -> None:
    assert crowd.some_vote_while_it_opens(crowd.meeting(4)) == []


def test_a_double_click_and_a_second_screen_make_one_decision() -> None:
    assert crowd.one_decision_whoever_presses(crowd.meeting(2), presses=2) == []


def test_a_bet_that_ceases_while_its_money_is_released_keeps_none() -> None:
    assert crowd.decided_while_its_money_is_released(open_market(1)) == []


def test_a_bet_that_ceases_elsewhere_at_that_moment_is_not_persisted_afterwards() -> None:
    assert crowd.ceased_elsewhere_meanwhile(crowd.meeting(2)) == []


def test_a_review_that_closes_at_that_moment_counts_the_decision_or_refuses_it() -> None:
    assert crowd.closed_while_deciding(crowd.meeting(2)) == []
