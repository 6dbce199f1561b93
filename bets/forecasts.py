"""What may come of outcomes: the chance of the target, when an answer is likely, and what knowing it is worth.

A forecast never raises a flag and never touches the evidence.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bets.models import FamilyRule, Outcome, Tranche
from bets.rules import HEALTHY, NIGHTS, WAITING
from bets.signals import Read, first_day
from metrics import evidence
from metrics.evidence import forecast, settle, worth
from metrics.reading import periods_until
from org.models import Run

Floats = NDArray[np.float64]
LOG_20 = math.log(20.0)
LARGEST = 2**63 - 1  # of a column of money


@dataclass(frozen=True)
class Plans:
    """What the forecasts of a run rest on besides the signals: the log of the e-value asked for; by bet the next
    tranches, the soonest first, as the day each is planned for and the one on which it is used up; and the day on which
    the money of the last one is."""

    asked: float
    tranches: dict[int, list[tuple[date, date | None]]]
    gone: dict[int, date]


def plans_of(outcomes: Sequence[Outcome], run: Run) -> Plans:
    """Two queries."""
    nights = FamilyRule.objects.filter(run__kind__in=NIGHTS, run__as_of__lt=run.as_of)
    rules = nights.filter(family=FamilyRule.Family.CEASE).order_by("-run__as_of", "-run")
    cut = rules.values_list("cut", flat=True).first()
    ahead: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    last: dict[int, date | None] = {}
    tranches = Tranche.objects.filter(bet__in={outcome.bet_id for outcome in outcomes})
    for bet, day, until in tranches.order_by("planned_on", "sequence").values_list("bet", "planned_on", "lasts_until"):
        last[bet] = until
        if day > run.as_of:
            ahead[bet].append((day, until))
    gone = {bet: until for bet, until in last.items() if until}
    return Plans(max(LOG_20, cut or 0.0), ahead, gone)


@dataclass(frozen=True)
class Forecasts:
    """Of the outcomes of one shape, (S,); `starts` are the days from which their exposures count."""

    read: Read
    chances: forecast.Forecast
    answers: settle.Answer
    worths: worth.Worth
    asked: float
    starts: list[date]
    until: list[date]  # the decide-by dates, or the last days of the money

    def of(self, place: int, health: str) -> dict[str, Any]:
        """The fields of a reading. Who has no signals yet is answered from the plan alone; where they are broken or
        have stopped, nothing is foretold."""
        found: dict[str, Any] = {}
        if health in (HEALTHY, WAITING):
            found |= self._answer(place)
        if health == HEALTHY:
            found |= self._chance(place)
        return found

    def _answer(self, place: int) -> dict[str, Any]:
        answers, start = self.answers, self.starts[place]
        return {
            "asked": self.asked,
            "settles": known(answers.settles[place]),
            "settles_by": self.until[place],
            "answer_on": _later(start, answers.days[place]),
            "answer_times": known(answers.times[place]),
            "answer_with_on": _later(start, answers.days_with[place]),
        }

    def _chance(self, place: int) -> dict[str, Any]:
        return {
            "chance": known(self.chances.chance[place]),
            "forecast_mean": known(self.chances.mean[place]),
            "forecast_sd": known(self.chances.sd[place]),
            "evpi": _money(self.worths.evpi[place]),
            "evsi": _money(self.worths.evsi[place]),
        }


def forecasts_of(read: Read, result: evidence.Result, plans: Plans, as_of: date) -> Forecasts:
    """Forecasts as of a day, from the same signals and the same reading as the evidence. No query."""
    group, series, question = read.group, read.series, read.question
    baseline = np.array([_or_nan(outcome.baseline) for outcome in group])
    stand = settle.standing(series, question, result, baseline, np.array([_per_day(outcome) for outcome in group]))
    starts = [max(as_of, first_day(outcome)) for outcome in group]
    left = np.array([float((outcome.decide_by - start).days) for outcome, start in zip(group, starts, strict=True)])
    until = [min(outcome.decide_by, plans.gone.get(outcome.bet_id, date.max)) for outcome in group]
    paid = np.array([float((day - start).days) for day, start in zip(until, starts, strict=True)])
    ends = decisions_of(read)
    chances = forecast.chance(series, question, baseline, ends, result.phi)
    return Forecasts(
        read, chances, settle.when(stand, left, np.full(len(group), plans.asked), days_of_money=paid),
        _worth(read, stand, plans, as_of), plans.asked, starts, until,
    )  # fmt: skip


def decisions_of(read: Read) -> NDArray[np.int64]:
    """Whole periods from the first one that is read until the decide-by date, (S,)."""
    lasts, grain = read.arrays.last, read.shape.grain
    return np.array(
        [
            periods_until(outcome.decide_by, first_day(outcome), int(last), grain)
            for outcome, last in zip(read.group, lasts, strict=True)
        ],
        dtype=np.int64,
    )


def _worth(read: Read, stand: settle.Standing, plans: Plans, as_of: date) -> worth.Worth:
    """In minor units of each bet, where a value was agreed; the next proof only where a tranche is ahead."""
    payoffs = np.array([_or_nan(outcome.bet.value_likely) for outcome in read.group])
    days = np.array([_proof_days(outcome, plans.tranches.get(outcome.bet_id, []), as_of) for outcome in read.group])
    with np.errstate(all="ignore"):  # an absurd line overflows to something that is not known
        mean, sd = settle.posterior(stand)
        noise, coming = stand.phi * stand.v, stand.per_day * days
        return worth.value(mean, sd, stand.kill, stand.target, payoffs, noise, coming)


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else float(number)


def _proof_days(outcome: Outcome, tranches: Sequence[tuple[date, date | None]], as_of: date) -> float:
    """Days of signals until the money of the next tranche is used: as planned, until the one after it, or until the
    decide-by date."""
    if not tranches:
        return math.nan
    day, until = tranches[0]
    following = tranches[1][0] if len(tranches) > 1 else max(outcome.decide_by, day)
    return float(((until or following) - as_of).days)


def _per_day(outcome: Outcome) -> float:
    return outcome.planned_exposures / max(1, (outcome.decide_by - first_day(outcome)).days)


def _later(start: date, days: float) -> date | None:
    if not math.isfinite(days) or start.toordinal() + days > date.max.toordinal():
        return None
    return start + timedelta(days=math.ceil(days))


def _money(amount: float) -> int | None:
    return min(round(amount), LARGEST) if math.isfinite(amount) else None


def known(number: float) -> float | None:
    """A number, or None for one that is not finite."""
    return float(number) if math.isfinite(number) else None
