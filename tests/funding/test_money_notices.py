"""Whom a request for money concerns is told of it: the lowest limits that reach first, the next when it waits long."""

from datetime import timedelta

import pytest

from funding import actions
from lib.clock import now
from org.actions import deliver_next_events
from org.models import Notice, Person
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


def told(kind: str = "money") -> list[tuple[Person, str]]:
    deliver_next_events(at=f.AT)
    found = Notice.objects.filter(kind=kind).order_by("pk").select_related("person")
    return [(one.person, one.sentence) for one in found]


def boss() -> Person:
    person = f.PersonFactory()
    f.RoleGrantFactory(person=person, role="executive")
    f.AuthorityLimitFactory(person=person, role="", max_amount=10**12)
    return person


def test_the_lowest_limits_that_reach_are_asked_and_the_next_when_it_waits_for_long(books: Books) -> None:
    higher = boss()
    small = f.PersonFactory()
    f.RoleGrantFactory(person=small, role="executive")
    f.AuthorityLimitFactory(person=small, role="", max_amount=1)
    request = books.commit(books.first)
    asked = told()
    assert {person for person, _said in asked} == {books.checker, books.other}
    assert asked[0][1].startswith(f"{books.lead} asks to commit €100k for {books.bet.name}")
    actions.escalate_requests(at=f.AT, today=f.TODAY + timedelta(days=7))
    assert {person for person, _said in told()} == {books.checker, books.other, higher}
    assert Notice.objects.filter(person=higher).get().path == f"/money/requests/{request.pk}/"


def test_whoever_asked_is_told_how_it_ended_and_those_concerned_what_is_said(books: Books) -> None:
    request = books.commit(books.first)
    actions.write_note(request, "Which brokers?", by=books.checker, at=f.AT)
    books.approve(request)
    mine = [said for person, said in told() if person == books.lead]
    assert len(mine) == 2
    assert mine[0].endswith(f"Note on request {request.pk}: Which brokers?")
    assert mine[1] == f"{books.bet.name}: Request {request.pk} over €100,000.00 to commit tranche 1 posted."


def test_those_who_are_asked_read_what_is_said_before_they_answer(books: Books) -> None:
    request = books.commit(books.first)
    actions.write_note(request, "It pays for twenty talks in May.", by=books.lead, at=f.AT)
    notes = [person for person, said in told() if "twenty talks in May" in said]
    assert set(notes) == {books.checker, books.other}


def test_whoever_no_longer_sees_it_and_who_is_late_are_told_nothing(books: Books) -> None:
    books.commit(books.first)
    books.checker.grants.all().delete()
    deliver_next_events(at=now())  # years later
    assert not Notice.objects.filter(kind="money").exists()
