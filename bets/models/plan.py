"""What a bet is planned with: assumptions, effort of teams, what is to be learnt, and standards for all of these."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bets.models.bet import Bet, Outcome, Tranche
from org.models import Team

LEVELS = [MinValueValidator(1), MaxValueValidator(5)]


class Template(models.Model):
    """What product operations give to whoever states a bet of one kind: prompts, first assumptions, first tranches."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    guidance = models.CharField(max_length=1000, blank=True, help_text="For which bets, and what to mind.")
    stage = models.CharField(max_length=12, choices=Bet.Stage.choices, default=Bet.Stage.DISCOVERY)
    horizon = models.PositiveSmallIntegerField(choices=Bet.Horizon.choices, default=Bet.Horizon.H1)
    change = models.CharField(max_length=300, blank=True)
    whom = models.CharField(max_length=200, blank=True)
    result = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    premortem = models.CharField(max_length=500, blank=True, help_text="Questions that lead through the premortem.")
    assumptions = models.JSONField(default=list, blank=True, help_text="Sentences.")
    tranches = models.JSONField(default=list, blank=True, help_text="Pairs of purpose and gate.")
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="bets_template_key_once"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="bets_template_named"),
            models.CheckConstraint(
                condition=Q(stage__in=["discovery", "validation", "acceleration", "run"]),
                name="bets_template_stage_known",
            ),
            models.CheckConstraint(condition=Q(horizon__in=[0, 1, 2, 3]), name="bets_template_horizon_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Allowance(models.Model):
    """What a discovery bet may cost and last in one currency when it has nothing but learning outcomes."""

    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(help_text="Most that its tranches may add up to, minor units.")
    days = models.PositiveSmallIntegerField(help_text="Most days until its last learning outcome is due.")
    cap = models.PositiveSmallIntegerField(default=2, help_text="Most strength that its evidence can have.")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency"], name="bets_allowance_one_a_currency"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="bets_allowance_currency_code"),
            models.CheckConstraint(condition=Q(amount__gt=0, days__gte=1), name="bets_allowance_allows_something"),
            models.CheckConstraint(condition=Q(cap__gte=1, cap__lte=5), name="bets_allowance_cap_is_a_strength"),
        ]

    def __str__(self) -> str:
        return self.currency


class Assumption(models.Model):
    """What must be true for the hypothesis; the riskiest, important and hardly tested, comes first."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="assumptions")
    number = models.PositiveSmallIntegerField()
    statement = models.CharField(max_length=300)
    importance = models.PositiveSmallIntegerField(
        default=3, validators=LEVELS, help_text="1 little, 5 all depends on it."
    )
    next_test = models.CharField(max_length=300, blank=True, help_text="What would tell, cheaply.")
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["bet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["bet", "number"], name="bets_assumption_number_once"),
            models.CheckConstraint(condition=Q(statement__regex=r"\S"), name="bets_assumption_says_something"),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=5), name="bets_assumption_importance_from_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None, dropped_by=None) | Q(dropped_at__isnull=False, dropped_by__isnull=False),
                name="bets_assumption_dropped_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class Effort(models.Model):
    """Team-weeks that a bet takes of one team; what they cost follows from the rate of the team."""

    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="efforts")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    weeks = models.DecimalField(max_digits=6, decimal_places=1)

    class Meta:
        ordering = ["bet", "team__name"]
        constraints = [
            models.UniqueConstraint(fields=["bet", "team"], name="bets_effort_once_a_team"),
            models.CheckConstraint(condition=Q(weeks__gt=0), name="bets_effort_some_weeks"),
        ]

    def __str__(self) -> str:
        return f"{self.weeks} weeks of {self.team}"


class GateCriterion(models.Model):
    """One thing that the gate of a tranche needs before its money is released: how an outcome reads, how strong the
    confirmed evidence on it is, or which decision was taken."""

    class Kind(models.TextChoices):
        OUTCOME = "outcome", _("How an outcome reads")
        STRENGTH = "strength", _("Strength of confirmed evidence")
        DECISION = "decision", _("A decision on the bet")

    class Wanted(models.TextChoices):
        TARGET = "target", _("At its target")
        ALIVE = "alive", _("Clear of its kill line")
        READ = "read", _("Read, whatever it says")
        FUND = "fund", _("Fund")
        PERSIST = "persist", _("Persist, or fund")

    tranche = models.ForeignKey(Tranche, on_delete=models.CASCADE, related_name="criteria")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    wanted = models.CharField(max_length=7, choices=Wanted.choices, blank=True)
    strength = models.PositiveSmallIntegerField(null=True, blank=True, help_text="At least, 1 to 5.")

    class Meta:
        ordering = ["tranche", "number"]
        verbose_name_plural = "gate criteria"
        constraints = [
            models.UniqueConstraint(fields=["tranche", "number"], name="bets_gatecriterion_number_once"),
            models.UniqueConstraint(
                fields=["tranche", "kind", "outcome"], nulls_distinct=False, name="bets_gatecriterion_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="outcome", outcome__isnull=False, wanted__in=["target", "alive", "read"], strength=None
                )
                | Q(kind="strength", wanted="", strength__isnull=False, strength__gte=1, strength__lte=5)
                | Q(kind="decision", outcome=None, wanted__in=["fund", "persist"], strength=None),
                name="bets_gatecriterion_wants_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.tranche}"


class LearningOutcome(models.Model):
    """What a discovery bet is to find out where no series can tell: a counted behaviour, or a question with a named
    reader. Frozen by trigger once its bet is live; its finding is written once."""

    class Kind(models.TextChoices):
        BEHAVIOUR = "behaviour", _("Counted behaviour")
        QUESTION = "question", _("Question with a reader")

    class Finding(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        OPEN = "open", _("It cannot be said")

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="learning_outcomes")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=9, choices=Kind.choices)
    question = models.CharField(max_length=300, help_text="What is to be found out, or which behaviour is counted.")
    goal = models.PositiveIntegerField(null=True, blank=True, help_text="How often the behaviour must be seen.")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Who says what the answer is.",
    )  # fmt: skip
    due_on = models.DateField()
    cap = models.PositiveSmallIntegerField(help_text="Most strength of its evidence, by the standard of its day.")
    finding = models.CharField(max_length=4, choices=Finding.choices, blank=True)
    counted = models.PositiveIntegerField(null=True, blank=True)
    note = models.CharField(max_length=1000, blank=True)
    found_at = models.DateTimeField(null=True, blank=True)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["bet", "number"]
        constraints = [
            models.UniqueConstraint(fields=["bet", "number"], name="bets_learningoutcome_number_once"),
            models.CheckConstraint(
                condition=Q(kind="behaviour", goal__gte=1, reader=None)
                | Q(kind="question", goal=None, reader__isnull=False, counted=None),
                name="bets_learningoutcome_counts_or_has_a_reader",
            ),
            models.CheckConstraint(condition=Q(question__regex=r"\S"), name="bets_learningoutcome_asks_something"),
            models.CheckConstraint(condition=Q(cap__gte=1, cap__lte=5), name="bets_learningoutcome_cap_is_a_strength"),
            models.CheckConstraint(
                condition=Q(finding="", found_at=None, found_by=None, note="", counted=None)
                | (Q(finding__in=["yes", "no", "open"], found_at__isnull=False, found_by__isnull=False) & ~Q(note="")),
                name="bets_learningoutcome_found_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.question


class Sketch(models.Model):
    """What somebody typed into a step of the guided form and left, sound or not; theirs alone until they come back."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, null=True, blank=True, related_name="sketches")
    step = models.CharField(max_length=40)
    typed = models.JSONField(default=dict, help_text="Names of fields and lists of what was typed into them.")
    left_at = models.DateTimeField()

    class Meta:
        ordering = ["-left_at"]
        verbose_name_plural = "sketches"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "bet", "step"], nulls_distinct=False, name="bets_sketch_one_a_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} by {self.person}"
