"""What the engine would say on the coming days, if signals went on at a stated level.

No draw and no forecast: each outcome is extended by typical periods, and the engine reads the longer series as the
night would. The noise between periods stays what it is today, or perfectly steady periods would look like better proof.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bets.models import Outcome, Reading
from bets.rules import HEALTHY
from bets.signals import Read, Shape, engine_input, question_of
from lib.periods import days_in
from metrics import evidence
from metrics.reading import Arrays

Floats = NDArray[np.float64]

HORIZON = 730  # days
DAYS = np.concatenate([np.arange(28), np.arange(28, HORIZON, 7), [HORIZON]])  # each day of four weeks, then each week
RECENT = 28  # days whose average is the present rate of exposures
SUPPOSED = ("now", "target", "kill")
ASKED_AT = {"kill_line": ("cease", "alive"), "target": ("miss", "scale")}
COLUMNS = ("n", "y", "q", "cn", "cy", "cq")


@dataclass(frozen=True)
class Ahead:
    """One outcome on the coming days; place 0 is with what is known now.

    log_e: by supposition (the present estimate, the target, the kill line) and family, log e-values after each of DAYS.
    a_day: exposures a day, of both arms together.
    """

    log_e: dict[str, dict[str, Floats]]
    a_day: float


@dataclass(frozen=True)
class _Case:
    """One row for the engine: an outcome that goes on at `level`, asked about one of its lines."""

    place: int
    outcome: Outcome
    supposed: str
    line: str
    level: float
    estimate: float
    floor: float


def ahead_of(signals: Iterable[Read], readings: Mapping[int, Reading]) -> dict[int, Ahead]:
    """By outcome; those that are not judged (no healthy reading, a level, no exposures lately) are left out.

    One pass of the engine for each kind, grain and contrast; no query.
    """
    return {pk: ahead for some in signals for pk, ahead in _ahead(some, readings).items()}


def _ahead(some: Read, readings: Mapping[int, Reading]) -> dict[int, Ahead]:
    kind, grain = some.shape.kind, some.shape.grain
    ends = _ends(some.arrays)
    judged = {
        place: outcome
        for place, outcome in enumerate(some.group)
        if is_judged(readings.get(outcome.pk)) and _recent(some.arrays, place, ends, grain)[0] > 0
    }
    cases = [case for place, outcome in judged.items() for case in _cases(place, outcome, readings[outcome.pk])]
    if kind == "level" or not cases:
        return {}
    rows, (before, weeks) = [case.place for case in cases], some.noise
    question = replace(
        question_of(some.shape, [case.outcome for case in cases]),
        phi_floor=before[rows],
        history_weeks=weeks[rows],
        phi_floor_whole=np.array([case.floor for case in cases]),
    )
    columns = {place: int(ends[place]) - 1 + DAYS // days_in(grain) for place in judged}
    at = np.unique(np.concatenate(list(columns.values())))
    path = evidence.path(_series(some, cases, ends), question, at=at)
    return {
        outcome.pk: Ahead(
            {
                supposed: _log_e(some, path, cases, place, supposed, np.searchsorted(at, columns[place]))
                for supposed in SUPPOSED
            },
            sum(_recent(some.arrays, place, ends, grain)) / days_in(grain),
        )
        for place, outcome in judged.items()
    }


def is_judged(reading: Reading | None) -> bool:
    """Does this reading prove anything, so that one can say what would change it?"""
    return reading is not None and reading.health == HEALTHY and reading.phi is not None


def _cases(place: int, outcome: Outcome, reading: Reading) -> list[_Case]:
    estimate = reading.estimate or 0.0
    levels = {"now": estimate, "target": outcome.target, "kill": outcome.kill_line}
    return [
        _Case(
            place, outcome, supposed, line, levels[supposed], estimate, _floor(outcome, reading, getattr(outcome, line))
        )
        for supposed in SUPPOSED
        for line in ASKED_AT
    ]


def _floor(outcome: Outcome, reading: Reading, line: float) -> float:
    """Today's noise relative to the unit variance at the line; a reading states it at the estimate."""
    kind, phi, estimate = outcome.series.metric.kind, reading.phi or 1.0, reading.estimate or 0.0
    if outcome.contrast or kind == "mean":
        return phi
    seen, asked = (share * (1 - share if kind == "proportion" else 1) for share in (estimate, line))
    return max(1.0, phi * seen / asked) if asked > 0 else phi


def _ends(arrays: Arrays) -> NDArray[np.int64]:
    """Columns up to the last signal of each row, (S,)."""
    columns = np.arange(1, arrays.present.shape[1] + 1)
    ends: NDArray[np.int64] = np.where(arrays.present, columns, 0).max(axis=1, initial=0)
    return ends


def _recent(arrays: Arrays, place: int, ends: NDArray[np.int64], grain: str) -> tuple[float, float]:
    """Exposures of a typical period, of either arm: the average of the last four weeks of signals, gaps included."""
    end = int(ends[place])
    window = slice(max(0, end - max(1, RECENT // days_in(grain))), end)
    if not end:
        return 0.0, 0.0
    return float(arrays.n[place, window].mean()), float(arrays.cn[place, window].mean())


def _series(some: Read, cases: list[_Case], ends: NDArray[np.int64]) -> evidence.Series:
    """The signals of each case, and after them one typical period again and again up to the horizon. Segments keep
    their ratios to each other."""
    whole = engine_input(some.shape, _extended(some, some.arrays, cases, [case.level for case in cases], ends))
    if some.series.weights is None:
        return whole
    parts = []
    for part in some.parts:
        levels = [_mean(part, case.place) * _ratio(case) for case in cases]
        parts.append(engine_input(some.shape, _extended(some, part, cases, levels, ends)))
    return replace(whole, segments=tuple(parts), weights=some.series.weights[[case.place for case in cases]])


def _mean(part: Arrays, place: int) -> float:
    exposed = float(part.n[place].sum())
    return float(part.y[place].sum()) / exposed if exposed else 0.0


def _ratio(case: _Case) -> float:
    return case.level / case.estimate if case.estimate else 1.0


def _extended(some: Read, signals: Arrays, cases: list[_Case], levels: list[float], ends: NDArray[np.int64]) -> Arrays:
    """`signals` of the cases, and of each a typical period at its level again and again."""
    grain = some.shape.grain
    periods = HORIZON // days_in(grain)
    grids = np.zeros((len(COLUMNS), len(cases), int(ends.max()) + periods))
    for row, (case, level) in enumerate(zip(cases, levels, strict=True)):
        end = int(ends[case.place])
        period = _period(some.shape, signals, case, level, _recent(signals, case.place, ends, grain))
        for grid, name, typical in zip(grids, COLUMNS, period, strict=True):
            grid[row, :end] = getattr(signals, name)[case.place, :end]
            grid[row, end : end + periods] = typical
    n, y, q, cn, cy, cq = grids
    return Arrays(n, y, q, cn, cy, cq, n + cn > 0, np.zeros(len(cases), dtype=np.int64))


def _period(shape: Shape, signals: Arrays, case: _Case, level: float, recent: tuple[float, float]) -> tuple[float, ...]:
    """n, y, q of a typical period at the level, and the same of the control arm at its own mean."""
    n, cn = recent
    n_all, y_all, q_all, cn_all, cy_all, cq_all = (getattr(signals, name)[case.place].sum() for name in COLUMNS)
    control = cy_all / cn_all if cn_all else 0.0
    mean = _at_level(shape, level, control)
    q = n * (_variance(n_all, y_all, q_all) + mean * mean)
    cap = case.outcome.series.metric.cap
    q = q if cap is None or _breaks_cap(case.outcome, signals, case.place) else min(q, cap * n * mean)
    return n, n * mean, q, cn, cn * control, cn * (_variance(cn_all, cy_all, cq_all) + control * control)


def _at_level(shape: Shape, level: float, control: float) -> float:
    """The mean of the (treatment) arm when the outcome stands at `level`."""
    kind, contrast = shape.kind, shape.contrast
    mean = control * (1 + level) if contrast == "relative" else level + (control if contrast else 0.0)
    if kind == "mean":
        return mean
    return float(np.clip(mean, 0.0, 1.0 if kind == "proportion" else None))


def _variance(n: float, y: float, q: float) -> float:
    return max(0.0, (q - y * y / n) / (n - 1)) if n > 1 else 0.0


def _breaks_cap(outcome: Outcome, arrays: Arrays, place: int) -> bool:
    cap = outcome.series.metric.cap
    return cap is None or bool(arrays.q[place].sum() > cap * arrays.y[place].sum() * (1 + 1e-9))


def _log_e(
    some: Read, path: evidence.Path, cases: list[_Case], place: int, supposed: str, columns: NDArray[np.int64]
) -> dict[str, Floats]:
    """By family: log e-values in these columns, as the night would take them; 0 while it is too early to judge."""
    kind, contrast = some.shape.kind, some.shape.contrast
    rows = {case.line: row for row, case in enumerate(cases) if (case.place, case.supposed) == (place, supposed)}
    found = {
        family: np.where(path.ready[row, columns], getattr(path, f"log_e_{family}")[row, columns], 0.0)
        for line, row in rows.items()
        for family in ASKED_AT[line]
    }
    if kind == "mean" and not contrast and _breaks_cap(some.group[place], some.arrays, place):
        found["cease"] = np.zeros(len(DAYS))  # the night never takes it from values without an upper limit
    return found
