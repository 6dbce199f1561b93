"""What may be changed about the rule, to see what it would have done."""

import math
from dataclasses import dataclass, replace

import numpy as np

from bets.signals import Read
from metrics import evidence
from portfolio.night import ALPHA


@dataclass(frozen=True)
class Policy:
    """A rule for flags. `alpha`: the share of flags of one kind that may be wrong, all bets counted together; `log_e`:
    the log e-value asked of each bet by itself instead; `shift`: kill lines moved by this share of the way to the
    target; `restarts`: whether a bet that went bad late is looked for."""

    alpha: float = ALPHA
    log_e: float | None = None
    shift: float = 0.0
    restarts: bool = True

    @property
    def e(self) -> float:
        """The e-value asked of each bet; nan where all are counted together."""
        return math.nan if self.log_e is None else math.exp(self.log_e)


IN_FORCE = Policy()


def asked(read: Read, shift: float) -> evidence.Question:
    """What is asked of the outcomes of one shape with their kill lines moved. A line that would leave the numbers that
    a share can take is not asked at all."""
    if not shift:
        return read.question
    kill, target = read.question.kill, read.question.target
    moved = kill + shift * (target - kill)
    if read.shape.kind == "proportion" and not read.shape.contrast:
        moved = np.where((moved > 0) & (moved < 1), moved, np.nan)
    return replace(read.question, kill=moved)
