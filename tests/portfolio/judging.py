"""A night that has been read already, for the tests of its last step."""

import datetime as dt
import math
from typing import Any

from bets.actions import record_decision
from bets.models import Bet, Outcome, Reading, Verdict
from org.models import Person, Run
from portfolio.judge import judge, store_judgement
from tests.cast import person
from tests.factories import AT, TODAY, JobFactory, OutcomeFactory, ReadingFactory, RunFactory

DAY = dt.timedelta(days=1)
STRONG, WEAK = math.log(1e6), 0.5


def night(days: int = 0) -> Run:
    run: Run = RunFactory(as_of=TODAY + days * DAY, started_at=AT + days * DAY)
    return run


def read(bet: Bet, run: Run, **fields: Any) -> Reading:
    """A reading of the bet's outcome, which is made on the way."""
    outcome = fields.pop("outcome", None) or bet.outcomes.first() or OutcomeFactory(bet=bet, number=1)
    reading: Reading = ReadingFactory(outcome=outcome, run=run, as_of=run.as_of, **fields)
    return reading


def conclude(run: Run) -> None:
    job = JobFactory(run=run, kind="judge")
    store_judgement(job, judge(job), AT)


def verdict(bet: Bet, run: Run) -> str:
    return Verdict.objects.get(bet=bet, run=run).kind


def open_kinds(bet: Bet) -> list[str]:
    return sorted(bet.flags.filter(cleared_on=None).values_list("kind", flat=True))


def decide(bet: Bet, kind: str, days: int, again: int = 30) -> None:
    executive = Person.objects.filter(grants__role="executive").first() or person("Eva Executive", "executive")
    at, today = AT + days * DAY, TODAY + days * DAY
    record_decision(
        bet, kind, rationale="Because.", would_change="Something new.", look_again_on=today + again * DAY,
        by=executive, at=at, today=today,
    )  # fmt: skip


def due(bet: Bet, days: int = 0) -> Outcome:
    outcome: Outcome = OutcomeFactory(bet=bet, number=1, decide_by=TODAY + days * DAY)
    return outcome
