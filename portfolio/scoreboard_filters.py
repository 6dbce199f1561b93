"""What the scoreboard of decisions is narrowed by, for its pages, exports and API: time, domain and forum."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import Max, Min
from django.db.models.functions import TruncDate
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from bets.models import Bet, BetQuerySet
from org.models import Person
from org.rules import ACTS, Powers
from org.visibility import powers_of
from portfolio.asking import PAGE, Asking
from portfolio.decision_filters import DecisionFilter, Found, decisions_seen_by
from portfolio.rules_scoreboard import bounds, periods


class ScoreFilter(DecisionFilter):
    """Narrows decisions by time, domain and forum alone; the other filters of the log would bend what is counted."""

    meaningless = gettext_lazy("“%(asked)s” is not something the scoreboard can be narrowed by.")

    period = django_filters.ChoiceFilter(label=gettext_lazy("Time"), choices=list, method="by_period")

    NAMES = ("period", "domain", "forum")

    filters: dict[str, Any]

    def sift(self, data: QueryDict | None, besides: Iterable[str]) -> None:
        self.filters = {name: self.filters[name] for name in self.NAMES}
        day = TruncDate("decided_at")
        ends = self.queryset.order_by().aggregate(first=Min(day), last=Max(day))
        known = periods(**ends) if ends["first"] else ()
        self.filters["period"].extra["choices"] = [(one, period_words(one)) for one in known]
        super().sift(data, besides)

    def by_period(self, found: Found, _name: str, period: str) -> Found:
        first, last = bounds(period)
        return found.filter(decided_at__date__gte=first, decided_at__date__lte=last)


def period_words(period: str) -> str:
    """Q3 2026."""
    return " ".join(reversed(period.split("-")))


@dataclass(frozen=True)
class AskedScores(Asking):
    """What is asked of the scoreboard."""

    filters: ScoreFilter


def ask_scores(data: QueryDict, person: Person) -> AskedScores:
    """Reads the URL. Nothing in it is an error."""
    filters = ScoreFilter(data, decisions_seen_by(powers_of(person)), person=person, besides=[PAGE])
    return AskedScores(filters, {}, data.get(PAGE, ""), [])


@dataclass(frozen=True)
class Scope:
    """What the scoreboard counts: decisions and bets that the person sees, as the filters have narrowed them. Money is
    that of the domains in which the person sees money."""

    filters: ScoreFilter
    person: Person
    today: date

    @property
    def powers(self) -> Powers:
        return powers_of(self.person)

    @cached_property
    def decisions(self) -> Found:
        found: Found = self.filters.qs.order_by()
        return found

    @cached_property
    def decisions_ever(self) -> Found:
        """Of any day: money moves later than the decision that moves it."""
        found: Found = self.filters.qs_without("period").order_by()
        return found

    @cached_property
    def bets(self) -> BetQuerySet:
        bets, keys = Bet.objects.visible_to(self.powers).order_by(), self.filters.kept.get("domain", [])
        return bets.filter(domain__in=self.filters.options.domains_below(keys)) if keys else bets

    @cached_property
    def bets_with_money(self) -> BetQuerySet:
        domains = self.powers.domains(ACTS["see_money"])
        return self.bets if domains is None else self.bets.filter(domain__in=domains)

    @property
    def sees_money(self) -> bool:
        return self.powers.may("see_money")

    @property
    def has_forum(self) -> bool:
        return bool(self.filters.value("forum"))

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of the time that was asked for."""
        period = self.filters.value("period")
        return bounds(period) if period else None

    def within(self, field: str) -> dict[str, date]:
        """What narrows a date to the time that was asked for."""
        days = self.days
        return {f"{field}__gte": days[0], f"{field}__lte": days[1]} if days else {}


def scope_of(asked: AskedScores, person: Person, today: date) -> Scope:
    return Scope(asked.filters, person, today)
