"""Treatment against control: the linear contrast mean_T - rho mean_C, weighted by period (Mantel-Haenszel),
so that a changing split cannot turn the sign. Lifts are never tested by the delta method."""

from dataclasses import dataclass

import numpy as np

from metrics.evidence import intervals, mixtures, srm
from metrics.evidence.mixtures import Floats
from metrics.evidence.model import Question, Result, Series
from metrics.evidence.noise import Spreads, column, running, spreads
from metrics.evidence.one_arm import LEAST_N_EFF, phi_floor, prior_weight, sample_size, unit_variance


@dataclass(frozen=True)
class Contrast:
    """(S, C) totals for C moments over the periods in which both arms have exposures; W = nT nC / (nT + nC)."""

    weight: Floats  # sum W
    treatment: Floats  # sum W mean_T
    control: Floats  # sum W mean_C
    treatment_variance: Floats  # sum W^2 vT / nT
    control_variance: Floats  # sum W^2 vC / nC
    exposures: Floats
    n_eff: Floats
    noise: Spreads
    tau: Floats
    phi_floor: Floats

    def variance(self, rho: Floats) -> Floats:
        return self.treatment_variance + rho * rho * self.control_variance

    def inflation(self, rho: Floats) -> tuple[Floats, Floats]:
        variance = self.variance(rho)
        v = np.where(variance > 0, variance, 1.0) / np.where(self.weight > 0, self.weight, 1.0)
        return self.noise.combine([np.ones_like(rho), -rho]).inflation(
            v, np.zeros_like(v), self.phi_floor, contrast=True
        )


def read_contrast(series: Series, question: Question, alpha: float, last: bool) -> Result:
    arms = _contrast(series, question, last)
    side = np.where(np.asarray(question.higher_is_better)[:, None], 1.0, -1.0)
    kill, target = column(question.kill), column(question.target)
    estimate = _estimate(arms, question.relative)
    rho = 1 + np.where(np.isfinite(estimate), estimate, 0.0) if question.relative else np.ones_like(estimate)
    phi, nu = arms.inflation(rho)
    constant = (arms.variance(rho) <= 0) & (arms.exposures > 2) & (series.kind == "mean")
    lower, upper = _interval(arms, estimate, phi, nu, alpha, question.relative)
    blocks = arms.noise.combine([np.ones_like(rho), -rho]).blocks
    capped = np.isfinite(column(question.cap)) | (series.kind != "mean")
    return Result(
        log_e_cease=_log_e(arms, kill, -side, question.relative),
        log_e_miss=_log_e(arms, target, -side, question.relative),
        log_e_scale=_log_e(arms, target, side, question.relative),
        log_e_alive=_log_e(arms, kill, side, question.relative),
        estimate=estimate,
        lower=np.where(constant, -np.inf, lower),
        upper=np.where(constant, np.inf, upper),
        exposures=arms.exposures,
        phi=phi,
        nu=nu,
        autocorrelation=blocks.autocorrelation,
        blocks=blocks.count.astype(np.int64),
        n_eff=arms.n_eff,
        ready=(blocks.count >= 2) & (capped | (arms.n_eff >= LEAST_N_EFF)),
        no_variance=constant,
        uncapped=np.zeros(constant.shape, dtype=np.bool_),
        no_verdict=arms.weight <= 0,
        srm_log_e=_srm(series, question, last),
    )


def _contrast(series: Series, question: Question, last: bool) -> Contrast:
    n_t, y_t, q_t, n_c, y_c, q_c = _paired(series)
    both = n_t + n_c
    inverse = np.divide(1.0, both, out=np.zeros_like(both), where=both > 0)
    weight = n_t * n_c * inverse
    sums = [n_c * y_t * inverse, n_t * y_c * inverse]
    totals = [running(values, last) for values in (n_t, y_t, q_t, n_c, y_c, q_c)]
    v_t, v_c = unit_variance(series.kind, *totals[:3]), unit_variance(series.kind, *totals[3:])
    n_eff = np.minimum(sample_size(series.kind, *totals[:3]), sample_size(series.kind, *totals[3:]))
    return Contrast(
        weight=running(weight, last),
        treatment=running(sums[0], last),
        control=running(sums[1], last),
        treatment_variance=v_t * running(weight * n_c * inverse, last),
        control_variance=v_c * running(weight * n_t * inverse, last),
        exposures=totals[0] + totals[3],
        n_eff=n_eff,
        noise=spreads(sums, weight, series.days, last),
        tau=prior_weight(series, question),
        phi_floor=phi_floor(question),
    )


def _paired(series: Series) -> tuple[Floats, ...]:
    """n, y, q of treatment and control; periods without exposures in both arms are emptied."""
    n_t, n_c = np.asarray(series.n, dtype=np.float64), np.asarray(series.control_n, dtype=np.float64)
    both = (n_t > 0) & (n_c > 0)
    pairs = ((series.n, series.y, series.q), (series.control_n, series.control_y, series.control_q))
    return tuple(np.where(both, 0.0 if values is None else values, 0.0) for arm in pairs for values in arm)


def _log_e(arms: Contrast, threshold: Floats, side: Floats, relative: bool) -> Floats:
    asked = np.isfinite(threshold) & (arms.weight > 0)
    threshold = np.where(asked, threshold, 0.0)
    rho = 1 + threshold if relative else np.ones_like(threshold)
    variance = arms.variance(rho)
    total = arms.treatment - rho * arms.control - (0.0 if relative else threshold * arms.weight)
    z = side * total / np.sqrt(np.where(variance > 0, variance, 1.0))
    kappa = arms.weight / arms.tau
    phi, nu = arms.inflation(rho)
    smaller = np.minimum(mixtures.one_sided_normal(z, kappa), mixtures.one_sided_t(z / np.sqrt(phi), kappa, nu))
    return np.where(asked & (variance > 0), smaller, 0.0)


def _estimate(arms: Contrast, relative: bool) -> Floats:
    if relative:
        return np.where(arms.control > 0, arms.treatment / arms.control - 1, np.nan)
    return np.where(arms.weight > 0, (arms.treatment - arms.control) / arms.weight, np.nan)


def _interval(
    arms: Contrast, estimate: Floats, phi: Floats, nu: Floats, alpha: float, relative: bool
) -> intervals.Bounds:
    radius = mixtures.t_radius(arms.weight / arms.tau, nu, alpha)
    squared = radius * radius * phi
    variance = arms.variance(np.ones_like(phi))
    if not relative:
        width = np.sqrt(np.where(variance > 0, squared * variance, np.inf)) / np.where(
            arms.weight > 0, arms.weight, 1.0
        )
        return intervals.normal(np.where(np.isfinite(estimate), estimate, 0.0), width)
    squared = np.where(variance > 0, squared, np.inf)
    lower, upper = intervals.fieller(
        arms.treatment, arms.control, arms.treatment_variance, arms.control_variance, squared
    )
    return lower - 1, upper - 1


def _srm(series: Series, question: Question, last: bool) -> Floats:
    share = np.full((len(np.asarray(question.kill)), 1), np.nan) if question.share is None else column(question.share)
    share = np.where((share > 0) & (share < 1), share, 0.5)
    counts = [running(np.asarray(n, dtype=np.float64), last) for n in (series.n, series.control_n)]
    return srm.log_e(counts[0], counts[1], share)
