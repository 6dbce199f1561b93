"""Amounts in [0, cap], whatever their shape: the empirical-Bernstein leg (Howard et al. 2021, 1810.08240)."""

from dataclasses import dataclass, replace

import numpy as np

from metrics.evidence import mixtures
from metrics.evidence.mixtures import Floats
from metrics.evidence.model import Question
from metrics.evidence.noise import Totals, Windows, column


@dataclass(frozen=True)
class Strict:
    """Each period, and the totals before it, (S, T); asked about stretches of time."""

    n: Floats
    y: Floats
    q: Floats
    y_before: Floats
    n_before: Floats
    cap: Floats
    rho: Floats
    windows: Windows

    def over(self, windows: Windows) -> "Strict":
        return replace(self, windows=windows)

    def log_e(self, total: Floats, theta0: Floats, highest: Floats, side: Floats) -> Floats:
        """`total` (S, M) is the signed sum of what lies beyond the line; `highest` (S, 1) the line's highest value.

        The centre of each period comes from earlier periods only, those before the stretch included. From above the
        values themselves bound the steps by the line, so side +1 does not lean on the cap. The line may move: only
        the centre has to be fixed before the period."""
        scale = np.where(side > 0, highest, self.cap)
        centre = np.minimum((self.y_before + theta0) / (self.n_before + 1), scale)
        spread = Totals(self.q - centre * (2 * self.y - self.n * centre)).over(self.windows)
        safe = np.where(scale > 0, scale, 1.0)
        return mixtures.gamma_exponential(total, np.maximum(spread, 0.0), self.rho, safe)


def strict_of(n: Floats, y: Floats, q: Floats, question: Question, tau: Floats) -> Strict:
    """n, y, q (S, T); tau (S, 1), the exposures that the prior counts for."""
    cap = column(question.cap)
    sd = np.full_like(cap, np.nan) if question.spread is None else column(question.spread)
    level = np.abs(np.where(np.isnan(column(question.kill)), column(question.target), column(question.kill)))
    assumed = np.minimum(level, cap / 2)
    sd = np.where(sd > 0, sd, np.where(assumed > 0, assumed, cap / 2))
    before = [Totals(values).upto[:, :-1] for values in (y, n)]
    nothing = Windows.up_to(np.zeros(0, dtype=np.int64))
    return Strict(n, y, q, before[0], before[1], cap, tau * sd * sd, nothing)
