"""What the columns of a file mean: guessed from the header, and changed by hand. What they can mean is given: here
stands what those of a file of projects can."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bets.imports.values import day_first

# Meanings in the order of the file to fill in, each with the headers that are taken for it besides its own name.
MEANINGS: dict[str, tuple[str, ...]] = {
    "name": ("project", "project name", "projects", "initiative", "initiative name", "title", "bet"),
    "key": ("id", "project id", "project key", "project code", "code", "number", "no", "ref", "reference"),
    "domain": ("product", "platform", "value stream", "area", "department", "business unit", "unit", "portfolio"),
    "parent": ("parent domain", "domain parent", "parent unit", "parent area", "division"),
    "lead": (
        "owner", "product lead", "project lead", "project manager", "product owner", "product manager", "manager",
        "responsible", "owner email", "owner e mail", "lead email", "email", "e mail", "project owner",
    ),
    "goal": ("strategic goal", "objective", "okr", "strategy"),
    "start": ("start date", "starts on", "starts", "begin", "begins", "from", "planned start", "kick off"),
    "end": ("end date", "ends on", "ends", "finish", "due", "due date", "deadline", "until", "planned end", "go live"),
    "budget": ("amount", "cost", "costs", "total budget", "planned budget", "planned cost", "funding", "investment"),
    "currency": ("ccy", "cur", "budget currency"),
    "purpose": ("description", "summary", "about", "scope", "details", "project description", "why"),
    "hypothesis": ("belief", "we believe", "business case"),
    "change": ("what changes", "solution", "what we change"),
    "whom": ("for whom", "customer", "customers", "user", "users", "audience", "target group", "segment"),
    "result": ("outcome", "expected outcome", "expected result", "benefit", "benefits", "expected benefit", "outcomes"),
    "reason": ("because", "rationale", "reasoning"),
    "stage": ("stage of bet", "bet stage"),
    "horizon": ("time horizon", "innovation horizon"),
    "teams": ("team", "squad", "squads", "team name", "working teams"),
    "weeks": ("team weeks", "teamweeks", "effort", "effort in weeks", "effort weeks", "person weeks", "weeks of teams"),
}  # fmt: skip


def aliases_of(meanings: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What each known header means."""
    return {alias: meaning for meaning, others in meanings.items() for alias in (meaning.replace("_", " "), *others)}


ALIASES = aliases_of(MEANINGS)
DATES = ("start", "end")


@dataclass(frozen=True)
class Column:
    """A column of a file: what its header says, what it means ("" where it is left out), and whether the day comes
    first in its dates (None where that cannot be told, or does not matter)."""

    header: str
    means: str = ""
    day_first: bool | None = None


def meaning_of(header: str, aliases: Mapping[str, str] = ALIASES) -> str:
    """What a header is taken for; "" when it is not known."""
    plain = re.sub(r"\([^)]*\)", " ", header.casefold())
    words = " ".join(re.findall(r"[^\W_]+", plain))
    return aliases.get(words, "")


def guessed(headers: Sequence[str], aliases: Mapping[str, str] = ALIASES) -> list[str]:
    """What each header is taken for; of two with the same meaning only the first."""
    found: list[str] = []
    for header in headers:
        meaning = meaning_of(header, aliases)
        found.append("" if meaning in found else meaning)
    return found


def known_in(cells: Sequence[str], aliases: Mapping[str, str] = ALIASES) -> int:
    """How many of these cells would be known as headers: tells the header line from a title above it."""
    return sum(bool(meaning) for meaning in guessed(cells, aliases))


def columns_of(
    meanings: Mapping[str, str], rows: Sequence[Mapping[str, str]], dates: Sequence[str] = DATES
) -> list[Column]:
    """The columns of a file, given what each header means; its dates tell whether the day comes first."""
    return [
        Column(header, means, day_first(row.get(header, "") for row in rows) if means in dates else None)
        for header, means in meanings.items()
    ]


def stored(columns: Sequence[Column]) -> list[dict[str, Any]]:
    return [asdict(column) for column in columns]


def read_back(columns: Sequence[Mapping[str, Any]]) -> list[Column]:
    return [Column(one["header"], one.get("means", ""), one.get("day_first")) for one in columns]
