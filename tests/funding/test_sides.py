"""Money that moves between the budgets of two domains: somebody of each of them agrees."""

import uuid

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from funding import actions
from funding.models import AuthorityLimit, Budget, FundingRequest
from funding.notices import levels_of
from funding.request_page import request_page, voices_of
from funding.sides import open_domains
from funding.turns import my_turn
from lib.refusals import Refused
from org.models import Domain, Event, Person
from org.visibility import powers_of
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(books: Books) -> Budget:
    """A budget of another domain in the same ledger."""
    domain = f.DomainFactory(name="Payments")
    return actions.open_budget(
        books.ledger, "PAY", "Bets of payments", domain, "bet", books.budget.starts_on, books.budget.ends_on, at=f.AT
    )


def owner(domain: Domain | None, role: str = "finance", limit: int = 1_000_000_000) -> Person:
    """Somebody whose role and limit reach that domain alone."""
    person: Person = f.PersonFactory()
    f.RoleGrantFactory(person=person, role=role, domain=domain)
    f.AuthorityLimitFactory(person=person, role="", kind="reallocate", domain=domain, max_amount=limit)
    return person


@pytest.fixture
def moved(books: Books, other: Budget) -> FundingRequest:
    """Asks to move 1,000.00; nobody but the owners of the two domains may approve it."""
    AuthorityLimit.objects.filter(kind="reallocate").update(ended_at=f.AT, ended_by=books.lead)
    why = actions.Why("reorganised", "The team moves with its work.")
    return actions.move_budget(
        uuid.uuid4(), books.budget, "reallocate", amount=100_000, why=why, other=other, by=books.lead, at=f.AT,
        today=f.TODAY,
    )  # fmt: skip


def asks(person: Person, request: FundingRequest) -> bool:
    """The inbox, which says what the rules say."""
    fresh = Person.objects.get(pk=person.pk)
    may = any(not voice.approving for voice in voices_of(request, fresh, f.TODAY))
    listed = request in my_turn(fresh, powers_of(fresh), f.TODAY)
    assert listed == may
    return listed


@pytest.mark.parametrize("reached_first", [True, False])
def test_one_of_each_side_has_to_agree(
    reached_first: bool, books: Books, other: Budget, moved: FundingRequest
) -> None:  # fmt: skip
    sides = [owner(books.domain), owner(other.domain)]
    assert [asks(one, moved) for one in sides] == [True, True]
    first, second = reversed(sides) if reached_first else sides
    assert books.approve(moved, by=first).state == "submitted"
    assert open_domains(moved) == [books.domain if reached_first else other.domain]
    assert books.approve(moved, by=second).state == "posted"
    assert other.accounts.get(kind="available").balance == 100_000


def test_one_person_with_authority_on_both_sides_speaks_for_both(
    books: Books, other: Budget, moved: FundingRequest
) -> None:
    whole = owner(None)
    assert books.approve(moved, by=whole).state == "posted"
    assert set(moved.approvals.get().domains) == {books.domain.pk, other.domain_id}


def test_a_limit_that_is_too_low_on_one_side_speaks_for_the_other_alone(
    books: Books, other: Budget, moved: FundingRequest
) -> None:
    person = owner(books.domain)
    f.RoleGrantFactory(person=person, role="finance", domain=other.domain)
    f.AuthorityLimitFactory(person=person, role="", kind="reallocate", domain=other.domain, max_amount=99_999)
    assert books.approve(moved, by=person).state == "submitted"
    assert moved.approvals.get().domains == [books.domain.pk]


def test_two_of_one_side_do_not_speak_for_the_other(books: Books, other: Budget, moved: FundingRequest) -> None:
    for person in (owner(other.domain), owner(other.domain)):
        assert books.approve(moved, by=person).state == "submitted"


def test_who_asked_agrees_for_neither_side_and_lends_no_voice(
    books: Books, other: Budget, moved: FundingRequest
) -> None:
    f.RoleGrantFactory(person=books.lead, role="finance")
    f.AuthorityLimitFactory(person=books.lead, role="", kind="reallocate", max_amount=10**9)
    taker = owner(other.domain, limit=1)
    f.DelegationFactory(giver=books.lead, taker=taker, max_amount=10**9)
    assert not asks(books.lead, moved)
    assert not asks(taker, moved)
    for by, giver in ((books.lead, None), (taker, books.lead)):
        with pytest.raises(Refused, match="Nobody approves"):
            books.approve(moved, by=by, on_behalf_of=giver)


def test_a_lent_voice_agrees_for_the_side_of_the_giver(books: Books, other: Budget, moved: FundingRequest) -> None:
    giver, taker = owner(other.domain), f.PersonFactory()
    f.RoleGrantFactory(person=taker, role="executive", domain=other.domain)
    f.DelegationFactory(giver=giver, taker=taker, max_amount=10**9)
    assert asks(taker, moved)
    books.approve(moved, by=taker, on_behalf_of=giver)
    assert open_domains(moved) == [books.domain]


def test_somebody_of_a_third_domain_is_not_asked_and_reads_why(books: Books, moved: FundingRequest) -> None:
    away = owner(f.DomainFactory())
    assert not asks(away, moved)
    with pytest.raises(Refused, match="may not approve requests for money here"):
        books.approve(moved, by=away)


def test_the_side_that_the_money_reaches_may_say_no(books: Books, other: Budget, moved: FundingRequest) -> None:
    said = actions.reject_request(
        moved, reason_code="not_now", comment="Next quarter.", by=owner(other.domain), at=f.AT, today=f.TODAY
    )
    assert said.state == "rejected"


def test_within_one_domain_or_below_it_one_yes_is_enough(books: Books, moved: FundingRequest) -> None:
    below = f.DomainFactory(parent=books.domain)
    near = f.BudgetFactory(ledger=books.ledger, domain=below)
    request = actions.move_budget(
        uuid.uuid4(), books.budget, "reallocate", amount=100, why=actions.Why("reorganised", "It belongs there."),
        other=near, by=books.lead, at=f.AT, today=f.TODAY,
    )  # fmt: skip
    assert books.approve(request, by=owner(books.domain)).state == "posted"


def test_the_database_posts_nothing_that_one_side_has_not_agreed_to(
    books: Books, other: Budget, moved: FundingRequest
) -> None:
    books.approve(moved, by=owner(books.domain))
    with pytest.raises(DatabaseError, match="the request is not approved"), transaction.atomic():
        actions.approving.post_line(moved, moved.lines.get(), by=None, at=f.AT)
    f.ApprovalFactory(request=moved, approver=books.other, domains=[other.domain_id])
    assert actions.approving.is_complete(moved)


def test_both_sides_are_told_and_the_page_says_which_one_is_missing(
    books: Books, other: Budget, moved: FundingRequest
) -> None:
    left, reached = owner(books.domain), owner(other.domain, limit=500_000)
    event = Event.objects.get(kind="funding requested")
    assert levels_of(moved, event)[0] == {left.pk, reached.pk}
    books.approve(moved, by=left)
    page = request_page(moved, reached, f.TODAY)
    assert [(side.domain, side.is_left, len(side.agreed)) for side in page.sides] == [
        (books.domain, True, 1), (other.domain, False, 0),
    ]  # fmt: skip
    assert page.asked == [reached]


def test_whoever_owns_the_side_that_is_reached_opens_the_request_and_reads_what_waits(
    books: Books, other: Budget, moved: FundingRequest, client: Client
) -> None:
    client.force_login(owner(other.domain))
    text = client.get(f"/money/requests/{moved.pk}/").content.decode()
    assert "Payments, which the money reaches" in text
    assert "somebody with authority there still has to agree" in text
    shown = client.get(f"/api/money/requests/{moved.pk}/").json()
    assert shown["waits_for"] == [books.domain.key, other.domain.key]
