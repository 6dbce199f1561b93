"""What a bet in discovery may learn without signals: within which allowance, who reads it, and what may be found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bets.rules import DecidedOn, text_refusals
from lib.money import short
from org.rules import Powers, refusals

KINDS = ("behaviour", "question")
FINDINGS = ("yes", "no", "open")
LARGEST = 2**31 - 1  # of a column of counts


@dataclass(frozen=True)
class Limits:
    """A discovery allowance: most money in minor units, most days, and the most strength of its evidence."""

    amount: int
    days: int
    cap: int


@dataclass(frozen=True)
class Discovery:
    """A bet as far as its allowance goes. `planned` is the sum of its tranches in minor units; `has_outcomes` says that
    signals judge it too: then the limits of money and time do not hold, as they stand in for being judged."""

    stage: str
    currency: str
    starts_on: date
    planned: int
    has_outcomes: bool
    limits: Limits | None


@dataclass(frozen=True)
class Asked:
    """A learning outcome as somebody wants to state it. The reader may see the bet or not, and lead it or not."""

    kind: str
    question: str
    goal: int | None
    due_on: date
    has_reader: bool
    reader_sees: bool = True
    reader_leads: bool = False


def learning_refusals(bet: Discovery, due: Iterable[date]) -> Iterator[str]:
    """Why a bet cannot carry learning outcomes that are due on these days; nothing when it can, or has none."""
    days = list(due)
    if not days:
        return
    if bet.stage != "discovery":
        yield "Learning outcomes are for bets in discovery: later on, signals judge a bet."
    if bet.limits is None:
        yield f"Product operations have set no discovery allowance in {bet.currency}: learning outcomes wait for one."
    elif not bet.has_outcomes:
        yield from _limit_refusals(bet, bet.limits, max(days))


def _limit_refusals(bet: Discovery, limits: Limits, last: date) -> Iterator[str]:
    if bet.planned > limits.amount:
        planned, most = short(bet.planned, bet.currency), short(limits.amount, bet.currency)
        yield (
            f"The tranches add up to {planned}, and the discovery allowance is {most}: plan less, or state an outcome"
            " that signals can judge."
        )
    if (last - bet.starts_on).days > limits.days:
        latest = bet.starts_on + timedelta(days=limits.days)
        yield (
            f"A discovery bet has {limits.days} days: everything is due by {latest:%-d %B %Y}, not on {last:%-d %B %Y}."
        )


def asked_refusals(asked: Asked, starts_on: date, *, today: date) -> Iterator[str]:
    """Why a learning outcome cannot be stated like this; nothing when it can."""
    if asked.kind not in KINDS:
        yield "A learning outcome is a counted behaviour or a question with a reader."
    yield from text_refusals("what is to be found out", asked.question, 300)
    if asked.due_on <= max(today, starts_on):
        yield f"The day it is due, {asked.due_on:%-d %B %Y}, must come after today and after the start of the bet."
    if asked.kind == "behaviour":
        yield from _goal_refusals(asked)
    if asked.kind == "question":
        yield from _reader_refusals(asked)


def _goal_refusals(asked: Asked) -> Iterator[str]:
    if asked.goal is None or not 1 <= asked.goal <= LARGEST:
        yield "Say how often the behaviour must be seen: a whole number, at least 1."
    if asked.has_reader:
        yield "A behaviour is counted, so nobody is named to read it."


def _reader_refusals(asked: Asked) -> Iterator[str]:
    if asked.goal is not None:
        yield "A question is answered, not counted: leave out the number."
    if not asked.has_reader:
        yield "Name who will read the answer."
    elif asked.reader_leads:
        yield "The lead of the bet does not read its answer: name somebody else."
    elif not asked.reader_sees:
        yield "The reader cannot see this bet: name somebody who can."


@dataclass(frozen=True)
class Found:
    """What somebody says was found, and what it is about."""

    kind: str
    goal: int | None
    finding: str
    note: str
    counted: int | None
    state: str  # of the bet
    is_found: bool


def finder_refusals(powers: Powers, person_id: int, kind: str, reader_id: int | None, bet: DecidedOn) -> Iterator[str]:
    """Why this person does not say what was found; nothing when they do."""
    if not powers.active:
        yield "This account is not active."
    elif kind == "question" and person_id != reader_id:
        yield "Somebody else was named to read this."
    elif kind == "behaviour" and person_id != bet.lead_id and any(refusals(powers, "confirm_evidence", bet.domain_id)):
        yield "What was counted is said by the lead of the bet or by product operations."


def finding_refusals(found: Found) -> Iterator[str]:
    """Why a finding cannot be recorded like this; nothing when it can."""
    if found.state not in ("live", "held"):
        yield "Only what a bet that is under way has learnt is recorded."
    if found.is_found:
        yield "What was found has been recorded already: it is written once."
    if found.finding not in FINDINGS:
        yield "Say what was found: yes, no, or that it cannot be said."
    yield from text_refusals("what you saw", found.note, 1000)
    if found.kind == "question" and found.counted is not None:
        yield "A question is answered, not counted: leave out the number."
    if found.kind == "behaviour":
        yield from _count_refusals(found)


def _count_refusals(found: Found) -> Iterator[str]:
    if found.counted is None or not 0 <= found.counted <= LARGEST:
        yield "Say how often it was seen: a whole number."
    elif found.finding in ("yes", "no") and (found.counted >= (found.goal or 0)) != (found.finding == "yes"):
        least = "reaches" if found.counted >= (found.goal or 0) else "falls short of"
        yield f"{found.counted:,} {least} the {found.goal:,} that were asked for: that is not a {found.finding}."
