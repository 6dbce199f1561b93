"""What is on the table of a review besides its agenda: money that is meant for bets, and decisions half written."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bets.models import Bet
from funding.models import Budget
from portfolio.models.review import AgendaItem, Review

PERSON = settings.AUTH_USER_MODEL


class Assignment(models.Model):
    """Money of a budget that the meeting means for a bet, in minor units of the budget's currency. It reserves nothing:
    when the bet is decided on, the request for its next tranche asks for it."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="assignments")
    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="+")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["review", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "bet"], name="portfolio_assignment_bet_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="portfolio_assignment_of_money"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.bet}"


class Draft(models.Model):
    """A decision on an item that somebody has begun to write: what stands in the fields of the form."""

    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="drafts")
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    typed = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "person"], name="portfolio_draft_once")]

    def __str__(self) -> str:
        return f"Draft of {self.person} on {self.item}"
