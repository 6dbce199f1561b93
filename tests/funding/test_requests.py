"""Asking for money: from the request to the posting."""

import pytest

from funding import actions
from funding.models import Ledger, Transfer
from lib.refusals import Refused
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


def test_a_tranche_is_committed_when_somebody_else_says_yes(books: Books) -> None:
    request = books.commit(books.first)
    assert request.state == "submitted"
    assert books.balance("available") == 100_000_000
    assert books.approve(request).state == "posted"
    assert (books.balance("available"), books.balance("committed", books.first)) == (90_000_000, 10_000_000)
    ledger = Ledger.objects.get(pk=books.ledger.pk)
    assert (ledger.seq, ledger.head) == (2, Transfer.objects.get(line__request=request).hash)


def test_money_is_released_on_a_decision(books: Books) -> None:
    books.given(books.first, "released")
    assert books.balance("released", books.first) == 10_000_000
    assert books.balance("committed", books.first) == 0


def test_nobody_approves_what_they_asked_for(books: Books) -> None:
    f.RoleGrantFactory(person=books.lead, role="finance")
    with pytest.raises(Refused, match="Nobody approves what they asked for"):
        books.approve(books.commit(books.first), by=books.lead)
    assert books.balance("available") == 100_000_000


def test_what_is_short_at_the_last_yes_leaves_the_request_waiting(books: Books) -> None:
    request = books.commit(books.first, 100_000_001)
    with pytest.raises(Refused, match=r"short by €0\.01"):
        books.approve(request)
    request.refresh_from_db()
    assert (request.state, request.approvals.count(), Transfer.objects.count()) == ("submitted", 0, 1)


def test_evidence_that_changed_voids_the_request_and_its_approvals(books: Books) -> None:
    request = books.commit(books.first)
    f.EvidenceFactory(bet=books.bet)
    assert books.approve(request).state == "voided"
    assert books.balance("available") == 100_000_000


def test_one_no_is_enough(books: Books) -> None:
    request = books.commit(books.first)
    actions.reject_request(
        request, reason_code="not_now", comment="After the summer.", by=books.checker, at=f.AT, today=f.TODAY
    )
    with pytest.raises(Refused, match="rejected already"):
        books.approve(request, by=books.other)


def test_a_transfer_is_taken_back_by_its_mirror_image(books: Books) -> None:
    books.given(books.first)
    transfer = Transfer.objects.get(kind="commit")
    reversal = actions.reverse_transfer(
        transfer, key=f.LedgerFactory and transfer.line.request.key, document="Mail of 3 March", memo="Wrong bet.",
        effective_date=f.TODAY, by=books.checker, at=f.AT,
    )  # fmt: skip
    assert (reversal.debit_account_id, reversal.credit_account_id) == (
        transfer.credit_account_id, transfer.debit_account_id,
    )  # fmt: skip
    assert books.balance("available") == 100_000_000
