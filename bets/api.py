"""The API of bets: goals, flags, and of one bet its outcomes, readings, decisions, signals and history."""

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from bets.api_shapes import GRADES, HEALTHS, DecisionShape, FlagShape, GoalShape, ReadingShape, VerdictShape
from bets.models import Bet, Decision, Flag, Goal, Reading, Verdict
from bets.signals import first_day
from lib.api import Asked, Listing
from metrics.api import YES_NO, SignalListing
from metrics.models import Signal
from org.api import EventShape
from org.models import Event
from org.visibility import powers_of


class FlagFilter(Asked):
    kind = django_filters.MultipleChoiceFilter(choices=Flag.Kind.choices, label="Kind")
    open = django_filters.ChoiceFilter(choices=YES_NO, method="by_open", label="Open, or cleared")
    bet = django_filters.CharFilter("bet__key", label="Key of the bet")
    domain = django_filters.CharFilter("bet__domain__key", label="Key of the domain")
    since_after = django_filters.DateFilter("raised_on", "gte", label="Raised on this day or later")
    since_before = django_filters.DateFilter("raised_on", "lte", label="Raised on this day or before")

    def by_open(self, flags: QuerySet[Flag], _name: str, answer: str) -> QuerySet[Flag]:
        return flags.filter(cleared_on__isnull=answer == "yes")


class ReadingFilter(Asked):
    outcome = django_filters.NumberFilter("outcome__number", label="Number of the outcome")
    health = django_filters.MultipleChoiceFilter(choices=HEALTHS, label="Health of the signals")
    grade = django_filters.MultipleChoiceFilter(choices=GRADES, label="Grade of the evidence")
    as_of_after = django_filters.DateFilter("as_of", "gte", label="First day")
    as_of_before = django_filters.DateFilter("as_of", "lte", label="Last day")


class EventFilter(Asked):
    kind = django_filters.CharFilter(label="Kind, exactly")
    at_after = django_filters.DateFilter("at", "date__gte", label="First day")
    at_before = django_filters.DateFilter("at", "date__lte", label="Last day")


def goals_seen_by(person: Any) -> QuerySet[Goal]:
    """All of them, each with how many of the bets that the person may see serve it; none without a role."""
    domains = powers_of(person).domains()
    seen = Q() if domains is None else Q(bets__domain__in=domains)
    goals = Goal.objects.none() if domains == frozenset() else Goal.objects.all()
    return goals.annotate(served_by=Count("bets", filter=seen)).order_by("key")


class ListGoals(Listing):
    """What the enterprise wants, for everyone who holds a role; the bets counted are those you may see."""

    serializer_class = GoalShape
    orders = {"key": "key", "name": "name", "due_on": "due_on", "bets": "served_by"}

    def get_queryset(self) -> QuerySet[Goal]:
        return goals_seen_by(self.request.user)


SHOWN = ("bet", "outcome", "reader", "decision", "second_reading__read_by")  # of a flag


class ListFlags(Listing):
    """Flags of the bets that you may see, also those that were cleared; the latest first."""

    serializer_class = FlagShape
    filterset_class = FlagFilter
    orders = {"since": "raised_on", "kind": "kind", "bet": "bet__key"}

    def get_queryset(self) -> QuerySet[Flag]:
        seen = Bet.objects.visible_to(powers_of(self.request.user))
        return Flag.objects.filter(bet__in=seen).select_related(*SHOWN).order_by("-raised_on", "-pk")


class _OfBet(Listing):
    def bet(self) -> Bet:
        return get_object_or_404(Bet.objects.visible_to(powers_of(self.request.user)), key=self.kwargs["key"])


class ListReadings(_OfBet):
    """What each night read of the outcomes of one bet, the latest first."""

    serializer_class = ReadingShape
    filterset_class = ReadingFilter
    orders = {"as_of": "as_of", "outcome": "outcome__number"}
    queryset = Reading.objects.select_related("outcome__bet").order_by("-as_of", "-run", "outcome__number")

    def get_queryset(self) -> QuerySet[Reading]:
        return super().get_queryset().filter(outcome__bet=self.bet())


class ListVerdicts(_OfBet):
    """What each night concluded of one bet, the latest first."""

    serializer_class = VerdictShape
    orders = {"as_of": "as_of"}
    queryset = Verdict.objects.order_by("-as_of", "-run")

    def get_queryset(self) -> QuerySet[Verdict]:
        return super().get_queryset().filter(bet=self.bet())


class ListDecisions(_OfBet):
    """What was decided on one bet, the latest first."""

    serializer_class = DecisionShape
    orders = {"number": "number"}
    queryset = Decision.objects.select_related("reverses", "run", "decided_by").order_by("-number")

    def get_queryset(self) -> QuerySet[Decision]:
        return super().get_queryset().filter(bet=self.bet())


class ListEvents(_OfBet):
    """What has happened to one bet, the latest first."""

    serializer_class = EventShape
    filterset_class = EventFilter
    orders = {"at": "at"}
    queryset = Event.objects.select_related("by").order_by("-at", "-pk")

    def get_queryset(self) -> QuerySet[Event]:
        return super().get_queryset().filter(subject_type="bets.bet", subject_id=self.bet().pk)


class ListOutcomeSignals(SignalListing, _OfBet):
    """The signals that one outcome is read from, the latest period first."""

    def get_queryset(self) -> QuerySet[Signal]:
        outcome = get_object_or_404(self.bet().outcomes.current(), number=self.kwargs["number"])
        return super().get_queryset().filter(series=outcome.series_id, period__gte=first_day(outcome))
