"""What the page of the standards shows: kinds, templates, allowances, rates and goals, with what rests on them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from bets.models import Allowance, Bet, Evidence, EvidenceKind, Goal, Template
from bets.rules_standards import GOALS_AT_MOST
from org.models import Team
from org.rules import Powers

SHOWN = 30  # bets without a goal
UNDER_WAY = (Bet.State.DRAFT, Bet.State.LIVE, Bet.State.HELD)


@dataclass(frozen=True)
class KindShown:
    """A kind with how much evidence has it, and how much of that stands above its cap since that was lowered."""

    kind: EvidenceKind
    logged: int
    above: int


@dataclass(frozen=True)
class GoalShown:
    """A goal with the bets under way that serve it: those in sight, and whether there are others."""

    goal: Goal
    bets: int
    served: int
    is_open: bool

    @property
    def is_served(self) -> bool:
        return self.served > 0

    @property
    def has_more(self) -> bool:
        """Is it served by others, out of sight, as well?"""
        return self.served > self.bets


@dataclass(frozen=True)
class Rate:
    team: Team
    may_set: bool


@dataclass(frozen=True)
class Standards:
    kinds: list[KindShown]
    templates: list[Template]
    allowances: list[Allowance]
    rates: list[Rate]
    goals: list[GoalShown]
    aimless: list[Bet]
    aimless_count: int
    may_keep: bool

    @property
    def open_goals(self) -> int:
        return sum(shown.is_open for shown in self.goals)

    @property
    def too_many_goals(self) -> bool:
        return self.open_goals > GOALS_AT_MOST

    @property
    def aimless_more(self) -> int:
        return self.aimless_count - len(self.aimless)


def standards_of(powers: Powers, *, today: date) -> Standards:
    """The standards as this person sees them: bets and teams of their domains. Eight queries."""
    mine = Bet.objects.visible_to(powers).filter(state__in=UNDER_WAY)
    aimless = mine.filter(goal=None)
    return Standards(
        kinds=_kinds(),
        templates=list(Template.objects.order_by("-is_active", "name", "pk")),
        allowances=list(Allowance.objects.order_by("currency")),
        rates=_rates(powers),
        goals=goals_of(powers, today=today),
        aimless=list(aimless.select_related("domain", "lead").order_by("key")[:SHOWN]),
        aimless_count=aimless.count(),
        may_keep=powers.may("keep_standards"),
    )


def above_cap(kind: EvidenceKind) -> int:
    """How much standing evidence is stronger than its kind allows today. One query."""
    return Evidence.objects.standing().filter(kind=kind, strength__gt=kind.cap).count()


def goals_of(powers: Powers, *, today: date) -> list[GoalShown]:
    """Every goal, open ones first, with the bets under way that serve it and that these powers reach. One query."""
    domains, under_way = powers.domains(), Q(bets__state__in=UNDER_WAY)
    seen = under_way if domains is None else under_way & Q(bets__domain__in=domains)
    counted = Goal.objects.annotate(served_by=Count("bets", filter=seen), served=Count("bets", filter=under_way))
    goals = counted.order_by("due_on", "key")
    found = [GoalShown(goal, goal.served_by, goal.served, goal.due_on > today) for goal in goals]
    return sorted(found, key=lambda shown: not shown.is_open)


def _kinds() -> list[KindShown]:
    above = Count("pk", filter=Q(strength__gt=F("kind__cap")))
    rows = Evidence.objects.standing().order_by().values("kind").annotate(logged=Count("pk"), above=above)
    counts = {row["kind"]: row for row in rows}
    none = {"logged": 0, "above": 0}
    kinds = EvidenceKind.objects.order_by("-is_active", "cap", "name", "pk")
    return [KindShown(kind, found["logged"], found["above"]) for kind in kinds for found in [counts.get(kind.pk, none)]]


def _rates(powers: Powers) -> list[Rate]:
    domains = powers.domains()
    teams = Team.objects.all() if domains is None else Team.objects.filter(domain__in=domains)
    listed = teams.select_related("domain").order_by("domain__name", "name", "pk")
    return [Rate(team, powers.may("keep_rates", team.domain_id)) for team in listed]
