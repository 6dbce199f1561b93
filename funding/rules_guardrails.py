"""Guardrails: when a value is near its limit or beyond it, and why a guardrail cannot be set like this. Plain Python.

A limit is a percentage (share), an amount in minor units (floor of a team, largest bet) or a number of bets.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from funding.rules import MOST

KINDS = ("share", "floor", "count", "largest")


class State(StrEnum):
    """How a value stands to its limits, worst last."""

    FINE = "fine"
    NEAR = "near"
    BEYOND = "beyond"


@dataclass(frozen=True)
class Limits:
    """At least one of the two; the buffer is a percentage of the limit within which people are warned."""

    at_least: int | None
    at_most: int | None
    buffer: int


def state_of(value: float, limits: Limits) -> State:
    """Beyond a limit, near it, or neither; on the limit is not beyond it."""
    if limits.at_most is not None and value > limits.at_most:
        return State.BEYOND
    if limits.at_least is not None and value < limits.at_least:
        return State.BEYOND
    if limits.at_most is not None and value > limits.at_most * (1 - limits.buffer / 100):
        return State.NEAR
    if limits.at_least is not None and value < limits.at_least * (1 + limits.buffer / 100):
        return State.NEAR
    return State.FINE


def is_blocked(before: float | None, after: float | None, limits: Limits) -> bool:
    """Does a change carry the value beyond a limit, or further beyond? What makes a breach smaller is let through."""
    if after is None or state_of(after, limits) != State.BEYOND:
        return False
    if before is None or state_of(before, limits) != State.BEYOND:
        return True
    return distance(after, limits) > distance(before, limits)


def distance(value: float, limits: Limits) -> float:
    """How far a value is beyond its limits; 0 within them."""
    over = value - limits.at_most if limits.at_most is not None else 0
    under = limits.at_least - value if limits.at_least is not None else 0
    return max(0, over, under)


@dataclass(frozen=True)
class Wanted:
    """A guardrail as somebody wants to keep it; `things` counts what it is about: horizon, domain, class, team."""

    kind: str
    name: str
    horizon: int | None
    funding_class: str
    has_domain: bool
    has_team: bool
    limits: Limits
    currency: str


def guardrail_refusals(wanted: Wanted) -> Iterator[str]:
    """Why a guardrail cannot be kept like this."""
    if wanted.kind not in KINDS:
        yield f"A guardrail is one of {', '.join(KINDS)}."
        return
    if not wanted.name.strip() or len(wanted.name) > 120 or "\x00" in wanted.name:
        yield "Give the guardrail a name of at most 120 characters."
    yield from _thing_refusals(wanted)
    yield from _limit_refusals(wanted.kind, wanted.limits)
    if not (len(wanted.currency) == 3 and wanted.currency.isascii() and wanted.currency.isupper()):
        yield "A currency is three capital letters, like EUR."


def _thing_refusals(wanted: Wanted) -> Iterator[str]:
    things = [wanted.horizon is not None, bool(wanted.funding_class), wanted.has_domain]
    if wanted.kind == "share" and (sum(things) != 1 or wanted.has_team):
        yield "A share is that of one horizon, one domain or one funding class."
    if wanted.kind == "floor" and not wanted.has_team:
        yield "A floor is that of a team: choose which."
    if wanted.kind != "floor" and wanted.has_team:
        yield "Only a floor is about a team."
    if wanted.kind != "share" and (things[0] or things[1]):
        yield "Only a share is about a horizon or a funding class."


def _limit_refusals(kind: str, limits: Limits) -> Iterator[str]:
    low, high = limits.at_least, limits.at_most
    if low is None and high is None:
        yield "Say at least how much, or at most how much."
    if kind == "floor" and (high is not None or not low):
        yield "A floor says at least how much a team is funded with, above 0."
    if kind in ("count", "largest") and (low is not None or not high):
        yield "Say at most how much, above 0."
    if low is not None and high is not None and low > high:
        yield "At least is more than at most."
    top = 100 if kind == "share" else MOST
    if any(one is not None and not 0 <= one <= top for one in (low, high)):
        yield f"A limit lies between 0 and {top:,}."
    if not 0 <= limits.buffer <= 100:
        yield "The buffer is a percentage of the limit, from 0 to 100."
