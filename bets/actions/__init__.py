"""State changes of bets: what people state and decide, and what a run concludes."""

from bets.actions.deciding import record_decision, record_second_reading
from bets.actions.judging import ACTIVE, Clearing, Judgement, record_judgement, record_readings
from bets.actions.restating import restate_outcome
from bets.actions.stating import Claim, add_goal, add_outcome, go_live, plan_tranche, state_bet, write_hypothesis

__all__ = [
    "ACTIVE", "Claim", "Clearing", "Judgement", "add_goal", "add_outcome", "go_live", "plan_tranche",
    "record_decision", "record_judgement", "record_readings", "record_second_reading", "restate_outcome",
    "state_bet", "write_hypothesis",
]  # fmt: skip
