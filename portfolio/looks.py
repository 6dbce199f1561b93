"""What experiments would seem to show without correcting for how often they are looked at: the ordinary z test.

It is here to be compared with, never to be acted on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bets.models import Outcome
from bets.signals import Read, reads_of
from metrics.evidence.one_arm import unit_variance

Z = 1.96  # two-sided, 5 %
LEAST = 2  # people in each arm before there is a variance
TREATMENT, CONTROL, NEITHER = "treatment", "control", "inconclusive"


@dataclass(frozen=True)
class Looks:
    """What an ordinary z test says of one outcome: at the last look, and on any of them."""

    last: str
    ever: frozenset[str]

    @property
    def taken_back(self) -> bool:
        """Was something found on some look that the last one does not find?"""
        return bool(self.ever - {self.last})


def looks_of(outcomes: Iterable[Outcome], as_of: date) -> dict[int, Looks]:
    """By outcome (with series and metric) that is compared with a control. One query for each shape, and one."""
    found: dict[int, Looks] = {}
    for read in reads_of(outcomes, as_of):
        if read.shape.contrast:
            z = z_of(read)
            found |= {outcome.pk: _looks(row) for outcome, row in zip(read.group, z, strict=True)}
    return found


def z_of(read: Read) -> NDArray[np.float64]:
    """(S, T): treatment against control after each period, all people so far; positive is better for the treatment, nan
    where nobody came anew or an arm is too small."""
    arrays = read.arrays
    treatment, control = (
        [np.cumsum(values, axis=1) for values in arm]
        for arm in ((arrays.n, arrays.y, arrays.q), (arrays.cn, arrays.cy, arrays.cq))
    )
    with np.errstate(all="ignore"):
        variance = sum(unit_variance(read.shape.kind, *arm) / arm[0] for arm in (treatment, control))
        z = (treatment[1] / treatment[0] - control[1] / control[0]) / np.sqrt(variance)
    side = np.where([outcome.higher_is_better for outcome in read.group], 1.0, -1.0)[:, None]
    seen = (arrays.n + arrays.cn > 0) & (treatment[0] >= LEAST) & (control[0] >= LEAST) & np.isfinite(z)
    return np.where(seen, side * z, np.nan)


def _looks(z: NDArray[np.float64]) -> Looks:
    said = [_said(value) for value in z[np.isfinite(z)]]
    return Looks(said[-1] if said else NEITHER, frozenset(said) - {NEITHER})


def _said(z: float) -> str:
    if abs(z) < Z:
        return NEITHER
    return TREATMENT if z > 0 else CONTROL


def table_of(looks: Iterable[tuple[str, Looks]]) -> Iterator[str]:
    """Lines: by name of the metric, what the last look says and what any look said."""
    counted: dict[str, Counter[str]] = {}
    for name, one in looks:
        row = counted.setdefault(name, Counter())
        row.update([f"last {one.last}", *(f"ever {arm}" for arm in one.ever)])
        row["series"] += 1
        row["taken back"] += one.taken_back
    width = max([len("metric"), *map(len, counted)])
    yield f"Without it, each look taken for the only one (a difference of {Z} standard errors):"
    yield f"{'metric':<{width}}  series  {'  '.join(HEADINGS.values())}"
    for name, row in counted.items():
        figures = "  ".join(f"{row[key]:>{len(words)}}" for key, words in HEADINGS.items())
        yield f"{name:<{width}}  {row['series']:>6}  {figures}"


HEADINGS = {
    "last treatment": "treatment",
    "last control": "control",
    "last inconclusive": "inconclusive",
    "ever treatment": "ever treatment",
    "ever control": "ever control",
    "taken back": "found and lost again",
}
