"""Evidence on a bet from evidence on its outcomes, which depend on each other: so e-values are averaged and never
multiplied.

An average of e-values is an e-value whatever their dependence. That at least r of J hypotheses are refuted is shown by
the mean of the J - r + 1 smallest: unless r are truly false, at least J - r + 1 are true, and no J - r + 1 e-values of
true ones have a smaller mean (evidence.md 1.6; Vovk and Wang 2021).

A guardrail is a hypothesis of its own, “not beyond its kill line”. It adds nothing to the case for or against the bet;
one that is refuted at the cut of the night keeps the bet from being scaled, and is named.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bets.models import Bet, Outcome

Floats = NDArray[np.float64]

FAMILIES = ("cease", "miss", "scale", "alive")


@dataclass(frozen=True)
class Joining:
    """What a bet asks of its J outcomes, fixed when they are stated; tuples are (J,)."""

    weights: tuple[float, ...]
    guardrails: tuple[bool, ...]
    fails_at: int = 1  # so many primaries beyond their kill lines: cease
    scales_at: int | None = None  # so many primaries better than their targets: scale; None = all

    def needed(self, family: str) -> int:
        """How many of the primaries must be shown so. A bet misses once too few can still beat their targets, and is
        alive once too few can still fail."""
        primaries = self.guardrails.count(False)
        fails = min(self.fails_at, primaries)
        scales = min(self.scales_at or primaries, primaries)
        counts = {"cease": fails, "scale": scales, "miss": primaries - scales + 1, "alive": primaries - fails + 1}
        return counts[family]


def joining_of(bet: Bet, outcomes: Sequence[Outcome]) -> Joining:
    """How `outcomes`, the current ones of `bet` in the order of their logs, are joined."""
    roles = tuple(outcome.role == Outcome.Role.GUARDRAIL for outcome in outcomes)
    return Joining(tuple(outcome.weight for outcome in outcomes), roles, bet.fails_at, bet.scales_at)


def join(family: str, logs: Floats, how: Joining) -> Floats:
    """Log e-value of the bet: (J,) logs of its outcomes give (), (J, T) give (T,). Without a primary it is 0: no
    evidence. `family` is one of FAMILIES."""
    primaries = [place for place, guards in enumerate(how.guardrails) if not guards]
    rows = np.asarray(logs, dtype=np.float64)
    if len(primaries) < 2:
        return np.asarray(rows[primaries[0]] if primaries else np.zeros(rows.shape[1:]))
    return _at_least(how.needed(family), rows[primaries], np.array(how.weights)[primaries])


def _at_least(count: int, logs: Floats, weights: Floats) -> Floats:
    """Evidence that at least `count` of the rows are refuted: weights matter only where one is enough."""
    if count == 1:
        shares = np.log(weights / weights.sum()).reshape(-1, *[1] * (logs.ndim - 1))
        return np.asarray(np.logaddexp.reduce(logs + shares, axis=0))
    smallest = np.sort(logs, axis=0)[: len(logs) - count + 1]
    return np.asarray(np.logaddexp.reduce(smallest, axis=0) - math.log(len(smallest)))


def refuted_guardrails(log_e_cease: Floats, how: Joining, cut: float) -> list[int]:
    """Places of the guardrails whose own log e-values (J,) reach `cut`: nothing is scaled while one does."""
    return [place for place, guards in enumerate(how.guardrails) if guards and float(log_e_cease[place]) >= cut]
