"""Means of stretches of periods (mostly weeks) on the scale of the thresholds, whatever the kind of outcome:
what the forecast and the question "can it still be settled?" have in common."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from metrics.evidence.mixtures import Floats
from metrics.evidence.model import Ints, Question, Series
from metrics.evidence.noise import periods_per_block, spreads
from metrics.evidence.one_arm import unit_variance

MONTH_DAYS = 28
LEVEL_CV, LEVEL_DF = 0.05, 4.0  # how far a level's weeks wander, before its own weeks tell; and how long that counts
CHUNK_ROWS = 1_000

Columns = TypeVar("Columns")


@dataclass(frozen=True)
class Means:
    """S series, B stretches. The variance of a mean is phi v / weight."""

    mean: Floats  # (S, B); 0 where there is none
    weight: Floats  # (S, B); one arm: exposures; contrast: nT nC / (nT + nC); segments: 1 / sum w^2 / n; level: values
    v: Floats  # (S,) of one unit of weight; nan where neither data nor the level before the bet tell


def by_chunks(part: Callable[[slice], Columns], size: int) -> Columns:
    """A dataclass of (size,) arrays, put together from its parts; what the parts need at once stays small."""
    parts = [part(slice(first, first + CHUNK_ROWS)) for first in range(0, max(size, 1), CHUNK_ROWS)]
    if len(parts) == 1:
        return parts[0]
    names = [field.name for field in fields(parts[0])]  # type: ignore[arg-type]
    return type(parts[0])(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def floats(values: Any) -> Floats:
    return np.asarray(values, dtype=np.float64)


def block_days(days: int) -> int:
    """Days of a block of whole periods."""
    return days * periods_per_block(days)


def closed_periods(series: Series) -> Ints:
    """Periods up to the last one with data, (S,)."""
    present = floats(series.n) > 0
    if series.control_n is not None:
        present = present | (floats(series.control_n) > 0)
    return np.asarray((present * np.arange(1, present.shape[1] + 1)).max(axis=1, initial=0), dtype=np.int64)


def total(values: Floats) -> Floats:
    """Sums along time, (S,), whose last bits do not depend on the padding."""
    width = values.shape[1]
    return np.ascontiguousarray(np.cumsum(values, axis=1)[:, -1]) if width else np.zeros(len(values))


def stretch(values: Any, first: Ints, stop: Ints) -> Floats:
    """The columns first <= t < stop of each row, (S, the longest), zeros where there are none."""
    values = floats(values)
    place = first[:, None] + np.arange(max(int((stop - first).max(initial=0)), 0))
    if not values.shape[1]:
        return np.zeros(place.shape)
    inside = (place >= 0) & (place < np.minimum(stop, values.shape[1])[:, None])
    return np.where(inside, np.take_along_axis(values, np.clip(place, 0, values.shape[1] - 1), axis=1), 0.0)


def window_value(series: Series, question: Question, first: Ints, stop: Ints) -> tuple[Floats, Floats]:
    """(value, weight), (S,): the metric measured over the periods first <= t < stop of each series, as the engine
    would estimate it from these alone; nan and 0 where they hold no data. For levels the mean of the values."""
    if series.control_n is not None:
        n_t, y_t, n_c, y_c = (stretch(values, first, stop) for values in _paired(series))
        weights = _ratio(n_t * n_c, n_t + n_c)
        weight, top, bottom = total(weights), total(weights * _ratio(y_t, n_t)), total(weights * _ratio(y_c, n_c))
        value = top / bottom - 1 if question.relative else (top - bottom) / weight
    elif series.segments:
        parts = [(total(stretch(part.n, first, stop)), total(stretch(part.y, first, stop))) for part in series.segments]
        value, weight = _standard(_weights(series), parts)
    else:
        weight, top = (total(stretch(values, first, stop)) for values in (series.n, series.y))
        value = top / weight
    return np.where((weight > 0) & np.isfinite(value), value, np.nan), weight


def level_before(series: Series, question: Question, baseline: Floats) -> Floats:
    """The metric itself before the bet, (S,): the baseline, else the kill line; of a contrast the control's, or nan."""
    if series.control_n is not None:
        return np.where(baseline == 0, np.nan, np.abs(baseline))
    return np.where(np.isnan(baseline), question.kill, baseline)


def means(series: Series, question: Question, size: int, level: Floats, gone: Ints) -> Means:
    """Means of stretches of `size` periods from the start. A last one that has not ended is left out of mean and
    weight, not of v; `gone` (S,) counts the periods that have ended. `level` (S,) is the metric before the bet: v
    rests on it until there are data."""
    if series.kind == "level":
        return _levels(series, size, level, gone)
    if series.control_n is not None:
        return _contrasts(series, question, size, level, gone)
    if series.segments:
        return _standardised(series, size, level, gone)
    n, y = _stretches(series.n, size, gone), _stretches(series.y, size, gone)
    return Means(mean=_ratio(y, n), weight=n, v=_unit(series.kind, series.n, series.y, series.q, level))


def _stretches(values: Any, size: int, gone: Ints) -> Floats:
    """Sums over stretches, 0 where one has not ended: (S, B) with a started last one, so padding changes nothing."""
    values = floats(values)
    out = values[:, 0::size].copy()
    # Slice by slice: a reduction over a reshaped axis may add in another order in another chunk.
    for place in range(1, size):
        more = values[:, place::size]
        out[:, : more.shape[1]] += more
    return np.where(np.arange(out.shape[1]) < (gone // size)[:, None], out, 0.0)


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0)


def _unit(kind: str, n: Any, y: Any, q: Any, level: Floats) -> Floats:
    """Variance of one exposure, (S,); half an event keeps it above zero, and `level` stands in before data."""
    count, events = total(floats(n)), total(floats(y))
    if kind == "mean":
        return np.where(count > 1, unit_variance(kind, count, events, total(floats(q))), level * level)
    seen = count > 0
    v = unit_variance(kind, np.where(seen, count + 1, 1.0), np.where(seen, events + 0.5, level), events)
    return np.where(v > 0, v, np.nan)


def _paired(series: Series) -> tuple[Floats, Floats, Floats, Floats]:
    """n, y of treatment and control, (S, T); periods without exposures in both arms are emptied."""
    both = (floats(series.n) > 0) & (floats(series.control_n) > 0)
    arms = (series.n, series.y, series.control_n, series.control_y)
    n_t, y_t, n_c, y_c = (np.where(both, floats(values), 0.0) for values in arms)
    return n_t, y_t, n_c, y_c


def _contrasts(series: Series, question: Question, size: int, level: Floats, gone: Ints) -> Means:
    """Differences, or lifts made linear about the whole history's: a week without conversions has a value too."""
    n_t, y_t, n_c, y_c = (_stretches(values, size, gone) for values in _paired(series))
    weight, mean_t, mean_c = _ratio(n_t * n_c, n_t + n_c), _ratio(y_t, n_t), _ratio(y_c, n_c)
    v_t = _unit(series.kind, series.n, series.y, series.q, level)
    v_c = _unit(series.kind, series.control_n, series.control_y, series.control_q, level)
    whole, control = total(weight), total(weight * mean_c)
    some = (whole > 0) & (control > 0) & question.relative
    rho = np.where(some, total(weight * mean_t) / control, 1.0)
    base = np.where(some, control / whole, level if question.relative else 1.0)
    counts = total(floats(series.n)), total(floats(series.control_n))
    split = np.where(whole > 0, counts[1] / (counts[0] + counts[1]), 0.5)
    v = (v_t * split + rho * rho * v_c * (1 - split)) / (base * base)
    lift = (mean_t - rho[:, None] * mean_c) / base[:, None] + (rho - 1)[:, None]
    return Means(mean=np.where(weight > 0, lift, 0.0), weight=weight, v=np.where(np.isfinite(v), v, np.nan))


def _weights(series: Series) -> list[Floats]:
    weights = floats(series.weights)
    return [weights[:, place] for place in range(len(series.segments))]


def _standard(weights: list[Floats], parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """(mean, exposures that the segments are worth together) of their (n, y); 0 where one with weight has none."""
    mean, spread = np.zeros_like(parts[0][0]), np.zeros_like(parts[0][0])
    for weight, (n, y) in zip(weights, parts, strict=True):
        mean = mean + weight * _ratio(y, n)
        spread = spread + np.where(weight > 0, weight * weight / n, 0.0)
    worth = np.where(np.isfinite(spread) & (spread > 0), 1 / spread, 0.0)
    return np.where(worth > 0, mean, 0.0), worth


def _standardised(series: Series, size: int, level: Floats, gone: Ints) -> Means:
    weights = _weights(series)
    columns = [weight[:, None] for weight in weights]
    sums = [(_stretches(part.n, size, gone), _stretches(part.y, size, gone)) for part in series.segments]
    mean, worth = _standard(columns, sums)
    whole, v = total(worth), np.zeros(len(worth))
    for weight, part in zip(weights, series.segments, strict=True):
        # As the segment adds to the variance so far; before data as if the mix were the declared one.
        share = np.where(whole > 0, weight * weight * _ratio(whole, total(floats(part.n))), weight)
        v = v + share * np.where(weight > 0, _unit(part.kind, part.n, part.y, part.q, level), 0.0)
    return Means(mean=mean, weight=worth, v=v)


def _levels(series: Series, size: int, level: Floats, gone: Ints) -> Means:
    """v is the long-run variance of whole weeks, drawn towards that of a level that wanders by 5 %."""
    n, y = _stretches(series.n, size, gone), _stretches(series.y, size, gone)
    present, values = floats(series.n), floats(series.y)
    centre = np.where(total(present) > 0, total(values) / total(present), level)
    prior = periods_per_block(series.days) * (LEVEL_CV * centre) ** 2
    if not values.shape[1]:
        return Means(mean=_ratio(y, n), weight=n, v=prior)
    last = np.array([values.shape[1] - 1])
    noise = spreads([values], present, series.days, last).combine([np.ones((1, 1))]).blocks
    df, variance = noise.df[:, 0], noise.variance[:, 0]
    return Means(mean=_ratio(y, n), weight=n, v=(LEVEL_DF * prior + df * variance) / (LEVEL_DF + df))
