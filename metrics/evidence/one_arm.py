"""One metric against fixed thresholds, without a control: proportion, mean and rate."""

import math
from dataclasses import dataclass

import numpy as np

from metrics.evidence import intervals, mixtures
from metrics.evidence.glide import Glide, glide_of
from metrics.evidence.mixtures import Bools, Floats
from metrics.evidence.model import Ints, Question, Result, Series
from metrics.evidence.noise import Noises, Spreads, Totals, Wanderings, Windows, column, last_weeks
from metrics.evidence.restarts import evidence_of, plan_of
from metrics.evidence.strict import Strict, strict_of

ALPHA_OPT = 0.01  # e-BH acts at e-values of 50 to 200
LEAST_WEIGHT = 2.0  # the beta prior needs more than one exposure
FALLBACK_PLAN = 10_000.0
LEAST_N_EFF = 500.0
CONSTANT = 1e-13  # a variance this small beside the mean square is rounding


@dataclass(frozen=True)
class Arm:
    """Everything the formulas need of one arm over M stretches of time; (S, M) sums, (S, 1) parameters."""

    kind: str
    n: Floats
    y: Floats
    q: Floats
    v: Floats  # sample variance; for proportion and rate the model's, at the estimate
    spreads: Spreads
    tau: Floats
    phi_floor: Floats
    cap_declared: Bools
    capped: Bools  # declared, and kept by the values so far
    strict: Strict | None
    glide: Glide | None

    @property
    def some_n(self) -> Floats:
        return np.where(self.n > 0, self.n, 1.0)

    @property
    def centre(self) -> Floats:
        return self.y / self.some_n

    @property
    def blocks(self) -> Floats:
        return self.spreads.blocks.count

    @property
    def n_eff(self) -> Floats:
        return sample_size(self.kind, self.n, self.y, self.q)

    @property
    def free(self) -> Bools:
        """Amounts without a limit."""
        return (self.kind == "mean") & ~self.capped

    def noise(self, threshold: Floats) -> Noises:
        """About the line of the threshold: what a climbing line explains is no noise."""
        one = np.ones((1, 1))
        return self.spreads.combine([one] if self.glide is None else [one, -self.glide.slope(threshold)])

    def phi(self, threshold: Floats) -> Floats:
        line, possible = _line(self, threshold)
        v = _floored(self.v) if self.kind == "mean" else model_variance(self.kind, line)
        phi, _ = self.noise(np.where(possible, threshold, 0.5)).inflation(v, self.centre, self.phi_floor)
        return np.where(possible & ((self.v > 0) | (self.kind != "mean")), phi, self.phi_floor)

    def log_e(self, threshold: Floats, side: Floats, least_phi: Floats) -> Floats:
        """The smaller of the unit and the period leg; 0 where the question or the data make no statement."""
        line, possible = _line(self, threshold)
        asked = possible & (self.n > 0) & ((self.v > 0) | (self.kind != "mean"))
        v = _floored(self.v) if self.kind == "mean" else model_variance(self.kind, line)
        threshold = np.where(possible, threshold, 0.5)
        total = side * (self.y - self.expected(threshold))
        z = total / np.sqrt(self.some_n * v)
        kappa = self.n / self.tau
        floor = np.maximum(self.phi_floor, least_phi)
        phi, nu = self.noise(threshold).inflation(v, self.centre, floor)
        period = mixtures.one_sided_t(z / np.sqrt(phi), kappa, nu)
        return np.where(asked, np.minimum(_unit(self, threshold, side, total, z), period), 0.0)

    def expected(self, threshold: Floats) -> Floats:
        """What the line promises, (S, M), in the unit of the sums."""
        return self.n * threshold if self.glide is None else self.glide.expected(threshold, self.n)


class ArmSums:
    """Running totals of a chunk, from which the arm over any stretch of time is read."""

    def __init__(self, series: Series, question: Question) -> None:
        n, y = np.asarray(series.n, dtype=np.float64), np.asarray(series.y, dtype=np.float64)
        q = y if series.q is None else np.asarray(series.q, dtype=np.float64)
        self.kind, self.cap = series.kind, column(question.cap)
        self.n, self.y = Totals(n), Totals(y)
        self.q = self.y if series.q is None else Totals(q)
        self.tau, self.floor = prior_weight(series, question), phi_floor(question)
        self.declared = np.isfinite(self.cap) & (series.kind == "mean")
        self.strict = strict_of(n, y, q, question, self.tau) if self.declared.any() else None
        self.glide = glide_of(question, n)
        climbing = [] if self.glide is None else [self.glide.climbed]
        self.wanderings = Wanderings([y, *climbing], n, series.days)

    def over(self, windows: Windows) -> Arm:
        return self._arm(windows, self.wanderings.over(windows))

    def over_past(self, windows: Windows) -> Arm:
        """The same for stretches after which there is data."""
        return self._arm(windows, self.wanderings.over_past(windows))

    def _arm(self, windows: Windows, spreads: Spreads) -> Arm:
        n, y, q = self.n.over(windows), self.y.over(windows), self.q.over(windows)
        q_seen, y_seen = (totals.upto[:, windows.ends + 1] for totals in (self.q, self.y))
        v = unit_variance(self.kind, n, y, q, q_seen) if self.kind == "mean" else smoothed(self.kind, n, y)
        return Arm(
            kind=self.kind,
            n=n,
            y=y,
            q=q,
            v=v,
            spreads=spreads,
            tau=self.tau,
            phi_floor=self.floor,
            cap_declared=self.declared,
            capped=self.declared & (q_seen <= self.cap * y_seen * (1 + 1e-9)),
            strict=None if self.strict is None else self.strict.over(windows),
            glide=None if self.glide is None else self.glide.over(windows),
        )

    def recent(self, days: int, at: Ints) -> Floats:
        """Estimate of the last 28 days with data, (S, C)."""
        n, y = (last_weeks(totals, self.wanderings.seen[:, at], days) for totals in (self.n, self.y))
        return np.where(n > 0, y / n, np.nan)


def read_arm(series: Series, question: Question, alpha: float, at: Ints) -> Result:
    """Proportion, mean or rate of one arm; arrays (S, C) for the C columns `at`."""
    sums = ArmSums(series, question)
    plan = plan_of(question, sums.wanderings.seen, series.days, at)
    arm = sums.over(plan.whole)
    anchor = np.where(np.isnan(question.kill), question.target, question.kill)[:, None]
    noise, constant = arm.noise(np.where(np.isnan(anchor), 0.0, anchor)), _constant(arm)
    phi, nu = noise.inflation(_floored(arm.v), arm.centre, arm.phi_floor)
    lower, upper = _interval(arm, anchor, phi, nu, alpha)
    return Result(
        **vars(evidence_of(sums, plan, question)),
        estimate=np.where(arm.n > 0, arm.y / arm.n, np.nan),
        recent=sums.recent(series.days, at),
        lower=np.where(constant, -np.inf, lower),
        upper=np.where(constant, np.inf, upper),
        exposures=arm.n,
        phi=phi,
        nu=nu,
        autocorrelation=noise.blocks.autocorrelation,
        blocks=arm.blocks.astype(np.int64),
        n_eff=arm.n_eff,
        ready=(arm.blocks >= 2) & (~arm.free | (arm.n_eff >= LEAST_N_EFF)),
        no_variance=constant,
        uncapped=arm.free & (arm.n > 0),
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
    v = kill * kill if series.kind == "mean" else model_variance(series.kind, kill)
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


def unit_variance(kind: str, n: Floats, y: Floats, q: Floats, q_seen: Floats | None = None) -> Floats:
    """Variance of one exposure: of the sample for a mean, else the model's at the estimate; 0 when constant. `q_seen`
    is the running total that q is a difference of."""
    mean: Floats = np.divide(y, n, out=np.zeros_like(n), where=n > 0)
    if kind == "proportion":
        return mean * (1 - mean)
    if kind == "rate":
        return mean
    squares = q - y * mean
    return np.where(
        (n > 1) & (squares > CONSTANT * (q if q_seen is None else q_seen)), squares / np.where(n > 1, n - 1, 1.0), 0.0
    )


def sample_size(kind: str, n: Floats, y: Floats, q: Floats) -> Floats:
    """Effective exposures, (sum)^2 / sum of squares for a mean: skewed values count for less."""
    return np.divide(y * y, q, out=np.zeros_like(q), where=q > 0) if kind == "mean" else n


def smoothed(kind: str, n: Floats, y: Floats) -> Floats:
    """The model's variance at the estimate; half an event keeps it above zero before the first one."""
    if kind == "rate":
        return (y + 0.5) / np.where(n > 0, n, 1.0)
    share = (y + 0.5) / (n + 1)
    return share * (1 - share)


def _floored(v: Floats) -> Floats:
    return np.where(v > 0, v, 1.0)


def _constant(arm: Arm) -> Bools:
    return (arm.v <= 0) & (arm.n > 1) if arm.kind == "mean" else np.zeros(arm.n.shape, dtype=np.bool_)


def _line(arm: Arm, threshold: Floats) -> tuple[Floats, Bools]:
    """The line over the stretches, weighted by exposures, (S, M) or (S, 1); and thresholds that the model can hold,
    (S, 1): the strict leg reads its history at one threshold throughout. Where it cannot, the line is at 1/2."""
    possible = _possible(arm, threshold)
    if arm.glide is None:
        return np.where(possible, threshold, 0.5), possible
    start = np.where(arm.glide.on, arm.glide.start, 1e-9)
    possible = possible & ((arm.kind == "mean") & ~arm.cap_declared | (start >= 0))
    possible = possible & ((arm.kind != "proportion") | (start <= 1))
    moving = arm.glide.on & possible & (arm.n > 0)
    return np.where(moving, arm.expected(threshold) / arm.some_n, np.where(possible, threshold, 0.5)), possible


def _possible(arm: Arm, theta0: Floats) -> Bools:
    if arm.kind == "mean":
        return np.isfinite(theta0) & ((theta0 > 0) | ~arm.cap_declared)
    return (theta0 > 0) & (theta0 < (1.0 if arm.kind == "proportion" else np.inf))


def model_variance(kind: str, theta0: Floats) -> Floats:
    return theta0 * (1 - theta0) if kind == "proportion" else theta0


def _unit(arm: Arm, theta0: Floats, side: Floats, total: Floats, z: Floats) -> Floats:
    """Against single exposures; `total` is the signed sum beyond the line and `z` the same in standard errors."""
    if arm.kind == "mean":
        plain = mixtures.one_sided_normal(z, arm.n / arm.tau)
        if arm.strict is None:
            return plain
        highest = theta0 if arm.glide is None else arm.glide.highest(theta0)
        return np.where(arm.capped, arm.strict.log_e(total, theta0, highest, side), plain)
    leg = mixtures.beta_binomial if arm.kind == "proportion" else mixtures.gamma_poisson
    flat = leg(arm.y, arm.n, theta0, arm.tau, side)
    if arm.glide is None:
        return flat
    step, expected = side / np.sqrt(arm.tau * model_variance(arm.kind, theta0)), arm.expected(theta0)
    if arm.kind == "rate":
        return np.where(arm.glide.on, mixtures.tilted_poisson(arm.y, expected, step), flat)
    return np.where(arm.glide.on, mixtures.tilted_binomial(arm.y, arm.n, expected, step), flat)


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
