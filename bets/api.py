"""The read API of bets: goals, flags, and of one bet its outcomes, readings, signals and history."""

from typing import Any

import django_filters
from django.db.models import Count, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bets.models import Bet, Flag, Goal, Hypothesis, Outcome, Reading, Tranche, Verdict
from bets.rules import BROKEN, HEALTHY, STALE, WAITING
from lib.api import Asked, Listing, Money, Number
from metrics.api import YES_NO, SignalFilter, SignalShape
from metrics.models import Metric, Series, Signal
from org.api import EventShape
from org.models import Event, Run
from org.visibility import powers_of

HEALTHS = [(state, state) for state in (HEALTHY, WAITING, STALE, BROKEN)]
GRADES = [(grade, grade) for grade in "ABCD"]
CONTRASTS = [("", "none"), ("relative", "relative"), ("difference", "difference")]


class GoalShape(serializers.ModelSerializer[Goal]):
    bets = serializers.IntegerField(source="served_by", help_text="How many bets serve it, of those you may see.")

    class Meta:
        model = Goal
        fields = ["key", "name", "measure", "due_on", "bets"]


class HypothesisShape(serializers.ModelSerializer[Hypothesis]):
    sentence = serializers.CharField(source="__str__")
    written_by = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = Hypothesis
        fields = ["version", "sentence", "change", "whom", "result", "reason", "written_at", "written_by"]


class TrancheShape(serializers.ModelSerializer[Tranche]):
    amount = serializers.SerializerMethodField()

    class Meta:
        model = Tranche
        fields = ["sequence", "amount", "purpose", "gate", "planned_on"]

    @extend_schema_field(Money)
    def get_amount(self, tranche: Tranche) -> dict[str, Any]:
        return {"amount": tranche.amount, "currency": tranche.bet.currency}


class VerdictShape(serializers.ModelSerializer[Verdict]):
    log_e_cease = Number()
    log_e_miss = Number()
    log_e_scale = Number()

    class Meta:
        model = Verdict
        fields = ["kind", "sentence", "as_of", "log_e_cease", "log_e_miss", "log_e_scale"]


class ReadingShape(serializers.ModelSerializer[Reading]):
    """What the signals say of an outcome after one night; numbers in the unit of the metric, shares as fractions."""

    outcome = serializers.IntegerField(source="outcome.number")
    health = serializers.ChoiceField(choices=HEALTHS)
    grade = serializers.ChoiceField(choices=GRADES)
    estimate = Number(allow_null=True)
    lower = Number(allow_null=True)
    upper = Number(allow_null=True)
    exposures = Number()
    log_e_cease = Number(help_text="Natural logarithm of the evidence that it is beyond the kill line.")
    log_e_miss = Number(help_text="Natural logarithm of the evidence that it misses the target.")
    log_e_scale = Number(help_text="Natural logarithm of the evidence that it is better than the target.")

    class Meta:
        model = Reading
        fields = [
            "outcome", "as_of", "last_period", "estimate", "lower", "upper", "exposures", "grade", "health",
            "health_note", "log_e_cease", "log_e_miss", "log_e_scale", "engine", "snapshot",
        ]  # fmt: skip


class FlagShape(serializers.ModelSerializer[Flag]):
    bet = serializers.CharField(source="bet.key")
    outcome = serializers.IntegerField(source="outcome.number")
    since = serializers.DateField(source="raised_on")
    log_e = Number(allow_null=True, help_text="Evidence on the night it was raised, frozen; natural logarithm.")
    cut = Number(allow_null=True, help_text="What the portfolio's rule asked for that night; natural logarithm.")

    class Meta:
        model = Flag
        fields = ["bet", "outcome", "kind", "since", "sentence", "log_e", "cut", "cleared_on", "cleared_because"]


class OutcomeShape(serializers.ModelSerializer[Outcome]):
    """What must become true, as it was frozen, with the reading of the latest night beside it."""

    metric = serializers.CharField(source="series.metric.key")
    name = serializers.CharField(source="series.metric.name")
    unit = serializers.CharField(source="series.metric.unit")
    kind = serializers.ChoiceField(source="series.metric.kind", choices=Metric.Kind.choices)
    grain = serializers.ChoiceField(source="series.grain", choices=Series.Grain.choices)
    contrast = serializers.ChoiceField(
        choices=CONTRASTS, allow_blank=True, help_text="Compared with control; empty: not compared."
    )
    baseline = Number(allow_null=True)
    target = Number()
    kill_line = Number()
    planned_exposures = Number()
    reading = serializers.SerializerMethodField(help_text="What the latest night read; null before the first.")

    class Meta:
        model = Outcome
        fields = [
            "number", "metric", "name", "unit", "kind", "grain", "contrast", "higher_is_better", "baseline", "target",
            "kill_line", "starts_on", "decide_by", "planned_exposures", "reading",
        ]  # fmt: skip

    @extend_schema_field(ReadingShape(allow_null=True))
    def get_reading(self, outcome: Outcome) -> dict[str, Any] | None:
        latest: list[Reading] = outcome.latest  # type: ignore[attr-defined] # by outcomes_read_in
        return ReadingShape(latest[0]).data if latest else None


def outcomes_read_in(night: Run | None) -> Any:
    """The outcomes of bets, with `latest`: a list with the reading of that night, if there is one. Two queries."""
    read = Prefetch("readings", queryset=Reading.objects.filter(run=night), to_attr="latest")
    return Prefetch("outcomes", queryset=Outcome.objects.select_related("series__metric").prefetch_related(read))


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


class ListGoals(Listing):
    """What the enterprise wants, for everyone who holds a role; the bets counted are those you may see."""

    serializer_class = GoalShape
    orders = {"key": "key", "name": "name", "due_on": "due_on", "bets": "served_by"}

    def get_queryset(self) -> QuerySet[Goal]:
        domains = powers_of(self.request.user).domains()
        seen = Q() if domains is None else Q(bets__domain__in=domains)
        goals = Goal.objects.none() if domains == frozenset() else Goal.objects.all()
        return goals.annotate(served_by=Count("bets", filter=seen)).order_by("key")


class ListFlags(Listing):
    """Flags of the bets that you may see, also those that were cleared; the latest first."""

    serializer_class = FlagShape
    filterset_class = FlagFilter
    orders = {"since": "raised_on", "kind": "kind", "bet": "bet__key"}

    def get_queryset(self) -> QuerySet[Flag]:
        seen = Bet.objects.visible_to(powers_of(self.request.user))
        return Flag.objects.filter(bet__in=seen).select_related("bet", "outcome").order_by("-raised_on", "-pk")


class _OfBet(Listing):
    def bet(self) -> Bet:
        return get_object_or_404(Bet.objects.visible_to(powers_of(self.request.user)), key=self.kwargs["key"])


class ListReadings(_OfBet):
    """What each night read of the outcomes of one bet, the latest first."""

    serializer_class = ReadingShape
    filterset_class = ReadingFilter
    orders = {"as_of": "as_of", "outcome": "outcome__number"}
    queryset = Reading.objects.select_related("outcome").order_by("-as_of", "-run", "outcome__number")

    def get_queryset(self) -> QuerySet[Reading]:
        return super().get_queryset().filter(outcome__bet=self.bet())


class ListVerdicts(_OfBet):
    """What each night concluded of one bet, the latest first."""

    serializer_class = VerdictShape
    orders = {"as_of": "as_of"}
    queryset = Verdict.objects.order_by("-as_of", "-run")

    def get_queryset(self) -> QuerySet[Verdict]:
        return super().get_queryset().filter(bet=self.bet())


class ListEvents(_OfBet):
    """What has happened to one bet, the latest first."""

    serializer_class = EventShape
    filterset_class = EventFilter
    orders = {"at": "at"}
    queryset = Event.objects.select_related("by").order_by("-at", "-pk")

    def get_queryset(self) -> QuerySet[Event]:
        return super().get_queryset().filter(subject_type="bets.bet", subject_id=self.bet().pk)


class ListOutcomeSignals(_OfBet):
    """The signals that one outcome is read from, the latest period first."""

    serializer_class = SignalShape
    filterset_class = SignalFilter
    orders = {"period": "period"}
    tie = ("-arm",)
    queryset = Signal.objects.order_by("-period", "-arm")

    def get_queryset(self) -> QuerySet[Signal]:
        outcome = get_object_or_404(self.bet().outcomes, number=self.kwargs["number"])
        return super().get_queryset().filter(series=outcome.series_id, period__gte=outcome.starts_on)
