"""Why what is typed while a bet is stated is refused, what it lacks to go live, its cost, and the riskiest first."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bets import rules_draft as rules
from org.rules import Powers
from tests.factories import TODAY

SOON = TODAY + dt.timedelta(days=30)
WHOLE = rules.Parts("a one-page form", "drivers", "faster claims", "page three loses them")
READY = rules.Ready("draft", WHOLE, [SOON], None, TODAY, assumptions=1, premortem="Strike.", tranches=1, has_value=True)
STAGE = rules.Stage(100, "Build", "Ten say so", TODAY)


def test_the_riskiest_assumption_is_important_and_hardly_supported() -> None:
    known = [(5, 4), (1, 0), (5, 0), (3, 0), (5, -3)]
    assert sorted(known, key=lambda one: -rules.risk(*one)) == [(5, -3), (5, 0), (3, 0), (5, 4), (1, 0)]
    assert (rules.risk(5, 5), rules.risk(5, -5)) == (0, 50)


def test_a_whole_draft_goes_live_and_lacks_nothing() -> None:
    assert list(rules.live_refusals(READY)) == []
    assert list(rules.live_warnings(READY)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "live"}, "not a draft: it is live already"),
        ({"claim": None}, "no hypothesis"),
        ({"claim": replace(WHOLE, reason=" ")}, "does not say what makes you believe so"),
        ({"decide_by": []}, "no outcome"),
        ({"decide_by": [TODAY]}, "has passed"),
        ({"decide_by": [], "learning": ["Too much money."]}, "Too much money."),
        ({"learning": ["For discovery only."]}, "For discovery only."),
    ],
)
def test_a_draft_does_not_go_live_while_something_is_missing(changes: dict[str, Any], words: str) -> None:
    (reason,) = rules.live_refusals(replace(READY, **changes))
    assert words in reason


def test_all_that_is_missing_is_said_at_once() -> None:
    bare = replace(READY, claim=None, decide_by=[])
    assert len(list(rules.live_refusals(bare))) == 2


def test_a_learning_outcome_within_the_allowance_is_enough() -> None:
    assert list(rules.live_refusals(replace(READY, decide_by=[], learning=[]))) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"assumptions": 0}, "No assumption"),
        ({"premortem": " "}, "No premortem"),
        ({"tranches": 0}, "No planned money"),
        ({"has_value": False}, "No value"),
    ],
)
def test_what_a_bet_goes_live_without_is_a_warning_and_no_refusal(changes: dict[str, Any], words: str) -> None:
    bare = replace(READY, **changes)
    (warning,) = rules.live_warnings(bare)
    assert warning.startswith(words)
    assert list(rules.live_refusals(bare)) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (rules.claim_refusals(replace(WHOLE, whom=" ")), "for whom"),
        (rules.claim_refusals(replace(WHOLE, reason="x" * 501)), "at most 500 characters, this has 501"),
        (rules.rewrite_refusals("live", " "), "why this version"),
        (rules.rewrite_refusals("ceased", "We learnt."), "ceased"),
        (rules.assumption_refusals(" ", 3, ""), "what must be true"),
        (rules.assumption_refusals("It works.", 6, ""), "from 1 (little) to 5"),
        (rules.assumption_refusals("It works.", 3, "x" * 301), "next test takes at most 300"),
        (rules.premortem_refusals("x" * 100_000), "at most 2,000 characters, this has 100,000"),
        (rules.tranche_refusals(replace(STAGE, amount=0)), "more than nothing"),
        (rules.tranche_refusals(replace(STAGE, amount=10**20)), "count the zeros"),
        (rules.tranche_refusals(replace(STAGE, gate=" ")), "what gate"),
        (rules.tranche_refusals(replace(STAGE, lasts_until=TODAY)), "lasts until a day after"),
        (rules.weeks_refusals("Claims", Decimal("NaN")), "a number from 0 on"),
        (rules.weeks_refusals("Claims", Decimal(-1)), "a number from 0 on"),
        (rules.weeks_refusals("Claims", Decimal("1e9")), "more than 10,000 weeks"),
        (rules.weeks_refusals("Claims", Decimal("0.25")), "one decimal at most"),
        (rules.value_refusals(1, None, 3, ""), "a range"),
        (rules.value_refusals(3, 2, 4, ""), "from low by likely to high"),
        (rules.value_refusals(-1, 2, 4, ""), "not negative"),
        (rules.value_refusals(1, 2, 10**20, ""), "count the zeros"),
        (rules.value_refusals(None, None, None, "x" * 301), "conversion takes at most 300"),
        (rules.start_refusals(TODAY.replace(year=2006), TODAY), "ten years back"),
        (rules.start_refusals(TODAY.replace(year=2046), TODAY), "ten years away"),
        (rules.currency_refusals("EUR", "eur", planned=False), "three capital letters"),
        (rules.currency_refusals("EUR", "USD", planned=True), "planned in EUR already"),
        (rules.lead_refusals(Powers(True, (("viewer", None),)), "Vera", 1), "Vera cannot lead"),
        (rules.team_refusals(["Claims"], {"Sales"}), "Claims does not work on this bet"),
        (rules.many_refusals("assumptions", 41, 40), "40 assumptions at most"),
        (rules.sketch_refusals(400_001), "400,001"),
        (rules.draft_refusals("live"), "This bet is live"),
        (rules.over_refusals("concluded"), "This bet is concluded"),
    ],
)
def test_what_is_not_sound_is_refused_with_one_sentence(found: Any, words: str) -> None:
    (reason,) = found
    assert words in reason


def test_what_is_sound_is_not_refused() -> None:
    assert not [
        *rules.claim_refusals(WHOLE),
        *rules.rewrite_refusals("held", "We learnt."),
        *rules.premortem_refusals("x"),
    ]
    assert not [*rules.tranche_refusals(STAGE), *rules.weeks_refusals("Claims", Decimal("12.5"))]
    assert not [*rules.value_refusals(None, None, None, ""), *rules.value_refusals(1, 1, 1, "+1 point = 2")]
    assert not [*rules.start_refusals(TODAY, TODAY), *rules.currency_refusals("EUR", "USD", planned=False)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["DS-08", "DS-07", "X-1"], "DS-09"),
        (["DS-9", "DS-10"], "DS-11"),
        (["NW-DS-099"], "NW-DS-100"),
        ([], "SALES-1"),
        (["alpha", "12"], "SALES-1"),
    ],
)
def test_the_next_key_follows_the_manner_of_the_domain(keys: list[str], expected: str) -> None:
    assert rules.next_key(rules.prefix_of(keys, "sales"), keys) == expected


def test_the_full_cost_is_cash_and_weeks_at_their_rates() -> None:
    cost = rules.cost_of(1_000_00, "EUR", [rules.Effort("Claims", Decimal("2.5"), 20_000_00, "EUR")])
    assert (cost.labour, cost.full, cost.weeks) == (50_000_00, 51_000_00, Decimal("2.5"))


def test_what_cannot_be_added_up_is_named_and_never_counted_as_nothing() -> None:
    unrated = rules.Effort("Claims", Decimal(2), None, "")
    abroad = rules.Effort("Zürich", Decimal(3), 10_000_00, "CHF")
    assert rules.cost_of(5, "EUR", [unrated]).full is None
    assert rules.cost_of(5, "EUR", [unrated]).without_rate == ("Claims",)
    assert rules.cost_of(5, "EUR", [abroad]).full is None
    assert rules.cost_of(5, "EUR", [abroad]).elsewhere == ((30_000_00, "CHF"),)
