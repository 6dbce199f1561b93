"""What follows a decision later: the score of one that went against the evidence, the learning review of a bet that
ceased, and the hypothesis that a pivot asks for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bets.models.attention import Decision
from bets.models.bet import Bet, Hypothesis

PERSON = settings.AUTH_USER_MODEL


class Rescoring(models.Model):
    """What the second reader of a decision against the recommendation found, on the day to look at it again or later.
    Append-only by trigger, which also holds who says it."""

    class Finding(models.TextChoices):
        RIGHT = "right", _("It was right to go against the evidence")
        WRONG = "wrong", _("The evidence was right")
        OPEN = "open", _("It cannot be said yet")

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="rescoring")
    finding = models.CharField(max_length=5, choices=Finding.choices)
    verdict = models.CharField(max_length=14, blank=True, help_text="What the evidence said on that day.")
    note = models.CharField(max_length=1000)
    scored_at = models.DateTimeField()
    scored_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__in=["right", "wrong", "open"]), name="bets_rescoring_finding_known"
            ),
            models.CheckConstraint(condition=Q(note__regex=r"\S"), name="bets_rescoring_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_finding_display()}: {self.decision}"


class LearningReview(models.Model):
    """What a ceased bet has taught, looked at some weeks later; its owner is credited by name for ceasing it. A trigger
    holds that it belongs to a cease, and that it stays once it was held."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="learning_review")
    credited = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", help_text="Who led the bet.")
    due_on = models.DateField()
    lesson = models.CharField(max_length=2000, blank=True, help_text="What was learned, seen from some distance.")
    reuse = models.CharField(max_length=1000, blank=True, help_text="What other bets can use of it.")
    held_at = models.DateTimeField(null=True, blank=True)
    held_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(held_at=None, held_by=None, lesson="")
                | Q(held_at__isnull=False, held_by__isnull=False, lesson__regex=r"\S"),
                name="bets_learningreview_held_with_a_lesson",
            ),
        ]

    def __str__(self) -> str:
        return f"Learning review: {self.decision.bet}"


class NextHypothesis(models.Model):
    """The version of a hypothesis that a pivot has opened: whoever leads the bet writes it, by a day. A trigger holds
    that it belongs to a pivot of its bet."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="next_hypothesis")
    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="next_hypotheses")
    version = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    written = models.OneToOneField(Hypothesis, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name_plural = "next hypotheses"
        constraints = [
            models.UniqueConstraint(fields=["bet"], condition=Q(written=None), name="bets_nexthypothesis_one_open"),
        ]

    def __str__(self) -> str:
        return f"Version {self.version} of {self.bet}"
