"""One metric against fixed thresholds, without a control: proportion, mean and rate."""

import math
from dataclasses import dataclass

import numpy as np

from metrics.evidence import intervals, mixtures
from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Question, Result, Series
from metrics.evidence.noise import Noises, column, running, spreads

ALPHA_OPT = 0.01  # e-BH acts at e-values of 50 to 200
LEAST_WEIGHT = 2.0  # the beta prior needs more than one exposure
FALLBACK_PLAN = 10_000.0
LEAST_N_EFF = 500.0
CONSTANT = 1e-13  # a variance this small beside the mean square is rounding


@dataclass(frozen=True)
class Arm:
    """Everything the formulas need of one arm; (S, C) totals for C moments, (S, 1) parameters."""

    kind: str
    n: Floats
    y: Floats
    q: Floats
    v: Floats  # sample variance; for proportion and rate the model's, at the estimate
    noise: Noises
    tau: Floats
    phi_floor: Floats
    cap_declared: Bools
    capped: Bools  # declared, and kept by the values so far
    strict: "Strict | None"

    @property
    def some_n(self) -> Floats:
        return np.where(self.n > 0, self.n, 1.0)

    @property
    def centre(self) -> Floats:
        return self.y / self.some_n


@dataclass(frozen=True)
class Strict:
    """What the empirical-Bernstein leg needs: each period, and the totals before it, (S, T)."""

    n: Floats
    y: Floats
    q: Floats
    y_before: Floats
    n_before: Floats
    cap: Floats
    rho: Floats
    last: bool


def read_arm(series: Series, question: Question, alpha: float, last: bool) -> Result:
    arm = _arm(series, question, last)
    kill, target = column(question.kill), column(question.target)
    side = np.where(np.asarray(question.higher_is_better)[:, None], 1.0, -1.0)
    constant = _constant(arm)
    phi, nu = arm.noise.inflation(_floored(arm.v), arm.centre, arm.phi_floor)
    lower, upper = _interval(arm, np.where(np.isnan(kill), target, kill), phi, nu, alpha)
    blocks = arm.noise.blocks
    n_eff = sample_size(arm.kind, arm.n, arm.y, arm.q)
    free = (arm.kind == "mean") & ~arm.capped
    return Result(
        log_e_cease=_log_e(arm, kill, -side),
        log_e_miss=_log_e(arm, target, -side),
        log_e_scale=_log_e(arm, target, side),
        log_e_alive=_log_e(arm, kill, side),
        estimate=np.where(arm.n > 0, arm.y / arm.n, np.nan),
        lower=np.where(constant, -np.inf, lower),
        upper=np.where(constant, np.inf, upper),
        exposures=arm.n,
        phi=phi,
        nu=nu,
        autocorrelation=blocks.autocorrelation,
        blocks=blocks.count.astype(np.int64),
        n_eff=n_eff,
        ready=(blocks.count >= 2) & (~free | (n_eff >= LEAST_N_EFF)),
        no_variance=constant,
        uncapped=free & (arm.n > 0),
        no_verdict=arm.n <= 0,
        srm_log_e=np.zeros_like(arm.n),
    )


def default_planned(series: Series, question: Question) -> Floats:
    """n_opt where none was planned, (S,): the prior then expects a gap like that between kill line and target,
    c(0.01) v / gap^2 exposures with v the model's variance at the kill line (for a mean its square), in
    [100, 1e8]; 10,000 without a gap or for a contrast. It depends on the question only, never on the data."""
    size = len(np.asarray(question.kill))
    if series.control_n is not None:
        return np.full(size, FALLBACK_PLAN)
    kill, gap = np.asarray(question.kill), np.asarray(question.target) - np.asarray(question.kill)
    v = kill * kill if series.kind == "mean" else _model_variance(series.kind, kill)
    plan = mixtures.boundary_constant(ALPHA_OPT) * v / (gap * gap)
    usable = np.isfinite(plan) & (plan > 0)
    return np.where(usable, np.clip(plan, 100.0, 1e8), FALLBACK_PLAN)


def prior_weight(series: Series, question: Question) -> Floats:
    """tau, (S, 1): exposures that the prior counts for."""
    planned = np.asarray(question.planned, dtype=np.float64)
    plan = np.where(planned > 0, planned, default_planned(series, question))
    return column(np.maximum(plan / mixtures.boundary_constant(ALPHA_OPT), LEAST_WEIGHT))


def phi_floor(question: Question) -> Floats:
    """The least phi, (S, 1): what the metric's history before the bet showed, at least 1."""
    return np.fmax(
        1.0, np.full_like(column(question.kill), np.nan) if question.phi_floor is None else column(question.phi_floor)
    )


def unit_variance(kind: str, n: Floats, y: Floats, q: Floats) -> Floats:
    """Variance of one exposure: of the sample for a mean, else the model's at the estimate; 0 when constant."""
    mean: Floats = np.divide(y, n, out=np.zeros_like(n), where=n > 0)
    if kind == "proportion":
        return mean * (1 - mean)
    if kind == "rate":
        return mean
    squares = q - y * mean
    return np.where((n > 1) & (squares > CONSTANT * q), squares / np.where(n > 1, n - 1, 1.0), 0.0)


def sample_size(kind: str, n: Floats, y: Floats, q: Floats) -> Floats:
    """Effective exposures, (sum)^2 / sum of squares for a mean: skewed values count for less."""
    return np.divide(y * y, q, out=np.zeros_like(q), where=q > 0) if kind == "mean" else n


def _arm(series: Series, question: Question, last: bool) -> Arm:
    n, y = np.asarray(series.n, dtype=np.float64), np.asarray(series.y, dtype=np.float64)
    q = y if series.q is None else np.asarray(series.q, dtype=np.float64)
    total_n, total_y = running(n, last), running(y, last)
    total_q = total_y if series.q is None else running(q, last)
    cap = column(question.cap)
    declared = np.isfinite(cap) & (series.kind == "mean")
    capped = declared & (total_q <= cap * total_y * (1 + 1e-9))
    tau = prior_weight(series, question)
    strict = _strict(n, y, q, cap, question, tau, last) if declared.any() else None
    noise = spreads([y], n, series.days, last).combine([np.ones((1, 1))])
    v = unit_variance(series.kind, total_n, total_y, total_q)
    if series.kind != "mean":
        v = _smoothed(series.kind, total_n, total_y)
    return Arm(series.kind, total_n, total_y, total_q, v, noise, tau, phi_floor(question), declared, capped, strict)


def _smoothed(kind: str, n: Floats, y: Floats) -> Floats:
    # Half an event keeps the variance above zero before the first event.
    if kind == "rate":
        return (y + 0.5) / np.where(n > 0, n, 1.0)
    share = (y + 0.5) / (n + 1)
    return share * (1 - share)


def _strict(n: Floats, y: Floats, q: Floats, cap: Floats, question: Question, tau: Floats, last: bool) -> Strict:
    before = [np.zeros_like(n), np.zeros_like(n)]
    for out, values in zip(before, (n, y), strict=True):
        np.cumsum(values[:, :-1], axis=1, out=out[:, 1:])
    sd = np.full_like(cap, np.nan) if question.spread is None else column(question.spread)
    level = np.abs(np.where(np.isnan(column(question.kill)), column(question.target), column(question.kill)))
    assumed = np.minimum(level, cap / 2)
    sd = np.where(sd > 0, sd, np.where(assumed > 0, assumed, cap / 2))
    return Strict(n, y, q, before[1], before[0], cap, tau * sd * sd, last)


def _floored(v: Floats) -> Floats:
    return np.where(v > 0, v, 1.0)


def _constant(arm: Arm) -> Bools:
    return (arm.v <= 0) & (arm.n > 1) if arm.kind == "mean" else np.zeros(arm.n.shape, dtype=np.bool_)


def _log_e(arm: Arm, theta0: Floats, side: Floats) -> Floats:
    """The smaller of the unit and the period leg; 0 where the question or the data make no statement."""
    possible = _possible(arm, theta0)
    asked = possible & (arm.n > 0) & ((arm.v > 0) | (arm.kind != "mean"))
    theta0 = np.where(possible, theta0, 0.5)
    v = _floored(arm.v) if arm.kind == "mean" else _model_variance(arm.kind, theta0)
    z = side * (arm.y - arm.n * theta0) / np.sqrt(arm.some_n * v)
    kappa = arm.n / arm.tau
    phi, nu = arm.noise.inflation(v, arm.centre, arm.phi_floor)
    period = mixtures.one_sided_t(z / np.sqrt(phi), kappa, nu)
    return np.where(asked, np.minimum(_unit(arm, theta0, side, z, kappa), period), 0.0)


def _possible(arm: Arm, theta0: Floats) -> Bools:
    """Thresholds that the model can hold, (S, 1): the strict leg reads its history at one threshold throughout."""
    if arm.kind == "mean":
        return np.isfinite(theta0) & ((theta0 > 0) | ~arm.cap_declared)
    return (theta0 > 0) & (theta0 < (1.0 if arm.kind == "proportion" else np.inf))


def _model_variance(kind: str, theta0: Floats) -> Floats:
    return theta0 * (1 - theta0) if kind == "proportion" else theta0


def _unit(arm: Arm, theta0: Floats, side: Floats, z: Floats, kappa: Floats) -> Floats:
    if arm.kind == "proportion":
        return mixtures.beta_binomial(arm.y, arm.n, theta0, arm.tau, side)
    if arm.kind == "rate":
        return mixtures.gamma_poisson(arm.y, arm.n, theta0, arm.tau, side)
    plain = mixtures.one_sided_normal(z, kappa)
    if arm.strict is None:
        return plain
    return np.where(arm.capped, _empirical_bernstein(arm.strict, arm, theta0, side), plain)


def _empirical_bernstein(strict: Strict, arm: Arm, theta0: Floats, side: Floats) -> Floats:
    """Mean of values in [0, cap] (Howard et al. 2021): the centre of each period comes from earlier periods only.
    From above the values themselves bound the steps by theta0, so side +1 does not lean on the cap."""
    scale = np.where(side > 0, theta0, strict.cap)
    centre = np.minimum((strict.y_before + theta0) / (strict.n_before + 1), scale)
    spread = running(strict.q - centre * (2 * strict.y - strict.n * centre), strict.last)
    total = side * (arm.y - arm.n * theta0)
    safe = np.where(scale > 0, scale, 1.0)
    return mixtures.gamma_exponential(total, np.maximum(spread, 0.0), strict.rho, safe)


def _interval(arm: Arm, anchor: Floats, phi: Floats, nu: Floats, alpha: float) -> intervals.Bounds:
    """t confidence sequence, widened to the exact mixture's where there is one (its prior sits at `anchor`)."""
    radius = mixtures.t_radius(arm.n / arm.tau, nu, alpha)
    width = radius * radius * phi / arm.some_n
    if arm.kind == "mean":
        return intervals.normal(arm.centre, np.sqrt(np.where(np.isfinite(width), width * arm.v, np.inf)))
    level = math.log(1 / alpha)
    anchor = np.where(_possible(arm, anchor), anchor, 0.5)
    a, b = arm.tau * anchor, arm.tau
    if arm.kind == "rate":
        return intervals.widest(intervals.rate(arm.centre, width), intervals.exact_rate(arm.y, arm.some_n, a, b, level))
    a, b = (arm.tau - 1) * anchor, (arm.tau - 1) * (1 - anchor)
    exact = intervals.exact_proportion(arm.y, arm.some_n, a, b, level)
    return intervals.widest(intervals.proportion(arm.centre, width), exact)
