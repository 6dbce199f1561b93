"""What bets can be filtered by, for pages and API alike; what is not understood is set aside and said."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Bet, BetQuerySet, Flag, Goal, Reading, Verdict
from bets.rules import BROKEN, HEALTHY, STALE, WAITING
from org.models import Domain, Person, Run, Team
from org.rules import reach
from org.visibility import powers_of
from portfolio.board import UNJUDGED, UNREAD, with_health, with_verdict
from portfolio.nights import latest_night
from portfolio.sifting import Sifting, many, one_day

SHOWS = {
    "all": gettext_lazy("All bets"),
    "flagged": gettext_lazy("Flagged"),
    "signals": gettext_lazy("Signals need care"),
    "mine": gettext_lazy("Led by me"),
}
VERDICTS = [*Verdict.Kind.choices, (UNJUDGED, gettext_lazy("Not judged yet"))]
HEALTHS = [
    (BROKEN, gettext_lazy("Broken")),
    (STALE, gettext_lazy("Stale")),
    (WAITING, gettext_lazy("Waiting")),
    (HEALTHY, gettext_lazy("Healthy")),
    (UNREAD, gettext_lazy("Not read yet")),
]
GRADES = [(grade, grade) for grade in "ABCD"]
NO_GOAL = "none"


class Option(NamedTuple):
    """What one may choose: the value of the URL, the words for it, and the row it stands for."""

    value: str
    label: str
    pk: int | None


class Options:
    """The domains, goals, leads and teams that a person may choose from: only those of bets in sight.

    Each is read at first use, in one query.
    """

    def __init__(self, bets: BetQuerySet, person: Person) -> None:
        self._bets, self._person = bets.order_by(), person

    @cached_property
    def _domains(self) -> list[Domain]:
        return list(Domain.objects.all())

    @cached_property
    def domain(self) -> list[Option]:
        powers = powers_of(self._person)
        return [Option(one.key, one.name, one.pk) for one in self._domains if powers.sees(one.pk)]

    @cached_property
    def goal(self) -> list[Option]:
        goals = Goal.objects.filter(pk__in=self._bets.values("goal"))
        return [*(Option(one.key, one.name, one.pk) for one in goals), Option(NO_GOAL, _("Serves no goal"), None)]

    @cached_property
    def lead(self) -> list[Option]:
        people = Person.objects.filter(pk__in=self._bets.values("lead")).order_by("name", "pk")
        return [Option(str(one.pk), str(one), one.pk) for one in people]  # not everybody may see e-mail addresses

    @cached_property
    def team(self) -> list[Option]:
        teams = Team.objects.filter(pk__in=self._bets.values("teams"))
        return [Option(one.key, one.name, one.pk) for one in teams]

    def ids(self, name: str, values: Iterable[str]) -> list[int | None]:
        """The rows that `values` of the filter `name` stand for."""
        wanted = set(values)
        return [option.pk for option in getattr(self, name) if option.value in wanted]

    def domains_below(self, values: Iterable[str]) -> set[int]:
        """The domains with these keys, and all below them."""
        children: dict[int, list[int]] = {}
        for one in self._domains:
            if one.parent_id is not None:
                children.setdefault(one.parent_id, []).append(one.pk)
        return {below for top in self.ids("domain", values) if top is not None for below in reach(top, children)}


class BetFilter(Sifting):
    """BetFilter(data, bets, person=…, night=…) narrows `bets`; several values of one filter mean any of them. Without
    a person, `request` names one."""

    meaningless = gettext_lazy("“%(asked)s” is not something bets can be filtered by.")
    blank = {"show": "all"}

    q = django_filters.CharFilter(label=gettext_lazy("Words"), method="by_words", max_length=100)
    show = django_filters.ChoiceFilter(label=gettext_lazy("View"), choices=list(SHOWS.items()), method="by_view")
    verdict = many(gettext_lazy("Verdict"), VERDICTS, "by_verdict")
    flag = many(gettext_lazy("Flag"), Flag.Kind.choices, "by_flag")
    health = many(gettext_lazy("Health of signals"), HEALTHS, "by_health")
    grade = many(gettext_lazy("Evidence grade"), GRADES, "by_grade")
    domain = many(gettext_lazy("Domain"), list, "by_domain")
    goal = many(gettext_lazy("Goal"), list, "by_goal")
    lead = many(gettext_lazy("Product lead"), list, "by_lead")
    team = many(gettext_lazy("Team"), list, "by_team")
    stage = many(gettext_lazy("Stage"), Bet.Stage.choices, "by_field")
    state = many(gettext_lazy("State"), Bet.State.choices, "by_field")
    horizon = many(gettext_lazy("Horizon"), [(str(key), label) for key, label in Bet.Horizon.choices], "by_field")
    decide_by_after = one_day(gettext_lazy("Decide by, from"), "by_first_day")
    decide_by_before = one_day(gettext_lazy("Decide by, until"), "by_last_day")
    sample = django_filters.ChoiceFilter(
        label=gettext_lazy("Sample data"), method="by_sample",
        choices=[("yes", gettext_lazy("Sample data only")), ("no", gettext_lazy("Without sample data"))],
    )  # fmt: skip

    def __init__(
        self, data: QueryDict | None = None, queryset: BetQuerySet | None = None, *, request: Any = None,
        prefix: str | None = None, person: Person | None = None, night: Run | None = None, besides: Iterable[str] = (),
    ) -> None:  # fmt: skip
        bets = Bet.objects.none() if queryset is None else queryset
        super().__init__(QueryDict(), bets, request=request, prefix=prefix)
        self.person: Person = person or request.user
        self.night = latest_night() if person is None else night
        self.options = options = Options(bets, self.person)
        for name in ("domain", "goal", "lead", "team"):
            self.filters[name].extra["choices"] = choices_of(options, name)
        self.sift(data, besides)

    # ---- one method a filter; each is called only with a value

    def by_words(self, bets: BetQuerySet, _name: str, words: str) -> BetQuerySet:
        return bets.matching(words)

    def by_view(self, bets: BetQuerySet, _name: str, view: str) -> BetQuerySet:
        return bets.filter(conditions(self.person, self.night)[view])

    def by_field(self, bets: BetQuerySet, name: str, values: list[str]) -> BetQuerySet:
        return bets.filter(**{f"{name}__in": values})

    def by_verdict(self, bets: BetQuerySet, _name: str, kinds: list[str]) -> BetQuerySet:
        return with_verdict(bets, self.night).filter(Q(verdict_kind__in=kinds))

    def by_health(self, bets: BetQuerySet, _name: str, states: list[str]) -> BetQuerySet:
        return with_health(bets, self.night).filter(Q(worst_health__in=states))

    def by_flag(self, bets: BetQuerySet, _name: str, kinds: list[str]) -> BetQuerySet:
        return bets.filter(Exists(Flag.objects.filter(bet=OuterRef("pk"), cleared_on=None, kind__in=kinds)))

    def by_grade(self, bets: BetQuerySet, _name: str, grades: list[str]) -> BetQuerySet:
        current = Reading.objects.filter(run=self.night, outcome__bet=OuterRef("pk"), outcome__successor=None)
        readings = current.filter(grade__in=grades)
        return bets.filter(Exists(readings))

    def by_domain(self, bets: BetQuerySet, _name: str, keys: list[str]) -> BetQuerySet:
        return bets.filter(domain__in=self.options.domains_below(keys))

    def by_goal(self, bets: BetQuerySet, _name: str, keys: list[str]) -> BetQuerySet:
        ids = self.options.ids("goal", keys)
        nowhere = Q(goal=None) if None in ids else Q()
        return bets.filter(Q(goal__in=[pk for pk in ids if pk is not None]) | nowhere)

    def by_lead(self, bets: BetQuerySet, _name: str, ids: list[str]) -> BetQuerySet:
        return bets.filter(lead__in=self.options.ids("lead", ids))

    def by_team(self, bets: BetQuerySet, _name: str, keys: list[str]) -> BetQuerySet:
        working = Bet.teams.through.objects.filter(bet=OuterRef("pk"), team__in=self.options.ids("team", keys))
        return bets.filter(Exists(working))

    def by_first_day(self, bets: BetQuerySet, _name: str, day: date) -> BetQuerySet:
        return bets.with_plan().filter(Q(decide_by__gte=day))

    def by_last_day(self, bets: BetQuerySet, _name: str, day: date) -> BetQuerySet:
        return bets.with_plan().filter(Q(decide_by__lte=day))

    def by_sample(self, bets: BetQuerySet, _name: str, answer: str) -> BetQuerySet:
        return bets.filter(is_sample=answer == "yes")


def choices_of(options: Options, name: str) -> Callable[[], list[tuple[str, str]]]:
    """What a filter offers, in the shape of a form."""
    # A function, because forms copy their fields deeply, and would copy the options with a method of theirs.
    return lambda: [(option.value, option.label) for option in getattr(options, name)]


def conditions(person: Person, night: Run | None) -> dict[str, Q]:
    """What makes a bet belong to each of the SHOWS."""
    flags = Flag.objects.filter(bet=OuterRef("pk"), cleared_on=None)
    current = Reading.objects.filter(run=night, outcome__bet=OuterRef("pk"), outcome__successor=None)
    unsound = current.filter(health__in=[STALE, BROKEN])
    return {
        "all": Q(pk__isnull=False),
        "flagged": Q(Exists(flags)),
        "signals": Q(Exists(unsound)),
        "mine": Q(lead=person),
    }
