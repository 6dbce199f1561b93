"""When will we know? One sentence for each outcome, from its own noise and the exposures that come."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bets.models import Reading
from bets.rules import BROKEN, STALE, WAITING, decide
from bets.words import plain
from portfolio.change import why_not

LOG_20 = math.log(20.0)
SETTLED: Mapping[str, str | Promise] = {
    "cease": gettext_lazy("Answered: it is beyond the kill line."),
    "persist": gettext_lazy("Answered: it is better than the target."),
    "pivot": gettext_lazy("Answered: the target is refuted."),
    "contradiction": gettext_lazy("The signals contradict themselves: check the data first."),
}
IN_TIME, LATE, UNKNOWN, DONE = "circle-check", "clock-alert", "hourglass", "flag"


@dataclass(frozen=True)
class Answer:
    """When an outcome will be known; `in_time` for the decision, None where that is no longer or not yet a question."""

    sentence: str
    in_time: bool | None
    is_settled: bool = False

    @property
    def icon(self) -> str:
        if self.is_settled:
            return DONE
        return {True: IN_TIME, False: LATE, None: UNKNOWN}[self.in_time]


def finding_kind(reading: Reading) -> str:
    """What one outcome alone says, as the kind of a verdict: shown from E = 20 on, or what the night asked for."""
    asked = reading.asked or LOG_20
    cease, scale, miss = (
        getattr(reading, f"log_e_{family}") >= asked - 1e-9 for family in ("cease", "scale", "miss")
    )  # what was asked was rounded on its way through the database
    return decide(cease=cease, scale=scale, miss=miss, health=reading.health)


def is_answered(reading: Reading) -> bool:
    """Has the evidence said yes or no already, be it only that the outcome is clear of its kill line?"""
    return finding_kind(reading) in SETTLED or reading.log_e_alive >= LOG_20


def settling(readings: Sequence[Reading]) -> tuple[date | None, bool]:
    """The day on which the last of these outcomes can be settled, None when that of one is not known; and whether all
    of them are settled already."""
    open_ = [reading for reading in readings if not is_answered(reading)]
    days = [reading.answer_on for reading in open_]
    return max((day for day in days if day), default=None) if all(days) else None, bool(readings) and not open_


def answer_of(reading: Reading) -> Answer:
    """When the outcome of a reading (with outcome, series and metric) will be known."""
    said = SETTLED.get(finding_kind(reading))
    if said is not None:
        return Answer(str(said), None, is_settled=True)
    if reading.health in (BROKEN, STALE) or (reading.health == WAITING and reading.asked is None):
        return Answer(why_not([reading]), None)
    if reading.log_e_alive >= LOG_20:
        return Answer(_clear(reading), True)
    if reading.answer_on is None:
        return Answer(_never(reading), False)
    in_time = reading.answer_on <= reading.outcome.decide_by
    return Answer(_expected(reading) if in_time else _late(reading), in_time)


def _clear(reading: Reading) -> str:
    """Beyond its kill line it will hardly be any more; the target is measured when the day has come."""
    outcome = reading.outcome
    if outcome.decide_by <= reading.as_of:
        return _("Clear of the kill line. The day to decide was %(due)s.") % _days(reading)
    if outcome.series.grain == "month":
        return _(
            "Clear of the kill line. Whether it reaches the target is measured over the last full month before %(due)s."
        ) % _days(reading)
    return _(
        "Clear of the kill line. Whether it reaches the target is measured over the four weeks to %(due)s."
    ) % _days(reading)


def _expected(reading: Reading) -> str:
    if reading.last_period is None:
        return _("Answer expected by %(day)s, if signals come as planned.") % _days(reading)
    return _("Answer expected by %(day)s.") % _days(reading)


def _late(reading: Reading) -> str:
    if reading.outcome.decide_by <= reading.as_of:
        return _("Answer expected by %(day)s; the decision has been due since %(due)s.") % _days(reading)
    if reading.answer_times is None or reading.answer_with_on is None:
        return _("Not by %(due)s with this traffic: answer expected by %(day)s.") % _days(reading)
    return _("Not by %(due)s with this traffic; with %(times)s × the exposures by %(with)s.") % _days(reading)


def _never(reading: Reading) -> str:
    if reading.outcome.series.metric.kind == "level":
        return _("Not within three years from values alone: send exposures or a control arm.")
    if reading.answer_times is None or reading.answer_with_on is None:
        return _("Not within three years with this traffic.")
    return _("Not within three years with this traffic; with %(times)s × the exposures by %(with)s.") % _days(reading)


def _days(reading: Reading) -> dict[str, str]:
    days = {"day": reading.answer_on, "due": reading.outcome.decide_by, "with": reading.answer_with_on}
    words = {name: date_format(day, "DATE_FORMAT") if day else "" for name, day in days.items()}
    return words | {"times": plain(reading.answer_times or 1.0)}
