"""Why a standard of product operations is refused: kinds of evidence, templates, allowances, goals. Plain Python."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.rules import key_refusals

STRENGTHS = range(6)
ROWS_AT_MOST = 12  # assumptions, and tranches, of a template: whoever starts from it reads them all
STAGES = ("discovery", "validation", "acceleration", "run")
HORIZONS = (0, 1, 2, 3)
PROMPTS = {"guidance": 1000, "change": 300, "whom": 200, "result": 300, "reason": 500, "premortem": 500}
DAYS_AT_MOST = 366
MOST = 10**14  # minor units
GOAL_WITHIN = 3653  # days
GOALS_AT_MOST = 7  # open at once; more are warned of, not refused


@dataclass(frozen=True)
class Kind:
    """A kind of evidence as somebody wants to keep it."""

    name: str
    what: str
    cap: int
    is_active: bool = True


@dataclass(frozen=True)
class Template:
    """A template as somebody wants to keep it; tranches are pairs of purpose and gate."""

    name: str
    guidance: str = ""
    stage: str = "discovery"
    horizon: int = 1
    change: str = ""
    whom: str = ""
    result: str = ""
    reason: str = ""
    premortem: str = ""
    assumptions: Sequence[str] = ()
    tranches: Sequence[Sequence[str]] = ()
    is_active: bool = True


@dataclass(frozen=True)
class Allowance:
    """What a discovery bet may cost and last on learning outcomes alone."""

    amount: int
    days: int
    cap: int


@dataclass(frozen=True)
class Goal:
    name: str
    measure: str
    due_on: date


def kind_refusals(wanted: Kind) -> Iterator[str]:
    """Why a kind of evidence cannot be kept like this."""
    yield from _text_refusals("the name of a kind", wanted.name, 80, needed=True)
    yield from _text_refusals("what belongs to a kind", wanted.what, 300)
    if wanted.cap not in STRENGTHS:
        yield "The most strength of a kind is a whole number from 0 to 5."


def template_refusals(wanted: Template) -> Iterator[str]:
    """Why a template cannot be kept like this."""
    yield from _text_refusals("the name of a template", wanted.name, 80, needed=True)
    for field, most in PROMPTS.items():
        yield from _text_refusals(f"the text for {field}", getattr(wanted, field), most)
    if wanted.stage not in STAGES:
        yield f"A stage is one of {', '.join(STAGES)}."
    if wanted.horizon not in HORIZONS:
        yield "A horizon is 0, 1, 2 or 3."
    for what, rows in (("assumptions", wanted.assumptions), ("tranches", wanted.tranches)):
        if len(rows) > ROWS_AT_MOST:
            yield f"A template has at most {ROWS_AT_MOST} {what}, this has {len(rows):,}: keep those that matter."
            return
    for number, statement in enumerate(wanted.assumptions, start=1):
        yield from _text_refusals(f"assumption {number}", statement, 300, needed=True)
    for number, row in enumerate(wanted.tranches, start=1):
        yield from _tranche_refusals(number, row)


def _tranche_refusals(number: int, row: Sequence[str]) -> Iterator[str]:
    if len(row) != 2:
        yield f"Tranche {number} needs a purpose and a gate."
        return
    yield from _text_refusals(f"the purpose of tranche {number}", row[0], 200, needed=True)
    yield from _text_refusals(f"the gate of tranche {number}", row[1], 300, needed=True)


def allowance_refusals(currency: str, wanted: Allowance) -> Iterator[str]:
    """Why an allowance cannot be kept like this."""
    if not re.fullmatch("[A-Z]{3}", currency):
        yield "A currency is three capital letters, like EUR."
    if not 0 < wanted.amount <= MOST:
        yield "The most that a discovery bet may cost is an amount above 0."
    if not 1 <= wanted.days <= DAYS_AT_MOST:
        yield f"A discovery bet may take 1 to {DAYS_AT_MOST} days on learning alone."
    if wanted.cap not in STRENGTHS or wanted.cap == 0:
        yield "The most strength of what is learnt is a whole number from 1 to 5."


def goal_refusals(wanted: Goal, *, today: date, kept: date | None = None) -> Iterator[str]:
    """Why a goal cannot be kept like this; `kept` is the day it was due until now. A day in the past ends a goal."""
    yield from _text_refusals("the name of a goal", wanted.name, 160, needed=True)
    yield from _text_refusals("the measure of a goal", wanted.measure, 200, needed=True)
    if kept is None and wanted.due_on <= today:
        yield "A new goal is due on a day to come."
    if abs((wanted.due_on - today).days) > GOAL_WITHIN and wanted.due_on != kept:
        yield "A goal is due within ten years."


def standard_key_refusals(what: str, key: str) -> Iterator[str]:
    """Why `what` cannot have this key."""
    yield from key_refusals(what, key, 40)


def _text_refusals(what: str, text: str, at_most: int, *, needed: bool = False) -> Iterator[str]:
    if needed and not text.strip():
        yield f"Give {what}."
    if len(text) > at_most:
        yield f"That is too long: {what} takes at most {at_most:,} characters, this has {len(text):,}."
    if "\x00" in text:
        yield f"There is a character in {what} that cannot be stored."
