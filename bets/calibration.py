"""How good the forecasts of a person were, once what they foretold is known. Pure: numbers in, numbers out.

A forecast stands from the day on which it was stated until the next one. Its score is the Brier score (Brier 1950,
"Verification of forecasts expressed in terms of probability"), taken on each day on which a forecast stood and averaged
over these days (the mean daily Brier score of Mellers et al. 2014, "Psychological strategies for winning a geopolitical
forecasting tournament"): who knew early scores better than who knew late. Here it runs from 0 to 1; 0 is best.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from metrics.evidence import scores

BINS = 10
PROVEN = 20.0  # e-value from which one of two forecasters counts as better


@dataclass(frozen=True)
class Scored:
    """One thing that has come out. `both_days` are the days on which the engine's chance stood as well; the two scores
    beside it are of those days alone, so that they may be compared."""

    last: float  # the person's last word before it was measured
    reached: bool
    days: int
    brier: float
    both_days: int = 0
    brier_both: float = 0.0
    brier_engine: float = 0.0


@dataclass(frozen=True)
class Summary:
    """Means over all that was scored; the three of `both` over the things of which the engine had a chance too."""

    count: int
    brier: float
    both: int
    brier_both: float
    brier_engine: float
    engine_is_better: bool
    rows: list[scores.Row]

    @property
    def is_few(self) -> bool:
        return self.count < scores.FEW

    @property
    def is_few_both(self) -> bool:
        return self.both < scores.FEW


def stretches(stated: Mapping[date, float], until: date) -> Iterator[tuple[date, date, float]]:
    """Chances with the days [from, to) on which they stood, before `until`; of each day the one that it ended with."""
    days = sorted(day for day in stated if day < until)
    for day, following in zip(days, [*days[1:], until], strict=False):
        yield day, following, stated[day]


def daily_brier(stated: Mapping[date, float], until: date, *, reached: bool) -> tuple[int, float]:
    """Days on which a chance stood, and the mean over them of (chance - what came)²; (0, 0.0) without a day."""
    return _mean(((to - start).days, (chance - reached) ** 2) for start, to, chance in stretches(stated, until))


def _mean(parts: Iterable[tuple[int, float]]) -> tuple[int, float]:
    found = list(parts)
    days = sum(number for number, _score in found)
    return days, sum(number * score for number, score in found) / days if days else 0.0


def since(stated: Mapping[date, float], first: date) -> dict[date, float]:
    """The same chances from `first` on: what stood before stands on that day."""
    before = [day for day in stated if day <= first]
    later = {day: chance for day, chance in stated.items() if day > first}
    return later | {first: stated[max(before)]} if before else later


def score(stated: Mapping[date, float], engine: Mapping[date, float], until: date, *, reached: bool) -> Scored | None:
    """The score of a person, and the engine's on the days on which both had a chance; None when nothing stood for a
    day before `until`."""
    days, brier = daily_brier(stated, until, reached=reached)
    if not days:
        return None
    last = [chance for _start, _to, chance in stretches(stated, until)][-1]
    if not engine:
        return Scored(last, reached, days, brier)
    first = max(min(stated), min(engine))
    both, mine = daily_brier(since(stated, first), until, reached=reached)
    _both, its = daily_brier(since(engine, first), until, reached=reached)
    return Scored(last, reached, days, brier, both, mine, its)


def summary(scored: list[Scored]) -> Summary:
    """All scores of one person, in the order in which the things came out."""
    both = [one for one in scored if one.both_days]
    mine, its = (np.array([getattr(one, name) for one in both]) for name in ("brier_both", "brier_engine"))
    p, y = np.array([one.last for one in scored]), np.array([float(one.reached) for one in scored])
    return Summary(
        count=len(scored), brier=_average(np.array([one.brier for one in scored])), both=len(both),
        brier_both=_average(mine), brier_engine=_average(its),
        engine_is_better=len(both) >= scores.FEW
        and float(scores.lead_against_engine(mine, its)[-1]) >= np.log(PROVEN),
        rows=scores.calibration(p, y, BINS) if scored else [],
    )  # fmt: skip


def _average(numbers: np.ndarray) -> float:
    return float(numbers.mean()) if len(numbers) else 0.0
