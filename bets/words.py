"""What executives read: findings and flags as plain sentences, the same on page, in mail and through the API.

Sentences of flags and verdicts are records and stay in English; what a page computes follows its reader's language.
"""

import math
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import override

ONE_IN_AT_MOST = 1000
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


def one_in(log_e: float) -> str:
    """The e-value as a frequency, from 20 on and capped at 1,000: “at most 1 bet in 900”."""
    number = min(math.exp(min(log_e, 20.0)), ONE_IN_AT_MOST)
    return f"at most 1 bet in {number:,.0f}" if number >= 20 else ""


@override("en")
def flag_sentence(kind: str, finding: Finding, log_e: float, raised_on: date) -> str:
    """What was seen, since when, how sure, and what would clear it."""
    better = "better" if finding.higher_is_better else "lower"
    at = {"cease": "kill line", "pivot": "target", "scale": "target"}[kind]
    number = _of(finding, finding.kill_line if kind == "cease" else finding.target)
    supposed, seen = ("at or short of", "good") if kind == "scale" else (f"at {number} or {better}", "bad")
    supposed = f"{supposed} {number}" if kind == "scale" else supposed
    rare = one_in(log_e)
    sure = (
        f" If it were really {supposed}, data this {seen} would turn up in {rare}, however often we looked."
        if rare
        else ""
    )
    return (
        f"{interval(finding, raised_on)}; {line(finding, at)}. Flagged since then.{sure}"
        " It stays until a decision on the bet clears it."
    )


def stale_sentence(metric: str, last: date | None, as_of: date) -> str:
    if last is None:
        return f"{metric} has never arrived. The first signal clears this."
    days = (as_of - last).days
    return (
        f"{metric} last arrived for {last:%-d %B %Y}, {days} days ago: two expected arrivals were missed."
        " This says nothing about the result. The next signal clears it."
    )


@override("en")
def verdict_sentence(kind: str, finding: Finding, health_note: str) -> str:
    """One sentence with the finding, whatever the verdict; forecasts are kept out of it."""
    if kind == "none":
        return f"No verdict: {health_note or 'nothing has been read yet.'}"
    start = {
        "cease": "Below the kill line",
        "pivot": "The target is refuted, the kill line is not",
        "persist": "Above the target",
        "measure": "Not settled yet",
        "contradiction": "Outcomes contradict each other: check the data",
    }[kind]
    if kind == "cease" and not finding.higher_is_better:
        start = "Beyond the kill line"
    if kind == "persist" and not finding.higher_is_better:
        start = "Better than the target"
    return f"{start}. {whole(finding)}"
