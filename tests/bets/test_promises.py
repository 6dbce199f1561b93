"""Promised against realised value by domain: which bets count, and how far a few of them speak."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bets.models import Bet
from bets.promises import promises_by_domain, promises_of, shrunk, weight
from org.models import Domain
from tests.factories import TODAY, BetFactory, DomainFactory, RealisedValueFactory

shares = st.floats(-1, 3, allow_nan=False)
groups = st.dictionaries(st.integers(0, 5), st.lists(shares, min_size=1, max_size=6), min_size=1, max_size=6)


@given(groups)
def test_a_weight_lies_between_0_and_1(ratios) -> None:
    weights = shrunk(ratios)
    assert set(weights) == set(ratios)
    assert all(0 <= one <= 1 for one in weights.values())


@given(st.integers(1, 500), st.floats(1e-6, 10), st.floats(1e-6, 10))
def test_the_more_bets_a_domain_has_the_more_it_speaks_for_itself(number, between, within) -> None:
    assert weight(number + 1, between, within) > weight(number, between, within)


@given(st.lists(shares, min_size=1, max_size=9))
def test_a_domain_alone_is_itself(own) -> None:
    assert shrunk({1: own}) == {1: 1.0}


def test_domains_that_differ_no_more_than_their_bets_do_are_all_alike() -> None:
    assert shrunk({1: [0.2, 1.0], 2: [0.3, 0.9]}) == {1: 0.0, 2: 0.0}
    assert max(shrunk({1: [0.2], 2: [0.9], 3: [0.5]}).values()) == pytest.approx(0.0)


def test_two_bets_alike_by_chance_do_not_let_a_single_one_speak_for_its_domain() -> None:
    assert shrunk({1: [0.37], 2: [0.17, 0.17], 3: [0.43]})[1] < 0.6


def test_a_worked_example_by_hand() -> None:
    """Means 0.5 and 1.0 of four bets each, squares within 0.08, of all 0.58; Q = 0.5, t² = (0.5 - s²) / 4."""
    ratios = {1: [0.4, 0.4, 0.6, 0.6], 2: [0.9, 0.9, 1.1, 1.1]}
    within = (0.08 + 2 * 0.58 / 7) / 8
    between = (0.5 - within) / 4
    assert shrunk(ratios)[1] == pytest.approx(4 * between / (4 * between + within))


def told(domain: Domain, share: float, **fields) -> Bet:
    given = {"state": "concluded", "value_low": 0, "value_likely": 10_000, "value_high": 20_000} | fields
    bet = BetFactory(domain=domain, **given)
    RealisedValueFactory(bet=bet, amount=1)
    RealisedValueFactory(bet=bet, amount=round(share * 10_000))
    return bet


@pytest.mark.django_db
def test_a_record_counts_the_latest_word_of_bets_that_are_over_or_a_year_old(
    retail: Domain, django_assert_num_queries
) -> None:
    told(retail, 0.5)
    told(retail, 0.7, state="live", starts_on=TODAY - dt.timedelta(days=365))
    told(retail, 0.0, state="live")  # too young
    told(retail, 0.0, state="draft", starts_on=TODAY - dt.timedelta(days=365))
    told(retail, 0.0, value_low=None, value_likely=None, value_high=None)
    BetFactory(domain=retail, state="concluded", value_low=0, value_likely=10_000, value_high=10_000)  # nothing said
    with django_assert_num_queries(1):
        record = promises_of(retail, TODAY)
    assert (record.bets, record.in_all, record.is_few) == (2, 2, True)
    assert record.kept == pytest.approx(0.6)


@pytest.mark.django_db
def test_a_domain_without_a_record_is_expected_to_do_as_all_do(retail: Domain) -> None:
    for share in (0.4, 0.6, 9.0):
        told(retail, share)
    other = promises_of(DomainFactory(name="New"), TODAY)
    assert (other.bets, other.in_all, other.is_few) == (0, 3, False)
    assert other.expected == pytest.approx((0.4 + 0.6 + 3.0) / 3)
    assert [record.domain for record in promises_by_domain(list(Domain.objects.all()), TODAY)] == ["Retail"]
