"""Made-up outcomes whose signals go on, for the tests of what would change a verdict."""

import math

import numpy as np

from bets.models import Outcome, Reading
from bets.signals import Read, engine_input, question_of, shape_of
from metrics import evidence
from metrics.reading import Arrays
from portfolio.ahead import DAYS, HORIZON, Ahead, ahead_of
from portfolio.change import (
    ALONE,
    LOG_20,
    OF_A_BET,
    Asked,
)
from tests.factories import TODAY, BetFactory, MetricFactory, OutcomeFactory, ReadingFactory, SeriesFactory

SENT = 60
CUT = math.log(50.0)
RULE = Asked({**ALONE, "cease": CUT, "miss": CUT, "scale": CUT}, set(), OF_A_BET)


def outcome_at(**fields) -> Outcome:
    """An outcome that is in no database: kill line 40 %, target 45 %."""
    metric = {"kind": fields.pop("kind", "proportion"), "cap": fields.pop("cap", None), "name": "Conversion"}
    series = SeriesFactory.build(metric=MetricFactory.build(**metric), source=None, grain=fields.pop("grain", "day"))
    return OutcomeFactory.build(
        pk=fields.pop("pk", 1), bet=BetFactory.build(domain=None, lead=None), series=series, **fields
    )


def signals_at(outcome: Outcome, level: float, *, days: int = SENT, n: float = 1_000.0, sway: float = 0.02) -> Read:
    """So many periods around `level`, swaying evenly; a control arm at 40 % where the outcome is a contrast."""
    sways = sway * np.where(np.arange(days) % 2 == 0, 1.0, -1.0)
    mean = (0.40 * (1 + level) if outcome.contrast == "relative" else level) + sways
    exposed, nothing = np.full((1, days), n), np.zeros((1, days))
    control = exposed if outcome.contrast else nothing
    squares = exposed * (mean**2 + 1.0)
    return Read(
        shape_of(outcome),
        [outcome],
        Arrays(
            exposed, exposed * mean, squares, control, control * (0.40 - sways), control * 1.16, exposed > 0,
            np.array([days]),
        ),
    )  # fmt: skip


def reading_at(some: Read) -> Reading:
    """What the night would read of these signals."""
    result = evidence.read(engine_input(some.shape, some.arrays), question_of(some.shape, some.group))
    return reading_of(some.group[0], result)


def reading_of(outcome: Outcome, result: evidence.Result) -> Reading:
    numbers = (
        "estimate",
        "lower",
        "upper",
        "exposures",
        "phi",
        "nu",
        "log_e_cease",
        "log_e_miss",
        "log_e_scale",
        "log_e_alive",
    )
    return ReadingFactory.build(
        outcome=outcome, run=None, as_of=TODAY, **{name: float(getattr(result, name)[0]) for name in numbers}
    )


def ahead_at(level: float, **kwargs) -> tuple[Outcome, Reading, Ahead]:
    fields = {
        key: kwargs.pop(key) for key in ("kind", "cap", "contrast", "grain", "kill_line", "target") if key in kwargs
    }
    outcome = outcome_at(**fields)
    some = signals_at(outcome, level, **kwargs)
    reading = reading_at(some)
    return outcome, reading, ahead_of([some], {outcome.pk: reading})[outcome.pk]


def first_day(ahead: Ahead, supposed: str, family: str, cut: float = LOG_20) -> int:
    """The first day on which evidence reaches the cut; beyond the horizon when it never does."""
    return next((int(DAYS[place]) for place in np.flatnonzero(ahead.log_e[supposed][family] >= cut)), HORIZON + 1)


# ---- the same as the engine
