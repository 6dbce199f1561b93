"""Lines that climb: a bet that must get from a baseline to its target is expected to be below both at the start."""

from dataclasses import dataclass, replace

import numpy as np

from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Question
from metrics.evidence.noise import Totals, Windows, column


@dataclass(frozen=True)
class Glide:
    """After period t (from 0) the line of a threshold stands at start + (threshold - start) min(1, (t + 1) / periods).
    Rows without a path have flat lines."""

    on: Bools  # (S, 1)
    start: Floats  # (S, 1); 0 where the line is flat
    climbed: Floats  # (S, T): exposures of each period times the share of the way
    totals: Totals  # of `climbed`
    windows: Windows

    def over(self, windows: Windows) -> "Glide":
        return replace(self, windows=windows)

    def expected(self, threshold: Floats, n: Floats) -> Floats:
        """Sum of exposures times line over the stretches, (S, M), for n exposures in them."""
        moving = self.start * n + self.slope(threshold) * self.totals.over(self.windows)
        return np.where(self.on, moving, n * threshold)

    def slope(self, threshold: Floats) -> Floats:
        """What the line gains on its way, (S, 1); 0 where it is flat."""
        return np.where(self.on, threshold - self.start, 0.0)

    def highest(self, threshold: Floats) -> Floats:
        return np.where(self.on, np.maximum(threshold, self.start), threshold)


def glide_of(question: Question, n: Floats) -> Glide | None:
    """None where no line of the chunk climbs."""
    if question.glide_from is None or question.glide_periods is None:
        return None
    start, periods = column(question.glide_from), column(question.glide_periods)
    on = np.isfinite(start) & (periods > 0)
    if not on.any():
        return None
    way = np.minimum(1.0, (np.arange(n.shape[1]) + 1.0) / np.where(on, periods, 1.0))
    climbed = np.where(on, n * way, 0.0)
    nothing = Windows.up_to(np.zeros(0, dtype=np.int64))
    return Glide(on, np.where(on, start, 0.0), climbed, Totals(climbed), nothing)
