"""What becomes of money that is committed and not released when the year of its budget ends: finance carries out the
policy of the budget, in one transaction. Nothing moves by itself.

It lapses: it returns to what is available in the budget that ended. It rolls forward: it returns, moves on to the
budget that takes over, and is committed there for the same tranche. Nobody has to say yes once more: the commitment
was approved, and the database lets no more move on like this than has returned. The order of locks is that of
everywhere: bets, tranches, requests, ledger, accounts.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from bets.models import Bet, Tranche
from funding.actions.approving import post_line
from funding.actions.books import account_of, lock_ledger
from funding.actions.requesting import close
from funding.actions.returning import posting_day
from funding.models import Account, Budget, FundingRequest, RequestLine
from funding.rules_year_end import YEAR_END, year_end_refusals
from funding.year_end import committed_in, day_of, ending_of, successor_of
from lib.money import exact
from lib.refusals import Refused, refuse_if
from lib.seen import stale_refusals
from org.actions import record_event
from org.models import Person
from org.rules import refusals
from org.visibility import powers_of

Kind, State = Account.Kind, FundingRequest.State


@transaction.atomic
def end_year(
    budget: Budget, key: uuid.UUID, *, because: str, by: Person, at: datetime, today: date,
    successor: Budget | None = None, seen: str | None = None,
) -> list[FundingRequest]:  # fmt: skip
    """Carries out what the policy of a budget says of all that is committed in it and not released; the requests that
    it posted. The same key carries it out once. Requests that wait for that money are void."""
    refuse_if(refusals(powers_of(by), "keep_budgets", budget.domain_id))
    bets = _lock_bets(budget)
    waiting = _lock_waiting(budget)
    lock_ledger(budget.ledger_id)
    budget = (
        Budget.objects.select_for_update(no_key=True, of=("self",)).select_related("ledger", "domain").get(pk=budget.pk)
    )
    if done := FundingRequest.objects.filter(key=_key(key, 0)).first():
        return _same(done, budget)
    accounts = list(committed_in(budget).select_for_update(no_key=True, of=("self",)).order_by("pk"))
    refuse_if(stale_refusals(seen, standing_of(budget, accounts)))
    other = successor_of(budget, successor) if successor else None
    refuse_if(year_end_refusals(ending_of(budget, accounts), other, because, today=today))
    if {one.tranche.bet_id for one in accounts if one.tranche} - bets.keys():
        raise Refused("Something was committed at this moment: look again.")
    for request in waiting:
        close(request, State.VOIDED, f"The year of {budget} has ended.", at=at, by=by)
    day = posting_day(budget.ledger, day_of(budget, successor, today))
    writer = _Writer(key, budget, because.strip(), day, by, at)
    return _carry_out(writer, accounts, bets, successor)


def standing_of(budget: Budget, accounts: Sequence[Account]) -> dict[str, object]:
    """What whoever carries it out has seen: the policy, and what is committed where."""
    held = {str(one.pk): one.balance for one in accounts}
    return {"policy": budget.year_end, "held": held}


def _lock_bets(budget: Budget) -> dict[int, Bet]:
    keys = {one.tranche.bet_id for one in committed_in(budget) if one.tranche}
    bets = {bet.pk: bet for bet in Bet.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")}
    list(Tranche.objects.select_for_update(no_key=True).filter(bet__in=keys).order_by("pk"))
    return bets


def _lock_waiting(budget: Budget) -> list[FundingRequest]:
    """Requests that wait for what is committed in a budget."""
    held = RequestLine.objects.filter(credit_account__in=committed_in(budget).order_by().values("pk"))
    found = FundingRequest.objects.filter(pk__in=held.values("request"), state=State.SUBMITTED)
    return list(found.select_related("bet", "ledger").select_for_update(no_key=True, of=("self",)).order_by("pk"))


def _same(done: FundingRequest, budget: Budget) -> list[FundingRequest]:
    """A form that was sent twice: what came of the first time."""
    if not done.lines.filter(credit_account__budget=budget).exists():
        raise Refused("Something else was done under this key: open the page again.")
    made = FundingRequest.objects.filter(reason_code=YEAR_END, submitted_at=done.submitted_at, ledger=done.ledger_id)
    return list(made.filter(proposer=done.proposer_id).order_by("pk"))


def _key(key: uuid.UUID, number: int) -> uuid.UUID:
    return uuid.uuid5(key, f"stakes year end {number}")


class _Writer:
    """Writes and posts the requests of one end of a year, one after the other."""

    def __init__(
        self, key: uuid.UUID, budget: Budget, because: str, day: date, by: Person, at: datetime
    ) -> None:  # fmt: skip
        self.key, self.budget, self.because, self.day, self.by, self.at = key, budget, because, day, by, at
        self.made: list[FundingRequest] = []

    def post(self, kind: str, bet: Bet | None, lines: Sequence[RequestLine], said: str) -> None:
        """One request with its lines, posted at once: the policy of the budget is what approves it."""
        amount = sum(line.amount for line in lines)
        request = FundingRequest.objects.create(
            key=_key(self.key, len(self.made)), ledger=self.budget.ledger, kind=kind, domain=self.budget.domain,
            bet=bet, amount=amount, measured=amount, effective_date=self.day, reason_code=YEAR_END,
            justification=self.because, due_on=self.day, approvals_required=0, fingerprint="0" * 64, proposer=self.by,
            submitted_at=self.at,
        )  # fmt: skip
        for number, line in enumerate(lines, start=1):
            line.request, line.number, line.kind = request, number, kind
            line.save(force_insert=True)
            post_line(request, line, by=self.by, at=self.at)
        close(request, State.POSTED, "", at=self.at, by=self.by)
        told = f"{exact(amount, self.budget.ledger.currency)} {said}"
        record_event(bet or self.budget, "year ended", told, at=self.at, by=self.by, request=request.pk, amount=amount)
        self.made.append(request)


def _carry_out(
    writer: _Writer, accounts: Sequence[Account], bets: dict[int, Bet], successor: Budget | None
) -> list[FundingRequest]:  # fmt: skip
    """Everything returns, bet by bet; what rolls forward moves on, and is committed again."""
    old, own = writer.budget, account_of(writer.budget, Kind.AVAILABLE)
    by_bet = {key: [one for one in accounts if one.tranche and one.tranche.bet_id == key] for key in bets}
    held = {one.pk: one.balance for one in accounts}
    for key, mine in by_bet.items():
        back = [_line(old, leaves=one, reaches=own, amount=held[one.pk], tranche=one.tranche) for one in mine]
        writer.post("return", bets[key], back, f"returned to {old}: its year has ended.")
    Account.objects.filter(pk__in=held).update(closed=True, carried=True)
    if successor is None:
        return writer.made
    there = account_of(successor, Kind.AVAILABLE)
    moved = [_line(successor, leaves=own, reaches=there, amount=sum(held.values()), tranche=None)]
    writer.post("reallocate", None, moved, f"moved on from {old} to {successor}.")
    for key, mine in by_bet.items():
        again = [
            _line(successor, leaves=there, reaches=account_of(successor, Kind.COMMITTED, one.tranche),
                  amount=held[one.pk], tranche=one.tranche)
            for one in mine
        ]  # fmt: skip
        writer.post("commit", bets[key], again, f"committed in {successor}: it rolled forward from {old}.")
    return writer.made


def _line(
    budget: Budget, *, leaves: Account, reaches: Account, amount: int, tranche: Tranche | None
) -> RequestLine:  # fmt: skip
    return RequestLine(
        credit_account=leaves, debit_account=reaches, amount=amount, tranche=tranche, treatment=budget.treatment,
        cost_centre=budget.cost_centre, erp_account=budget.erp_account,
    )  # fmt: skip
