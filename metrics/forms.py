"""Shape of what people type in: one observation of a series, asked for in the words of its kind."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lib.periods import end_of
from metrics import words
from metrics.models import Metric, Series
from metrics.rules import expected_period
from metrics.sources.csv_moment import start_of

Kind = Metric.Kind
LABELS = {
    Kind.PROPORTION: {"n": _("Trials"), "total": _("Successes")},
    Kind.MEAN: {"n": _("Number of values"), "total": _("Sum of the values"), "squares": _("Sum of their squares")},
    Kind.RATE: {"n": _("Exposures"), "total": _("Events")},
    Kind.LEVEL: {"total": _("Value")},
}
MISSING = {
    (Kind.PROPORTION, "n"): _("Enter trials."),
    (Kind.PROPORTION, "total"): _("Enter successes."),
    (Kind.MEAN, "n"): _("Enter number of values."),
    (Kind.MEAN, "total"): _("Enter sum of the values."),
    (Kind.MEAN, "squares"): _("Enter sum of their squares."),
    (Kind.RATE, "n"): _("Enter exposures."),
    (Kind.RATE, "total"): _("Enter events."),
    (Kind.LEVEL, "total"): _("Enter value."),
}
HELP = {
    "n": _("How many were exposed in this period."),
    "total": _("What was counted or added up among them."),
    "squares": _("Each value times itself, added up: it tells how much single values differ."),
}
LEVEL_HELP = _("The one value of this period.")
PERIODS = {
    "day": (_("Day"), _("The day that the observation is of."), _("Enter day.")),
    "week": (_("Week"), _("Any day of the week; the week from its Monday is meant."), _("Enter week.")),
    "month": (_("Month"), _("Any day of the month; the whole month is meant."), _("Enter month.")),
}
ARMS = [("treatment", _("Treatment")), ("control", _("Control"))]
LARGEST_COUNT = 2**53
YEARS = range(1900, 2200)
BLANKS = re.compile(r"[\s\u00a0\u202f'’]+")


def _plain(typed: str) -> str | None:
    """What was typed as Python reads it, without the grouping of the reader's language; None when it is no number."""
    text, decimal = BLANKS.sub("", typed), re.escape(get_format("DECIMAL_SEPARATOR"))
    group = re.escape(BLANKS.sub("", get_format("THOUSAND_SEPARATOR")))
    if group and re.fullmatch(rf"[+-]?\d{{1,3}}({group}\d{{3}})+({decimal}\d+)?", text, re.ASCII):
        text = re.sub(group, "", text)
    plain = re.sub(decimal, ".", text)
    return plain if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", plain, re.ASCII | re.IGNORECASE) else None


class NumberField(forms.Field):
    """A number in the format of the reader's language, grouped or not: 1,234.5 in English, 1.234,5 in German."""

    def __init__(self, *, whole: bool = False, **kwargs: Any) -> None:
        mode = "numeric" if whole else "decimal"
        super().__init__(widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}), **kwargs)
        self.whole = whole

    def prepare_value(self, value: Any) -> Any:
        """A stored number as it would be typed; what was typed stays as it is."""
        return words.number(value) if isinstance(value, int | float) else value

    def to_python(self, value: Any) -> float | int | None:
        if not value or not value.strip():
            return None
        plain = _plain(value) if len(value) <= 100 else None
        if plain is None:
            raise ValidationError(self._refusal())
        if not self.whole:
            return float(plain)
        if not re.fullmatch(r"[+-]?\d+", plain):
            raise ValidationError(self._refusal())
        if int(plain) > LARGEST_COUNT:
            largest = words.number(LARGEST_COUNT, digits=16)
            raise ValidationError(gettext("Enter a number less than or equal to %(most)s.") % {"most": largest})
        return int(plain)

    def _refusal(self) -> str:
        if self.whole:
            return gettext("Enter a whole number, like %(example)s.") % {"example": words.number(1234)}
        return gettext("Enter a number, like %(example)s.") % {"example": words.number(1234.5)}


class RecordSignalForm(forms.Form):
    """One observation; which fields there are follows from the kind of the metric and from its control arm."""

    period = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    arm = forms.ChoiceField(choices=ARMS, initial="treatment", label=_("Arm"))
    n = NumberField(whole=True)
    total = NumberField()
    squares = NumberField()

    def __init__(self, series: Series, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series = series
        kind = Kind(series.metric.kind)
        for name in ("n", "total", "squares"):
            if name in LABELS[kind]:
                about = LEVEL_HELP if kind == Kind.LEVEL else HELP[name]
                self._word(name, LABELS[kind][name], about, MISSING[kind, name])
            else:
                del self.fields[name]
        self._word("period", *PERIODS[series.grain])
        if not series.has_control:
            del self.fields["arm"]

    def _word(self, name: str, label: Any, help_text: Any, missing: Any) -> None:
        field = self.fields[name]
        field.label, field.help_text, field.error_messages["required"] = label, help_text, missing

    def clean_period(self) -> date:
        """The first day of the period in which the typed day lies."""
        typed: date = self.cleaned_data["period"]
        if typed.year not in YEARS:
            raise ValidationError(gettext("Enter a date between 1900 and 2199."))
        return start_of(typed, self.series.grain)  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        """What a kind does not ask for has one meaning: a level has no exposures, only a mean has squares."""
        return {"n": 0, "squares": None, "arm": "treatment"} | (super().clean() or {})


def next_period(series: Series, last: date | None, today: date) -> date | None:
    """The period that is most likely meant: the one after the last signal; None while that has not ended."""
    expected = expected_period(series.grain, 0, today)
    following = end_of(last, series.grain) if last else expected
    return following if following <= expected else None
