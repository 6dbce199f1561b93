"""Why money is not moved: postings, requests, approvals. Plain Python; amounts are whole minor units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from funding.rules_budgets import team_refusals
from lib.money import exact

MOST = 10**15
DUE_WITHIN = 92  # days
DUE_DAYS = 14  # until a request expires when nobody says otherwise
LINES_AT_MOST = 50
EFFECTIVE_WITHIN = 3653  # days from today; a mistyped century has no period anyway
REASONS = {
    "plan": "As planned", "evidence": "The evidence asks for it", "supplement": "Supplement",
    "reorganised": "Reorganised", "unspent": "Not spent", "ceased": "The bet ceased", "pivoted": "The bet pivoted",
    "correction": "Correction", "opening": "Opening balance", "actual": "Spent, as the books say",
    "credit_note": "Credit note", "duplicate": "Posted twice", "wrong_account": "Wrong account",
}  # fmt: skip
REJECTIONS = {
    "too_little_evidence": "Too little evidence", "gate_not_met": "The gate is not met",
    "no_money": "No money for it", "wrong_amount": "Wrong amount", "wrong_account": "Wrong account or budget",
    "not_now": "Not now", "other": "Another reason",
}  # fmt: skip
# Which lines a request of a kind may have.
LINES = {
    "appropriate": {"appropriate", "supplement", "hand_back"},
    "commit": {"commit"},
    "release": {"release"},
    "return": {"return", "set_aside"},
    "reallocate": {"reallocate"},
}
# Which kind of account a line leaves, and which it reaches.
WAYS = {
    "appropriate": {("appropriation", "available")},
    "supplement": {("appropriation", "available")},
    "hand_back": {("available", "appropriation")},
    "reallocate": {("available", "available")},
    "commit": {("available", "committed")},
    "release": {("committed", "released")},
    "return": {("committed", "available"), ("released", "available"), ("winddown", "available")},
    "set_aside": {("released", "winddown"), ("committed", "winddown")},
}


@dataclass(frozen=True)
class Side:
    """An account as a rule sees it; `budget` is that of its money, None for the appropriation."""

    ledger: int
    kind: str
    budget: int | None
    balance: int
    closed: bool
    name: str
    team: bool = False  # money of durable team funding


@dataclass(frozen=True)
class Posting:
    """A transfer that somebody wants to post, and the books as they stand, locked."""

    ledger: int
    amount: int
    leaves: Side
    reaches: Side
    effective_date: date
    closed_through: date | None
    period: str  # state of the period that holds the day, "" when there is none
    currency: str = "EUR"


def amount_refusals(amount: object) -> Iterator[str]:
    """Why this is no amount of money: it must be a whole number of minor units above 0."""
    if isinstance(amount, bool) or not isinstance(amount, int):
        yield "An amount is a whole number of minor units, like 150000 for 1,500.00."
    elif not 0 < amount <= MOST:
        yield f"An amount lies between 1 and {MOST:,} minor units."


def posting_refusals(wanted: Posting) -> Iterator[str]:
    """Why a transfer cannot be posted now."""
    yield from amount_refusals(wanted.amount)
    for side in (wanted.leaves, wanted.reaches):
        if side.ledger != wanted.ledger:
            yield f"{side.name} belongs to another ledger: money never crosses from one to the other."
        if side.closed:
            yield f"{side.name} is closed."
    if wanted.leaves == wanted.reaches:
        yield "Money moves between two accounts."
    yield from day_refusals(wanted.effective_date, wanted.closed_through, wanted.period)
    short = wanted.amount - wanted.leaves.balance
    if wanted.leaves.kind != "appropriation" and short > 0:
        yield f"{wanted.leaves.name} is short by {exact(short, wanted.currency)}."


def day_refusals(day: date, closed_through: date | None, period: str) -> Iterator[str]:
    """Why nothing is posted on this day."""
    if closed_through is not None and day <= closed_through:
        yield f"The books are closed through {closed_through}: post it in an open period."
    elif period == "":
        yield f"No fiscal period holds {day}: finance adds one first."
    elif period != "open":
        yield f"The fiscal period of {day} is {period}."


@dataclass(frozen=True)
class Line:
    """A line of a request as somebody wants it."""

    kind: str
    leaves: Side
    reaches: Side
    amount: object


@dataclass(frozen=True)
class Wanted:
    """A request as somebody wants to submit it."""

    kind: str
    ledger: int
    lines: Sequence[Line]
    effective_date: date
    due_on: date
    reason_code: str
    justification: str
    decision_kind: str = ""  # of the decision that it rests on
    state: str = ""  # of the bet
    names: Sequence[str] = field(default=())  # what is asked for already, by a request that still waits


def request_refusals(wanted: Wanted, *, today: date) -> Iterator[str]:
    """Why a request cannot be submitted like this."""
    if wanted.kind not in LINES:
        yield f"A request is one of {', '.join(LINES)}."
        return
    if not 1 <= len(wanted.lines) <= LINES_AT_MOST:
        yield f"A request has 1 to {LINES_AT_MOST} lines."
    for number, line in enumerate(wanted.lines, start=1):
        for reason in line_refusals(wanted, line):
            yield f"Line {number}: {reason[0].lower()}{reason[1:]}" if len(wanted.lines) > 1 else reason
    if wanted.reason_code not in REASONS:
        yield f"The reason is one of {', '.join(REASONS)}."
    yield from said_refusals("Say why the money is to move.", wanted.justification, 2000)
    if not today <= wanted.due_on or (wanted.due_on - today).days > DUE_WITHIN:
        yield f"A request waits until a day within the next {DUE_WITHIN} days."
    if abs((wanted.effective_date - today).days) > EFFECTIVE_WITHIN:
        yield "The day on which it takes effect lies within ten years."
    yield from _bet_refusals(wanted)
    for name in wanted.names:
        yield f"{name} is asked for already, by a request that still waits."


def line_refusals(wanted: Wanted, line: Line) -> Iterator[str]:
    """Why a line has no place in its request. What is short now is not asked here: it is at the last approval."""
    yield from amount_refusals(line.amount)
    if line.kind not in LINES[wanted.kind]:
        yield f"A request to {wanted.kind} has no line to {line.kind.replace('_', ' ')}."
        return
    if (line.leaves.kind, line.reaches.kind) not in WAYS[line.kind]:
        yield f"{line.kind.replace('_', ' ').capitalize()} does not go from {line.leaves.name} to {line.reaches.name}."
    for side in (line.leaves, line.reaches):
        if side.ledger != wanted.ledger:
            yield f"{side.name} belongs to another ledger: money never crosses from one to the other."
        if side.closed:
            yield f"{side.name} is closed."
    yield from team_refusals(
        line.kind, line.leaves.name, from_team=line.leaves.team, to_team=line.reaches.team
    )  # fmt: skip


def _bet_refusals(wanted: Wanted) -> Iterator[str]:
    if wanted.kind in ("commit", "release") and wanted.state in ("draft", "ceased", "concluded", "held"):
        ways = {"draft": "is still a draft", "ceased": "has ceased", "concluded": "is concluded"}
        yield f"The bet {ways.get(wanted.state, 'is held until its new hypothesis has been funded')}."
    if wanted.kind == "release" and wanted.decision_kind not in ("fund", "persist"):
        yield "Money is released on a decision to fund or to persist: there is none yet."


def said_refusals(empty: str, text: str, at_most: int) -> Iterator[str]:
    """Why a text cannot be kept; `empty` is what to say when there is none."""
    if not text.strip():
        yield empty
    if len(text) > at_most:
        yield f"That is too long: at most {at_most:,} characters, this has {len(text):,}."
    if "\x00" in text:
        yield "There is a character in the text that cannot be stored."


@dataclass(frozen=True)
class Checker:
    """Somebody who wants to approve or reject: for themselves, or for `principal`."""

    person: int
    principal: int
    proposer: int
    state: str  # of the request
    measured: int
    authority: int | None  # the limit in force; None: no row, no authority
    delegated: int | None = None  # the most that the delegation allows; None: they act for themselves
    has_delegation: bool = True
    said: Sequence[int] = field(default=())  # approvers and principals who have spoken
    currency: str = "EUR"


NO_AUTHORITY = "There is no authority limit for this kind of request here: no row, no authority."
CLOSED = {
    "posted": "It has been posted already.", "rejected": "It has been rejected already.",
    "withdrawn": "It was withdrawn.", "expired": "It has expired: whoever asked may ask again.",
    "voided": "What it rests on has changed since, so it is void: whoever asked may ask again.",
}  # fmt: skip


def checker_refusals(checker: Checker) -> Iterator[str]:
    """Why this person may neither approve nor reject."""
    if checker.state in CLOSED:
        yield CLOSED[checker.state]
        return
    if checker.person == checker.proposer:
        yield "Nobody approves what they asked for themselves."
    elif checker.principal == checker.proposer:
        yield "Nobody approves for the person who asked."
    if checker.principal != checker.person and not checker.has_delegation:
        yield "That person has not delegated their approvals to you today."
    if checker.person in checker.said or checker.principal in checker.said:
        yield "This voice has been given already: an approver and whom they approve for count once."


def approval_refusals(checker: Checker) -> Iterator[str]:
    """Why this person may not approve; what authority is measured by counts all that the bet has been given."""
    yield from checker_refusals(checker)
    measured = exact(checker.measured, checker.currency)
    if checker.authority is None:
        yield NO_AUTHORITY
    elif checker.authority < checker.measured:
        yield f"The limit in force is {exact(checker.authority, checker.currency)}, and this is measured at {measured}."
    elif checker.delegated is not None and checker.delegated < checker.measured:
        yield f"The delegation reaches {exact(checker.delegated, checker.currency)}; this is measured at {measured}."


def rejection_refusals(checker: Checker, reason_code: str, comment: str) -> Iterator[str]:
    """Why this person may not reject, or not like this."""
    yield from checker_refusals(checker)
    if checker.authority is None:
        yield NO_AUTHORITY
    if reason_code not in REJECTIONS:
        yield f"The reason is one of {', '.join(REJECTIONS)}."
    yield from said_refusals("Say why, so that whoever asked can do better.", comment, 2000)
