"""The full reasoning behind a flag and a reading, one click away from the sentence: every number with what it means."""

import math
from dataclasses import dataclass

from bets.models import Flag, Outcome, Reading
from bets.words import ONE_IN_AT_MOST, value
from portfolio.charts import shown
from portfolio.night import ALPHA

MILLION = math.log(1e6)
LOG_20 = math.log(20.0)
CLAIMS = {
    "cease": ("kill_line", "at or better than the kill line of {}"),
    "pivot": ("target", "at or better than the target of {}"),
    "scale": ("target", "at or short of the target of {}"),
    "alive": ("kill_line", "at or short of the kill line of {}"),
}
E_VALUES = {"cease": "log_e_cease", "pivot": "log_e_miss", "scale": "log_e_scale", "alive": "log_e_alive"}
UNIT_LEG = {
    "proportion": "Counts every exposure as one trial: the likelihood of the successes seen, averaged over shares"
    " beyond the line, against the share on the line (beta-binomial mixture, exact).",
    "rate": "Counts every event: the likelihood of the events seen, averaged over rates beyond the line, against the"
    " rate on the line (gamma-Poisson mixture, exact).",
    "mean": "Adds up single values, whose upper limit nobody has declared: the bound holds for large samples (normal"
    " mixture), and never ends a bet by itself.",
    "capped mean": "Adds up single values, each at most {cap} by declaration: the bound holds for every sample size"
    " (empirical Bernstein).",
    "level": "One value per period says nothing of single exposures: there is no evidence from a level alone.",
    "contrast": "Compares both arms period by period, weighted by exposures, on the difference itself and never on a"
    " ratio of noisy numbers (normal mixture).",
}
ASSUMPTION = {
    "one arm": "Noise comes from single exposures, from whole periods, or from both, and at least one of the two legs"
    " describes it rightly: because the smaller one counts, one is enough. A season or a campaign looks"
    " like an effect of the bet; only a control arm can tell them apart.",
    "contrast": "People are put into the arms at random and counted in the same way in both. What touches both arms,"
    " a season or a campaign, cancels out.",
}
GRADES = {
    "A": "randomised control arm",
    "B": "exposures known, no control arm",
    "C": "values only",
    "D": "no verdict can rest on it",
}


@dataclass(frozen=True)
class Step:
    """One line of the reasoning: a name, its value (blank when it is only words), and what it means."""

    name: str
    value: str
    words: str


def flag_steps(flag: Flag, reading: Reading | None, *, judged: int, outcomes: int) -> list[Step]:
    """Why a flag was raised. `reading`: its outcome's that night; `judged`: bets judged then; `outcomes`: the bet's."""
    if flag.log_e is None or flag.cut is None:
        return _stale_steps(reading)
    return [
        Step("The claim that was tested", "", _claim(flag.kind, flag.outcome)),
        Step("Evidence against it, frozen that night", f"E = {e_value(flag.log_e)}", _frozen(flag.kind, outcomes)),
        Step("Asked for by the portfolio rule", f"E ≥ {e_value(flag.cut)}", _rule(flag, judged)),
        *(reading_steps(reading) if reading else []),
    ]


def reading_steps(reading: Reading) -> list[Step]:
    """What a reading rests on: both legs, the noise, the data, the assumption, and how to compute it again."""
    outcome = reading.outcome
    assumption = ASSUMPTION["contrast" if outcome.contrast else "one arm"]
    return [
        Step("First leg: single exposures", f"{reading.exposures:,.0f} exposures", _unit_leg(outcome)),
        Step("Second leg: whole periods", _noise(reading), _period_leg(reading)),
        Step("The assumption", "", assumption),
        Step("Evidence grade", reading.grade, f"{GRADES[reading.grade].capitalize()}."),
        Step("Data", _last_period(reading), f"Read as of {reading.as_of:%-d %B %Y}; checksum {reading.snapshot}."),
        Step("Engine", reading.engine, "The same data, thresholds and engine give the same reading to the last digit."),
    ]


@dataclass(frozen=True)
class Claim:
    """A claim about an outcome, the e-value against it, and the same as a frequency."""

    words: str
    against: str
    meaning: str


def claims_of(reading: Reading) -> list[Claim]:
    """The four claims that every night tests for each outcome."""
    return [
        Claim(_claim(kind, reading.outcome), e_value(log_e), _meaning(log_e))
        for kind, name in E_VALUES.items()
        for log_e in [float(getattr(reading, name))]
    ]


def e_value(log_e: float) -> str:
    """An e-value for reading: two digits below ten, none above, and no false precision beyond a million."""
    if log_e > MILLION:
        return "more than 1,000,000"
    number = math.exp(log_e)
    if number < 0.01:
        return "less than 0.01"
    return f"{number:,.0f}" if number >= 10 else f"{number:.2f}"


def _claim(kind: str, outcome: Outcome) -> str:
    line, words = CLAIMS[kind]
    return f"{outcome.series.metric} is {words.format(shown(outcome, getattr(outcome, line)))}."


def _frozen(kind: str, outcomes: int) -> str:
    words = "1 means no evidence; the larger, the worse the claim fits what was seen, however often anybody looked."
    if outcomes == 1:
        return words
    joined = {"scale": "the smallest of all its outcomes", "cease": "the average over its outcomes"}
    return f"{words} For a bet with {outcomes} outcomes it is {joined.get(kind, joined['cease'])}."


def _rule(flag: Flag, judged: int) -> str:
    return (
        f"{judged:,} bet{'s were' if judged != 1 else ' was'} judged together that night. The more are watched,"
        " the more look remarkable by chance, so the rule asks for more: of all flags of this kind in"
        f" {flag.cycle.replace('-', ' ')}, at most {ALPHA * 100:.0f} % are expected to be wrong (e-BH), also when bets"
        " depend on each other."
    )


def _meaning(log_e: float) -> str:
    if log_e >= LOG_20:
        return (
            f"If it were true, at most 1 in {min(math.exp(min(log_e, 20)), ONE_IN_AT_MOST):,.0f} would look like this"
        )
    return "Not refuted" if log_e > 0 else "Nothing speaks against it"


def _unit_leg(outcome: Outcome) -> str:
    metric = outcome.series.metric
    if outcome.contrast:
        return UNIT_LEG["contrast"]
    if metric.kind == "mean" and metric.cap is not None:
        return UNIT_LEG["capped mean"].format(cap=value(metric.cap, metric.kind, metric.unit))
    return UNIT_LEG[metric.kind]


def _noise(reading: Reading) -> str:
    if reading.phi is None or reading.nu is None:
        return "not known yet"
    return f"φ = {reading.phi:.2f}, ν = {reading.nu:.1f}"


def _period_leg(reading: Reading) -> str:
    blocks = f"{reading.blocks} full week{'' if reading.blocks == 1 else 's'}"
    words = (
        f"Compares whole days and weeks with each other ({blocks} so far), because they wander more than chance alone."
    )
    if reading.phi is None or reading.nu is None:
        return words
    return (
        f"{words} Their noise is {reading.phi:.2f} times that of single exposures (φ), known to {reading.nu:.1f}"
        " degrees of freedom (ν; t mixture). Of both legs the smaller counts."
    )


def _last_period(reading: Reading) -> str:
    return f"up to {reading.last_period:%-d %B %Y}" if reading.last_period else "none yet"


def _stale_steps(reading: Reading | None) -> list[Step]:
    last = _last_period(reading) if reading else "not known"
    return [
        Step(
            "Signals", last, "Two arrivals that were expected by the grain and settling time of the metric were missed."
        ),
        Step("What it says of the result", "nothing", "A feed that stops is a matter of health, never a bad outcome."),
        Step("What clears it", "", "The next signal: the night after it arrives clears this flag by itself."),
    ]
