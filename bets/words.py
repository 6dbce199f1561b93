"""What executives read: findings and flags as plain sentences, the same on page, in mail and through the API.

Sentences of flags and verdicts are records and stay in English; what a page computes follows its reader's language.
"""

import math
import re
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from lib.money import short

ONE_IN_AT_MOST = 1000
FLAG_AT_MOST, VERDICT_AT_MOST = 1500, 600  # characters that are stored
CURRENCIES = {"€", "$", "£"}


@dataclass(frozen=True)
class Finding:
    """One outcome with what was read of it, ready to be put into words. Numbers in the unit of the metric."""

    metric: str
    unit: str
    kind: str
    contrast: str
    higher_is_better: bool
    kill_line: float
    target: float
    decide_by: date
    lower: float | None
    upper: float | None


def value(number: float, kind: str, unit: str, contrast: str = "") -> str:
    """A number as people say it: 4.1 %, +1.2 % (relative), +0.3 points, 12.4 minutes."""
    if contrast == "relative":
        return _("%(number)s %%") % {"number": _signed(number * 100, 1)}
    if kind == "proportion" and contrast:
        return _("%(number)s points") % {"number": _signed(number * 100, 2)}
    if kind == "proportion":
        return _("%(number)s %%") % {"number": plain(number * 100, _digits(number * 100))}
    sign = "-" if number < 0 else ("+" if contrast and number else "")
    digits = plain(abs(number), _digits(number))
    return f"{sign}{unit}{digits}" if unit in CURRENCIES else f"{sign}{digits} {unit}".strip()


def plain(number: float, digits: int = 0) -> str:
    """A number with so many decimals, as the reader's language writes it."""
    return str(number_format(f"{number:.{digits}f}", digits, use_l10n=True, force_grouping=True))


def _signed(number: float, digits: int) -> str:
    """With its sign, but a plain 0 for nothing."""
    if not number:
        return "0"
    return ("-" if number < 0 else "+") + plain(abs(number), digits)


def _digits(number: float) -> int:
    """Three significant digits between 0.1 and 100, none beyond."""
    size = abs(number)
    if size == 0 or size >= 100:
        return 0
    return 1 if size >= 10 else (2 if size >= 1 else 3)


def interval(finding: Finding, on: date | None = None) -> str:
    """“Conversion: between 4.1 % and 4.6 % (95 %, safe to check any day)”, `on` the day it was so; or that nothing is
    known yet."""
    if finding.lower is None or finding.upper is None:
        return _("%(metric)s: cannot be bounded yet") % {"metric": finding.metric}
    parts = {"metric": finding.metric, "low": _of(finding, finding.lower), "high": _of(finding, finding.upper)}
    if on:
        parts["day"] = date_format(on, "j F Y")
    return _interval(bool(finding.contrast), bool(on)) % parts


def _interval(contrast: bool, dated: bool) -> str:
    """Whole sentences: other languages put the parts elsewhere."""
    if contrast and dated:
        return _("%(metric)s: between %(low)s and %(high)s against control on %(day)s (95 %%, safe to check any day)")
    if contrast:
        return _("%(metric)s: between %(low)s and %(high)s against control (95 %%, safe to check any day)")
    if dated:
        return _("%(metric)s: between %(low)s and %(high)s on %(day)s (95 %%, safe to check any day)")
    return _("%(metric)s: between %(low)s and %(high)s (95 %%, safe to check any day)")


def line(finding: Finding, which: str) -> str:
    if which == "kill line":
        return _("the kill line is %(number)s") % {"number": _of(finding, finding.kill_line)}
    return _("the target is %(number)s") % {"number": _of(finding, finding.target)}


def whole(finding: Finding) -> str:
    """The interval with both lines, as one sentence."""
    parts = {"interval": interval(finding), "kill": line(finding, "kill line"), "target": line(finding, "target")}
    return _("%(interval)s; %(kill)s, %(target)s.") % parts


def _of(finding: Finding, number: float) -> str:
    return value(number, finding.kind, finding.unit, finding.contrast)


def about_one_in(bound: float) -> str:
    """The N of “at most about 1 in N”, rounded down: never a better promise than the bound, a share above 0."""
    return plain(math.floor(1 / bound + 1e-9))


def one_in(log_e: float) -> str:
    """The e-value as a frequency, from 20 on and capped at 1,000: “at most 1 bet in 900”."""
    number = min(math.exp(min(log_e, 20.0)), ONE_IN_AT_MOST)
    return f"at most 1 bet in {number:,.0f}" if number >= 20 else ""


@dataclass(frozen=True)
class Told:
    """What else a flag tells of the night that raised it. Money in minor units of `currency`."""

    on: date
    needed: int = 1  # so many of the `primaries` outcomes of the bet have to be shown so
    primaries: int = 1
    since: date | None = None
    recent: float | None = None  # the last four weeks alone
    chance: float | None = None
    evsi: int | None = None
    tranche: int | None = None  # amount of the next one
    tranche_on: date | None = None
    currency: str = "EUR"


@override("en")
def flag_sentence(kind: str, finding: Finding, log_e: float, told: Told) -> str:
    """What was seen, since when, how sure, what it is worth to go on, and what would clear it."""
    seen = f"{interval(finding, told.on)}; {line(finding, 'kill line' if kind == 'cease' else 'target')}"
    if told.since:
        seen = f"{_all_weeks(finding, kind)}{seen}"
        seen += f", and it has been {_beyond(kind, finding)} since about {_day(told.since)}"
        seen += "" if told.recent is None else f", lately at {_of(finding, told.recent)}"
    rare = one_in(log_e)
    data = "good" if kind == "scale" else "bad"
    return _together(
        f"{seen}.",
        rare
        and f"{_supposed(kind, finding, told)}, data this {data} would turn up in {rare}, however often we looked.",
        _chance(finding, told),
        f"Of all bets we flag to {kind} this quarter, at most about 1 in 10 is expected to be wrong.",
        "" if kind == "scale" else _worth(told),
        "It stays until a decision on the bet clears it.",
    )


def first_sentence(paragraph: str) -> str:
    """What a paragraph of ours begins with: a full stop and a capital end a sentence, not the stop of “4.1 %”."""
    return re.split(r"(?<=[.…])\s(?=[A-Z])", paragraph, maxsplit=1)[0]


def _all_weeks(finding: Finding, kind: str) -> str:
    """Begins an interval that holds the line although the last weeks are beyond it."""
    number = finding.kill_line if kind == "cease" else finding.target
    holds = finding.lower is not None and finding.upper is not None and finding.lower <= number <= finding.upper
    return "All weeks together, " if holds else ""


def _together(*sentences: str, at_most: int = FLAG_AT_MOST) -> str:
    """Those that say something, cut where they are stored: nobody's numbers of 300 digits end a night."""
    said = " ".join(sentence for sentence in sentences if sentence)
    return said if len(said) <= at_most else said[: at_most - 1] + "…"


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def _beyond(kind: str, finding: Finding) -> str:
    return "above" if (kind == "scale") == finding.higher_is_better else "below"


def _supposed(kind: str, finding: Finding, told: Told) -> str:
    """What the evidence speaks against: of one outcome in its numbers, of several in how many it takes."""
    each = "kill line" if kind == "cease" else "target"
    if told.primaries == 1:
        number = _of(finding, finding.kill_line if kind == "cease" else finding.target)
        better = "better" if finding.higher_is_better else "lower"
        return f"If it were really {f'at or short of {number}' if kind == 'scale' else f'at {number} or {better}'}"
    if kind == "scale":
        few = "no outcome" if told.needed == 1 else f"fewer than {told.needed} of its {told.primaries} outcomes"
        return f"If {few} were really better than {'its target' if told.needed == 1 else 'their targets'}"
    if told.needed == 1:
        return f"If every outcome were really at its {each} or better"
    beyond = "beyond their kill lines" if kind == "cease" else "short of their targets"
    return f"If fewer than {told.needed} of its {told.primaries} outcomes were really {beyond}"


def _chance(finding: Finding, told: Told) -> str:
    """The forecast, in a sentence of its own: it never made the flag."""
    if told.chance is None:
        return ""
    number, day = _of(finding, finding.target), _day(finding.decide_by)
    return f"Chance of reaching the target of {number} by {day}: {_share(told.chance)}."


def _worth(told: Told) -> str:
    if told.evsi is None or told.tranche is None:
        return ""
    cost = short(told.tranche, told.currency)
    if told.evsi < 100_000:  # less than a thousand
        return f"Another tranche would buy next to no information for {cost}."
    worth = short(told.evsi, told.currency)
    return f"Another tranche would buy {worth} of information for {cost}."


@override("en")
def inconclusive_sentence(finding: Finding, settles: float, told: Told, until: date | None = None) -> str:
    """That the money will be gone before anything is settled: a matter of reach, not of the result. `until`: the day on
    which it is, where that comes before the decide-by date."""
    is_sooner = until is not None and until < finding.decide_by
    by = f"{_day(until)}, when the money is used up," if until and is_sooner else _day(finding.decide_by)
    planned = ""
    if told.tranche is not None and told.tranche_on is not None:
        planned = f"The next tranche of {short(told.tranche, told.currency)} is planned for {_day(told.tranche_on)}."
    return _together(
        f"The chance that signals settle {finding.metric} by {by} is {_share(settles)}.",
        whole(finding),
        planned,
        _worth(told),
        "This says how far the evidence reaches, not what it will say.",
        "It clears once the chance is 30 % or more, or the evidence has settled it, or with a decision on the bet.",
    )


def _share(chance: float) -> str:
    if chance < 0.005:
        return "less than 1 %"
    return "more than 99 %" if chance > 0.995 else f"{chance * 100:.0f} %"


@override("en")
def near_miss_sentence(finding: Finding, log_e: float, cut: float, told: Told, reader: str, read_by: date) -> str:
    """That the evidence to cease fell little short on the day to decide, and who reads it a second time."""
    reads = (
        f"{reader}, who does not lead this bet, reads it independently by {_day(read_by)}."
        if reader
        else f"Nobody independent was found to read it, so product operations do, by {_day(read_by)}."
    )
    return _together(
        f"{interval(finding, told.on)}; {line(finding, 'kill line')}.",
        f"The day to decide, {_day(finding.decide_by)}, has come, and the evidence to cease is E ="
        f" {math.exp(log_e):,.0f} of the {math.exp(cut):,.0f} that was asked for: too little to flag it, too much to"
        " pass over.",
        reads,
        _chance(finding, told),
        _worth(told),
        "It stays until a decision on the bet clears it.",
    )


def withdrawn_sentence(log_e: float, cut: float) -> str:
    reached = math.exp(min(log_e, 20.0))
    return (
        f"Withdrawn by correction: the corrected data reach E = {reached:.2g}, not the {math.exp(cut):,.0f} that was"
        " asked for."
    )


def stale_sentence(metric: str, last: date | None, as_of: date) -> str:
    if last is None:
        return f"{metric} has never arrived. The first signal clears this."
    days = (as_of - last).days
    return (
        f"{metric} last arrived for {last:%-d %B %Y}, {days} days ago: two expected arrivals were missed."
        " This says nothing about the result. The next signal clears it."
    )


def late_sentence(runway: str, decides_on: date) -> str:
    """That the day to decide comes when too little money is left; `runway` says until when it lasts."""
    return (
        f"{runway} The next day to decide, {decides_on:%-d %B %Y}, comes after that. This says nothing about the"
        " result. It clears once the money lasts four weeks longer than that or the day comes sooner, or with a"
        " decision on the bet."
    )


@override("en")
def persisted_sentence(first: date, second: date) -> str:
    """That a bet was persisted twice, and nothing spoke more for it the second time than the first."""
    return (
        f"It was decided to persist on {first:%-d %B %Y} and again on {second:%-d %B %Y}, and nothing new speaks for"
        " it: since the first of the two, the evidence for the target has not doubled, and no stronger finding was"
        " confirmed. It clears once one of these happens, or with a decision on the bet."
    )


@override("en")
def verdict_sentence(
    kind: str, finding: Finding, health_note: str, guardrail: str = "", told: Told | None = None
) -> str:
    """One sentence with the finding, whatever the verdict; forecasts are kept out of it.

    `kind` is that of the verdict, or “clear” for a bet to keep measuring that is clear of its kill lines; `guardrail`
    the metric of one that is refuted; `told` since when it has been so, where that is later than its first weeks.
    """
    if kind == "none":
        return f"No verdict: {health_note or 'nothing has been read yet.'}"
    start = {
        "cease": "Below the kill line",
        "pivot": "The target is refuted, the kill line is not",
        "persist": "Above the target",
        "measure": "Not settled yet",
        "clear": "Clear of the kill line; the target is neither refuted nor beaten",
        "inconclusive": "Not settled, and unlikely to be by the decide-by date",
        "contradiction": "Outcomes contradict each other: check the data",
    }[kind]
    if kind == "cease" and not finding.higher_is_better:
        start = "Beyond the kill line"
    if kind == "persist" and not finding.higher_is_better:
        start = "Better than the target"
    found = whole(finding)
    if told and told.since:
        start += f" since about {_day(told.since)}"
        start += "" if told.recent is None else f", lately at {_of(finding, told.recent)}"
        found = f"{_all_weeks(finding, kind)}{found}"
    guarded = f"The guardrail {guardrail} is beyond its kill line: nothing is scaled meanwhile."
    return _together(f"{start}.", guarded if guardrail else "", found, at_most=VERDICT_AT_MOST)
