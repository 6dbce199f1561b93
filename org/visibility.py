"""Reads a person's grants once per request and turns them into Powers."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from org.models import Domain, Person, RoleGrant
from org.rules import Powers, reach


def powers_of(person: Person | AnonymousUser) -> Powers:
    """The powers of a person, in two queries at most, remembered on the object for the length of a request."""
    known: Powers | None = getattr(person, "_powers", None)
    if known is None:
        known = _read(person)
        person._powers = known  # type: ignore[union-attr]
    return known


def _read(person: Person | AnonymousUser) -> Powers:
    if not person.is_authenticated:
        return Powers(active=False, grants=())
    grants: list[tuple[str, int | None]] = list(person.grants.values_list("role", "domain_id"))
    if person.is_superuser:
        grants.append(("admin", None))
    children: dict[int, list[int]] = {}
    if any(domain for _, domain in grants):
        for child, parent in Domain.objects.exclude(parent=None).values_list("id", "parent_id"):
            children.setdefault(parent, []).append(child)
    return Powers(
        active=person.is_active,
        grants=tuple((role, None if domain is None else reach(domain, children)) for role, domain in grants),
    )


def people_who_see(domain_id: int) -> QuerySet[Person]:
    """Everybody who sees what belongs to this domain: those with a role everywhere, in it, or in one above it. By name;
    one query for the tree of domains, made at once."""
    parents, found = dict(Domain.objects.values_list("id", "parent_id")), set[int]()
    above: int | None = domain_id
    while above is not None and above not in found:
        found.add(above)
        above = parents.get(above)
    grants = RoleGrant.objects.filter(Q(domain=None) | Q(domain__in=found), person=OuterRef("pk"))
    return Person.objects.filter(Q(Exists(grants)) | Q(is_superuser=True), is_active=True).order_by("name", "pk")
