"""Lines of a request as programs write them: by budget and tranche, not by account."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from bets.models import Tranche
from funding.actions.asking import paid_from
from funding.actions.books import account_of, appropriation_of
from funding.actions.requesting import Ask, submit_request
from funding.models import Account, Budget, FundingRequest, Ledger
from lib.refusals import Refused

FROM_APPROPRIATION = ("appropriate", "supplement")
OF_A_TRANCHE = ("commit", "release", "return", "set_aside")


@dataclass(frozen=True)
class Wish:
    """One line: `budget` is the one whose money it is, `other` the one that a reallocation reaches; `leaves` is the
    account of the tranche that a return or what is set aside comes from."""

    kind: str
    amount: int
    budget: Budget | None = None
    other: Budget | None = None
    tranche: Tranche | None = None
    leaves: str = "committed"
    treatment: str = "opex"
    cost_centre: str = ""
    erp_account: str = ""
    memo: str = ""


@transaction.atomic
def submit_lines(key: UUID, kind: str, lines: Sequence[Wish], *, ledger: Ledger, **fields: Any) -> FundingRequest:
    """Submits a request whose lines name budgets and tranches; the rest as in submit_request."""
    asks = [_ask(number, line, ledger) for number, line in enumerate(lines, start=1)]
    return submit_request(key, kind, asks, ledger=ledger, **fields)


def _ask(number: int, line: Wish, ledger: Ledger) -> Ask:
    leaves, reaches = _accounts(number, line, ledger)
    tranche = line.tranche if line.kind in OF_A_TRANCHE else None
    return Ask(line.kind, leaves, reaches, line.amount, tranche, line.treatment, line.cost_centre, line.erp_account,
               line.memo)  # fmt: skip


def _accounts(number: int, line: Wish, ledger: Ledger) -> tuple[Account, Account]:
    """The account that a line leaves, and the one that it reaches."""
    if line.kind in OF_A_TRANCHE:
        return _of_tranche(number, line)
    if line.budget is None:
        raise Refused(f"Line {number}: say whose budget it is.")
    own = account_of(line.budget, Account.Kind.AVAILABLE)
    if line.kind in FROM_APPROPRIATION:
        return appropriation_of(ledger), own
    if line.kind == "hand_back":
        return own, appropriation_of(ledger)
    if line.kind == "reallocate" and line.other is not None:
        return own, account_of(line.other, Account.Kind.AVAILABLE)
    raise Refused(f"Line {number}: say to which other budget the money goes.")


def _of_tranche(number: int, line: Wish) -> tuple[Account, Account]:
    if line.tranche is None:
        raise Refused(f"Line {number}: say which tranche it is about.")
    paid = paid_from(line.tranche, line.leaves if line.kind in ("return", "set_aside") else "committed")
    budget = line.budget if line.kind == "commit" else paid
    if budget is None:
        missing = f"nothing of {line.tranche} is committed"
        raise Refused(f"Line {number}: {'say from which budget it is paid' if line.kind == 'commit' else missing}.")
    if line.budget is not None and line.budget != budget:
        raise Refused(f"Line {number}: {line.tranche} is paid from {budget}.")
    leaves, reaches = {
        "commit": ("available", "committed"), "release": ("committed", "released"),
        "return": (line.leaves, "available"), "set_aside": (line.leaves, "winddown"),
    }[line.kind]  # fmt: skip
    return _account(budget, leaves, line.tranche), _account(budget, reaches, line.tranche)


def _account(budget: Budget, kind: str, tranche: Tranche) -> Account:
    return account_of(budget, kind, None if kind == "available" else tranche)
