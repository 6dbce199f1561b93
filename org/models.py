"""Who we are: people with roles, domains and teams; and what every app writes: events, runs and jobs."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from knox.models import AbstractAuthToken


class Role(models.TextChoices):
    EXECUTIVE = "executive", _("Executive")
    PRODUCT_LEAD = "product_lead", _("Product lead")
    FINANCE = "finance", _("Finance")
    PRODUCT_OPERATIONS = "product_operations", _("Product operations")
    ADMIN = "admin", _("Admin")
    VIEWER = "viewer", _("Viewer")


class People(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing] # that of Token is untyped
    """Someone who signs in by e-mail; what they may see and do follows from their roles (org.rules)."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the back office.")
    uses_keys = models.BooleanField(default=True, help_text="Single keys are shortcuts, on every device.")
    toured_at = models.DateTimeField(null=True, blank=True, help_text="When the tour of a first visit ended.")

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(Lower("email"), name="org_person_email_once")]

    def __str__(self) -> str:
        return self.name or self.email


def display_name(person: Person) -> str:
    return str(person)


class Domain(models.Model):
    """A product, platform or value stream with a clear owner and boundary; domains form a tree."""

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="org_domain_key_once"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="org_domain_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A stable, cross-functional team; a ceased bet never dissolves it."""

    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="teams")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    week_rate = models.BigIntegerField(null=True, blank=True, help_text="Cost of the team for a week, minor units.")
    rate_currency = models.CharField(max_length=3, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="org_team_key_once"),
            models.CheckConstraint(
                condition=Q(week_rate=None, rate_currency="") | Q(week_rate__gt=0, rate_currency__regex="^[A-Z]{3}$"),
                name="org_team_rate_in_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """One role of one person, everywhere (no domain) or in one domain and all domains below it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, null=True, blank=True, related_name="grants")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "role", "domain"], nulls_distinct=False, name="org_rolegrant_once"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="org_rolegrant_role_known"),
        ]

    def __str__(self) -> str:
        where = f" in {self.domain}" if self.domain else ""
        return f"{self.person}: {self.get_role_display()}{where}"


class Token(AbstractAuthToken):  # type: ignore[misc] # knox has no types
    """Lets a program read the API as one person, until `expiry`. Only the hash is stored; the token is shown once."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=128)
    name = models.CharField(max_length=80, help_text="What it is for.")
    created = models.DateTimeField()
    expiry = models.DateTimeField()
    writes = models.BooleanField(default=False, help_text="May also change what its person may change.")

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="org_token_digest_once"),
            models.UniqueConstraint("user", Lower("name"), name="org_token_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="org_token_named"),
            models.CheckConstraint(condition=Q(expiry__gt=F("created")), name="org_token_expires_later"),
        ]

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """What a program was answered when it wrote under a key of its own: the same key gets the same answer again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    asked = models.CharField(max_length=64, help_text="Hash of method, address and what was sent.")
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    body = models.JSONField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="org_answer_once_a_key"),
            models.CheckConstraint(condition=Q(key__regex=r"\S"), name="org_answer_has_a_key"),
        ]
        indexes = [models.Index(fields=["at"], name="org_answer_oldest")]

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """One state change: audit trail and outbox in one. Append-only by trigger; only the delivery stamp moves, once."""

    at = models.DateTimeField()
    kind = models.CharField(max_length=60)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    sentence = models.CharField(max_length=500)
    payload = models.JSONField(default=dict)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="org_event_of_subject"),
            models.Index(fields=["id"], condition=Q(delivered_at=None), name="org_event_undelivered"),
        ]

    def __str__(self) -> str:
        return self.sentence


class Notice(models.Model):
    """Something a person is told: on their desk, and by e-mail or chat as they have asked for."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    sentence = models.CharField(max_length=500)
    path = models.CharField(max_length=300, help_text="Address of the page it leads to, below this site.")
    text = models.TextField(blank=True, help_text="What a message by e-mail says besides.")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    chatted_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often sending it was begun.")
    try_at = models.DateTimeField(null=True, blank=True, help_text="Not to be sent before.")

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "event"], name="org_notice_once_of_an_event"),
            models.CheckConstraint(condition=Q(path__startswith="/"), name="org_notice_leads_to_a_page_of_ours"),
        ]
        indexes = [
            models.Index(fields=["person"], condition=Q(read_at=None), name="org_notice_unread"),
            models.Index(fields=["at"], name="org_notice_latest"),
        ]

    def __str__(self) -> str:
        return self.sentence


class NoticeSettings(models.Model):
    """How a person wants to be told. Without a row: a daily e-mail at 7 o'clock, no chat."""

    class Pace(models.TextChoices):
        EACH = "each", _("At once")
        DAILY = "daily", _("Once a day, together")
        NEVER = "never", _("Never")

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="notice_settings")
    email = models.CharField(max_length=5, choices=Pace.choices, default=Pace.DAILY)
    chat = models.CharField(max_length=5, choices=Pace.choices, default=Pace.NEVER)
    channel = models.CharField(max_length=40, blank=True, help_text="Name of a channel that the operator has set up.")
    handle = models.CharField(max_length=80, blank=True, help_text="What the person is called there.")
    hour = models.PositiveSmallIntegerField(default=7, help_text="Hour of the daily digest, in the site's time zone.")
    muted = models.JSONField(default=list, blank=True, help_text="Kinds of notices that are not sent.")
    digested_on = models.DateField(null=True, blank=True, help_text="Day of the last digest.")

    class Meta:
        verbose_name_plural = "notice settings"
        constraints = [
            models.CheckConstraint(
                condition=Q(email__in=["each", "daily", "never"], chat__in=["each", "daily", "never"]),
                name="org_noticesettings_pace_known",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="org_noticesettings_hour_of_a_day"),
            models.CheckConstraint(
                condition=Q(chat="never") | ~Q(channel=""), name="org_noticesettings_chat_has_a_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.email}"


class Run(models.Model):
    """Background work made of jobs (a night); its row is the lock under which the next jobs are planned."""

    class State(models.TextChoices):
        OPEN = "open", _("Running")
        DONE = "done", _("Finished")

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    as_of = models.DateField(help_text="Signals of periods that ended before this day are read.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="org_run_key_once"),
            models.UniqueConstraint(fields=["kind"], condition=Q(state="open"), name="org_run_one_open_of_a_kind"),
            models.CheckConstraint(
                condition=Q(state="open", finished_at=None) | Q(state="done", finished_at__isnull=False),
                name="org_run_finished_when_done",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Job(models.Model):
    """Work to be done: a worker claims it with SKIP LOCKED for a lease; `attempts` is the fencing token."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        DEAD = "dead", _("Given up")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    available_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "key"], name="org_job_once_in_a_run"),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False) | (~Q(state="running") & Q(lease_until=None)),
                name="org_job_leased_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "dead"], finished_at__isnull=False)
                | Q(state__in=["queued", "running"], finished_at=None),
                name="org_job_finished_when_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["available_at", "id"], condition=Q(state="queued"), name="org_job_queue"),
            models.Index(fields=["lease_until"], condition=Q(state="running"), name="org_job_leases"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
