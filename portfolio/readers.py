"""Who reads a near miss independently of those who lead the bet."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from bets.actions import ACTIVE
from bets.models import Bet, Flag
from org.models import Domain, Person, Role, RoleGrant
from org.rules import reach

ROLES = [Role.EXECUTIVE, Role.PRODUCT_OPERATIONS, Role.PRODUCT_LEAD]
EVERYWHERE = None


@dataclass
class Readers:
    """People who may read near misses, with the domains they reach and how many each has open."""

    people: list[tuple[Person, set[int | None]]] = field(default_factory=list)
    leads: set[tuple[int, int]] = field(default_factory=set)  # (domain, person) of live and held bets
    open: Counter[int | None] = field(default_factory=Counter)

    def take(self, bet: Bet) -> Person | None:
        """The next one for this bet, and counts it: not its lead; rather nobody who leads a bet beside it; then who has
        the fewest open near misses, then by name. None when nobody is left."""
        able = [
            person for person, domains in self.people
            if person.pk != bet.lead_id and (EVERYWHERE in domains or bet.domain_id in domains)
        ]  # fmt: skip
        taken = min(
            able, default=None,
            key=lambda one: ((bet.domain_id, one.pk) in self.leads, self.open[one.pk], one.name, one.pk),
        )  # fmt: skip
        if taken:
            self.open[taken.pk] += 1
        return taken


def readers() -> Readers:
    """Four queries."""
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in Domain.objects.exclude(parent=None).values_list("id", "parent_id"):
        children[parent].append(child)
    people: dict[Person, set[int | None]] = defaultdict(set)
    grants = RoleGrant.objects.filter(role__in=ROLES, person__is_active=True).select_related("person")
    for grant in grants:
        people[grant.person] |= {EVERYWHERE} if grant.domain_id is None else reach(grant.domain_id, children)
    leads = Bet.objects.filter(state__in=ACTIVE).values_list("domain", "lead")
    waiting = Flag.objects.filter(kind=Flag.Kind.NEAR_MISS, cleared_on=None, second_reading=None)
    return Readers(list(people.items()), set(leads), Counter(waiting.values_list("reader", flat=True)))
