"""Asking for money and saying yes or no to it: requests with their lines, approvals, notes and files."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bets.models import Bet, Decision, StoredFile, Tranche
from funding.models.ledger import Account, Ledger, Transfer, Treatment
from org.models import Domain, Role
from org.rules import ACTS, Powers


class RequestQuerySet(models.QuerySet["FundingRequest"]):
    def visible_to(self, powers: Powers) -> "RequestQuerySet":
        """Requests of the domains in which these powers may see money, and those that would move money there. Keeps the
        order; adds no query and no join."""
        domains = powers.domains(ACTS["see_money"])
        if domains is None:
            return self
        moved = RequestLine.objects.filter(kind="reallocate", debit_account__budget__domain__in=domains)
        return self.filter(Q(domain__in=domains) | Q(pk__in=moved.values("request")))


class FundingRequest(models.Model):
    """Asks to move money. What it asks for is frozen when it is submitted (a trigger); a change is another request."""

    class Kind(models.TextChoices):
        APPROPRIATE = "appropriate", _("Appropriate")
        COMMIT = "commit", _("Commit")
        RELEASE = "release", _("Release")
        RETURN = "return", _("Return")
        REALLOCATE = "reallocate", _("Reallocate")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Waiting for approval")
        POSTED = "posted", _("Posted")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        VOIDED = "voided", _("Void: what it rests on changed")

    key = models.UUIDField(help_text="Made by whoever asks: the same key asks once.")
    ledger = models.ForeignKey(Ledger, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=11, choices=Kind.choices)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="+", help_text="Where it is decided.")
    bet = models.ForeignKey(Bet, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="The decision on the bet that it carries out.",
    )  # fmt: skip
    decision_kind = models.CharField(max_length=8, blank=True)
    amount = models.BigIntegerField(help_text="Sum of its lines, minor units.")
    measured = models.BigIntegerField(
        help_text="What authority is measured by: the amount, with what the bet has been given before."
    )
    effective_date = models.DateField()
    reason_code = models.CharField(max_length=24)
    justification = models.CharField(max_length=2000)
    due_on = models.DateField(help_text="Expires after this day.")
    risks = models.JSONField(default=dict, blank=True, help_text="Questions of sign-off rules, and yes or no.")
    approvals_required = models.PositiveSmallIntegerField(default=1)
    signoffs = models.JSONField(default=list, blank=True, help_text="Roles of which one person each must approve.")
    fingerprint = models.CharField(max_length=64, help_text="Hash of its lines and of what it rests on.")
    pack = models.JSONField(default=dict, blank=True, help_text="The evidence as it stood when it was submitted.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.SUBMITTED)
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_because = models.CharField(max_length=500, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successor")

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="funding_fundingrequest_key_once"),
            # What approvals copy.
            models.UniqueConstraint(
                fields=["id", "proposer", "measured"], name="funding_fundingrequest_proposed_by_one"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["appropriate", "commit", "release", "return", "reallocate"]),
                name="funding_fundingrequest_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "posted", "rejected", "withdrawn", "expired", "voided"]),
                name="funding_fundingrequest_state_known",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, measured__gte=F("amount")), name="funding_fundingrequest_some_money"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["commit", "release"]) | Q(bet__isnull=False),
                name="funding_fundingrequest_commits_to_a_bet",
            ),
            models.CheckConstraint(
                condition=Q(decision=None, decision_kind="") | (Q(decision__isnull=False) & ~Q(decision_kind="")),
                name="funding_fundingrequest_decision_with_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind="release") | Q(decision_kind__in=["fund", "persist"]),
                name="funding_fundingrequest_released_on_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", closed_at=None) | (~Q(state="submitted") & Q(closed_at__isnull=False)),
                name="funding_fundingrequest_closed_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(reason_code__regex=r"\S", justification__regex=r"\S"),
                name="funding_fundingrequest_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state="submitted"), name="funding_request_waiting"),
            models.Index(fields=["bet", "-submitted_at"], name="funding_request_of_a_bet"),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}"


class RequestLine(models.Model):
    """One movement of a request. All lines of a request are posted together, or none."""

    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=11, choices=Transfer.Kind.choices)
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    tranche = models.ForeignKey(Tranche, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.BigIntegerField()
    treatment = models.CharField(max_length=5, choices=Treatment.choices, default=Treatment.OPEX)
    cost_centre = models.CharField(max_length=40, blank=True)
    erp_account = models.CharField(max_length=40, blank=True)
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["request", "number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="funding_requestline_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="funding_requestline_some_money"),
            models.CheckConstraint(
                condition=~Q(debit_account=F("credit_account")), name="funding_requestline_between_two_accounts"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[
                    "appropriate", "supplement", "hand_back", "reallocate", "commit", "release", "return", "set_aside",
                ]),
                name="funding_requestline_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(treatment__in=["opex", "capex"]), name="funding_requestline_treatment_known"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.request}, line {self.number}"


class Approval(models.Model):
    """A person's yes or no, for themselves or for somebody who delegated to them. Append-only by trigger.

    Proposer and measured amount are copied from the request (a composite foreign key), so that the database itself
    refuses whoever approves what they asked for, and whoever has no authority for so much.
    """

    class Says(models.TextChoices):
        APPROVE = "approve", _("Approve")
        REJECT = "reject", _("Reject")

    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, related_name="approvals")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    principal = models.GeneratedField(
        expression=Coalesce("on_behalf_of_id", "approver_id"), output_field=models.BigIntegerField(), db_persist=True
    )
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    measured = models.BigIntegerField()
    says = models.CharField(max_length=7, choices=Says.choices)
    authority = models.BigIntegerField(null=True, blank=True, help_text="The limit in force, minor units.")
    role = models.CharField(max_length=20, choices=Role.choices, blank=True, help_text="In which role they signed.")
    domains = models.JSONField(
        default=list, blank=True,
        help_text="Between two domains: keys of those for which they spoke; empty: where the request is decided.",
    )  # fmt: skip
    reason_code = models.CharField(max_length=24, blank=True)
    comment = models.CharField(max_length=2000, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["request", "given_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "approver"], name="funding_approval_once_an_approver"),
            models.UniqueConstraint(fields=["request", "principal"], name="funding_approval_once_a_principal"),
            models.CheckConstraint(condition=Q(says__in=["approve", "reject"]), name="funding_approval_says_yes_or_no"),
            models.CheckConstraint(
                condition=~Q(approver=F("proposer")), name="funding_approval_maker_is_never_checker"
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None) | (~Q(on_behalf_of=F("proposer")) & ~Q(on_behalf_of=F("approver"))),
                name="funding_approval_not_by_delegation_either",
            ),
            models.CheckConstraint(
                condition=Q(says="reject") | Q(authority__isnull=False, authority__gte=F("measured")),
                name="funding_approval_within_authority",
            ),
            models.CheckConstraint(
                condition=Q(says="approve") | Q(reason_code__regex=r"\S", comment__regex=r"\S"),
                name="funding_approval_rejects_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.approver} on {self.request}"


class RequestNote(models.Model):
    """Something said about a request. Append-only by trigger."""

    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=2000)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["request", "written_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="funding_requestnote_says_something")
        ]

    def __str__(self) -> str:
        return self.text


class RequestFile(StoredFile):
    """A file that belongs to a request. Append-only by trigger."""

    request = models.ForeignKey(FundingRequest, on_delete=models.PROTECT, related_name="files")

    class Meta:
        ordering = ["request", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stored_as"], name="funding_requestfile_stored_once"),
            models.UniqueConstraint(fields=["request", "sha256"], name="funding_requestfile_attached_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="funding_requestfile_not_empty"),
        ]
