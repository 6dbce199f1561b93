"""What a row of a file becomes, and what is said of a row that cannot become anything."""

from decimal import Decimal
from typing import Any

import pytest

from bets.imports.whole import Keys, file_problems
from bets.rules_import import Known, Someone, Thing, read_row
from tests.factories import TODAY

SOUND = {"name": "New claims system", "domain": "cards", "lead": "paul@example.org"}
ABOVE = (frozenset({"retail", "retail bank"}),)
PAUL = Someone(1, "Paul Lead", "paul@example.org", frozenset({10, 11}))
KNOWN = Known(
    people=[PAUL, Someone(2, "Ann Twin", "a@example.org", None), Someone(3, "Ann Twin", "b@example.org", None),
            Someone(4, "Otto Outsider", "otto@example.org", frozenset())],
    domains=[Thing(10, "cards", "Cards", ABOVE), Thing(11, "loans", "Loans"), Thing(12, "x1", "Same", ABOVE),
             Thing(13, "x2", "Same")],
    goals=[Thing(20, "grow", "Grow in the north")],
    teams=[Thing(30, "atlas", "Atlas"), Thing(31, "orion", "Orion, north")],
    keys=frozenset({"C-01"}), names=frozenset({(10, "old project")}), today=TODAY,
)  # fmt: skip


def problems(**cells: str) -> list[tuple[str, str]]:
    return [(one.means, one.said) for one in read_row(SOUND | cells, KNOWN, {})[1]]


def test_a_sound_row_becomes_a_draft_with_all_that_it_says() -> None:
    draft, wrong = read_row(
        SOUND | {
            "domain": "CARDS", "parent": "Retail Bank", "lead": "paul  lead", "goal": "grow", "start": "01.03.2026",
            "end": "2026-12-31", "budget": "€1.250.000,50", "stage": "Validation", "horizon": "H2",
            "teams": "Orion, north; Atlas", "weeks": "Atlas: 12,5; Orion, north: 8",
        },
        KNOWN, {},
    )  # fmt: skip
    assert not wrong
    assert draft is not None
    assert (draft.domain.pk, draft.lead.pk, draft.goal and draft.goal.pk) == (10, 1, 20)
    assert (str(draft.starts_on), str(draft.ends_on)) == ("2026-03-01", "2026-12-31")
    assert (draft.amount, draft.currency, draft.stage, draft.horizon) == (125_000_050, "EUR", "validation", 2)
    assert [team.pk for team in draft.teams] == [31, 30]
    assert {team.key: weeks for team, weeks in draft.weeks} == {"atlas": Decimal("12.5"), "orion": Decimal(8)}


@pytest.mark.parametrize(
    ("cells", "means", "words"),
    [
        ({"name": ""}, "name", "no name"),
        ({"name": "x" * 161}, "name", "more than 160 characters"),
        ({"name": "OLD  Project"}, "name", "already"),
        ({"domain": ""}, "domain", "No domain"),
        ({"domain": "Card"}, "domain", "The closest is “Cards”"),
        ({"domain": "?"}, "domain", "There are: Cards, Loans, Same, Same."),
        ({"domain": "Same"}, "domain", "more than one domain"),
        ({"parent": "Insurance"}, "parent", "lies below retail. An import changes no domain"),
        ({"domain": "loans", "parent": "retail"}, "parent", "lies at the top"),
        ({"lead": ""}, "lead", "Nobody is named"),
        ({"lead": "Paul Led"}, "lead", "The closest is “Paul Lead”"),
        ({"lead": "paul.lead@other.example"}, "lead", "The closest is “Paul Lead”"),
        ({"lead": "zzz"}, "lead", "There is nobody active called “zzz”."),
        ({"lead": "ann twin"}, "lead", "write the e-mail address"),
        ({"lead": "otto@example.org"}, "lead", "does not see Cards"),
        ({"key": "C-01"}, "key", "already"),
        ({"key": "a/b"}, "key", "slashes"),
        ({"key": "new"}, "key", "page of its own"),
        ({"key": "a\nb"}, "key", "one line"),
        ({"key": "x" * 61}, "key", "60"),
        ({"goal": "Grow in north"}, "goal", "The closest is “Grow in the north”"),
        ({"start": "tomorrow"}, "start", "write it as 2026-03-01"),
        ({"start": "2026-03-01", "end": "2026-03-01"}, "end", "does not come after"),
        ({"budget": "a lot"}, "budget", "not a number"),
        ({"budget": "-5"}, "budget", "less than nothing"),
        ({"currency": "euro"}, "currency", "three letters"),
        ({"budget": "$5", "currency": "EUR"}, "currency", "in USD"),
        ({"stage": "build"}, "stage", "discovery, validation, acceleration or run"),
        ({"horizon": "4"}, "horizon", "1 (now)"),
        ({"teams": "Atlas; Alas"}, "teams", "The closest is “Atlas”"),
        ({"weeks": "12"}, "weeks", "name the team"),
        ({"weeks": "12", "teams": "atlas; orion"}, "weeks", "Team A: 12"),
        ({"weeks": "0", "teams": "atlas"}, "weeks", "more than 0"),
        ({"weeks": "1.25", "teams": "atlas"}, "weeks", "tenths"),
        ({"weeks": "Atlas: many"}, "weeks", "not a number"),
        ({"purpose": "x" * 2001}, "purpose", "2,000 characters"),
    ],
)
def test_each_error_names_its_column_and_says_what_would_mend_it(cells: dict[str, str], means: str, words: str) -> None:
    found = problems(**cells)
    assert [one for one, _ in found] == [means]
    assert words in found[0][1]


def test_all_errors_of_a_row_are_told_at_once() -> None:
    assert {means for means, _ in problems(name="", domain="?", budget="?", start="?", stage="?")} == {
        "name", "domain", "budget", "start", "stage"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "said", "is_claim"),
    [
        ({}, {}, False),
        ({"purpose": "Replaces paper."}, {"change": "Replaces paper."}, False),
        ({"hypothesis": "It is faster.", "purpose": "?"}, {"change": "It is faster."}, False),
        (
            {"hypothesis": "We believe that one form for customers will result in fewer calls, because it is short."},
            {"change": "one form", "whom": "customers", "result": "fewer calls", "reason": "it is short"}, True,
        ),
        ({"change": "a", "whom": "b", "result": "c", "reason": "d", "purpose": "e"},
         {"change": "a", "whom": "b", "result": "c", "reason": "d"}, True),
        ({"change": "a" * 301, "whom": "b", "result": "c", "reason": "d"},
         {"change": "a" * 301, "whom": "b", "result": "c", "reason": "d"}, False),
    ],
)  # fmt: skip
def test_only_four_whole_parts_are_a_hypothesis(cells: dict[str, str], said: dict[str, str], is_claim: bool) -> None:
    draft = read_row(SOUND | cells, KNOWN, {})[0]
    assert draft is not None
    assert (draft.said, draft.is_claim) == (said, is_claim)


def whole(*rows: dict[str, Any]) -> dict[int, tuple[str, str]]:
    found = file_problems(dict(enumerate(rows, 2)), KNOWN)
    return {number: (problem.means, problem.said) for number, problem in found}


def test_what_stands_twice_in_a_file_is_told_of_the_second() -> None:
    found = whole(
        {"key": "A", "name": "One", "domain": "cards"},
        {"key": "A", "name": "Two", "domain": "cards"},
        {"name": "ONE", "domain": "Cards"},
        {"name": "One", "domain": "loans"},
    )
    assert {number: means for number, (means, _) in found.items()} == {3: "key", 4: "name"}
    assert "Line 2" in found[3][1]


def test_domains_in_a_circle_are_named_with_their_members() -> None:
    found = whole(
        {"name": "1", "domain": "A", "parent": "B"},
        {"name": "2", "domain": "B", "parent": "C"},
        {"name": "3", "domain": "C", "parent": "A"},
        {"name": "4", "domain": "D", "parent": "A"},
        {"name": "5", "domain": "E", "parent": "E"},
    )
    assert set(found) == {2, 3, 4, 6}
    assert "“a” below “b” below “c” below “a”" in found[2][1]
    assert "“e” below “e”" in found[6][1]


def test_a_row_without_a_key_gets_the_next_one_of_its_domain() -> None:
    keys = Keys([(10, "SV-09"), (10, "SV-10"), (10, "odd"), (11, "L-1")])
    assert [keys.free(10, "cards") for _ in range(2)] == ["SV-11", "SV-12"]
    assert keys.free(11, "loans") == "L-02"
    assert keys.free(12, "new-domain") == "NEW-DOMAIN-01"
