"""A world and what is asked of it: functions (generator, size) -> (series, question), and portfolios.

What is asked is about the truth itself, unless `truth` or `lift` says otherwise; a third of the year is planned."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from metrics.evidence.history import noise_of
from metrics.evidence.mixtures import Bools
from metrics.evidence.model import Ints, Question, Series
from metrics.evidence.proof import worlds

YEAR, HALF_YEAR = 365, 182
THETA = 0.05
BEFORE = 84  # days of the metric known before the bet
RESTARTS = 13
TURN = 120  # day on which novelty has worn off
BETS, BELOW, ABOVE = 100, 15, 15
Draw = Callable[[Generator, int], tuple[Series, Question]]
Book = Callable[[Generator], tuple[Series, Question, Bools, Ints]]


def proportion(per_day: float, *, truth: float = 1.0, cv: float = 0.0, memory: float = 0.0) -> Draw:
    """A proportion at `truth` times its kill line and target, which are both 5 %."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        series = worlds.proportion(rng, size, YEAR, per_day, THETA * truth, cv, memory)
        return series, worlds.question(size, kill=THETA, target=THETA, planned=per_day * YEAR / 3)

    return draw


def weekdays(per_day: float) -> Draw:
    """Weeks that begin on a Monday, with two quiet days."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        series = worlds.proportion(rng, size, YEAR, per_day, THETA * np.resize(worlds.WEEK, YEAR))
        return series, worlds.question(size, kill=THETA, planned=per_day * YEAR / 3)

    return draw


def rate(per_day: float, *, cv: float = 0.0, higher: bool = True) -> Draw:
    """Events per day, one exposure a day; of faults, say, the fewer the better."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        series = worlds.rate(rng, size, YEAR, per_day, cv)
        target = per_day * (1.2 if higher else 0.8)
        return series, worlds.question(size, kill=per_day, target=target, higher=higher, planned=YEAR / 3)

    return draw


def amounts(per_day: int, sigma: float, *, cap: float = np.inf, cv: float = 0.0) -> Draw:
    """Lognormal amounts, with a declared cap unless it is infinite."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        line = worlds.mean_amount(sigma, cap)
        series = worlds.amounts(rng, size, YEAR, per_day, sigma, cap, cv)
        declared = cap if np.isfinite(cap) else np.nan
        plan = per_day * YEAR / 3
        return series, worlds.question(size, kill=line, target=1.2 * line, cap=declared, planned=plan)

    return draw


def contrast(
    per_day: float,
    *,
    control: float | None = None,
    theta: float = THETA,
    lift: float = 0.0,
    shared_cv: float = 0.0,
    arm_cv: float = 0.0,
) -> Draw:
    """Treatment and control with so many a day: is the treatment worse, or better?"""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        series = worlds.contrast(rng, size, YEAR, per_day, theta, lift, shared_cv, arm_cv, control)
        return series, _compared(size, per_day, control or per_day)

    return draw


def contrast_of_amounts(
    treatment: int, control: int, sigma: float, *, cap: float = np.inf, buyers: float = 1.0
) -> Draw:
    """Amounts in two arms of unlike size, without a difference."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        series = worlds.amounts_of_two_arms(rng, size, YEAR, (treatment, control), sigma, cap, buyers)
        return series, _compared(size, treatment, control, cap)

    return draw


def _compared(size: int, treatment: float, control: float, cap: float = np.inf) -> Question:
    weight = treatment * control / (treatment + control)
    declared = cap if np.isfinite(cap) else np.nan
    share = treatment / (treatment + control)
    return worlds.question(size, kill=0.0, target=0.0, cap=declared, planned=weight * YEAR / 3, share=share)


def days_of(*, gap: float = 0.0, memory: float = 0.0, week: float = 0.0) -> Draw:
    """One value a day, `gap` standard deviations from its kill line of 10."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        series = worlds.values(rng, size, YEAR, gap=gap, memory=memory, week=week)
        return series, worlds.question(size, kill=10.0, target=11.0, planned=YEAR / 3)

    return draw


def weeks_of(*, memory: float) -> Draw:
    """One value a week for two years."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        series = worlds.values(rng, size, 104, memory=memory, days=7)
        return series, worlds.question(size, kill=10.0, target=11.0, planned=104 / 3)

    return draw


def drifting_mix(per_day: float) -> Draw:
    """Two kinds of customers, each exactly on the line; the share of the weaker kind grows from 30 % to 60 %."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        weak = np.linspace(0.3, 0.6, YEAR)
        parts = [
            worlds.proportion(rng, size, YEAR, per_day * share, THETA * level)
            for share, level in ((weak, 0.6), (1 - weak, 1 + 0.4 * 3 / 7))
        ]
        n, y = np.add(parts[0].n, parts[1].n), np.add(parts[0].y, parts[1].y)
        weights = np.tile([0.3, 0.7], (size, 1))
        series = Series("proportion", n, y, segments=tuple(parts), weights=weights)
        return series, worlds.question(size, kill=THETA, planned=per_day * YEAR / 3)

    return draw


def climb(per_day: float) -> Draw:
    """A metric that climbs exactly along its declared path, from 4 % to 5 % in half a year."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        level = THETA * (0.8 + 0.2 * np.minimum(np.arange(1, YEAR + 1) / HALF_YEAR, 1))
        series = worlds.proportion(rng, size, YEAR, per_day, level)
        asked = worlds.question(size, kill=THETA, planned=per_day * YEAR / 3)
        return series, replace(asked, glide_from=asked.kill * 0.8, glide_periods=np.full(size, float(HALF_YEAR)))

    return draw


def restarted(
    per_day: float, *, cv: float = 0.0, memory: float = 0.0, before: int = BEFORE, restarts: int = RESTARTS
) -> Draw:
    """A proportion on its line, with so many days of history before the bet, and the restart mixture."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        whole = worlds.proportion(rng, size, before + YEAR, per_day, THETA, cv, memory)
        return _with_history(whole, before, _mixture(size, per_day, restarts))

    return draw


def novelty(per_day: float, *, rise: float = 0.15, cv: float = 0.0) -> Draw:
    """Above its line by `rise` for 120 days, then as far below; 12 weeks of history on the line."""

    def draw(rng: Generator, size: int) -> tuple[Series, Question]:
        days = [BEFORE, TURN, YEAR - TURN]
        level = THETA * np.repeat([1.0, 1 + rise, 1 - rise], days)
        whole = worlds.proportion(rng, size, sum(days), per_day, level, cv)
        return _with_history(whole, BEFORE, _mixture(size, per_day, RESTARTS))

    return draw


def _mixture(size: int, per_day: float, restarts: float) -> Question:
    asked = worlds.question(size, kill=THETA, planned=per_day * YEAR / 3)
    return replace(asked, restarts=np.full(size, restarts, dtype=np.int64))


def _with_history(whole: Series, before: int, question: Question) -> tuple[Series, Question]:
    """The series from its column `before` on, and the question with the noise of what was before."""
    series, past = (replace(whole, n=whole.n[:, part], y=whole.y[:, part]) for part in (np.s_[before:], np.s_[:before]))
    if not before:
        return series, question
    phi, weeks = noise_of(past, question)
    return series, replace(question, phi_floor=phi, history_weeks=weeks)


def portfolio(*, drop: float, cv: float = 0.0, joins: float = 0, restarts: float = 0) -> Book:
    """100 bets for half a year, 2,000 exposures a day: 15 truly below their kill line by `drop`, 70 on it, 15 above it.
    Half of the days' noise is common to all. Bets join over the first `joins` nights."""

    def draw(rng: Generator) -> tuple[Series, Question, Bools, Ints]:
        truth = np.repeat([1 - drop, 1.0, 1 + drop], [BELOW, BETS - BELOW - ABOVE, ABOVE])[:, None]
        common, own = rng.normal(size=(1, HALF_YEAR)), rng.normal(size=(BETS, HALF_YEAR))
        level = THETA * truth * (1 + cv * np.sqrt(0.5) * (common + own))
        series = worlds.proportion(rng, BETS, HALF_YEAR, 2_000, level)
        question = _mixture(BETS, 2_000 * HALF_YEAR / YEAR, restarts)
        return series, question, truth[:, 0] < 1, rng.integers(0, int(joins) + 1, BETS)

    return draw
