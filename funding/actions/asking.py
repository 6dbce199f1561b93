"""State changes that begin with a tranche or a budget: they write the lines of a request, and submit it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from bets.models import Bet, Decision, Tranche
from funding.actions.books import account_of, appropriation_of
from funding.actions.requesting import Ask, submit_request
from funding.books import stood_of
from funding.models import Account, Budget, FundingRequest
from funding.rules_asking import Purse, purse_refusals, tranche_refusals
from lib.refusals import Refused, refuse_if
from org.models import Domain, Person
from org.rules import refusals
from org.visibility import powers_of

WAYS = {"commit": ("available", "committed"), "release": ("committed", "released")}
BEGINS = ("appropriate", "supplement")  # lines that leave the appropriation


@dataclass(frozen=True)
class Why:
    """What is said with every request, however it begins; `risks` answers the questions of sign-off rules."""

    reason_code: str
    justification: str
    treatment: str = "opex"
    cost_centre: str = ""
    erp_account: str = ""
    due_on: date | None = None
    risks: Mapping[str, bool] = field(default_factory=dict)


@transaction.atomic
def ask_tranche(
    key: UUID, tranche: Tranche, kind: str, *, amount: int, why: Why, by: Person, at: datetime, today: date,
    budget: Budget | None = None, leaves: str = "released", decided: Decision | None = None,
) -> FundingRequest:  # fmt: skip
    """Asks to commit a tranche from a budget, to release what is committed, or to give back what is not spent:
    from `leaves`, committed or released. Only a commit names its budget; the money stays with it from then on.
    Whoever `decided` to fund the bet may ask for what follows from it, without the role that asks for money."""
    bet = Bet.objects.select_for_update(no_key=True).select_related("domain").get(pk=tranche.bet_id)
    if kind not in (*WAYS, "return"):
        raise Refused("A tranche is committed, released or given back.")
    if not FundingRequest.objects.filter(key=key).exists():  # what was asked already is answered by it
        if decided is None or decided.decided_by_id != by.pk or decided.bet_id != bet.pk:
            refuse_if(refusals(powers_of(by), "request_money", bet.domain_id))
        refuse_if(_tranche_refusals(bet, tranche, kind, budget, amount, today))
    start, end = WAYS.get(kind, (leaves, "available"))
    purse = budget if kind == "commit" and budget else paid_from(tranche, start)
    if purse is None:
        raise Refused(f"Nothing of {tranche} is committed yet.")
    ask = Ask(
        kind, _account(purse, start, tranche), _account(purse, end, tranche), amount, tranche=tranche,
        treatment=why.treatment, cost_centre=why.cost_centre, erp_account=why.erp_account,
    )  # fmt: skip
    carries_out = decided is not None
    return _submit(key, kind, ask, purse, bet.domain, why, bet=bet, by=by, at=at, today=today, carries_out=carries_out)


@transaction.atomic
def move_budget(
    key: UUID, budget: Budget, line: str, *, amount: int, why: Why, by: Person, at: datetime, today: date,
    other: Budget | None = None,
) -> FundingRequest:  # fmt: skip
    """Asks to give a budget money, to hand some back, or to move some of it to `other`. The domain that the money
    leaves decides, and for new money the one that it reaches; between two domains both have to agree."""
    if line not in (*BEGINS, "hand_back", "reallocate"):
        raise Refused("A budget is given money, hands some back, or gives some to another one.")
    if (line == "reallocate") != (other is not None):
        raise Refused("Say to which other budget the money goes.")
    own, whole = account_of(budget, Account.Kind.AVAILABLE), appropriation_of(budget.ledger)
    reached = account_of(other, Account.Kind.AVAILABLE) if other else whole
    leaves, reaches = (whole, own) if line in BEGINS else (own, reached)
    ask = Ask(
        line, leaves, reaches, amount, treatment=why.treatment, cost_centre=why.cost_centre, erp_account=why.erp_account
    )  # fmt: skip
    kind = "reallocate" if line == "reallocate" else "appropriate"
    return _submit(key, kind, ask, budget, budget.domain, why, bet=None, by=by, at=at, today=today)


def paid_from(tranche: Tranche, leaves: str = Account.Kind.COMMITTED) -> Budget | None:
    """The budget whose money a tranche has, once something of it was committed. After the end of a year that can be
    another one than the one that most of what is released, `leaves`, came from."""
    found = Account.objects.filter(tranche=tranche, carried=False).select_related("budget__ledger")
    account = None
    if leaves != Account.Kind.COMMITTED:
        account = found.filter(kind=leaves, balance__gt=0).order_by("-balance", "-pk").first()
    account = account or found.filter(kind=Account.Kind.COMMITTED).first()
    return account.budget if account else None


def purse_of(budget: Budget, domain: Domain) -> Purse:
    """A budget as a rule sees it, for a bet of that domain."""
    return Purse(
        str(budget), budget.ledger.currency, budget.funding_class, budget.domain_id == domain.pk, budget.starts_on,
        budget.ends_on, budget.withdrawn_at is not None,
    )  # fmt: skip


def _tranche_refusals(
    bet: Bet, tranche: Tranche, kind: str, budget: Budget | None, amount: object, today: date
) -> Iterator[str]:
    if kind == "commit" and budget is None:
        yield "Say from which budget it is paid."
    elif kind == "commit" and budget is not None:
        yield from purse_refusals(purse_of(budget, bet.domain), bet.currency, today)
    yield from tranche_refusals(kind, stood_of(tranche), amount, bet.currency)


def _account(budget: Budget, kind: str, tranche: Tranche) -> Account:
    return account_of(budget, kind, None if kind == Account.Kind.AVAILABLE else tranche)


def _submit(
    key: UUID, kind: str, ask: Ask, budget: Budget, domain: Domain, why: Why, *, bet: Bet | None, by: Person,
    at: datetime, today: date, carries_out: bool = False,
) -> FundingRequest:  # fmt: skip
    return submit_request(
        key, kind, [ask], ledger=budget.ledger, domain=domain, bet=bet, decision=_decision(bet, kind),
        reason_code=why.reason_code, justification=why.justification, effective_date=today, due_on=why.due_on,
        risks=why.risks, by=by, at=at, today=today, carries_out=carries_out,
    )  # fmt: skip


def _decision(bet: Bet | None, kind: str) -> Decision | None:
    """The decision that a release carries out: the latest one, whatever it says; the rules judge it."""
    return bet.decisions.order_by("-number").first() if bet and kind in ("commit", "release") else None
