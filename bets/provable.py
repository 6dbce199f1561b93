"""What signals can prove of an outcome by its decide-by date, said before it is stated: the reading that the first
night would write, in words; and what cannot be judged, and why."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bets.baseline import Baseline, baseline_of
from bets.models import Outcome, Reading, Segment
from bets.reading import readings_of
from bets.rules import BROKEN, SETTLES_AT_LEAST
from bets.signals import HISTORY_WEEKS, LEAST_WEEKS, first_day, read_of, shape_of
from bets.words import plain, value
from metrics.models import Metric
from metrics.reading import HISTORY
from metrics.rules import is_late
from org.models import Run

LIKELY, VERY_LIKELY = 0.5, 0.8
LEAST_DAYS = 14  # two weeks of signals, before which no verdict is given


@dataclass(frozen=True)
class Provable:
    """What can be proven. `tone`: yes, perhaps, hardly, or unknown; `weeks` of noise known before the start, None where
    weeks say nothing."""

    reading: Reading
    baseline: Baseline | None
    weeks: int | None
    tone: str
    headline: str
    sentences: list[str]
    unjudged: list[str]

    @property
    def icon(self) -> str:
        return {"yes": "circle-check", "perhaps": "circle-dashed", "hardly": "clock-alert"}.get(self.tone, "hourglass")

    @property
    def asks_history(self) -> bool:
        """Are there fewer weeks before the start than tell the noise?"""
        return self.weeks is not None and self.weeks < LEAST_WEEKS

    @property
    def history_words(self) -> str:
        """What the weeks before the start are good for, and how many there are."""
        known = ngettext("%(weeks)s week is known", "%(weeks)s weeks are known", self.weeks or 0)
        return _(
            "Noise history: %(known)s of the %(most)s before the start; %(least)s are enough. With fewer, the first"
            " verdicts take longer, and nothing protects better against false flags."
        ) % {"known": known % {"weeks": self.weeks}, "most": HISTORY_WEEKS, "least": LEAST_WEEKS}


def provable(outcome: Outcome, today: date, segments: Sequence[Segment] = ()) -> Provable:
    """What the first night would say of an outcome, stored or not, that comes with its bet, series, metric and source;
    `segments` with their series. Six queries; nothing is written."""
    outcome.parts = list(segments)  # type: ignore[attr-defined]
    read = read_of(shape_of(outcome)._replace(parts=len(segments)), [outcome], today)
    (reading,) = readings_of([read], Run(kind="night", as_of=today))
    known = baseline_of(outcome.series, today)
    judged = outcome.series.metric.kind != Metric.Kind.LEVEL and HISTORY[outcome.series.grain]
    tone, headline = _headline(reading)
    return Provable(
        reading=reading, baseline=known, weeks=reading.history_weeks if judged else None, tone=tone, headline=headline,
        sentences=list(_sentences(reading, today)), unjudged=list(_unjudged(outcome, reading, known, today)),
    )  # fmt: skip


def _headline(reading: Reading) -> tuple[str, str]:
    """How likely it is to be settled by the date, in words."""
    day = {"day": date_format(reading.settles_by or reading.outcome.decide_by, "DATE_FORMAT")}
    chance = reading.settles
    if reading.health == BROKEN or chance is None:
        return "unknown", _("Nobody can say whether signals will settle this by %(day)s.") % day
    if chance >= VERY_LIKELY:
        return "yes", _("The signals will very likely settle this by %(day)s.") % day
    if chance >= LIKELY:
        return "yes", _("The signals will probably settle this by %(day)s.") % day
    if chance >= SETTLES_AT_LEAST:
        return "perhaps", _("The signals may settle this by %(day)s, but probably will not.") % day
    return "hardly", _("The signals can hardly settle this by %(day)s.") % day


def _sentences(reading: Reading, today: date) -> Iterator[str]:
    """The chance, how long it would take, and with how many more exposures it would be in time."""
    outcome = reading.outcome
    if reading.settles is None:
        return
    yield _("Chance that they show it is beyond a line, or clear of it: %(share)s.") % {
        "share": _share(reading.settles)
    }
    yield _when(reading, today)
    if reading.answer_times is not None and reading.answer_with_on is not None:
        yield _("With %(times)s × the exposures, by %(day)s.") % {
            "times": plain(reading.answer_times), "day": date_format(reading.answer_with_on, "DATE_FORMAT"),
        }  # fmt: skip
    if reading.settles < SETTLES_AT_LEAST:
        yield _(
            "Below 20 %, the night will flag that it cannot conclude. Other ways: lines further apart, a later date."
        )
    if reading.settles_by and reading.settles_by < outcome.decide_by:
        yield _("The planned money is used up by %(day)s, before the decide-by date.") % {
            "day": date_format(reading.settles_by, "DATE_FORMAT")
        }
    if outcome.starts_on < today and reading.last_period:
        yield _(
            "Signals since %(day)s count already. Lines that are drawn after looking prove less than they seem to:"
            " start today unless the bet has really been running."
        ) % {"day": date_format(outcome.starts_on, "DATE_FORMAT")}


def _when(reading: Reading, today: date) -> str:
    if reading.last_period and reading.answer_on and reading.answer_on <= today:
        return _("The signals so far settle it already.")
    if reading.answer_on is None:
        return _("With this traffic it would take more than three years.")
    weeks = max(1, math.ceil((reading.answer_on - max(today, first_day(reading.outcome))).days / 7))
    return ngettext(
        "With this traffic an answer is more likely than not by %(day)s, after %(weeks)s week.",
        "With this traffic an answer is more likely than not by %(day)s, after %(weeks)s weeks.",
        weeks,
    ) % {"day": date_format(reading.answer_on, "DATE_FORMAT"), "weeks": weeks}


def _share(chance: float) -> str:
    """A chance as people say it; nothing is certain."""
    if chance < 0.005:
        return _("less than 1 %")
    return _("more than 99 %") if chance > 0.995 else _("%(number)s %%") % {"number": plain(chance * 100)}


def _unjudged(outcome: Outcome, reading: Reading, known: Baseline | None, today: date) -> Iterator[str]:
    """What cannot be judged, and why."""
    series, metric = outcome.series, outcome.series.metric
    if known is None:
        yield _(
            "No signals have arrived for this series in the last weeks: all this rests on your plan alone, and signals"
            " must come before anything is judged."
        )
    elif is_late(_last(known, series.grain), series.grain, metric.settle_days, today):
        yield _("The series is late: its last signals are of %(day)s. A series that has stopped proves nothing.") % {
            "day": date_format(known.last, "DATE_FORMAT")
        }
    if known and known.is_constant:
        yield _("Every week of the series has the same value. A constant feed shows no noise, so nothing is judged.")
    if metric.kind == Metric.Kind.LEVEL:
        yield _(
            "A level has no exposures and no control: it is judged by how its weeks wander, which takes months. With"
            " exposures, or with a control, it would be evidence sooner."
        )
    if metric.kind == Metric.Kind.MEAN and metric.cap is None and not outcome.contrast:
        yield _(
            "Nobody has declared the most that one value can be. Without such a limit a few large values could turn a"
            " mean, so it is never shown to be beyond its kill line: ask the owner of the metric for a limit."
        )
    if metric.kind == Metric.Kind.MEAN and reading.last_period is None:
        yield _("How much single values differ is guessed from the baseline until the first signals of the bet arrive.")
    if outcome.contrast and outcome.baseline is None and reading.last_period is None:
        yield _("Nobody has said where the control stands: enter its level as the baseline.")
    days = (outcome.decide_by - max(first_day(outcome), today)).days
    if days < LEAST_DAYS:
        yield _("Only %(days)s days are left to read: no verdict before two full weeks of signals.") % {"days": days}
    if reading.health == BROKEN:
        yield reading.health_note


def _last(known: Baseline, grain: str) -> date:
    """First day of the last period."""
    if grain == "month":
        return known.last.replace(day=1)
    return date.fromordinal(known.last.toordinal() - (6 if grain == "week" else 0))


def level_words(outcome: Outcome, number: float) -> str:
    """A level of its metric in words, be it of control."""
    metric = outcome.series.metric
    return value(number, metric.kind, metric.unit)


def number_words(outcome: Outcome, number: float) -> str:
    """A number of an outcome in words, with its unit."""
    metric = outcome.series.metric
    return value(number, metric.kind, metric.unit, outcome.contrast)
