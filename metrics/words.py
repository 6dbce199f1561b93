"""Numbers of signals in words, in the format of the reader: what was typed, and what it comes to."""

from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from metrics.models import Metric, Observation, Series

DIGITS = 4  # significant ones of a computed number; what was typed is shown in full


def number(value: float, *, digits: int = 15) -> str:
    """A number in the format of the language, without what a float adds behind the digits."""
    text = f"{value:.{digits}g}"
    return text if "e" in text else number_format(text, use_l10n=True, force_grouping=True)


def amount(n: int, total: float) -> str:
    """What was observed: 40 of 100; a level has its value alone."""
    if not n:
        return number(total)
    return gettext("%(total)s of %(n)s") % {"total": number(total), "n": number(n)}


def value(metric: Metric, observed: Observation) -> str:
    """What an observation comes to: 40 %, 3.2 minutes; a dash without exposures."""
    if metric.kind == Metric.Kind.LEVEL:
        return _with_unit(observed.total, metric.unit)
    if not observed.n:
        return "–"
    if metric.kind == Metric.Kind.PROPORTION:
        return _with_unit(100 * observed.total / observed.n, "%")
    return _with_unit(observed.total / observed.n, metric.unit)


def _with_unit(amount: float, unit: str) -> str:
    shown = number(amount, digits=DIGITS)
    return f"{shown}\N{NO-BREAK SPACE}{unit}" if unit else shown


def period(series: Series, start: date) -> str:
    """21 Nov 2026; the week from 16 Nov 2026; November 2026."""
    if series.grain == Series.Grain.WEEK:
        return gettext("the week from %(day)s") % {"day": date_format(start, "DATE_FORMAT")}
    return date_format(start, "YEAR_MONTH_FORMAT" if series.grain == Series.Grain.MONTH else "DATE_FORMAT")
