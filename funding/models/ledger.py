"""The books: ledgers, fiscal periods, budgets, accounts and transfers.

Every amount is a whole number of minor units of the ledger's currency. A transfer is one row that debits the account to
which money goes and credits the one it leaves, so that each row balances by itself. Only the trigger that posts a
transfer moves a balance, the sequence and the head of the hash chain; it locks the ledger's row first, which is
therefore the lock of writers, of the chain and of the periods.
"""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from bets.models import Tranche
from org.models import Domain, Team
from org.rules import ACTS, Powers

GENESIS = "0" * 64
MOST = 10**15  # minor units of one row


class Treatment(models.TextChoices):
    OPEX = "opex", _("Operating expense")
    CAPEX = "capex", _("Capital expenditure")


class Ledger(models.Model):
    """The books of one legal entity in one currency."""

    code = models.SlugField(max_length=40)
    legal_entity = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    seq = models.BigIntegerField(default=0, help_text="Number of the last transfer.")
    head = models.CharField(max_length=64, default=GENESIS, help_text="Hash of the last transfer.")
    closed_through = models.DateField(null=True, blank=True, help_text="Nothing is posted on or before this day.")

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="funding_ledger_code_once"),
            models.UniqueConstraint(fields=["legal_entity", "currency"], name="funding_ledger_one_a_currency"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="funding_ledger_currency_code"),
            models.CheckConstraint(condition=Q(legal_entity__regex=r"\S"), name="funding_ledger_of_an_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.legal_entity} ({self.currency})"


class FiscalPeriod(models.Model):
    """A stretch of days of one ledger that is closed as a whole. Those of a ledger never overlap (an exclusion)."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        LOCKED = "locked", _("Locked")

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="periods")
    code = models.CharField(max_length=20)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="Last day that belongs to it.")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    seq = models.BigIntegerField(null=True, blank=True, help_text="Last transfer when it was closed.")
    head = models.CharField(max_length=64, blank=True, help_text="Head of the chain when it was closed.")
    totals = models.JSONField(default=dict, blank=True, help_text="Control totals when it was closed.")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reopened_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["ledger", "starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "code"], name="funding_fiscalperiod_code_once"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="funding_fiscalperiod_has_days"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "closed", "locked"]), name="funding_fiscalperiod_state_known"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, seq=None, head="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False, seq__isnull=False) & ~Q(head="")),
                name="funding_fiscalperiod_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(closed_at__isnull=False, reopened_at=None),
                name="funding_fiscalperiod_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, reopened_at=None, reopened_by=None, reopened_because="")
                | Q(state__in=["closed", "locked"], reopened_at=None, reopened_by=None, reopened_because="")
                | (
                    Q(state="open", closed_at__isnull=False, reopened_at__isnull=False, reopened_by__isnull=False)
                    & ~Q(reopened_because="") & ~Q(reopened_by=F("closed_by"))
                ),
                name="funding_fiscalperiod_reopened_by_another",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class BudgetQuerySet(models.QuerySet["Budget"]):
    def visible_to(self, powers: Powers) -> "BudgetQuerySet":
        """Budgets of the domains in which these powers may see money. Keeps the order; adds no query and no join."""
        domains = powers.domains(ACTS["see_money"])
        return self if domains is None else self.filter(domain__in=domains)

    def paying_bets(self, today: date) -> "BudgetQuerySet":
        """Those that may pay bets of their domain on that day. Keeps the order."""
        return self.filter(
            funding_class=Budget.FundingClass.BET, starts_on__lte=today, ends_on__gte=today, withdrawn_at=None
        )

    def with_available(self) -> "BudgetQuerySet":
        """Adds what is `available` in each, with its ledger and domain. Keeps the order."""
        own = Account.objects.filter(budget=OuterRef("pk"), tranche=None, kind=Account.Kind.AVAILABLE)
        return self.select_related("ledger", "domain").annotate(available=Subquery(own.values("balance")[:1]))


class Budget(models.Model):
    """What a domain, or a team of it, may commit between two days. What stands there follows from its accounts."""

    class FundingClass(models.TextChoices):
        TEAM = "team", _("Team")
        BET = "bet", _("Bet")
        PROJECT = "project", _("Project, the old way")
        RUN = "run", _("Run")
        MANDATORY = "mandatory", _("Mandatory")

    class YearEnd(models.TextChoices):
        ROLL = "roll", _("Rolls forward into the next budget")
        LAPSE = "lapse", _("Lapses: it returns to what is available")

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="budgets")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    funding_class = models.CharField(max_length=9, choices=FundingClass.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="Last day that belongs to it.")
    warn_percent = models.PositiveSmallIntegerField(
        default=80, help_text="Share of the current budget from which on people are warned."
    )
    year_end = models.CharField(
        max_length=5, choices=YearEnd.choices, default=YearEnd.ROLL,
        help_text="What becomes of money that is committed and not released when it ends.",
    )  # fmt: skip
    treatment = models.CharField(max_length=5, choices=Treatment.choices, default=Treatment.OPEX)
    cost_centre = models.CharField(max_length=40, blank=True)
    erp_account = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="When it was taken back, without money in it.")

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "code"], name="funding_budget_code_once"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="funding_budget_named"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="funding_budget_has_days"),
            models.CheckConstraint(
                condition=Q(funding_class="team", team__isnull=False)
                | Q(funding_class__in=["bet", "project", "run", "mandatory"], team=None),
                name="funding_budget_class_known",
            ),
            models.CheckConstraint(
                condition=Q(warn_percent__gte=1, warn_percent__lte=100), name="funding_budget_warns_at_a_share"
            ),
            models.CheckConstraint(condition=Q(treatment__in=["opex", "capex"]), name="funding_budget_treatment_known"),
            models.CheckConstraint(condition=Q(year_end__in=["roll", "lapse"]), name="funding_budget_year_end_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """One balance of a ledger. The appropriation is where all money comes from, so it alone may stand below zero."""

    class Kind(models.TextChoices):
        APPROPRIATION = "appropriation", _("Appropriation")
        AVAILABLE = "available", _("Available")
        COMMITTED = "committed", _("Committed")
        RELEASED = "released", _("Released")
        SPENT = "spent", _("Spent")
        WINDDOWN = "winddown", _("Set aside to wind down")

    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="accounts")
    code = models.CharField(max_length=120)
    kind = models.CharField(max_length=13, choices=Kind.choices)
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts")
    tranche = models.ForeignKey(
        Tranche, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Whose money of that budget it is; empty: the budget's own.",
    )  # fmt: skip
    balance = models.BigIntegerField(default=0)
    closed = models.BooleanField(default=False)
    carried = models.BooleanField(
        default=False,
        help_text="Its year has ended: what was committed rolled forward or lapsed, and another budget pays.",
    )

    class Meta:
        ordering = ["ledger", "code"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "code"], name="funding_account_code_once"),
            models.UniqueConstraint(
                fields=["ledger", "budget", "tranche", "kind"], nulls_distinct=False, name="funding_account_kind_once"
            ),
            models.UniqueConstraint(
                fields=["tranche"], condition=Q(kind="committed", tranche__isnull=False, carried=False),
                name="funding_account_one_budget_a_tranche",
            ),
            models.CheckConstraint(
                condition=Q(carried=False) | Q(kind="committed", tranche__isnull=False, closed=True),
                name="funding_account_carried_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(kind="appropriation", budget=None, tranche=None)
                | Q(kind="available", budget__isnull=False, tranche=None)
                | Q(kind__in=["committed", "released", "spent"], budget__isnull=False)
                | Q(kind="winddown", budget__isnull=False, tranche__isnull=False),
                name="funding_account_owner_fits_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="appropriation") | Q(balance__gte=0), name="funding_account_not_below_zero"
            ),
            models.CheckConstraint(condition=Q(closed=False) | Q(balance=0), name="funding_account_empty_when_closed"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class _Given:
    """A column that the trigger which posts fills: it comes back with the insertion, without a query of its own."""

    db_returning = True
    plain: str

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()  # type: ignore[misc] # of the field
        return name, self.plain, args, kwargs


class GivenNumber(_Given, models.BigIntegerField):  # type: ignore[type-arg]
    plain = "django.db.models.BigIntegerField"


class GivenText(_Given, models.CharField):  # type: ignore[type-arg]
    plain = "django.db.models.CharField"


class GivenPeriod(_Given, models.ForeignKey):  # type: ignore[type-arg]
    plain = "django.db.models.ForeignKey"


class Transfer(models.Model):
    """One row of a ledger. Never edited, never deleted; corrected by a transfer that reverses it."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Opening balance")
        APPROPRIATE = "appropriate", _("Appropriate")
        SUPPLEMENT = "supplement", _("Supplement")
        HAND_BACK = "hand_back", _("Hand back")
        REALLOCATE = "reallocate", _("Reallocate")
        COMMIT = "commit", _("Commit")
        RELEASE = "release", _("Release")
        SPEND = "spend", _("Spend")
        REFUND = "refund", _("Refund")
        RETURN = "return", _("Return")
        SET_ASIDE = "set_aside", _("Set aside")

    key = models.UUIDField(help_text="Made by whoever posts it: the same key is posted once.")
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="transfers")
    seq = GivenNumber(default=0, help_text="Without gaps, given by the trigger that posts.")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    amount = models.BigIntegerField()
    effective_date = models.DateField()
    period = GivenPeriod(FiscalPeriod, on_delete=models.PROTECT, related_name="transfers")
    line = models.OneToOneField(
        "RequestLine", on_delete=models.PROTECT, null=True, blank=True, related_name="transfer",
        help_text="The line of the approved request that it carries out.",
    )  # fmt: skip
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal")
    document = models.CharField(max_length=120, blank=True, help_text="What it rests on when there is no request.")
    reason_code = models.CharField(max_length=24)
    memo = models.CharField(max_length=500, blank=True)
    treatment = models.CharField(max_length=5, choices=Treatment.choices, default=Treatment.OPEX)
    cost_centre = models.CharField(max_length=40, blank=True)
    erp_account = models.CharField(max_length=40, blank=True)
    hash = GivenText(max_length=64, blank=True)
    posted_at = models.DateTimeField()
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["ledger", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="funding_transfer_key_once"),
            models.UniqueConstraint(fields=["ledger", "seq"], name="funding_transfer_seq_once"),
            # What the mirror of a reversal refers to.
            models.UniqueConstraint(
                fields=["id", "amount", "debit_account", "credit_account"], name="funding_transfer_mirrored"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=MOST), name="funding_transfer_some_money"),
            models.CheckConstraint(
                condition=~Q(debit_account=F("credit_account")), name="funding_transfer_between_two_accounts"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[
                    "open", "appropriate", "supplement", "hand_back", "reallocate", "commit", "release", "spend",
                    "refund", "return", "set_aside",
                ]),
                name="funding_transfer_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(line__isnull=False, reverses=None)
                | (Q(line=None, reverses__isnull=False) & ~Q(document=""))
                | (Q(line=None, reverses=None, kind__in=["open", "spend", "refund"]) & ~Q(document="")),
                name="funding_transfer_rests_on_something",
            ),
            models.CheckConstraint(condition=~Q(reason_code=""), name="funding_transfer_says_why"),
            models.CheckConstraint(
                condition=Q(treatment__in=["opex", "capex"]), name="funding_transfer_treatment_known"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["debit_account", "seq"], name="funding_transfer_debits"),
            models.Index(fields=["credit_account", "seq"], name="funding_transfer_credits"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger_id}/{self.seq}"
