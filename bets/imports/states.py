"""Whether an import is being worked on, as its state and its run say together."""

from bets.models import Import
from org.models import Run

AT_WORK = (Import.State.CHECKING, Import.State.TAKING)


def is_stuck(file: Import) -> bool:
    """The work on it ended without a result, because a job was given up: it can be checked again, or dropped."""
    return file.state in AT_WORK and file.run is not None and file.run.state == Run.State.DONE


def is_busy(file: Import) -> bool:
    return file.state in AT_WORK and not is_stuck(file)
