"""What a decision on a bet does to its money: a cease returns it, a pivot holds it, a reversal opens its accounts.

The order of locks is that of everywhere: the bet, its tranches, requests, ledgers, accounts. Balances are read once the
ledgers are locked, so that a release that comes at the same moment is either seen or refused.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from bets.models import Bet, Decision, Tranche
from funding.actions.approving import post_line
from funding.actions.books import account_of
from funding.actions.requesting import close
from funding.holdings import parts_of
from funding.models import Account, Budget, FiscalPeriod, FundingRequest, Ledger, RequestLine
from funding.rules_returning import Part, Split, finish_refusals, set_aside_of, split, wind_down_refusals
from lib.money import exact
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

Kind, State = Account.Kind, FundingRequest.State
CLOSES = (Kind.COMMITTED, Kind.RELEASED)
BECAUSE = {
    Decision.Kind.CEASE: "The bet has ceased.",
    Decision.Kind.PIVOT: "The bet was pivoted: nothing is given before its new hypothesis has been funded.",
}


@transaction.atomic
def follow_decision(
    decision: Decision, *, wind_down: int | None, by: Person, at: datetime, today: date
) -> list[FundingRequest]:
    """What a decision that was just recorded does to the money of its bet; the requests that it posted."""
    bet = Bet.objects.select_for_update(no_key=True).get(pk=decision.bet_id)
    if wind_down and decision.kind != Decision.Kind.CEASE:
        raise Refused("Money is set aside to wind a bet down only when it ceases.")
    if decision.kind == Decision.Kind.CEASE:
        return return_money(bet, decision, wind_down=wind_down, by=by, at=at, today=today)
    if decision.kind == Decision.Kind.PIVOT:
        void_waiting(bet, BECAUSE[Decision.Kind.PIVOT], by=by, at=at)
    if decision.reverses and decision.reverses.kind == Decision.Kind.CEASE:
        _of(bet).filter(kind__in=CLOSES, carried=False).update(closed=False)
    return []


@transaction.atomic
def return_money(
    bet: Bet, decision: Decision, *, wind_down: int | None, by: Person, at: datetime, today: date
) -> list[FundingRequest]:
    """Gives back what a ceased bet has not spent, but for what it costs to wind it down, and closes its accounts.

    `wind_down` in minor units of the bet's currency; None: what was planned for it, or what there is of that. Requests
    that wait are void. The decision to cease is what approves it: there is one request for each budget, posted at once.
    """
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    void_waiting(bet, BECAUSE[Decision.Kind.CEASE], by=by, at=at)
    accounts = _locked(bet)
    parts = parts_of(accounts.values())
    refuse_if(wind_down_refusals(parts, bet.currency, 0 if wind_down is None else wind_down))
    aside = set_aside_of(parts, bet.currency, bet.wind_down) if wind_down is None else wind_down
    plan = split(parts, bet.currency, aside)
    budgets = {account.budget_id: account.budget for account in accounts.values()}
    made = [
        _returned(bet, decision, budget, [one for one in plan if one.part.budget == pk], accounts, by, at, today)
        for pk, budget in sorted(budgets.items(), key=lambda pair: pair[0] or 0)
        if budget and any(one.part.budget == pk for one in plan)
    ]
    _of(bet).filter(kind__in=CLOSES).update(closed=True)
    return made


@transaction.atomic
def finish_wind_down(bet: Bet, *, by: Person, at: datetime, today: date) -> list[FundingRequest]:
    """Gives back what is left of the money that was set aside to wind a ceased bet down, and closes its accounts."""
    refuse_if(refusals(powers_of(by), "request_money", bet.domain_id))
    bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    decision = bet.decisions.filter(kind=Decision.Kind.CEASE).order_by("-number").first()
    accounts = {pk: one for pk, one in _locked(bet).items() if one.kind == Kind.WINDDOWN and not one.closed}
    refuse_if(finish_refusals(bet.state, is_set_aside=bool(accounts) and decision is not None))
    made = []
    for pk, budget in sorted({(one.budget_id or 0): one.budget for one in accounts.values()}.items()):
        left = [_part(one) for one in accounts.values() if one.budget_id == pk and one.balance]
        if budget and left and decision:
            lines = [Split(part, 0) for part in left]
            made.append(_returned(bet, decision, budget, lines, accounts, by, at, today))
    _of(bet).filter(kind=Kind.WINDDOWN).update(closed=True)
    record_event(bet, "winding down finished", "Winding down finished.", at=at, by=by)
    return made


def void_waiting(bet: Bet, because: str, *, by: Person | None, at: datetime) -> list[FundingRequest]:
    """Voids every request of a bet that still waits, in the caller's transaction, which holds the bet."""
    list(Tranche.objects.select_for_update(no_key=True).filter(bet=bet).order_by("pk"))
    lines = RequestLine.objects.filter(tranche__bet=bet).values("request")
    mine = FundingRequest.objects.filter(Q(bet=bet) | Q(pk__in=lines), state=State.SUBMITTED)
    waiting = list(mine.select_related("bet", "ledger").select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for request in waiting:
        close(request, State.VOIDED, because, at=at, by=by)
    return waiting


def _of(bet: Bet) -> "QuerySet[Account]":
    return Account.objects.filter(tranche__bet=bet)


def _locked(bet: Bet) -> dict[int, Account]:
    """Every account of a bet as it stands, its ledgers locked first."""
    ledgers = _of(bet).order_by().values("ledger")
    list(Ledger.objects.select_for_update(no_key=True).filter(pk__in=ledgers).order_by("pk"))
    found = _of(bet).select_related("budget__ledger", "budget__domain", "tranche__bet").order_by("pk")
    return {account.pk: account for account in found.select_for_update(no_key=True, of=("self",))}


def _part(account: Account) -> Part:
    currency = account.budget.ledger.currency if account.budget else ""
    return Part(account.pk, account.kind, account.budget_id or 0, account.tranche_id or 0, currency, account.balance)


def _returned(
    bet: Bet, decision: Decision, budget: Budget, plan: Sequence[Split], accounts: dict[int, Account], by: Person,
    at: datetime, today: date,
) -> FundingRequest:  # fmt: skip
    """The request that gives one budget its money back, and sets the rest aside, carried out."""
    day = posting_day(budget.ledger, today)
    request = FundingRequest.objects.create(
        key=_key(decision, budget, plan), ledger=budget.ledger, kind=FundingRequest.Kind.RETURN, domain=budget.domain,
        bet=bet, decision=decision, decision_kind=decision.kind, amount=sum(one.part.amount for one in plan),
        measured=sum(one.part.amount for one in plan), effective_date=day, reason_code="ceased",
        justification=decision.rationale[:2000], due_on=day, approvals_required=0, fingerprint="0" * 64, proposer=by,
        submitted_at=at,
    )  # fmt: skip
    for number, line in enumerate(_lines(plan, budget, accounts), start=1):
        line.request, line.number = request, number
        line.save(force_insert=True)
        post_line(request, line, by=by, at=at)
    close(request, State.POSTED, "", at=at, by=by)
    record_event(
        bet, "money returned", _said(budget, plan), at=at, by=by, request=request.pk,
        returned=sum(one.returns for one in plan), set_aside=sum(one.set_aside for one in plan),
    )  # fmt: skip
    return request


def _key(decision: Decision, budget: Budget, plan: Sequence[Split]) -> uuid.UUID:
    """The same decision returns the money of a budget once, and once more what is left of winding down."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"stakes decision {decision.pk} {budget.pk} {plan[0].part.kind}")


def _lines(plan: Sequence[Split], budget: Budget, accounts: dict[int, Account]) -> list[RequestLine]:
    available, found = account_of(budget, Kind.AVAILABLE), []
    for one in plan:
        source = accounts[one.part.account]
        common = {
            "credit_account": source, "tranche": source.tranche, "treatment": budget.treatment,
            "cost_centre": budget.cost_centre, "erp_account": budget.erp_account,
        }  # fmt: skip
        if one.returns:
            found.append(RequestLine(kind="return", debit_account=available, amount=one.returns, **common))
        if one.set_aside:
            aside = _opened(account_of(budget, Kind.WINDDOWN, source.tranche))
            found.append(RequestLine(kind="set_aside", debit_account=aside, amount=one.set_aside, **common))
    return found


def _opened(account: Account) -> Account:
    """An account that was closed when an earlier cease had been wound down is used again."""
    if account.closed:
        account.closed = False
        account.save(update_fields=["closed"])
    return account


def _said(budget: Budget, plan: Sequence[Split]) -> str:
    currency = budget.ledger.currency
    returns, aside = sum(one.returns for one in plan), sum(one.set_aside for one in plan)
    words = f"{exact(returns, currency)} returned to {budget}"
    return f"{words}; {exact(aside, currency)} set aside to wind the bet down." if aside else f"{words}."


def posting_day(ledger: Ledger, today: date) -> date:
    """The day on which something is posted that must not wait: today, or the next day that is open in the books."""
    first = today if ledger.closed_through is None else max(today, ledger.closed_through + timedelta(days=1))
    period = FiscalPeriod.objects.filter(ledger=ledger, state="open", ends_on__gte=first).order_by("starts_on").first()
    return max(first, period.starts_on) if period else first
