"""Shadow mode: from when on gates, guardrails and recommendations bind, and what they would have stopped before."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bets.models import Bet
from funding.models.request import FundingRequest


class Enforcement(models.Model):
    """The decision to leave shadow mode on a day; the latest one counts. Without any, all advise and nothing is
    stopped. Append-only by trigger."""

    from_on = models.DateField(help_text="From this day on gates, guardrails and recommendations bind.")
    reason = models.CharField(max_length=1000)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="funding_enforcement_says_why")]

    def __str__(self) -> str:
        return f"Enforced from {self.from_on}"


class Advice(models.Model):
    """What would have been stopped, or asked for more, had shadow mode been left. Append-only by trigger."""

    class Kind(models.TextChoices):
        GATE = "gate", _("A gate is not met")
        GUARDRAIL = "guardrail", _("A guardrail is crossed")
        DECISION = "decision", _("A decision goes against the evidence")

    kind = models.CharField(max_length=9, choices=Kind.choices)
    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sentence = models.CharField(max_length=1000)
    given_at = models.DateTimeField()
    given_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-given_at", "-pk"]
        verbose_name_plural = "advice"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["gate", "guardrail", "decision"]), name="funding_advice_kind_known"
            ),
            models.CheckConstraint(condition=Q(sentence__regex=r"\S"), name="funding_advice_says_something"),
            models.CheckConstraint(
                condition=Q(bet__isnull=False) | Q(request__isnull=False), name="funding_advice_on_something"
            ),
        ]

    def __str__(self) -> str:
        return self.sentence
