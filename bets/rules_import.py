"""What a row of a file of projects becomes, and what is wrong with it; and who may do what with an import."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from bets.imports.values import Unread, read_day, read_money, read_number, shown
from bets.rules import key_refusals
from org.rules import Powers, refusals

KEY, NAME, TEXT = 60, 160, 2_000
PARTS = {"change": 300, "whom": 200, "result": 300, "reason": 500}
STAGES = ("discovery", "validation", "acceleration", "run")
HORIZONS = {"retiring": 0, "now": 1, "next": 2, "later": 3}
MOST_WEEKS = Decimal(99_999)
LISTED = 8
BELIEF = re.compile(
    r"\s*we believe (?:that )?(.+?)\s+for\s+(.+?)\s+will (?:result in|lead to)\s+(.+?),?\s+because\s+(.+?)\.?\s*",
    re.IGNORECASE | re.DOTALL,
)
Value = TypeVar("Value")


@dataclass(frozen=True)
class Problem:
    """What is wrong in the column that means `means`, and what would mend it."""

    means: str
    said: str


@dataclass(frozen=True)
class Thing:
    """A domain, goal or team, as a file names it: by key or by name. `above` are the keys and names above a domain."""

    pk: int
    key: str
    name: str
    above: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True)
class Someone:
    """A person; `sees` are the ids of domains, None for all."""

    pk: int
    name: str
    email: str
    sees: frozenset[int] | None

    @property
    def key(self) -> str:
        return self.email


@dataclass(frozen=True)
class Known:
    """What there is already. Domains are only those into which the person who imports may."""

    people: Sequence[Someone]
    domains: Sequence[Thing]
    goals: Sequence[Thing]
    teams: Sequence[Thing]
    keys: frozenset[str]
    names: frozenset[tuple[int, str]]
    today: date

    @cached_property
    def things(self) -> dict[str, list[Thing | Someone]]:
        """Everything that a row can name, by kind."""
        return {"people": [*self.people], "domains": [*self.domains], "goals": [*self.goals], "teams": [*self.teams]}

    @cached_property
    def index(self) -> dict[str, dict[str, list[Thing | Someone]]]:
        """By kind, and by key or name in small letters."""
        found: dict[str, dict[str, list[Thing | Someone]]] = {kind: {} for kind in self.things}
        for kind, things in self.things.items():
            for thing in things:
                for word in {plain(thing.key), plain(thing.name)} - {""}:
                    found[kind].setdefault(word, []).append(thing)
        return found

    @cached_property
    def titles(self) -> dict[str, list[str]]:
        """Names that could have been meant, by kind."""
        return {kind: [thing.name for thing in things] for kind, things in self.things.items()}

    def closest(self, kind: str, text: str) -> str:
        """A hint at what was meant; where nothing is near, what there is, as long as it is little."""
        titles = self.titles[kind]
        if near := difflib.get_close_matches(text[:100], titles, n=1, cutoff=0.6):
            return f" The closest is “{near[0]}”."
        return f" There are: {', '.join(sorted(titles))}." if kind != "people" and 0 < len(titles) <= LISTED else ""


@dataclass(frozen=True)
class Draft:
    """A row that can become a draft bet; `said` is its text for the hypothesis."""

    name: str
    domain: Thing
    lead: Someone
    key: str = ""
    goal: Thing | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    amount: int = 0
    currency: str = "EUR"
    stage: str = "discovery"
    horizon: int = 1
    teams: tuple[Thing, ...] = ()
    weeks: tuple[tuple[Thing, Decimal], ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_claim(self) -> bool:
        """All four parts of a hypothesis are there."""
        return set(self.said) == set(PARTS) and all(len(self.said[part]) <= most for part, most in PARTS.items())


def plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def read_row(
    cells: Mapping[str, str], known: Known, day_first: Mapping[str, bool | None]
) -> tuple[Draft | None, list[Problem]]:
    """The draft that a row would become, or None with everything that is wrong with it. `cells` go by meaning."""
    reader = Reader(cells, known, day_first)
    draft = reader.draft()
    return (None if reader.problems else draft), reader.problems


class Reader:
    """Reads one row and gathers all that is wrong with it."""

    def __init__(self, cells: Mapping[str, str], known: Known, day_first: Mapping[str, bool | None]) -> None:
        self.cells, self.known, self.day_first = cells, known, day_first
        self.problems: list[Problem] = []

    def draft(self) -> Draft | None:
        """Every field is read, also behind a wrong one, so that all errors of a row are told at once."""
        domain = self._domain()
        lead = self._lead(domain)
        name = self._name(domain)
        amount, currency = self._money()
        starts, ends = self._days()
        teams, weeks = self._teams()
        key, goal, said = self._key(), self._thing("goal", "goals", "goal"), self._said()
        stage, horizon = self._stage(), self._horizon()
        if not name or domain is None or lead is None:
            return None
        return Draft(
            name=name, domain=domain, lead=lead, key=key, goal=goal, starts_on=starts, ends_on=ends, amount=amount,
            currency=currency, stage=stage, horizon=horizon, teams=teams, weeks=weeks, said=said,
        )  # fmt: skip

    def _name(self, domain: Thing | None) -> str:
        name = " ".join(self._text("name", NAME).split())
        if not name:
            self._bad("name", "The project has no name: write one.")
        elif domain and (domain.pk, plain(name)) in self.known.names:
            where = f"“{shown(name)}” in {domain.name}"
            self._bad("name", f"There is a bet {where} already: leave this row out, or rename it.")
        return name

    def _days(self) -> tuple[date | None, date | None]:
        starts, ends = self._day("start"), self._day("end")
        if starts and ends and ends <= starts:
            self._bad("end", f"The end, {ends}, does not come after the start, {starts}.")
        return starts, ends

    def _bad(self, means: str, said: str) -> None:
        self.problems.append(Problem(means, said))

    def _text(self, means: str, most: int) -> str:
        text = self.cells.get(means, "")
        if len(text) > most:
            self._bad(means, f"The text has more than {most:,} characters: shorten it.")
            return text[:most]
        return text

    def _read(self, means: str, read: Callable[[str], Value]) -> Value | None:
        text = self.cells.get(means, "")
        if not text:
            return None
        try:
            return read(text)
        except Unread as reason:
            said = str(reason)
            self._bad(means, said[0].upper() + said[1:])
            return None

    def _day(self, means: str) -> date | None:
        return self._read(means, lambda text: read_day(text, self.day_first.get(means)))

    def _key(self) -> str:
        key = self._text("key", KEY)
        if key:
            for said in key_refusals(key):
                self._bad("key", said)
        if any(ord(char) < 32 for char in key):
            self._bad("key", "A key stands in one line: take out the line break.")
        if key in self.known.keys:
            self._bad(
                "key", f"There is a bet with the key “{key}” already: leave this row out, or give it another key."
            )
        return key

    def _find(self, kind: str, text: str) -> list[Thing | Someone]:
        return self.known.index[kind].get(plain(text), [])

    def _thing(self, means: str, kind: str, word: str) -> Thing | None:
        text = self.cells.get(means, "")
        return self._named(means, kind, word, text) if text else None

    def _named(self, means: str, kind: str, word: str, text: str) -> Thing | None:
        found = self._find(kind, text)
        if len(found) == 1 and isinstance(found[0], Thing):
            return found[0]
        if found:
            self._bad(means, f"“{shown(text)}” is the name of more than one {word}: write its key instead.")
        else:
            self._bad(means, f"There is no {word} “{shown(text)}”.{self.known.closest(kind, text)}")
        return None

    def _domain(self) -> Thing | None:
        text, parent = self.cells.get("domain", ""), plain(self.cells.get("parent", ""))
        if not text:
            self._bad("domain", "No domain is named: write the key or the name of one.")
            return None
        found = [thing for thing in self._find("domains", text) if isinstance(thing, Thing)]
        if not found:
            hint = self.known.closest("domains", text)
            self._bad("domain", f"There is no domain “{shown(text)}” into which you may import.{hint}")
            return None
        below = [one for one in found if not parent or any(parent in names for names in one.above)]
        if not below:
            self._bad("parent", _elsewhere(found[0], self.cells["parent"]))
        elif len(below) > 1:
            self._bad("domain", f"“{shown(text)}” is the name of more than one domain: write its key instead.")
        return below[0] if len(below) == 1 else None

    def _lead(self, domain: Thing | None) -> Someone | None:
        text = self.cells.get("lead", "")
        found = [one for one in self._find("people", text.strip("<> ")) if isinstance(one, Someone)] if text else []
        if not text:
            self._bad("lead", "Nobody is named who leads it: write an e-mail address or a name.")
        elif not found:
            hint = self.known.closest("people", text.partition("@")[0].replace(".", " "))
            self._bad("lead", f"There is nobody active called “{shown(text)}”.{hint}")
        elif len(found) > 1:
            self._bad("lead", f"There is more than one person called “{shown(text)}”: write the e-mail address.")
        elif domain and found[0].sees is not None and domain.pk not in found[0].sees:
            self._bad(
                "lead", f"{found[0].name} does not see {domain.name}: give them a role there, or name somebody else."
            )
        else:
            return found[0]
        return None

    def _money(self) -> tuple[int, str]:
        amount, beside = self._read("budget", read_money) or (0, "")
        named = self.cells.get("currency", "").strip().upper()
        named = {"€": "EUR", "$": "USD", "£": "GBP"}.get(named, named)
        if named and not re.fullmatch("[A-Z]{3}", named):
            self._bad("currency", f"“{shown(named)}” is not a currency: write three letters, such as EUR.")
        elif named and beside and named != beside:
            self._bad("currency", f"The budget is in {beside}, but the currency says {named}.")
        if amount < 0:
            self._bad("budget", "A budget cannot be less than nothing.")
        return amount, named or beside or "EUR"

    def _stage(self) -> str:
        text = plain(self.cells.get("stage", ""))
        if text and text not in STAGES:
            self._bad("stage", f"There is no stage “{shown(text)}”: write {', '.join(STAGES[:-1])} or {STAGES[-1]}.")
        return text if text in STAGES else "discovery"

    def _horizon(self) -> int:
        text = plain(self.cells.get("horizon", ""))
        short = text.removeprefix("horizon").strip().removeprefix("h")
        if text and text not in HORIZONS and short not in ("0", "1", "2", "3"):
            self._bad(
                "horizon", f"There is no horizon “{shown(text)}”: write 1 (now), 2 (next), 3 (later) or 0 (retiring)."
            )
            return 1
        return HORIZONS.get(text, int(short) if text and text not in HORIZONS else 1)

    def _teams(self) -> tuple[tuple[Thing, ...], tuple[tuple[Thing, Decimal], ...]]:
        teams = self._listed(self.cells.get("teams", ""))
        text = self.cells.get("weeks", "")
        if ":" in text:
            weeks = [self._weeks_of(part) for part in re.split(r"[;|\n]", text) if part.strip()]
            known = tuple(dict(one for one in weeks if one).items())
            return tuple(dict.fromkeys([*teams, *(team for team, _ in known)])), known
        number = self._weeks(text)
        if number is None:
            return teams, ()
        if len(teams) != 1:
            which = "name the team" if not teams else "write “Team A: 12; Team B: 8”"
            self._bad("weeks", f"It cannot be told which team gives how many of these weeks: {which}.")
            return teams, ()
        return teams, ((teams[0], number),)

    def _listed(self, text: str) -> tuple[Thing, ...]:
        if not text:
            return ()
        parts = re.split(r"[;|\n]", text)
        if len(parts) == 1 and not self._find("teams", text):
            parts = text.split(",")  # a name may have a comma in it
        found = [self._named("teams", "teams", "team", part.strip()) for part in parts if part.strip()]
        return tuple(dict.fromkeys(team for team in found if team))

    def _weeks_of(self, part: str) -> tuple[Thing, Decimal] | None:
        name, _, text = part.rpartition(":")
        team, number = self._named("weeks", "teams", "team", name.strip()), self._weeks(text)
        return (team, number) if team and number is not None else None

    def _weeks(self, text: str) -> Decimal | None:
        if not text.strip():
            return None
        try:
            number = read_number(text)
        except Unread as reason:
            self._bad("weeks", str(reason))
            return None
        if not 0 < number <= MOST_WEEKS or number * 10 % 1:
            self._bad("weeks", f"“{shown(text.strip())}” is not a number of weeks: more than 0, in tenths at most.")
            return None
        return number

    def _said(self) -> dict[str, str]:
        """The text for the hypothesis, as far as there is some; a purpose is what comes nearest to a change."""
        said = {part: text for part in PARTS if (text := self._text(part, TEXT))}
        purpose, belief = self._text("purpose", TEXT), self._text("hypothesis", TEXT)
        if match := BELIEF.fullmatch(belief):
            return dict(zip(PARTS, match.groups(), strict=True)) | said
        for text in (belief, purpose):
            if text and "change" not in said:
                said["change"] = text
        return said


def _elsewhere(domain: Thing, parent: str) -> str:
    lies = f"lies below {sorted(domain.above[0])[0]}" if domain.above else "lies at the top"
    return f"{domain.name} does not lie below “{shown(parent)}”: here it {lies}. An import changes no domain."


def import_refusals(powers: Powers, state: str, wanted: Sequence[str], *, busy: bool = False) -> Iterator[str]:
    """Why somebody may not do this with an import, which must be in one of the `wanted` states."""
    yield from refusals(powers, "import_bets")
    if busy:
        yield "The file is being worked on: wait until that has ended."
    elif state not in wanted:
        words = {"done": "taken over already", "undone": "undone already", "dropped": "dropped already"}
        yield f"The file has been {words.get(state, state)}."


def taking_refusals(rows: int, bad: int, leaving_out: int | None) -> Iterator[str]:
    """Why a checked file is not taken over: rows with errors are left out only by an explicit act."""
    if rows == bad:
        yield "No row of the file is sound: mend it and upload it again."
    elif bad and leaving_out is None:
        word = "One row has" if bad == 1 else f"{bad:,} rows have"
        yield f"{word} errors: mend them and upload the file again, or say that they are left out."
    elif leaving_out is not None and leaving_out != bad:
        yield f"Now {bad:,} rows have errors, not {leaving_out:,} as you saw: look at the file again."
