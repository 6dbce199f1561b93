"""The reading job: a chunk of outcomes, computed outside any transaction, written in one."""

from datetime import datetime

from bets.actions import record_readings
from bets.models import Outcome, Reading
from bets.reading import read_outcomes
from org.models import Job


def fetch_chunk(job: Job) -> list[Reading]:
    outcomes = Outcome.objects.filter(pk__in=job.payload["outcomes"]).order_by("pk")
    return read_outcomes(outcomes.select_related("bet", "series"), job.run)


def store_readings(job: Job, readings: list[Reading], at: datetime) -> str:
    return f"Outcomes read: {record_readings(job.run, readings, at=at)}."
