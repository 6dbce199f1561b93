"""Treatment against control: the linear contrast mean_T - rho mean_C, weighted by period (Mantel-Haenszel),
so that a changing split cannot turn the sign. Lifts are never tested by the delta method."""

from dataclasses import dataclass

import numpy as np

from metrics.evidence import intervals, mixtures, srm
from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Ints, Question, Result, Series
from metrics.evidence.noise import Noises, Spreads, Totals, Wanderings, Windows, column, last_weeks, running
from metrics.evidence.one_arm import (
    LEAST_N_EFF,
    model_variance,
    phi_floor,
    prior_weight,
    sample_size,
    smoothed,
    unit_variance,
)
from metrics.evidence.restarts import evidence_of, plan_of

LEAST_RATE = 1e-9


@dataclass(frozen=True)
class Side:
    """One arm over M stretches of time, (S, M)."""

    n: Floats
    y: Floats
    q: Floats
    v: Floats  # variance of one exposure; of events with half of one added, or a silent arm would count as certain
    leverage: Floats  # sum W^2 / n
    n_eff: Floats


@dataclass(frozen=True)
class Contrast:
    """Both arms over M stretches of time, (S, M) sums over the periods in which both have exposures;
    W = nT nC / (nT + nC)."""

    kind: str
    weight: Floats  # sum W
    treatment: Floats  # sum W mean_T
    control: Floats  # sum W mean_C
    arms: tuple[Side, Side]  # treatment and control
    spreads: Spreads
    tau: Floats
    phi_floor: Floats
    relative: bool

    @property
    def blocks(self) -> Floats:
        return self.spreads.blocks.count

    @property
    def exposures(self) -> Floats:
        return self.arms[0].n + self.arms[1].n

    @property
    def n_eff(self) -> Floats:
        return np.minimum(self.arms[0].n_eff, self.arms[1].n_eff)

    def variance(self, rho: Floats) -> Floats:
        """Of treatment - rho control, as the arms are."""
        treatment, control = self.arms
        return treatment.v * treatment.leverage + rho * rho * control.v * control.leverage

    def null_variance(self, threshold: Floats) -> Floats:
        """The same, were the threshold true: 0 while nothing has varied in either arm."""
        rho = self._rho(threshold)
        treatment, control = self._shared(rho, np.zeros_like(rho) if self.relative else threshold)
        out = treatment * self.arms[0].leverage + rho * rho * control * self.arms[1].leverage
        return np.where(self._some, out, 0.0)

    def pooled_variances(self) -> tuple[Floats, Floats]:
        """Of sum W mean_T and sum W mean_C, each arm with what both show together if that is more."""
        one = np.ones_like(self.weight)
        shared = self._shared(one, 0 * one)
        treatment, control = (np.maximum(arm.v, v) * arm.leverage for arm, v in zip(self.arms, shared, strict=True))
        return np.where(self._some, treatment, 0.0), np.where(self._some, control, 0.0)

    @property
    def _some(self) -> Bools:
        treatment, control = self.arms
        if self.kind == "mean":
            return (treatment.v > 0) | (control.v > 0)
        return treatment.y + control.y > 0

    def _shared(self, rho: Floats, gap: Floats) -> tuple[Floats, Floats]:
        """Variance of one exposure of either arm, if the mean of the treatment is rho times that of the control plus
        gap. The arms then share what they know, so that the small arm of an uneven split is not taken for certain
        while it happens to have had no events."""
        treatment, control = self.arms
        if self.kind != "mean":
            missing = 1.0 if self.kind == "proportion" else 0.0
            least = treatment.y + control.y + 0.5 - gap * treatment.n
            least = least / np.maximum(rho * treatment.n + control.n + missing, LEAST_RATE)
            return _event_variance(self.kind, rho * least + gap), _event_variance(self.kind, least)
        rho = np.maximum(rho, LEAST_RATE)
        y = (treatment.y - gap * treatment.n) / rho + control.y
        q = (treatment.q - 2 * gap * treatment.y + gap * gap * treatment.n) / (rho * rho) + control.q
        v = unit_variance("mean", treatment.n + control.n, y, q)
        return np.maximum(treatment.v, rho * rho * v), np.maximum(control.v, v)

    def noise(self, rho: Floats) -> Noises:
        return self.spreads.combine([np.ones_like(rho), -rho])

    def inflation(self, rho: Floats, variance: Floats, floor: Floats) -> tuple[Floats, Floats]:
        v = np.where(variance > 0, variance, 1.0) / np.where(self.weight > 0, self.weight, 1.0)
        return self.noise(rho).inflation(v, np.zeros_like(v), floor, contrast=True)

    def phi(self, threshold: Floats) -> Floats:
        threshold = np.where(np.isfinite(threshold), threshold, 0.0)
        variance = self.null_variance(threshold)
        phi, _ = self.inflation(self._rho(threshold), variance, self.phi_floor)
        return np.where(variance > 0, phi, self.phi_floor)

    def log_e(self, threshold: Floats, side: Floats, least_phi: Floats) -> Floats:
        asked = np.isfinite(threshold) & (self.weight > 0)
        threshold = np.where(np.isfinite(threshold), threshold, 0.0)
        rho, variance = self._rho(threshold), self.null_variance(threshold)
        total = self.treatment - rho * self.control - (0.0 if self.relative else threshold * self.weight)
        z = side * total / np.sqrt(np.where(variance > 0, variance, 1.0))
        kappa = self.weight / self.tau
        floor = np.maximum(self.phi_floor, least_phi)
        phi, nu = self.inflation(rho, variance, floor)
        smaller = np.minimum(mixtures.one_sided_normal(z, kappa), mixtures.one_sided_t(z / np.sqrt(phi), kappa, nu))
        return np.where(asked & (variance > 0), smaller, 0.0)

    def _rho(self, threshold: Floats) -> Floats:
        return 1 + threshold if self.relative else np.ones_like(threshold)


class ContrastSums:
    """Running totals of a chunk, from which the contrast over any stretch of time is read."""

    def __init__(self, series: Series, question: Question) -> None:
        arms = _paired(series)
        n_t, y_t, _, n_c, y_c, _ = arms
        both = n_t + n_c
        inverse = np.divide(1.0, both, out=np.zeros_like(both), where=both > 0)
        weight = n_t * n_c * inverse
        sums = [n_c * y_t * inverse, n_t * y_c * inverse]
        self.kind, self.relative = series.kind, question.relative
        self.arms = [Totals(values) for values in arms]
        self.weight, self.treatment, self.control = (Totals(values) for values in (weight, *sums))
        self.squares = Totals(weight * n_c * inverse), Totals(weight * n_t * inverse)
        self.wanderings = Wanderings(sums, weight, series.days)
        self.tau, self.floor = prior_weight(series, question), phi_floor(question)

    def over(self, windows: Windows) -> Contrast:
        return self._contrast(windows, self.wanderings.over(windows))

    def over_past(self, windows: Windows) -> Contrast:
        """The same for stretches after which there is data."""
        return self._contrast(windows, self.wanderings.over_past(windows))

    def _contrast(self, windows: Windows, spreads: Spreads) -> Contrast:
        return Contrast(
            kind=self.kind,
            weight=self.weight.over(windows),
            treatment=self.treatment.over(windows),
            control=self.control.over(windows),
            arms=(self._side(windows, 0), self._side(windows, 1)),
            spreads=spreads,
            tau=self.tau,
            phi_floor=self.floor,
            relative=self.relative,
        )

    def _side(self, windows: Windows, arm: int) -> Side:
        totals = self.arms[3 * arm : 3 * arm + 3]
        n, y, q = (each.over(windows) for each in totals)
        if self.kind == "mean":
            v = unit_variance(self.kind, n, y, q, totals[2].upto[:, windows.ends + 1])
        else:
            v = smoothed(self.kind, n, y)
        return Side(n, y, q, v, self.squares[arm].over(windows), sample_size(self.kind, n, y, q))

    def recent(self, days: int, at: Ints) -> Floats:
        """Estimate of the last 28 days with data, (S, C)."""
        seen = self.wanderings.seen[:, at]
        sums = (last_weeks(totals, seen, days) for totals in (self.treatment, self.control, self.weight))
        return _estimate(*sums, relative=self.relative)


def read_contrast(series: Series, question: Question, alpha: float, at: Ints) -> Result:
    """Treatment against control; arrays (S, C) for the C columns `at`."""
    sums = ContrastSums(series, question)
    plan = plan_of(question, sums.wanderings.seen, series.days, at)
    arms = sums.over(plan.whole)
    estimate = _estimate(arms.treatment, arms.control, arms.weight, relative=question.relative)
    rho = 1 + np.where(np.isfinite(estimate), estimate, 0.0) if question.relative else np.ones_like(estimate)
    phi, nu = arms.inflation(rho, arms.variance(rho), arms.phi_floor)
    constant = (arms.variance(rho) <= 0) & (arms.exposures > 2) & (series.kind == "mean")
    lower, upper = _interval(arms, estimate, phi, nu, alpha)
    capped = np.isfinite(column(question.cap)) | (series.kind != "mean")
    return Result(
        **vars(evidence_of(sums, plan, question)),
        estimate=estimate,
        recent=sums.recent(series.days, at),
        lower=np.where(constant, -np.inf, lower),
        upper=np.where(constant, np.inf, upper),
        exposures=arms.exposures,
        phi=phi,
        nu=nu,
        autocorrelation=arms.noise(rho).blocks.autocorrelation,
        blocks=arms.blocks.astype(np.int64),
        n_eff=arms.n_eff,
        ready=(arms.blocks >= 2) & (capped | (arms.n_eff >= LEAST_N_EFF)),
        no_variance=constant,
        uncapped=np.zeros(constant.shape, dtype=np.bool_),
        no_verdict=arms.weight <= 0,
        srm_log_e=_srm(series, question, at),
    )


def _event_variance(kind: str, rate: Floats) -> Floats:
    highest = 1 - LEAST_RATE if kind == "proportion" else np.inf
    return model_variance(kind, np.clip(rate, LEAST_RATE, highest))


def _paired(series: Series) -> tuple[Floats, ...]:
    """n, y, q of treatment and control; periods without exposures in both arms are emptied."""
    n_t, n_c = np.asarray(series.n, dtype=np.float64), np.asarray(series.control_n, dtype=np.float64)
    both = (n_t > 0) & (n_c > 0)
    pairs = ((series.n, series.y, series.q), (series.control_n, series.control_y, series.control_q))
    return tuple(np.where(both, 0.0 if values is None else values, 0.0) for arm in pairs for values in arm)


def _estimate(treatment: Floats, control: Floats, weight: Floats, *, relative: bool) -> Floats:
    if relative:
        return np.where(control > 0, treatment / control - 1, np.nan)
    return np.where(weight > 0, (treatment - control) / weight, np.nan)


def _interval(arms: Contrast, estimate: Floats, phi: Floats, nu: Floats, alpha: float) -> intervals.Bounds:
    radius = mixtures.t_radius(arms.weight / arms.tau, nu, alpha)
    squared = radius * radius * phi
    treatment, control = arms.pooled_variances()
    variance = treatment + control
    if not arms.relative:
        some = np.where(arms.weight > 0, arms.weight, 1.0)
        width = np.sqrt(np.where(variance > 0, squared * variance, np.inf)) / some
        return intervals.normal(np.where(np.isfinite(estimate), estimate, 0.0), width)
    squared = np.where(variance > 0, squared, np.inf)
    lower, upper = intervals.fieller(arms.treatment, arms.control, treatment, control, squared)
    return lower - 1, upper - 1


def _srm(series: Series, question: Question, at: Ints) -> Floats:
    share = np.full((len(np.asarray(question.kill)), 1), np.nan) if question.share is None else column(question.share)
    share = np.where((share > 0) & (share < 1), share, 0.5)
    counts = [running(np.asarray(n, dtype=np.float64), at) for n in (series.n, series.control_n)]
    return srm.log_e(counts[0], counts[1], share)
