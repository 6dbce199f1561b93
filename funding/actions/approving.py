"""State changes of approvals: a yes, a no, and the posting that follows the last yes."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from bets.models import Tranche
from funding.actions.advising import Binding
from funding.actions.books import Move, lock_ledger, post
from funding.actions.requesting import close, lock_request, named
from funding.authority import delegation_of, roles_of, spoken
from funding.changes import changes_since
from funding.gates import gates_of
from funding.guardrails import changes_of, crossing_refusals, crossings_of
from funding.models import Advice, Approval, FundingRequest, RequestLine, Transfer
from funding.rules import Checker, approval_refusals, rejection_refusals, said_refusals
from funding.rules_requests import unmet_refusals
from funding.sides import mandate_of, open_domains, role_refusals
from lib.refusals import Refused, refuse_if
from org.actions import record_event
from org.models import Person

COMMENT_AT_MOST = 2000


def checker_of(request: FundingRequest, by: Person, on_behalf_of: Person | None, today: date) -> Checker:
    """Who wants to speak on a request, with the authority that they have today."""
    principal = on_behalf_of or by
    currency = request.ledger.currency
    authority = mandate_of(request, by, principal, today).authority
    delegation = delegation_of(principal, by, currency, today) if on_behalf_of else None
    return Checker(
        by.pk, principal.pk, request.proposer_id, request.state, request.measured,
        authority.amount if authority else None, delegation.max_amount if delegation else None,
        on_behalf_of is None or delegation is not None, spoken(request), currency,
    )  # fmt: skip


@transaction.atomic
def approve_request(
    request: FundingRequest, *, by: Person, at: datetime, today: date, on_behalf_of: Person | None = None,
    comment: str = "",
) -> FundingRequest:  # fmt: skip
    """Says yes. The last yes that is needed posts all lines, or refuses and leaves everything as it was.

    When what the request rests on has changed since it was submitted, it is void instead, and so are its approvals.
    """
    request = lock_request(request)
    if _said_yes(request, by, on_behalf_of):
        return request
    if request.state == FundingRequest.State.SUBMITTED and (changed := changes_since(request, today)):
        close(request, FundingRequest.State.VOIDED, " ".join(changed), at=at, by=by)
        return request
    binding = Binding(today)
    refuse_if([
        *approval_refusals(checker_of(request, by, on_behalf_of, today)),
        *role_refusals(request, by),
        *binding.stops(Advice.Kind.GATE, unmet_refusals(request.kind, unmet_of(request, today), comment)),
        *(said_refusals("", comment, COMMENT_AT_MOST) if comment.strip() else ()),
    ])  # fmt: skip
    principal = on_behalf_of or by
    mandate = mandate_of(request, by, principal, today)
    authority = mandate.authority
    role = role_of(request, principal, authority.role if authority else "")
    _say(request, Approval.Says.APPROVE, by, on_behalf_of, at, comment=comment, role=role,
         authority=authority.amount if authority else None,
         domains=mandate.domains if request.kind == FundingRequest.Kind.REALLOCATE else [])  # fmt: skip
    if is_complete(request):
        _carry_out(request, binding, by=by, at=at, today=today)
    binding.advise(by=by, at=at, bet=request.bet, request=request)
    return request


@transaction.atomic
def reject_request(
    request: FundingRequest, *, reason_code: str, comment: str, by: Person, at: datetime, today: date,
    on_behalf_of: Person | None = None,
) -> FundingRequest:  # fmt: skip
    """Says no, with a reason: one no is enough."""
    request = lock_request(request)
    refuse_if([
        *rejection_refusals(checker_of(request, by, on_behalf_of, today), reason_code, comment),
        *role_refusals(request, by),
    ])  # fmt: skip
    _say(request, Approval.Says.REJECT, by, on_behalf_of, at, comment=comment, reason_code=reason_code)
    close(request, FundingRequest.State.REJECTED, comment.strip(), at=at, by=by)
    return request


def approve_requests(
    requests: Iterable[FundingRequest], *, by: Person, at: datetime, today: date, on_behalf_of: Person | None = None,
    comment: str = "",
) -> list[tuple[FundingRequest, str]]:  # fmt: skip
    """Says yes to several, each in a transaction of its own: one that is refused stops none of the others.

    Each with why it was not approved, or with nothing.
    """
    results = []
    for request in sorted(requests, key=lambda one: one.pk):
        try:
            done = approve_request(request, by=by, at=at, today=today, on_behalf_of=on_behalf_of, comment=comment)
            results.append((done, done.closed_because if done.state == FundingRequest.State.VOIDED else ""))
        except Refused as refused:
            results.append((request, " ".join(refused.reasons)))
    return results


def unmet_of(request: FundingRequest, today: date) -> list[str]:
    """What the gates of a request's tranches need and have not got."""
    if request.kind != FundingRequest.Kind.RELEASE or request.bet is None:
        return []
    tranches = Tranche.objects.filter(pk__in=request.lines.values("tranche"))
    found = gates_of(request.bet, tranches, today)
    return [f"{need.words}: {need.now}" for needed in found.values() for need in needed if not need.met]


def role_of(request: FundingRequest, person: Person, by_limit: str) -> str:
    """The role in which somebody signs: one of theirs that still has to sign, or that of their limit."""
    held = roles_of(person, request.domain)
    signed = request.approvals.filter(says=Approval.Says.APPROVE).values_list("role", flat=True)
    missing = [role for role in request.signoffs if role in held and role not in set(signed)]
    return (missing or [by_limit] if by_limit else missing or held or [""])[0]


def is_complete(request: FundingRequest) -> bool:
    """Have enough people said yes, one of each role that must sign, and somebody of each side?"""
    yes = list(request.approvals.filter(says=Approval.Says.APPROVE).values_list("role", flat=True))
    enough = len(yes) >= request.approvals_required and set(request.signoffs) <= set(yes)
    return enough and not open_domains(request)


def _said_yes(request: FundingRequest, by: Person, on_behalf_of: Person | None) -> bool:
    """A form that was sent twice."""
    return request.approvals.filter(approver=by, on_behalf_of=on_behalf_of, says=Approval.Says.APPROVE).exists()


def _say(
    request: FundingRequest, says: str, by: Person, on_behalf_of: Person | None, at: datetime, *, comment: str,
    authority: int | None = None, role: str = "", reason_code: str = "", domains: Sequence[int] = (),
) -> None:  # fmt: skip
    Approval.objects.create(
        request=request, approver=by, on_behalf_of=on_behalf_of, proposer_id=request.proposer_id,
        measured=request.measured, says=says, authority=authority, role=role, reason_code=reason_code,
        comment=comment.strip(), given_at=at, domains=list(domains),
    )  # fmt: skip
    whom = f" for {on_behalf_of}" if on_behalf_of else ""
    said = f"{named(request)}: {by}{whom} said {'yes' if says == Approval.Says.APPROVE else 'no'}."
    kind = "funding approval" if says == Approval.Says.APPROVE else "funding refusal"
    record_event(request.bet or request.ledger, kind, said, at=at, by=by, request=request.pk)


def _carry_out(request: FundingRequest, binding: Binding, *, by: Person, at: datetime, today: date) -> None:
    """Posts every line, in their order; what is short, or would cross a guardrail, raises, and then nothing of all this
    has happened."""
    lock_ledger(request.ledger_id)
    lines = list(request.lines.select_related("credit_account", "debit_account").order_by("number"))
    changes = changes_of((line.kind, line.amount, line.credit_account, line.debit_account) for line in lines)
    crossings = crossings_of(request.ledger.currency, request.bet, changes, today)
    refuse_if(binding.stops(Advice.Kind.GUARDRAIL, crossing_refusals(crossings)))
    for line in lines:
        post_line(request, line, by=by, at=at)
    close(request, FundingRequest.State.POSTED, "", at=at, by=by)


def post_line(request: FundingRequest, line: RequestLine, *, by: Person | None, at: datetime) -> Transfer:
    """Posts one line under a key that follows from the request's, so that it is posted once."""
    move = Move(
        uuid.uuid5(request.key, str(line.number)), line.kind, line.credit_account, line.debit_account, line.amount,
        request.effective_date, request.reason_code, memo=line.memo, line=line, treatment=line.treatment,
        cost_centre=line.cost_centre, erp_account=line.erp_account,
    )  # fmt: skip
    return post(move, at=at, by=by)
