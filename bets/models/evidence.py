"""What the signals say: readings of outcomes, verdicts on bets, the rule for the portfolio, outcomes that resolved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bets.models.bet import Bet, Outcome
from org.models import Run


class Reading(models.Model):
    """What the signals say of an outcome in one run, and the exact data it used. Append-only by trigger."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="readings", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(help_text="Periods that ended before this day were read.")
    engine = models.CharField(max_length=20)
    snapshot = models.CharField(max_length=64, help_text="Hash of the signals that were read.")
    cutoff = models.DateField(null=True, help_text="Periods that start on this day or later were not read.")
    bet_version = models.PositiveSmallIntegerField(default=1, help_text="Version of the hypothesis in force.")
    last_period = models.DateField(null=True)
    log_e_cease = models.FloatField()
    log_e_miss = models.FloatField()
    log_e_scale = models.FloatField()
    log_e_alive = models.FloatField()
    estimate = models.FloatField(null=True)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    exposures = models.FloatField()
    phi = models.FloatField(null=True)
    nu = models.FloatField(null=True)
    autocorrelation = models.FloatField(null=True)
    blocks = models.PositiveIntegerField()
    recent = models.FloatField(null=True, help_text="Estimate of the last four weeks alone.")
    cease_since = models.DateField(null=True, help_text="Start of the stretch that speaks most for the cease.")
    scale_since = models.DateField(null=True)
    phi_history = models.FloatField(null=True, help_text="Noise between weeks before the bet.")
    history_weeks = models.PositiveSmallIntegerField(default=0)
    crude = models.FloatField(null=True, help_text="Estimate without standardising, where there are segments.")
    chance = models.FloatField(null=True, help_text="Chance that the resolution window meets the target.")
    forecast_mean = models.FloatField(null=True)
    forecast_sd = models.FloatField(null=True)
    asked = models.FloatField(null=True, help_text="Log of the e-value that counts as settled, for the four below.")
    settles = models.FloatField(null=True, help_text="Chance that the day below finds it settled.")
    settles_by = models.DateField(null=True, help_text="The decide-by date, or the day on which the money is used up.")
    answer_on = models.DateField(null=True, help_text="First day on which an answer is more likely than not.")
    answer_times = models.FloatField(null=True, help_text="Exposures times this would answer by the decide-by date.")
    answer_with_on = models.DateField(null=True, help_text="When they would.")
    evpi = models.BigIntegerField(null=True, help_text="Worth of knowing for certain, minor units of the bet.")
    evsi = models.BigIntegerField(null=True, help_text="Worth of what the next tranche would show, minor units.")
    grade = models.CharField(max_length=1)
    health = models.CharField(max_length=12)
    health_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outcome", "run"], name="bets_reading_once_in_a_run"),
            models.CheckConstraint(condition=Q(grade__in=["A", "B", "C", "D"]), name="bets_reading_grade_known"),
            models.CheckConstraint(
                condition=(Q(chance=None) | Q(chance__gte=0, chance__lte=1))
                & (Q(settles=None) | Q(settles__gte=0, settles__lte=1)),
                name="bets_reading_chances_are_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.as_of}"


class Verdict(models.Model):
    """What one run concludes of a bet from the readings of its outcomes. Append-only by trigger."""

    class Kind(models.TextChoices):
        CEASE = "cease", _("Cease")
        PIVOT = "pivot", _("Pivot")
        PERSIST = "persist", _("Persist strongly")
        MEASURE = "measure", _("Keep measuring")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")
        CONTRADICTION = "contradiction", _("Contradiction")
        NONE = "none", _("No verdict")

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="verdicts", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    kind = models.CharField(max_length=14, choices=Kind.choices)
    sentence = models.CharField(max_length=600)
    log_e_cease = models.FloatField()
    log_e_miss = models.FloatField()
    log_e_scale = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bet", "run"], name="bets_verdict_once_in_a_run"),
            models.CheckConstraint(
                condition=Q(kind__in=["cease", "pivot", "persist", "measure", "inconclusive", "contradiction", "none"]),
                name="bets_verdict_kind_known",
            ),
        ]


class FamilyRule(models.Model):
    """What the false-discovery rule did in one run, for one kind of flag. Append-only by trigger."""

    class Family(models.TextChoices):
        CEASE = "cease", _("Cease")
        MISS = "miss", _("Pivot")
        SCALE = "scale", _("Scale")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    family = models.CharField(max_length=5, choices=Family.choices)
    alpha = models.FloatField(help_text="Share of the flags that may be wrong.")
    bets = models.PositiveIntegerField(help_text="m: every bet active at any time in the review cycle.")
    issued = models.PositiveIntegerField(help_text="Flags that stand.")
    cut = models.FloatField(help_text="Log of the e-value that was asked for.")
    bound = models.FloatField(null=True, help_text="Expected share of wrong flags among those that stand, at most.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "family"], name="bets_familyrule_once_in_a_run"),
            models.CheckConstraint(condition=Q(family__in=["cease", "miss", "scale"]), name="bets_familyrule_known"),
            models.CheckConstraint(condition=Q(alpha__gt=0, alpha__lt=1), name="bets_familyrule_alpha_is_a_share"),
            models.CheckConstraint(condition=Q(issued__lte=F("bets")), name="bets_familyrule_issued_among_bets"),
        ]


class Resolution(models.Model):
    """Whether an outcome met its target in the resolution window, once that has been measured. Append-only."""

    outcome = models.OneToOneField(Outcome, on_delete=models.PROTECT, related_name="resolution")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(help_text="First day of the window.")
    ends_on = models.DateField(help_text="First day after the window.")
    value = models.FloatField()
    reached = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="bets_resolution_window_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} resolved"
