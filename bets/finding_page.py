"""What the pages of evidence and assumptions show, gathered in a constant number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from bets.actions.findings import wrote
from bets.finding_forms import CARRIED, EvidenceForm, LogFilter, Thing, things_of
from bets.finding_words import ByRisk, finding, level, snapshot
from bets.findings import AskedOfLog, Tested, assumptions_of, evidence_of, filtered
from bets.models import Bet, Evidence, EvidenceKind, EvidenceLink
from bets.rules_findings import checker_refusals, logger_refusals
from lib.beside import Beside, differing
from org.models import Person
from org.visibility import powers_of

ENTRIES = 20
STRENGTHS, IMPORTANCES = range(6), range(5, 0, -1)
LEFT, TOP, WIDE, HIGH = 30, 8, 64, 46  # of the picture of the map: its margins, and the size of a cell
CELL = 6  # marks that have room in a cell


@dataclass(frozen=True)
class Entry:
    """One piece of evidence as it is shown."""

    evidence: Evidence

    @property
    def links(self) -> list[EvidenceLink]:
        return list(self.evidence.links.all())

    @property
    def strength(self) -> str:
        return level(self.evidence.strength)

    @property
    def snapshot(self) -> str:
        return snapshot(self.evidence.reading) if self.evidence.reading else ""

    @property
    def successor(self) -> Evidence | None:
        return getattr(self.evidence, "successor", None)


@dataclass(frozen=True)
class Log:
    """The evidence of a bet, newest first, as far as it was asked for."""

    page: Page[Evidence]
    entries: list[Entry]
    form: LogFilter
    narrowed: bool
    refusals: list[str]


def log_of(bet: Bet, person: Person, data: Mapping[str, str]) -> Log:
    """Nine queries, and two for the powers of the person."""
    kinds = EvidenceKind.objects.filter(pk__in=Evidence.objects.filter(bet=bet).order_by().values("kind"))
    form = LogFilter(data, things=things_of(bet), kinds=kinds)
    asked = form.asked
    found = filtered(evidence_of(bet), AskedOfLog(**asked))
    page = Paginator(found, ENTRIES).get_page(data.get("page"))
    may_not = list(logger_refusals(powers_of(person), bet))
    return Log(page, [Entry(one) for one in page], form, bool(asked), may_not)


@dataclass(frozen=True)
class EntryPage:
    """One piece of evidence, with what this person may do with it."""

    entry: Entry
    may_log: list[str]
    may_confirm: list[str]

    @property
    def evidence(self) -> Evidence:
        return self.entry.evidence


def entry_page(evidence: Evidence, person: Person) -> EntryPage:
    powers = powers_of(person)
    may_not = checker_refusals(powers, evidence.bet, evidence, is_maker=wrote(person, evidence))
    return EntryPage(Entry(evidence), list(logger_refusals(powers, evidence.bet)), list(may_not))


def initial_of(evidence: Evidence, things: list[Thing]) -> dict[str, Any]:
    """What a form is filled with so that it says what the evidence says."""
    stances = {_about(link): "supports" if link.supports else "opposes" for link in evidence.links.all()}
    return {
        "kind": evidence.kind.key,
        **{name: getattr(evidence, name) for name in CARRIED},
        "reading": evidence.reading_id,
        "seen_revision": evidence.revision,
        **{thing.field: stances.get((thing.kind, thing.target.pk), "") for thing in things},
    }


def _about(link: EvidenceLink) -> tuple[str, int | None]:
    if link.assumption_id:
        return "assumption", link.assumption_id
    return ("outcome", link.outcome_id) if link.outcome_id else ("learning", link.learning_id)


def differences(form: EvidenceForm, evidence: Evidence) -> list[Beside]:
    """Where what was typed differs from what somebody else has saved meanwhile, in the words of the form."""
    things = list(form.things)
    return differing(form, EvidenceForm(things=things, initial=initial_of(evidence, things), **form.offered))


@dataclass(frozen=True)
class Mark:
    """An assumption on the map: `shape` is round for what is not opposed, square for what is."""

    number: int
    x: int
    y: int
    tested: Tested

    @property
    def box(self) -> dict[str, int]:
        """Where the square begins, and the number beside it."""
        return {"x": self.x - 5, "y": self.y - 5, "beside": self.x + 9, "base": self.y + 4}


@dataclass(frozen=True)
class AssumptionMap(ByRisk):
    """Importance against evidence."""

    @property
    def finding(self) -> str:
        return finding(self.tests)

    @property
    def marks(self) -> list[Mark]:
        """Each in its cell, those of one cell beside and below each other."""
        cells: dict[tuple[int, int], list[Tested]] = {}
        for one in self.tests:
            cells.setdefault((one.supports, one.assumption.importance), []).append(one)
        return [
            Mark(one.assumption.number, LEFT + strength * WIDE + x, TOP + (5 - importance) * HIGH + y, one)
            for (strength, importance), held in cells.items()
            for one, (x, y) in zip(held, _places(len(held)), strict=False)
        ]

    @property
    def columns(self) -> list[tuple[int, int]]:
        return [(strength, LEFT + strength * WIDE) for strength in STRENGTHS]

    @property
    def rows(self) -> list[tuple[int, int]]:
        return [(importance, TOP + (5 - importance) * HIGH) for importance in IMPORTANCES]


def _places(count: int) -> list[tuple[int, int]]:
    """Where the marks of one cell stand in it, with their numbers beside them: two in a row, six at most. What finds no
    room is in the table all the same."""
    if count == 1:
        return [(24, 22)]
    return [(11 + place % 2 * 28, y) for place, y in enumerate(_heights((min(count, CELL) + 1) // 2))]


def _heights(rows: int) -> list[int]:
    return [y for y in {1: [22], 2: [14, 30], 3: [9, 22, 35]}[rows] for _place in range(2)]


def map_of(bet: Bet) -> AssumptionMap:
    """Two queries."""
    return AssumptionMap(assumptions_of(bet))
