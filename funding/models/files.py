"""What comes in from the books of the enterprise, and what goes back: budgets, actuals, reconciliations, journals."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funding.models.ledger import Budget, Ledger, Transfer
from org.models import Run


class MoneyFile(models.Model):
    """One file of annual budgets or of actuals, from upload to undo. `run` does what takes long."""

    class Kind(models.TextChoices):
        BUDGETS = "budgets", _("Annual budgets and running projects")
        ACTUALS = "actuals", _("Actuals")

    class State(models.TextChoices):
        CHECKED = "checked", _("Checked")
        DONE = "done", _("Taken over")
        UNDONE = "undone", _("Undone")
        DROPPED = "dropped", _("Dropped")

    kind = models.CharField(max_length=7, choices=Kind.choices)
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=40, blank=True, help_text="System that the actuals come from.")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=list, blank=True, help_text="Header line, with what each column means.")
    mapping = models.JSONField(default=dict, blank=True, help_text="Cost centres of the file and what they mean here.")
    state = models.CharField(max_length=7, choices=State.choices, default=State.CHECKED)
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
            models.CheckConstraint(condition=Q(kind__in=["budgets", "actuals"]), name="funding_moneyfile_kind_known"),
            models.CheckConstraint(
                condition=Q(state__in=["checked", "done", "undone", "dropped"]), name="funding_moneyfile_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "undone"], done_at__isnull=False)
                | Q(state__in=["checked", "dropped"], done_at=None),
                name="funding_moneyfile_done_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="undone", undone_at__isnull=False, undone_by__isnull=False)
                | (~Q(state="undone") & Q(undone_at=None, undone_by=None)),
                name="funding_moneyfile_undone_by_somebody",
            ),
            models.CheckConstraint(condition=Q(rows_bad__lte=F("rows_seen")), name="funding_moneyfile_rows_counted"),
        ]

    def __str__(self) -> str:
        return self.file_name


class MoneyRow(models.Model):
    """One row of a file: what stood in it, what is wrong with it, and the budget it became."""

    file = models.ForeignKey(MoneyFile, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="Line of the file.")
    cells = models.JSONField(default=dict, help_text="Header of a column and what stood below it.")
    reasons = models.JSONField(default=list, blank=True, help_text="What is wrong: column, meaning, sentence.")
    budget = models.OneToOneField(Budget, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["file", "number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="funding_moneyrow_number_once")]

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}"


class Actual(models.Model):
    """What the enterprise's own books say was spent, one document each. A negative amount is a credit note.

    `transfer` is its row in the ledger; without one it waits until somebody says whose money it was.
    """

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="actuals")
    source = models.CharField(max_length=40)
    document_id = models.CharField(max_length=80)
    file = models.ForeignKey(MoneyFile, on_delete=models.PROTECT, null=True, blank=True, related_name="actuals")
    posted_on = models.DateField()
    amount = models.BigIntegerField(help_text="Minor units; negative: a credit note.")
    cost_centre = models.CharField(max_length=40, blank=True)
    erp_account = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=80, blank=True, help_text="Bet and tranche, or budget, as the file has it.")
    memo = models.CharField(max_length=300, blank=True)
    waits_because = models.CharField(max_length=300, blank=True, help_text="Why it is not in the ledger yet.")
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, null=True, blank=True, related_name="actual")
    placed_at = models.DateTimeField(null=True, blank=True)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    freed = models.PositiveSmallIntegerField(default=0, help_text="How often its transfer was reversed.")

    class Meta:
        ordering = ["ledger", "posted_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "source", "document_id"], name="funding_actual_document_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="funding_actual_some_money"),
            models.CheckConstraint(
                condition=Q(source__regex=r"\S", document_id__regex=r"\S"), name="funding_actual_has_a_document"
            ),
            models.CheckConstraint(
                condition=Q(transfer=None, placed_at=None, placed_by=None)
                | Q(transfer__isnull=False, placed_at__isnull=False, placed_by__isnull=False),
                name="funding_actual_placed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.document_id}"


class Reconciliation(models.Model):
    """Our books beside those of the enterprise on one day, per cost centre and account. Append-only by trigger."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="reconciliations")
    as_of = models.DateField()
    source = models.CharField(max_length=40)
    seq = models.BigIntegerField(help_text="Last transfer that was counted.")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(source__regex=r"\S"), name="funding_reconciliation_of_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.as_of}"


class ReconciliationLine(models.Model):
    """What stands here and there, and the name of the difference."""

    class Name(models.TextChoices):
        AGREES = "agrees", _("Agrees")
        NOT_HERE = "not_here", _("Not in Stakes")
        NOT_THERE = "not_there", _("Not in the other books")
        WAITING = "waiting", _("Waits to be placed")
        OTHER_DAY = "other_day", _("Posted in another period")
        DIFFERS = "differs", _("The amounts differ")

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="lines")
    cost_centre = models.CharField(max_length=40, blank=True)
    erp_account = models.CharField(max_length=40, blank=True)
    document_id = models.CharField(max_length=80, blank=True)
    ours = models.BigIntegerField(default=0)
    theirs = models.BigIntegerField(default=0)
    name = models.CharField(max_length=9, choices=Name.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["reconciliation", "cost_centre", "erp_account", "document_id", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(name="agrees", ours=F("theirs"))
                | (Q(name__in=["not_here", "not_there", "waiting", "other_day", "differs"]) & ~Q(ours=F("theirs"))),
                name="funding_reconciliationline_difference_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cost_centre} {self.erp_account}"


class ExportBatch(models.Model):
    """A journal that was handed over: a stretch of the ledger without gaps. Each transfer is in exactly one (an
    exclusion of ranges, and a trigger that lets a batch begin only where the one before ended). Append-only."""

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    head = models.CharField(max_length=64)
    debits = models.BigIntegerField()
    credits = models.BigIntegerField()
    sha256_csv = models.CharField(max_length=64)
    sha256_json = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["ledger", "-number"]
        verbose_name_plural = "export batches"
        constraints = [
            models.UniqueConstraint(fields=["ledger", "number"], name="funding_exportbatch_number_once"),
            models.CheckConstraint(
                condition=Q(first_seq__gte=1, last_seq__gte=F("first_seq")), name="funding_exportbatch_has_transfers"
            ),
            models.CheckConstraint(condition=Q(debits=F("credits")), name="funding_exportbatch_balances"),
        ]

    def __str__(self) -> str:
        return f"Journal {self.number}"
