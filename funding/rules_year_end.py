"""Why what is committed when the year of a budget ends neither rolls forward nor lapses now. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from funding.rules import said_refusals

YEAR_END = "year_end"  # the reason code of every request that an end of a year makes
BECAUSE_AT_MOST = 500


@dataclass(frozen=True)
class Ending:
    """A budget whose year ends; `committed` is what is committed and not released, minor units."""

    name: str
    policy: str
    ends_on: date
    committed: int
    withdrawn: bool = False


@dataclass(frozen=True)
class Successor:
    """The budget that takes over what rolls forward."""

    name: str
    same_ledger: bool
    same_domain: bool
    same_class: bool
    starts_on: date
    withdrawn: bool = False


def year_end_refusals(ending: Ending, successor: Successor | None, because: str, *, today: date) -> Iterator[str]:
    """Why the end of a year is not carried out like this."""
    yield from ending_refusals(ending, today=today)
    if ending.policy == "lapse" and successor is not None:
        yield f"What is left of {ending.name} lapses: no other budget takes it over."
    elif ending.policy == "roll" and successor is None:
        yield "Say into which budget it rolls forward."
    elif successor is not None:
        yield from successor_refusals(ending, successor)
    yield from said_refusals("Say why, for whoever reads it in a year.", because, BECAUSE_AT_MOST)


def ending_refusals(ending: Ending, *, today: date) -> Iterator[str]:
    """Why there is nothing to carry out for this budget now."""
    if ending.withdrawn:
        yield "This budget was withdrawn."
    elif not ending.committed:
        yield f"Nothing in {ending.name} is committed and not released."
    elif today < ending.ends_on:
        yield f"{ending.name} runs until {ending.ends_on}: what is committed stays until then."


def successor_refusals(ending: Ending, successor: Successor) -> Iterator[str]:
    """Why that budget takes nothing over."""
    if not successor.same_ledger:
        yield f"{successor.name} belongs to another ledger: money never crosses from one to the other."
    if not successor.same_domain:
        yield f"{successor.name} belongs to another domain: ask to move the money, and both domains agree."
    if not successor.same_class:
        yield f"{successor.name} is of another funding class."
    if successor.starts_on <= ending.ends_on:
        yield f"{successor.name} starts on {successor.starts_on}, before {ending.name} has ended."
    if successor.withdrawn:
        yield f"{successor.name} was taken back: choose another budget."
