"""What is paid: books, requests, approvals, authority, files. One open period of a ledger holds all days of a test."""

import datetime as dt
import uuid
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from funding import models as funding
from tests.factories.base import AT, TODAY, DomainFactory, PersonFactory, TeamFactory
from tests.factories.bets import BetFactory


class LedgerFactory(DjangoModelFactory):
    class Meta:
        model = funding.Ledger

    code = factory.Sequence(lambda n: f"ledger-{n}")
    legal_entity = factory.Sequence(lambda n: f"Northwind {n} AG")
    currency = "EUR"


class FiscalPeriodFactory(DjangoModelFactory):
    class Meta:
        model = funding.FiscalPeriod
        django_get_or_create = ("ledger", "code")

    ledger = factory.SubFactory(LedgerFactory)
    code = "open"
    starts_on = TODAY - dt.timedelta(days=400)
    ends_on = TODAY + dt.timedelta(days=400)


class BudgetFactory(DjangoModelFactory):
    class Meta:
        model = funding.Budget

    ledger = factory.SubFactory(LedgerFactory)
    code = factory.Sequence(lambda n: f"B-{n}")
    name = factory.Sequence(lambda n: f"Bets of direct sales {n}")
    domain = factory.SubFactory(DomainFactory)
    funding_class = "bet"
    starts_on = TODAY.replace(month=1, day=1)
    ends_on = TODAY.replace(month=12, day=31)
    cost_centre = "4100"
    erp_account = "660000"
    opened_at = AT


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = funding.Account

    ledger = factory.SubFactory(LedgerFactory)
    code = factory.Sequence(lambda n: f"B-{n}/available")
    kind = "available"
    budget = factory.SubFactory(BudgetFactory, ledger=factory.SelfAttribute("..ledger"))


class AppropriationFactory(AccountFactory):
    code = "appropriation"
    kind = "appropriation"
    budget = None


class TransferFactory(DjangoModelFactory):
    """Opens a budget with 1,000.00; the accounts are those of one ledger."""

    class Meta:
        model = funding.Transfer
        exclude = ("book",)

    book = factory.SubFactory(LedgerFactory)
    ledger = factory.SelfAttribute("book")
    key = factory.LazyFunction(uuid.uuid4)
    kind = "open"
    credit_account = factory.SubFactory(AppropriationFactory, ledger=factory.SelfAttribute("..ledger"))
    debit_account = factory.SubFactory(AccountFactory, ledger=factory.SelfAttribute("..ledger"))
    amount = 100_000
    effective_date = TODAY
    period = factory.SubFactory(FiscalPeriodFactory, ledger=factory.SelfAttribute("..ledger"))
    document = "Opening balance"
    reason_code = "opening"
    posted_at = AT


class FundingRequestFactory(DjangoModelFactory):
    class Meta:
        model = funding.FundingRequest

    key = factory.LazyFunction(uuid.uuid4)
    ledger = factory.SubFactory(LedgerFactory)
    kind = "commit"
    bet = factory.SubFactory(BetFactory)
    domain = factory.SelfAttribute("bet.domain")
    amount = 50_000
    measured = factory.SelfAttribute("amount")
    effective_date = TODAY
    reason_code = "plan"
    justification = "The first tranche pays for twenty talks with brokers."
    due_on = TODAY + dt.timedelta(days=14)
    fingerprint = "0" * 64
    proposer = factory.SubFactory(PersonFactory)
    submitted_at = AT


class RequestLineFactory(DjangoModelFactory):
    class Meta:
        model = funding.RequestLine

    request = factory.SubFactory(FundingRequestFactory)
    number = 1
    kind = "commit"
    credit_account = factory.SubFactory(AccountFactory, ledger=factory.SelfAttribute("..request.ledger"))
    debit_account = factory.SubFactory(
        AccountFactory,
        ledger=factory.SelfAttribute("..request.ledger"),
        budget=factory.SelfAttribute("..credit_account.budget"),
        code=factory.Sequence(lambda n: f"B-{n}/committed"),
        kind="committed",
    )
    amount = 50_000


class ApprovalFactory(DjangoModelFactory):
    class Meta:
        model = funding.Approval

    request = factory.SubFactory(FundingRequestFactory)
    approver = factory.SubFactory(PersonFactory)
    proposer = factory.SelfAttribute("request.proposer")
    measured = factory.SelfAttribute("request.measured")
    says = "approve"
    authority = factory.SelfAttribute("measured")
    role = "finance"
    given_at = AT


class RequestNoteFactory(DjangoModelFactory):
    class Meta:
        model = funding.RequestNote

    request = factory.SubFactory(FundingRequestFactory)
    text = "Which brokers?"
    written_at = AT
    written_by = factory.SubFactory(PersonFactory)


class RequestFileFactory(DjangoModelFactory):
    class Meta:
        model = funding.RequestFile

    request = factory.SubFactory(FundingRequestFactory)
    name = "offer.pdf"
    content_type = "application/pdf"
    size = 1_000
    sha256 = "0" * 64
    stored_as = factory.LazyFunction(lambda: uuid.uuid4().hex)
    attached_at = AT
    attached_by = factory.SubFactory(PersonFactory)


class AuthorityLimitFactory(DjangoModelFactory):
    class Meta:
        model = funding.AuthorityLimit

    role = "finance"
    kind = "commit"
    currency = "EUR"
    max_amount = 10_000_000
    valid_from = TODAY - dt.timedelta(days=100)
    set_at = AT


class ApprovalRuleFactory(DjangoModelFactory):
    class Meta:
        model = funding.ApprovalRule

    kind = "commit"
    currency = "EUR"
    from_amount = 5_000_000
    approvers = 2
    set_at = AT


class SignOffRuleFactory(DjangoModelFactory):
    class Meta:
        model = funding.SignOffRule

    key = factory.Sequence(lambda n: f"personal-data-{n}")
    question = "Does it touch personal data?"
    currency = "EUR"
    role = "executive"
    set_at = AT


class DelegationFactory(DjangoModelFactory):
    class Meta:
        model = funding.Delegation

    giver = factory.SubFactory(PersonFactory)
    taker = factory.SubFactory(PersonFactory)
    starts_on = TODAY
    ends_on = TODAY + dt.timedelta(days=14)
    currency = "EUR"
    max_amount = 1_000_000
    set_at = AT
    set_by = factory.SelfAttribute("giver")


class MoneyFileFactory(DjangoModelFactory):
    class Meta:
        model = funding.MoneyFile

    kind = "actuals"
    ledger = factory.SubFactory(LedgerFactory)
    source = "SAP"
    file_name = "actuals.csv"
    sha256 = "0" * 64
    uploaded_at = AT
    uploaded_by = factory.SubFactory(PersonFactory)


class MoneyRowFactory(DjangoModelFactory):
    class Meta:
        model = funding.MoneyRow

    file = factory.SubFactory(MoneyFileFactory)
    number = factory.Sequence(lambda n: n + 2)


class ActualFactory(DjangoModelFactory):
    class Meta:
        model = funding.Actual

    ledger = factory.SubFactory(LedgerFactory)
    source = "SAP"
    document_id = factory.Sequence(lambda n: f"51{n:08}")
    posted_on = TODAY
    amount = 12_345
    waits_because = "Nobody said whose money it was."


class ReconciliationFactory(DjangoModelFactory):
    class Meta:
        model = funding.Reconciliation

    ledger = factory.SubFactory(LedgerFactory)
    as_of = TODAY
    source = "SAP"
    seq = 0
    made_at = AT
    made_by = factory.SubFactory(PersonFactory)


class ReconciliationLineFactory(DjangoModelFactory):
    class Meta:
        model = funding.ReconciliationLine

    reconciliation = factory.SubFactory(ReconciliationFactory)
    cost_centre = "4100"
    ours = 100
    theirs = 100
    name = "agrees"


class ExportBatchFactory(DjangoModelFactory):
    """Hands over the one transfer of a ledger of its own."""

    class Meta:
        model = funding.ExportBatch
        exclude = ("transfer",)

    transfer = factory.SubFactory(TransferFactory)
    ledger = factory.SelfAttribute("transfer.ledger")
    number = 1
    first_seq = 1
    last_seq = 1
    head = "0" * 64
    debits = 100_000
    credits = 100_000
    sha256_csv = "0" * 64
    sha256_json = "0" * 64
    made_at = AT
    made_by = factory.SubFactory(PersonFactory)


class GuardrailFactory(DjangoModelFactory):
    class Meta:
        model = funding.Guardrail

    kind = "share"
    name = factory.Sequence(lambda n: f"Not all of it for tomorrow {n}")
    horizon = 1
    at_most = 70
    changed_at = AT


class CapacityFactory(DjangoModelFactory):
    class Meta:
        model = funding.Capacity

    team = factory.SubFactory(TeamFactory)
    starts_on = TODAY.replace(month=1, day=1)
    ends_on = TODAY.replace(month=12, day=31)
    weeks = Decimal("44.0")
    changed_at = AT


class ValueAgreementFactory(DjangoModelFactory):
    class Meta:
        model = funding.ValueAgreement

    bet = factory.SubFactory(BetFactory)
    low = 100_000
    likely = 200_000
    high = 400_000
    conversion = "+1 point = 40,000 a year"
    agreed_at = AT
    agreed_by = factory.SubFactory(PersonFactory)


class EnforcementFactory(DjangoModelFactory):
    class Meta:
        model = funding.Enforcement

    from_on = TODAY
    reason = "A quarter of advice has been right."
    decided_at = AT
    decided_by = factory.SubFactory(PersonFactory)


class AdviceFactory(DjangoModelFactory):
    class Meta:
        model = funding.Advice

    kind = "gate"
    bet = factory.SubFactory(BetFactory)
    sentence = "The gate is not met: no one has said so."
    given_at = AT
    given_to = factory.SubFactory(PersonFactory)
