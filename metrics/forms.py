"""Shape of what people type in: one observation of a series, asked for in the words of its kind."""

from datetime import date
from typing import Any

from django import forms

from metrics.models import Metric, Series
from metrics.sources.csv_moment import start_of

Kind = Metric.Kind
WORDS = {
    Kind.PROPORTION: {"n": "Trials", "total": "Successes"},
    Kind.MEAN: {"n": "Number of values", "total": "Sum of the values", "squares": "Sum of their squares"},
    Kind.RATE: {"n": "Exposures", "total": "Events"},
    Kind.LEVEL: {"total": "Value"},
}
HELP = {
    "n": "How many were exposed in this period.",
    "total": "What was counted or added up among them.",
    "squares": "Each value times itself, added up: it tells how much single values differ.",
}
PERIODS = {
    "day": ("Day", "The day that the observation is of."),
    "week": ("Week", "Any day of the week; the week from its Monday is meant."),
    "month": ("Month", "Any day of the month; the whole month is meant."),
}
ARMS = [("treatment", "Treatment"), ("control", "Control")]


class RecordSignalForm(forms.Form):
    """One observation; which fields there are follows from the kind of the metric and from its control arm."""

    period = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    arm = forms.ChoiceField(choices=ARMS, initial="treatment", label="Arm")
    n = forms.IntegerField(max_value=2**53, widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    total = forms.FloatField(widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}))
    squares = forms.FloatField(widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}))

    def __init__(self, series: Series, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series = series
        words = WORDS[Kind(series.metric.kind)]
        for name in ("n", "total", "squares"):
            if name in words:
                self._word(name, words[name], HELP[name])
            else:
                del self.fields[name]
        self._word("period", *PERIODS[series.grain])
        if not series.has_control:
            del self.fields["arm"]

    def _word(self, name: str, label: str, help_text: str) -> None:
        field = self.fields[name]
        field.label, field.help_text = label, help_text
        field.error_messages["required"] = f"Enter {label[0].lower()}{label[1:]}."

    def clean_period(self) -> date:
        """The first day of the period in which the typed day lies."""
        typed: date = self.cleaned_data["period"]
        return start_of(typed, self.series.grain)  # type: ignore[arg-type]

    def clean(self) -> dict[str, Any]:
        """What a kind does not ask for has one meaning: a level has no exposures, only a mean has squares."""
        return {"n": 0, "squares": None, "arm": "treatment"} | (super().clean() or {})
