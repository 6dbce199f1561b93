"""What a person may approve: limits of their roles and their own, delegations, and what a request needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from funding.models import ApprovalRule, AuthorityLimit, Delegation, FundingRequest, SignOffRule
from org.models import Domain, Person, RoleGrant
from org.rules import ACTS, Powers


@dataclass(frozen=True)
class Authority:
    """The highest limit in force for a person and a request, and in which role it was given (“” for their own)."""

    amount: int
    role: str
    limit: AuthorityLimit


def above(domain: Domain) -> list[int]:
    """A domain and every one above it. One query for the tree."""
    parents = dict(Domain.objects.values_list("id", "parent_id"))
    found: list[int] = []
    current: int | None = domain.pk
    while current is not None and current not in found:
        found.append(current)
        current = parents.get(current)
    return found


def reaches(domain: Domain) -> Q:
    """Of rows with a domain: those that hold in this one."""
    return Q(domain=None) | Q(domain__in=above(domain))


def seen_places(powers: Powers) -> Q:
    """Of rows with a domain: those that say something of money which this person sees."""
    domains = powers.domains(ACTS["see_money"])
    if domains is None:
        return Q()
    parents, places = dict(Domain.objects.values_list("id", "parent_id")), set[int | None](domains)
    for domain in domains:
        current = parents.get(domain)
        while current is not None and current not in places:
            places.add(current)
            current = parents.get(current)
    return Q(domain=None) | Q(domain__in=places)


def delegations_for(person: Person, powers: Powers) -> "QuerySet[Delegation]":
    """Those of one's own, and those between people whose roles reach money that one sees."""
    every = Delegation.objects.select_related("giver", "taker", "set_by", "ended_by")
    if powers.domains(ACTS["see_money"]) is None:
        return every
    near = RoleGrant.objects.filter(seen_places(powers)).values("person")
    return every.filter(Q(giver=person) | Q(taker=person) | Q(giver__in=near, taker__in=near))


def limits_on(day: date) -> "QuerySet[AuthorityLimit]":
    """Limits that are in force on a day."""
    return AuthorityLimit.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day, ended_at=None)


def roles_of(person: Person, domain: Domain) -> list[str]:
    """The roles that a person holds there. Two queries."""
    found = RoleGrant.objects.filter(reaches(domain), person=person).order_by("role")
    return list(dict.fromkeys(found.values_list("role", flat=True)))


def authority_of(person: Person, kind: str, domain: Domain, currency: str, today: date) -> Authority | None:
    """The highest limit of a person for a kind of request there, or None: no row, no authority. Three queries."""
    mine = Q(person=person) | Q(role__in=roles_of(person, domain))
    found = limits_on(today).filter(reaches(domain), mine, kind=kind, currency=currency).order_by("-max_amount")
    limit = found.first() if person.is_active else None
    return Authority(limit.max_amount, limit.role, limit) if limit else None


def holders(kind: str, domain: Domain, currency: str, measured: int, today: date) -> dict[int, set[int]]:
    """By limit, the people whose limits reach so much there, and whose roles approve there. Three queries."""
    here, granted = reaches(domain), people_by_role(domain)
    found: dict[int, set[int]] = {}
    for limit in limits_on(today).filter(here, kind=kind, currency=currency, max_amount__gte=measured):
        people = {limit.person_id} if limit.person_id else granted.get(limit.role, set())
        found.setdefault(limit.max_amount, set()).update(people & approvers(granted))
    return found


def people_by_role(domain: Domain) -> dict[str, set[int]]:
    """Who holds which role there and has an active account. Two queries."""
    granted: dict[str, set[int]] = {}
    found = RoleGrant.objects.filter(reaches(domain), person__is_active=True)
    for role, person in found.values_list("role", "person"):
        granted.setdefault(role, set()).add(person)
    return granted


def approvers(granted: Mapping[str, set[int]]) -> set[int]:
    """Of these, whoever holds a role in which money is approved."""
    return set().union(*(granted.get(role, set()) for role in (*ACTS["approve_money"], "admin")))


@dataclass(frozen=True)
class Able:
    """Somebody who may approve so much: up to a limit, or for a giver while a delegation runs."""

    person: Person
    amount: int
    giver: Person | None = None


@dataclass(frozen=True)
class WhoMay:
    """Who may approve so much, how many of them have to, and from which roles one has to be among them."""

    people: list[Able]
    needed: int
    asked: list[SignOffRule]

    @property
    def enough(self) -> bool:
        """Whether there are as many voices as are needed; one who speaks for another adds none of their own."""
        return len([one for one in self.people if one.giver is None]) >= self.needed


def who_may_approve(kind: str, domain: Domain, currency: str, measured: int, today: date) -> WhoMay:
    """Who could approve a request like this today, the narrowest limit first. Twelve queries at most."""
    limits: dict[int, int] = {}
    for amount, keys in holders(kind, domain, currency, measured, today).items():
        limits |= {key: max(amount, limits.get(key, 0)) for key in keys}
    people = [Able(one, limits[one.pk]) for one in Person.objects.filter(pk__in=limits)]
    able = approvers(people_by_role(domain))
    for one in delegations_on(today).filter(giver__in=limits, currency=currency, max_amount__gte=measured):
        if one.taker_id in able:
            people.append(Able(one.taker, min(one.max_amount, limits[one.giver_id]), one.giver))
    people.sort(key=lambda one: (one.giver is not None, one.amount, str(one.person)))
    return WhoMay(
        people, approvers_needed(kind, domain, currency, measured), questions_for(kind, currency, measured)
    )  # fmt: skip


def delegations_on(day: date) -> "QuerySet[Delegation]":
    """Delegations that run on a day, between people whose accounts are active: one who leaves has none."""
    found = Delegation.objects.filter(
        starts_on__lte=day, ends_on__gte=day, ended_at=None, giver__is_active=True, taker__is_active=True
    )
    return found.select_related("giver", "taker")


def delegation_of(giver: Person, taker: Person, currency: str, today: date) -> Delegation | None:
    """The delegation by which one person may speak for another today; the widest, when there are several."""
    found = delegations_on(today).filter(giver=giver, taker=taker, currency=currency)
    return found.order_by("-max_amount").first()


def approvers_needed(kind: str, domain: Domain, currency: str, measured: int) -> int:
    """How many people must approve: one, or as many as the rule of the highest threshold that is reached says."""
    rules = ApprovalRule.objects.filter(reaches(domain), kind=kind, currency=currency, ended_at=None)
    reached = rules.filter(from_amount__lte=measured).values_list("approvers", flat=True)
    return max(reached, default=1)


def signoff_rules(kind: str, currency: str) -> "QuerySet[SignOffRule]":
    """Sign-off rules that may apply to a kind of request."""
    return SignOffRule.objects.filter(Q(kind="") | Q(kind=kind), currency=currency, ended_at=None)


def questions_for(kind: str, currency: str, measured: int) -> "list[SignOffRule]":
    """Rules that apply to a request measured at so much; those with a question ask it."""
    return list(signoff_rules(kind, currency).filter(from_amount__lte=measured))


def signoff_keys(currency: str) -> "QuerySet[SignOffRule, str]":
    """Keys of all questions that are asked in a currency, whatever the amount."""
    return SignOffRule.objects.filter(currency=currency, ended_at=None).values_list("key", flat=True)


def signoffs_needed(
    rules: Iterable[SignOffRule], measured: int, risks: Mapping[str, bool]
) -> list[str]:  # fmt: skip
    """Roles of which one person each must be among the approvers."""
    wanted = {
        rule.role for rule in rules
        if measured >= rule.from_amount and (not rule.question or risks.get(rule.key, False))
    }  # fmt: skip
    return sorted(wanted)


def spoken(request: FundingRequest) -> list[int]:
    """Everybody who has spoken on a request, or for whom somebody has."""
    return [key for pair in request.approvals.values_list("approver_id", "principal") for key in pair]
