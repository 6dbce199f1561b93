"""What we bet on, what the signals say of it, what people find out, foretell and decide."""

from bets.models.after import LearningReview, NextHypothesis, Rescoring
from bets.models.attention import Decision, Dissent, Flag, SecondReading
from bets.models.bet import Bet, BetQuerySet, Goal, Hypothesis, Outcome, OutcomeQuerySet, Segment, Tranche
from bets.models.evidence import FamilyRule, Reading, Resolution, Verdict
from bets.models.finding import Evidence, EvidenceFile, EvidenceKind, EvidenceLink, EvidenceQuerySet, StoredFile
from bets.models.foretold import Forecast, GateResult, RealisedValue, Release
from bets.models.imported import Import, ImportRow
from bets.models.plan import Allowance, Assumption, Effort, GateCriterion, LearningOutcome, Sketch, Template
from bets.models.talk import Comment

__all__ = [
    "Allowance", "Assumption", "Bet", "BetQuerySet", "Comment", "Decision", "Dissent", "Effort", "Evidence",
    "EvidenceFile", "EvidenceKind", "EvidenceLink", "EvidenceQuerySet", "FamilyRule", "Flag", "Forecast",
    "GateCriterion", "GateResult", "Goal", "Hypothesis", "Import", "ImportRow", "LearningOutcome", "LearningReview",
    "NextHypothesis", "Outcome", "OutcomeQuerySet", "Reading", "RealisedValue", "Release", "Rescoring", "Resolution",
    "SecondReading", "Segment", "Sketch", "StoredFile", "Template", "Tranche", "Verdict",
]  # fmt: skip
