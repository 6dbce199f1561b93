"""Whose turn it is: the one query of the inbox says what the rules say of each request and each person."""

import datetime as dt
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from funding.models import AuthorityLimit, FundingRequest
from funding.request_page import voices_of
from funding.turns import my_turn, turns_of
from org.models import Person
from org.visibility import powers_of
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


def mine(person: Person) -> list[FundingRequest]:
    return list(my_turn(Person.objects.get(pk=person.pk), powers_of(person), f.TODAY))


def agrees(person: Person, request: FundingRequest) -> bool:
    """Does the query say what the rules say, voice by voice?"""
    fresh = Person.objects.get(pk=person.pk)
    may = any(not voice.approving for voice in voices_of(request, fresh, f.TODAY))
    return (request in my_turn(fresh, powers_of(fresh), f.TODAY)) == may


def limit_instead(**fields: Any) -> None:
    """Ends what lets people commit, and sets this limit for finance in its place."""
    AuthorityLimit.objects.filter(kind="commit", ended_at=None).update(ended_at=f.AT, ended_by=f.PersonFactory())
    f.AuthorityLimitFactory(**{"max_amount": 1_000_000_000, **fields})


def delegate(giver: Person, taker: Person, **fields: Any) -> None:
    f.DelegationFactory(giver=giver, taker=taker, **{"max_amount": 1_000_000_000, **fields})


def test_a_request_waits_for_whoever_may_approve_it_until_they_have_spoken(books: Books) -> None:
    f.ApprovalRuleFactory()
    request = books.commit(books.first)
    assert (mine(books.checker), mine(books.lead)) == ([request], [])
    books.approve(request)
    request.refresh_from_db()
    assert (request.state, mine(books.checker), mine(books.other)) == ("submitted", [], [request])
    books.approve(request, by=books.other)
    assert mine(books.other) == []


@pytest.mark.parametrize(
    "change",
    [
        {"max_amount": 9_999_999},
        {"currency": "CHF"},
        {"valid_from": f.TODAY + dt.timedelta(days=1)},
        {"valid_to": f.TODAY - dt.timedelta(days=1)},
        {"role": "executive"},
        {"ended_at": f.AT},
        {"domain": "elsewhere"},
    ],
    ids=str,
)
def test_a_limit_that_does_not_reach_asks_nobody(books: Books, change: dict[str, Any]) -> None:
    request = books.commit(books.first)
    if "domain" in change:
        change = {"domain": f.DomainFactory()}
    if "ended_at" in change:
        change |= {"ended_by": books.lead}
    limit_instead(**change)
    assert mine(books.checker) == []
    assert agrees(books.checker, request)


def test_a_limit_of_a_domain_above_reaches_down_and_one_below_does_not_reach_up(books: Books) -> None:
    request = books.commit(books.first)
    below = f.DomainFactory(parent=books.domain)
    limit_instead(domain=below)
    assert mine(books.checker) == []
    type(books.domain).objects.filter(pk=books.domain.pk).update(parent=(above := f.DomainFactory()))
    limit_instead(domain=above)
    assert mine(books.checker) == [request]
    assert agrees(books.checker, request)


def test_a_person_with_a_limit_of_their_own_is_asked_by_it(books: Books) -> None:
    request = books.commit(books.first)
    own = f.AuthorityLimitFactory(role="", person=books.other, max_amount=10_000_000)
    assert turns_of(books.other, [request], f.TODAY)[request.pk].limit == own
    assert turns_of(books.checker, [request], f.TODAY)[request.pk].limit.role == "finance"


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, True),
        ({"max_amount": 9_999_999}, False),
        ({"currency": "CHF"}, False),
        ({"starts_on": f.TODAY + dt.timedelta(days=1)}, False),
        ({"ended_at": f.AT}, False),
    ],
    ids=str,
)
def test_a_delegation_lends_a_voice_as_far_as_it_reaches(books: Books, fields: dict[str, Any], asked: bool) -> None:
    request = books.commit(books.first)
    taker = f.PersonFactory()
    f.RoleGrantFactory(person=taker, role="product_operations")
    if "ended_at" in fields:
        fields = fields | {"ended_by": taker}
    delegate(books.checker, taker, **fields)
    assert mine(taker) == ([request] if asked else [])
    assert agrees(taker, request)


def test_nobody_lends_the_voice_of_whoever_asked_or_of_whoever_left(books: Books) -> None:
    f.RoleGrantFactory(person=books.lead, role="finance")
    taker = f.PersonFactory()
    f.RoleGrantFactory(person=taker, role="product_operations")
    delegate(books.lead, taker)
    delegate(books.other, taker)
    Person.objects.filter(pk=books.other.pk).update(is_active=False)
    request = books.commit(books.first)
    assert mine(taker) == []
    assert agrees(taker, request)


def test_a_voice_that_was_given_asks_neither_the_giver_nor_the_taker_again(books: Books) -> None:
    f.ApprovalRuleFactory()
    delegate(books.checker, books.other)
    request = books.commit(books.first)
    books.approve(request, by=books.other, on_behalf_of=books.checker)
    assert (mine(books.checker), mine(books.other)) == ([], [])
    assert agrees(books.checker, request)
    assert agrees(books.other, request)


def test_who_does_not_see_the_domain_or_does_not_approve_there_is_not_asked(books: Books) -> None:
    request = books.commit(books.first)
    f.AuthorityLimitFactory(role="product_lead", max_amount=1_000_000_000)
    lead = f.PersonFactory()
    f.RoleGrantFactory(person=lead, role="product_lead")
    away = f.PersonFactory()
    f.RoleGrantFactory(person=away, role="finance", domain=f.DomainFactory())
    assert (mine(lead), mine(away)) == ([], [])
    assert agrees(lead, request)
    assert agrees(away, request)


def test_it_is_one_query_for_any_number(books: Books, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    books.commit(books.first)
    books.commit(books.second)
    person = Person.objects.get(pk=books.checker.pk)
    powers = powers_of(person)
    with django_assert_num_queries(1):
        assert my_turn(person, powers, f.TODAY).count() == 2
