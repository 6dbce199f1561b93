"""Draws the signals of the sample: the same for the same seed and anchor, with weekdays, campaigns and noise."""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from portfolio.sample.shapes import Aim, Definition, Part, Path, Story

SEED = 20_250_101
BEFORE, AFTER = 548, 366  # days of signals before and after the anchor
WEEKDAYS = np.array([1.12, 1.10, 1.06, 1.04, 0.98, 0.80, 0.90])  # of exposures, Monday first
MOODS = np.array([1.01, 1.005, 1.0, 1.0, 0.995, 0.985, 1.005])  # of the value
CAMPAIGNS = ((-500, 12), (-395, 10), (-270, 14), (-150, 10), (-48, 12), (60, 12), (190, 10))  # day from anchor, length
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """Exposures, sum and sum of squares of each day, (T,)."""

    n: Floats
    total: Floats
    squares: Floats


@dataclass(frozen=True)
class Drawn:
    """One series: its days, its arms (control is None without one)."""

    days: list[date]
    treatment: Arm
    control: Arm | None


def draw(story: Story, aim: Aim, metric: Definition, anchor: date) -> Drawn:
    """All days of one feed, from 18 months before the anchor (or the bet's start) to a year after it."""
    if aim.parts:
        return _together([draw(story, part_of(aim, part), metric, anchor) for part in aim.parts])
    ages = np.arange(-BEFORE, AFTER)
    dates = [anchor + timedelta(days=int(age)) for age in ages]
    # A stream of its own for each series and purpose: what one draws never moves another.
    noise, chance = (np.random.default_rng([SEED, zlib.crc32(f"{aim.series} {use}".encode())]) for use in "ab")
    level = _levels(story, aim, ages) * _mood(dates) * _wander(noise, aim, len(ages))
    crowd = aim.per_day * _crowd(noise, dates, ages)
    value = _value(aim.truth, ages + story.began, before=0.0 if aim.contrast else aim.baseline)
    keep = np.flatnonzero(_kept(story, aim, ages))
    if not aim.contrast:
        return Drawn([dates[i] for i in keep], _arm(chance, crowd, level, metric, keep), None)
    treated = level * (1 + value) if aim.contrast == "relative" else level + value
    arms = [_arm(chance, crowd * 2 * share, mean, metric, keep) for share, mean in _shares(aim, treated, level)]
    return Drawn([dates[i] for i in keep], arms[0], arms[1])


def part_of(aim: Aim, part: Part) -> Aim:
    """The feed of one segment, drawn by itself."""
    truth = aim.truth if isinstance(aim.truth, tuple) else ((0, aim.truth),)
    return replace(
        aim, series=part.series, per_day=aim.per_day * part.share, baseline=aim.baseline * part.level, parts=(),
        truth=tuple((day, value * part.level) for day, value in truth),
    )  # fmt: skip


def _together(parts: Sequence[Drawn]) -> Drawn:
    """The whole of segments that have no control arm."""
    columns = [[getattr(part.treatment, name) for part in parts] for name in ("n", "total", "squares")]
    return Drawn(parts[0].days, Arm(*(np.sum(column, axis=0) for column in columns)), None)


def _shares(aim: Aim, treated: Floats, level: Floats) -> list[tuple[float, Floats]]:
    return [(aim.share, treated), (1 - aim.share, level)]


def _levels(story: Story, aim: Aim, ages: NDArray[np.int64]) -> Floats:
    """The true value of the one arm, or of control."""
    if aim.contrast:
        return np.full(len(ages), aim.baseline)
    return _value(aim.truth, ages + story.began, before=aim.baseline)


def _value(truth: Path, since: NDArray[np.int64], *, before: float) -> Floats:
    points = ((0, truth),) if isinstance(truth, float | int) else truth
    value = np.interp(since, [day for day, _ in points], [value for _, value in points])
    return np.where(since < 0, before, value)


def _mood(dates: list[date]) -> Floats:
    out: Floats = MOODS[[day.weekday() for day in dates]]
    return out


def _wander(noise: np.random.Generator, aim: Aim, size: int) -> Floats:
    """Day-to-day factor around 1 that keeps a part of yesterday's deviation."""
    shocks = noise.standard_normal(size) * aim.noise * math.sqrt(1 - aim.memory**2)
    deviation, out = 0.0, np.empty(size)
    for place, shock in enumerate(shocks):
        deviation = aim.memory * deviation + shock
        out[place] = deviation
    return np.exp(out - aim.noise**2 / 2)


def _crowd(noise: np.random.Generator, dates: list[date], ages: NDArray[np.int64]) -> Floats:
    """Factor of exposures: weekday, season, campaigns and chance."""
    week = WEEKDAYS[[day.weekday() for day in dates]]
    season = 1 + 0.06 * np.cos(2 * math.pi * np.array([day.timetuple().tm_yday for day in dates]) / 365)
    campaign = np.ones(len(ages))
    for first, length in CAMPAIGNS:
        campaign[(ages >= first) & (ages < first + length)] = 1.35
    out: Floats = week * season * campaign * np.exp(0.05 * noise.standard_normal(len(ages)))
    return out


def _kept(story: Story, aim: Aim, ages: NDArray[np.int64]) -> NDArray[np.bool_]:
    first = -story.began if aim.starts_with_bet else -BEFORE
    last = AFTER if aim.silent_from is None else -aim.silent_from
    out: NDArray[np.bool_] = (ages >= first) & (ages < last)
    return out


def _arm(chance: np.random.Generator, crowd: Floats, mean: Floats, metric: Definition, keep: NDArray[np.int64]) -> Arm:
    n = chance.poisson(crowd).astype(np.float64)
    nothing = np.zeros_like(n)
    if metric.kind == "level":
        arm = (nothing, np.round(mean, 2), nothing)
    elif metric.kind == "proportion":
        arm = (n, chance.binomial(n.astype(np.int64), np.clip(mean, 0, 1)).astype(np.float64), nothing)
    elif metric.kind == "rate":
        arm = (n, chance.poisson(n * mean).astype(np.float64), nothing)
    else:
        arm = (n, *_sums(chance, n, mean, metric.spread))
    return Arm(*(np.ascontiguousarray(values[keep]) for values in arm))


def _sums(chance: np.random.Generator, n: Floats, mean: Floats, spread: float) -> tuple[Floats, Floats]:
    """Sum and sum of squares of n positive values: gamma sums are gamma, their variance is drawn beside them."""
    shape = 1 / spread**2
    total = np.where(n > 0, chance.gamma(np.maximum(n, 1) * shape) * mean / shape, 0.0)
    total = np.round(total, 2).astype(np.float64)
    free = np.maximum(n - 1, 1)
    variance = (spread * mean) ** 2 * chance.chisquare(free) / free
    least = np.divide(total * total, n, out=np.zeros_like(n), where=n > 0)
    squares = least + np.where(n > 1, variance * (n - 1), 0.0)
    return total, (np.ceil(squares * 100) / 100).astype(np.float64)
