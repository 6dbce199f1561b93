"""Fiscal periods: added, closed, reopened by another person, locked for good."""

import datetime as dt
import uuid
from itertools import pairwise
from typing import Any

import pytest

from funding import actions
from funding.models import FiscalPeriod, Ledger, Transfer
from funding.rules_periods import year_of_periods
from lib.refusals import Refused
from org.models import Event, Person
from tests import factories as f
from tests.funding.books import Books

pytestmark = pytest.mark.django_db


@pytest.fixture
def period(books: Books) -> FiscalPeriod:
    """The one that holds every day of these tests."""
    return books.ledger.periods.get()


def close(period: FiscalPeriod, by: Person, **fields: Any) -> FiscalPeriod:
    return actions.close_period(period, by=by, at=f.AT, **fields)


def reopen(period: FiscalPeriod, by: Person, because: str = "An invoice came late.") -> FiscalPeriod:
    return actions.reopen_period(period, because=because, by=by, at=f.AT)


def post(books: Books, day: dt.date = f.TODAY) -> Transfer:
    move = actions.Move(
        uuid.uuid4(), "open", actions.appropriation_of(books.ledger), books.account("available"), 500, day, "opening",
        document="Opening balance",
    )  # fmt: skip
    return actions.post(move, at=f.AT, by=books.checker)


def test_nothing_is_posted_into_a_closed_period(books: Books, period: FiscalPeriod) -> None:
    close(period, books.checker)
    with pytest.raises(Refused, match="closed through"):
        post(books)
    assert Transfer.objects.count() == 1


def test_a_close_keeps_the_head_and_the_control_totals(books: Books, period: FiscalPeriod) -> None:
    books.given(books.first)
    closed = close(period, books.checker)
    ledger = Ledger.objects.get(pk=books.ledger.pk)
    assert (closed.seq, closed.head, ledger.closed_through) == (2, ledger.head, period.ends_on)
    assert (closed.totals["transfers"], closed.totals["debits"], closed.totals["credits"]) == (
        2, 110_000_000, 110_000_000,
    )  # fmt: skip
    assert closed.totals["balances"] == {
        "appropriation": -100_000_000, "available": 90_000_000, "committed": 10_000_000,
    }  # fmt: skip
    assert Event.objects.get(kind="period closed").payload["head"] == ledger.head


def test_who_closed_a_period_and_asks_again_is_answered_with_it(books: Books, period: FiscalPeriod) -> None:
    first = close(period, books.checker)
    assert close(period, books.checker).closed_at == first.closed_at
    assert Event.objects.filter(kind="period closed").count() == 1
    with pytest.raises(Refused, match="closed already"):
        close(period, books.other)


def test_what_lies_before_is_closed_first(books: Books, period: FiscalPeriod) -> None:
    later = f.FiscalPeriodFactory(
        ledger=books.ledger, code="later", starts_on=period.ends_on + dt.timedelta(days=1),
        ends_on=period.ends_on + dt.timedelta(days=30),
    )  # fmt: skip
    with pytest.raises(Refused, match="closed first: open"):
        close(later, books.checker)


def test_documents_that_wait_to_be_placed_keep_a_period_open(books: Books, period: FiscalPeriod) -> None:
    f.ActualFactory(ledger=books.ledger)
    with pytest.raises(Refused, match="1 document of its days"):
        close(period, books.checker)


def test_a_page_that_shows_another_state_closes_nothing(books: Books, period: FiscalPeriod) -> None:
    with pytest.raises(Refused, match="Somebody changed this meanwhile"):
        close(period, books.checker, seen="another")


def test_another_person_reopens_a_period_and_says_why(books: Books, period: FiscalPeriod) -> None:
    close(period, books.checker)
    with pytest.raises(Refused, match="Another person"):
        reopen(period, books.checker)
    with pytest.raises(Refused, match="Say why"):
        reopen(period, books.other, because=" ")
    assert reopen(period, books.other).state == "open"
    assert Ledger.objects.get(pk=books.ledger.pk).closed_through is None
    assert post(books).seq == 2
    assert close(period, books.other).seq == 2


def test_only_the_latest_closed_period_is_reopened(books: Books) -> None:
    ledger = actions.open_ledger("own", "Northwind own", "EUR", at=f.AT)
    first, second, *_ = actions.add_year(ledger, 2025, at=f.AT, by=books.checker)
    for period in (first, second):
        close(period, books.checker)
    with pytest.raises(Refused, match="that is 2025-Q2"):
        reopen(first, books.other)
    reopen(second, books.other)
    assert Ledger.objects.get(pk=ledger.pk).closed_through == first.ends_on


def test_a_locked_period_stays_as_it_is(books: Books, period: FiscalPeriod) -> None:
    with pytest.raises(Refused, match="still open"):
        actions.lock_period(period, by=books.checker, at=f.AT)
    close(period, books.checker)
    actions.lock_period(period, by=books.checker, at=f.AT)
    with pytest.raises(Refused, match="is locked"):
        reopen(period, books.other)


def test_whoever_may_do_it_in_some_domains_only_closes_no_books(books: Books, period: FiscalPeriod) -> None:
    limited = f.PersonFactory()
    f.RoleGrantFactory(person=limited, role="finance", domain=books.domain)
    with pytest.raises(Refused, match="not limited to some"):
        close(period, limited)
    with pytest.raises(Refused, match="takes the role finance"):
        close(period, books.lead)


@pytest.mark.parametrize(
    ("grain", "first_month", "codes", "ends"),
    [
        ("quarter", 1, ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"], dt.date(2027, 12, 31)),
        ("quarter", 4, ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4"], dt.date(2028, 3, 31)),
        ("month", 10, [f"2027-{month}" for month in (10, 11, 12)], dt.date(2028, 9, 30)),
    ],
)
def test_a_year_is_cut_into_periods_without_gaps(grain: str, first_month: int, codes: list[str], ends: dt.date) -> None:
    spans = year_of_periods(2027, grain, first_month)
    assert [span.code for span in spans][: len(codes)] == codes
    assert spans[0].starts_on == dt.date(2027, first_month, 1)
    assert spans[-1].ends_on == ends
    assert all(b.starts_on - a.ends_on == dt.timedelta(days=1) for a, b in pairwise(spans))


@pytest.mark.parametrize(
    ("code", "starts", "ends", "said"),
    [
        ("x", f.TODAY, f.TODAY, "share days"),
        ("open", dt.date(2040, 1, 1), dt.date(2040, 1, 31), "already"),
        ("x", dt.date(2040, 2, 1), dt.date(2040, 1, 1), "ends on or after"),
        ("x\x00", dt.date(2040, 1, 1), dt.date(2040, 1, 31), "letters, digits"),
        ("x" * 100_000, dt.date(2040, 1, 1), dt.date(2040, 1, 31), "at most 20"),
        ("x", dt.date(1, 1, 1), dt.date(1, 1, 31), "between 2000 and 2100"),
        ("x", dt.date(2030, 1, 1), dt.date(2099, 12, 31), "ten years"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    books: Books, code: str, starts: dt.date, ends: dt.date, said: str
) -> None:  # fmt: skip
    with pytest.raises(Refused, match=said):
        actions.add_period(books.ledger, code, starts, ends, at=f.AT, by=books.checker)
    assert books.ledger.periods.count() == 1


def test_no_period_is_added_where_the_books_are_closed(books: Books, period: FiscalPeriod) -> None:
    close(period, books.checker)
    day = period.starts_on - dt.timedelta(days=9)
    with pytest.raises(Refused, match="closed through"):
        actions.add_period(books.ledger, "before", day, day, at=f.AT, by=books.checker)


@pytest.mark.parametrize(("code", "entity", "currency"), [("A B", "x", "EUR"), ("a", " ", "EUR"), ("a", "x", "euro")])
def test_books_that_make_no_sense_are_not_opened(books: Books, code: str, entity: str, currency: str) -> None:
    with pytest.raises(Refused):
        actions.open_ledger(code, entity, currency, at=f.AT, by=books.checker)


def test_a_reversal_lands_in_the_open_period(books: Books, period: FiscalPeriod) -> None:
    transfer = post(books)
    close(period, books.checker)
    day = period.ends_on + dt.timedelta(days=1)
    actions.add_period(books.ledger, "next", day, day, at=f.AT, by=books.checker)
    with pytest.raises(Refused, match="closed through"):
        _reversed(books, transfer, f.TODAY)
    assert _reversed(books, transfer, day).period.code == "next"


def test_a_reversal_that_is_sent_twice_is_one(books: Books) -> None:
    transfer, key = post(books), uuid.uuid4()
    assert _reversed(books, transfer, f.TODAY, key) == _reversed(books, transfer, f.TODAY, key)
    assert Event.objects.filter(kind="transfer reversed").count() == 1
    with pytest.raises(Refused, match="reversed already, by transfer 3"):
        _reversed(books, transfer, f.TODAY)


def _reversed(books: Books, transfer: Transfer, day: dt.date, key: uuid.UUID | None = None) -> Transfer:
    return actions.reverse_transfer(
        transfer, key=key or uuid.uuid4(), document="Mail of 3 March", memo="Wrong budget.", effective_date=day,
        by=books.checker, at=f.AT,
    )  # fmt: skip
