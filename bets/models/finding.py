"""What product leads log: evidence of a kind, which supports or opposes assumptions and outcomes, with its files."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bets.models.bet import Bet, Outcome
from bets.models.evidence import Reading
from bets.models.plan import Assumption, LearningOutcome


class EvidenceKind(models.Model):
    """A kind of evidence in the standard of product operations; it caps the strength."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    what = models.CharField(max_length=300, blank=True, help_text="What belongs to it.")
    cap = models.PositiveSmallIntegerField(help_text="Most strength that evidence of this kind can have, 0 to 5.")
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["cap", "name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="bets_evidencekind_key_once"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="bets_evidencekind_named"),
            models.CheckConstraint(condition=Q(cap__gte=0, cap__lte=5), name="bets_evidencekind_cap_is_a_strength"),
        ]

    def __str__(self) -> str:
        return self.name


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def standing(self) -> "EvidenceQuerySet":
        """Evidence that no other has superseded. Keeps the order; one list of the superseded."""
        return self.exclude(pk__in=Evidence.objects.filter(supersedes__isnull=False).values("supersedes"))


class Evidence(models.Model):
    """A finding: what was done, observed, learned. Editable until product operations confirm its strength, then only
    superseded (by trigger); never deleted."""

    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField()
    kind = models.ForeignKey(EvidenceKind, on_delete=models.PROTECT, related_name="+")
    did = models.CharField(max_length=600)
    observed = models.CharField(max_length=1000)
    learned = models.CharField(max_length=1000)
    strength = models.PositiveSmallIntegerField(help_text="0 none to 5; never above the cap of its kind (by trigger).")
    happened_on = models.DateField()
    source_url = models.URLField(max_length=500, blank=True)
    reading = models.ForeignKey(
        Reading, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="A pulled snapshot."
    )
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor")
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(
        default=1, help_text="Counts its edits, so that two do not overwrite each other."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    remark = models.CharField(max_length=300, blank=True, help_text="What product operations say to its strength.")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["bet", "-number"]
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["bet"], condition=Q(confirmed_at=None), name="bets_evidence_unconfirmed")]
        constraints = [
            models.UniqueConstraint(fields=["bet", "number"], name="bets_evidence_number_once"),
            models.CheckConstraint(
                condition=Q(did__regex=r"\S", observed__regex=r"\S", learned__regex=r"\S"),
                name="bets_evidence_says_something",
            ),
            models.CheckConstraint(
                condition=Q(strength__gte=0, strength__lte=5), name="bets_evidence_strength_from_0_to_5"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="bets_evidence_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.learned

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


class EvidenceLink(models.Model):
    """What a piece of evidence supports or opposes: one assumption, outcome or learning outcome."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="links")
    assumption = models.ForeignKey(Assumption, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    learning = models.ForeignKey(LearningOutcome, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    supports = models.BooleanField(help_text="Or it opposes.")

    class Meta:
        ordering = ["evidence", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(assumption__isnull=False, outcome=None, learning=None)
                | Q(assumption=None, outcome__isnull=False, learning=None)
                | Q(assumption=None, outcome=None, learning__isnull=False),
                name="bets_evidencelink_to_one_thing",
            ),
            models.UniqueConstraint(
                fields=["evidence", "assumption", "outcome", "learning"], nulls_distinct=False,
                name="bets_evidencelink_once",
            ),
        ]  # fmt: skip


class StoredFile(models.Model):
    """A file that somebody attached; its bytes lie in FILES_FOLDER under `stored_as`."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=64)
    attached_at = models.DateTimeField()
    attached_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class EvidenceFile(StoredFile):
    """A file that belongs to a piece of evidence."""

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="files")

    class Meta:
        ordering = ["evidence", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stored_as"], name="bets_evidencefile_stored_once"),
            models.UniqueConstraint(fields=["evidence", "sha256"], name="bets_evidencefile_attached_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="bets_evidencefile_not_empty"),
        ]
