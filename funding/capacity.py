"""What teams have and what bets take of it, in team-weeks. The weeks of a bet are spread evenly over its days, which
end with its last decide-by date; one that is over takes none after the day on which that was decided."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from bets.models import Bet, Decision, Effort, LearningOutcome, Outcome, Tranche
from funding.models import Capacity
from funding.rules_capacity import Load, Span, load_of, weeks_within
from org.models import Team
from org.rules import ACTS, Powers

OVER = (Bet.State.CEASED, Bet.State.CONCLUDED)


@dataclass(frozen=True)
class Course:
    """The days over which the weeks of a bet are spread, and the last one on which it takes any."""

    planned: Span
    until: date

    def weeks(self, weeks: Decimal, period: Span) -> Decimal:
        last = min(self.until, period.last)
        return weeks_within(weeks, self.planned, Span(period.first, last)) if last >= period.first else Decimal()


@dataclass(frozen=True)
class Taken:
    """What one bet takes; None stands for all those that this person may not see."""

    bet: Bet | None
    weeks: Decimal


@dataclass(frozen=True)
class Plan:
    """The weeks that a team has between two days, and the bets that take them, the largest first."""

    capacity: Capacity
    by: list[Taken]

    @cached_property
    def taken(self) -> Decimal:
        return sum((one.weeks for one in self.by), Decimal())

    @property
    def free(self) -> Decimal:
        return self.capacity.weeks - self.taken

    @property
    def over(self) -> Decimal:
        return max(Decimal(), -self.free)

    @property
    def load(self) -> Load:
        return load_of(round(self.taken, 1), self.capacity.weeks)

    @property
    def cost(self) -> int | None:
        """Minor units of the currency of the team's rate; None while no rate is set."""
        rate = self.capacity.team.week_rate
        return None if rate is None else int((self.taken * rate).to_integral_value())


def courses_of(bets: Iterable[Bet]) -> dict[int, Course]:
    """By bet. Four queries, whatever their number."""
    known = {bet.pk: bet for bet in bets}
    ends: dict[int, list[date]] = {pk: [bet.starts_on] for pk, bet in known.items()}
    latest: list[tuple[QuerySet[Any], str]] = [
        (Outcome.objects.current(), "decide_by"), (LearningOutcome.objects.all(), "due_on"),
        (Tranche.objects.all(), "planned_on"),
    ]  # fmt: skip
    for things, name in latest:
        found = things.filter(bet__in=known).order_by().values_list("bet").annotate(last=Max(name))
        for pk, last in found:
            ends[pk].append(last)
    over = _over(pk for pk, bet in known.items() if bet.state in OVER)
    return {pk: _course(bet, max(ends[pk]), over.get(pk)) for pk, bet in known.items()}


def _course(bet: Bet, last: date, over: date | None) -> Course:
    return Course(Span(bet.starts_on, last), min(last, over) if over else last)


def _over(bets: Iterable[int]) -> dict[int, date]:
    """On which day bets that are over were decided on."""
    decided = Decision.objects.filter(bet__in=list(bets)).order_by("number").values_list("bet", "decided_at")
    return {bet: timezone.localdate(at) for bet, at in decided}


def capacities_for(powers: Powers) -> "QuerySet[Capacity]":
    """Of teams in domains in which this person sees money."""
    seen = powers.domains(ACTS["see_money"])
    found = Capacity.objects.select_related("team__domain")
    return found if seen is None else found.filter(team__domain__in=seen)


def plans_of(capacities: Iterable[Capacity], powers: Powers) -> list[Plan]:
    """How these capacities are taken. Six queries, whatever their number."""
    known = list(capacities)
    efforts = _efforts(one.team_id for one in known)
    courses = courses_of({one.bet_id: one.bet for ones in efforts.values() for one in ones}.values())
    return [Plan(one, _taken(one, efforts[one.team_id], courses, powers)) for one in known]


def _efforts(teams: Iterable[int]) -> Mapping[int, list[Effort]]:
    found: dict[int, list[Effort]] = defaultdict(list)
    efforts = Effort.objects.filter(team__in=set(teams)).exclude(bet__state=Bet.State.DRAFT)
    for one in efforts.select_related("bet"):
        found[one.team_id].append(one)
    return found


def _taken(capacity: Capacity, efforts: Iterable[Effort], courses: Mapping[int, Course], powers: Powers) -> list[Taken]:
    period = Span(capacity.starts_on, capacity.ends_on)
    every = [(one.bet, courses[one.bet_id].weeks(one.weeks, period)) for one in efforts]
    named = [Taken(bet, weeks) for bet, weeks in every if weeks and powers.sees(bet.domain_id)]
    hidden = sum((weeks for bet, weeks in every if not powers.sees(bet.domain_id)), Decimal())
    named.sort(key=lambda one: (-one.weeks, one.bet.key if one.bet else ""))
    return [*named, Taken(None, hidden)] if hidden else named


def unplanned(powers: Powers, today: date) -> list[Team]:
    """Teams that bets under way need, for which no capacity is planned today. One query."""
    seen = powers.domains(ACTS["see_money"])
    teams = Team.objects.all() if seen is None else Team.objects.filter(domain__in=seen)
    busy = Effort.objects.filter(bet__state__in=(Bet.State.LIVE, Bet.State.HELD)).values("team")
    planned = Capacity.objects.filter(starts_on__lte=today, ends_on__gte=today).values("team")
    return list(teams.filter(pk__in=busy).exclude(pk__in=planned))


def freed_weeks(bet: Bet, today: date) -> list[tuple[Team, Decimal]]:
    """What each team gets back when the bet ceases today: its weeks after today. One query, four where teams work."""
    efforts = [] if bet.state in OVER else list(bet.efforts.select_related("team"))
    if not efforts:
        return []
    course = courses_of([bet])[bet.pk]
    ahead = Span(max(today + timedelta(days=1), course.planned.first), course.planned.last)
    found = [(one.team, round(course.weeks(one.weeks, ahead), 1)) for one in efforts]
    return [(team, weeks) for team, weeks in found if weeks > 0]
