"""Bets as they come before the rule for the portfolio: readings joined to evidence, and the flags there are already."""

import math
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from bets.actions import ACTIVE
from bets.joint import Joining, join, joining_of, refuted_guardrails
from bets.models import Bet, Flag, Outcome, Reading, Tranche
from bets.resting import Key, resting_flags
from bets.rules import STALE
from lib.periods import days_in, quarter_of
from org.models import Run
from portfolio.night import FAMILIES

LEAST_WEEKS = 4
LOG_20 = math.log(20.0)


@dataclass(frozen=True)
class Case:
    """One bet before the rule: the readings of its current outcomes, and its evidence as log e-values by family."""

    bet: Bet
    readings: list[Reading]
    how: Joining
    log_e: dict[str, float]

    @cached_property
    def primaries(self) -> list[Reading]:
        """Readings that make the case of the bet; those of guardrails where it has no others."""
        return [r for r in self.readings if r.outcome.role == Outcome.Role.PRIMARY] or self.readings

    @property
    def stale(self) -> Reading | None:
        """The first outcome whose feed has stopped."""
        return next((reading for reading in self.readings if reading.health == STALE), None)

    @property
    def chances(self) -> list[float | None]:
        """Of each primary the chance that it is settled in time; not known before four weeks of signals."""
        return [reading.settles if _weeks(reading) >= LEAST_WEEKS else None for reading in self.primaries]

    @property
    def is_clear(self) -> bool:
        """Is the bet shown to be clear of its kill lines, each evidence taken by itself?"""
        logs = np.array([reading.log_e_alive for reading in self.readings])
        return float(join("alive", logs, self.how)) >= LOG_20

    def strongest(self, family: str) -> Reading:
        """The outcome that says most; it is the one whose numbers are put into words."""
        return max(self.primaries, key=lambda reading: (float(getattr(reading, f"log_e_{family}")), -reading.pk))

    def refuted_guardrails(self, cut: float) -> list[Reading]:
        """Readings of guardrails that are shown beyond their kill lines."""
        if True not in self.how.guardrails:
            return []
        logs = np.array([reading.log_e_cease for reading in self.readings])
        return [self.readings[place] for place in refuted_guardrails(logs, self.how, cut)]


def cases_of(run: Run) -> list[Case]:
    """The bets that this run has read, in order of their keys. One query."""
    grouped: dict[int, list[Reading]] = defaultdict(list)
    rows = Reading.objects.filter(run=run, outcome__successor=None)
    rows = rows.select_related("outcome__bet", "outcome__series__metric")
    for reading in rows.order_by("outcome__bet__key", "outcome__number"):
        grouped[reading.outcome.bet_id].append(reading)
    return [_case(readings) for readings in grouped.values()]


def _case(readings: list[Reading]) -> Case:
    bet = readings[0].outcome.bet
    how = joining_of(bet, [reading.outcome for reading in readings])
    logs = {family: np.array([getattr(r, f"log_e_{family}") for r in readings]) for family in FAMILIES}
    return Case(bet, readings, how, {family: float(join(family, logs[family], how)) for family in FAMILIES})


def _weeks(reading: Reading) -> int:
    return reading.blocks * max(1, days_in(reading.outcome.series.grain) // 7)


@dataclass(frozen=True)
class Before:
    """Flags from before tonight. `resting`: decided on, and not to be raised anew yet. `ended`: issued in this quarter
    on bets that are over by now."""

    open: dict[Key, Flag]
    resting: dict[Key, Flag]
    ended: list[Flag]

    def standing(self, bet: Bet, kind: str) -> Flag | None:
        """What has been said of the bet, and not been taken back: a decision answers a flag without refuting it."""
        return self.open.get((bet.pk, kind)) or self.resting.get((bet.pk, kind))

    def all(self) -> list[Flag]:
        return [*self.open.values(), *self.resting.values(), *self.ended]

    def without(self, flags: Collection[Flag]) -> "Before":
        """As if these had never been raised."""
        open_, resting = (
            {key: flag for key, flag in named.items() if flag not in flags} for named in (self.open, self.resting)
        )
        return Before(open_, resting, [flag for flag in self.ended if flag not in flags])


def flags_before(run: Run) -> Before:
    """Four queries."""
    flags = Flag.objects.filter(cleared_on=None, bet__state__in=ACTIVE).select_related("bet", "run")
    issued = Flag.objects.filter(kind__in=FAMILIES.values(), cycle=quarter_of(run.as_of), raised_on__lte=run.as_of)
    ended = issued.exclude(bet__state__in=ACTIVE).exclude(cleared_how=Flag.Cleared.CORRECTION)
    named = {(flag.bet_id, flag.kind): flag for flag in flags}
    return Before(named, resting_flags(run.as_of), list(ended.select_related("bet", "run")))


def tranches_ahead(bets: list[int], as_of: date) -> dict[int, Tranche]:
    """By bet the next tranche that is planned after that day. One query, none without bets."""
    ahead = Tranche.objects.filter(bet__in=bets, planned_on__gt=as_of).order_by("-planned_on", "-sequence")
    return {tranche.bet_id: tranche for tranche in ahead} if bets else {}
