"""Noise between periods: how far sums wander beyond what single exposures explain."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations_with_replacement

import numpy as np

from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Ints

BLOCK_DAYS = 7
KENDALL_BLOCKS = 8  # from here on the autocorrelation gets Kendall's bias correction
LARGEST_CORRELATION = 0.9
PRIOR_CV = 0.03  # week-to-week variation assumed of a single arm before its own weeks tell
PRIOR_DF, LEAST_PRIOR_DF = 14.0, 4.0
CONTRAST_PRIOR_DF = 8.0
ROUNDING = 1e-28


def running(values: Floats, last: bool) -> Floats:
    """Running totals along time, (S, T); with `last` only their last column, (S, 1).

    A plain sum adds in an order that depends on the length, so its last bits change with the padding."""
    totals = np.cumsum(values, axis=1)
    return np.ascontiguousarray(totals[:, -1:]) if last else totals


def column(values: Floats | Bools | Ints) -> Floats:
    """A (S,) parameter as a (S, 1) column of float64."""
    return np.asarray(values, dtype=np.float64)[:, None]


@dataclass(frozen=True)
class Spread:
    """Squares and lag-one products of periods about their common centre, for K summands: D and C of a
    weighted sum of the summands are the quadratic forms `squares` and `products` of the weights."""

    count: Floats  # periods with data
    weight: Floats  # total exposures in them
    squares: dict[tuple[int, int], Floats]
    products: dict[tuple[int, int], Floats]
    rounding: list[Floats]  # squares below this are rounding errors of a constant feed

    def combine(self, weights: list[Floats]) -> "Noise":
        d = _form(self.squares, weights)
        floor = sum((w * w * r for w, r in zip(weights, self.rounding, strict=True)), start=np.zeros(1))
        return Noise(
            count=self.count,
            weight=self.weight,
            d=np.where(d > floor, d, 0.0),
            c=_form(self.products, weights),
        )


@dataclass(frozen=True)
class Noise:
    count: Floats
    weight: Floats
    d: Floats
    c: Floats

    @property
    def autocorrelation(self) -> Floats:
        """Lag-one correlation in [0, 0.9], Kendall-corrected from eight periods on, halved before."""
        ratio = np.divide(self.c, self.d, out=np.zeros_like(self.d), where=self.d > 0)
        many = self.count >= KENDALL_BLOCKS
        corrected = (ratio * self.count + 1) / np.where(many, self.count - 3, 1.0)
        few = np.maximum(ratio, 0.0) / 2
        return np.clip(np.where(many, corrected, few), 0.0, LARGEST_CORRELATION)

    @property
    def long_run(self) -> Floats:
        """Ratio of long-run to short-run variance."""
        r = self.autocorrelation
        return (1 + r) / (1 - r)

    @property
    def df(self) -> Floats:
        return np.maximum(self.count - 1, 0.0) / self.long_run

    @property
    def variance(self) -> Floats:
        """Variance per exposure as the periods show it; 0 with fewer than two periods."""
        gaps = self.count - 1
        return np.where(gaps > 0, self.d / np.where(gaps > 0, gaps, 1.0) * self.long_run, 0.0)


@dataclass(frozen=True)
class Noises:
    """The two views of one sum: by period and by complete block."""

    periods: Noise
    blocks: Noise

    def inflation(self, v: Floats, centre: Floats, floor: Floats, *, contrast: bool = False) -> tuple[Floats, Floats]:
        """(phi, nu) for unit variance v, phi at least `floor`. The factor 2 and the prior degrees of freedom were
        tuned in simulation."""
        prior = 1 + 2 * np.maximum(self.periods.variance / v - 1, 0.0)
        if contrast:
            prior_df = np.full_like(self.periods.d, CONTRAST_PRIOR_DF)
        else:
            per_block = self.blocks.weight / np.maximum(self.blocks.count, 1.0)
            prior = np.maximum(prior, 1 + per_block * centre**2 * PRIOR_CV**2 / v)
            prior_df = np.maximum(np.minimum(self.periods.df, PRIOR_DF), LEAST_PRIOR_DF)
        df = self.blocks.df
        phi = (prior_df * prior + df * self.blocks.variance / v) / (prior_df + df)
        return np.maximum(phi, floor), prior_df + df


@dataclass(frozen=True)
class Spreads:
    periods: Spread
    blocks: Spread

    def combine(self, weights: list[Floats]) -> Noises:
        return Noises(periods=self.periods.combine(weights), blocks=self.blocks.combine(weights))


def spreads(sums: list[Floats], n: Floats, days: int, last: bool) -> Spreads:
    """Spreads of summands with sums (S, T) and common exposures n (S, T), by period and by complete block."""
    present = n > 0
    first = [_first_mean(values, n, present) for values in sums]
    sums = [values - mean * n for values, mean in zip(sums, first, strict=True)]
    periods = _spread(sums, n, first, lambda values: running(values, last))
    size = periods_per_block(days)
    if size == 1:
        return Spreads(periods=periods, blocks=periods)
    complete = _observed_length(present, last) // size
    by_block = [_by_block(values, size) for values in sums]
    return Spreads(periods=periods, blocks=_spread(by_block, _by_block(n, size), first, partial(_totals_of, complete)))


def periods_per_block(days: int) -> int:
    return -(-BLOCK_DAYS // days)


def _totals_of(complete: Ints, values: Floats) -> Floats:
    totals = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.take_along_axis(totals, complete, axis=1)


def _first_mean(values: Floats, n: Floats, present: Bools) -> Floats:
    # Sums about the first period's mean: the quadratic forms cancel far fewer digits.
    at = np.argmax(present, axis=1)[:, None]
    first_n = np.take_along_axis(n, at, axis=1)
    return np.take_along_axis(values, at, axis=1) / np.where(first_n > 0, first_n, 1.0)


def _observed_length(present: Bools, last: bool) -> Ints:
    """Periods up to the last one with data, (S, 1) or after each period (S, T)."""
    seen = np.where(present, np.arange(1, present.shape[1] + 1), 0)
    return seen.max(axis=1, keepdims=True) if last else np.maximum.accumulate(seen, axis=1)


def _by_block(values: Floats, size: int) -> Floats:
    whole = values.shape[1] // size
    out: Floats = values[:, : whole * size].reshape(len(values), whole, size).sum(axis=2)
    return out


def _spread(sums: list[Floats], n: Floats, first: list[Floats], total: Callable[[Floats], Floats]) -> Spread:
    roots = np.sqrt(n)
    inverse = np.divide(1.0, roots, out=np.zeros_like(roots), where=n > 0)
    columns = [values * inverse for values in sums] + [roots]
    pairs = list(combinations_with_replacement(range(len(columns)), 2))
    gram = {(i, j): total(columns[i] * columns[j]) for i, j in pairs}
    lags = {(i, j): total(_lag_product(columns[i], columns[j], i == j)) for i, j in pairs}
    return _centred(gram, lags, first, total((n > 0).astype(np.float64)))


def _lag_product(left: Floats, right: Floats, same: bool) -> Floats:
    out = np.zeros_like(left)
    out[:, 1:] = left[:, 1:] * right[:, :-1]
    if not same:
        out[:, 1:] += right[:, 1:] * left[:, :-1]
        out *= 0.5
    return out


def _centred(
    gram: dict[tuple[int, int], Floats], lags: dict[tuple[int, int], Floats], first: list[Floats], count: Floats
) -> Spread:
    size = len(first)
    weight = gram[size, size]
    safe = np.where(weight > 0, weight, 1.0)
    mean = [gram[i, size] / safe for i in range(size)]
    squares, products = {}, {}
    for i, j in combinations_with_replacement(range(size), 2):
        squares[i, j] = gram[i, j] - mean[i] * gram[j, size]
        crossed = mean[j] * lags[i, size] + mean[i] * lags[j, size]
        products[i, j] = lags[i, j] - crossed + mean[i] * mean[j] * lags[size, size]
    rounding = [ROUNDING * value * value * weight for value in first]
    return Spread(count=count, weight=weight, squares=squares, products=products, rounding=rounding)


def _form(entries: dict[tuple[int, int], Floats], weights: list[Floats]) -> Floats:
    terms = [(1 if i == j else 2) * weights[i] * weights[j] * entry for (i, j), entry in entries.items()]
    out: Floats = sum(terms[1:], start=terms[0])
    return out
