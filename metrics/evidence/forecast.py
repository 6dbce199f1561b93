"""Chance that an outcome meets its target, measured over the last four whole weeks before the decide-by date.

A Bayesian average of six Kalman filters of the weekly means: the level wanders by 0, 1 or 3 % a week, with or without
a damped slope (West & Harrison 1997; damping as Gardner & McKenzie 1985). A forecast never raises a flag."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Ints, Question, Series, rows
from metrics.evidence.noise import Noise, periods_per_block
from metrics.evidence.weeks import (
    MONTH_DAYS,
    Means,
    block_days,
    by_chunks,
    closed_periods,
    floats,
    level_before,
    means,
    stretch,
    total,
    window_value,
)

WANDERING = np.array([[0.0], [0.01], [0.03], [0.0], [0.01], [0.03]])  # of the level, per week; one row per filter
SLOPING = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]])
DAMPING = 0.95  # a slope keeps this much of itself from week to week
OBSERVATION_CV = 0.03  # what a week differs by beyond its counted noise
CONTRAST_SCALE = 5.0  # a contrast has no level to wander by percent of: as if its gap were a fifth of one
TREND_DF = 0.5
LEAST_GAP = 0.05  # a target at the baseline still leaves this much of the level unknown


@dataclass(frozen=True)
class Forecast:
    """Arrays (S,). All nan where neither baseline, kill line nor data say where the metric stands, or where the
    window has passed without data; sd is 0 and the chance 0 or 1 where the window has been measured."""

    chance: Floats  # that the metric over the resolution window meets the target
    mean: Floats  # of the metric over the resolution window
    sd: Floats


@dataclass(frozen=True)
class Prior:
    """Before any data, (S,)."""

    start: Floats  # where the metric stands
    gap: Floats  # how far it may go: distance to the target
    scale: Floats  # what percent are taken of
    drift: Floats  # sd of the slope, per block


@dataclass(frozen=True)
class Bank:
    """States of the six filters after the last whole week with data, (6, S)."""

    level: Floats
    slope: Floats
    p11: Floats
    p12: Floats
    p22: Floats
    log_weight: Floats


def window(periods_to_decision: Ints, days: int) -> tuple[Ints, Ints]:
    """(first, stop), (S,): the resolution window in periods from the start, the last four whole weeks (or the last
    whole month) before the decision date; shorter when the bet is, empty when it holds no whole block."""
    size = periods_per_block(days)
    stop = np.maximum(np.asarray(periods_to_decision, dtype=np.int64), 0) // size
    length = np.minimum(max(MONTH_DAYS // block_days(days), 1), stop)
    return (stop - length) * size, stop * size


def measured(series: Series, question: Question, periods_to_decision: Ints) -> tuple[Floats, Floats]:
    """(value, weight), (S,), of the metric over the resolution window; nan and 0 where it holds no data. The
    outcome is reached if the value is at the target or on its good side."""
    with np.errstate(all="ignore"):
        return window_value(series, question, *window(periods_to_decision, series.days))


def chance(
    series: Series,
    question: Question,
    baseline: Floats,
    periods_to_decision: Ints,
    phi: Floats,
    *,
    closed: Ints | None = None,
) -> Forecast:
    """Chance of the target for each series; arrays (S,).

    `baseline` is the metric before the bet (nan: the kill line stands in); for a contrast it is the control's level
    and the difference is taken to start at 0. `periods_to_decision` counts whole periods from the start to the
    decide-by date, `phi` is the reading's, `closed` the periods that have ended (default: up to the last with data).
    Before any data the prior speaks. Raises ValueError when the shapes differ."""
    gone = closed_periods(series) if closed is None else np.asarray(closed, dtype=np.int64)
    end = np.asarray(periods_to_decision, dtype=np.int64)
    before, noise = floats(baseline), floats(phi)
    if any(np.shape(values) != np.shape(question.kill) for values in (before, noise, end, gone)):
        raise ValueError("A forecast needs one baseline, date and phi per series.")

    def part(chosen: slice) -> Forecast:
        asked = rows(series, chosen), rows(question, chosen)
        return _chance(*asked, before[chosen], noise[chosen], end[chosen], gone[chosen])

    with np.errstate(all="ignore"):
        return by_chunks(part, len(gone))


def _chance(series: Series, question: Question, baseline: Floats, phi: Floats, end: Ints, gone: Ints) -> Forecast:
    size = periods_per_block(series.days)
    weeks = means(series, question, size, level_before(series, question, baseline), gone)
    prior = prior_of(series, question, baseline, weeks, np.maximum(end // size, 1))
    phi = _without_trend(weeks, np.where(np.isfinite(phi), phi, 1.0), 0.0 if series.kind == "level" else 1.0)
    per_unit = np.where(np.isfinite(weeks.v), phi * weeks.v, 0.0)
    bank = _filtered(weeks, prior, per_unit, np.minimum(gone // size, weeks.mean.shape[1]), series.days)
    return _over_window(series, question, weeks, prior, per_unit, bank, gone, end)


def _without_trend(weeks: Means, phi: Floats, least: float) -> Floats:
    """phi, (S,), as whole weeks show it about a straight line, never above the given one: a steady climb, which the
    slopes foresee, is no noise. With half a degree of freedom of the given one, for bets of few weeks."""
    place, weight = np.arange(weeks.mean.shape[1]), weeks.weight
    whole = total(weight)
    time = place - (total(weight * place) / whole)[:, None]
    value = weeks.mean - (total(weight * weeks.mean) / whole)[:, None]
    slope = total(weight * time * value) / total(weight * time * time)
    rest = np.sqrt(weight) * (value - slope[:, None] * time)
    count = total(floats(weight > 0)) - 1  # the slope takes one more than the mean
    noise = Noise(count, whole, total(rest * rest), total(rest[:, 1:] * rest[:, :-1]))
    shown = (TREND_DF * phi + noise.df * noise.variance / weeks.v) / (TREND_DF + noise.df)
    return np.where(np.isfinite(shown), np.minimum(np.maximum(shown, least), phi), phi)


def prior_of(series: Series, question: Question, baseline: Floats, weeks: Means, blocks: Ints) -> Prior:
    """N(baseline, (target - baseline)^2) for the level; the slope may cover the gap twice until the decision."""
    target = np.asarray(question.target, dtype=np.float64)
    if series.control_n is not None:
        start = np.zeros_like(target)
        gap = np.abs(target)
        scale = CONTRAST_SCALE * np.where(gap > 0, gap, LEAST_GAP if question.relative else np.sqrt(weeks.v))
        gap = np.where(gap > 0, gap, scale / CONTRAST_SCALE)
        return Prior(start, gap, scale, 2 * gap / blocks)
    seen, first = _first(weeks)
    start = np.where(np.isnan(baseline), question.kill, baseline)
    start = np.where(np.isnan(start) & seen, first, start)
    gap = np.abs(target - start)
    centre = np.where(seen, _average(weeks), start)
    scale = np.maximum(np.abs(centre), gap)
    gap = np.maximum(gap, LEAST_GAP * scale)
    return Prior(start, gap, scale, 2 * gap / blocks)


def _first(weeks: Means) -> tuple[Bools, Floats]:
    seen = np.zeros(len(weeks.v), dtype=np.bool_)
    first = np.zeros(len(weeks.v))
    for block in range(weeks.mean.shape[1] - 1, -1, -1):
        here = weeks.weight[:, block] > 0
        first = np.where(here, weeks.mean[:, block], first)
        seen = seen | here
    return seen, first


def _average(weeks: Means) -> Floats:
    return total(weeks.mean * weeks.weight) / total(weeks.weight)


def _filtered(weeks: Means, prior: Prior, per_unit: Floats, complete: Ints, days: int) -> Bank:
    """Forward over the whole weeks; the prior is the state of the first, weeks without data only pass."""
    size = len(prior.start)
    span = block_days(days) / 7
    wander = (WANDERING * prior.scale) ** 2 * span
    level, slope = np.broadcast_to(prior.start, (len(SLOPING), size)).copy(), np.zeros((len(SLOPING), size))
    p11 = np.broadcast_to(prior.gap**2, level.shape).copy()
    p12, p22 = np.zeros_like(level), SLOPING * prior.drift**2
    log_weight = np.zeros_like(level)
    extra = (OBSERVATION_CV * prior.scale) ** 2
    for block in range(int(complete.max(initial=0))):
        if block:
            moves = block < complete
            keeps = np.where(moves, DAMPING**span, 1.0)
            level, slope = level + moves * slope, keeps * slope
            p11 = p11 + moves * (2 * p12 + p22 + wander)
            p12, p22 = keeps * (p12 + moves * p22), keeps * keeps * p22
        n = weeks.weight[:, block]
        present = n > 0
        whole = p11 + per_unit / np.where(present, n, 1.0) + extra
        gap = weeks.mean[:, block] - level
        gain, tilt = present * p11 / whole, present * p12 / whole
        log_weight = log_weight - np.where(present, (np.log(whole) + gap * gap / whole) / 2, 0.0)
        level, slope = level + gain * gap, slope + tilt * gap
        p22, p12, p11 = p22 - tilt * p12, (1 - gain) * p12, (1 - gain) * p11
    return Bank(level, slope, p11, p12, p22, log_weight)


def _over_window(
    series: Series,
    question: Question,
    weeks: Means,
    prior: Prior,
    per_unit: Floats,
    bank: Bank,
    gone: Ints,
    end: Ints,
) -> Forecast:
    size = periods_per_block(series.days)
    first, stop = window(end, series.days)
    complete = gone // size
    ahead = np.maximum(first // size, complete)
    left = np.maximum(stop // size - ahead, 0)
    mean, variance = _ahead(bank, prior, ahead, left, complete, series.days, weeks.mean.shape[1])
    n = _usual_weight(weeks, question, complete, end // size)
    seen, weight = window_value(series, question, first, np.minimum(stop, complete * size))
    share = np.where(weight > 0, left * n / (weight + left * n), np.where(left > 0, 1.0, np.nan))
    share = np.where((weight > 0) & (left == 0), 0.0, share)
    noise = np.where(n > 0, per_unit / n, 0.0) + (OBSERVATION_CV * prior.scale) ** 2
    variance = share * share * (variance + noise / np.maximum(left, 1))
    mean = share * mean + np.where(weight > 0, (1 - share) * seen, 0.0)
    return _mixed(question, bank, mean, np.where(share > 0, variance, share))


def _ahead(
    bank: Bank, prior: Prior, first: Ints, left: Ints, complete: Ints, days: int, blocks: int
) -> tuple[Floats, Floats]:
    """Mean and variance, (6, S), of the average true level over `left` blocks from block `first` on."""
    span = block_days(days) / 7
    psi = DAMPING**span
    h, length = first - np.maximum(np.minimum(complete, blocks) - 1, 0), np.maximum(left, 1)
    reach = (1 - psi**h * (1 - psi**length) / (length * (1 - psi))) / (1 - psi)
    mean = bank.level + reach * bank.slope
    steps = h + (length - 1) * (2 * length - 1) / (6 * length)
    wander = (WANDERING * prior.scale) ** 2 * span * steps
    return mean, bank.p11 + 2 * reach * bank.p12 + reach * reach * bank.p22 + wander


def _usual_weight(weeks: Means, question: Question, complete: Ints, blocks: Ints) -> Floats:
    """Weight of a block as the last four showed it; before data as planned (n_opt is a third of the plan)."""
    recent = stretch(weeks.weight, complete - 4, complete)
    seen = total(floats(recent > 0))
    planned = 3 * floats(question.planned) / np.maximum(blocks, 1)
    return np.where(seen > 0, total(recent) / seen, planned)


def _mixed(question: Question, bank: Bank, means: Floats, variances: Floats) -> Forecast:
    """The six filters, weighted by how well each has foretold the weeks so far."""
    side = np.where(np.asarray(question.higher_is_better), 1.0, -1.0)
    weights = np.exp(bank.log_weight - bank.log_weight.max(axis=0))
    weights = weights / _stacked(weights)
    gap, sd = side * (means - question.target), np.sqrt(variances)
    chances = np.where(sd > 0, special.ndtr(gap / sd), np.where(sd == 0, (gap >= 0) * 1.0, np.nan))
    chances = np.where(np.isnan(gap), np.nan, chances)
    mean = means[0] + _stacked(weights * (means - means[0]))
    spread = _stacked(weights * (variances + (means - mean) ** 2))
    return Forecast(chance=np.clip(_stacked(weights * chances), 0.0, 1.0), mean=mean, sd=np.sqrt(spread))


def _stacked(values: Floats) -> Floats:
    out: Floats = sum(values[1:], start=values[0])
    return out
