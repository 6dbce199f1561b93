"""State changes of nights that people start."""

from datetime import date, datetime

from lib.refusals import Refused, refuse_if
from org.actions import advance_run, start_run
from org.models import Person, Run
from org.rules import refusals
from org.visibility import powers_of


def run_night(*, by: Person, at: datetime, today: date) -> Run:
    """Starts the night now, out of turn. Refused when one is under way: its progress is shown instead."""
    refuse_if(refusals(powers_of(by), "run_night"))
    run = start_run("night", f"now {at.isoformat(timespec='microseconds')}", as_of=today, at=at, by=by)
    if run is None:
        raise Refused("A night run is under way already; the portfolio links to its progress.")
    advance_run(run.pk, at=at)
    return run
