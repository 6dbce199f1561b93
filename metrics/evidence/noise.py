"""Noise between periods: how far sums wander beyond what single exposures explain."""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Ints

BLOCK_DAYS = 7
RECENT_DAYS = 28
KENDALL_BLOCKS = 8  # from here on the autocorrelation gets Kendall's bias correction
LARGEST_CORRELATION = 0.9
PRIOR_CV = 0.03  # week-to-week variation assumed of a single arm before its own weeks tell
PRIOR_DF, LEAST_PRIOR_DF = 14.0, 4.0
CONTRAST_PRIOR_DF = 8.0
ROUNDING = 1e-28
CANCELLED = 1e-13  # of a running total: what the difference of two of them may have lost


@dataclass(frozen=True)
class Windows:
    """M stretches of time: columns from `starts` up to and with `ends`, each (M,)."""

    starts: Ints
    ends: Ints

    @classmethod
    def up_to(cls, at: Ints) -> "Windows":
        """Everything up to and with each of the columns `at`."""
        return cls(np.zeros_like(at), at)


class Totals:
    """Running totals along time, (S, T + 1) beginning with 0: what lies in any stretch is one difference.

    A plain sum adds in an order that depends on the length, so its last bits change with the padding."""

    def __init__(self, values: Floats) -> None:
        self.upto = np.zeros((values.shape[0], values.shape[1] + 1))
        np.cumsum(values, axis=1, out=self.upto[:, 1:])

    def over(self, windows: Windows) -> Floats:
        """(S, M)."""
        return self.upto[:, windows.ends + 1] - self.upto[:, windows.starts]

    def between(self, starts: Ints, stops: Ints) -> Floats:
        """From `starts` to before `stops`, which may differ by row, (S, M) or (1, M)."""
        shape = np.broadcast_shapes(starts.shape, stops.shape, (len(self.upto), 1))
        stop, start = (
            np.take_along_axis(self.upto, np.broadcast_to(edge, shape).clip(0, self.upto.shape[1] - 1), axis=1)
            for edge in (stops, starts)
        )
        return np.asarray(stop - start)


def running(values: Floats, at: Ints) -> Floats:
    """Running totals along time after the columns `at`, (S, C)."""
    return Totals(values).over(Windows.up_to(at))


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


class Wanderings:
    """Spreads, over any stretch, of summands with sums (S, T) and common exposures n (S, T), by period and by
    complete block. Stretches begin where a block begins."""

    def __init__(self, sums: list[Floats], n: Floats, days: int) -> None:
        present = n > 0
        self.first = [_first_mean(values, n, present) for values in sums]
        sums = [values - mean * n for values, mean in zip(sums, self.first, strict=True)]
        self.seen = observed_lengths(present)
        self.size = periods_per_block(days)
        self.periods = _Products(sums, n)
        self.blocks = self.periods
        if self.size > 1:
            self.blocks = _Products([_by_block(values, self.size) for values in sums], _by_block(n, self.size))

    def over(self, windows: Windows) -> Spreads:
        """Of the stretches, (S, M); a block counts as complete once there is data after it or on its last period."""
        return self._over(windows, self.seen[:, windows.ends])

    def over_past(self, windows: Windows) -> Spreads:
        """Of stretches after which there is data, (S, M): every block in them is complete."""
        return self._over(windows, np.broadcast_to(windows.ends + 1, (len(self.seen), len(windows.ends))))

    def _over(self, windows: Windows, seen: Ints) -> Spreads:
        starts = windows.starts[None, :]
        periods = self.periods.between(starts, windows.ends[None, :] + 1, self.first)
        if self.size == 1:
            return Spreads(periods=periods, blocks=periods)
        return Spreads(periods, self.blocks.between(starts // self.size, seen // self.size, self.first))


def spreads(sums: list[Floats], n: Floats, days: int, at: Ints) -> Spreads:
    """Spreads of everything up to each of the columns `at`."""
    return Wanderings(sums, n, days).over(Windows.up_to(at))


def last_weeks(totals: Totals, seen: Ints, days: int) -> Floats:
    """Sums of the last 28 days (of a longer period: of one) that end with data, (S, C); `seen` as observed_lengths."""
    return totals.between(np.maximum(seen - max(RECENT_DAYS // days, 1), 0), seen)


def periods_per_block(days: int) -> int:
    return -(-BLOCK_DAYS // days)


def observed_lengths(present: Bools) -> Ints:
    """Periods up to the last one with data, as known after each period, (S, T)."""
    seen = np.where(present, np.arange(1, present.shape[1] + 1), 0)
    return np.asarray(np.maximum.accumulate(seen, axis=1))


def _first_mean(values: Floats, n: Floats, present: Bools) -> Floats:
    # Sums about the first period's mean: the quadratic forms cancel far fewer digits.
    at = np.argmax(present, axis=1)[:, None]
    first_n = np.take_along_axis(n, at, axis=1)
    return np.take_along_axis(values, at, axis=1) / np.where(first_n > 0, first_n, 1.0)


def _by_block(values: Floats, size: int) -> Floats:
    whole = values.shape[1] // size
    out: Floats = values[:, : whole * size].reshape(len(values), whole, size).sum(axis=2)
    return out


class _Products:
    """Running totals of the products of summands scaled by sqrt(n), with each other and with their neighbours."""

    def __init__(self, sums: list[Floats], n: Floats) -> None:
        roots = np.sqrt(n)
        inverse = np.divide(1.0, roots, out=np.zeros_like(roots), where=n > 0)
        columns = [values * inverse for values in sums] + [roots]
        pairs = list(combinations_with_replacement(range(len(columns)), 2))
        self.count = Totals((n > 0).astype(np.float64))
        self.gram = {(i, j): Totals(columns[i] * columns[j]) for i, j in pairs}
        self.lags = {(i, j): Totals(_lag_product(columns[i], columns[j], i == j)) for i, j in pairs}

    def between(self, starts: Ints, stops: Ints, first: list[Floats]) -> Spread:
        # The product of a stretch's first period with the one before it is no part of the stretch.
        stops = np.maximum(stops, starts)
        gram = {pair: totals.between(starts, stops) for pair, totals in self.gram.items()}
        lags = {pair: totals.between(starts + 1, np.maximum(stops, starts + 1)) for pair, totals in self.lags.items()}
        lost = [
            np.where(starts > 0, CANCELLED * self.gram[i, i].between(starts * 0, stops), 0.0)
            for i, _ in enumerate(first)
        ]
        return _centred(gram, lags, first, lost, self.count.between(starts, stops))


def _lag_product(left: Floats, right: Floats, same: bool) -> Floats:
    out = np.zeros_like(left)
    out[:, 1:] = left[:, 1:] * right[:, :-1]
    if not same:
        out[:, 1:] += right[:, 1:] * left[:, :-1]
        out *= 0.5
    return out


Pairs = dict[tuple[int, int], Floats]


def _centred(gram: Pairs, lags: Pairs, first: list[Floats], lost: list[Floats], count: Floats) -> Spread:
    size = len(first)
    weight = gram[size, size]
    safe = np.where(weight > 0, weight, 1.0)
    mean = [gram[i, size] / safe for i in range(size)]
    squares, products = {}, {}
    for i, j in combinations_with_replacement(range(size), 2):
        squares[i, j] = gram[i, j] - mean[i] * gram[j, size]
        crossed = mean[j] * lags[i, size] + mean[i] * lags[j, size]
        products[i, j] = lags[i, j] - crossed + mean[i] * mean[j] * lags[size, size]
    rounding = [ROUNDING * value * value * weight + gone for value, gone in zip(first, lost, strict=True)]
    return Spread(count=count, weight=weight, squares=squares, products=products, rounding=rounding)


def _form(entries: Pairs, weights: list[Floats]) -> Floats:
    terms = [(1 if i == j else 2) * weights[i] * weights[j] * entry for (i, j), entry in entries.items()]
    out: Floats = sum(terms[1:], start=terms[0])
    return out
