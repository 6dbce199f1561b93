"""The shapes of what the read API answers of bets."""

from collections import defaultdict
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bets.actions.outcomes import outcome_seen
from bets.actions.standards import GOAL, standing_of
from bets.drafts import PARTS, tranche_values
from bets.models import (
    Bet,
    Decision,
    FamilyRule,
    Flag,
    Goal,
    Hypothesis,
    Outcome,
    Reading,
    Resolution,
    SecondReading,
    Segment,
    Tranche,
    Verdict,
)
from bets.rules import BROKEN, HEALTHY, STALE, WAITING
from lib.api import Money, Number, Seen
from lib.seen import seen_of
from metrics.models import Metric, Series
from org.models import Run

HEALTHS = [(state, state) for state in (HEALTHY, WAITING, STALE, BROKEN)]
GRADES = [(grade, grade) for grade in "ABCD"]
CONTRASTS = [("", "none"), ("relative", "relative"), ("difference", "difference")]


class GoalShape(serializers.ModelSerializer[Goal]):
    bets = serializers.IntegerField(source="served_by", help_text="How many bets serve it, of those you may see.")
    seen = Seen(lambda goal: seen_of(standing_of(goal, GOAL)))

    class Meta:
        model = Goal
        fields = ["key", "name", "measure", "due_on", "bets", "seen"]


class HypothesisShape(serializers.ModelSerializer[Hypothesis]):
    sentence = serializers.CharField(source="__str__")
    written_by = serializers.CharField(help_text="Name of the person.")
    seen = Seen(lambda claim: seen_of({part: getattr(claim, part) for part in PARTS}))

    class Meta:
        model = Hypothesis
        fields = ["version", "sentence", "change", "whom", "result", "reason", "written_at", "written_by", "seen"]


class TrancheShape(serializers.ModelSerializer[Tranche]):
    amount = serializers.SerializerMethodField()
    seen = Seen(lambda tranche: seen_of(tranche_values(tranche)))

    class Meta:
        model = Tranche
        fields = ["sequence", "amount", "purpose", "gate", "planned_on", "lasts_until", "seen"]

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
    version = serializers.IntegerField(source="outcome.version", help_text="Of the outcome's lines.")
    health = serializers.ChoiceField(choices=HEALTHS)
    grade = serializers.ChoiceField(choices=GRADES)
    estimate = Number(allow_null=True)
    lower = Number(allow_null=True)
    upper = Number(allow_null=True)
    exposures = Number()
    log_e_cease = Number(help_text="Natural logarithm of the evidence that it is beyond the kill line.")
    log_e_miss = Number(help_text="Natural logarithm of the evidence that it misses the target.")
    log_e_scale = Number(help_text="Natural logarithm of the evidence that it is better than the target.")
    log_e_alive = Number(help_text="Natural logarithm of the evidence that it is better than the kill line.")
    recent = Number(allow_null=True, help_text="Estimate of the last four weeks alone.")
    crude = Number(allow_null=True, help_text="Estimate without standardising, where there are segments.")
    phi = Number(allow_null=True, help_text="Noise between periods, relative to what single exposures explain.")
    phi_history = Number(allow_null=True, help_text="The same, of the weeks before the bet.")
    chance = Number(allow_null=True, help_text="Forecast: that the four weeks to the decide-by date meet the target.")
    forecast_mean = Number(allow_null=True)
    forecast_sd = Number(allow_null=True)
    asked = Number(allow_null=True, help_text="Natural logarithm of the evidence that counts as an answer.")
    settles = Number(allow_null=True, help_text="Chance that there is an answer by the day in settles_by.")
    answer_on = serializers.DateField(allow_null=True, help_text="When an answer is more likely than not; null: never.")
    answer_times = Number(allow_null=True, help_text="How many times the exposures would answer by the decide-by date.")
    answer_with_on = serializers.DateField(allow_null=True, help_text="When they would.")
    evpi = serializers.SerializerMethodField(help_text="Worth of knowing for certain; null where nobody set a value.")
    evsi = serializers.SerializerMethodField(help_text="Worth of what the next tranche would show.")

    class Meta:
        model = Reading
        fields = [
            "outcome", "version", "as_of", "cutoff", "last_period", "estimate", "lower", "upper", "recent", "crude",
            "exposures", "blocks", "phi", "phi_history", "history_weeks", "grade", "health", "health_note",
            "log_e_cease", "log_e_miss", "log_e_scale", "log_e_alive", "cease_since", "scale_since", "chance",
            "forecast_mean", "forecast_sd", "asked", "settles", "settles_by", "answer_on", "answer_times",
            "answer_with_on", "evpi", "evsi", "bet_version", "engine", "snapshot",
        ]  # fmt: skip

    @extend_schema_field(Money(allow_null=True))
    def get_evpi(self, reading: Reading) -> dict[str, Any] | None:
        return money_of(reading.outcome.bet, reading.evpi)

    @extend_schema_field(Money(allow_null=True))
    def get_evsi(self, reading: Reading) -> dict[str, Any] | None:
        return money_of(reading.outcome.bet, reading.evsi)


def money_of(bet: Bet, amount: int | None) -> dict[str, Any] | None:
    """An amount in the currency of a bet, or None where there is none."""
    return None if amount is None else {"amount": amount, "currency": bet.currency}


class SecondReadingShape(serializers.ModelSerializer[SecondReading]):
    read_by = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = SecondReading
        fields = ["finding", "note", "read_at", "read_by"]


class FlagShape(serializers.ModelSerializer[Flag]):
    bet = serializers.CharField(source="bet.key")
    outcome = serializers.IntegerField(source="outcome.number")
    since = serializers.DateField(source="raised_on", help_text="The night that raised it.")
    began_on = serializers.DateField(source="since", allow_null=True, help_text="About when it began to be so.")
    log_e = Number(allow_null=True, help_text="Evidence on the night it was raised, frozen; natural logarithm.")
    cut = Number(allow_null=True, help_text="What the portfolio's rule asked for that night; natural logarithm.")
    reader = serializers.CharField(allow_null=True, help_text="Who reads a near miss independently.")
    decision = serializers.SerializerMethodField(help_text="Number of the decision that cleared it.")
    second_reading = serializers.SerializerMethodField(help_text="What the independent reader found.")

    class Meta:
        model = Flag
        fields = [
            "bet", "outcome", "kind", "since", "began_on", "act_by", "sentence", "log_e", "cut", "reader", "read_by",
            "second_reading", "cleared_on", "cleared_how", "cleared_because", "decision",
        ]  # fmt: skip

    def get_decision(self, flag: Flag) -> int | None:
        return flag.decision.number if flag.decision else None

    @extend_schema_field(SecondReadingShape(allow_null=True))
    def get_second_reading(self, flag: Flag) -> dict[str, Any] | None:
        found = getattr(flag, "second_reading", None)
        return SecondReadingShape(found).data if found else None


class DecisionShape(serializers.ModelSerializer[Decision]):
    """What somebody decided; `as_of` and `verdict` are of the night that stood then."""

    reverses = serializers.IntegerField(source="reverses.number", default=None, allow_null=True)
    as_of = serializers.DateField(source="run.as_of", default=None, allow_null=True)
    decided_by = serializers.CharField(help_text="Name of the person.")

    class Meta:
        model = Decision
        fields = [
            "number", "kind", "rationale", "would_change", "look_again_on", "reverses", "as_of", "verdict",
            "decided_at", "decided_by",
        ]  # fmt: skip


class FamilyRuleShape(serializers.ModelSerializer[FamilyRule]):
    """What the rule for the whole portfolio did in one night, for one kind of flag."""

    as_of = serializers.DateField(source="run.as_of")
    alpha = Number(help_text="Share of the flags that may be wrong.")
    cut = Number(help_text="Natural logarithm of the evidence that was asked for.")
    bound = Number(allow_null=True, help_text="Expected share of wrong flags among those that stand, at most.")

    class Meta:
        model = FamilyRule
        fields = ["family", "as_of", "alpha", "bets", "issued", "cut", "bound"]


class SegmentShape(serializers.ModelSerializer[Segment]):
    weight = Number(help_text="Share of this part, fixed when the outcome was stated.")

    class Meta:
        model = Segment
        fields = ["name", "series", "weight"]


class ResolutionShape(serializers.ModelSerializer[Resolution]):
    """Whether the target was met, measured over the window that ends before `ends_on`."""

    value = Number()

    class Meta:
        model = Resolution
        fields = ["starts_on", "ends_on", "value", "reached"]


class VersionShape(serializers.ModelSerializer[Outcome]):
    """The lines of an outcome as they were frozen, with the reading of the latest night beside them."""

    target = Number()
    kill_line = Number()
    reading = serializers.SerializerMethodField(help_text="What the latest night read; null before the first.")
    resolution = serializers.SerializerMethodField(help_text="Whether it met its target; null before that is known.")

    class Meta:
        model = Outcome
        fields = ["version", "reason", "target", "kill_line", "decide_by", "reading", "resolution"]

    @extend_schema_field(ReadingShape(allow_null=True))
    def get_reading(self, outcome: Outcome) -> dict[str, Any] | None:
        latest: list[Reading] = outcome.latest  # type: ignore[attr-defined] # by outcomes_read_in
        return ReadingShape(latest[0]).data if latest else None

    @extend_schema_field(ResolutionShape(allow_null=True))
    def get_resolution(self, outcome: Outcome) -> dict[str, Any] | None:
        found = getattr(outcome, "resolution", None)
        return ResolutionShape(found).data if found else None


class OutcomeShape(VersionShape):
    """What must become true, with the reading of the latest night beside it. A line that was moved is a new version;
    those before it are still read."""

    metric = serializers.CharField(source="series.metric.key")
    name = serializers.CharField(source="series.metric.name")
    unit = serializers.CharField(source="series.metric.unit")
    kind = serializers.ChoiceField(source="series.metric.kind", choices=Metric.Kind.choices)
    grain = serializers.ChoiceField(source="series.grain", choices=Series.Grain.choices)
    contrast = serializers.ChoiceField(
        choices=CONTRASTS, allow_blank=True, help_text="Compared with control; empty: not compared."
    )
    baseline = Number(allow_null=True)
    planned_exposures = Number()
    weight = Number(help_text="Share of a primary in the evidence on the bet, before scaling.")
    share = Number(help_text="Planned share of exposures in the treatment arm.")
    segments = SegmentShape(many=True)
    earlier = VersionShape(many=True, help_text="Versions that were replaced, the latest first.")
    seen = Seen(outcome_seen)

    class Meta(VersionShape.Meta):
        fields = [
            "number", "metric", "name", "unit", "kind", "grain", "contrast", "higher_is_better", "baseline",
            "starts_on", "planned_exposures", "role", "weight", "grace_days", "glide", "share", "segments",
            *VersionShape.Meta.fields, "earlier", "seen",
        ]  # fmt: skip


def outcomes_read_in(night: Run | None) -> Any:
    """Every version of the outcomes of bets, with `latest`: a list with the reading of that night, if there is one.
    Three queries."""
    read = Prefetch("readings", queryset=Reading.objects.filter(run=night), to_attr="latest")
    outcomes = Outcome.objects.select_related("series__metric", "series__source", "resolution")
    return Prefetch("outcomes", queryset=outcomes.prefetch_related(read, "segments"))


def current_of(bet: Bet) -> list[Outcome]:
    """The outcomes of a bet as they stand, in order, each with `earlier`: its former versions, the latest first."""
    versions: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in sorted(bet.outcomes.all(), key=lambda one: (one.number, -one.version)):
        versions[outcome.number].append(outcome)
    for current, *earlier in versions.values():
        current.earlier = earlier  # type: ignore[attr-defined]
    return [found[0] for found in versions.values()]
