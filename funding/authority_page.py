"""What the page of authority shows: limits as a grid, what more is needed, delegations, and what no longer holds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from funding import actions
from funding.actions.authorising import held_by, highest_of, keeper_refusals
from funding.authority import delegations_for, seen_places
from funding.models import ApprovalRule, AuthorityLimit, Delegation, FundingRequest, SignOffRule
from funding.rules_authority import own_refusals
from org.models import Domain, Person, Role
from org.rules import Powers, refusals

ENDED_AT_MOST = 50
ROLES = [role.value for role in Role]


@dataclass(frozen=True)
class Cell:
    """A limit of one kind, and from when on, where it does not hold yet."""

    limit: AuthorityLimit
    starts: date | None


@dataclass(frozen=True)
class Row:
    """What one role or person may approve in one place; one list of limits for each kind."""

    holder: str
    person: Person | None
    domain: Domain | None
    cells: list[tuple[str, list[Cell]]]


@dataclass(frozen=True)
class Grid:
    currency: str
    rows: list[Row]


@dataclass(frozen=True)
class AuthorityPage:
    grids: list[Grid]
    kinds: list[str]
    thresholds: list[ApprovalRule]
    signoffs: list[SignOffRule]
    delegations: list[tuple[Delegation, bool]]  # and whether it runs today
    ended: list[tuple[str, Any]]  # in words, and the row


def authority_page(person: Person, powers: Powers, today: date) -> AuthorityPage:
    """All authority of which this person sees the money. Eight queries."""
    limits = _of_places(AuthorityLimit, powers).select_related("person", "domain").filter(ended_at=None)
    coming = limits.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    given = delegations_for(person, powers).filter(ended_at=None, ends_on__gte=today)
    rules = _of_places(ApprovalRule, powers).select_related("domain").filter(ended_at=None)
    return AuthorityPage(
        grids=_grids(coming, today),
        kinds=[str(kind.label) for kind in FundingRequest.Kind],
        thresholds=list(rules),
        signoffs=list(SignOffRule.objects.filter(ended_at=None)),
        delegations=[(one, one.starts_on <= today and _speaks(one)) for one in given],
        ended=_ended(person, powers, today),
    )


def _speaks(delegation: Delegation) -> bool:
    return delegation.giver.is_active and delegation.taker.is_active


def _of_places(model: Any, powers: Powers) -> "QuerySet[Any]":
    found: QuerySet[Any] = model.objects.filter(seen_places(powers))
    return found


def _grids(limits: Iterable[AuthorityLimit], today: date) -> list[Grid]:
    """One grid for each currency: what holds everywhere first, then by domain; roles before people."""
    rows: dict[str, dict[tuple[Any, ...], list[AuthorityLimit]]] = {}
    for limit in limits:
        place = (limit.domain is not None, str(limit.domain or ""), limit.domain_id or 0)
        holder = (limit.person is not None, ROLES.index(limit.role) if limit.role else 0, str(limit.person or ""))
        rows.setdefault(limit.currency, {}).setdefault((*place, *holder, limit.person_id or 0), []).append(limit)
    return [
        Grid(currency, [_row(found[place], today) for place in sorted(found)])
        for currency, found in sorted(rows.items())
    ]


def _row(limits: list[AuthorityLimit], today: date) -> Row:
    first = limits[0]
    cells = [
        (str(kind.label), [_cell(one, today) for one in limits if one.kind == kind]) for kind in FundingRequest.Kind
    ]
    return Row(str(first.person or first.get_role_display()), first.person, first.domain, cells)


def _cell(limit: AuthorityLimit, today: date) -> Cell:
    return Cell(limit, limit.valid_from if limit.valid_from > today else None)


def _ended(person: Person, powers: Powers, today: date) -> list[tuple[str, Any]]:
    """What no longer holds, the latest first: ended by somebody, or its last day has passed."""
    over = Q(ended_at__isnull=False)
    limits = _of_places(AuthorityLimit, powers).filter(over | Q(valid_to__lt=today)).select_related("person", "domain")
    rules = _of_places(ApprovalRule, powers).filter(over).select_related("domain")
    given = delegations_for(person, powers).filter(over | Q(ends_on__lt=today))
    signoffs = SignOffRule.objects.filter(over)
    found = [(about(one), one) for rows in (limits, rules, given, signoffs) for one in _latest(rows)]
    return sorted(found, key=lambda pair: (pair[1].set_at, pair[1].pk), reverse=True)[:ENDED_AT_MOST]


def _latest(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("set_by", "ended_by").order_by("-set_at", "-pk")[:ENDED_AT_MOST]


def about(row: Any) -> str:
    """One piece of authority in a few words, without its amount."""
    if isinstance(row, Delegation):
        return _("%(taker)s for %(giver)s") % {"taker": row.taker, "giver": row.giver}
    if isinstance(row, SignOffRule):
        return _("Sign-off: %(words)s") % {"words": row.question or row.get_role_display()}
    words = row.get_kind_display()
    if isinstance(row, ApprovalRule):
        words = _("%(count)s approvers: %(kind)s") % {"count": row.approvers, "kind": words}
    else:
        words = f"{row.person or row.get_role_display()}: {words}"
    return f"{words} · {row.domain}" if row.domain else words


@dataclass(frozen=True)
class Part:
    """One of the four parts of authority: how it is begun and ended, and where it is kept."""

    set: Callable[..., Any]
    end: Callable[..., Any]
    model: type[Model]


PARTS = {
    "limit": Part(actions.set_limit, actions.end_limit, AuthorityLimit),
    "threshold": Part(actions.set_approval_rule, actions.end_approval_rule, ApprovalRule),
    "sign-off": Part(actions.set_signoff_rule, actions.end_signoff_rule, SignOffRule),
    "delegation": Part(actions.delegate_authority, actions.end_delegation, Delegation),
}


def rows_of(kind: str, person: Person, powers: Powers) -> "QuerySet[Any]":
    """Rows of one part that this person may see, ended or not."""
    if kind == "delegation":
        return delegations_for(person, powers)
    if kind == "sign-off":
        return SignOffRule.objects.select_related("set_by", "ended_by")
    found = _of_places(PARTS[kind].model, powers).select_related("domain", "set_by", "ended_by")
    return found.select_related("person") if kind == "limit" else found


def add_refusals(kind: str, person: Person, powers: Powers, currencies: Iterable[str], today: date) -> Iterator[str]:
    """Why this person adds none of a part, before anything is typed."""
    if kind == "sign-off":
        yield from keeper_refusals(powers, None)
    elif kind != "delegation":
        yield from refusals(powers, "keep_authority")
    elif list(keeper_refusals(powers, None)):
        yield from refusals(powers, "delegate_authority")
        if not any(highest_of(person, currency, today) for currency in currencies):
            yield "There is no limit of your own or of your roles, so there is nothing to delegate."
    if not currencies:
        yield "There are no books yet: open a ledger first."


def end_refusals(kind: str, row: Any, person: Person, powers: Powers) -> Iterator[str]:
    """Why this person does not end that row."""
    if kind == "delegation" and row.giver_id == person.pk:
        return
    yield from keeper_refusals(powers, getattr(row, "domain_id", None))
    if kind == "limit":
        yield from own_refusals(row.person_id, row.role, person.pk, held_by(person))
