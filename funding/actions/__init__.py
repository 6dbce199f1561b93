"""State changes of the money."""

from funding.actions.actuals import place_actual, place_waiting
from funding.actions.advising import Binding, leave_shadow_mode
from funding.actions.agreeing import agree_value
from funding.actions.approving import approve_request, approve_requests, reject_request
from funding.actions.asking import Why, ask_tranche, move_budget, purse_of
from funding.actions.authorising import (
    delegate_authority,
    end_approval_rule,
    end_delegation,
    end_limit,
    end_signoff_rule,
    set_approval_rule,
    set_limit,
    set_signoff_rule,
)
from funding.actions.books import (
    Move,
    account_of,
    appropriation_of,
    open_ledger,
    post,
    post_all,
    reverse_transfer,
)
from funding.actions.budgeting import change_budget, open_budget, withdraw_budget
from funding.actions.capacity import drop_capacity, set_capacity
from funding.actions.ending import end_year
from funding.actions.exporting import export_journal, verify_ledger
from funding.actions.following import file_next, next_of, waits_for_money, why_of
from funding.actions.guarding import keep_guardrail
from funding.actions.lining import Wish, submit_lines
from funding.actions.noting import attach_file, write_note
from funding.actions.periods import add_period, add_year, close_period, lock_period, reopen_period
from funding.actions.reconciling import read_totals, reconcile
from funding.actions.requesting import Ask, resubmit_request, submit_request, withdraw_request
from funding.actions.returning import finish_wind_down, follow_decision
from funding.actions.revising import revise_tranche, revision_values
from funding.actions.taking import (
    drop_money_file,
    map_cost_centres,
    map_money_columns,
    take_over_money_file,
    undo_money_file,
    upload_money_file,
)
from funding.actions.waiting import escalate_requests, expire_requests, void_stale_requests

__all__ = [
    "Ask",
    "Binding",
    "Move",
    "Why",
    "Wish",
    "account_of",
    "add_period",
    "add_year",
    "agree_value",
    "appropriation_of",
    "approve_request",
    "approve_requests",
    "ask_tranche",
    "attach_file",
    "change_budget",
    "close_period",
    "delegate_authority",
    "drop_capacity",
    "drop_money_file",
    "end_approval_rule",
    "end_delegation",
    "end_limit",
    "end_signoff_rule",
    "end_year",
    "escalate_requests",
    "expire_requests",
    "export_journal",
    "file_next",
    "finish_wind_down",
    "follow_decision",
    "keep_guardrail",
    "leave_shadow_mode",
    "lock_period",
    "map_cost_centres",
    "map_money_columns",
    "move_budget",
    "next_of",
    "open_budget",
    "open_ledger",
    "place_actual",
    "place_waiting",
    "post",
    "post_all",
    "purse_of",
    "read_totals",
    "reconcile",
    "reject_request",
    "reopen_period",
    "resubmit_request",
    "reverse_transfer",
    "revise_tranche",
    "revision_values",
    "set_approval_rule",
    "set_capacity",
    "set_limit",
    "set_signoff_rule",
    "submit_lines",
    "submit_request",
    "take_over_money_file",
    "undo_money_file",
    "upload_money_file",
    "verify_ledger",
    "void_stale_requests",
    "waits_for_money",
    "why_of",
    "withdraw_budget",
    "withdraw_request",
    "write_note",
]
