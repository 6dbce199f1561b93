"""What we learn: metrics, the sources they are pulled from, series, signals, and an account of every pull."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value, Window
from django.db.models.functions import Coalesce, Greatest, RowNumber
from django.utils.translation import gettext_lazy as _

from org.models import Domain, Job
from org.rules import ACTS, Powers


class Metric(models.Model):
    """A standard definition: what is counted, in which unit, and which direction is better."""

    class Kind(models.TextChoices):
        PROPORTION = "proportion", _("Proportion (successes of trials)")
        MEAN = "mean", _("Mean (sum and sum of squares)")
        RATE = "rate", _("Rate (events per exposure)")
        LEVEL = "level", _("Level (one value per period)")

    class Class(models.TextChoices):
        BEHAVIOUR = "behaviour", _("Behaviour change")
        CUSTOMER = "customer", _("Customer outcome")
        VALUE = "value", _("Realised value")
        DELIVERY = "delivery", _("Delivery measure: never an outcome of a bet")

    class Area(models.TextChoices):
        NONE = "", _("Not said")
        CURRENT = "current", _("Current value")
        UNREALISED = "unrealised", _("Unrealised value")
        INNOVATE = "innovate", _("Ability to innovate")
        TIME = "time", _("Time to market")

    class Direction(models.TextChoices):
        HIGHER = "higher", _("Higher is better")
        LOWER = "lower", _("Lower is better")

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True, help_text="Shown after the number: %, €, minutes.")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    metric_class = models.CharField(max_length=12, choices=Class.choices, default=Class.BEHAVIOUR)
    area = models.CharField(
        max_length=10, choices=Area.choices, default=Area.NONE, blank=True, help_text="Key value area it belongs to."
    )
    direction = models.CharField(max_length=8, choices=Direction.choices, default=Direction.HIGHER)
    counts = models.CharField(max_length=300, blank=True, help_text="What counts and what does not.")
    cap = models.FloatField(
        null=True, blank=True, help_text="Declared upper limit of one value; needed to judge a skewed mean."
    )
    settle_days = models.PositiveSmallIntegerField(default=0, help_text="Days until a period's value is final.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveSmallIntegerField(default=1, help_text="Counts the changes of what it means.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="metrics_metric_key_once"),
            models.CheckConstraint(
                condition=Q(metric_class__in=["behaviour", "customer", "value", "delivery"]),
                name="metrics_metric_class_known",
            ),
            models.CheckConstraint(
                condition=Q(area__in=["", "current", "unrealised", "innovate", "time"]),
                name="metrics_metric_area_known",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["proportion", "mean", "rate", "level"]), name="metrics_metric_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=["higher", "lower"]), name="metrics_metric_direction_known"
            ),
            models.CheckConstraint(condition=Q(cap=None) | Q(cap__gt=0), name="metrics_metric_cap_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class MetricVersion(models.Model):
    """What a metric meant until a change of its definition, and why it changed. Append-only by trigger."""

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField(help_text="The one that ended.")
    definition = models.JSONField(help_text="Fields of the metric as they were.")
    reason = models.CharField(max_length=300)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["metric", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["metric", "version"], name="metrics_metricversion_once"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="metrics_metricversion_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.metric}, version {self.version}"


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, powers: Powers) -> "SourceQuerySet":
        """Sources of the domains in which these powers may see sources. Keeps the order it is given; adds no query and
        no join."""
        domains = powers.domains(ACTS["see_sources"])
        return self if domains is None else self.filter(domain__in=domains)

    def with_open_rows(self) -> "SourceQuerySet":
        """Adds `open_rows`, the quarantined rows that are not resolved. Keeps the order; one index look-up a source."""
        rows = QuarantinedRow.objects.filter(source=OuterRef("pk"), resolved_at=None).order_by().values("source")
        counted = Subquery(rows.annotate(rows=Count("pk")).values("rows"))
        return self.annotate(open_rows=Coalesce(counted, 0))


class Source(models.Model):
    """A place from which signals are pulled, or people who type them in."""

    class Kind(models.TextChoices):
        CSV = "csv", _("CSV file")
        TYPED = "typed", _("Typed in")

    class State(models.TextChoices):
        OK = "ok", _("Working")
        ATTENTION = "attention", _("Needs attention")

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+")
    config = models.JSONField(default=dict, blank=True)
    is_sample = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OK)
    message = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_pull_at = models.DateTimeField(null=True, blank=True)
    columns = models.JSONField(default=list, blank=True, help_text="Header line of the last good pull.")
    delimiter = models.CharField(max_length=1, default=",", help_text="What stood between the fields of that pull.")

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="metrics_source_key_once"),
            models.CheckConstraint(condition=Q(kind__in=["csv", "typed"]), name="metrics_source_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class SeriesQuerySet(models.QuerySet["Series"]):
    def with_last_period(self) -> "SeriesQuerySet":
        """Adds `last_period`, the latest one with a signal. Keeps the order; two index look-ups a series."""
        return self.annotate(last_period=Greatest(_last_period("treatment"), _last_period("control")))


def _last_period(arm: str) -> Subquery:
    signals = Signal.objects.filter(series=OuterRef("pk"), arm=arm).order_by("-period")
    return Subquery(signals.values("period")[:1])


class Series(models.Model):
    """One metric from one source with one selection: what an outcome is read from. May have a control arm."""

    class Grain(models.TextChoices):
        DAY = "day", _("Day")
        WEEK = "week", _("Week")
        MONTH = "month", _("Month")

    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, related_name="series")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="series")
    key = models.CharField(max_length=200)
    grain = models.CharField(max_length=6, choices=Grain.choices, default=Grain.DAY)
    has_control = models.BooleanField(default=False)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="metrics_series_key_once_in_source"),
            models.CheckConstraint(condition=Q(grain__in=["day", "week", "month"]), name="metrics_series_grain_known"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} ({self.key})"


class PullQuerySet(models.QuerySet["Pull"]):
    def latest_of(self, sources: Iterable[Source], count: int = 1) -> "PullQuerySet":
        """The last `count` pulls of each source, in order of source, newest first. One index scan."""
        nth = Window(RowNumber(), partition_by="source_id", order_by=["-at", "-id"])
        return self.filter(source__in=sources).annotate(nth=nth).filter(nth__lte=count).order_by("source_id", "nth")


class Pull(models.Model):
    """One run of a source, with every row accounted for: kept, folded, not closed yet, or set aside."""

    class State(models.TextChoices):
        OK = "ok", _("Done")
        FAILED = "failed", _("Failed")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="pulls")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices)
    message = models.CharField(max_length=500, blank=True)
    rows_seen = models.PositiveIntegerField(default=0)
    rows_kept = models.PositiveIntegerField(default=0)
    rows_folded = models.PositiveIntegerField(default=0, help_text="An earlier checkpoint of the same period.")
    rows_open = models.PositiveIntegerField(default=0, help_text="The period had not ended yet.")
    rows_unselected = models.PositiveIntegerField(default=0, help_text="Asked for by no part of the column mapping.")
    rows_set_aside = models.PositiveIntegerField(default=0)
    rows_unclaimed = models.PositiveIntegerField(
        default=0, help_text="Kept rows of selections that no series asks for."
    )
    signals_new = models.PositiveIntegerField(default=0)
    signals_corrected = models.PositiveIntegerField(default=0)
    signals_unchanged = models.PositiveIntegerField(default=0)
    read_ms = models.PositiveIntegerField(null=True, blank=True, help_text="Milliseconds that reading took.")

    objects = PullQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["source", "-at"], name="metrics_pull_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    rows_seen=F("rows_kept")
                    + F("rows_folded")
                    + F("rows_open")
                    + F("rows_unselected")
                    + F("rows_set_aside")
                ),
                name="metrics_pull_every_row_accounted",
            ),
            models.CheckConstraint(condition=Q(state__in=["ok", "failed"]), name="metrics_pull_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M}"


class Observation(models.Model):
    """The statistics of one arm in one period: exposures, sum, sum of squares."""

    arm = models.CharField(max_length=9)
    period = models.DateField()
    n = models.BigIntegerField()
    total = models.FloatField()
    squares = models.FloatField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        abstract = True


FINITE = Q(total__lt=float("inf"), total__gt=float("-inf"))  # PostgreSQL sorts NaN above infinity


class SignalQuerySet(models.QuerySet["Signal"]):
    def latest_of(self, series: Series, count: int) -> "SignalQuerySet":
        """The latest signals of one series, newest period first, treatment before control. One index scan."""
        return self.filter(series=series).order_by("-period", "-arm")[:count]


class Signal(Observation):
    """One observation of a series; a correction replaces it and its history stays (SignalRevision)."""

    pk = models.CompositePrimaryKey("series", "arm", "period")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(arm__in=["treatment", "control"]), name="metrics_signal_arm_known"),
            models.CheckConstraint(condition=Q(n__gte=0), name="metrics_signal_exposures_not_negative"),
            models.CheckConstraint(condition=FINITE, name="metrics_signal_total_finite"),
            models.CheckConstraint(
                condition=Q(squares=None) | Q(squares__gte=0, squares__lt=float("inf")),
                name="metrics_signal_squares_sound",
            ),
        ]


class SignalRevision(Observation):
    """A value that a correction replaced. Append-only by trigger."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+", db_index=False)
    replaced_at = models.DateTimeField()
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["series", "period"], name="metrics_revision_of_signal")]


class QuarantineQuerySet(QuerySet["QuarantinedRow"]):
    def open(self) -> "QuarantineQuerySet":
        """Rows that are not resolved. Keeps the order; with one source, one index scan."""
        return self.filter(resolved_at=None)

    def with_pattern(self) -> "QuarantineQuerySet":
        """Adds `pattern`, the reason with … for what differs from row to row: quoted values and numbers."""
        return self.annotate(pattern=_replaced(_replaced("reason", VALUES, ": …"), NUMBERS, "…"))


VALUES = r"(?<=\S): ['\"].*$"
NUMBERS = r"-?\m[0-9]+([.,:-][0-9]+)*(e[+-]?[0-9]+)?(\.$)?"


def _replaced(text: str | Func, what: str, by: str) -> Func:
    return Func(text, Value(what), Value(by), Value("g"), function="regexp_replace", output_field=TextField())


class QuarantinedRow(models.Model):
    """A row that was not sound and was set aside with its reason; resolved once the source no longer sends it."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="quarantine", db_index=False)
    fingerprint = models.CharField(max_length=64)
    row = models.PositiveIntegerField()
    key = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300)
    raw = models.CharField(max_length=2000)
    first_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = QuarantineQuerySet.as_manager()

    class Meta:
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["source", "fingerprint"], name="metrics_quarantinedrow_once")]
        indexes = [
            models.Index(fields=["source", "row"], condition=Q(resolved_at=None), name="metrics_quarantine_open")
        ]

    def __str__(self) -> str:
        return f"row {self.row}: {self.reason}"
