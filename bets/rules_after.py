"""What follows a decision: the learning review of a bet that ceased, the hypothesis that a pivot asks for, and when a
bet was persisted twice with nothing new. Plain Python."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bets.rules import DecidedOn, text_refusals
from org.rules import Powers

LEARNING_AFTER = timedelta(days=30)  # from the day of the cease
WRITTEN_WITHIN = timedelta(days=14)  # from the day of the pivot
EARLY = timedelta(days=7)  # before it is due, a learning review is on the desk and told of
LESSON, REUSE = 2000, 1000  # characters
STRONGER = math.log(2)  # the evidence for the target has to double to be news


@dataclass(frozen=True)
class Held:
    """A learning review as it stands when somebody wants to hold it."""

    is_held: bool
    is_reversed: bool  # the bet did not stay ceased
    ceased_on: date


def holder_refusals(powers: Powers, person: int, bet: DecidedOn, credited: int, decided_by: int) -> Iterator[str]:
    """Why this person does not hold the learning review of a bet; nothing when they do."""
    if not powers.active:
        yield "This account is not active."
    elif person not in (bet.lead_id, credited, decided_by) and not powers.may("confirm_evidence", bet.domain_id):
        yield "A learning review is held by whoever led the bet, whoever decided on it, or product operations."


def held_refusals(held: Held, *, today: date) -> Iterator[str]:
    """Why a learning review is not held now, whoever wants to."""
    if held.is_held:
        yield "This learning review was held already: what it says stays."
    if held.is_reversed:
        yield "The bet did not stay ceased: there is no learning review of that decision any more."
    if today <= held.ceased_on:
        yield "The bet ceased today: a learning review needs some distance, from tomorrow on it can be held."


def lesson_refusals(lesson: str, reuse: str) -> Iterator[str]:
    """Why this is no lesson that others could use."""
    yield from text_refusals("what was learned", lesson, LESSON)
    if len(reuse) > REUSE:
        yield f"That is too long: what others can reuse takes at most {REUSE:,} characters, this has {len(reuse):,}."


@dataclass(frozen=True)
class Persisted:
    """Of a bet whose latest two decisions are both to persist, what was known at the first of them, and the best since:
    the log e-value for the target (None where no night had judged), and the strength of confirmed evidence."""

    log_e_then: float | None
    log_e_since: float | None
    best_then: int
    best_since: int


def nothing_new(known: Persisted, now: float) -> bool:
    """Did its evidence not get stronger from the first decision on, until tonight? The best since counts, so that what
    has been stronger once is never called nothing."""
    if known.log_e_then is None or not math.isfinite(known.log_e_then):
        return False
    best = max(one for one in (known.log_e_then, known.log_e_since, now) if one is not None and not math.isnan(one))
    return best - known.log_e_then < STRONGER and known.best_since <= known.best_then
