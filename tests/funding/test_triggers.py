"""Raw SQL against the money: for every trigger on it, those who try to get around it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, models, transaction

from funding import models as funding
from funding.models import Account, Actual, ExportBatch, FiscalPeriod, FundingRequest, Ledger, RequestLine, Transfer
from tests import factories as f
from tests.attempts import Attempt, run
from tests.funding.books import Books, open_books

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
Hack = Callable[[Books], object]


def moved(b: Books, leaves: Account, reaches: Account, kind: str, **fields: Any) -> Transfer:
    """A transfer past every action."""
    given = {"kind": kind, "credit_account": leaves, "debit_account": reaches, "amount": 100, **fields}
    made: Transfer = f.TransferFactory(book=b.ledger, **given)
    return made


def carried(b: Books, *, approved: bool = True, asks: dict[str, Any] | None = None, **fields: Any) -> Transfer:
    """The one line of a request to commit the first tranche, carried out by hand; `fields` is what is different."""
    request = asked(b, **(asks or {}))
    if approved:
        f.ApprovalFactory(request=request, approver=b.checker)
    line = request.lines.get()
    given = {
        "amount": line.amount, "line": line, "document": "", "reason_code": "plan", "cost_centre": line.cost_centre,
        "erp_account": line.erp_account, **fields,
    }  # fmt: skip
    return moved(b, given.pop("leaves", line.credit_account), line.debit_account, given.pop("kind", "commit"), **given)


def asked(b: Books, **fields: Any) -> FundingRequest:
    """A request with one line that no action looked at."""
    request: FundingRequest = f.FundingRequestFactory(
        ledger=b.ledger, bet=b.bet, domain=b.domain, proposer=b.lead, **fields
    )
    line(b, request)
    return request


def line(b: Books, request: FundingRequest, **fields: Any) -> RequestLine:
    given = {
        "credit_account": b.account("available"), "debit_account": b.account("committed", b.first), "amount": 50_000,
        "cost_centre": "4100", "erp_account": "660000", **fields,
    }  # fmt: skip
    made: RequestLine = f.RequestLineFactory(request=request, **given)
    return made


def approved(b: Books, **fields: Any) -> FundingRequest:
    request = asked(b, **fields)
    f.ApprovalFactory(request=request, approver=b.checker)
    return request


def rejected_as_well(b: Books) -> None:
    request = approved(b)
    f.ApprovalFactory(request=request, approver=b.other, says="reject", reason_code="other", comment="No.")
    post_line(b, request.lines.get())


def post_line(b: Books, one: RequestLine) -> Transfer:
    return moved(
        b, one.credit_account, one.debit_account, one.kind, amount=one.amount, line=one, document="",
        cost_centre=one.cost_centre, erp_account=one.erp_account,
    )  # fmt: skip


def half(b: Books) -> None:
    """One of two lines, and the request left waiting."""
    request = asked(b, amount=100_000)
    line(b, request, number=2, debit_account=b.account("committed", b.second))
    f.ApprovalFactory(request=request, approver=b.checker)
    post_line(b, request.lines.get(number=1))


def whole_but_left_waiting(b: Books) -> None:
    post_line(b, approved(b).lines.get())
    run("SET CONSTRAINTS ALL IMMEDIATE")


def half_left_waiting(b: Books) -> None:
    half(b)
    run("SET CONSTRAINTS ALL IMMEDIATE")


def close(request: FundingRequest, state: str = "posted") -> None:
    FundingRequest.objects.filter(pk=request.pk).update(state=state, closed_at=f.AT)


def posted_again(b: Books) -> None:
    """The transfer is there, so nothing is inserted, although the trigger that posts has run."""
    there = Transfer.objects.get()
    fields = [one.attname for one in Transfer._meta.concrete_fields if one.name != "id"]
    columns = ", ".join(fields)
    run(f"INSERT INTO funding_transfer ({columns}) SELECT {columns} FROM funding_transfer WHERE id = %s"
        " ON CONFLICT DO NOTHING", there.pk)  # fmt: skip
    run("SET CONSTRAINTS ALL IMMEDIATE")


def in_period(b: Books, day: dt.date, **fields: Any) -> Transfer:
    return moved(b, b.account("available"), b.account("spent"), "spend", effective_date=day, **fields)


def closed_through(b: Books) -> None:
    Ledger.objects.filter(pk=b.ledger.pk).update(closed_through=f.TODAY)
    in_period(b, f.TODAY)


def closed_period(b: Books) -> None:
    shut(b)
    in_period(b, f.TODAY)


def shut(b: Books, state: str = "closed", **fields: Any) -> None:
    ledger = Ledger.objects.get(pk=b.ledger.pk)
    given = {"closed_at": f.AT, "closed_by": b.checker, "seq": ledger.seq, "head": ledger.head, **fields}
    FiscalPeriod.objects.filter(ledger=ledger).update(state=state, **given)


def closed_account(b: Books) -> None:
    Account.objects.filter(pk=b.account("spent").pk).update(closed=True)
    in_period(b, f.TODAY)


def reversal_of_a_reversal(b: Books) -> None:
    there = Transfer.objects.get()
    mirror = moved(b, there.debit_account, there.credit_account, "open", amount=there.amount, reverses=there)
    moved(b, there.credit_account, there.debit_account, "open", amount=there.amount, reverses=mirror)


def reversal_as(b: Books, kind: str) -> None:
    there = Transfer.objects.get()
    moved(b, there.debit_account, there.credit_account, kind, amount=there.amount, reverses=there)


def other_budget(b: Books) -> None:
    spent = f.AccountFactory(ledger=b.ledger, kind="spent")
    moved(b, b.account("available"), spent, "spend")


def other_tranche(b: Books) -> None:
    b.given(b.first, "released")
    moved(b, b.account("released", b.first), b.account("spent", b.second), "spend")


def to_nobody(b: Books) -> None:
    moved(b, b.account("available"), b.account("spent"), "spend", debit_account=None, debit_account_id=2**40)


def second_budget(b: Books) -> None:
    b.account("committed", b.first)
    f.AccountFactory(ledger=b.ledger, tranche=b.first, kind="released")


def spoken_for(b: Books) -> None:
    """Who speaks for somebody else after a colleague spoke for them."""
    request, carl = asked(b, approvals_required=2), f.PersonFactory()
    f.ApprovalFactory(request=request, approver=b.checker, on_behalf_of=b.other)
    f.ApprovalFactory(request=request, approver=b.other, on_behalf_of=carl)


def spoke_already(b: Books) -> None:
    """Who had spoken for themselves before a colleague speaks for them."""
    request = asked(b, approvals_required=2)
    f.ApprovalFactory(request=request, approver=b.other)
    f.ApprovalFactory(request=request, approver=b.checker, on_behalf_of=b.other)


def too_late(b: Books) -> None:
    request = asked(b)
    close(request, "withdrawn")
    f.ApprovalFactory(request=request, approver=b.checker)


def other_bet(b: Books) -> None:
    other = f.TrancheFactory()
    request = f.FundingRequestFactory(ledger=b.ledger, bet=b.bet)
    line(b, request, debit_account=b.account("committed", other))


def placed(b: Books, **fields: Any) -> Actual:
    spent = moved(b, b.account("available"), b.account("spent"), "spend", amount=12_345)
    given = {"transfer": spent, "ledger": b.ledger, "placed_at": f.AT, "placed_by": b.checker, **fields}
    made: Actual = f.ActualFactory(**given)
    return made


def rows(model: type[models.Model]) -> Any:
    return model._default_manager.all()


def gone(model: type[models.Model]) -> None:
    """Deleted without Django's help, which would stop at a foreign key."""
    run(f"DELETE FROM {model._meta.db_table}")


def batch(b: Books, **fields: Any) -> ExportBatch:
    made: ExportBatch = f.ExportBatchFactory(transfer=Transfer.objects.get(), **fields)
    return made


NOT_APPROVED = "posting: the request is not approved"
NOT_THAT = "posting: not what was approved"
NOT_OPEN = "posting: not in an open period"
LEDGER = "funding_ledger_moved_by_posting"
ACCOUNT = "funding_account_moved_by_posting"
REQUEST = "funding_fundingrequest_frozen"
LINE = "funding_requestline_frozen"
APPROVAL = "funding_approval_append_only"
PERIOD = "funding_fiscalperiod_stays"
BATCH = "funding_exportbatch_without_gaps"
ACTUAL = "funding_actual_placed_once"
# What the refusal says, and how somebody tries to get around it.
HACKS: dict[str, tuple[str, Hack]] = {
    "nobody said yes": (NOT_APPROVED, lambda b: carried(b, approved=False)),
    "nobody had to say yes": (NOT_APPROVED, lambda b: carried(b, approved=False, asks={"approvals_required": 0})),
    "one of two said yes": (NOT_APPROVED, lambda b: carried(b, asks={"approvals_required": 2})),
    "not the one who must sign": (NOT_APPROVED, lambda b: carried(b, asks={"signoffs": ["executive"]})),
    "somebody said no as well": (NOT_APPROVED, rejected_as_well),
    "more than was approved": (NOT_THAT, lambda b: carried(b, amount=50_001)),
    "another kind": (NOT_THAT, lambda b: carried(b, kind="release")),
    "from another account": (NOT_THAT, lambda b: carried(b, leaves=f.AccountFactory(ledger=b.ledger))),
    "on another day": (NOT_THAT, lambda b: carried(b, effective_date=f.TODAY - DAY)),
    "as another expense": (NOT_THAT, lambda b: carried(b, treatment="capex")),
    "for another cost centre": (NOT_THAT, lambda b: carried(b, cost_centre="9")),
    "by the day the books are closed": (NOT_OPEN, closed_through),
    "into a closed period": (NOT_OPEN, closed_period),
    "beyond the period": (NOT_OPEN, lambda b: in_period(b, f.TODAY + 500 * DAY)),
    "into a period of another ledger": (NOT_OPEN, lambda b: in_period(b, f.TODAY, period=f.FiscalPeriodFactory())),
    "from another ledger": (
        "posting: an account of another ledger", lambda b: moved(b, f.AccountFactory(), b.account("spent"), "spend")
    ),
    "to an account that is not there": ("posting: an account of another ledger", to_nobody),
    "a reversal reversed": ("posting: no reversal of that", reversal_of_a_reversal),
    "a reversal of another kind": ("posting: no reversal of that", lambda b: reversal_as(b, "supplement")),
    "spent back into what is available": (
        "posting: no way from", lambda b: moved(b, b.account("spent"), b.account("available"), "spend")
    ),
    "money for another budget": ("posting: money of one budget stays in it", other_budget),
    "money for another tranche": ("posting: money of one tranche stays with it", other_tranche),
    "a closed account": ("posting: the account is closed", closed_account),
    "half of a request": ("funding_transfer_whole_request", half_left_waiting),
    "a request left waiting": ("funding_transfer_whole_request", whole_but_left_waiting),
    "posted without a row": ("funding_ledger_rests_on_transfers", posted_again),
    "the sequence by hand": (LEDGER, lambda b: rows(Ledger).update(seq=2)),
    "the head by hand": (LEDGER, lambda b: rows(Ledger).update(head="1" * 64)),
    "another currency": (LEDGER, lambda b: rows(Ledger).update(currency="USD")),
    "books without their beginning": (LEDGER, lambda b: f.LedgerFactory(seq=7)),
    "books thrown away": (LEDGER, lambda b: gone(Ledger)),
    "a balance by hand": (ACCOUNT, lambda b: rows(Account).update(balance=models.F("balance") + 1)),
    "an account with money in it": (ACCOUNT, lambda b: f.AccountFactory(ledger=b.ledger, balance=1)),
    "an account of another kind": (ACCOUNT, lambda b: rows(Account).filter(kind="available").update(kind="committed")),
    "an account of another budget": (
        ACCOUNT,
        lambda b: rows(Account).filter(kind="available").update(budget=f.BudgetFactory(ledger=b.ledger)),
    ),
    "a tranche of two budgets": ("funding_account_moved_by_posting: a tranche of another budget", second_budget),
    "an account thrown away": (ACCOUNT, lambda b: gone(Account)),
    "a request that is there as posted": (REQUEST, lambda b: f.FundingRequestFactory(state="posted", closed_at=f.AT)),
    "another amount, later": (REQUEST, lambda b: (asked(b), rows(FundingRequest).update(measured=60_000))),
    "other evidence, later": (REQUEST, lambda b: (asked(b), rows(FundingRequest).update(pack={"evidence": 9}))),
    "posted without a yes": (REQUEST, lambda b: close(asked(b))),
    "posted without its transfers": (REQUEST, lambda b: close(approved(b))),
    "posted with half of its transfers": (REQUEST, lambda b: (half(b), close(FundingRequest.objects.get()))),
    "back from the dead": (
        REQUEST,
        lambda b: (close(asked(b), "withdrawn"), rows(FundingRequest).update(state="submitted", closed_at=None)),
    ),
    "a request thrown away": (REQUEST, lambda b: (asked(b), gone(FundingRequest))),
    "a line after the yes": (LINE, lambda b: line(b, approved(b, amount=100_000), number=2)),
    "a line beyond the amount": (LINE, lambda b: line(b, asked(b), number=2, amount=1)),
    "a line of another kind": (LINE, lambda b: line(b, f.FundingRequestFactory(bet=b.bet), kind="release")),
    "a line of another bet": (LINE, other_bet),
    "a line of another ledger": (LINE, lambda b: line(b, f.FundingRequestFactory(bet=b.bet))),
    "another line, later": (LINE, lambda b: (asked(b), rows(RequestLine).update(amount=1))),
    "a line thrown away": (LINE, lambda b: (asked(b), gone(RequestLine))),
    "another yes, later": (APPROVAL, lambda b: (approved(b), rows(funding.Approval).update(comment="No."))),
    "a yes thrown away": (APPROVAL, lambda b: (approved(b), gone(funding.Approval))),
    "a yes too late": (APPROVAL, too_late),
    "a voice that was lent": (APPROVAL, spoken_for),
    "a voice that was used": (APPROVAL, spoke_already),
    "other days of a period": (PERIOD, lambda b: rows(FiscalPeriod).update(ends_on=f.TODAY + 500 * DAY)),
    "a locked period, opened": (PERIOD, lambda b: (shut(b), shut(b, "locked"), shut(b, "closed"))),
    "locked before it is closed": (PERIOD, lambda b: shut(b, "locked")),
    "closed at another head": (PERIOD, lambda b: shut(b, head="1" * 64)),
    "a period thrown away": (PERIOD, lambda b: gone(FiscalPeriod)),
    "a journal with a gap": (BATCH, lambda b: batch(b, first_seq=2, last_seq=2)),
    "a journal of what is not there": (BATCH, lambda b: batch(b, last_seq=2)),
    "another journal, later": (BATCH, lambda b: (batch(b), rows(ExportBatch).update(debits=1))),
    "a journal thrown away": (BATCH, lambda b: (batch(b), gone(ExportBatch))),
    "another document, later": (ACTUAL, lambda b: (f.ActualFactory(), rows(Actual).update(amount=1))),
    "placed elsewhere, later": (
        ACTUAL,
        lambda b: (placed(b), rows(Actual).update(transfer=None, placed_at=None, placed_by=None)),
    ),
    "counted as freed": (ACTUAL, lambda b: (f.ActualFactory(), rows(Actual).update(freed=1))),
    "placed, and thrown away": (ACTUAL, lambda b: (placed(b), gone(Actual))),
    "placed by a transfer of other money": ("funding_actual_placed_once: another", lambda b: placed(b, amount=12_346)),
    "placed by a transfer of other books": (
        "funding_actual_placed_once: another", lambda b: placed(b, ledger=f.LedgerFactory())
    ),
}  # fmt: skip
APPEND_ONLY: dict[str, tuple[Any, dict[str, Any]]] = {
    "transfer": (f.TransferFactory, {"amount": 1}),
    "requestnote": (f.RequestNoteFactory, {"text": "Never mind."}),
    "requestfile": (f.RequestFileFactory, {"name": "another.pdf"}),
    "reconciliation": (f.ReconciliationFactory, {"seq": 9}),
    "reconciliationline": (f.ReconciliationLineFactory, {"note": "Agreed."}),
    "valueagreement": (f.ValueAgreementFactory, {"comment": "Never mind."}),
}
ONLY_ENDED: dict[str, tuple[Any, dict[str, Any]]] = {
    "authoritylimit": (f.AuthorityLimitFactory, {"max_amount": 10**12}),
    "approvalrule": (f.ApprovalRuleFactory, {"from_amount": 10**12}),
    "signoffrule": (f.SignOffRuleFactory, {"role": "viewer"}),
    "delegation": (f.DelegationFactory, {"ends_on": f.TODAY + 900 * DAY}),
}
NEVER_EMPTIED = ("transfer", "approval", "exportbatch", "actual")
TRIGGERS = {
    "funding_transfer_posting",
    *(name.split(":")[0] for name, _ in HACKS.values() if name.startswith("funding_")),
    *(f"funding_{name}_append_only" for name in APPEND_ONLY),
    *(f"funding_{name}_only_ended" for name in ONLY_ENDED),
    *(f"funding_{name}_never_emptied" for name in NEVER_EMPTIED),
}


def refuses(name: str, attempt: Attempt) -> bool:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        attempt()
    return name in str(refused.value)


@pytest.mark.parametrize("case", sorted(HACKS))
def test_nobody_gets_around_a_trigger(case: str) -> None:
    name, hack = HACKS[case]
    books = open_books()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        hack(books)
    assert name in str(refused.value)


@pytest.mark.parametrize("name", sorted(APPEND_ONLY))
def test_what_was_written_stays(name: str) -> None:
    factory, change = APPEND_ONLY[name]
    model = type(factory())
    for attempt in (lambda: rows(model).update(**change), lambda: gone(model)):
        assert refuses(f"funding_{name}_append_only", attempt)


@pytest.mark.parametrize("name", sorted(ONLY_ENDED))
def test_a_rule_of_authority_is_ended_once_and_stays_what_it_was(name: str) -> None:
    factory, change = ONLY_ENDED[name]
    model, end = type(factory()), {"ended_at": f.AT, "ended_by": f.PersonFactory()}
    for attempt in (
        lambda: rows(model).update(**change),
        lambda: rows(model).update(**end, **change),
        lambda: gone(model),
    ):
        assert refuses(f"funding_{name}_only_ended", attempt)
    assert rows(model).update(**end) == 1
    for attempt in (lambda: rows(model).update(**change), lambda: rows(model).update(ended_at=None, ended_by=None)):
        assert refuses(f"funding_{name}_only_ended", attempt)


@pytest.mark.parametrize("name", NEVER_EMPTIED)
def test_what_was_posted_is_never_emptied(name: str) -> None:
    assert refuses(f"funding_{name}_never_emptied", lambda: run(f"TRUNCATE funding_{name} CASCADE"))


@pytest.mark.parametrize("table", ["ledger", "account", "fundingrequest", "requestline", "fiscalperiod"])
def test_what_transfers_rest_on_is_not_emptied_either(table: str) -> None:
    assert refuses("_never_emptied", lambda: run(f"TRUNCATE funding_{table} CASCADE"))


def test_what_a_ceased_bet_gives_back_needs_no_further_yes() -> None:
    books = open_books()
    books.given(books.first)
    cease = f.DecisionFactory(bet=books.bet, kind="cease", look_again_on=None)
    request = f.FundingRequestFactory(
        ledger=books.ledger, bet=books.bet, domain=books.domain, kind="return", decision=cease, decision_kind="cease",
        approvals_required=0,
    )  # fmt: skip
    sides = {"credit_account": books.account("committed", books.first), "debit_account": books.account("available")}
    post_line(books, line(books, request, kind="return", **sides))
    close(request)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert books.balance("available") == 90_050_000
