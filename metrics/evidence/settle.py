"""Can it still be settled, and when will we know? Where the evidence will probably stand at a later day, given the
exposures to come and the bet's own noise, against the line that a verdict asks for."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.evidence.forecast import prior_of
from metrics.evidence.level import FALLBACK_BLOCKS, LARGEST_CORRELATION, LEAST_NU
from metrics.evidence.level import LEAST_BLOCKS as LEAST_LEVEL_BLOCKS
from metrics.evidence.mixtures import Bools, Floats, boundary_constant, t_radius
from metrics.evidence.model import Ints, Question, Result, Series, rows
from metrics.evidence.noise import CONTRAST_PRIOR_DF, PRIOR_CV, PRIOR_DF, periods_per_block
from metrics.evidence.one_arm import ALPHA_OPT, LEAST_N_EFF, phi_floor, prior_weight
from metrics.evidence.weeks import (
    MONTH_DAYS,
    block_days,
    by_chunks,
    closed_periods,
    floats,
    level_before,
    means,
    stretch,
    total,
)

HORIZON_DAYS = 3 * 365
TIMES = (2.0, 3.0, 5.0, 10.0, 20.0, 50.0)
LIKELY = 0.5
LEAST_BLOCKS = 2  # no verdict before
UNSEEN_PHI = 1.2  # what phi comes to for independent exposures, because it never falls below 1 (measured)
FADING, LEAST_PHI_AHEAD = 0.85, 1.1  # a large phi is partly luck: the weeks to come have this power of it (measured)
LEVEL_CORRELATION, LEVEL_CORRELATION_WEEKS = 0.2, 12.0  # of a level's weeks, before they tell; and how long it counts


@dataclass(frozen=True)
class Standing:
    """What is known of each series and how fast more comes; arrays (S,)."""

    log_e: Floats  # the strongest of the four today; -inf where no verdict may be given yet
    estimate: Floats  # nan before data
    weight: Floats  # behind it, in the units of tau: exposures, nT nC / (nT + nC), or independent weeks of a level
    v: Floats  # variance of a unit of weight: the estimate's is phi v / weight
    v_kill: Floats  # the model's at the lines, which a verdict asks for at least
    v_target: Floats
    phi: Floats
    phi_ahead: Floats  # of what is to come
    clump: Floats  # part of phi that grows with the exposures of a week: what weeks differ by beyond counting
    nu: Floats
    tau: Floats
    long_run: Floats  # weeks that an independent one is worth
    per_day: Floats  # weight to come
    wait: Floats  # days until a verdict may be given at all; inf where the noise forbids one
    block: Floats  # days of a block
    kill: Floats
    target: Floats
    lag: Floats  # by how much the lines have been below their end so far, as a share of the way; 0 without a glide
    origin: Floats  # where a glide begins
    higher: Bools
    start: Floats  # the prior of the truth is N(start, gap^2)
    gap: Floats
    level: Bools


@dataclass(frozen=True)
class Answer:
    """When will we know? Arrays (S,)."""

    days: Floats  # from today until an answer is more likely than not; nan = not within three years
    times: Floats  # least multiple of the exposures that answers by the decide-by date, if `days` does not; else nan
    days_with: Floats  # until then
    settles: Floats  # chance that the decide-by date, or the last day of the money, finds it settled; nan: not known


def standing(
    series: Series,
    question: Question,
    result: Result,
    baseline: Floats,
    planned_per_day: Floats,
    *,
    closed: Ints | None = None,
) -> Standing:
    """Where each series stands after the reading `result`; arrays (S,). `baseline` as in `forecast.chance`;
    `planned_per_day` are exposures of all arms, used until there are data; afterwards the last 28 days tell.
    `closed` counts the periods that have ended (default: up to the last with data)."""
    gone = closed_periods(series) if closed is None else np.asarray(closed, dtype=np.int64)
    before, planned = floats(baseline), floats(planned_per_day)
    if any(np.shape(values) != np.shape(question.kill) for values in (before, planned, gone)):
        raise ValueError("To say when it is settled takes one baseline, plan and date per series.")

    def part(chosen: slice) -> Standing:
        known = rows(series, chosen), rows(question, chosen), rows(result, chosen)
        return _standing(*known, before[chosen], planned[chosen], gone[chosen])

    with np.errstate(all="ignore"):
        return by_chunks(part, len(gone))


def _standing(
    series: Series, question: Question, result: Result, baseline: Floats, planned: Floats, gone: Ints
) -> Standing:
    level = level_before(series, question, baseline)
    weeks = means(series, question, periods_per_block(series.days), level, gone)
    prior = prior_of(series, question, baseline, weeks, np.ones_like(gone))
    lag, origin = _lag(series, question)
    found = _level_weight if series.kind == "level" else _weight
    return Standing(
        log_e=_strongest(result),
        estimate=result.estimate,
        kill=floats(question.kill),
        target=floats(question.target),
        lag=lag,
        origin=origin,
        higher=np.asarray(question.higher_is_better),
        start=prior.start,
        gap=prior.gap,
        block=np.full(len(gone), float(block_days(series.days))),
        level=np.full(len(gone), series.kind == "level"),
        **found(series, question, result, level, planned, gone),
    )


def posterior(stand: Standing) -> tuple[Floats, Floats]:
    """Mean and sd of the truth, (S,): the prior N(start, gap^2) and what was measured."""
    return _posterior(stand, np.where(np.isnan(stand.kill), stand.target, stand.kill))


def p_settle(stand: Standing, days: Floats, log_asked: Floats, times: Floats | float = 1.0) -> Floats:
    """Chance (S, H) that after `days` more, (S, H) or (H,), with `times` the exposures, (S, H) or a number, the
    evidence settles it: finds it below the kill line or the target, or above one of them; 1 where it has already.
    `log_asked` (S,) is the log of the e-value asked for, 20 or the cut in force. nan where nothing is known of the
    noise (a constant feed shows none) or of what is to come.

    Predictive power (Spiegelhalter, Freedman & Blackburn 1986) against the boundary of the t mixture (Lindon et al.
    2022). With N exposures behind the estimate, D to come and the posterior N(m, s^2) of the truth, the sum stands at
    N(N (estimate - line) + D (m - line), D phi v + D^2 s^2); it must pass radius sqrt((N + D) phi v)."""
    days = np.broadcast_to(floats(days), (len(stand.v), np.shape(days)[-1]))
    side = np.where(stand.higher, 1.0, -1.0)
    asked = floats(log_asked)
    with np.errstate(all="ignore"):
        ahead = _ahead(stand, days, times)
        # A kill line refuted is a target refuted, and a target beaten a kill line cleared: two claims cover all four.
        missed = ahead.crossing(*_line(stand.target, stand.v_target, stand.kill, stand.v_kill), -side, asked)
        cleared = ahead.crossing(*_line(stand.kill, stand.v_kill, stand.target, stand.v_target), side, asked)
        # Where the line is cleared before the target is no longer refuted, nothing is left open: a sum above 1.
        whole = np.minimum(missed + cleared, 1.0)
    known = (stand.v > 0) & np.isfinite(stand.v) & np.isfinite(stand.per_day) & np.isfinite(stand.gap)
    whole = np.where(known[:, None], np.where(days >= stand.wait[:, None], whole, 0.0), np.nan)
    return np.where((stand.log_e >= asked)[:, None], 1.0, whole)


def when(
    stand: Standing, days_to_decision: Floats, log_asked: Floats, *, days_of_money: Floats | None = None
) -> Answer:
    """When will we know? `days_to_decision` (S,) counts from today and may be past; `log_asked` as in `p_settle`.
    Weeks apart. In simulations two open bets in three had their verdict by the day that is given.

    `days_of_money` (S,), inf where it outlasts the decision, ends the chance of being settled sooner: what comes when
    the money is gone settles nothing in time."""
    left, asked = floats(days_to_decision), np.broadcast_to(floats(log_asked), np.shape(stand.v))
    paid = left if days_of_money is None else np.minimum(left, floats(days_of_money))

    def part(chosen: slice) -> Answer:
        return _when(rows(stand, chosen), left[chosen], paid[chosen], asked[chosen])

    return by_chunks(part, len(left))


def _when(stand: Standing, left: Floats, paid: Floats, asked: Floats) -> Answer:
    grid = np.arange(0.0, HORIZON_DAYS + 7.0, 7.0)
    days = _first_day(np.broadcast_to(grid, (len(left), len(grid))), p_settle(stand, grid, asked))
    ahead = np.maximum(left, 0.0)[:, None]
    settles = p_settle(stand, np.maximum(paid, 0.0)[:, None], asked)[:, 0]
    late = ~(days <= left) & (left > 0) & ~stand.level
    chances = p_settle(stand, np.repeat(ahead, len(TIMES), axis=1), asked, np.array(TIMES))
    times = np.where(late, _first_day(np.broadcast_to(TIMES, chances.shape), chances), np.nan)
    with_more = np.minimum(grid, ahead)
    days_with = _first_day(with_more, p_settle(stand, with_more, asked, times[:, None]))
    return Answer(days=days, times=times, days_with=np.where(np.isnan(times), np.nan, days_with), settles=settles)


def _first_day(grid: Floats, chances: Floats) -> Floats:
    likely = chances >= LIKELY
    place = likely.argmax(axis=1)[:, None]
    found = np.take_along_axis(grid, place, axis=1)[:, 0]
    return np.where(likely.any(axis=1), found, np.nan)


@dataclass(frozen=True)
class _Ahead:
    """The evidence at later days; (S, H) where not said otherwise."""

    stand: Standing
    weight: Floats  # to come
    phi: Floats  # of what is to come
    end: Floats  # weight then
    end_phi: Floats
    end_nu: Floats

    def crossing(self, line: Floats, v_line: Floats, side: Floats, log_asked: Floats) -> Floats:
        """Chance that the e-value against `line`, on `side`, is at least what is asked; 0 where there is no line."""
        stand = self.stand
        mean, sd = (values[:, None] for values in _posterior(stand, line))
        estimate, line = np.where(stand.weight > 0, _lifted(stand, line), line)[:, None], line[:, None]
        v = stand.v[:, None]
        # The one-sided process is nearly twice the two-sided one, whose radius this is.
        radius = t_radius(self.end / stand.tau[:, None], self.end_nu, 2 * np.exp(-log_asked)[:, None])
        gained = stand.weight[:, None] * (estimate - line) + self.weight * (mean - line)
        spread = np.sqrt(self.weight * self.phi * v + (self.weight * sd) ** 2)
        room = side[:, None] * gained - radius * np.sqrt(self.end * np.fmax(self.end_phi * v, v_line[:, None]))
        sure = np.where(spread > 0, special.ndtr(room / spread), (room >= 0) * 1.0)
        return np.where(np.isfinite(radius) & np.isfinite(line), sure, 0.0)


def _ahead(stand: Standing, days: Floats, times: Floats | float) -> _Ahead:
    times = np.where(stand.level[:, None], 1.0, times)
    weight = times * stand.per_day[:, None] * days
    # What weeks differ by beyond their counted noise stays, however many exposures they have.
    phi = stand.phi_ahead[:, None] + (times - 1) * stand.clump[:, None]
    end = stand.weight[:, None] + weight
    end_phi = np.where(end > 0, (stand.weight[:, None] * stand.phi[:, None] + weight * phi) / end, phi)
    nu = stand.nu[:, None] + days / stand.block[:, None] / stand.long_run[:, None]
    nu = np.where(stand.level[:, None], np.where(end - 1 >= LEAST_NU, end - 1, 1e-6), nu)
    return _Ahead(stand, weight, phi, end, end_phi, nu)


def _line(line: Floats, v: Floats, other: Floats, v_other: Floats) -> tuple[Floats, Floats]:
    """A line and the variance there, (S,), or those of the other where it is not asked."""
    unasked = np.isnan(line)
    return np.where(unasked, other, line), np.where(unasked, v_other, v)


def _lifted(stand: Standing, line: Floats) -> Floats:
    """The estimate, (S,), as if the line had stood at its end all along: what counts is the distance to the glide."""
    return stand.estimate + np.where(stand.lag > 0, (line - stand.origin) * stand.lag, 0.0)


def _posterior(stand: Standing, line: Floats) -> tuple[Floats, Floats]:
    prior = 1 / stand.gap**2
    noise = stand.phi * stand.v
    data = np.where((stand.weight > 0) & (noise > 0), stand.weight / noise, 0.0)
    seen = np.where(data > 0, _lifted(stand, line), 0.0)
    return (prior * stand.start + data * seen) / (prior + data), 1 / np.sqrt(prior + data)


def _weight(
    series: Series, question: Question, result: Result, level: Floats, planned: Floats, gone: Ints
) -> dict[str, Floats]:
    """How much has come, how noisy it is and how much more comes, of anything with exposures."""
    periods = means(series, question, 1, level, gone)
    weight = total(periods.weight)
    per_day = np.where(weight > 0, _recent(periods.weight, gone, series.days), _as_weight(series, question, planned))
    contrast = series.control_n is not None
    floor = phi_floor(question)[:, 0]
    centre = np.where(weight > 0, result.estimate, level)
    wandering = np.zeros_like(weight) if contrast else 7 * per_day * (centre * PRIOR_CV) ** 2 / periods.v
    phi = np.where(weight > 0, result.phi, np.fmax(np.fmax(1 + wandering, UNSEEN_PHI), floor))
    r = result.autocorrelation
    return {
        "weight": weight,
        "v": periods.v,
        "v_kill": _v_at(series, question.kill, periods.v),
        "v_target": _v_at(series, question.target, periods.v),
        "phi": phi,
        "phi_ahead": np.fmax(np.fmax(phi**FADING, LEAST_PHI_AHEAD), floor),
        "clump": np.fmax(phi - UNSEEN_PHI, wandering),
        "nu": np.fmax(result.nu, CONTRAST_PRIOR_DF if contrast else PRIOR_DF),
        "tau": prior_weight(series, question)[:, 0],
        "long_run": (1 + r) / (1 - r),
        "per_day": per_day,
        "wait": np.fmax(_wait(series, result, LEAST_BLOCKS), _thin(result, weight, per_day)),
    }


def _level_weight(
    series: Series, question: Question, result: Result, level: Floats, planned: Floats, gone: Ints
) -> dict[str, Floats]:
    """A level counts independent weeks; its noise is that of weeks, so phi is 1."""
    size = periods_per_block(series.days)
    v = means(series, question, size, level, gone).v
    # A dozen weeks show their correlation badly: one that forbids a verdict today may not by then.
    count = np.where(result.blocks >= LEAST_LEVEL_BLOCKS, result.blocks, 0)
    prior = LEVEL_CORRELATION * LEVEL_CORRELATION_WEEKS
    r = (prior + count * result.autocorrelation) / (LEVEL_CORRELATION_WEEKS + count)
    long_run = (1 + r) / (1 - r)
    n = floats(series.n)
    per_day = np.where(total(n) > 0, _recent(n, gone, series.days), 1 / series.days)
    optimal = np.where(question.planned > 0, question.planned / size, FALLBACK_BLOCKS)
    wait = np.where(r > LARGEST_CORRELATION, np.inf, _wait(series, result, LEAST_LEVEL_BLOCKS))
    return {
        "weight": result.blocks / long_run,
        **dict.fromkeys(("v", "v_kill", "v_target"), v / size / long_run),
        "phi": np.ones_like(v),
        "phi_ahead": np.ones_like(v),
        "clump": np.zeros_like(v),
        "nu": result.nu,
        "tau": optimal / boundary_constant(ALPHA_OPT),
        "long_run": long_run,
        "per_day": per_day / size / long_run,
        "wait": wait,
    }


def _v_at(series: Series, line: Floats, v: Floats) -> Floats:
    if series.control_n is not None or series.kind == "mean":
        return v
    return np.fmax(line * (1 - line) if series.kind == "proportion" else line, 0.0)


def _recent(weight: Floats, gone: Ints, days: int) -> Floats:
    """Weight per day over the last 28 days, or over all of them if there were fewer."""
    width = np.clip(gone, 1, max(MONTH_DAYS // days, 1))
    return total(stretch(weight, gone - width, gone)) / (width * days)


def _as_weight(series: Series, question: Question, exposures: Floats) -> Floats:
    if series.control_n is None:
        return exposures
    share = 0.5 if question.share is None else np.where(np.isnan(question.share), 0.5, question.share)
    return exposures * share * (1 - share)


def _wait(series: Series, result: Result, least: int) -> Floats:
    return np.maximum(least - result.blocks, 0) * float(block_days(series.days))


def _strongest(result: Result) -> Floats:
    """Log of the strongest e-value that may speak, (S,)."""
    cease = np.where(result.uncapped, 0.0, result.log_e_cease)
    best = np.maximum.reduce([cease, result.log_e_miss, result.log_e_scale, result.log_e_alive])
    return np.where(result.ready & ~result.no_verdict, best, -np.inf)


def _thin(result: Result, weight: Floats, per_day: Floats) -> Floats:
    """Days until amounts without a limit are worth the 500 exposures that a verdict takes, (S,)."""
    thin = ~result.ready & (result.blocks >= LEAST_BLOCKS) & (result.n_eff > 0) & (result.n_eff < LEAST_N_EFF)
    return np.where(thin, (LEAST_N_EFF / result.n_eff - 1) * weight / per_day, 0.0)


def _lag(series: Series, question: Question) -> tuple[Floats, Floats]:
    """(share of the way that the lines were short of their end on average, where they began), (S,)."""
    n = floats(series.n)
    if question.glide_from is None or question.glide_periods is None:
        return np.zeros(len(n)), np.zeros(len(n))
    periods = floats(question.glide_periods)
    short = 1 - np.minimum(np.arange(1, n.shape[1] + 1) / periods[:, None], 1.0)
    lag = total(n * short) / total(n)
    glides = np.isfinite(question.glide_from) & (periods > 0) & np.isfinite(lag)
    return np.where(glides, lag, 0.0), np.where(glides, question.glide_from, 0.0)
