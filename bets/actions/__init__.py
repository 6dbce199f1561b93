"""State changes of bets: what people state and decide, and what a run concludes."""

from bets.actions.assuming import Assumed, add_assumption, change_assumption, drop_assumption, keep_assumptions
from bets.actions.deciding import Aside, record_decision, record_second_reading
from bets.actions.drafting import change_bet, drop_sketch, leave_sketch, write_premortem
from bets.actions.findings import Link, attach_file, change_evidence, confirm_evidence, log_evidence, remove_file
from bets.actions.following import credit_owner, hold_learning_review
from bets.actions.foretelling import Foretelling, foretell_by_vote, record_gate, record_value, state_forecast
from bets.actions.gating import Criterion, gate_values, keep_gate, write_gate
from bets.actions.importing import (
    drop_import,
    map_columns,
    record_check,
    record_reasons,
    start_waiting_checks,
    take_over_import,
    undo_import,
    upload_import,
)
from bets.actions.judging import ACTIVE, Clearing, Judgement, record_judgement, record_readings
from bets.actions.learning import add_learning_outcome, drop_learning_outcome, record_learning
from bets.actions.naming import name_reader, reader_of
from bets.actions.outcomes import add_outcome, change_outcome, drop_outcome
from bets.actions.planning import (
    Plan,
    Row,
    change_tranche,
    drop_tranche,
    keep_money,
    plan_tranche,
    set_cost,
    set_value,
)
from bets.actions.redrafting import change_draft
from bets.actions.releasing import mark_release, withdraw_release
from bets.actions.rescoring import rescore_decision, scoring_of
from bets.actions.restating import restate_outcome
from bets.actions.standards import add_goal, change_goal, drop_allowance, keep_allowance, keep_kind, keep_template
from bets.actions.stating import Claim, go_live, state_bet, write_hypothesis
from bets.actions.taking_over import write_drafts
from bets.actions.talking import write_comment
from bets.actions.winding import plan_wind_down

__all__ = [
    "ACTIVE",
    "Aside",
    "Assumed",
    "Claim",
    "Clearing",
    "Criterion",
    "Foretelling",
    "Judgement",
    "Link",
    "Plan",
    "Row",
    "add_assumption",
    "add_goal",
    "add_learning_outcome",
    "add_outcome",
    "attach_file",
    "change_assumption",
    "change_bet",
    "change_draft",
    "change_evidence",
    "change_goal",
    "change_outcome",
    "change_tranche",
    "confirm_evidence",
    "credit_owner",
    "drop_allowance",
    "drop_assumption",
    "drop_import",
    "drop_learning_outcome",
    "drop_outcome",
    "drop_sketch",
    "drop_tranche",
    "foretell_by_vote",
    "gate_values",
    "go_live",
    "hold_learning_review",
    "keep_allowance",
    "keep_assumptions",
    "keep_gate",
    "keep_kind",
    "keep_money",
    "keep_template",
    "leave_sketch",
    "log_evidence",
    "map_columns",
    "mark_release",
    "name_reader",
    "plan_tranche",
    "plan_wind_down",
    "reader_of",
    "record_check",
    "record_decision",
    "record_gate",
    "record_judgement",
    "record_learning",
    "record_readings",
    "record_reasons",
    "record_second_reading",
    "record_value",
    "remove_file",
    "rescore_decision",
    "restate_outcome",
    "scoring_of",
    "set_cost",
    "set_value",
    "start_waiting_checks",
    "state_bet",
    "state_forecast",
    "take_over_import",
    "undo_import",
    "upload_import",
    "withdraw_release",
    "write_comment",
    "write_drafts",
    "write_gate",
    "write_hypothesis",
    "write_premortem",
]  # fmt: skip
