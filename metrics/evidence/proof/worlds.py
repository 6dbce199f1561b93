"""Made-up signals: `size` series of `periods` periods, drawn from a known truth. A cv is the day-to-day coefficient of
variation of that truth, `memory` the correlation of one day's noise with the next day's."""

from typing import Any

import numpy as np
from numpy.random import Generator
from scipy import special

from metrics.evidence.mixtures import Floats
from metrics.evidence.model import Question, Series

WEEK = np.array([1.15, 1.15, 1.15, 1.15, 1.15, 0.63, 0.62])  # two quiet days; the mean of the seven is 1


def question(
    size: int,
    *,
    kill: float = 0.05,
    target: float = 0.06,
    higher: bool = True,
    cap: float = np.nan,
    planned: float = 12_000.0,
    relative: bool = True,
    **more: Any,
) -> Question:
    """The same question of each of `size` series; `more` are further fields of a Question."""

    def each(value: Any) -> Any:
        return np.broadcast_to(np.asarray(value), (size,)).copy()

    extra = {name: each(value) for name, value in more.items()}
    return Question(each(kill), each(target), each(higher), each(cap), each(planned), relative, **extra)


def wander(rng: Generator, shape: tuple[int, int], cv: float, memory: float = 0.0) -> Floats:
    """Factors around 1 with that cv; autoregressive along time when there is a memory."""
    noise = rng.normal(size=shape)
    for period in range(1, shape[1] if memory else 0):
        noise[:, period] = memory * noise[:, period - 1] + np.sqrt(1 - memory**2) * noise[:, period]
    return 1 + cv * noise


def proportion(
    rng: Generator,
    size: int,
    periods: int,
    per_day: float | Floats,
    theta: float | Floats,
    cv: float = 0.0,
    memory: float = 0.0,
) -> Series:
    """theta broadcasts to (size, periods)."""
    n = rng.poisson(per_day, (size, periods))
    level = theta * wander(rng, (size, periods), cv, memory)
    return Series("proportion", n, rng.binomial(n, np.clip(level, 0, 1)))


def contrast(
    rng: Generator,
    size: int,
    periods: int,
    per_day: float,
    theta: float,
    lift: float,
    shared_cv: float = 0.0,
    arm_cv: float = 0.0,
    control_per_day: float | None = None,
) -> Series:
    """Two arms of a proportion; the treatment's level is `lift` above the control's."""
    level = theta * wander(rng, (size, periods), shared_cv)
    treatment = proportion(rng, size, periods, per_day, level * (1 + lift), arm_cv)
    control = proportion(rng, size, periods, control_per_day or per_day, level, arm_cv)
    return Series("proportion", treatment.n, treatment.y, None, control.n, control.y)


def rate(rng: Generator, size: int, periods: int, theta: float, cv: float = 0.0) -> Series:
    """Events, one exposure a period."""
    n = np.ones((size, periods))
    return Series("rate", n, rng.poisson(theta * np.clip(wander(rng, (size, periods), cv), 0, None)))


def amounts(
    rng: Generator,
    size: int,
    periods: int,
    per_day: int,
    sigma: float,
    cap: float | None = None,
    cv: float = 0.0,
    buyers: float = 1.0,
) -> Series:
    """Lognormal values exp(sigma z), cut at the cap; zero but for a share of `buyers`."""
    values = rng.lognormal(0, sigma, (size, periods, per_day))
    if cv:
        values *= np.clip(wander(rng, (size, periods), cv), 0, None)[:, :, None]
    values = values if cap is None else np.minimum(values, cap)
    if buyers < 1:
        values *= rng.random(values.shape) < buyers
    n = np.full((size, periods), per_day)
    return Series("mean", n, values.sum(axis=2), (values**2).sum(axis=2))


def amounts_of_two_arms(
    rng: Generator,
    size: int,
    periods: int,
    per_day: tuple[int, int],
    sigma: float,
    cap: float | None = None,
    buyers: float = 1.0,
) -> Series:
    """The same in treatment and control, no difference; `per_day` of each."""
    one, other = (amounts(rng, size, periods, count, sigma, cap, buyers=buyers) for count in per_day)
    return Series("mean", one.n, one.y, one.q, other.n, other.y, other.q)


def mean_amount(sigma: float, cap: float = np.inf) -> float:
    """Expected value of exp(sigma z) cut at the cap."""
    whole = np.exp(sigma**2 / 2)
    if not np.isfinite(cap):
        return float(whole)
    edge = np.log(cap) / sigma
    return float(whole * special.ndtr(edge - sigma) + cap * special.ndtr(-edge))


def values(
    rng: Generator, size: int, periods: int, *, gap: float = 0.0, memory: float = 0.0, week: float = 0.0, days: int = 1
) -> Series:
    """A level: one value a period around 10 with standard deviation 1, `gap` above it; memory 1 is a random walk."""
    if memory < 1:
        noise = wander(rng, (size, periods), 1.0, memory) - 1
    else:
        noise = np.cumsum(rng.normal(size=(size, periods)), axis=1)
    swing = week * np.resize(WEEK - 1, periods) if days == 1 else 0.0
    return Series("level", np.ones((size, periods)), 10 + gap + noise + swing, days=days)
