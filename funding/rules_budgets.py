"""Why a budget is not opened, changed or withdrawn, and why durable team funding stays where it is. Plain Python."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

CLASSES = ("team", "bet", "project", "run", "mandatory")
TREATMENTS = ("opex", "capex")
POLICIES = ("roll", "lapse")  # of what is committed when a year ends
LASTS_AT_MOST = 1827  # days: five years
WITHIN = 3653  # days from today, of both ends
WARNS = range(1, 101)
CODE = re.compile(r"[^\W_][\w .-]{0,39}")
TEXTS = {"name": ("the name of a budget", 120), "cost_centre": ("a cost centre", 40),
         "erp_account": ("an account of the enterprise’s own books", 40)}  # fmt: skip


@dataclass(frozen=True)
class Budget:
    """A budget as somebody wants it. `team_reached`: its team belongs to its domain, or to one below."""

    code: str
    name: str
    funding_class: str
    has_team: bool
    starts_on: date
    ends_on: date
    team_reached: bool = True
    warn_percent: int = 80
    treatment: str = "opex"
    cost_centre: str = ""
    erp_account: str = ""
    year_end: str = "roll"


def budget_refusals(wanted: Budget, *, today: date) -> Iterator[str]:
    """Why a budget cannot be opened like this."""
    if not CODE.fullmatch(wanted.code):
        yield (
            "The code of a budget has 1 to 40 letters, digits, blanks, dots, hyphens and underscores, and begins with a"
            " letter or a digit."
        )
    yield from _class_refusals(wanted)
    yield from _day_refusals(wanted, today)
    yield from kept_refusals(wanted)


def kept_refusals(wanted: Budget) -> Iterator[str]:
    """Why that of a budget which can be changed later cannot be kept like this."""
    if not wanted.name.strip():
        yield "Give the name of a budget."
    for field, (what, most) in TEXTS.items():
        yield from _text_refusals(what, getattr(wanted, field), most)
    if wanted.warn_percent not in WARNS:
        yield "People are warned from a share of 1 to 100 percent on."
    if wanted.treatment not in TREATMENTS:
        yield f"Money is treated as one of {', '.join(TREATMENTS)}."
    if wanted.year_end not in POLICIES:
        yield f"What is committed at the end of its year does one of {', '.join(POLICIES)}."


def _class_refusals(wanted: Budget) -> Iterator[str]:
    if wanted.funding_class not in CLASSES:
        yield f"A funding class is one of {', '.join(CLASSES)}."
    elif wanted.funding_class == "team" and not wanted.has_team:
        yield "Durable team funding names its team."
    elif wanted.funding_class != "team" and wanted.has_team:
        yield "Only durable team funding names a team."
    if wanted.has_team and not wanted.team_reached:
        yield "The team belongs to another domain than the budget."


def _day_refusals(wanted: Budget, today: date) -> Iterator[str]:
    if wanted.ends_on < wanted.starts_on:
        yield "A budget ends on or after the day on which it starts."
    elif (wanted.ends_on - wanted.starts_on).days >= LASTS_AT_MOST:
        yield "A budget lasts five years at most."
    if any(abs((day - today).days) > WITHIN for day in (wanted.starts_on, wanted.ends_on)):
        yield "A budget starts and ends within ten years of today."


def _text_refusals(what: str, text: str, at_most: int) -> Iterator[str]:
    if len(text) > at_most:
        yield f"That is too long: {what} takes at most {at_most:,} characters, this has {len(text):,}."
    if "\x00" in text:
        yield f"There is a character in {what} that cannot be stored."


def withdraw_refusals(*, withdrawn: bool, balances: Sequence[int], waiting: int) -> Iterator[str]:
    """Why a budget is not taken back: only one that is empty can be, and that nobody asks anything of."""
    if withdrawn:
        yield "This budget was withdrawn already."
    if any(balances):
        yield "There is money in this budget, or was spent from it: hand back first what is left."
    if waiting:
        are = "A request waits" if waiting == 1 else f"{waiting} requests wait"
        yield f"{are} for this budget: decide on what waits first."


def team_refusals(kind: str, name: str, *, from_team: bool, to_team: bool) -> Iterator[str]:
    """Why durable team funding is not moved like this: bets that start or stop do not touch it."""
    if from_team and kind == "commit":
        yield f"{name} is durable team funding: it pays for the team, and is not committed to bets."
    if from_team and kind == "reallocate" and not to_team:
        yield f"{name} is durable team funding: it moves to another team only, never to bets."
