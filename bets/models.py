"""What we bet on: goals, bets with their hypotheses, outcomes and tranches; and what the signals say of them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from metrics.models import Series
from org.models import Domain, Run, Team
from org.rules import Powers


class Goal(models.Model):
    """What the enterprise wants this year or two: dated, with a measure."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=160)
    measure = models.CharField(max_length=200)
    due_on = models.DateField()

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["key"], name="bets_goal_key_once")]

    def __str__(self) -> str:
        return self.name


class BetQuerySet(models.QuerySet["Bet"]):
    def visible_to(self, powers: Powers) -> "BetQuerySet":
        """Bets of the domains that these powers reach. Keeps the order it is given; adds no query and no join."""
        domains = powers.domains()
        return self if domains is None else self.filter(domain__in=domains)

    def with_plan(self) -> "BetQuerySet":
        """Adds `planned` (sum of the tranches, minor units) and `decide_by` (soonest of the outcomes, or None).

        Keeps the order; two subqueries in the same query.
        """
        mine = {"bet": OuterRef("pk")}
        money = Tranche.objects.filter(**mine).order_by().values("bet").annotate(sum=Sum("amount")).values("sum")
        soonest = Outcome.objects.filter(**mine).order_by().values("bet").annotate(day=Min("decide_by")).values("day")
        return self.annotate(planned=Coalesce(Subquery(money), 0), decide_by=Subquery(soonest))

    def with_stakes(self, today: date) -> "BetQuerySet":
        """Adds `at_stake`: the part of the plan that is still ahead (tranches planned after `today`), minor units.

        Keeps the order; a subquery in the same query.
        """
        ahead = Tranche.objects.filter(bet=OuterRef("pk"), planned_on__gt=today).order_by().values("bet")
        return self.annotate(at_stake=Coalesce(Subquery(ahead.annotate(sum=Sum("amount")).values("sum")), 0))

    def matching(self, words: str) -> "BetQuerySet":
        """Bets in which each of `words` is found: in key, name, lead, domain or goal. Keeps the order."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(key__icontains=word) | Q(name__icontains=word) | Q(lead__name__icontains=word)
                | Q(domain__name__icontains=word) | Q(goal__name__icontains=word)
            )  # fmt: skip
        return found


class Bet(models.Model):
    """An initiative under uncertainty, led by a product lead, in one domain, worked by one or more teams."""

    class Stage(models.TextChoices):
        DISCOVERY = "discovery", _("Discovery")
        VALIDATION = "validation", _("Validation")
        ACCELERATION = "acceleration", _("Acceleration")
        RUN = "run", _("Run")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LIVE = "live", _("Live")
        HELD = "held", _("Held")
        CEASED = "ceased", _("Ceased")
        CONCLUDED = "concluded", _("Concluded")

    class Horizon(models.IntegerChoices):
        H0 = 0, _("Retiring")
        H1 = 1, _("Now")
        H2 = 2, _("Next")
        H3 = 3, _("Later")

    key = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, null=True, blank=True, related_name="bets")
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    teams = models.ManyToManyField(Team, related_name="+", blank=True)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.DISCOVERY)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    horizon = models.PositiveSmallIntegerField(choices=Horizon.choices, default=Horizon.H1)
    currency = models.CharField(max_length=3, default="EUR")
    starts_on = models.DateField()
    is_sample = models.BooleanField(default=False)

    objects = BetQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="bets_bet_key_once"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(key__contains="/") & ~Q(key__in=[".", ".."]),
                name="bets_bet_key_fits_an_address",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["discovery", "validation", "acceleration", "run"]), name="bets_bet_stage_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "live", "held", "ceased", "concluded"]), name="bets_bet_state_known"
            ),
            models.CheckConstraint(condition=Q(horizon__in=[0, 1, 2, 3]), name="bets_bet_horizon_known"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="bets_bet_currency_code"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class Hypothesis(models.Model):
    """“We believe that *change* for *whom* will result in *result*, because *reason*.” Append-only; versions follow."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="hypotheses")
    version = models.PositiveSmallIntegerField()
    change = models.CharField(max_length=300)
    whom = models.CharField(max_length=200)
    result = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "hypotheses"
        constraints = [
            models.UniqueConstraint(fields=["bet", "version"], name="bets_hypothesis_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="bets_hypothesis_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"We believe that {self.change} for {self.whom} will result in {self.result}, because {self.reason}."


class Outcome(models.Model):
    """What must become true: “if by decide-by we have not seen the target, we act”. Frozen once it has been read."""

    class Contrast(models.TextChoices):
        NONE = "", _("The metric itself")
        RELATIVE = "relative", _("Relative difference to control")
        DIFFERENCE = "difference", _("Difference to control")

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="outcomes")
    number = models.PositiveSmallIntegerField()
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    contrast = models.CharField(max_length=10, choices=Contrast.choices, default=Contrast.NONE, blank=True)
    higher_is_better = models.BooleanField(default=True)
    baseline = models.FloatField(null=True, blank=True)
    target = models.FloatField()
    kill_line = models.FloatField()
    starts_on = models.DateField()
    decide_by = models.DateField()
    planned_exposures = models.FloatField(help_text="Exposures expected until the decide-by date.")

    class Meta:
        ordering = ["bet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["bet", "number"], name="bets_outcome_number_once"),
            models.CheckConstraint(
                condition=Q(higher_is_better=True, kill_line__lt=F("target"))
                | Q(higher_is_better=False, kill_line__gt=F("target")),
                name="bets_outcome_kill_line_short_of_target",
            ),
            models.CheckConstraint(condition=Q(decide_by__gt=F("starts_on")), name="bets_outcome_decided_after_start"),
            models.CheckConstraint(condition=Q(planned_exposures__gt=0), name="bets_outcome_exposures_planned"),
            models.CheckConstraint(
                condition=Q(contrast__in=["", "relative", "difference"]), name="bets_outcome_contrast_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series.metric} of {self.bet}"


class Tranche(models.Model):
    """A planned stage of money, in minor units of the bet's currency, with the gate that releases it."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="tranches")
    sequence = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    purpose = models.CharField(max_length=200)
    gate = models.CharField(max_length=300)
    planned_on = models.DateField()

    class Meta:
        ordering = ["bet", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["bet", "sequence"], name="bets_tranche_sequence_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bets_tranche_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"Tranche {self.sequence} of {self.bet}"


class Reading(models.Model):
    """What the signals say of an outcome in one run, and the exact data it used. Append-only by trigger."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="readings", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField(help_text="Periods that ended before this day were read.")
    engine = models.CharField(max_length=20)
    snapshot = models.CharField(max_length=64, help_text="Hash of the signals that were read.")
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
    grade = models.CharField(max_length=1)
    health = models.CharField(max_length=12)
    health_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["outcome", "run"], name="bets_reading_once_in_a_run"),
            models.CheckConstraint(condition=Q(grade__in=["A", "B", "C", "D"]), name="bets_reading_grade_known"),
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
                condition=Q(kind__in=["cease", "pivot", "persist", "measure", "contradiction", "none"]),
                name="bets_verdict_kind_known",
            ),
        ]


class Flag(models.Model):
    """A reading that warrants attention: why, since when, how sure, and what would clear it.

    An evidence flag keeps the e-value of the night that raised it (frozen), so that flags never flicker.
    """

    class Kind(models.TextChoices):
        CEASE = "cease", _("Cease")
        PIVOT = "pivot", _("Pivot")
        SCALE = "scale", _("Scale")
        STALE = "stale", _("Stale")

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="flags")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    raised_on = models.DateField()
    cycle = models.CharField(max_length=7, help_text="Quarter of the review cycle in which it was raised.")
    log_e = models.FloatField(null=True, help_text="Evidence on the night it was raised, frozen.")
    cut = models.FloatField(null=True, help_text="Log of the e-value that the portfolio rule asked for that night.")
    sentence = models.CharField(max_length=900)
    cleared_on = models.DateField(null=True, blank=True)
    cleared_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bet", "kind"], condition=Q(cleared_on=None), name="bets_flag_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["cease", "pivot", "scale", "stale"]), name="bets_flag_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="stale", log_e=None) | (~Q(kind="stale") & Q(log_e__isnull=False)),
                name="bets_flag_evidence_frozen",
            ),
            models.CheckConstraint(
                condition=Q(cleared_on=None, cleared_because="")
                | (Q(cleared_on__isnull=False) & ~Q(cleared_because="")),
                name="bets_flag_cleared_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.bet}"
