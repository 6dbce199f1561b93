"""What bounds the mix and the cost of bets: guardrails, capacity of teams, and what finance agreed a bet is worth."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Trim
from django.utils.translation import gettext_lazy as _

from bets.models import Bet
from funding.models.ledger import Budget
from org.models import Domain, Team


class Guardrail(models.Model):
    """A limit on the mix. It warns within its buffer and blocks beyond."""

    class Kind(models.TextChoices):
        SHARE = "share", _("Share of the money")
        FLOOR = "floor", _("Floor of a team")
        COUNT = "count", _("Bets in progress")
        LARGEST = "largest", _("Largest bet")

    kind = models.CharField(max_length=7, choices=Kind.choices)
    name = models.CharField(max_length=120)
    domain = models.ForeignKey(
        Domain, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Share: whose share; others: where it holds, empty everywhere.",
    )  # fmt: skip
    horizon = models.PositiveSmallIntegerField(choices=Bet.Horizon.choices, null=True, blank=True)
    funding_class = models.CharField(max_length=9, choices=Budget.FundingClass.choices, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at_least = models.BigIntegerField(null=True, blank=True, help_text="Percent, minor units or bets, by kind.")
    at_most = models.BigIntegerField(null=True, blank=True, help_text="Percent, minor units or bets, by kind.")
    buffer = models.PositiveSmallIntegerField(default=10, help_text="Percent of the limit within which it warns.")
    currency = models.CharField(max_length=3, default="EUR")
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower(Trim("name")), "currency", condition=Q(is_active=True), name="funding_guardrail_name_once"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="funding_guardrail_named"),
            models.CheckConstraint(
                condition=(
                    Q(kind="share", team=None)
                    & (
                        Q(domain__isnull=False, horizon=None, funding_class="")
                        | (Q(domain=None, horizon__isnull=False, funding_class=""))
                        | (Q(domain=None, horizon=None) & ~Q(funding_class=""))
                    )
                )
                | Q(kind="floor", team__isnull=False, at_least__isnull=False, at_least__gt=0, at_most=None)
                | Q(kind__in=["count", "largest"], team=None, at_most__isnull=False, at_most__gt=0, at_least=None),
                name="funding_guardrail_of_one_thing",
            ),
            models.CheckConstraint(
                condition=(Q(at_least__isnull=False) | Q(at_most__isnull=False))
                & (Q(at_least=None) | Q(at_least__gte=0))
                & (Q(at_most=None) | Q(at_most__gte=0))
                & (Q(at_least=None) | Q(at_most=None) | Q(at_least__lte=F("at_most"))),
                name="funding_guardrail_limits_something",
            ),
            models.CheckConstraint(
                condition=~Q(kind="share")
                | ((Q(at_least=None) | Q(at_least__lte=100)) & (Q(at_most=None) | Q(at_most__lte=100))),
                name="funding_guardrail_share_is_a_percentage",
            ),
            models.CheckConstraint(condition=Q(buffer__lte=100), name="funding_guardrail_buffer_is_a_percentage"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="funding_guardrail_currency_code"),
        ]

    def __str__(self) -> str:
        return self.name


class Capacity(models.Model):
    """Team-weeks that a team has between two days. Those of a team never overlap (an exclusion)."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="Last day.")
    weeks = models.DecimalField(max_digits=6, decimal_places=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["team__name", "starts_on"]
        verbose_name_plural = "capacities"
        constraints = [
            models.CheckConstraint(condition=Q(weeks__gte=0), name="funding_capacity_weeks_not_negative"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="funding_capacity_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.weeks}"


class ValueAgreement(models.Model):
    """Finance agreed the value of a bet and how its outcome turns into it. Append-only by trigger; when the bet says
    something else later, it is agreed anew."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="+")
    low = models.BigIntegerField()
    likely = models.BigIntegerField()
    high = models.BigIntegerField()
    conversion = models.CharField(max_length=300)
    comment = models.CharField(max_length=500, blank=True)
    agreed_at = models.DateTimeField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-agreed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(low__gte=0, low__lte=F("likely"), likely__lte=F("high")),
                name="funding_valueagreement_is_a_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bet}: {self.likely}"
