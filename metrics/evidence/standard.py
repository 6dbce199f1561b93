"""Segments with fixed weights: the mean that the metric would have, were the mix of segments the declared one.
A mix that drifts cannot turn the sign of it (Simpson), as it can of the crude mean."""

from dataclasses import dataclass, fields, replace

import numpy as np

from metrics.evidence import intervals, mixtures
from metrics.evidence.glide import Glide, glide_of
from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Ints, Question, Result, Series
from metrics.evidence.noise import (
    Noises,
    Spreads,
    Totals,
    Wanderings,
    Windows,
    column,
    last_weeks,
    observed_lengths,
    periods_per_block,
    running,
)
from metrics.evidence.one_arm import LEAST_N_EFF, phi_floor, prior_weight, sample_size, unit_variance
from metrics.evidence.restarts import evidence_of, plan_of

ENOUGH = 0.5  # share of the periods with data that must have every segment; with fewer, whole weeks are read


@dataclass(frozen=True)
class Parts:
    """Counts of the segments, (G, S, T), and their weights, (G, S, 1)."""

    kind: str
    n: Floats
    y: Floats
    q: Floats
    weight: Floats
    days: int

    @property
    def whole(self) -> Bools:
        """Periods with every segment that carries weight, (S, T)."""
        return np.asarray(((self.n > 0) | (self.weight == 0)).all(axis=0))

    @property
    def found(self) -> Bools:
        return np.asarray(((self.n > 0) & (self.weight > 0)).any(axis=0))


@dataclass(frozen=True)
class Standard:
    """Sums over M stretches of time, (S, M), of segments (G, S, M); parameters (S, 1). W = 1 / sum w^2 / n is what
    the standardised mean m of a period is worth in exposures."""

    kind: str
    information: Floats  # sum W
    total: Floats  # sum W m
    n: Floats
    y: Floats
    q: Floats
    q_seen: Floats  # running totals that q is the difference of
    leverage: Floats  # sum W^2 w^2 / n: times the variance of its exposures a segment's part in that of `total`
    weight: Floats  # (G, S, 1)
    cap: Floats
    spreads: Spreads
    tau: Floats
    phi_floor: Floats
    glide: Glide | None

    @property
    def some(self) -> Floats:
        return np.where(self.information > 0, self.information, 1.0)

    @property
    def blocks(self) -> Floats:
        return self.spreads.blocks.count

    @property
    def shares(self) -> Floats:
        """Means of the segments, half an event added."""
        more = 1.0 if self.kind == "proportion" else np.where(self.n > 0, 0.0, 1.0)
        return (self.y + 0.5) / (self.n + more)

    @property
    def mean(self) -> Floats:
        return np.asarray((self.weight * self.shares).sum(axis=0))

    @property
    def n_eff(self) -> Floats:
        """Exposures; of amounts effective ones, of each segment as much as it adds to the variance (Satterthwaite)."""
        if self.kind != "mean":
            return np.asarray(self.n.sum(axis=0))
        sizes = sample_size(self.kind, self.n, self.y, self.q)
        parts = self.leverage / np.where(self.leverage > 0, self.leverage.sum(axis=0), 1.0)
        each = np.where(parts > 0, parts**2 / sizes, 0.0).sum(axis=0)
        return np.where(each > 0, 1 / np.where(each > 0, each, 1.0), 0.0)

    @property
    def free(self) -> Bools:
        """Amounts without a limit, or with one that they break."""
        kept = (self.q <= self.cap * self.y * (1 + 1e-9)).all(axis=0)
        return np.asarray(~kept & (self.kind == "mean"))

    @property
    def constant(self) -> Bools:
        return np.asarray((self.variance(self.mean) <= 0) & (self.n.sum(axis=0) > 1) & (self.kind == "mean"))

    def variance(self, theta0: Floats) -> Floats:
        """Of `total` were the standardised mean theta0, the segments as far apart as they are (in odds; rates in
        ratio). At the estimate it would be smallest just when few events came, and raise false flags."""
        if self.kind == "mean":
            each = unit_variance(self.kind, self.n, self.y, self.q, self.q_seen)
        elif self.kind == "rate":
            each = self.shares * (theta0 / self.mean)
        else:
            odds = self.shares / (1 - self.shares) * (theta0 / (1 - theta0) * (1 - self.mean) / self.mean)
            each = odds / (1 + odds) ** 2
        return np.asarray((each * self.leverage).sum(axis=0))

    def noise(self, threshold: Floats) -> Noises:
        """About the line of the threshold: what a climbing line explains is no noise."""
        one = np.ones((1, 1))
        return self.spreads.combine([one] if self.glide is None else [one, -self.glide.slope(threshold)])

    def inflation(self, threshold: Floats, variance: Floats, floor: Floats) -> tuple[Floats, Floats]:
        """(phi, nu) about the line of the threshold."""
        return self.noise(threshold).inflation(_floored(variance) / self.some, self.total / self.some, floor)

    def expected(self, threshold: Floats) -> Floats:
        return self.information * threshold if self.glide is None else self.glide.expected(threshold, self.information)

    def line(self, threshold: Floats) -> tuple[Floats, Bools]:
        """The line over the stretches, (S, M), and whether the model can hold it, (S, 1)."""
        possible = _holds(self.kind, threshold)
        if self.glide is not None:
            start = self.glide.start
            possible = possible & (~self.glide.on | (start == 0) | _holds(self.kind, start))
        threshold = np.where(possible, threshold, 0.5)
        return np.where(self.information > 0, self.expected(threshold) / self.some, threshold), possible

    def phi(self, threshold: Floats) -> Floats:
        line, possible = self.line(threshold)
        variance = self.variance(line)
        phi, _ = self.inflation(np.where(possible, threshold, 0.5), variance, self.phi_floor)
        return np.where(possible & (variance > 0), phi, self.phi_floor)

    def log_e(self, threshold: Floats, side: Floats, least_phi: Floats) -> Floats:
        """The smaller of the unit and the period leg; 0 where the question or the data make no statement."""
        line, possible = self.line(threshold)
        variance = self.variance(line)
        threshold = np.where(possible, threshold, 0.5)
        floor = np.maximum(self.phi_floor, least_phi)
        phi, nu = self.inflation(threshold, variance, floor)
        z = side * (self.total - self.expected(threshold)) / np.sqrt(_floored(variance))
        kappa = self.information / self.tau
        smaller = np.minimum(mixtures.one_sided_normal(z, kappa), mixtures.one_sided_t(z / np.sqrt(phi), kappa, nu))
        return np.where(possible & (variance > 0), smaller, 0.0)


class StandardSums:
    """Running totals of a chunk, from which the standardised mean over any stretch of time is read."""

    def __init__(self, parts: Parts, series: Series, question: Question) -> None:
        kept = (parts.whole & (parts.weight > 0)).astype(np.float64)
        n, y, q = parts.n * kept, parts.y * kept, parts.q * kept
        inverse = _ratio(parts.weight**2 + 0 * n, n)
        total = inverse.sum(axis=0)
        worth = _ratio(np.ones_like(total), total)
        sums = worth * (parts.weight * _ratio(y, n)).sum(axis=0)
        self.kind, self.weight, self.cap = parts.kind, parts.weight, column(question.cap)
        self.n, self.y, self.q = ([Totals(each) for each in values] for values in (n, y, q))
        self.leverage = [Totals(worth * worth * each) for each in inverse]
        self.information, self.total = Totals(worth), Totals(sums)
        self.tau, self.floor = prior_weight(series, question), phi_floor(question)
        self.glide = glide_of(question, worth)
        climbing = [] if self.glide is None else [self.glide.climbed]
        self.wanderings = Wanderings([sums, *climbing], worth, parts.days)

    def over(self, windows: Windows) -> Standard:
        return self._over(windows, self.wanderings.over(windows))

    def over_past(self, windows: Windows) -> Standard:
        """The same for stretches after which there is data."""
        return self._over(windows, self.wanderings.over_past(windows))

    def _over(self, windows: Windows, spreads: Spreads) -> Standard:
        n, y, q, leverage = (
            np.stack([totals.over(windows) for totals in each]) for each in (self.n, self.y, self.q, self.leverage)
        )
        return Standard(
            kind=self.kind,
            information=self.information.over(windows),
            total=self.total.over(windows),
            n=n,
            y=y,
            q=q,
            q_seen=np.stack([totals.upto[:, windows.ends + 1] for totals in self.q]),
            leverage=leverage,
            weight=self.weight,
            cap=self.cap,
            spreads=spreads,
            tau=self.tau,
            phi_floor=self.floor,
            glide=None if self.glide is None else self.glide.over(windows),
        )

    def recent(self, days: int, at: Ints) -> Floats:
        """Estimate of the last 28 days with data, (S, C)."""
        seen = self.wanderings.seen[:, at]
        total, worth = (last_weeks(totals, seen, days) for totals in (self.total, self.information))
        return np.where(worth > 0, total / np.where(worth > 0, worth, 1.0), np.nan)


def check_segments(series: Series) -> None:
    """Raises ValueError, one sentence, when segments and weights do not fit the series."""
    weights = np.zeros((0, 0)) if series.weights is None else np.asarray(series.weights)
    if weights.shape != (len(series.n), len(series.segments)):
        raise ValueError("Segments need one weight per series and segment.")
    if not (weights >= 0).all() or not np.allclose(weights.sum(axis=1), 1.0, rtol=0, atol=1e-5):
        raise ValueError("The weights of the segments of a series are at least 0 and add up to 1.")
    if series.kind == "level":
        raise ValueError("A level has no exposures, so it cannot be read by segment.")
    if series.control_n is not None:
        raise ValueError("Segments are for a metric without a control; a control balances the mix itself.")
    for part in series.segments:
        if (part.kind, part.days, np.shape(part.n)) != (series.kind, series.days, np.shape(series.n)):
            raise ValueError("Segments must have the kind, the periods and the shape of the whole.")


def crude_differs(standardised: Result, crude: Result, at_least: float) -> Bools:
    """Where the crude and the standardised reading do not flag alike, to cease or to scale, at log E >= `at_least`:
    then there is no verdict, and both are shown."""
    families = ("log_e_cease", "log_e_scale")
    ours, theirs = ([getattr(result, name) >= at_least for name in families] for result in (standardised, crude))
    return np.asarray(np.any([one != other for one, other in zip(ours, theirs, strict=True)], axis=0))


def read_standardised(series: Series, question: Question, alpha: float, at: Ints) -> Result:
    """The reading of the mean sum w_g theta_g; arrays (S, len(at)), after each of the columns `at`. Where fewer than
    half of the periods have every segment, complete weeks stand for periods."""
    parts = parts_of(series)
    fine = _read(parts, series, question, alpha, at)
    weeks = weeks_instead(parts, at)
    if not (weeks > 0).any():
        return fine
    coarse = _read_weeks(parts, series, question, alpha, weeks)
    return Result(
        **{f.name: np.where(weeks > 0, getattr(coarse, f.name), getattr(fine, f.name)) for f in fields(Result)}
    )


def parts_of(series: Series) -> Parts:
    def stacked(name: str) -> Floats:
        values = [getattr(segment, name) for segment in series.segments]
        return np.array([series.n if value is None else value for value in values], dtype=np.float64)

    weight = np.asarray(series.weights, dtype=np.float64).T[:, :, None]
    return Parts(series.kind, stacked("n"), stacked("y"), stacked("q"), weight, series.days)


def weeks_instead(parts: Parts, at: Ints) -> Ints:
    """Complete weeks, (S, C), where they stand for periods; else 0."""
    whole, found = (running(seen.astype(np.float64), at) for seen in (parts.whole & parts.found, parts.found))
    size = periods_per_block(parts.days)
    complete = observed_lengths(parts.found)[:, at] // size
    return np.where((whole < ENOUGH * found) & (size > 1), complete, 0)


def weekly(parts: Parts) -> Parts:
    size = periods_per_block(parts.days)

    def sums(values: Floats) -> Floats:
        whole = values.shape[2] // size
        return np.asarray(values[:, :, : whole * size].reshape(*values.shape[:2], whole, size).sum(axis=3))

    return replace(parts, n=sums(parts.n), y=sums(parts.y), q=sums(parts.q), days=parts.days * size)


def _read_weeks(parts: Parts, series: Series, question: Question, alpha: float, weeks: Ints) -> Result:
    """After so many weeks, (S, C); where there are none, after the first."""
    columns = np.unique(np.maximum(weeks, 1)) - 1
    places = np.searchsorted(columns, np.maximum(weeks, 1) - 1)
    coarse = _read(weekly(parts), series, question, alpha, columns)
    found = {f.name: np.take_along_axis(getattr(coarse, f.name), places, axis=1) for f in fields(Result)}
    size = periods_per_block(parts.days)
    return Result(**found | {name: found[name] * size for name in ("cease_since", "scale_since")})


def _read(parts: Parts, series: Series, question: Question, alpha: float, at: Ints) -> Result:
    sums = StandardSums(parts, series, question)
    ours = sums.over(Windows.up_to(at))
    kill, target = column(question.kill), column(question.target)
    aim = np.where(np.isnan(kill), target, kill)
    aim = np.where(np.isnan(aim), 0.5, aim)
    phi, nu = ours.inflation(aim, ours.variance(ours.mean), ours.phi_floor)
    lower, upper = _interval(ours, phi, nu, alpha)
    return Result(
        **vars(evidence_of(sums, plan_of(question, sums.wanderings.seen, parts.days, at), question)),
        estimate=np.where(ours.information > 0, ours.total / ours.some, np.nan),
        recent=sums.recent(parts.days, at),
        lower=np.where(ours.constant, -np.inf, lower),
        upper=np.where(ours.constant, np.inf, upper),
        exposures=ours.n.sum(axis=0),
        phi=phi,
        nu=nu,
        autocorrelation=ours.noise(aim).blocks.autocorrelation,
        blocks=ours.blocks.astype(np.int64),
        n_eff=ours.n_eff,
        # The normal leg does not know the cap, so of amounts enough must have come even with one.
        ready=(ours.blocks >= 2) & ((ours.n_eff >= LEAST_N_EFF) | (parts.kind != "mean")),
        no_variance=ours.constant,
        uncapped=ours.free & (ours.information > 0),
        no_verdict=ours.information <= 0,
        srm_log_e=np.zeros(phi.shape),
    )


def _interval(ours: Standard, phi: Floats, nu: Floats, alpha: float) -> intervals.Bounds:
    radius = mixtures.t_radius(ours.information / ours.tau, nu, alpha)
    centre, variance = ours.total / ours.some, ours.variance(ours.mean) / ours.some**2
    width = np.where(ours.information > 0, radius * radius * phi, np.inf)
    if ours.kind == "mean":
        return intervals.normal(centre, np.sqrt(np.where(np.isfinite(width), width * variance, np.inf)))
    # A score band of as many exposures of one segment as these are worth.
    if ours.kind == "rate":
        return intervals.rate(centre, width * variance / ours.mean)
    return intervals.proportion(centre, width * variance / (ours.mean * (1 - ours.mean)))


def _holds(kind: str, threshold: Floats) -> Bools:
    if kind == "mean":
        return np.isfinite(threshold)
    return (threshold > 0) & (threshold < (1.0 if kind == "proportion" else np.inf))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0)


def _floored(variance: Floats) -> Floats:
    return np.where(variance > 0, variance, 1.0)
