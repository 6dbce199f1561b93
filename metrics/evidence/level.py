"""Levels: one value per period, no sample size. Only how far whole weeks wander tells how sure their mean is,
so a verdict needs eight weeks whose noise fades quickly; otherwise the engine abstains.

Assumes that, after removing the declared path, week-to-week noise is stable and fades within about two weeks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from metrics.evidence import intervals, mixtures
from metrics.evidence.glide import Glide, glide_of
from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Ints, Question, Result, Series
from metrics.evidence.noise import (
    KENDALL_BLOCKS,
    Noise,
    Spread,
    Totals,
    column,
    last_weeks,
    observed_lengths,
    periods_per_block,
    running,
    spreads,
)
from metrics.evidence.one_arm import ALPHA_OPT

LEAST_BLOCKS = KENDALL_BLOCKS  # with fewer, the correlation of weeks is a guess
LARGEST_CORRELATION = 0.7
CLIPPED_CORRELATION = 0.95
LEAST_NU = 3.0
FALLBACK_BLOCKS = 18.0  # a third of a year, in weeks


@dataclass(frozen=True)
class Level:
    """(S, C) means over complete blocks for C moments, (S, 1) parameters."""

    mean: Floats
    climbed: Floats  # share of the way that the declared path has gone
    spread: Spread
    glide: Glide | None
    optimal: Floats  # blocks that the mixture is tuned to

    def about(self, line: Floats) -> "Wander":
        one = np.ones((1, 1))
        return Wander(self.spread.combine([one] if self.glide is None else [one, -self.glide.slope(line)]))

    def beyond(self, line: Floats) -> Floats:
        if self.glide is None:
            return self.mean - line
        return self.mean - np.where(self.glide.on, self.glide.start + self.glide.slope(line) * self.climbed, line)


@dataclass(frozen=True)
class Wander:
    """Noise of complete blocks, read with more care than that of counted exposures: nothing else checks it."""

    noise: Noise

    @property
    def blocks(self) -> Floats:
        return self.noise.count

    @cached_property
    def autocorrelation(self) -> Floats:
        """Kendall-corrected lag-one correlation plus half a standard error; 0 with fewer than eight blocks."""
        many = self.blocks >= LEAST_BLOCKS
        ratio = np.divide(self.noise.c, self.noise.d, out=np.zeros_like(self.noise.d), where=self.noise.d > 0)
        r = (ratio * self.blocks + 1) / np.where(many, self.blocks - 3, 1.0)
        r = np.clip(r, 0.0, CLIPPED_CORRELATION)
        careful = r + 0.5 * np.sqrt((1 - r * r) / np.maximum(self.blocks, 1.0))
        return np.where(many, np.minimum(careful, CLIPPED_CORRELATION), 0.0)

    @property
    def long_run(self) -> Floats:
        r = self.autocorrelation
        return (1 + r) / (1 - r)

    @property
    def independent(self) -> Floats:
        """How many independent blocks they are worth."""
        return self.blocks / self.long_run

    @property
    def nu(self) -> Floats:
        return np.maximum(self.independent - 1, 0.0)

    @property
    def constant(self) -> Bools:
        return (self.noise.d <= 0) & (self.blocks >= 2)

    @cached_property
    def abstains(self) -> Bools:
        unclear = (self.autocorrelation > LARGEST_CORRELATION) | (self.nu < LEAST_NU)
        return unclear | (self.blocks < LEAST_BLOCKS) | self.constant

    @cached_property
    def error(self) -> Floats:
        """Standard error of the mean of the values; infinite where the engine abstains."""
        per_value = self.noise.d / np.maximum(self.blocks - 1, 1.0) * self.long_run
        return np.where(self.abstains, np.inf, np.sqrt(per_value / np.maximum(self.noise.weight, 1.0)))


def read_level(series: Series, question: Question, alpha: float, at: Ints) -> Result:
    """One value y per period with n > 0; arrays (S, len(at)), the evidence after each of the columns `at`. Estimate
    and interval are those of complete weeks; n_eff counts independent weeks. A level has no restarts: few of them
    would hold eight weeks."""
    present = (np.asarray(series.n, dtype=np.float64) > 0).astype(np.float64)
    value = np.where(present > 0, series.y, 0.0)
    level = _level(series, question, present, value, at)
    kill, target = column(question.kill), column(question.target)
    side = np.where(np.asarray(question.higher_is_better)[:, None], 1.0, -1.0)
    wander = level.about(_some(np.where(np.isnan(kill), target, kill)))
    estimate = np.where(wander.blocks > 0, level.mean, _mean(running(value, at), running(present, at)))
    cease, scale = _log_e(level, kill, -side), _log_e(level, target, side)
    lower, upper = _interval(level, wander, estimate, alpha)
    seen, zero = observed_lengths(present > 0)[:, at], np.zeros(estimate.shape)
    return Result(
        log_e_cease=cease,
        log_e_miss=_log_e(level, target, -side),
        log_e_scale=scale,
        log_e_alive=_log_e(level, kill, side),
        whole_log_e_cease=cease,
        whole_log_e_scale=scale,
        cease_since=zero.astype(np.int64),
        scale_since=zero.astype(np.int64),
        estimate=estimate,
        recent=_mean(*(last_weeks(Totals(values), seen, series.days) for values in (value, present))),
        lower=lower,
        upper=upper,
        exposures=running(present, at),
        phi=zero + 1,
        nu=wander.nu,
        autocorrelation=wander.autocorrelation,
        blocks=wander.blocks.astype(np.int64),
        n_eff=wander.independent,
        ready=wander.blocks >= LEAST_BLOCKS,
        no_variance=wander.constant,
        uncapped=zero > 0,
        no_verdict=wander.abstains,
        srm_log_e=zero,
    )


def _level(series: Series, question: Question, present: Floats, value: Floats, at: Ints) -> Level:
    size = periods_per_block(series.days)
    # A started week would weigh its weekdays against whole weeks.
    complete = observed_lengths(present > 0)[:, at] // size * size
    glide = glide_of(question, present)
    climbing = [] if glide is None else [glide.climbed]
    count, total, *way = (
        Totals(values).between(np.zeros_like(complete), complete) for values in (present, value, *climbing)
    )
    planned = np.asarray(question.planned, dtype=np.float64) / size
    return Level(
        mean=_mean(total, count),
        climbed=_mean(way[0], count) if way else np.ones_like(count),
        spread=spreads([value, *climbing], present, series.days, at).blocks,
        glide=glide,
        optimal=column(np.where(planned > 0, planned, FALLBACK_BLOCKS)),
    )


def _some(line: Floats) -> Floats:
    return np.where(np.isfinite(line), line, 0.0)


def _mean(total: Floats, count: Floats) -> Floats:
    return np.where(count > 0, total / np.where(count > 0, count, 1.0), np.nan)


def _log_e(level: Level, threshold: Floats, side: Floats) -> Floats:
    """Only the period leg; 0 where nothing is asked or the weeks do not tell."""
    line = _some(threshold)
    wander = level.about(line)
    t = side * level.beyond(line) / wander.error
    kappa = wander.independent * mixtures.boundary_constant(ALPHA_OPT) / level.optimal
    log_e = mixtures.one_sided_t(t, kappa, np.maximum(wander.nu, LEAST_NU))
    return np.where(np.isfinite(threshold) & ~wander.abstains, log_e, 0.0)


def _interval(level: Level, wander: Wander, estimate: Floats, alpha: float) -> intervals.Bounds:
    kappa = wander.independent * mixtures.boundary_constant(ALPHA_OPT) / level.optimal
    radius = mixtures.t_radius(kappa, np.maximum(wander.nu, LEAST_NU), alpha)
    return intervals.normal(_some(estimate), np.where(wander.abstains, np.inf, radius * wander.error))
