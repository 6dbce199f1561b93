"""What people foretell and promise of bets, and what came of it: forecasts, gates, releases, realised value."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bets.models.bet import Bet, Outcome, Tranche


class Forecast(models.Model):
    """A person's stated probability that an outcome reaches its target, or that a gate is met; the latest one of a
    person counts. Append-only by trigger. The engine's is the chance of reaching the target."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="forecasts")
    tranche = models.ForeignKey(Tranche, on_delete=models.PROTECT, null=True, blank=True, related_name="forecasts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    probability = models.FloatField()
    note = models.CharField(max_length=300, blank=True)
    stated_at = models.DateTimeField()

    class Meta:
        ordering = ["-stated_at", "-pk"]
        indexes = [models.Index(fields=["person", "-stated_at"], name="bets_forecast_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__isnull=False, tranche=None) | Q(outcome=None, tranche__isnull=False),
                name="bets_forecast_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="bets_forecast_probability_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.probability:.0%} by {self.person}"


class GateResult(models.Model):
    """Whether the gate of a tranche was met, said once by somebody who does not lead the bet. Append-only."""

    tranche = models.OneToOneField(Tranche, on_delete=models.PROTECT, related_name="gate_result")
    met = models.BooleanField()
    note = models.CharField(max_length=500)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(note__regex=r"\S"), name="bets_gateresult_says_why"),
        ]


class Release(models.Model):
    """What shipped when; a marker on the charts of the bet's outcomes. Only withdrawn, once, when it was a mistake."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="releases")
    shipped_on = models.DateField()
    name = models.CharField(max_length=160)
    note = models.CharField(max_length=500, blank=True)
    url = models.URLField(max_length=500, blank=True)
    marked_at = models.DateTimeField()
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["bet", "-shipped_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="bets_release_named"),
            models.UniqueConstraint(
                fields=["bet", "shipped_on", "name"], condition=Q(withdrawn_at=None), name="bets_release_marked_once"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="bets_release_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RealisedValue(models.Model):
    """Value that a bet brought in one month, as finance found it, in minor units of the bet's currency; the latest one
    said of a month counts. Append-only by trigger."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="realised")
    month = models.DateField(help_text="First day of the month.")
    amount = models.BigIntegerField()
    note = models.CharField(max_length=300)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["bet", "month", "-pk"]
        verbose_name_plural = "realised values"
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="bets_realisedvalue_of_a_month"),
            models.CheckConstraint(condition=Q(note__regex=r"\S"), name="bets_realisedvalue_says_how"),
        ]
