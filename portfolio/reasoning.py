"""The full reasoning behind a flag and a reading, one click away from the sentence: every number with what it means."""

import math
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.models import Flag, Outcome, Reading
from bets.words import ONE_IN_AT_MOST, plain, value
from portfolio.charts import shown
from portfolio.night import ALPHA

MILLION = math.log(1e6)
LOG_20 = math.log(20.0)
LINES = {"cease": "kill_line", "pivot": "target", "scale": "target", "alive": "kill_line"}
CLAIMS = {
    "cease": gettext_lazy("%(metric)s is at or better than the kill line of %(line)s."),
    "pivot": gettext_lazy("%(metric)s is at or better than the target of %(line)s."),
    "scale": gettext_lazy("%(metric)s is at or short of the target of %(line)s."),
    "alive": gettext_lazy("%(metric)s is at or short of the kill line of %(line)s."),
}
E_VALUES = {"cease": "log_e_cease", "pivot": "log_e_miss", "scale": "log_e_scale", "alive": "log_e_alive"}
UNIT_LEG = {
    "proportion": gettext_lazy(
        "Counts every exposure as one trial: the likelihood of the successes seen, averaged over shares beyond the"
        " line, against the share on the line (beta-binomial mixture, exact)."
    ),
    "rate": gettext_lazy(
        "Counts every event: the likelihood of the events seen, averaged over rates beyond the line, against the rate"
        " on the line (gamma-Poisson mixture, exact)."
    ),
    "mean": gettext_lazy(
        "Adds up single values, whose upper limit nobody has declared: the bound holds for large samples (normal"
        " mixture), and never ends a bet by itself."
    ),
    "capped mean": gettext_lazy(
        "Adds up single values, each at most %(cap)s by declaration: the bound holds for every sample size (empirical"
        " Bernstein)."
    ),
    "level": gettext_lazy(
        "One value per period says nothing of single exposures: there is no evidence from a level alone."
    ),
    "contrast": gettext_lazy(
        "Compares both arms period by period, weighted by exposures, on the difference itself and never on a ratio of"
        " noisy numbers (normal mixture)."
    ),
}
ASSUMPTION = {
    "one arm": gettext_lazy(
        "Noise comes from single exposures, from whole periods, or from both, and at least one of the two legs"
        " describes it rightly: because the smaller one counts, one is enough. A season or a campaign looks like an"
        " effect of the bet; only a control arm can tell them apart."
    ),
    "contrast": gettext_lazy(
        "People are put into the arms at random and counted in the same way in both. What touches both arms, a season"
        " or a campaign, cancels out."
    ),
}
GRADES = {
    "A": gettext_lazy("Randomised control arm."),
    "B": gettext_lazy("Exposures known, no control arm."),
    "C": gettext_lazy("Values only."),
    "D": gettext_lazy("No verdict can rest on it."),
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
    frozen, asked = f"E = {e_value(flag.log_e)}", f"E ≥ {e_value(flag.cut)}"
    return [
        Step(_("The claim that was tested"), "", _claim(flag.kind, flag.outcome)),
        Step(_("Evidence against it, frozen that night"), frozen, _frozen(flag.kind, outcomes)),
        Step(_("Asked for by the portfolio rule"), asked, _rule(flag, judged)),
        *(reading_steps(reading) if reading else []),
    ]


def reading_steps(reading: Reading) -> list[Step]:
    """What a reading rests on: both legs, the noise, the data, the assumption, and how to compute it again."""
    outcome = reading.outcome
    assumption = str(ASSUMPTION["contrast" if outcome.contrast else "one arm"])
    exposures = _("%(count)s exposures") % {"count": plain(reading.exposures)}
    data = {"day": date_format(reading.as_of, "j F Y"), "checksum": reading.snapshot}
    same = _("The same data, thresholds and engine give the same reading to the last digit.")
    return [
        Step(_("First leg: single exposures"), exposures, _unit_leg(outcome)),
        Step(_("Second leg: whole periods"), _noise(reading), _period_leg(reading)),
        Step(_("The assumption"), "", assumption),
        Step(_("Evidence grade"), reading.grade, str(GRADES[reading.grade])),
        Step(_("Data"), _last_period(reading), _("Read as of %(day)s; checksum %(checksum)s.") % data),
        Step(_("Engine"), reading.engine, same),
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
        return _("more than %(number)s") % {"number": plain(1e6)}
    number = math.exp(log_e)
    if number < 0.01:
        return _("less than %(number)s") % {"number": plain(0.01, 2)}
    return plain(number) if number >= 10 else plain(number, 2)


def _claim(kind: str, outcome: Outcome) -> str:
    parts = {"metric": outcome.series.metric, "line": shown(outcome, getattr(outcome, LINES[kind]))}
    return str(CLAIMS[kind]) % parts


def _frozen(kind: str, outcomes: int) -> str:
    words = _("1 means no evidence; the larger, the worse the claim fits what was seen, however often anybody looked.")
    if outcomes == 1:
        return words
    if kind == "scale":
        joined = _("For a bet with %(count)s outcomes it is the smallest of all its outcomes.")
    else:
        joined = _("For a bet with %(count)s outcomes it is the average over its outcomes.")
    return f"{words} {joined % {'count': outcomes}}"


def _rule(flag: Flag, judged: int) -> str:
    judged_words = ngettext(
        "%(count)s bet was judged together that night.", "%(count)s bets were judged together that night.", judged
    )
    rule = _(
        "The more are watched, the more look remarkable by chance, so the rule asks for more: of all flags of this"
        " kind in %(cycle)s, at most %(share)s %% are expected to be wrong (e-BH), also when bets depend on each other."
    )
    parts = {"cycle": flag.cycle.replace("-", " "), "share": plain(ALPHA * 100)}
    return f"{judged_words % {'count': plain(judged)}} {rule % parts}"


def _meaning(log_e: float) -> str:
    if log_e >= LOG_20:
        rare = plain(min(math.exp(min(log_e, 20)), ONE_IN_AT_MOST))
        return _("If it were true, at most 1 in %(number)s would look like this") % {"number": rare}
    return _("Not refuted") if log_e > 0 else _("Nothing speaks against it")


def _unit_leg(outcome: Outcome) -> str:
    metric = outcome.series.metric
    if outcome.contrast:
        return str(UNIT_LEG["contrast"])
    if metric.kind == "mean" and metric.cap is not None:
        return str(UNIT_LEG["capped mean"]) % {"cap": value(metric.cap, metric.kind, metric.unit)}
    return str(UNIT_LEG[metric.kind])


def _noise(reading: Reading) -> str:
    if reading.phi is None or reading.nu is None:
        return _("not known yet")
    return f"φ = {plain(reading.phi, 2)}, ν = {plain(reading.nu, 1)}"


def _period_leg(reading: Reading) -> str:
    words = ngettext(
        "Compares whole days and weeks with each other (%(count)s full week so far), because they wander more than"
        " chance alone.",
        "Compares whole days and weeks with each other (%(count)s full weeks so far), because they wander more than"
        " chance alone.",
        reading.blocks,
    ) % {"count": plain(reading.blocks)}
    if reading.phi is None or reading.nu is None:
        return words
    noise = _(
        "Their noise is %(phi)s times that of single exposures (φ), known to %(nu)s degrees of freedom (ν; t mixture)."
        " Of both legs the smaller counts."
    )
    return f"{words} {noise % {'phi': plain(reading.phi, 2), 'nu': plain(reading.nu, 1)}}"


def _last_period(reading: Reading) -> str:
    if reading.last_period is None:
        return _("none yet")
    return _("up to %(day)s") % {"day": date_format(reading.last_period, "j F Y")}


def _stale_steps(reading: Reading | None) -> list[Step]:
    missed = _("Two arrivals that were expected by the grain and settling time of the metric were missed.")
    apart = _("A feed that stops is a matter of health, never a bad outcome.")
    clears = _("The next signal: the night after it arrives clears this flag by itself.")
    return [
        Step(_("Signals"), _last_period(reading) if reading else _("not known"), missed),
        Step(_("What it says of the result"), _("nothing"), apart),
        Step(_("What clears it"), "", clears),
    ]
