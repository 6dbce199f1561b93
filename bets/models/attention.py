"""What warrants attention, and what people decided: flags, second readings, decisions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bets.models.bet import Bet, Outcome
from org.models import Run


class Decision(models.Model):
    """Fund, persist, pivot, cease, or defer with a date; with its rationale, what evidence would change it, and the
    night whose readings stood. Append-only by trigger; a reversal is a new decision that points back."""

    class Kind(models.TextChoices):
        FUND = "fund", _("Fund")
        PERSIST = "persist", _("Persist")
        PIVOT = "pivot", _("Pivot")
        CEASE = "cease", _("Cease")
        DEFER = "defer", _("Defer")

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    rationale = models.CharField(max_length=2000)
    would_change = models.CharField(max_length=1000, help_text="What evidence would change this decision.")
    look_again_on = models.DateField(
        null=True, blank=True, help_text="Until then the same evidence is not raised anew."
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal")
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, null=True, related_name="+", help_text="The night whose readings stood."
    )
    verdict = models.CharField(max_length=14, blank=True, help_text="What the evidence said that night.")
    learned = models.CharField(max_length=2000, blank=True, help_text="Of a bet that ceases: what it has taught.")
    second_reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Who looks again at a decision that goes against the recommendation.",
    )  # fmt: skip
    rescore_on = models.DateField(null=True, blank=True, help_text="When it is looked at again, and scored.")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["bet", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["bet", "number"], name="bets_decision_number_once"),
            # What the item of an agenda that it was made on refers to.
            models.UniqueConstraint(fields=["id", "bet"], name="bets_decision_on_its_bet"),
            # What a funding request that carries it out refers to.
            models.UniqueConstraint(fields=["id", "bet", "kind"], name="bets_decision_referred_to"),
            models.CheckConstraint(
                condition=Q(kind__in=["fund", "persist", "pivot", "cease", "defer"]), name="bets_decision_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(kind="cease", look_again_on=None) | (~Q(kind="cease") & Q(look_again_on__isnull=False)),
                name="bets_decision_looked_at_again",
            ),
            models.CheckConstraint(condition=~Q(rationale="") & ~Q(would_change=""), name="bets_decision_says_why"),
            models.CheckConstraint(
                condition=Q(second_reader=None, rescore_on=None)
                | Q(second_reader__isnull=False, rescore_on__isnull=False),
                name="bets_decision_scored_by_somebody_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.bet}"


class Dissent(models.Model):
    """Somebody who took part in a decision and would have decided otherwise, in their words. Append-only."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="dissent")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=1000)

    class Meta:
        ordering = ["decision", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "person"], name="bets_dissent_once"),
            models.CheckConstraint(condition=Q(words__regex=r"\S"), name="bets_dissent_says_why"),
        ]

    def __str__(self) -> str:
        return f"Dissent of {self.person}"


class Flag(models.Model):
    """A reading that warrants attention: why, since when, how sure, and what would clear it.

    An evidence flag keeps the e-value of the night that raised it (frozen), so that flags never flicker.
    """

    class Kind(models.TextChoices):
        CEASE = "cease", _("Cease")
        PIVOT = "pivot", _("Pivot")
        SCALE = "scale", _("Scale")
        INCONCLUSIVE = "inconclusive", _("Cannot conclude")
        NEAR_MISS = "near_miss", _("Near miss")
        STALE = "stale", _("Stale")
        LATE = "late", _("Decided too late")
        PERSISTED = "persisted", _("Persisted twice, nothing new")

    class Cleared(models.TextChoices):
        DECISION = "decision", _("Decided on")
        SIGNALS = "signals", _("Signals changed it")
        CORRECTION = "correction", _("Withdrawn by correction")

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="flags")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    raised_on = models.DateField()
    cycle = models.CharField(max_length=7, help_text="Quarter of the review cycle in which it was raised.")
    log_e = models.FloatField(null=True, help_text="Evidence on the night it was raised, frozen.")
    cut = models.FloatField(null=True, help_text="Log of the e-value that the portfolio rule asked for that night.")
    sentence = models.CharField(max_length=1500)
    since = models.DateField(null=True, blank=True, help_text="About when it began to be so.")
    act_by = models.DateField(null=True, blank=True, help_text="Last day on which acting on it is still worth it.")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Independent reader of a near miss.",
    )
    read_by = models.DateField(null=True, blank=True, help_text="When the reader should have read it.")
    cleared_on = models.DateField(null=True, blank=True)
    cleared_because = models.CharField(max_length=300, blank=True)
    cleared_how = models.CharField(max_length=10, choices=Cleared.choices, blank=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="flags")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bet", "kind"], condition=Q(cleared_on=None), name="bets_flag_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["cease", "pivot", "scale", "inconclusive", "near_miss", "stale", "late", "persisted"]
                ),
                name="bets_flag_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["stale", "inconclusive", "late", "persisted"], log_e=None)
                | (~Q(kind__in=["stale", "inconclusive", "late", "persisted"]) & Q(log_e__isnull=False)),
                name="bets_flag_evidence_frozen",
            ),
            models.CheckConstraint(
                condition=Q(cleared_on=None, cleared_because="", cleared_how="")
                | (
                    Q(cleared_on__isnull=False, cleared_how__in=["decision", "signals", "correction"])
                    & ~Q(cleared_because="")
                ),
                name="bets_flag_cleared_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(cleared_how="decision", decision__isnull=False)
                | (~Q(cleared_how="decision") & Q(decision=None)),
                name="bets_flag_decided_by_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(reader=None, read_by=None) | Q(reader__isnull=False, read_by__isnull=False),
                name="bets_flag_read_by_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.bet}"


class SecondReading(models.Model):
    """What the independent reader of a near miss found. Append-only by trigger."""

    class Finding(models.TextChoices):
        BELOW = "below", _("It is beyond the kill line")
        NOT_BELOW = "not_below", _("It is not beyond the kill line")
        OPEN = "open", _("It cannot be said")

    flag = models.OneToOneField(Flag, on_delete=models.PROTECT, related_name="second_reading")
    finding = models.CharField(max_length=9, choices=Finding.choices)
    note = models.CharField(max_length=1000)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__in=["below", "not_below", "open"]), name="bets_secondreading_finding_known"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="bets_secondreading_says_why"),
        ]
