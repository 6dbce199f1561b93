"""Whose yes a request needs: where it is decided, and when money moves between budgets also where that money goes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from funding.authority import Authority, authority_of, holders
from funding.models import Approval, FundingRequest, RequestLine
from org.models import Domain, Person
from org.rules import refusals
from org.visibility import powers_of

APPROVE = Approval.Says.APPROVE


@dataclass(frozen=True)
class Mandate:
    """By which limit somebody speaks, and the keys of the domains for which their voice counts."""

    authority: Authority | None
    domains: list[int]


def domains_of(request: FundingRequest) -> list[Domain]:
    """The domain where it is decided, then those that its money reaches. One query for a reallocation, else none."""
    if request.kind != FundingRequest.Kind.REALLOCATE:
        return [request.domain]
    moved = RequestLine.objects.filter(request=request, kind="reallocate").values("debit_account__budget__domain")
    reached = Domain.objects.filter(pk__in=moved).exclude(pk=request.domain_id).order_by("name", "pk")
    return [request.domain, *reached]


def agreed_for(request: FundingRequest, approvals: Iterable[Approval]) -> dict[int, list[Approval]]:
    """By the key of a domain, the yes that counts for it; an approval that names none counts where it is decided."""
    found: dict[int, list[Approval]] = {}
    for one in approvals:
        for key in (one.domains or [request.domain_id]) if one.says == APPROVE else ():
            found.setdefault(key, []).append(one)
    return found


def open_domains(request: FundingRequest) -> list[Domain]:
    """Sides of a reallocation for which nobody has said yes. Two queries; none for any other request."""
    if request.kind != FundingRequest.Kind.REALLOCATE:
        return []
    agreed = agreed_for(request, request.approvals.filter(says=APPROVE))
    return [domain for domain in domains_of(request) if domain.pk not in agreed]


def mandate_of(request: FundingRequest, by: Person, principal: Person, today: date) -> Mandate:
    """The widest limit of `principal` in the domains where the role of `by` approves. Three queries for each."""
    powers, domains = powers_of(by), domains_of(request)
    near = [one for one in domains if powers.may("approve_money", one.pk)] or domains[:1]
    currency = request.ledger.currency
    found = {one.pk: authority_of(principal, request.kind, one, currency, today) for one in near}
    held = {key: one for key, one in found.items() if one}
    widest = max(held.values(), key=lambda one: one.amount, default=None)
    return Mandate(widest, [key for key, one in held.items() if one.amount >= request.measured])


def role_refusals(request: FundingRequest, by: Person) -> Iterator[str]:
    """Why the role of this person approves it on neither side."""
    reasons = [list(refusals(powers_of(by), "approve_money", domain.pk)) for domain in domains_of(request)]
    yield from reasons[0] if all(reasons) else ()


def holders_by_side(request: FundingRequest, today: date) -> list[dict[int, set[int]]]:
    """For each side that has not agreed, or for all when further voices are needed: by limit the people whose limits
    reach it. Three queries for each."""
    wanted = open_domains(request) or domains_of(request)
    return [holders(request.kind, one, request.ledger.currency, request.measured, today) for one in wanted]


def holders_of(request: FundingRequest, today: date) -> dict[int, set[int]]:
    """The same of all sides together."""
    found: dict[int, set[int]] = {}
    for side in holders_by_side(request, today):
        for limit, people in side.items():
            found.setdefault(limit, set()).update(people)
    return found
