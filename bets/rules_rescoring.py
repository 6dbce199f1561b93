"""Why a decision that went against the evidence is not scored, or not by this person, or not yet. Plain Python."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bets.rules import text_refusals
from org.rules import Powers

FINDINGS = ("right", "wrong", "open")
NOTE = 1000  # characters


@dataclass(frozen=True)
class Waiting:
    """A decision that somebody was named to look at again. `reader` is their id, `reader_name` who that is."""

    reader: int | None
    reader_name: str
    rescore_on: date | None
    lead: int
    domain: int
    is_scored: bool


def scorer_refusals(powers: Powers, person: int, found: Waiting, *, today: date) -> Iterator[str]:
    """Why this person does not score a decision now; nothing when they do."""
    if found.reader is None or found.rescore_on is None:
        yield "Nobody was named to look at this decision again, so nobody scores it."
        return
    if found.is_scored:
        yield "This decision is scored already: what was found stays."
    if not powers.active:
        yield "This account is not active."
    elif person != found.reader:
        yield f"Only {found.reader_name}, who was named to look at this decision again, scores it."
    elif not powers.sees(found.domain):
        yield "You do not see this bet any more."
    elif person == found.lead:
        yield "You lead this bet now: nobody scores a decision on their own bet."
    if today < found.rescore_on:
        yield f"It is looked at again on {found.rescore_on} or later: before, what comes of it cannot be seen."


def score_refusals(finding: str, note: str) -> Iterator[str]:
    """Why this is no finding that could be put on record."""
    if finding not in FINDINGS:
        yield f"A finding is one of: {', '.join(FINDINGS)}."
    yield from text_refusals("what you found", note, NOTE)
