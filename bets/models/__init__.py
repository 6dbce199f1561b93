"""What we bet on, what the signals say of it, and what people decide."""

from bets.models.attention import Decision, Flag, SecondReading
from bets.models.bet import Bet, BetQuerySet, Goal, Hypothesis, Outcome, OutcomeQuerySet, Segment, Tranche
from bets.models.evidence import FamilyRule, Reading, Resolution, Verdict

__all__ = [
    "Bet", "BetQuerySet", "Decision", "FamilyRule", "Flag", "Goal", "Hypothesis", "Outcome", "OutcomeQuerySet",
    "Reading", "Resolution", "SecondReading", "Segment", "Tranche", "Verdict",
]  # fmt: skip
