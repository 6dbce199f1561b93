"""What people say to each other about a bet."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bets.models.bet import Bet


class Comment(models.Model):
    """A remark on a bet, an answer to one, or a question to somebody by a date. Append-only by trigger."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="comments")
    reply_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    text = models.CharField(max_length=2000)
    asks = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Who is asked; answered when they reply.",
    )  # fmt: skip
    answer_by = models.DateField(null=True, blank=True)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["bet", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="bets_comment_says_something"),
            models.CheckConstraint(
                condition=Q(asks=None, answer_by=None) | Q(asks__isnull=False, answer_by__isnull=False),
                name="bets_comment_asked_with_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.text
