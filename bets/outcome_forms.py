"""Shape of what people type in when they state, change or restate an outcome, and what is to be learnt."""

import math
import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bets.baseline import Baseline
from bets.models import LearningOutcome, Outcome
from bets.words import CURRENCIES
from metrics import words
from metrics.forms import YEARS, NumberField
from metrics.models import Metric, Series
from org.models import Person

LARGEST = 1e15  # nobody means more, and pages stay readable
FAR_BELOW = 0.05  # of the baseline: a share of 1 was typed where percent are asked for
NUMBERS = ("target", "kill_line", "baseline")
SENTENCE = ("decide_by", "target", "kill_line")
DATE = {"type": "date"}


class AmountField(NumberField):
    """A number in the reader's language, with or without its unit behind or before it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit = ""

    def to_python(self, value: Any) -> float | int | None:
        bare = re.sub(r"^\s*[€$£]|\s*(%|[€$£])\s*$", "", str(value or ""))
        if self.unit and bare.strip().endswith(self.unit):
            bare = bare.strip().removesuffix(self.unit)
        number = super().to_python(bare)
        if number is not None and not abs(number) <= LARGEST:
            raise ValidationError(gettext("That number is too large to be meant."))
        return number


class DayField(forms.DateField):
    """A day between 1900 and 2199."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE), **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and day.year not in YEARS:
            raise ValidationError(gettext("Enter a date between 1900 and 2199."))
        return day


def per_unit(metric: Metric, contrast: str) -> float:
    """How many of what is typed make one of what is stored: shares and relative differences are typed as percent."""
    return 100.0 if contrast == "relative" or metric.kind == Metric.Kind.PROPORTION else 1.0


def typed_unit(metric: Metric, contrast: str) -> str:
    """The unit that stands beside a field."""
    if contrast == "relative":
        return "%"
    if metric.kind == Metric.Kind.PROPORTION:
        return gettext("points") if contrast else "%"
    return str(metric.unit)


def typed_number(number: float | None, metric: Metric, contrast: str) -> str:
    """A stored number as it is typed."""
    return "" if number is None else words.number(number * per_unit(metric, contrast), digits=10)


class LinesForm(forms.Form):
    """Target, kill line and decide-by date of an outcome, in the units of its readers."""

    target = AmountField(label=_("Target"), error_messages={"required": _("Enter the target.")})
    kill_line = AmountField(label=_("Kill line"), error_messages={"required": _("Enter the kill line.")})
    decide_by = DayField(label=_("Decide by"), error_messages={"required": _("Enter the day to decide.")})

    def __init__(self, series: Series, contrast: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series, self.metric = series, series.metric
        self.against = contrast
        for name in set(NUMBERS) & set(self.fields):
            self.fields[name].unit = self.metric.unit  # type: ignore[attr-defined]

    def unit(self) -> str:
        return typed_unit(self.metric, self._contrast())

    def is_money(self) -> bool:
        return self.unit() in CURRENCIES

    def _contrast(self) -> str:
        return self.against

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        size = per_unit(self.metric, self._contrast())
        for name in set(NUMBERS) & set(cleaned):
            if cleaned[name] is not None:
                number = cleaned[name]
                # The baseline is a level of the metric, also of its control.
                cleaned[name] = number / (per_unit(self.metric, "") if name == "baseline" else size)
                self._mind_shares(name, number)
        return cleaned

    def _mind_shares(self, name: str, number: float) -> None:
        """0.4 where 40 is meant: asked about, unless it carries its sign."""
        expected = self._expected()
        is_signed = "%" in str(self.data.get(self.add_prefix(name), ""))
        if self.metric.kind != Metric.Kind.PROPORTION or self._contrast() or is_signed or expected is None:
            return
        if 0 < number <= 1 and number / 100 < FAR_BELOW * expected:
            typed, meant = words.number(number), words.number(number * 100, digits=10)
            self.add_error(
                name,
                gettext(
                    "%(typed)s is read as %(typed)s %%, far below what it is now. Type %(meant)s for %(meant)s %%, or"
                    " %(typed)s %% with its sign if that is meant."
                )
                % {"typed": typed, "meant": meant},
            )

    def _expected(self) -> float | None:
        return None


class OutcomeForm(LinesForm):
    """An outcome of a series: the sentence, and what is folded away below it."""

    baseline = AmountField(
        label=_("Baseline"), required=False,
        help_text=_("Where it stands before the bet; where it is compared with control, the level of control."),
    )  # fmt: skip
    starts_on = DayField(
        label=_("Signals count from"), help_text=_("The first day that is read for this outcome."),
        error_messages={"required": _("Enter the day from which signals count.")},
    )  # fmt: skip
    planned_exposures = AmountField(label=_("Exposures until then"), required=False)
    role = forms.ChoiceField(
        label=_("Role"), choices=Outcome.Role.choices, required=False,
        help_text=_("A guardrail must not get worse: beyond its kill line nothing is scaled."),
    )  # fmt: skip
    contrast = forms.ChoiceField(label=_("Compared with control"), choices=Outcome.Contrast.choices, required=False)
    share = AmountField(
        label=_("Share in the treatment arm, in percent"), required=False, help_text=_("As planned, of all exposures.")
    )
    glide = forms.ChoiceField(label=_("Lines"), choices=Outcome.Glide.choices, required=False)
    grace_days = forms.IntegerField(
        label=_("Days of grace"), min_value=0, max_value=3650, required=False,
        help_text=_("Days after the start that are not read."),
    )  # fmt: skip
    weight = AmountField(
        label=_("Weight"), required=False, help_text=_("Against the other primary outcomes, before they are scaled.")
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, series: Series, known: Baseline | None, *args: Any, **kwargs: Any) -> None:
        self.known = known
        super().__init__(series, "", *args, **kwargs)
        if not series.has_control or series.metric.kind == Metric.Kind.LEVEL:
            del self.fields["contrast"], self.fields["share"]
        if series.metric.kind == Metric.Kind.LEVEL:
            del self.fields["planned_exposures"]

    def _contrast(self) -> str:
        if "contrast" not in self.fields:
            return ""
        if self.is_bound:
            return str(self.data.get(self.add_prefix("contrast"), ""))
        return str(self.initial.get("contrast", ""))

    def _expected(self) -> float | None:
        return self.known.level if self.known else None

    def clean(self) -> dict[str, Any]:
        """Numbers as they are stored; what was left empty has its default."""
        cleaned = super().clean()
        share = cleaned.get("share")
        cleaned |= {
            "contrast": cleaned.get("contrast", ""),
            "share": 0.5 if share is None else share / 100,
            "role": cleaned.get("role") or Outcome.Role.PRIMARY,
            "glide": cleaned.get("glide") or Outcome.Glide.FLAT,
            "grace_days": cleaned.get("grace_days") or 0,
            "weight": 1.0 if cleaned.get("weight") is None else cleaned["weight"],
        }
        if cleaned.get("planned_exposures") is None and {"starts_on", "decide_by"} <= set(cleaned):
            cleaned["planned_exposures"] = self._planned(cleaned["starts_on"], cleaned["decide_by"])
        return cleaned

    def _planned(self, start: date, decide_by: date) -> float:
        if self.metric.kind == Metric.Kind.LEVEL:
            return max(1.0, (decide_by - start).days / {"day": 1, "week": 7, "month": 30}[self.series.grain])
        if self.known and self.known.per_day > 0:
            return self.known.planned(start, decide_by)
        self.add_error(
            "planned_exposures", gettext("No signals tell how many are exposed: say how many are expected until then.")
        )
        return math.nan

    def more(self) -> list[forms.BoundField]:
        """What is folded away: all but the sentence."""
        return [field for field in self if field.name not in (*SENTENCE, "seen")]

    def more_errors(self) -> bool:
        return any(field.errors for field in self.more())

    def stated(self) -> dict[str, Any]:
        """The fields of an outcome, without what was seen."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


class RestateForm(LinesForm):
    """Lines that are moved after a bet went live, and why; `version` is the one that was looked at."""

    reason = forms.CharField(
        label=_("Why the lines move"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept for ever beside both versions."), error_messages={"required": _("Say why.")},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=32_767)

    def __init__(self, outcome: Outcome, *args: Any, **kwargs: Any) -> None:
        self.outcome = outcome
        super().__init__(outcome.series, outcome.contrast, *args, **kwargs)

    def _expected(self) -> float | None:
        return self.outcome.target


class LearningForm(forms.Form):
    """What is to be found out without signals."""

    kind = forms.ChoiceField(
        label=_("How it is learnt"), choices=LearningOutcome.Kind.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it is learnt.")},
    )  # fmt: skip
    question = forms.CharField(
        label=_("What is to be found out"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A question with an answer, or the behaviour that is counted."),
        error_messages={"required": _("Say what is to be found out.")},
    )  # fmt: skip
    goal = forms.IntegerField(
        label=_("Seen at least so often"), required=False, min_value=1, max_value=2**31 - 1,
        help_text=_("For a counted behaviour: how often is enough."),
    )  # fmt: skip
    reader = forms.ModelChoiceField(
        queryset=Person.objects.none(), label=_("Who reads the answer"), required=False, empty_label=_("Nobody yet"),
        help_text=_("For a question: somebody who does not lead this bet."),
    )  # fmt: skip
    due_on = DayField(label=_("Due on"), error_messages={"required": _("Enter the day it is due.")})

    def __init__(self, readers: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reader"].queryset = readers  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Of a behaviour only its number counts, of a question only its reader: the other field was left over."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") == LearningOutcome.Kind.BEHAVIOUR:
            cleaned["reader"] = None
        if cleaned.get("kind") == LearningOutcome.Kind.QUESTION:
            cleaned["goal"] = None
        return cleaned


class FindingForm(forms.Form):
    """What was found."""

    finding = forms.ChoiceField(
        label=_("What was found"), choices=LearningOutcome.Finding.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose what was found.")},
    )  # fmt: skip
    counted = forms.IntegerField(
        label=_("Seen so often"), required=False, min_value=0, max_value=2**31 - 1,
        error_messages={"required": _("Say how often it was seen.")},
    )  # fmt: skip
    note = forms.CharField(
        label=_("What you saw, and why you find so"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Written once and kept for ever."), error_messages={"required": _("Say what you saw.")},
    )  # fmt: skip

    def __init__(self, learning: LearningOutcome, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if learning.kind == LearningOutcome.Kind.QUESTION:
            del self.fields["counted"]
        else:
            self.fields["counted"].required = True
