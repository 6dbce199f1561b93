"""What there is already, as far as rows of a file can name it: people, domains, goals, teams, and bets."""

from datetime import date

from bets.models import Bet, Goal
from bets.rules_import import Known, Someone, Thing, plain
from org.models import Domain, Person, RoleGrant, Team
from org.rules import ACTS, Powers, reach
from org.visibility import powers_of


def known_for(person: Person, today: date) -> Known:
    """What a file that `person` imports can name. Eight queries."""
    domains = list(Domain.objects.order_by("pk"))
    mine = powers_of(person).domains(ACTS["import_bets"])
    bets = list(Bet.objects.values_list("key", "name", "domain_id"))
    return Known(
        people=_people(domains),
        domains=[thing for thing in things_of(domains) if mine is None or thing.pk in mine],
        goals=[Thing(goal.pk, goal.key, goal.name) for goal in Goal.objects.all()],
        teams=[Thing(team.pk, team.key, team.name) for team in Team.objects.all()],
        keys=frozenset(key for key, _, _ in bets),
        names=frozenset((domain, plain(name)) for _, name, domain in bets),
        today=today,
    )


def things_of(domains: list[Domain]) -> list[Thing]:
    """Domains with the keys and names of those above them, nearest first."""
    by_id = {domain.pk: domain for domain in domains}
    return [Thing(one.pk, one.key, one.name, tuple(_above(one, by_id))) for one in domains]


def _above(domain: Domain, by_id: dict[int, Domain]) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    parent = by_id.get(domain.parent_id or 0)
    while parent is not None and len(found) < len(by_id):
        found.append(frozenset({plain(parent.key), plain(parent.name)}))
        parent = by_id.get(parent.parent_id or 0)
    return found


def _people(domains: list[Domain]) -> list[Someone]:
    children: dict[int, list[int]] = {}
    for domain in domains:
        children.setdefault(domain.parent_id or 0, []).append(domain.pk)
    grants: dict[int, list[tuple[str, frozenset[int] | None]]] = {}
    for who, role, where in RoleGrant.objects.values_list("person_id", "role", "domain_id"):
        grants.setdefault(who, []).append((role, None if where is None else reach(where, children)))
    return [
        Someone(one.pk, one.name, one.email, _seen_by(one, grants.get(one.pk, [])))
        for one in Person.objects.filter(is_active=True).order_by("pk")
    ]


def _seen_by(person: Person, grants: list[tuple[str, frozenset[int] | None]]) -> frozenset[int] | None:
    return None if person.is_superuser else Powers(active=True, grants=tuple(grants)).domains()
