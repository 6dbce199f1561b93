"""Runs scenarios chunk by chunk and says of each promise whether it was kept."""

import math
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.mixtures import Floats
from metrics.evidence.proof.trials import Scenario, Tally, joined

ROUNDING = 1e-6
TOLERANCE = 0.001  # broken: an engine just at the bound would look so bad by chance more rarely than this


@dataclass(frozen=True)
class Verdict:
    """What was measured of one scenario over `runs` runs."""

    scenario: Scenario
    runs: int
    tally: Tally

    @property
    def measured(self) -> float:
        return float(self.tally.ours.mean())

    @property
    def error(self) -> float:
        """Standard error of `measured`."""
        return _error(self.tally.ours)

    @property
    def kept(self) -> bool:
        return holds(self.scenario, self.measured, self.runs)


def holds(scenario: Scenario, measured: float, runs: int) -> bool:
    """Whether a share measured in so many runs is compatible with the promise. No number in [0, 1] whose mean is the
    bound varies more than a coin that falls with that chance."""
    happened, bound = measured * runs, scenario.bound
    if scenario.least:
        by_chance = special.bdtr(math.ceil(happened - ROUNDING), runs, bound)
    else:
        by_chance = special.bdtrc(math.floor(happened + ROUNDING) - 1, runs, bound)
    return bool(by_chance >= TOLERANCE)


def chunks_of(scenario: Scenario, runs: int) -> list[int]:
    """Sizes of the pieces in which a scenario is drawn."""
    wanted = max(math.ceil(runs * scenario.part), 1)
    return [min(scenario.chunk, wanted - start) for start in range(0, wanted, scenario.chunk)]


def prove(scenarios: Iterable[Scenario], runs: int, seed: int) -> Iterator[Verdict | None]:
    """After each chunk None, and after the last chunk of a scenario its verdict. A scenario gives the same numbers
    whichever others run beside it."""
    for scenario in scenarios:
        tallies = []
        for place, size in enumerate(chunks_of(scenario, runs)):
            rng = np.random.default_rng([seed, zlib.crc32(scenario.name.encode()), place])
            tallies.append(scenario.trial(rng, size))
            yield None
        whole = joined(tallies)
        yield Verdict(scenario, len(whole.ours), whole)


def _error(values: Floats) -> float:
    # One imagined run each way: that nothing happened in a few runs does not make the share certain.
    return float(np.concatenate([values, [0.0, 1.0]]).std() / math.sqrt(len(values)))
