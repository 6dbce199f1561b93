"""Readings of outcomes: signals in, one vectorised pass of the evidence engine per kind and grain, readings out."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from bets.models import Outcome, Reading
from bets.rules import Feed, grade, health, is_silent, read_before
from lib.periods import days_in
from metrics import evidence
from metrics.reading import Arrays, Wanted, load
from metrics.rules import is_late
from org.models import Run

Shape = tuple[str, str, str]  # kind, grain, contrast: what can be computed in one pass


def shape_of(outcome: Outcome) -> Shape:
    return outcome.series.metric.kind, outcome.series.grain, outcome.contrast


def read_outcomes(outcomes: Iterable[Outcome], run: Run) -> list[Reading]:
    """Readings (not yet written) of `outcomes`, which come with series and metric; as of the run's day."""
    groups: dict[Shape, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[shape_of(outcome)].append(outcome)
    return [reading for shape, group in groups.items() for reading in _read_group(shape, group, run)]


def arrays_of(shape: Shape, group: Sequence[Outcome], as_of: date) -> Arrays:
    """The signals of outcomes of one shape, up to what had ended and settled by `as_of`."""
    _, grain, _ = shape
    wanted = [Wanted(o.series_id, o.starts_on, read_before(as_of, o.series.metric.settle_days, grain)) for o in group]
    return load(wanted, grain)


def engine_input(shape: Shape, arrays: Arrays) -> evidence.Series:
    kind, grain, contrast = shape
    days = days_in(grain)
    if not contrast:
        return evidence.Series(kind, arrays.n, arrays.y, arrays.q, days=days)
    return evidence.Series(kind, arrays.n, arrays.y, arrays.q, arrays.cn, arrays.cy, arrays.cq, days=days)


def question_of(shape: Shape, group: Sequence[Outcome]) -> evidence.Question:
    """Thresholds as they were frozen when the outcome was stated; a third of the plan tunes the mixture."""
    planned = np.array([o.planned_exposures for o in group]) / 3
    caps = [o.series.metric.cap for o in group]
    return evidence.Question(
        kill=np.array([o.kill_line for o in group]),
        target=np.array([o.target for o in group]),
        higher_is_better=np.array([o.higher_is_better for o in group]),
        cap=np.array([np.nan if cap is None else cap for cap in caps]),
        planned=planned / 4 if shape[2] else planned,  # W = nT nC / (nT + nC) is a quarter of all when split evenly
        relative=shape[2] == "relative",
    )


def _read_group(shape: Shape, group: list[Outcome], run: Run) -> list[Reading]:
    arrays = arrays_of(shape, group, run.as_of)
    result = evidence.read(engine_input(shape, arrays), question_of(shape, group))
    missing = _missing(arrays, days_in(shape[1]))
    return [_reading(place, outcome, run, arrays, result, missing[place]) for place, outcome in enumerate(group)]


def _missing(arrays: Arrays, days: int) -> Any:
    """Share of periods without a signal among those of the 28 days up to each row's last one; shape (S,)."""
    present = arrays.present
    if not present.shape[1]:
        return np.zeros(present.shape[0])
    age = np.arange(present.shape[1])[None, :]
    last = np.where(present, age, -1).max(axis=1)[:, None]
    window = (age <= last) & (age > last - max(1, 28 // days))
    expected = np.maximum(window.sum(axis=1), 1)
    return 1.0 - (present & window).sum(axis=1) / expected


def _reading(
    place: int, outcome: Outcome, run: Run, arrays: Arrays, result: evidence.Result, missing: float
) -> Reading:
    metric, arrived = outcome.series.metric, bool(arrays.last[place] >= 0)
    last = date(1970, 1, 1) + timedelta(days=int(arrays.last[place])) if arrived else None
    feed = Feed(
        arrived=arrived,
        late=is_late(last, outcome.series.grain, metric.settle_days, run.as_of),
        ready=bool(result.ready[place]),
        constant=bool(result.no_variance[place]),
        abstains=bool(result.no_verdict[place]),
        srm_log_e=float(result.srm_log_e[place]),
        missing=float(missing),
    )
    state, note = health(feed)
    silent = is_silent(feed)
    return Reading(
        outcome=outcome, run=run, as_of=run.as_of, engine=evidence.ENGINE_VERSION, snapshot=_snapshot(arrays, place),
        last_period=last, exposures=float(result.exposures[place]), blocks=int(result.blocks[place]),
        health=state, health_note=note,
        grade=grade(silent=silent, has_contrast=bool(outcome.contrast), kind=metric.kind),
        **_evidence(result, place, silent=silent),
    )  # fmt: skip


def _evidence(result: evidence.Result, place: int, *, silent: bool) -> dict[str, float | None]:
    """The numbers of one row. An unhealthy feed proves nothing either way: its e-values are 1."""
    logs = {
        name: float(getattr(result, name)[place])
        for name in ("log_e_cease", "log_e_miss", "log_e_scale", "log_e_alive")
    }
    if silent:
        logs = dict.fromkeys(logs, 0.0)
    elif result.uncapped[place]:
        logs["log_e_cease"] = 0.0
    numbers = ("estimate", "lower", "upper", "phi", "nu", "autocorrelation")
    return {**logs, **{name: _finite(float(getattr(result, name)[place])) for name in numbers}}


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _snapshot(arrays: Arrays, place: int) -> str:
    """Hash of what was read, the same however far the chunk pads it."""
    rows = np.stack([getattr(arrays, name)[place] for name in ("n", "y", "q", "cn", "cy", "cq")])
    used = np.flatnonzero(rows.any(axis=0))
    return hashlib.sha256(rows[:, : used[-1] + 1 if used.size else 0].tobytes()).hexdigest()
