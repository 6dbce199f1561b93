"""Whom a person may find: colleagues they share work with; and what stands on the page of one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet

from bets.models import Bet, Verdict
from org.models import Domain, Person, RoleGrant, Run
from org.rules import Powers
from org.visibility import powers_of

BETS = 50


def people_seen_by(powers: Powers) -> QuerySet[Person]:
    """Everyone, for those who reach every domain. For others: who holds a role everywhere, in a domain they reach or
    above one, and who leads a bet they may see. One query for the tree of domains."""
    domains = powers.domains()
    people = Person.objects.order_by("name", "pk")
    if domains is None:
        return people
    grants = RoleGrant.objects.filter(Q(domain=None) | Q(domain__in=_with_those_above(domains)), person=OuterRef("pk"))
    leads = Bet.objects.visible_to(powers).filter(lead=OuterRef("pk"))
    return people.filter(Q(Exists(grants), is_active=True) | Exists(leads)) if domains else people.none()


def _with_those_above(domains: Iterable[int]) -> set[int]:
    parents = dict(Domain.objects.values_list("id", "parent_id"))
    found: set[int] = set()
    for domain in domains:
        above: int | None = domain
        while above is not None and above not in found:
            found.add(above)
            above = parents.get(above)
    return found


@dataclass(frozen=True)
class Led:
    """A bet that the person leads, with what the latest night says of it."""

    bet: Bet
    verdict: Verdict | None


@dataclass(frozen=True)
class PersonPage:
    person: Person
    grants: list[RoleGrant]
    page: Page[Bet]
    led: list[Led]
    shows_address: bool


def person_page(person: Person, reader: Person, run: Run | None, page: str | None) -> PersonPage:
    """Roles, and the bets they lead that `reader` may see. Four queries, and those of the reader's powers."""
    powers = powers_of(reader)
    bets = Bet.objects.visible_to(powers).filter(lead=person).with_plan().select_related("domain").order_by("key")
    shown = Paginator(bets, BETS).get_page(page)
    verdicts = {
        verdict.bet_id: verdict for verdict in Verdict.objects.filter(run=run, bet__in=[bet.pk for bet in shown])
    }
    return PersonPage(
        person=person,
        grants=list(person.grants.select_related("domain").order_by("role", "domain__name")),
        page=shown,
        led=[Led(bet, verdicts.get(bet.pk)) for bet in shown],
        shows_address=person == reader or powers.may("see_addresses"),
    )
