"""State changes of the books: ledgers, accounts, and the one way in which a transfer is posted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from bets.models import Tranche
from funding.books import period_of, side
from funding.models import Account, Actual, Budget, Ledger, RequestLine, Transfer
from funding.rules import Posting, amount_refusals, posting_refusals
from funding.rules_periods import books_refusals, ledger_refusals, reversal_refusals
from lib.refusals import Refused, refuse_if
from lib.taken import refused_when_taken
from org.actions import record_event
from org.models import Person
from org.visibility import powers_of

# Of an account, its budget and its tranche, all that books.side asks for: a posting reads no more.
AS_RULES_SEE_IT = ("ledger", "kind", "balance", "closed", "budget__name", "budget__funding_class", "tranche__sequence",
                   "tranche__bet__key", "tranche__bet__name")  # fmt: skip
SAME = ("ledger_id", "kind", "debit_account_id", "credit_account_id", "amount", "effective_date", "line_id",
        "reverses_id", "document")  # fmt: skip


@dataclass(frozen=True)
class Move:
    """A transfer as somebody wants it: `amount` minor units from `leaves` to `reaches`. The key is posted once."""

    key: UUID
    kind: str
    leaves: Account
    reaches: Account
    amount: int
    effective_date: date
    reason_code: str
    document: str = ""
    memo: str = ""
    line: RequestLine | None = None
    reverses: Transfer | None = None
    treatment: str = "opex"
    cost_centre: str = ""
    erp_account: str = ""


@transaction.atomic
def open_ledger(
    code: str, legal_entity: str, currency: str, *, at: datetime, by: Person | None = None
) -> Ledger:  # fmt: skip
    """Opens the books of one entity in one currency, with the account that all its money comes from."""
    if by is not None:
        refuse_if(books_refusals(powers_of(by), "keep_budgets"))
    refuse_if(ledger_refusals(code, legal_entity, currency))
    with refused_when_taken(f"There is a ledger {code}, or one of {legal_entity} in {currency}, already."):
        ledger = Ledger.objects.create(code=code, legal_entity=legal_entity.strip(), currency=currency)
    Account.objects.create(ledger=ledger, code="appropriation", kind=Account.Kind.APPROPRIATION)
    record_event(ledger, "ledger opened", f"Ledger {ledger} opened.", at=at, by=by)
    return ledger


def appropriation_of(ledger: Ledger) -> Account:
    return ledger.accounts.get(kind=Account.Kind.APPROPRIATION)


def account_of(budget: Budget, kind: str, tranche: Tranche | None = None) -> Account:
    """The account of that kind of a budget or of a tranche's money from it, made when it is not there yet."""
    try:
        with refused_when_taken("taken"):
            account, _ = Account.objects.get_or_create(
                ledger_id=budget.ledger_id, budget=budget, tranche=tranche, kind=kind,
                defaults={"code": account_code(budget, kind, tranche)},
            )  # fmt: skip
    except Refused as error:
        raise Refused(f"{tranche} is paid from another budget already.") from error
    return account


def account_code(budget: Budget, kind: str, tranche: Tranche | None = None) -> str:
    owner = f"{tranche.bet.key}-{tranche.sequence}" if tranche else "own"
    return f"{budget.code}/{owner}/{kind}"


def lock_ledger(ledger_id: int) -> Ledger:
    """The lock under which the books of a ledger are read and written: after requests, before accounts."""
    return Ledger.objects.select_for_update(no_key=True).get(pk=ledger_id)


def lock_accounts(accounts: Iterable[Account]) -> dict[int, Account]:
    """Accounts as they stand now, locked in the order of their keys; after the ledger."""
    keys = sorted({account.pk for account in accounts})
    found = Account.objects.select_related("budget", "tranche__bet").select_for_update(no_key=True, of=("self",))
    return {account.pk: account for account in found.filter(pk__in=keys).only(*AS_RULES_SEE_IT).order_by("pk")}


def post(move: Move, *, at: datetime, by: Person | None) -> Transfer:
    """Posts one transfer. The same key with the same content is answered with the transfer that is there; with another
    content it is refused.

    The trigger that posts it locks the ledger and asks everything; only when it refuses is it asked again here, under
    the same lock, what the reason is in words. That saves four of five statements of each posting that goes well.
    """
    refuse_if(amount_refusals(move.amount))
    wanted = written_as(move, at, by)
    try:
        with transaction.atomic():
            wanted.save(force_insert=True)
    except IntegrityError:
        return _posted_or_refused(move, at=at, by=by)
    return wanted


@transaction.atomic
def _posted_or_refused(move: Move, *, at: datetime, by: Person | None) -> Transfer:
    """The transfer that was posted under this key before, or the reason why there is none; posted after all when that
    reason has gone meanwhile."""
    ledger = lock_ledger(move.leaves.ledger_id)
    posted = Transfer.objects.filter(key=move.key).first()
    wanted = written_as(move, at, by)
    if posted is not None:
        if any(getattr(posted, name) != getattr(wanted, name) for name in SAME):
            raise Refused("Another transfer was posted under this key: every transfer has a key of its own.")
        return posted
    accounts = lock_accounts((move.leaves, move.reaches))
    period = period_of(ledger, move.effective_date)
    refuse_if(posting_refusals(Posting(
        ledger.pk, move.amount, side(accounts[move.leaves.pk]), side(accounts[move.reaches.pk]), move.effective_date,
        ledger.closed_through, period.state if period else "", ledger.currency,
    )))  # fmt: skip
    wanted.save(force_insert=True)
    return wanted


def written_as(move: Move, at: datetime, by: Person | None) -> Transfer:
    """The row of a transfer; the trigger gives it its period, its number and its hash."""
    return Transfer(
        key=move.key, ledger_id=move.leaves.ledger_id, kind=move.kind, credit_account=move.leaves,
        debit_account=move.reaches, amount=move.amount, effective_date=move.effective_date, line=move.line,
        reverses=move.reverses, document=move.document, reason_code=move.reason_code, memo=move.memo,
        treatment=move.treatment, cost_centre=move.cost_centre, erp_account=move.erp_account, posted_at=at,
        posted_by=by,
    )  # fmt: skip


@transaction.atomic
def post_all(ledger: Ledger, moves: Sequence[Move], *, at: datetime, by: Person | None) -> list[Transfer]:
    """Posts many transfers of one ledger, all or none, under keys that nobody else makes. The same rules as of one are
    asked of each, in order. Four queries, and one for each 500."""
    ledger = lock_ledger(ledger.pk)
    accounts = lock_accounts(account for move in moves for account in (move.leaves, move.reaches))
    periods = list(ledger.periods.all())
    made = []
    for move in moves:
        leaves, reaches = accounts[move.leaves.pk], accounts[move.reaches.pk]
        period = next((one for one in periods if one.starts_on <= move.effective_date <= one.ends_on), None)
        refuse_if(posting_refusals(Posting(
            ledger.pk, move.amount, side(leaves), side(reaches), move.effective_date, ledger.closed_through,
            period.state if period else "", ledger.currency,
        )))  # fmt: skip
        leaves.balance, reaches.balance = leaves.balance - move.amount, reaches.balance + move.amount
        made.append(written_as(move, at, by))
    return Transfer.objects.bulk_create(made, batch_size=500)


@transaction.atomic
def reverse_transfer(
    transfer: Transfer, *, key: UUID, document: str, memo: str, effective_date: date, by: Person, at: datetime
) -> Transfer:
    """Takes a transfer back by its mirror image in an open period; the transfer itself stays."""
    refuse_if(books_refusals(powers_of(by), "correct_ledger"))
    ledger = lock_ledger(transfer.ledger_id)
    taken = Transfer.objects.filter(reverses=transfer).exclude(key=key).values_list("seq", flat=True).first()
    refuse_if(reversal_refusals(transfer.reverses_id, taken, transfer.seq, document, memo))
    move = Move(
        key, transfer.kind, transfer.debit_account, transfer.credit_account, transfer.amount, effective_date,
        "correction", document.strip(), memo.strip(), reverses=transfer, treatment=transfer.treatment,
        cost_centre=transfer.cost_centre, erp_account=transfer.erp_account,
    )  # fmt: skip
    is_again = Transfer.objects.filter(key=key).exists()
    reversal = post(move, at=at, by=by)
    if is_again:
        return reversal
    said = f"Transfer {transfer.seq} of {ledger.code} reversed by {reversal.seq}: {memo.strip()}"
    record_event(ledger, "transfer reversed", said, at=at, by=by, transfer=transfer.pk, reversal=reversal.pk)
    _free(transfer, memo.strip(), by=by, at=at)
    return reversal


def _free(transfer: Transfer, memo: str, *, by: Person, at: datetime) -> None:
    """The document that a reversed transfer had placed waits again, until somebody says whose money it was."""
    actual = Actual.objects.select_for_update(no_key=True).filter(transfer=transfer).first()
    if actual is None:
        return
    because = f"Transfer {transfer.seq}, which had placed it, was reversed: {memo}"
    actual.transfer, actual.placed_at, actual.placed_by, actual.freed = None, None, None, actual.freed + 1
    actual.waits_because = because[:300]
    actual.save(update_fields=["transfer", "placed_at", "placed_by", "freed", "waits_because"])
    record_event(actual, "actual freed", f"{actual} waits again. {because}", at=at, by=by, transfer=transfer.pk)
