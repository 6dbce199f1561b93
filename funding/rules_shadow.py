"""Who leaves shadow mode, on which day, and why not otherwise. Plain Python."""

from collections.abc import Iterator
from datetime import date, timedelta

from funding.rules import said_refusals
from org.rules import ACTS, Powers, refusals

REASON_AT_MOST = 1000
AHEAD = 366  # days


def leaver_refusals(powers: Powers) -> Iterator[str]:
    """Why somebody does not end shadow mode: it is one for the whole enterprise."""
    yield from refusals(powers, "leave_shadow")
    if powers.may("leave_shadow") and powers.domains(ACTS["leave_shadow"]) is not None:
        yield "Shadow mode ends everywhere at once: that takes the role for every domain."


def over_refusals(stands: date | None, *, today: date) -> Iterator[str]:
    """Why nothing is decided any more; `stands` is the day that was decided last, if any."""
    if stands is not None and stands <= today:
        yield f"Shadow mode ended on {stands}: nobody goes back to it."


def leave_refusals(stands: date | None, from_on: date, reason: str, *, today: date) -> Iterator[str]:
    """Why shadow mode does not end on that day."""
    yield from over_refusals(stands, today=today)
    if from_on < today:
        yield "Shadow mode ends today or on a day that is still to come."
    elif from_on > today + timedelta(days=AHEAD):
        yield "Shadow mode ends within a year."
    yield from said_refusals("Say why it ends.", reason, REASON_AT_MOST)
