"""What the engine promises, measured with the engine itself on made-up worlds. numpy and scipy.special only."""

from metrics.evidence.proof.prove import Verdict, chunks_of, prove
from metrics.evidence.proof.scenarios import SCENARIOS
from metrics.evidence.proof.table import lines_of
from metrics.evidence.proof.trials import Scenario

__all__ = ["SCENARIOS", "Scenario", "Verdict", "chunks_of", "lines_of", "prove"]
