"""State changes of requests for money: submitting and withdrawing them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from bets.models import Bet, Decision, Tranche
from funding.actions.advising import Binding
from funding.authority import above, approvers_needed, questions_for, signoff_keys, signoffs_needed
from funding.books import side
from funding.changes import already
from funding.gates import restated_since
from funding.guardrails import Change, changes_of, crossing_refusals, crossings_of
from funding.models import Account, Advice, FundingRequest, Ledger, RequestLine
from funding.packs import fingerprint_of, pack_of
from funding.rules import DUE_DAYS, Line, Wanted, request_refusals, said_refusals
from funding.rules_requests import (
    Owned,
    again_refusals,
    answer_refusals,
    decision_refusals,
    gate_refusals,
    owner_refusals,
    purpose,
    withdraw_refusals,
)
from lib.money import exact
from lib.refusals import Refused, refuse_if
from lib.taken import refused_when_taken
from org.actions import record_event
from org.models import Domain, Person
from org.rules import refusals
from org.visibility import powers_of


@dataclass(frozen=True)
class Ask:
    """One line of a request: `amount` minor units from `leaves` to `reaches`."""

    kind: str
    leaves: Account
    reaches: Account
    amount: int
    tranche: Tranche | None = None
    treatment: str = "opex"
    cost_centre: str = ""
    erp_account: str = ""
    memo: str = ""


@transaction.atomic
def submit_request(
    key: UUID, kind: str, lines: Sequence[Ask], *, ledger: Ledger, domain: Domain, reason_code: str, justification: str,
    effective_date: date, by: Person, at: datetime, today: date, bet: Bet | None = None,
    decision: Decision | None = None, due_on: date | None = None, risks: Mapping[str, bool] | None = None,
    replaces: FundingRequest | None = None, carries_out: bool = False,
) -> FundingRequest:  # fmt: skip
    """Asks for money, with the evidence as it stands frozen beside it. The same key asks once. `carries_out`: somebody
    asks for what follows from their own decision, which takes no role besides.

    Nothing is reserved: requests may exceed a budget, and what is short is refused at the last approval.
    """
    if not (carries_out and decision and decision.decided_by_id == by.pk):
        refuse_if(refusals(powers_of(by), "request_money", domain.pk))
    if bet is not None:
        bet = Bet.objects.select_for_update(no_key=True).get(pk=bet.pk)
    asked = FundingRequest.objects.filter(key=key).first()
    if asked is not None:
        return _same(asked, kind, lines, by)
    due_on = due_on or today + timedelta(days=DUE_DAYS)
    refuse_if(request_refusals(
        Wanted(
            kind, ledger.pk, [Line(line.kind, side(line.leaves), side(line.reaches), line.amount) for line in lines],
            effective_date, due_on, reason_code, justification, decision.kind if decision else "",
            bet.state if bet else "", waiting_for(bet, kind, lines),
        ), today=today,
    ))  # fmt: skip
    refuse_if(_own_refusals(ledger, domain, bet, decision, lines))
    refuse_if(_stops(binding := Binding(today), kind, lines, bet, ledger.currency))
    amount = sum(line.amount for line in lines)
    measured = amount + already(bet, kind)
    rules = questions_for(kind, ledger.currency, measured)
    questions = {one.key: one.question for one in rules}
    refuse_if(answer_refusals(questions, set(signoff_keys(ledger.currency)), risks or {}))
    pack = pack_of(bet, today, [line.tranche for line in lines if line.tranche]) if bet else {}
    request = FundingRequest(
        key=key, ledger=ledger, kind=kind, domain=domain, bet=bet, decision=decision,
        decision_kind=decision.kind if decision else "", amount=amount, measured=measured,
        effective_date=effective_date, reason_code=reason_code, justification=justification.strip(), due_on=due_on,
        risks=dict(risks or {}), approvals_required=approvers_needed(kind, domain, ledger.currency, measured),
        signoffs=signoffs_needed(rules, measured, risks or {}), pack=pack,
        fingerprint=fingerprint_of(pack, measured, [_plain(line) for line in lines]), proposer=by, submitted_at=at,
        replaces=replaces,
    )  # fmt: skip
    if (other := _asked_meanwhile(request)) is not None:
        return _same(other, kind, lines, by)
    _write_lines(request, lines)
    binding.advise(by=by, at=at, bet=bet, request=request)
    said = f"{named(request)} submitted."
    record_event(bet or ledger, "funding requested", said, at=at, by=by, request=request.pk, amount=amount)
    return request


def _own_refusals(
    ledger: Ledger, domain: Domain, bet: Bet | None, decision: Decision | None, lines: Sequence[Ask]
) -> Iterator[str]:
    """Whose money it is, who decides on it, and what it rests on."""
    tree: dict[int, list[int]] = {}
    yield from owner_refusals(
        [_owned(line, tree) for line in lines], bet=bet.pk if bet else None, bet_domain=bet.domain_id if bet else None,
        domain=domain.pk, currencies=(bet.currency if bet else ledger.currency, ledger.currency),
    )  # fmt: skip
    latest = bet.decisions.order_by("-number").first() if bet else None
    if decision is not None:
        yield from decision_refusals(decision.bet_id, bet.pk if bet else None, decision.number,
                                     latest.number if latest else 0)  # fmt: skip


def _stops(binding: Binding, kind: str, lines: Sequence[Ask], bet: Bet | None, currency: str) -> Iterator[str]:
    """What shadow mode lets pass: gates of an earlier hypothesis, and guardrails."""
    tranches = [one.tranche for one in lines if one.tranche and kind == "release"]
    old = gate_refusals([str(one) for one in tranches if not restated_since(one)])
    yield from binding.stops(Advice.Kind.GATE, old)
    crossings = crossings_of(currency, bet, _changes(lines), binding.today)
    yield from binding.stops(Advice.Kind.GUARDRAIL, crossing_refusals(crossings))


def _owned(line: Ask, tree: dict[int, list[int]]) -> Owned:
    """A line with whose its accounts are."""
    sides = (line.leaves, line.reaches)
    budget = line.leaves.budget or line.reaches.budget
    return Owned(
        tuple(one.tranche_id for one in sides if one.tranche_id),
        tuple(one.tranche.bet_id for one in sides if one.tranche),
        line.tranche.pk if line.tranche else None,
        str(budget) if budget else "",
        frozenset(_above(budget.domain, tree)) if budget else frozenset(),
        budget.domain_id if budget else None,
    )


def _above(domain: Domain, tree: dict[int, list[int]]) -> list[int]:
    if domain.pk not in tree:
        tree[domain.pk] = above(domain)
    return tree[domain.pk]


def waiting_for(bet: Bet | None, kind: str, lines: Sequence[Ask]) -> list[str]:
    """Tranches of this bet for which a request of the same kind waits already."""
    if bet is None:
        return []
    waiting = RequestLine.objects.filter(
        request__bet=bet, request__kind=kind, request__state=FundingRequest.State.SUBMITTED,
        tranche__in=[line.tranche for line in lines if line.tranche],
    )  # fmt: skip
    return sorted({str(line.tranche) for line in waiting.select_related("tranche__bet")})


def _asked_meanwhile(request: FundingRequest) -> FundingRequest | None:
    """Writes a request; gives the one that was submitted under its key meanwhile, as by a form that is sent twice."""
    try:
        with refused_when_taken("This request was asked for again already."):
            request.save(force_insert=True)
    except Refused:
        if (other := FundingRequest.objects.filter(key=request.key).first()) is None:
            raise
        return other
    return None


def _same(asked: FundingRequest, kind: str, lines: Sequence[Ask], by: Person) -> FundingRequest:
    columns = ("kind", "credit_account", "debit_account", "amount")
    stands = [list(row) for row in asked.lines.order_by("number").values_list(*columns)]
    if (asked.kind, asked.proposer_id, stands) != (kind, by.pk, [_plain(line) for line in lines]):
        raise Refused("Another request was submitted under this key: every request has a key of its own.")
    return asked


def _changes(lines: Sequence[Ask]) -> list[Change]:
    return changes_of((line.kind, line.amount, line.leaves, line.reaches) for line in lines)


def _plain(line: Ask) -> list[Any]:
    return [line.kind, line.leaves.pk, line.reaches.pk, line.amount]


def _write_lines(request: FundingRequest, lines: Sequence[Ask]) -> None:
    for number, line in enumerate(lines, start=1):
        _line(request, number, line)


def _line(request: FundingRequest, number: int, line: Ask) -> RequestLine:
    budget = line.reaches.budget or line.leaves.budget
    return RequestLine.objects.create(
        request=request, number=number, kind=line.kind, credit_account=line.leaves, debit_account=line.reaches,
        tranche=line.tranche, amount=line.amount, treatment=line.treatment,
        cost_centre=line.cost_centre or (budget.cost_centre if budget else ""),
        erp_account=line.erp_account or (budget.erp_account if budget else ""), memo=line.memo.strip(),
    )  # fmt: skip


def named(request: FundingRequest) -> str:
    """“Request 111 over €1,200,000.00 to release tranche 2”, for its history. One query."""
    sides = ("tranche__sequence", "credit_account__budget__name", "debit_account__budget__name")
    rows = list(request.lines.order_by("number").values_list(*sides))
    tranches, leaves, reaches = ([row[place] for row in rows if row[place] is not None] for place in range(3))
    amount = exact(request.amount, request.ledger.currency)
    return f"Request {request.pk} over {amount} to {purpose(request.kind, tranches, leaves, reaches)}"


def lock_request(request: FundingRequest) -> FundingRequest:
    """A request as it stands now: its bet is locked first, then itself."""
    if request.bet_id is not None:
        Bet.objects.select_for_update(no_key=True).get(pk=request.bet_id)
    found = FundingRequest.objects.select_related("ledger", "domain", "bet", "proposer")
    return found.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)


def close(request: FundingRequest, state: str, because: str, *, at: datetime, by: Person | None) -> None:
    """Closes a waiting request with its event, in the caller's transaction."""
    request.state, request.closed_at, request.closed_by, request.closed_because = state, at, by, because[:500]
    request.save(update_fields=["state", "closed_at", "closed_by", "closed_because"])
    said = f"{named(request)} {state}{f': {because}' if because else '.'}"
    record_event(request.bet or request.ledger, f"funding {state}", said, at=at, by=by, request=request.pk)


@transaction.atomic
def resubmit_request(
    request: FundingRequest, key: UUID, *, by: Person, at: datetime, today: date, justification: str | None = None,
    due_on: date | None = None, risks: Mapping[str, bool] | None = None, decision: Decision | None = None,
) -> FundingRequest:  # fmt: skip
    """Asks again for the same after it became void, expired or was withdrawn or rejected, with the evidence as it
    stands now. Nobody's yes is carried over; what is not given anew is as it was."""
    request = lock_request(request)
    successor = FundingRequest.objects.filter(replaces=request).exclude(key=key).first()
    refuse_if(again_refusals(request.state, request.proposer_id, by.pk, successor.pk if successor else None))
    latest = request.bet.decisions.order_by("-number").first() if request.bet and request.decision_id else None
    return submit_request(
        key, request.kind, _asks(request), ledger=request.ledger, domain=request.domain, bet=request.bet,
        decision=decision or latest, reason_code=request.reason_code,
        justification=request.justification if justification is None else justification,
        effective_date=max(request.effective_date, today), due_on=due_on,
        risks=request.risks if risks is None else risks, replaces=request, by=by, at=at, today=today,
    )  # fmt: skip


def _asks(request: FundingRequest) -> list[Ask]:
    found = request.lines.select_related(
        "credit_account__budget", "debit_account__budget", "credit_account__tranche__bet",
        "debit_account__tranche__bet", "tranche__bet",
    ).order_by("number")  # fmt: skip
    return [
        Ask(line.kind, line.credit_account, line.debit_account, line.amount, line.tranche, line.treatment,
            line.cost_centre, line.erp_account, line.memo)
        for line in found
    ]  # fmt: skip


@transaction.atomic
def withdraw_request(request: FundingRequest, *, because: str, by: Person, at: datetime) -> FundingRequest:
    """Takes a request back, as long as it waits; only who asked may."""
    request = lock_request(request)
    if request.state == FundingRequest.State.WITHDRAWN and request.proposer_id == by.pk:
        return request
    refuse_if(withdraw_refusals(request.state, is_own=request.proposer_id == by.pk))
    if because.strip():
        refuse_if(said_refusals("Say why.", because, 500))
    close(request, FundingRequest.State.WITHDRAWN, because.strip(), at=at, by=by)
    return request
