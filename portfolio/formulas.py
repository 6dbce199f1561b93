"""The formulas behind a reading, in symbols, with the numbers that this reading puts into them.

Symbols are the same in every language; the words beside them are those of portfolio.reasoning. Sources stand in the
docstrings of metrics.evidence.
"""

from bets.models import Outcome, Reading
from bets.signals import question_of, shape_of
from bets.words import plain
from metrics.evidence.mixtures import boundary_constant
from metrics.evidence.one_arm import ALPHA_OPT, LEAST_WEIGHT
from portfolio.charts import shown

NORMAL = "ln E₁ = ln 2 − ½ ln(1+κ) + κ/(1+κ) · z²/2 + ln Φ(z √(κ/(1+κ)))"
UNIT = {
    "proportion": (
        "ln E₁ = ln B(a+Y, b+N−Y) − ln B(a, b) − Y ln θ₀ − (N−Y) ln(1−θ₀) + ln I(a+Y, b+N−Y) − ln I(a, b)\n"
        "a = (τ−1) θ₀, b = (τ−1)(1−θ₀), I(a, b) = P(p ≷ θ₀ | p ~ Beta(a, b))"
    ),
    "rate": (
        "ln E₁ = a ln b − ln Γ(a) + ln Γ(a+Y) − (a+Y) ln(b+N) − Y ln θ₀ + θ₀ N + ln I(a+Y, b+N) − ln I(a, b)\n"
        "a = τ θ₀, b = τ, I(a, b) = P(λ ≷ θ₀ | λ ~ Γ(a, b))"
    ),
    "mean": f"{NORMAL}\nz = ±(Y − N θ₀) / √(N v), κ = N/τ",
    "capped mean": (
        "ln E₁ = k ln k − ln Γ(k) − ln P(k, k) + ln Γ(M) + ln P(M, A+k) − M ln(A+k) + A\n"
        "A = (C S + V)/C², M = (V + ρ)/C², k = ρ/C²"
    ),
    "level": "E₁ = E₂",
    "contrast": f"{NORMAL}\nz = ±Σ W (d − θ₀) / √V, W = n₁ n₀ / (n₁ + n₀), d = ȳ₁ − ȳ₀, κ = ΣW/τ",
    "relative": f"{NORMAL}\nz = ±Σ W d / √V, W = n₁ n₀ / (n₁ + n₀), d = ȳ₁ − (1+θ₀) ȳ₀, κ = ΣW/τ",
    "segments": f"{NORMAL}\nz = ±Σ W (m − θ₀) / √V, m = Σ w_g ȳ_g, W = 1 / Σ(w_g²/n_g)",
}
STUDENT = (
    "ln E₂ = −½ ln(1+κ) + (ν+1)/2 · [ln(1 + t²/ν) − ln(1 + t²/(ν(1+κ)))] + ln 2"
    " + ln F_ν₊₁(t √(κ/(1+κ) · (ν+1)/(ν + t²/(1+κ))))"
)
T = {
    "level": "t = ±(ȳ − θ₀) √(N/Λ), Λ = D/(B−1) · ℓ, ν = B/ℓ − 1, ℓ = (1+r)/(1−r)",
    "contrast": "t = z/√φ",
    "one arm": "t = ±(Y − N θ₀) / √(N v φ)",
}
NOISE = "φ = max((n₀ φ₀ + d φ_w) / (n₀ + d), 1, φ_h), ν = n₀ + d"
RESTARTS = "E = ½ E₀ + Σ ½/|S| · E_s, s ∈ S = {28, 56, …}"
RADIUS = "ȳ ± √(φ v / N) · √(ν (G−1) / (1 − G/(1+κ))), G = exp(2/(ν+1) · (ln(1/α) + ½ ln(1+κ))), α = 0.05"
SMALLER = "E = min(E₁, E₂)"


def unit_formula(outcome: Outcome, *, segmented: bool) -> str:
    """The formula of the leg that counts single exposures."""
    metric = outcome.series.metric
    if outcome.contrast:
        return UNIT["relative" if outcome.contrast == "relative" else "contrast"]
    if segmented:
        return UNIT["segments"]
    return UNIT["capped mean" if metric.kind == "mean" and metric.cap is not None else metric.kind]


def period_formula(outcome: Outcome) -> str:
    """The formula of the leg that compares whole periods."""
    form = "level" if outcome.series.metric.kind == "level" else "contrast" if outcome.contrast else "one arm"
    climbing = "\nN θ₀ = Σ n_t θ₀_t" if outcome.glide == Outcome.Glide.LINEAR else ""
    return f"{STUDENT}\n{T[form]}{climbing}"


def unit_inputs(reading: Reading) -> str:
    """What this reading puts into both legs: N, Y, the lines tested, and what the plan made of the prior."""
    outcome = reading.outcome
    planned = float(question_of(shape_of(outcome), [outcome]).planned[0])
    weight = max(planned / boundary_constant(ALPHA_OPT), LEAST_WEIGHT)
    found = [f"N = {plain(reading.exposures)}"]
    if not outcome.contrast and reading.estimate is not None:
        found.append(f"Y = {_sum(reading.exposures * reading.estimate)}")
    found += [f"θ₀ = {shown(outcome, line)}" for line in (outcome.kill_line, outcome.target)]
    found.append(f"τ = {_sum(weight)}")
    return "; ".join(found if outcome.contrast else [*found, f"κ = {_sum(reading.exposures / weight)}"])


def restarts_of(outcome: Outcome) -> int:
    """|S|: how many starts the restart mixture of an outcome has."""
    restarts = question_of(shape_of(outcome), [outcome]).restarts
    return 0 if restarts is None else int(restarts[0])


def noise_inputs(reading: Reading) -> str:
    """φ, ν, the correlation of blocks and their number, and what the history asks for at least."""
    if reading.phi is None or reading.nu is None:
        return ""
    found = [f"φ = {plain(reading.phi, 2)}", f"ν = {plain(reading.nu, 1)}", f"B = {plain(reading.blocks)}"]
    if reading.autocorrelation is not None:
        found.append(f"r = {plain(reading.autocorrelation, 2)}")
    if reading.phi_history is not None:
        found.append(f"φ_h = {plain(reading.phi_history, 2)}")
    return ", ".join(found)


def _sum(total: float) -> str:
    return plain(total) if abs(total) >= 100 else plain(total, 2)
