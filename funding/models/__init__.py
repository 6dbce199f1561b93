"""What we pay: the books, requests and approvals, authority, files in and out, and what bounds the mix."""

from funding.models.authority import ApprovalRule, AuthorityLimit, Delegation, SignOffRule
from funding.models.files import Actual, ExportBatch, MoneyFile, MoneyRow, Reconciliation, ReconciliationLine
from funding.models.ledger import GENESIS, MOST, Account, Budget, FiscalPeriod, Ledger, Transfer, Treatment
from funding.models.mix import Capacity, Guardrail, ValueAgreement
from funding.models.request import Approval, FundingRequest, RequestFile, RequestLine, RequestNote
from funding.models.shadow import Advice, Enforcement

__all__ = [
    "GENESIS",
    "MOST",
    "Account",
    "Actual",
    "Advice",
    "Approval",
    "ApprovalRule",
    "AuthorityLimit",
    "Budget",
    "Capacity",
    "Delegation",
    "Enforcement",
    "ExportBatch",
    "FiscalPeriod",
    "FundingRequest",
    "Guardrail",
    "Ledger",
    "MoneyFile",
    "MoneyRow",
    "Reconciliation",
    "ReconciliationLine",
    "RequestFile",
    "RequestLine",
    "RequestNote",
    "SignOffRule",
    "Transfer",
    "Treatment",
    "ValueAgreement",
]
