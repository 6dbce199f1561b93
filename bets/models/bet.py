"""What we bet on: goals, bets with their hypotheses, outcomes and tranches."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Min, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from metrics.models import Series
from org.models import Domain, Team
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
        stated = Outcome.objects.current().filter(**mine).order_by()
        soonest = stated.values("bet").annotate(day=Min("decide_by")).values("day")
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
    value_low = models.BigIntegerField(null=True, blank=True, help_text="Worth of reaching the target, minor units.")
    value_likely = models.BigIntegerField(null=True, blank=True)
    value_high = models.BigIntegerField(null=True, blank=True)
    fails_at = models.PositiveSmallIntegerField(
        default=1, help_text="How many primary outcomes must be beyond their kill lines before the bet should cease."
    )
    scales_at = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many primary outcomes must beat their targets to scale; empty: all."
    )
    value_conversion = models.CharField(
        max_length=300, blank=True, help_text="How the outcome turns into that value: “+1 point = …”."
    )
    wind_down = models.BigIntegerField(default=0, help_text="Cost of winding it down when it ceases, minor units.")
    premortem = models.CharField(max_length=2000, blank=True, help_text="It has failed, a year from now: why?")
    template = models.ForeignKey("Template", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_on = models.DateField()
    live_at = models.DateTimeField(null=True, blank=True, help_text="When somebody took it live; its outcomes froze.")
    live_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
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
            models.CheckConstraint(
                condition=Q(value_low=None, value_likely=None, value_high=None)
                | Q(value_low__gte=0, value_low__lte=F("value_likely"), value_likely__lte=F("value_high")),
                name="bets_bet_value_is_a_range",
            ),
            models.CheckConstraint(condition=Q(wind_down__gte=0), name="bets_bet_wind_down_not_negative"),
            models.CheckConstraint(
                condition=Q(fails_at__gte=1) & (Q(scales_at=None) | Q(scales_at__gte=1)),
                name="bets_bet_outcomes_counted",
            ),
            models.CheckConstraint(
                condition=Q(live_at=None, live_by=None) | Q(live_at__isnull=False, live_by__isnull=False),
                name="bets_bet_taken_live_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"


class Hypothesis(models.Model):
    """“We believe that *change* for *whom* will result in *result*, because *reason*.” Versions follow.

    Written anew while the bet is a draft; append-only by trigger from then on.
    """

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="hypotheses")
    version = models.PositiveSmallIntegerField()
    change = models.CharField(max_length=300)
    whom = models.CharField(max_length=200)
    result = models.CharField(max_length=300)
    reason = models.CharField(max_length=500)
    why = models.CharField(max_length=300, blank=True, help_text="Why this version replaces the one before.")
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-version"]
        verbose_name_plural = "hypotheses"
        constraints = [
            models.UniqueConstraint(fields=["bet", "version"], name="bets_hypothesis_version_once"),
            # What the version that a pivot asked for refers to.
            models.UniqueConstraint(fields=["id", "bet", "version"], name="bets_hypothesis_referred_to"),
            models.CheckConstraint(condition=Q(version__gte=1), name="bets_hypothesis_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"We believe that {self.change} for {self.whom} will result in {self.result}, because {self.reason}."


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def current(self) -> "OutcomeQuerySet":
        """Outcomes as they stand, without the versions that were replaced. Keeps the order; one list of the replaced,
        made once (of a join with what must not be there PostgreSQL makes nested loops)."""
        return self.exclude(pk__in=Outcome.objects.filter(replaces__isnull=False).values("replaces"))


class Outcome(models.Model):
    """What must become true: “if by decide-by we have not seen the target, we act”. Frozen once it has been read.

    A line that is moved later is a new version with a reason; the version before goes on being read and shown.
    """

    class Role(models.TextChoices):
        PRIMARY = "primary", _("Primary")
        GUARDRAIL = "guardrail", _("Guardrail")

    class Glide(models.TextChoices):
        FLAT = "flat", _("Lines stand still")
        LINEAR = "linear", _("Lines climb evenly from the baseline until the decide-by date")

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
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.PRIMARY)
    weight = models.FloatField(default=1.0, help_text="Share of a primary in the evidence on the bet, before scaling.")
    grace_days = models.PositiveSmallIntegerField(default=0, help_text="Days after the start that are not read.")
    glide = models.CharField(max_length=6, choices=Glide.choices, default=Glide.FLAT)
    share = models.FloatField(default=0.5, help_text="Planned share of exposures in the treatment arm.")
    definition = models.CharField(
        max_length=64, blank=True, help_text="Hash of the definition of metric and series when it was stated."
    )
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor")
    reason = models.CharField(max_length=300, blank=True, help_text="Why this version replaces the one before.")

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["bet", "number", "version"]
        constraints = [
            models.UniqueConstraint(fields=["bet", "number", "version"], name="bets_outcome_version_once"),
            models.CheckConstraint(
                condition=Q(version=1, replaces=None, reason="")
                | (Q(version__gt=1, replaces__isnull=False) & ~Q(reason="")),
                name="bets_outcome_replaced_with_a_reason",
            ),
            models.CheckConstraint(condition=Q(role__in=["primary", "guardrail"]), name="bets_outcome_role_known"),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lt=float("inf")), name="bets_outcome_weight_positive"
            ),
            models.CheckConstraint(
                condition=Q(glide="flat") | Q(glide="linear", baseline__isnull=False, contrast=""),
                name="bets_outcome_glides_from_a_baseline",
            ),
            models.CheckConstraint(condition=Q(share__gt=0, share__lt=1), name="bets_outcome_share_between_arms"),
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


class Segment(models.Model):
    """A part of an outcome's exposures with its fixed weight: a changing mix then cannot pass for a change."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="segments")
    name = models.CharField(max_length=80)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField(help_text="Share of this part in the baseline period; those of an outcome add up to 1.")

    class Meta:
        ordering = ["outcome", "name"]
        constraints = [
            models.UniqueConstraint(fields=["outcome", "name"], name="bets_segment_name_once"),
            models.UniqueConstraint(fields=["outcome", "series"], name="bets_segment_series_once"),
            models.CheckConstraint(condition=Q(weight__gt=0, weight__lte=1), name="bets_segment_weight_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.outcome}"


class Tranche(models.Model):
    """A planned stage of money, in minor units of the bet's currency, with the gate that releases it."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="tranches")
    sequence = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    purpose = models.CharField(max_length=200)
    gate = models.CharField(max_length=300)
    planned_on = models.DateField()
    lasts_until = models.DateField(
        null=True, blank=True, help_text="Day on which it is used up; empty: when the next one is planned."
    )

    class Meta:
        ordering = ["bet", "sequence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lasts_until=None) | Q(lasts_until__gt=F("planned_on")), name="bets_tranche_lasts_a_while"
            ),
            models.UniqueConstraint(fields=["bet", "sequence"], name="bets_tranche_sequence_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bets_tranche_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"Tranche {self.sequence} of {self.bet}"
