"""How long the money of a bet lasts, and the last day on which a decision on it is still of use. Plain Python.

That day is the one on which what is left comes down to what it costs to wind the bet down: whoever ceases it later has
no money left to do so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import floor

WINDOW = 90  # days of spending that say how fast money goes
AT_LEAST = 28  # days of spending before they say so
CLEARLY = timedelta(days=28)  # so much longer before it is no longer called late: a month's bills move it by less
HORIZON = 3653  # days; what lasts longer has no end that anybody plans for


@dataclass(frozen=True)
class Stretch:
    """The days that a planned tranche pays for; `ends_on` None: nobody has said until when."""

    amount: int
    starts_on: date
    ends_on: date | None

    @property
    def a_day(self) -> float | None:
        days = (self.ends_on - self.starts_on).days if self.ends_on else 0
        return self.amount / days if days > 0 else None


@dataclass(frozen=True)
class Money:
    """The money of a bet on one day, minor units. `posted`: is any of it in the books? `spent`: over the last `days`,
    counted from the day on which the first money was released."""

    as_of: date
    posted: bool
    left: int
    spent: int
    days: int
    wind_down: int
    plan: Sequence[Stretch]


@dataclass(frozen=True)
class Runway:
    """`basis` is where the pace comes from: spending (“spent”), the plan (“plan”), or nothing (“”). `gate_on` is when
    the next tranche is planned: its gate is a day to decide too."""

    as_of: date
    posted: bool
    left: int
    a_day: float | None
    basis: str
    gone_on: date | None
    last_day: date | None
    gate_on: date | None = None

    def decides_on(self, decide_by: date) -> date:
        """The next day on which people decide: that one, or the gate before it."""
        return min(decide_by, self.gate_on or decide_by)

    def is_late(self, decide_by: date, *, standing: bool = False) -> bool:
        """Does the next decision come too late to be of use? Of a plan that has ended nothing can be said.

        What has been said (`standing`) holds until the money lasts clearly longer: a pace wobbles from week to week.
        """
        day = self.decides_on(decide_by)
        if self.last_day is None or self.has_ended or day <= self.as_of:
            return False
        return day + (CLEARLY if standing else timedelta(0)) > self.last_day

    @property
    def has_ended(self) -> bool:
        """Is it a plan whose last day has come, and nothing of it was ever posted?"""
        return not self.posted and self.gone_on is not None and self.gone_on <= self.as_of


def runway_of(money: Money) -> Runway:
    """Of posted money: what is left, at the pace of the last 90 days, else of the plan. Of money that is only planned:
    the day on which the plan ends."""
    gate_on = min((one.starts_on for one in money.plan if one.starts_on > money.as_of), default=None)
    return replace(_posted(money) if money.posted else _planned(money), gate_on=gate_on)


def _posted(money: Money) -> Runway:
    pace, basis = _pace(money)
    if money.left <= 0:
        return Runway(money.as_of, True, 0, pace, basis, money.as_of, money.as_of)
    gone, last = (_after(money.as_of, amount, pace) for amount in (money.left, money.left - money.wind_down))
    return Runway(money.as_of, True, money.left, pace, basis, gone, last)


def stretches(tranches: Sequence[tuple[int, date, date | None]]) -> list[Stretch]:
    """What is planned (amount, day, until), in order: a tranche lasts until the day that is stated, else until the next
    one."""
    nexts = [day for _, day, _ in tranches[1:]] + [None]
    return [
        Stretch(amount, day, until or (following if following and following > day else None))
        for (amount, day, until), following in zip(tranches, nexts, strict=False)
    ]


def _pace(money: Money) -> tuple[float | None, str]:
    if money.spent > 0 and money.days >= AT_LEAST:
        return money.spent / money.days, "spent"
    planned = _planned_pace(money.plan, money.as_of)
    return planned, "plan" if planned else ""


def _planned_pace(plan: Sequence[Stretch], as_of: date) -> float | None:
    """The pace of the tranche under way, else of the latest one that has a pace at all."""
    known = [one for one in plan if one.a_day]
    begun = [one for one in known if one.starts_on <= as_of]
    chosen = begun[-1] if begun else (known[0] if known else None)
    return chosen.a_day if chosen else None


def _planned(money: Money) -> Runway:
    last = money.plan[-1] if money.plan else None
    if last is None or last.ends_on is None or last.a_day is None:
        return Runway(money.as_of, False, 0, None, "", None, None)
    ahead = sum(_ahead(one, money.as_of) for one in money.plan)
    back = min(floor(money.wind_down / last.a_day), HORIZON)
    return Runway(money.as_of, False, ahead, last.a_day, "plan", last.ends_on, last.ends_on - timedelta(days=back))


def _ahead(one: Stretch, as_of: date) -> int:
    """What of a planned tranche is still to be used."""
    if one.starts_on >= as_of or one.ends_on is None:
        return one.amount if one.starts_on >= as_of else 0
    left = max(0, (one.ends_on - as_of).days)
    return one.amount * left // max(1, (one.ends_on - one.starts_on).days)


def _after(as_of: date, amount: int, a_day: float | None) -> date | None:
    """The day on which so much has been used up; today when there is nothing to use."""
    if a_day is None or a_day <= 0:
        return None
    days = max(0, floor(amount / a_day))
    return as_of + timedelta(days=days) if days <= HORIZON else None
