"""The full reasoning behind a flag and a reading, one click away from the sentence: every number with what it means."""

import math
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bets.models import Flag, Outcome, Reading
from bets.words import ONE_IN_AT_MOST, plain, value
from portfolio import formulas
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
        "One value per period says nothing of single exposures: only the comparison of whole periods is left."
    ),
    "segments": gettext_lazy(
        "Each part of the exposures is compared by itself and weighted as it was fixed at the start, so that a changing"
        " mix cannot pass for a change (normal mixture of the standardised mean)."
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
    "level": gettext_lazy(
        "After removing the declared path, week-to-week noise is stable and fades within about two weeks. A trend that"
        " nobody declared looks like an effect of the bet."
    ),
}
NOISE = gettext_lazy(
    "φ compares how much whole days and weeks wander with what single exposures alone would do: days speak first (φ₀,"
    " worth n₀ degrees of freedom), weeks take over as they come in (φ_w, with d), and what was seen before the bet is"
    " the least (φ_h)."
)
NO_HISTORY = gettext_lazy(
    "Nobody gave eight weeks of the metric before the bet, so its noise is learnt from the bet itself. That costs:"
    " restarts count only once twelve weeks have been read, and noise that fades slowly can pass for an effect."
)
NEAR = gettext_lazy(
    "On the day to decide the evidence came to more than a quarter of what the rule asks for, but not to all of it:"
    " somebody who does not lead this bet looks again, so that a narrow miss is neither overlooked nor argued away."
)
RESTARTED = gettext_lazy(
    "Half of the weight tests all data since the start, the other half each stretch that begins 28 days later, so that"
    " a bet that was good and went bad is noticed. A stretch younger than 28 days cannot speak for a flag. The starts"
    " were fixed when the bet was registered."
)
GRADES = {
    "A": gettext_lazy("Randomised control arm."),
    "B": gettext_lazy("Exposures known, no control arm."),
    "C": gettext_lazy("Values only."),
    "D": gettext_lazy("No verdict can rest on it."),
}


@dataclass(frozen=True)
class Step:
    """One line of the reasoning: a name, its value (blank when it is only words), what it means, and its formula."""

    name: str
    value: str
    words: str
    formula: str = ""


def flag_steps(flag: Flag, reading: Reading | None, *, judged: int, outcomes: int) -> list[Step]:
    """Why a flag was raised. `reading`: its outcome's that night; `judged`: bets judged then; `outcomes`: the bet's."""
    if flag.log_e is None or flag.cut is None:
        return _without_evidence(flag, reading)
    frozen, asked = f"E = {e_value(flag.log_e)}", f"E ≥ {e_value(flag.cut)}"
    near = Step(_("Why it is read a second time"), "", str(NEAR)) if flag.kind == Flag.Kind.NEAR_MISS else None
    claim = "cease" if near else flag.kind
    return [
        Step(_("The claim that was tested"), "", _claim(claim, flag.outcome)),
        Step(_("Evidence against it, frozen that night"), frozen, "" if near else _frozen(flag, outcomes)),
        Step(_("Asked for by the portfolio rule"), asked, _rule(flag, judged)),
        *([near] if near else []),
        *(reading_steps(reading) if reading else []),
    ]


def reading_steps(reading: Reading) -> list[Step]:
    """What a reading rests on: both legs, the noise, the data, the assumption, and how to compute it again."""
    return [*_legs(reading), _history(reading), *_mixture(reading), *_origin(reading)]


def assumption_of(reading: Reading) -> str:
    """What a reading takes for granted."""
    outcome = reading.outcome
    form = "contrast" if outcome.contrast else "level" if outcome.series.metric.kind == "level" else "one arm"
    return str(ASSUMPTION[form])


def _legs(reading: Reading) -> list[Step]:
    outcome, segmented = reading.outcome, reading.crude is not None
    exposures = _("%(count)s exposures") % {"count": plain(reading.exposures)}
    unit = formulas.unit_formula(outcome, segmented=segmented)
    widest = _("It may be looked at every day; of the intervals of both legs the wider one is shown.")
    return [
        Step(_("First leg: single exposures"), exposures, _unit_leg(outcome, segmented=segmented), unit),
        Step(_("What it takes in"), "", _("Exposures, sum, the lines tested, and the weight of the plan (τ):"),
             formulas.unit_inputs(reading)),
        Step(_("Second leg: whole periods"), _noise(reading), _period_leg(reading), formulas.period_formula(outcome)),
        Step(_("Noise between periods"), "", str(NOISE), f"{formulas.NOISE}\n{formulas.noise_inputs(reading)}"),
        Step(_("Of both legs"), "", _("The smaller one counts, so that one right description is enough."),
             formulas.SMALLER),
        Step(_("95 % interval"), interval_of(reading), widest, formulas.RADIUS),
    ]  # fmt: skip


def interval_of(reading: Reading) -> str:
    """The 95 % interval in words."""
    if reading.lower is None or reading.upper is None:
        return _("not bounded yet")
    low, high = (shown(reading.outcome, number) for number in (reading.lower, reading.upper))
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _history(reading: Reading) -> Step:
    """What is known of the noise before the bet, and what it costs where nothing is."""
    if reading.phi_history is None:
        known = ngettext("%(count)s week", "%(count)s weeks", reading.history_weeks) % {"count": reading.history_weeks}
        return Step(_("Noise history before the bet"), known if reading.history_weeks else _("none"), str(NO_HISTORY))
    words = _(
        "The metric wandered before the bet too: %(phi)s times the noise of single exposures. Less than that is never"
        " taken for granted."
    )
    weeks = ngettext("%(count)s week before the bet", "%(count)s weeks before the bet", reading.history_weeks)
    return Step(
        _("Noise history before the bet"), weeks % {"count": reading.history_weeks},
        words % {"phi": plain(reading.phi_history, 2)},
    )  # fmt: skip


def _mixture(reading: Reading) -> list[Step]:
    """The restarts, for outcomes that have some."""
    restarts = formulas.restarts_of(reading.outcome)
    if not restarts:
        return []
    value = f"|S| = {restarts}"
    return [Step(_("Good that went bad"), value, str(RESTARTED), formulas.RESTARTS)]


def _origin(reading: Reading) -> list[Step]:
    """What was read, and how to compute it again."""
    data = {"day": date_format(reading.cutoff or reading.as_of, "j F Y")}
    read = _("Periods that start before %(day)s were read. Checksum of exactly the data used:") % data
    version = _("Version %(version)s of the hypothesis was in force.") % {"version": reading.bet_version}
    same = _("The same data, thresholds and engine give the same reading to the last digit.")
    return [
        Step(_("The assumption"), "", assumption_of(reading)),
        Step(_("Evidence grade"), reading.grade, str(GRADES[reading.grade])),
        Step(_("Data"), _last_period(reading), read, reading.snapshot),
        Step(_("Bet"), "", version),
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


def _frozen(flag: Flag, outcomes: int) -> str:
    words = _("1 means no evidence; the larger, the worse the claim fits what was seen, however often anybody looked.")
    if outcomes == 1:
        return words
    return f"{words} {_joined(flag, outcomes)}"


def _joined(flag: Flag, outcomes: int) -> str:
    """How the evidence on a bet comes out of that on its primary outcomes."""
    bet, scale = flag.bet, flag.kind == Flag.Kind.SCALE
    least = (bet.scales_at or outcomes) if scale else bet.fails_at
    parts = {"count": outcomes, "least": least, "kept": max(outcomes - least + 1, 1)}
    if scale and least >= outcomes:
        return _("For a bet with %(count)s primary outcomes it is the smallest of all of them.") % parts
    if least <= 1:
        return _("For a bet with %(count)s primary outcomes it is their average, by the weights fixed before.") % parts
    return (
        _("This bet asks for at least %(least)s of its %(count)s primary outcomes: it is the average of the smallest"
          " %(kept)s.") % parts
    )  # fmt: skip


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


def _unit_leg(outcome: Outcome, *, segmented: bool) -> str:
    metric = outcome.series.metric
    if outcome.contrast or segmented:
        return str(UNIT_LEG["contrast" if outcome.contrast else "segments"])
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


def _without_evidence(flag: Flag, reading: Reading | None) -> list[Step]:
    if flag.kind == Flag.Kind.LATE:
        return _late_steps(flag)
    if flag.kind == Flag.Kind.PERSISTED:
        return _persisted_steps(flag)
    return _stale_steps(reading) if flag.kind == Flag.Kind.STALE else _reach_steps(reading)


def _late_steps(flag: Flag) -> list[Step]:
    """Why a flag says that the day to decide comes too late: from the money, never from the result."""
    last = date_format(flag.act_by, "DATE_FORMAT") if flag.act_by else _("not known")
    rests = _(
        "The day on which what is left comes down to the cost of winding the bet down, at the pace of the last 90 days,"
        " or of the plan where too little was spent."
    )
    apart = _("It rests on money and dates alone: on the day to decide, or the gate of the next tranche before it.")
    clears = _(
        "A further tranche, slower spending, or an earlier day to decide: it clears by itself once the money lasts four"
        " weeks longer than that day."
    )
    return [
        Step(_("Last day on which a decision is of use"), last, rests),
        Step(_("What it says of the result"), _("nothing"), apart),
        Step(_("What clears it"), "", clears),
    ]


def _persisted_steps(flag: Flag) -> list[Step]:
    """Why a flag says that a bet was persisted twice with nothing new: from decisions and what was known at each."""
    since = date_format(flag.since, "DATE_FORMAT") if flag.since else _("not known")
    grown = _("The e-value for the target has not doubled since, and no stronger finding was confirmed.")
    apart = _("It compares what was known at two decisions; the result may be good or bad.")
    clears = _("Twice the evidence for the target, a stronger finding, or the next decision on the bet.")
    return [
        Step(_("Nothing new since"), since, grown),
        Step(_("What it says of the result"), _("nothing"), apart),
        Step(_("What clears it"), "", clears),
    ]


def _reach_steps(reading: Reading | None) -> list[Step]:
    """Why a flag says that the evidence cannot be conclusive: from its reach alone, not from a guess at the result."""
    apart = _("It rests on the noise and on the exposures to come, never on a forecast of the result.")
    clears = _("More exposures, less noise, or a later day to decide: above a chance of 30 % it clears by itself.")
    chance = _("not known")
    if reading is not None and reading.settles is not None:
        chance = _("%(number)s %%") % {"number": plain(reading.settles * 100)}
    return [
        Step(_("Chance of settling it in time"), chance, _("Below 20 % the rest of the money hardly buys an answer.")),
        Step(_("What it says of the result"), _("nothing"), apart),
        Step(_("What clears it"), "", clears),
        *(reading_steps(reading) if reading else []),
    ]


def _stale_steps(reading: Reading | None) -> list[Step]:
    missed = _("Two arrivals that were expected by the grain and settling time of the metric were missed.")
    apart = _("A feed that stops is a matter of health, never a bad outcome.")
    clears = _("The next signal: the night after it arrives clears this flag by itself.")
    return [
        Step(_("Signals"), _last_period(reading) if reading else _("not known"), missed),
        Step(_("What it says of the result"), _("nothing"), apart),
        Step(_("What clears it"), "", clears),
    ]
