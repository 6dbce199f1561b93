"""Who may approve how much: limits, rules for further approvers and sign-offs, and delegations.

None of them is edited: what no longer holds is ended, and what holds instead is another row.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from funding.models.request import FundingRequest
from org.models import Domain, Role

ENDED = Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False)


class AuthorityLimit(models.Model):
    """How much a role or a person may approve, of which kind, where, in which currency, from when to when.

    No row means no authority; a domain reaches those below it; a limit holds in its own currency only.
    """

    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=11, choices=FundingRequest.Kind.choices)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3)
    max_amount = models.BigIntegerField(help_text="Minor units.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="Last day; empty: until it is ended.")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["kind", "currency", "max_amount", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, role__in=Role.values) | Q(person__isnull=False, role=""),
                name="funding_authoritylimit_of_a_role_or_a_person",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FundingRequest.Kind.values), name="funding_authoritylimit_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="funding_authoritylimit_currency_code"
            ),
            models.CheckConstraint(condition=Q(max_amount__gt=0), name="funding_authoritylimit_some_money"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="funding_authoritylimit_has_days"
            ),
            models.CheckConstraint(
                condition=Q(person=None) | Q(set_by=None) | ~Q(person=F("set_by")),
                name="funding_authoritylimit_not_set_by_oneself",
            ),
            models.CheckConstraint(condition=ENDED, name="funding_authoritylimit_ended_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.get_role_display()}: {self.get_kind_display()}"


class ApprovalRule(models.Model):
    """From which measured amount on a request needs so many approvers."""

    kind = models.CharField(max_length=11, choices=FundingRequest.Kind.choices)
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3)
    from_amount = models.BigIntegerField(help_text="Minor units, measured on all that the bet has been given.")
    approvers = models.PositiveSmallIntegerField(default=2)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["kind", "currency", "from_amount", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=FundingRequest.Kind.values), name="funding_approvalrule_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="funding_approvalrule_currency_code"
            ),
            models.CheckConstraint(condition=Q(from_amount__gte=0), name="funding_approvalrule_from_an_amount"),
            models.CheckConstraint(
                condition=Q(approvers__gte=2, approvers__lte=5), name="funding_approvalrule_two_to_five"
            ),
            models.CheckConstraint(condition=ENDED, name="funding_approvalrule_ended_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.approvers}"


class SignOffRule(models.Model):
    """Which role must be among the approvers from an amount on, always or where a question is answered with yes."""

    key = models.SlugField(max_length=40)
    question = models.CharField(max_length=200, blank=True, help_text="Empty: whatever is answered.")
    kind = models.CharField(max_length=11, choices=FundingRequest.Kind.choices, blank=True, help_text="Empty: every.")
    currency = models.CharField(max_length=3)
    from_amount = models.BigIntegerField(default=0)
    role = models.CharField(max_length=20, choices=Role.choices)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(ended_at=None), name="funding_signoffrule_one_holds_of_a_key"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="funding_signoffrule_role_known"),
            models.CheckConstraint(
                condition=Q(kind="") | Q(kind__in=FundingRequest.Kind.values), name="funding_signoffrule_kind_known"
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="funding_signoffrule_currency_code"),
            models.CheckConstraint(condition=Q(from_amount__gte=0), name="funding_signoffrule_from_an_amount"),
            models.CheckConstraint(condition=ENDED, name="funding_signoffrule_ended_by_somebody"),
        ]

    def __str__(self) -> str:
        return self.question or self.key


class Delegation(models.Model):
    """One person approves for another between two days, up to an amount; who holds it cannot pass it on."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="Last day.")
    currency = models.CharField(max_length=3)
    max_amount = models.BigIntegerField(help_text="Minor units.")
    note = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="funding_delegation_to_another"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="funding_delegation_has_days"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="funding_delegation_currency_code"),
            models.CheckConstraint(condition=Q(max_amount__gt=0), name="funding_delegation_some_money"),
            models.CheckConstraint(condition=ENDED, name="funding_delegation_ended_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"{self.taker} for {self.giver}"
