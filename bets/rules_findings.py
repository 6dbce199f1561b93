"""Why a piece of evidence is refused: who logs and confirms it, what it says, how strong it is, and its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from bets.rules import text_refusals
from org.rules import Powers, refusals

STRONGEST = 5
STRENGTHS = ("none", "opinion", "anecdote", "market data", "user behaviour", "controlled test or launch data")
HAPPENED_WITHIN = timedelta(days=3653)
DID, OBSERVED, LEARNED, REMARK, URL = 600, 1000, 1000, 300, 500  # characters that are stored
FILES_AT_MOST = 10


@dataclass(frozen=True)
class Aim:
    """What a piece of evidence is to bear on: an assumption, an outcome or a learning outcome, in its own words."""

    words: str
    of_this_bet: bool = True
    stands: bool = True  # not dropped, and not replaced by a later version
    cap: int = STRONGEST


@dataclass(frozen=True)
class Entry:
    """A piece of evidence as somebody wants to log it; `cap` and `kept` are those of its kind in the standard."""

    did: str
    observed: str
    learned: str
    strength: int
    happened_on: date
    kind: str
    cap: int
    aims: Sequence[Aim]
    kept: bool = True
    source_url: str = ""
    snapshot_fits: bool = True
    is_doubled: bool = False  # one thing is named twice
    is_repeated: bool = False  # word for word what the same person logged last


class OfBet(Protocol):
    @property
    def domain_id(self) -> int: ...


class Written(Protocol):
    """What is asked of evidence before somebody changes, confirms or supersedes it."""

    @property
    def number(self) -> int: ...
    @property
    def strength(self) -> int: ...
    @property
    def revision(self) -> int: ...
    @property
    def is_confirmed(self) -> bool: ...


def strength_words(strength: int) -> str:
    return f"{strength} ({STRENGTHS[strength]})" if 0 <= strength <= STRONGEST else str(strength)


def entry_refusals(entry: Entry, *, today: date) -> Iterator[str]:
    """Why evidence cannot be logged like this; nothing when it can."""
    texts = (("what was done", entry.did, DID), ("what was observed", entry.observed, OBSERVED))
    for what, text, most in (*texts, ("what was learned", entry.learned, LEARNED)):
        yield from text_refusals(what, text, most)
        yield from _nul_refusals(what, text)
    yield from strength_refusals(entry)
    if entry.happened_on > today:
        yield f"{entry.happened_on:%-d %B %Y} has not come yet: evidence is of what has happened."
    if today - entry.happened_on > HAPPENED_WITHIN:
        yield f"{entry.happened_on:%-d %B %Y} lies more than ten years back: log what still tells something today."
    yield from _source_refusals(entry.source_url)
    if not entry.snapshot_fits:
        yield "The snapshot is not one of an outcome of this bet."
    yield from _aim_refusals(entry.aims)
    if entry.is_doubled:
        yield "It either supports or opposes: the same thing is named twice."
    if entry.is_repeated:
        yield "This evidence has been logged already."


def strength_refusals(entry: Entry) -> Iterator[str]:
    """The kind caps the strength, and so does each learning outcome that it bears on."""
    if not entry.kept:
        yield f"{entry.kind} is no longer a kind of the standard: choose another one."
    if not 0 <= entry.strength <= STRONGEST:
        yield "The strength is a whole number from 0 (none) to 5 (controlled test or launch data)."
    elif entry.strength > entry.cap:
        yield (
            f"{entry.kind} has a strength of at most {strength_words(entry.cap)}, by the standard of product"
            f" operations; {strength_words(entry.strength)} takes another kind of evidence."
        )
    for aim in entry.aims:
        if aim.cap < entry.strength:
            yield f"“{aim.words}” is a learning outcome: its evidence has a strength of {aim.cap} at most."


def _aim_refusals(aims: Sequence[Aim]) -> Iterator[str]:
    if not aims:
        yield "Say what it supports or opposes: at least one assumption or outcome."
    for aim in aims:
        if not aim.of_this_bet:
            yield f"“{aim.words}” belongs to another bet."
        elif not aim.stands:
            yield f"“{aim.words}” no longer stands: it has been dropped or replaced."


def _source_refusals(url: str) -> Iterator[str]:
    yield from _nul_refusals("the link to its source", url)
    if url and not url.lower().startswith(("https://", "http://")):
        yield "The link to its source begins with https:// or http://."
    if len(url) > URL:
        yield f"That is too long: the link to its source takes at most {URL} characters, this has {len(url):,}."


def _nul_refusals(what: str, text: str) -> Iterator[str]:
    if "\0" in text:
        yield f"There is a NUL in {what}: no text has one."


def logger_refusals(powers: Powers, bet: OfBet) -> Iterator[str]:
    """Why this person logs no evidence on the bet; nothing when they may, also of a bet that is over."""
    yield from refusals(powers, "log_evidence", bet.domain_id)


def change_refusals(evidence: Written, seen_revision: int) -> Iterator[str]:
    """Why evidence cannot be changed any more, or not by somebody who saw another revision of it."""
    if evidence.is_confirmed:
        yield f"Evidence {evidence.number} has been confirmed: it stays as it is. Log what supersedes it."
    elif evidence.revision != seen_revision:
        yield stale(evidence.number)


def stale(number: int) -> str:
    return (
        f"Somebody changed evidence {number} while you were writing. Both versions are shown; nothing of yours is lost."
    )


def supersede_refusals(old: Written, *, of_this_bet: bool, is_superseded: bool) -> Iterator[str]:
    """Why new evidence cannot take the place of `old`."""
    if not of_this_bet:
        yield "Evidence supersedes evidence of the same bet only."
    elif is_superseded:
        yield f"Evidence {old.number} has been superseded already."
    elif not old.is_confirmed:
        yield f"Evidence {old.number} has not been confirmed yet: change it instead."


def checker_refusals(powers: Powers, bet: OfBet, evidence: Written, *, is_maker: bool) -> Iterator[str]:
    """Why this person does not confirm the strength of evidence; nothing when they do. Maker is never checker."""
    yield from refusals(powers, "confirm_evidence", bet.domain_id)
    if evidence.is_confirmed:
        yield f"Evidence {evidence.number} has been confirmed already."
    elif is_maker:
        yield "You wrote this evidence: somebody else confirms its strength."


def confirm_refusals(evidence: Written, strength: int, remark: str, seen_revision: int | None) -> Iterator[str]:
    """Why a strength cannot be confirmed like this."""
    if seen_revision is not None and seen_revision != evidence.revision:
        yield f"Somebody changed evidence {evidence.number} since you opened it: read it again before you confirm it."
    if not 0 <= strength <= STRONGEST:
        yield "The strength is a whole number from 0 (none) to 5 (controlled test or launch data)."
    elif strength > evidence.strength:
        yield f"Confirming never raises the strength, which is {strength_words(evidence.strength)}."
    elif strength < evidence.strength and not remark.strip():
        yield "Say why the strength is lower than it was logged."
    if len(remark) > REMARK:
        yield f"That is too long: a remark takes at most {REMARK} characters, this has {len(remark):,}."
    yield from _nul_refusals("the remark", remark)


def file_refusals(name: str, *, held: int, is_known: bool) -> Iterator[str]:
    """Why evidence takes no further file, or not this one."""
    if held >= FILES_AT_MOST:
        yield f"Evidence has at most {FILES_AT_MOST} files: “{name}” is one too many."
    elif is_known:
        yield f"“{name}” has been attached already: it has the same content as another file."
