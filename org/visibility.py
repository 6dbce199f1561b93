"""Reads a person's grants once per request and turns them into Powers."""

from django.contrib.auth.models import AnonymousUser

from org.models import Domain, Person
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
