"""Who reviews the portfolio and when: forums with their members and rights, reviews with their agenda, and votes."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bets.models import Bet, Decision, Outcome
from org.models import Domain
from org.rules import Powers

PERSON = settings.AUTH_USER_MODEL
KINDS = ["fund", "persist", "pivot", "cease", "defer"]


class ForumQuerySet(models.QuerySet["Forum"]):
    def visible_to(self, powers: Powers) -> "ForumQuerySet":
        """Forums of domains that these powers reach, and those of the whole portfolio for whoever sees some of it."""
        domains = powers.domains()
        if domains is None:
            return self
        return self.filter(Q(domain__in=domains) | Q(domain=None)) if domains else self.none()


class Forum(models.Model):
    """A standing review with members, a chair, a quorum and a rhythm: of one domain with those below it (level
    product), or of the whole portfolio."""

    class Level(models.TextChoices):
        PRODUCT = "product", _("Product")
        PORTFOLIO = "portfolio", _("Portfolio")

    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    level = models.CharField(max_length=9, choices=Level.choices)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    chair = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    every_days = models.PositiveSmallIntegerField(help_text="Days from one review to the next.")
    quorum = models.PositiveSmallIntegerField(help_text="Members who must be there, the chair among them.")
    starts_on = models.DateField(help_text="Day of the first review.")
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=90)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ForumQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="portfolio_forum_key_once"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="portfolio_forum_name_not_blank"),
            models.CheckConstraint(
                condition=Q(level="product", domain__isnull=False) | Q(level="portfolio", domain=None),
                name="portfolio_forum_domain_as_its_level",
            ),
            models.CheckConstraint(condition=Q(every_days__range=(7, 366)), name="portfolio_forum_rhythm"),
            models.CheckConstraint(condition=Q(quorum__range=(1, 50)), name="portfolio_forum_quorum"),
            models.CheckConstraint(condition=Q(minutes__range=(15, 600)), name="portfolio_forum_minutes"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("show_forum", args=[self.key])


class ForumMember(models.Model):
    """Somebody who votes in a forum, from a day until they left it; the chair is a member too."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["forum", "person__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["forum", "person"], condition=Q(left_at=None), name="portfolio_forummember_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("joined_at")), name="portfolio_forummember_left_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.forum}"


class DecisionRight(models.Model):
    """What a forum may decide: a kind of decision, on bets with up to so much planned money (minor units; None: any).
    No row means no right."""

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="rights")
    kind = models.CharField(max_length=8, choices=Decision.Kind.choices)
    currency = models.CharField(max_length=3)
    at_most = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["forum", "kind", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["forum", "kind", "currency"], name="portfolio_decisionright_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="portfolio_decisionright_kind_known"),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="portfolio_decisionright_currency_code"
            ),
            models.CheckConstraint(
                condition=Q(at_most=None) | Q(at_most__gte=0), name="portfolio_decisionright_at_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forum}: {self.kind}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, powers: Powers) -> "ReviewQuerySet":
        """Reviews of forums that these powers see. Adds no query."""
        return self.filter(forum__in=Forum.objects.visible_to(powers))


class Review(models.Model):
    """One meeting of a forum. The item that is on the table, `at_item`, is the same for everybody who looks."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        OPEN = "open", _("Under way")
        CLOSED = "closed", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    forum = models.ForeignKey(Forum, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveIntegerField()
    held_on = models.DateField()
    starts_at = models.TimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    agenda_at = models.DateTimeField(null=True, blank=True, help_text="When its agenda was last made.")
    moved_from = models.DateField(null=True, blank=True)
    because = models.CharField(max_length=500, blank=True, help_text="Why it was moved or cancelled.")
    at_item = models.ForeignKey("AgendaItem", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    on_table_at = models.DateTimeField(null=True, blank=True, help_text="Since when that item is on the table.")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["forum", "number"], name="portfolio_review_number_once"),
            models.UniqueConstraint(
                fields=["forum", "held_on"], condition=~Q(state="cancelled"), name="portfolio_review_one_a_day"
            ),
            models.UniqueConstraint(fields=["forum"], condition=Q(state="open"), name="portfolio_review_one_open"),
            models.CheckConstraint(
                condition=Q(state="planned", opened_at=None, closed_at=None, at_item=None)
                | Q(state="open", opened_at__isnull=False, closed_at=None)
                | Q(state="closed", opened_at__isnull=False, closed_at__isnull=False)
                | (Q(state="cancelled", opened_at=None, closed_at=None) & Q(because__regex=r"\S")),
                name="portfolio_review_times_as_its_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.forum}, review {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("show_review", args=[self.forum.key, self.number])

    @property
    def begins(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.held_on, self.starts_at))

    @property
    def ends(self) -> datetime:
        return self.begins + timedelta(minutes=self.forum.minutes)


class Attendance(models.Model):
    """Who was there when a review opened, or came later."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="attended")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["review", "person__name", "pk"]
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="portfolio_attendance_once")]

    def __str__(self) -> str:
        return f"{self.person} at {self.review}"


class AgendaItem(models.Model):
    """A bet on the agenda of a review. Votes are private until `opened_at`; `again_at` asks for a second round."""

    class Reason(models.TextChoices):
        OVERDUE = "overdue", _("Overdue")
        FLAG = "flag", _("Flagged by the evidence")
        GATE = "gate", _("A gate is reached")
        DUE = "due", _("To be decided soon")
        MONEY = "money", _("Money is asked for")
        START = "start", _("Ready, and unfunded")
        CHAIR = "chair", _("Put there by the chair")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="items")
    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField(default=10)
    reason = models.CharField(max_length=8, choices=Reason.choices)
    opened_at = models.DateTimeField(null=True, blank=True)
    again_at = models.DateTimeField(null=True, blank=True)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["review", "position"]
        constraints = [
            models.UniqueConstraint(fields=["review", "bet"], name="portfolio_agendaitem_bet_once"),
            # What the review that has it on the table refers to.
            models.UniqueConstraint(fields=["id", "review"], name="portfolio_agendaitem_of_its_review"),
            models.UniqueConstraint(
                fields=["review", "position"], name="portfolio_agendaitem_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(minutes__range=(1, 240)), name="portfolio_agendaitem_minutes"),
            models.CheckConstraint(
                condition=Q(reason__in=["overdue", "flag", "gate", "due", "money", "start", "chair"]),
                name="portfolio_agendaitem_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=False) | Q(again_at=None, decision=None),
                name="portfolio_agendaitem_opened_first",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.bet} at {self.review}"

    @property
    def round(self) -> int:
        """The round of votes that is asked for now."""
        return 2 if self.again_at else 1


class Vote(models.Model):
    """What a member would decide, said before the discussion (round 1) or after it (round 2). Changed until its round
    is over, and then never again: by trigger."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=8, choices=Decision.Kind.choices)
    because = models.CharField(max_length=500, blank=True)
    voted_at = models.DateTimeField()

    class Meta:
        ordering = ["item", "round", "person__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["item", "person", "round"], name="portfolio_vote_once"),
            models.CheckConstraint(condition=Q(round__in=[1, 2]), name="portfolio_vote_round_known"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="portfolio_vote_kind_known"),
        ]

    def __str__(self) -> str:
        return f"Vote of {self.person} on {self.item}"


class Chance(models.Model):
    """How likely the voter thinks it that an outcome reaches its target: a share."""

    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="chances")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="+")
    probability = models.FloatField()

    class Meta:
        ordering = ["vote", "outcome__number"]
        constraints = [
            models.UniqueConstraint(fields=["vote", "outcome"], name="portfolio_chance_once"),
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="portfolio_chance_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.probability:.0%}"


class CalendarLink(models.Model):
    """The secret address of a person's calendar of reviews; kept as a digest, so that it is shown once. A new one takes
    its place, and then the former address leads nowhere."""

    person = models.OneToOneField(PERSON, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest"], name="portfolio_calendarlink_digest_once"),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="portfolio_calendarlink_digest"),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.person}"
