"""The money is as sound as its tables: for every constraint on it, one test that tries to break it."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from funding.models import Account, FiscalPeriod, FundingRequest
from tests import factories as f
from tests.attempts import Attempt, lacking, one, twice, without

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CLOSED = {"closed_at": f.AT, "closed_by": f.PersonFactory, "seq": 0, "head": "0" * 64}


def period(**fields: Any) -> FiscalPeriod:
    """One of a ledger of its own, until somebody says otherwise."""
    given = {"code": "P1", "starts_on": f.TODAY, "ends_on": f.TODAY + 30 * DAY, **fields}
    return FiscalPeriod.objects.create(**({"ledger": f.LedgerFactory()} | given))


def ended(**fields: Any) -> dict[str, Any]:
    """Ended by nobody."""
    return {**fields, "ended_at": f.AT}


def two_accounts() -> None:
    budget = f.BudgetFactory()
    for _ in range(2):
        f.AccountFactory(ledger=budget.ledger, budget=budget)


def tranche_of_two_budgets() -> None:
    tranche, ledger = f.TrancheFactory(), f.LedgerFactory()
    for _ in range(2):
        f.AccountFactory(ledger=ledger, tranche=tranche, kind="committed")


def spent_without_money() -> None:
    account = f.AccountFactory()
    spent = f.AccountFactory(ledger=account.ledger, budget=account.budget, kind="spent")
    f.TransferFactory(book=account.ledger, kind="spend", credit_account=account, debit_account=spent)


def closed_with_money() -> None:
    Account.objects.filter(pk=f.TransferFactory().debit_account_id).update(closed=True)


def beside(**fields: Any) -> Attempt:
    """Another transfer between the accounts of one that is there."""

    def attempt() -> None:
        there = f.TransferFactory(id=1)
        accounts = {"credit_account": there.credit_account, "debit_account": there.debit_account}
        f.TransferFactory(book=there.ledger, **{**accounts, **fields})

    return attempt


def to_itself() -> None:
    there = f.TransferFactory()
    account = there.debit_account
    f.TransferFactory(book=there.ledger, kind="reallocate", credit_account=account, debit_account=account)


def one_line_to_itself() -> None:
    request = f.FundingRequestFactory()
    account = f.AccountFactory(ledger=request.ledger)
    f.RequestLineFactory(request=request, credit_account=account, debit_account=account)


def closed_as(**fields: Any) -> Attempt:
    return lambda: FundingRequest.objects.filter(pk=f.FundingRequestFactory().pk).update(**fields)


def voices(*pairs: tuple[str, str]) -> Attempt:
    """Who speaks for whom, one after the other, on one request."""

    def attempt() -> None:
        request, people = f.FundingRequestFactory(), {name: f.PersonFactory() for pair in pairs for name in pair}
        for approver, principal in pairs:
            f.ApprovalFactory(request=request, approver=people[approver], on_behalf_of=people[principal])

    return attempt


def by_proposer(field: str) -> Attempt:
    request: list[FundingRequest] = []
    return lambda: (
        request.append(f.FundingRequestFactory()),
        f.ApprovalFactory(request=request[-1], **{field: request[-1].proposer}),
    )


def one_request(**fields: Any) -> Any:
    return lambda: f.FundingRequestFactory(amount=100_000, **fields)


def second_batch(**fields: Any) -> Attempt:
    def attempt() -> None:
        batch = f.ExportBatchFactory()
        there = batch.ledger.transfers.get()
        accounts = {"credit_account": there.credit_account, "debit_account": there.debit_account}
        next_one = f.TransferFactory(book=batch.ledger, **accounts)
        f.ExportBatchFactory(transfer=next_one, **fields)

    return attempt


def reversed_by(**fields: Any) -> Attempt:
    """Opens a budget, and takes that back."""

    def attempt() -> None:
        there = f.TransferFactory()
        mirror = {"credit_account": there.debit_account, "debit_account": there.credit_account}
        f.TransferFactory(book=there.ledger, reverses=there, **{**mirror, **fields})

    return attempt


ATTEMPTS: dict[str, Attempt] = {
    "org_answer_once_a_key": twice(f.AnswerFactory, person=f.PersonFactory, key="one"),
    "org_answer_has_a_key": one(f.AnswerFactory, key=" "),
    "bets_bet_wind_down_not_negative": one(f.BetFactory, wind_down=-1),
    "bets_decision_referred_to": lacking("bets_decision_pkey", "bets_decision", lambda: [
        f.DecisionFactory(id=1, bet=bet, number=number) for bet in [f.BetFactory()] for number in (1, 2)
    ]),
    "bets_gatecriterion_number_once": lambda: [
        f.GateCriterionFactory(tranche=tranche, number=1, **wanted) for tranche in [f.TrancheFactory()]
        for wanted in ({"kind": "decision", "wanted": "fund"}, {"kind": "strength", "wanted": "", "strength": 3})
    ],
    "bets_gatecriterion_once": lambda: [
        f.GateCriterionFactory(tranche=tranche, number=number) for tranche in [f.TrancheFactory()] for number in (1, 2)
    ],
    "bets_gatecriterion_wants_something": one(f.GateCriterionFactory, kind="strength", wanted="", strength=None),
    "funding_ledger_code_once": twice(f.LedgerFactory, code="one"),
    "funding_ledger_one_a_currency": twice(f.LedgerFactory, legal_entity="One AG"),
    "funding_ledger_currency_code": one(f.LedgerFactory, currency="eur"),
    "funding_ledger_of_an_entity": one(f.LedgerFactory, legal_entity=" "),
    "funding_fiscalperiod_code_once": lambda: [
        period(ledger=ledger, starts_on=day, ends_on=day) for ledger in [f.LedgerFactory()]
        for day in (f.TODAY, f.TODAY + DAY)
    ],
    "funding_fiscalperiod_has_days": one(period, ends_on=f.TODAY - DAY),
    "funding_fiscalperiod_state_known": lacking(
        "funding_fiscalperiod_reopened_by_another", "funding_fiscalperiod", one(period, state="limbo", **CLOSED)
    ),
    "funding_fiscalperiod_closed_by_somebody": one(period, closed_at=f.AT),
    "funding_fiscalperiod_closed_when_closed": one(period, state="closed"),
    "funding_fiscalperiod_reopened_by_another": lambda: [
        period(**{**CLOSED, "closed_by": person}, reopened_at=f.AT, reopened_by=person, reopened_because="Forgot one.")
        for person in [f.PersonFactory()]
    ],
    "funding_budget_code_once": twice(f.BudgetFactory, ledger=f.LedgerFactory, code="one"),
    "funding_budget_named": one(f.BudgetFactory, name=" "),
    "funding_budget_has_days": one(f.BudgetFactory, ends_on=f.TODAY.replace(year=2000)),
    "funding_budget_class_known": one(f.BudgetFactory, funding_class="team"),
    "funding_budget_warns_at_a_share": one(f.BudgetFactory, warn_percent=0),
    "funding_budget_treatment_known": one(f.BudgetFactory, treatment="maybe"),
    "funding_budget_year_end_known": one(f.BudgetFactory, year_end="maybe"),
    "funding_account_code_once": twice(f.AccountFactory, ledger=f.LedgerFactory, code="one"),
    "funding_account_kind_once": two_accounts,
    "funding_account_one_budget_a_tranche": without(
        "funding_account_moved_by_posting", "funding_account", tranche_of_two_budgets
    ),
    "funding_account_owner_fits_its_kind": one(f.AccountFactory, kind="appropriation"),
    "funding_account_not_below_zero": spent_without_money,
    "funding_account_empty_when_closed": closed_with_money,
    "funding_account_carried_when_closed": lambda: Account.objects.filter(
        pk=f.AccountFactory(tranche=f.TrancheFactory(), kind="committed").pk
    ).update(carried=True),
    "funding_transfer_key_once": twice(f.TransferFactory, key=uuid.uuid4),
    "funding_transfer_seq_once": without("funding_transfer_posting", "funding_transfer", beside()),
    "funding_transfer_mirrored": lacking("funding_transfer_pkey", "funding_transfer", beside(id=1)),
    "funding_transfer_some_money": one(f.TransferFactory, amount=0),
    "funding_transfer_between_two_accounts": to_itself,
    "funding_transfer_kind_known": without(
        "funding_transfer_posting", "funding_transfer", one(f.TransferFactory, kind="mystery")
    ),
    "funding_transfer_rests_on_something": one(f.TransferFactory, kind="appropriate"),
    "funding_transfer_says_why": one(f.TransferFactory, reason_code=""),
    "funding_transfer_treatment_known": one(f.TransferFactory, treatment="maybe"),
    "funding_fundingrequest_key_once": twice(f.FundingRequestFactory, key=uuid.uuid4),
    "funding_fundingrequest_proposed_by_one": lacking(
        "funding_fundingrequest_pkey", "funding_fundingrequest",
        twice(f.FundingRequestFactory, id=1, proposer=f.PersonFactory),
    ),
    "funding_fundingrequest_kind_known": one(f.FundingRequestFactory, kind="wish"),
    "funding_fundingrequest_state_known": closed_as(state="limbo", closed_at=f.AT),
    "funding_fundingrequest_some_money": one(f.FundingRequestFactory, amount=0),
    "funding_fundingrequest_commits_to_a_bet": one(f.FundingRequestFactory, bet=None, domain=f.DomainFactory),
    "funding_fundingrequest_decision_with_its_kind": one(f.FundingRequestFactory, decision_kind="fund"),
    "funding_fundingrequest_released_on_a_decision": one(f.FundingRequestFactory, kind="release"),
    "funding_fundingrequest_closed_at_a_time": closed_as(state="withdrawn"),
    "funding_fundingrequest_says_why": one(f.FundingRequestFactory, justification=" "),
    "funding_requestline_number_once": twice(f.RequestLineFactory, request=one_request()),
    "funding_requestline_some_money": one(f.RequestLineFactory, amount=0),
    "funding_requestline_between_two_accounts": one_line_to_itself,
    "funding_requestline_kind_known": without(
        "funding_requestline_frozen", "funding_requestline", one(f.RequestLineFactory, kind="spend")
    ),
    "funding_requestline_treatment_known": one(f.RequestLineFactory, treatment="maybe"),
    "funding_approval_once_an_approver": voices(("Anna", "Carl"), ("Anna", "Dora")),
    "funding_approval_once_a_principal": voices(("Anna", "Carl"), ("Bert", "Carl")),
    "funding_approval_says_yes_or_no": one(f.ApprovalFactory, says="maybe", reason_code="other", comment="Well."),
    "funding_approval_maker_is_never_checker": by_proposer("approver"),
    "funding_approval_not_by_delegation_either": by_proposer("on_behalf_of"),
    "funding_approval_within_authority": one(f.ApprovalFactory, authority=None),
    "funding_approval_rejects_with_a_reason": one(f.ApprovalFactory, says="reject", reason_code="other"),
    "funding_requestnote_says_something": one(f.RequestNoteFactory, text=" "),
    "funding_requestfile_stored_once": twice(f.RequestFileFactory, stored_as="one"),
    "funding_requestfile_attached_once": twice(f.RequestFileFactory, request=f.FundingRequestFactory),
    "funding_requestfile_not_empty": one(f.RequestFileFactory, size=0),
    "funding_authoritylimit_of_a_role_or_a_person": one(f.AuthorityLimitFactory, role=""),
    "funding_authoritylimit_kind_known": one(f.AuthorityLimitFactory, kind="wish"),
    "funding_authoritylimit_currency_code": one(f.AuthorityLimitFactory, currency="eur"),
    "funding_authoritylimit_some_money": one(f.AuthorityLimitFactory, max_amount=0),
    "funding_authoritylimit_has_days": one(f.AuthorityLimitFactory, valid_from=f.TODAY, valid_to=f.TODAY - DAY),
    "funding_authoritylimit_not_set_by_oneself": lambda: [
        f.AuthorityLimitFactory(role="", person=person, set_by=person) for person in [f.PersonFactory()]
    ],
    "funding_authoritylimit_ended_by_somebody": one(f.AuthorityLimitFactory, **ended()),
    "funding_approvalrule_kind_known": one(f.ApprovalRuleFactory, kind="wish"),
    "funding_approvalrule_currency_code": one(f.ApprovalRuleFactory, currency="eur"),
    "funding_approvalrule_from_an_amount": one(f.ApprovalRuleFactory, from_amount=-1),
    "funding_approvalrule_two_to_five": one(f.ApprovalRuleFactory, approvers=1),
    "funding_approvalrule_ended_by_somebody": one(f.ApprovalRuleFactory, **ended()),
    "funding_signoffrule_one_holds_of_a_key": twice(f.SignOffRuleFactory, key="one"),
    "funding_signoffrule_role_known": one(f.SignOffRuleFactory, role="emperor"),
    "funding_signoffrule_kind_known": one(f.SignOffRuleFactory, kind="wish"),
    "funding_signoffrule_currency_code": one(f.SignOffRuleFactory, currency="eur"),
    "funding_signoffrule_from_an_amount": one(f.SignOffRuleFactory, from_amount=-1),
    "funding_signoffrule_ended_by_somebody": one(f.SignOffRuleFactory, **ended()),
    "funding_delegation_to_another": lambda: [
        f.DelegationFactory(giver=person, taker=person) for person in [f.PersonFactory()]
    ],
    "funding_delegation_has_days": one(f.DelegationFactory, ends_on=f.TODAY - DAY),
    "funding_delegation_currency_code": one(f.DelegationFactory, currency="eur"),
    "funding_delegation_some_money": one(f.DelegationFactory, max_amount=0),
    "funding_delegation_ended_by_somebody": one(f.DelegationFactory, **ended()),
    "funding_moneyfile_kind_known": one(f.MoneyFileFactory, kind="wishes"),
    "funding_moneyfile_state_known": lacking(
        "funding_moneyfile_done_at_a_time", "funding_moneyfile", one(f.MoneyFileFactory, state="limbo")
    ),
    "funding_moneyfile_done_at_a_time": one(f.MoneyFileFactory, state="done"),
    "funding_moneyfile_undone_by_somebody": one(f.MoneyFileFactory, state="undone", done_at=f.AT),
    "funding_moneyfile_rows_counted": one(f.MoneyFileFactory, rows_bad=1),
    "funding_moneyrow_number_once": twice(f.MoneyRowFactory, file=f.MoneyFileFactory, number=2),
    "funding_actual_document_once": twice(f.ActualFactory, ledger=f.LedgerFactory, document_id="5100"),
    "funding_actual_some_money": one(f.ActualFactory, amount=0),
    "funding_actual_has_a_document": one(f.ActualFactory, document_id=" "),
    "funding_actual_placed_by_somebody": one(f.ActualFactory, placed_at=f.AT),
    "funding_reconciliation_of_a_source": one(f.ReconciliationFactory, source=" "),
    "funding_reconciliationline_difference_named": one(f.ReconciliationLineFactory, theirs=99),
    "funding_exportbatch_number_once": second_batch(first_seq=2, last_seq=2),
    "funding_exportbatch_has_transfers": one(f.ExportBatchFactory, last_seq=0),
    "funding_exportbatch_balances": one(f.ExportBatchFactory, credits=1),
    "funding_guardrail_name_once": lambda: [f.GuardrailFactory(name=name) for name in ("Small bets", " small BETS ")],
    "funding_guardrail_named": one(f.GuardrailFactory, name=" "),
    "funding_guardrail_of_one_thing": one(f.GuardrailFactory, kind="floor", horizon=None, team=f.TeamFactory),
    "funding_guardrail_limits_something": one(f.GuardrailFactory, at_least=-1, at_most=None),
    "funding_guardrail_share_is_a_percentage": one(f.GuardrailFactory, at_most=101),
    "funding_guardrail_buffer_is_a_percentage": one(f.GuardrailFactory, buffer=101),
    "funding_guardrail_currency_code": one(f.GuardrailFactory, currency="eur"),
    "funding_capacity_weeks_not_negative": one(f.CapacityFactory, weeks=-1),
    "funding_capacity_has_days": one(f.CapacityFactory, ends_on=f.TODAY.replace(year=2000)),
    "funding_valueagreement_is_a_range": one(f.ValueAgreementFactory, low=500_000),
}  # fmt: skip
# What the migration adds by itself: exclusions, and keys of several columns.
BY_HAND: dict[str, Attempt] = {
    "funding_fiscalperiod_no_overlap": lambda: [
        period(ledger=ledger, code=code) for ledger in [f.LedgerFactory()] for code in ("P1", "P2")
    ],
    "funding_exportbatch_no_overlap": without(
        "funding_exportbatch_without_gaps", "funding_exportbatch", second_batch(number=2, first_seq=1, last_seq=2)
    ),
    "funding_capacity_no_overlap": twice(f.CapacityFactory, team=f.TeamFactory),
    "funding_budget_of_one_ledger": lacking(
        "funding_budget_pkey", "funding_budget", twice(f.BudgetFactory, id=1, ledger=f.LedgerFactory)
    ),
    "funding_account_of_the_ledger_of_its_budget": one(f.AccountFactory, budget=f.BudgetFactory),
    "funding_transfer_mirrors_what_it_reverses": reversed_by(amount=99_999),
    "funding_fundingrequest_rests_on_its_decision": one(
        f.FundingRequestFactory, decision=f.DecisionFactory, decision_kind="fund"
    ),
    "funding_approval_of_what_was_proposed": one(f.ApprovalFactory, measured=1, authority=1),
}


@pytest.mark.parametrize("name", sorted(ATTEMPTS | BY_HAND))
def test_the_database_refuses(name: str) -> None:
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        (ATTEMPTS | BY_HAND)[name]()
    assert name in str(refused.value)


def test_every_constraint_that_no_model_knows_has_somebody_who_tries_to_break_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT conname FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
            WHERE relname LIKE 'funding\\_%' AND conname LIKE 'funding\\_%'
              AND (contype = 'x' OR contype IN ('u', 'f') AND array_length(conkey, 1) > 1)""")
        found = {name for (name,) in cursor.fetchall()}
    assert found - set(ATTEMPTS) == set(BY_HAND)


@pytest.mark.parametrize("fields", [
    {"kind": "floor", "horizon": None, "at_most": None}, {"kind": "count", "horizon": None, "at_most": None},
    {"at_most": None},
])  # fmt: skip
def test_a_guardrail_without_a_limit_is_none(fields: dict[str, Any]) -> None:
    team = f.TeamFactory() if fields.get("kind") == "floor" else None
    with pytest.raises(DatabaseError, match=r"of_one_thing|limits_something"), transaction.atomic():
        f.GuardrailFactory(team=team, **fields)


def test_a_transfer_is_reversed_once() -> None:
    there = f.TransferFactory()
    accounts = {"credit_account": there.credit_account, "debit_account": there.debit_account}
    f.TransferFactory(book=there.ledger, **accounts)
    mirror = {"credit_account": there.debit_account, "debit_account": there.credit_account, "reverses": there}
    f.TransferFactory(book=there.ledger, **mirror)
    with pytest.raises(DatabaseError, match="funding_transfer_reverses_id"), transaction.atomic():
        f.TransferFactory(book=there.ledger, **mirror)
