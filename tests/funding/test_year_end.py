"""The end of a year: what is committed and not released lapses or rolls forward, as the budget says; once."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from funding import actions
from funding.actions.asking import paid_from
from funding.books import stood_of
from funding.budgets import figures_of
from funding.models import Account, Budget, FundingRequest, Transfer
from funding.periods import closing_of
from funding.rules_periods import close_warnings
from lib.refusals import Refused
from tests import factories as f
from tests.funding.books import Books, committed_books
from tests.rows import kept

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
KEY = uuid.uuid4()


@pytest.fixture
def books() -> Books:
    return _at_the_end()


@kept
def _at_the_end() -> Books:
    """Its first tranche is committed, and half of it released; the year of its budget ends today."""
    books = committed_books()
    books.approve(books.release(books.first, 4_000_000))
    Budget.objects.filter(pk=books.budget.pk).update(ends_on=f.TODAY)
    books.budget.refresh_from_db()
    return books


@pytest.fixture
def later(books: Books) -> Budget:
    """The budget of the same domain and class that begins tomorrow."""
    return actions.open_budget(
        books.ledger, "DS-2027", "Bets of next year", books.domain, "bet", f.TODAY + DAY, f.TODAY + 365 * DAY, at=f.AT
    )


def ended(books: Books, **fields: Any) -> list[FundingRequest]:
    given = {"key": KEY, "because": "As the budget says.", "by": books.checker, "at": f.AT, "today": f.TODAY, **fields}
    return actions.end_year(books.budget, given.pop("key"), **given)


def lapses(books: Books) -> None:
    actions.change_budget(books.budget, year_end="lapse", by=books.checker, at=f.AT)


def held(budget: Budget) -> dict[str, int]:
    rows = Account.objects.filter(budget=budget).exclude(balance=0)
    return {f"{one.kind} {one.tranche_id or ''}".strip(): one.balance for one in rows}


def test_what_lapses_returns_to_what_is_available(books: Books) -> None:
    lapses(books)
    (made,) = ended(books)
    first = books.first.pk
    assert held(books.budget) == {"available": 96_000_000, f"released {first}": 4_000_000}
    assert (made.kind, made.state, made.bet, made.reason_code, made.justification) == (
        "return", "posted", books.bet, "year_end", "As the budget says.",
    )  # fmt: skip
    assert paid_from(books.first) is None, "the tranche can be committed from the budget of the next year"


def test_what_rolls_forward_is_committed_in_the_next_budget_for_the_same_tranche(books: Books, later: Budget) -> None:
    made = ended(books, successor=later)
    first = books.first.pk
    assert held(books.budget) == {"available": 90_000_000, f"released {first}": 4_000_000}
    assert held(later) == {f"committed {first}": 6_000_000}
    assert [one.kind for one in made] == ["return", "reallocate", "commit"]
    assert (figures_of([later])[later.pk].moved_in, figures_of([books.budget])[books.budget.pk].moved_out) == (
        6_000_000, 6_000_000,
    )  # fmt: skip
    assert (stood_of(books.first).committed, stood_of(books.first).released) == (6_000_000, 4_000_000)


def test_what_rolled_forward_is_released_spent_and_returned_where_it_belongs(books: Books, later: Budget) -> None:
    ended(books, successor=later)
    decision = books.bet.decisions.get()
    why = actions.Why("plan", "As planned.")
    request = actions.ask_tranche(
        uuid.uuid4(), books.first, "release", amount=6_000_000, why=why, by=books.lead, at=f.AT, today=f.TODAY
    )
    assert request.decision == decision
    books.approve(request)
    assert held(later) == {f"released {books.first.pk}": 6_000_000}
    back = actions.ask_tranche(
        uuid.uuid4(), books.first, "return", amount=6_000_000, why=actions.Why("unspent", "Not needed."),
        by=books.lead, at=f.AT, today=f.TODAY,
    )  # fmt: skip
    books.approve(back)
    assert held(later) == {"available": 6_000_000}


def test_a_cease_returns_what_stands_in_both_years_and_its_reversal_opens_what_was_not_carried_over(
    books: Books, later: Budget
) -> None:
    ended(books, successor=later)
    cease = f.DecisionFactory(bet=books.bet, kind="cease", look_again_on=None)
    actions.follow_decision(cease, wind_down=1_000_000, by=books.lead, at=f.AT, today=f.TODAY)
    assert sum(held(one).get("available", 0) for one in (books.budget, later)) == 99_000_000
    reversal = f.DecisionFactory(bet=books.bet, kind="persist", reverses=cease)
    actions.follow_decision(reversal, wind_down=None, by=books.lead, at=f.AT, today=f.TODAY)
    closed = Account.objects.filter(tranche=books.first, kind__in=("committed", "released"), closed=True)
    assert list(closed.values_list("budget", "carried")) == [(books.budget.pk, True)]


def test_a_second_click_does_nothing_more(books: Books, later: Budget) -> None:
    first = ended(books, successor=later)
    rows = Transfer.objects.count()
    assert [one.pk for one in ended(books, successor=later)] == [one.pk for one in first]
    assert Transfer.objects.count() == rows
    with pytest.raises(Refused, match="Nothing in Bets of direct sales is committed"):
        ended(books, successor=later, key=uuid.uuid4())


def test_requests_that_wait_for_that_money_are_void(books: Books, later: Budget) -> None:
    waiting = books.release(books.first, 6_000_000)
    ended(books, successor=later)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.closed_because) == ("voided", "The year of Bets of direct sales has ended.")


@pytest.mark.parametrize(
    ("change", "fields", "said"),
    [
        ({}, {"successor": None}, "Say into which budget"),
        ({}, {"because": " "}, "Say why"),
        ({}, {"because": "x" * 501}, "too long"),
        ({}, {"because": "a\x00b"}, "cannot be stored"),
        ({}, {"seen": "other"}, "Somebody changed this meanwhile"),
        ({"ends_on": f.TODAY + DAY}, {}, "runs until"),
        ({"year_end": "lapse"}, {}, "no other budget takes it over"),
        ({"withdrawn_at": f.AT}, {}, "was withdrawn"),
    ],
    ids=str,
)
def test_it_is_refused_in_words(
    books: Books, later: Budget, change: dict[str, Any], fields: dict[str, Any], said: str
) -> None:
    Budget.objects.filter(pk=books.budget.pk).update(**change)
    with pytest.raises(Refused, match=said):
        ended(books, **{"successor": later, **fields})
    assert not FundingRequest.objects.filter(reason_code="year_end").exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (lambda b: {"ledger": f.LedgerFactory()}, "another ledger"),
        (lambda b: {"domain": f.DomainFactory()}, "another domain"),
        (lambda b: {"funding_class": "run"}, "another funding class"),
        (lambda b: {"starts_on": f.TODAY}, "has ended"),
        (lambda b: {"withdrawn_at": f.AT}, "taken back"),
    ],
)
def test_only_the_next_budget_of_the_same_kind_takes_it_over(books: Books, other: Any, said: str) -> None:
    given = {"ledger": books.ledger, "domain": books.domain, "starts_on": f.TODAY + DAY, "ends_on": f.TODAY + 9 * DAY}
    with pytest.raises(Refused, match=said):
        ended(books, successor=f.BudgetFactory(**given | other(books)))


def test_only_finance_carries_it_out(books: Books, later: Budget) -> None:
    with pytest.raises(Refused, match="takes the role finance"):
        ended(books, successor=later, by=books.lead)


def test_the_checklist_of_the_period_says_what_is_open_and_what_becomes_of_it(books: Books) -> None:
    period = books.ledger.periods.get()
    said = [one for one in close_warnings(closing_of(period, today=f.TODAY)) if "committed" in one]
    assert said == [
        "€60,000.00 of Bets of direct sales is committed and not released: by its policy it rolls forward, once"
        " somebody carries it out."
    ]


def unapproved(books: Books, kind: str, leaves: Account, reaches: Account, **fields: Any) -> None:
    """A request that calls itself the end of a year, posted past every action."""
    tranche = books.first if kind != "reallocate" else None
    request = f.FundingRequestFactory(
        ledger=books.ledger, kind=kind, bet=books.bet, domain=books.domain, reason_code="year_end", amount=100,
        approvals_required=0, **fields,
    )  # fmt: skip
    line = f.RequestLineFactory(
        request=request, kind=kind, credit_account=leaves, debit_account=reaches, tranche=tranche, amount=100
    )
    actions.approving.post_line(request, line, by=None, at=f.AT)


@pytest.mark.parametrize("case", ["moved on", "committed anew", "released", "before its end"])
def test_the_database_lets_nothing_pass_as_the_end_of_a_year_that_is_none(
    books: Books, later: Budget, case: str
) -> None:
    own, committed = books.account("available"), books.account("committed", books.first)
    if case == "before its end":
        Budget.objects.filter(pk=books.budget.pk).update(ends_on=f.TODAY + DAY)
    attempts = {
        "moved on": ("reallocate", own, actions.account_of(later, "available")),
        "committed anew": ("commit", own, committed),
        "released": ("return", books.account("released", books.first), own),
        "before its end": ("return", committed, own),
    }
    with pytest.raises(DatabaseError, match="the request is not approved"), transaction.atomic():
        unapproved(books, *attempts[case])


def test_the_database_takes_no_carrying_over_back(books: Books, later: Budget) -> None:
    ended(books, successor=later)
    carried = Account.objects.filter(carried=True)
    with pytest.raises(DatabaseError, match="funding_account_moved_by_posting"), transaction.atomic():
        carried.update(carried=False)
    with pytest.raises(DatabaseError, match="funding_account_moved_by_posting"), transaction.atomic():
        f.AccountFactory(ledger=books.ledger, tranche=books.second, kind="committed", closed=True, carried=True)
    assert carried.count() == 1
