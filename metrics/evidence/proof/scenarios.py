"""The promises of the engine, one line each, in the worlds where they are hardest to keep.

Unless a line says otherwise the truth lies exactly on the line, the bet is looked at every day of a year, and “flagged”
means an e-value of 20 or more. The mixtures are tuned to a third of the year, as they are for a bet planned for it.
"""

import math

import numpy as np

from metrics.evidence.proof import draws
from metrics.evidence.proof.trials import FALSE_SHARE, Scenario, false_discoveries, flagged, outside

ONE_IN_20 = 0.05  # what an e-value of 20 promises
SLOW = 0.10  # for noise that fades slower than weeks can tell; documented
ARM = "One metric on its kill line, watched every day for a year: flagged as below it"
MIX = "The same with restarts every 28 days, a declared path, or segments of fixed weight: flagged as below it"
TWO = "Two arms without any difference, watched every day for a year: flagged as different"
LEVEL = "One value a period, no exposures, on the kill line: flagged as below it"
BOOK = "A portfolio of 100 bets under one rule for half a year: of those ever flagged, wrongly"
POWER = "Truly below the kill line, or worse than the control: flagged by the day named"
BOUNDS = "The truth on any of 365 days outside its 95 % interval"


def _false(
    table: str, name: str, says: str, draw: draws.Draw, family: str = "cease", *,
    part: float = 1.0, limit: float | None = None,
) -> Scenario:  # fmt: skip
    bound = ONE_IN_20 if limit is None else limit
    return Scenario(name, table, says, bound, flagged(draw, family), part=part, limit=limit is not None)


def _book(name: str, says: str, **world: float) -> Scenario:
    trial = false_discoveries(draws.portfolio(**world))
    return Scenario(name, BOOK, says, FALSE_SHARE, trial, part=0.05, chunk=5)


def _found(day: int, name: str, says: str, draw: draws.Draw, best: float = np.nan) -> Scenario:
    """At least half of the bets are flagged by that day: a promise about the median."""
    trial = flagged(draw, by=day)
    return Scenario(name, POWER, f"{says}, by day {day}", 0.5, trial, least=True, part=0.5, best=best)


def _inside(name: str, says: str, draw: draws.Draw) -> Scenario:
    return Scenario(name, BOUNDS, says, ONE_IN_20, outside(draw, draws.THETA), part=0.5)


def one_look(per_day: float, drop: float, *, cv: float = 0.0, arms: int = 1) -> int:
    """Days until one look, by somebody who knew the effect and looked only then, finds it in 8 of 10 cases (one-sided
    5 %)."""
    theta = draws.THETA
    variance = arms * theta * (1 - theta) / per_day + (cv * theta) ** 2
    return math.ceil((1.6449 + 0.8416) ** 2 * variance / (theta * drop) ** 2)


ARMS = [
    _false(ARM, "steady", "200 a day", draws.proportion(200)),
    _false(ARM, "few", "20 a day", draws.proportion(20)),
    _false(ARM, "uneven", "2,000 a day, days differ by 5 %", draws.proportion(2_000, cv=0.05)),
    _false(ARM, "restless", "2,000 a day, days differ by 15 %", draws.proportion(2_000, cv=0.15)),
    _false(ARM, "campaigns", "20,000 a day, days differ by 15 %", draws.proportion(20_000, cv=0.15)),
    _false(ARM, "weekdays", "2,000 a day, weekends a third lower", draws.weekdays(2_000)),
    _false(ARM, "memory", "2,000 a day, by 10 %, memory 0.7", draws.proportion(2_000, cv=0.1, memory=0.7), limit=SLOW),
    _false(ARM, "above", "200 a day, on its target: flagged above", draws.proportion(200), "scale"),
    _false(ARM, "events-few", "an event every other day", draws.rate(0.5)),
    _false(ARM, "events-many", "500 events a day, days differ by 20 %", draws.rate(500, cv=0.20)),
    _false(ARM, "faults", "50 faults a day by 10 %: flagged as too many", draws.rate(50, cv=0.10, higher=False)),
    _false(ARM, "amounts", "30 amounts a day, lognormal 1, capped", draws.amounts(30, 1.0, cap=50.0)),
    _false(ARM, "amounts-many", "300 amounts a day, days by 10 %", draws.amounts(300, 1, cap=50, cv=0.1), part=0.2),
    _false(ARM, "amounts-skewed", "30 amounts a day, lognormal 1.8, capped", draws.amounts(30, 1.8, cap=50.0)),
    _false(ARM, "amounts-uncapped", "the same without a cap: no verdict", draws.amounts(30, 1.8)),
]  # fmt: skip
MIXTURES = [
    _false(MIX, "again", "2,000 a day, 12 weeks known before", draws.restarted(2_000), part=0.5),
    _false(MIX, "again-restless", "the same, days differ by 10 %", draws.restarted(2_000, cv=0.1), part=0.5),
    _false(MIX, "again-memory", "by 10 %, memory 0.7", draws.restarted(2_000, cv=0.1, memory=0.7), part=0.5),
    _false(MIX, "again-slow", "by 10 %, memory 0.9", draws.restarted(2_000, cv=0.1, memory=0.9), part=0.5, limit=SLOW),
    _false(MIX, "again-new", "by 10 %, nothing known before", draws.restarted(2_000, cv=0.1, before=0), part=0.5),
    _false(MIX, "climb", "on a declared path from 4 % to 5 %", draws.climb(2_000)),
    _false(MIX, "mix", "two segments on the line, the mix drifts", draws.drifting_mix(2_000), part=0.5),
]  # fmt: skip
CONTRASTS = [
    _false(TWO, "ab", "5 %, 250 a day and arm: worse", draws.contrast(250)),
    _false(TWO, "ab-better", "5 %, 250 a day and arm: better", draws.contrast(250), "scale"),
    _false(TWO, "ab-rare", "0.5 %, 25 a day and arm: worse", draws.contrast(25, theta=0.005)),
    _false(TWO, "ab-shared", "2,500 a day, shared days by 15 %: worse", draws.contrast(2_500, shared_cv=0.15)),
    _false(TWO, "ab-shocks", "5,000 a day, each arm its own 20 %: worse", draws.contrast(5_000, arm_cv=0.2)),
    _false(TWO, "ab-amounts", "30 amounts a day, lognormal 1.8", draws.contrast_of_amounts(30, 30, 1.8), part=0.5),
    _false(TWO, "ab-uneven", "0.5 %, 5 a day against 40: worse", draws.contrast(5, control=40, theta=0.005)),
    _false(
        TWO, "ab-revenue", "revenue, 3 % buy, 5 a day against 40: worse",
        draws.contrast_of_amounts(5, 40, 1.0, cap=20.0, buyers=0.03),
    ),
]  # fmt: skip
VALUES = [
    _false(LEVEL, "days", "days, independent", draws.days_of()),
    _false(LEVEL, "days-memory", "days, memory 0.6, quiet weekends", draws.days_of(memory=0.6, week=0.5)),
    _false(LEVEL, "days-slow", "days, memory 0.95", draws.days_of(memory=0.95)),
    _false(LEVEL, "days-drift", "days, a random walk", draws.days_of(memory=1.0)),
    _false(LEVEL, "weeks", "weeks for two years, memory 0.3", draws.weeks_of(memory=0.3)),
    _false(LEVEL, "weeks-slow", "weeks for two years, memory 0.8", draws.weeks_of(memory=0.8), limit=SLOW),
]  # fmt: skip
BOOKS = [
    _book("book", "15 truly 5 % below", drop=0.05),
    _book("book-restless", "15 truly 10 % below, days differ by 10 %, half in common", drop=0.1, cv=0.1),
    _book("book-growing", "the same, joining over 90 nights", drop=0.1, cv=0.1, joins=90),
    _book("book-again", "the same, with restarts", drop=0.1, cv=0.1, joins=90, restarts=6),
]
POWERS = [
    _found(100, "drop-10", "200 a day, 10 % below", draws.proportion(200, truth=0.9), one_look(200, 0.1)),
    _found(35, "drop-20", "200 a day, 20 % below", draws.proportion(200, truth=0.8), one_look(200, 0.2)),
    _found(
        35, "drop-restless", "2,000 a day, 10 % below, days differ by 10 %",
        draws.proportion(2_000, truth=0.9, cv=0.1), one_look(2_000, 0.1, cv=0.1),
    ),
    _found(180, "novelty", "15 % above for 120 days, then 15 % below", draws.novelty(2_000)),
    _found(
        80, "ab-drop", "2,500 a day and arm, 5 % worse",
        draws.contrast(2_500, lift=-0.05), one_look(2_500, 0.05, arms=2),
    ),
    _found(150, "days-drop", "one value a day, 0.4 deviations below", draws.days_of(gap=-0.4)),
]  # fmt: skip
INTERVALS = [
    _inside("interval", "200 a day", draws.proportion(200)),
    _inside("interval-restless", "2,000 a day, days differ by 15 %", draws.proportion(2_000, cv=0.15)),
]
SCENARIOS = [*ARMS, *MIXTURES, *CONTRASTS, *VALUES, *BOOKS, *POWERS, *INTERVALS]
