"""Files of today's projects that become draft bets: looked at first, taken over as a whole, and undone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bets.models.bet import Bet
from org.models import Run


class Import(models.Model):
    """One file of projects, from upload to undo. `run` does what takes long."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        TAKING = "taking", _("Being taken over")
        DONE = "done", _("Taken over")
        UNDONE = "undone", _("Undone")
        DROPPED = "dropped", _("Dropped")

    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=list, help_text="Header line as it was read, with what each column means.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECKING)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    rows_seen = models.PositiveIntegerField(default=0)
    rows_bad = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["checking", "checked", "taking", "done", "undone", "dropped"]),
                name="bets_import_state_known",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=["done", "undone"]) & Q(done_at__isnull=False))
                | (~Q(state__in=["done", "undone"]) & Q(done_at=None)),
                name="bets_import_done_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False, undone_by__isnull=False)
                | (~Q(state="undone") & Q(undone_at=None, undone_by=None)),
                name="bets_import_undone_by_somebody",
            ),
            models.CheckConstraint(condition=Q(rows_bad__lte=models.F("rows_seen")), name="bets_import_rows_counted"),
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of a file: what stood in it, what is wrong with it, and the draft it became."""

    file = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="Line of the file.")
    cells = models.JSONField(default=dict, help_text="Header of a column and what stood below it.")
    reasons = models.JSONField(default=list, help_text="What is wrong: column, meaning, sentence, and who says so.")
    bet = models.OneToOneField(Bet, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["file", "number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="bets_importrow_number_once")]
