"""Books to test with: a ledger with an open period, a budget with money in it, a bet with a tranche, and people."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from bets.models import Bet, Tranche
from funding import actions
from funding.models import Account, Budget, FiscalPeriod, FundingRequest, Ledger
from lib import clock
from org.models import Domain, Person
from tests import factories as f
from tests.rows import kept

LONG_AGO = f.TODAY - dt.timedelta(days=1_000)


@dataclass
class Books:
    """1,000,000.00 available in `budget`, and a bet of its domain with two tranches of 100,000.00."""

    ledger: Ledger
    domain: Domain
    budget: Budget
    bet: Bet
    first: Tranche
    second: Tranche
    lead: Person
    checker: Person
    other: Person

    def account(self, kind: str, tranche: Tranche | None = None) -> Account:
        return actions.account_of(self.budget, kind, tranche)

    def balance(self, kind: str, tranche: Tranche | None = None) -> int:
        return Account.objects.get(budget=self.budget, tranche=tranche, kind=kind).balance

    def commit(self, tranche: Tranche, amount: int = 10_000_000, **fields: Any) -> FundingRequest:
        """Submits a request to commit a tranche."""
        ask = actions.Ask(
            "commit", self.account("available"), self.account("committed", tranche), amount, tranche=tranche
        )
        return self.submit("commit", [ask], **fields)

    def release(self, tranche: Tranche, amount: int = 10_000_000, **fields: Any) -> FundingRequest:
        """Submits a request to release a tranche, on a decision to fund that is made here when none is given."""
        decision = (
            fields.pop("decision", None)
            or self.bet.decisions.first()
            or f.DecisionFactory(bet=self.bet, kind="fund", look_again_on=f.TODAY)
        )
        ask = actions.Ask(
            "release", self.account("committed", tranche), self.account("released", tranche), amount, tranche=tranche
        )
        return self.submit("release", [ask], decision=decision, **fields)

    def submit(self, kind: str, lines: list[actions.Ask], **fields: Any) -> FundingRequest:
        given = {
            "ledger": self.ledger, "domain": self.domain, "bet": self.bet, "reason_code": "plan",
            "justification": "It pays for twenty talks.", "effective_date": f.TODAY, "by": self.lead, "at": f.AT,
            "today": f.TODAY, **fields,
        }  # fmt: skip
        return actions.submit_request(given.pop("key", None) or uuid.uuid4(), kind, lines, **given)

    def approve(self, request: FundingRequest, by: Person | None = None, **fields: Any) -> FundingRequest:
        return actions.approve_request(request, by=by or self.checker, at=f.AT, today=f.TODAY, **fields)

    def given(self, tranche: Tranche, kind: str = "committed") -> None:
        """Commits, and releases, a tranche with all that it takes."""
        self.approve(self.commit(tranche))
        if kind == "released":
            self.approve(self.release(tranche))


@kept
def open_books(period: str = "open", *, shadow: bool = False) -> Books:
    """Everybody may do what they need: the lead asks, `checker` and `other` approve up to 10,000,000.00. `shadow`:
    gates and guardrails do not bind yet."""
    domain = f.DomainFactory()
    ledger = actions.open_ledger(f"{uuid.uuid4().int % 10**12}", f"Northwind {uuid.uuid4().hex[:8]}", "EUR", at=f.AT)
    f.FiscalPeriodFactory(ledger=ledger, code=period)
    budget = actions.open_budget(
        ledger, "DS-2026", "Bets of direct sales", domain, "bet", f.TODAY.replace(month=1, day=1),
        f.TODAY.replace(month=12, day=31), at=f.AT, cost_centre="4100", erp_account="660000",
    )  # fmt: skip
    actions.post(
        actions.Move(
            uuid.uuid4(), "open", actions.appropriation_of(ledger), actions.account_of(budget, "available"),
            100_000_000, f.TODAY, "opening", document="Opening balance",
        ), at=f.AT, by=None,
    )  # fmt: skip
    bet = f.BetFactory(domain=domain, state="live")
    people = [f.PersonFactory() for _ in range(3)]
    for person, role in zip(people, ("product_lead", "finance", "finance"), strict=True):
        f.RoleGrantFactory(person=person, role=role)
    for kind in FundingRequest.Kind.values:
        f.AuthorityLimitFactory(kind=kind, max_amount=1_000_000_000)
    if not shadow:
        f.EnforcementFactory(from_on=LONG_AGO, decided_by=people[1])
    tranches = [f.TrancheFactory(bet=bet, sequence=number, amount=10_000_000) for number in (1, 2)]
    return Books(ledger, domain, budget, bet, *tranches, *people)


@kept
def committed_books() -> Books:
    """With one tranche committed: two transfers."""
    books = open_books()
    books.given(books.first)
    return books


@kept
def half_way() -> Books:
    """The first tranche is released and 30,000.00 of its 100,000.00 spent; the second is committed."""
    books = open_books()
    books.given(books.first, "released")
    books.given(books.second)
    source, spent = books.account("released", books.first), books.account("spent", books.first)
    move = actions.Move(uuid.uuid4(), "spend", source, spent, 3_000_000, f.TODAY, "actual", document="SAP 4711")
    actions.post(move, at=f.AT, by=None)
    return books


@kept
def books_of_today(period: str = "open", *, shadow: bool = False) -> Books:
    """The same, with a budget and a period that hold the real today, on which pages look."""
    books = open_books(period, shadow=shadow)
    later = max(clock.today(), f.TODAY) + dt.timedelta(days=90)
    end = FiscalPeriod.objects.get(ledger=books.ledger).ends_on
    if later > end:
        f.FiscalPeriodFactory(ledger=books.ledger, code="later", starts_on=end + dt.timedelta(days=1), ends_on=later)
    Budget.objects.filter(pk=books.budget.pk).update(ends_on=later)
    books.budget.refresh_from_db()
    return books
