"""What would change a verdict, said in words."""

import math
from dataclasses import replace

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from bets.joint import Joining, join
from metrics import evidence
from portfolio.ahead import DAYS
from portfolio.change import (
    ALONE,
    Asked,
    Outlook,
    about,
    cut_among,
    joined,
    outlook_of_bet,
    outlook_of_outcome,
    turns_of,
    why_not,
)
from tests.factories import TODAY, ReadingFactory
from tests.portfolio.continued import (
    CUT,
    RULE,
    ahead_at,
    first_day,
    outcome_at,
)


@settings(max_examples=60, deadline=None)
@given(others=st.lists(st.floats(-10, 12), max_size=30), ended=st.integers(0, 5))
def test_the_cut_of_one_more_bet_is_where_the_rule_begins_to_flag_it(others: list[float], ended: int) -> None:
    m = len(others) + 1 + ended
    cut = cut_among(others, m)
    for log_e, flagged in ((cut + 1e-9, True), (cut - 1e-9, False)):
        nobody = np.full(len(others) + 1, np.nan)
        rule = evidence.e_bh(np.array([log_e, *others]), nobody, alpha=0.10, m=m)
        assert bool(rule.flagged[0]) is flagged


def joining(*guards: bool) -> Joining:
    return Joining((1.0,) * len(guards), guards)


def test_evidence_on_a_bet_is_joined_as_the_night_joins_it() -> None:
    one, other = ahead_at(0.38)[2], ahead_at(0.47)[2]
    both = joined([one, other], joining(False, False), CUT)["now"]
    for family in ALONE:
        logs = np.array([part.log_e["now"][family][5] for part in (one, other)])
        assert both[family][5] == join(family, logs, joining(False, False))


def test_an_outcome_that_cannot_be_judged_proves_nothing_on_its_bet() -> None:
    one = ahead_at(0.38)[2]
    both = joined([one, None], joining(False, False), CUT)["now"]
    assert both["cease"][5] == pytest.approx(np.logaddexp(one.log_e["now"]["cease"][5], 0.0) - math.log(2))
    assert both["scale"].max() <= 0


def test_nothing_is_scaled_from_the_day_on_which_a_guardrail_is_beyond_its_line() -> None:
    good, guard = ahead_at(0.50)[2], ahead_at(0.385, days=20)[2]
    both = joined([good, guard], joining(False, True), CUT)["now"]
    beyond = guard.log_e["now"]["cease"] >= CUT
    assert 0 < beyond.sum() < len(DAYS)
    assert not both["scale"][beyond].any()
    assert (both["scale"][~beyond] == good.log_e["now"]["scale"][~beyond]).all()
    assert (both["cease"] == good.log_e["now"]["cease"]).all()


# ---- turns


def path(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_a_turn_is_the_first_day_on_which_evidence_reaches_what_is_asked() -> None:
    turns = turns_of({"cease": path(0, 1, 4, 2, 4), "miss": path(5, 5, 5, 5, 5)}, dict.fromkeys(ALONE, 3.0), {"miss"})
    assert [(turn.family, turn.rises, turn.days) for turn in turns] == [("cease", True, 2)]


@settings(max_examples=40, deadline=None)
@given(level=st.floats(0.02, 4.9), rises=st.booleans())
def test_between_the_weeks_a_turn_is_on_the_day_of_the_crossing(level: float, rises: bool) -> None:
    """A path that goes one step a day crosses `level` on that day, wherever the grid has its places."""
    days = np.asarray(DAYS[:40], dtype=np.float64)
    straight = days / 20 if rises else 5 - days / 20
    (turn,) = turns_of({"scale": straight}, dict.fromkeys(ALONE, level), set() if rises else {"scale"})
    crossing = 20 * level if rises else 20 * (5 - level)
    assert crossing - 1e-6 <= turn.days <= crossing + 1 + 1e-6


def test_what_stands_turns_when_it_no_longer_reaches_it() -> None:
    turns = turns_of({"scale": path(5, 4, 3, 2), "miss": path(0, 3, 0, 0)}, dict.fromkeys(ALONE, 3.0), {"scale"})
    assert [(turn.family, turn.rises, turn.days) for turn in turns] == [("miss", True, 1), ("scale", False, 3)]


def test_under_a_cease_a_pivot_is_no_news() -> None:
    turns = turns_of({"cease": path(5, 5), "miss": path(0, 5)}, dict.fromkeys(ALONE, 3.0), {"cease"})
    assert turns == []


# ---- words


def outlook_at(level: float, asked: Asked = RULE, **kwargs) -> Outlook:
    outcome, reading, ahead = ahead_at(level, **kwargs)
    return outlook_of_bet([outcome], {1: reading}, {1: ahead}, asked, as_of=TODAY)


def test_the_three_suppositions_name_their_level() -> None:
    assert [change.supposed for change in outlook_at(0.42).changes] == [
        "If it goes on as now, at 42.0 %",
        "If it comes in at the target, 45.0 %, from now on",
        "If it comes in at the kill line, 40.0 %, from now on",
    ]


def test_a_cease_to_come_says_when_after_how_many_exposures_and_whether_that_is_in_time() -> None:
    now = outlook_at(0.385, replace(RULE, standing={"miss"}), days=20).changes[0]
    (turn,) = [turn for turn in now.turns if turn.family == "cease"]
    assert now.answer == f"A flag to cease {about(turn.days)}"
    said = " ".join(now.sentences)
    assert "more exposures, the evidence reaches E = 50." in said
    assert "That is in time: the decision is due on 1 May 2026." in said


def test_evidence_that_is_there_already_is_flagged_by_the_next_night() -> None:
    now = outlook_at(0.385, days=20).changes[0]
    assert now.answer == "A flag to pivot with the next night"
    assert now.sentences[0] == "The evidence has reached E = 50 already."
    assert now.later.startswith("A flag to cease in about ")


def test_a_flag_that_would_come_after_the_decision_is_due_is_too_late() -> None:
    said = " ".join(outlook_at(0.395, replace(RULE, standing={"miss"})).changes[0].sentences)
    assert "That is too late: the decision is due on 1 May 2026." in said


def test_a_cease_flag_is_not_cleared_by_evidence_and_the_page_says_so() -> None:
    changes = outlook_at(0.36, replace(RULE, standing={"cease", "miss"})).changes
    assert changes[0].answer == "Waiting changes nothing"
    assert changes[1].answer.startswith("The case for ceasing fades in about ")
    assert "The flag stays until it is decided on." in changes[1].sentences


def test_what_is_already_clear_of_the_kill_line_is_said_to_be() -> None:
    target = outlook_at(0.45, days=120).changes[1]
    assert target.turns == []
    assert target.sentences == [
        "It is clear of the kill line already; exactly at the target, nothing shows that it is better."
    ]


def test_the_assumption_is_said_with_the_rate_and_what_the_rule_asks() -> None:
    said = " ".join(outlook_at(0.42).assumption)
    assert "1,000 a day" in said
    assert "the noise between periods stays what it is now" in said
    assert "not a forecast" in said
    assert "E = 50 to cease" in said


def test_outcomes_that_contradict_each_other_are_not_computed_further() -> None:
    outlook = outlook_at(0.42, replace(RULE, standing={"cease", "scale"}))
    assert outlook.changes == []
    assert "check the data first" in outlook.why_not


def test_an_outcome_by_itself_is_asked_for_twenty() -> None:
    outcome, reading, ahead = ahead_at(0.385, days=20)
    now = outlook_of_outcome(outcome, reading, ahead, as_of=TODAY).changes[0]
    assert 0 <= first_day(ahead, "now", now.turns[-1].family) - now.turns[-1].days < 7
    assert "E = 20" in " ".join(now.sentences)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"health": "broken", "health_note": "The feed is constant."}, "The feed is broken"),
        ({"health": "stale", "health_note": "Two were missed."}, "The feed has stopped"),
        ({"health": "waiting", "health_note": "Fewer than two."}, "fewer than two full weeks"),
        ({"last_period": None, "health": "waiting"}, "No signals have arrived yet"),
        ({}, "Nobody was exposed"),
    ],
)
def test_where_nothing_can_be_computed_the_reason_is_given(fields, words: str) -> None:
    reading = ReadingFactory.build(outcome=outcome_at(), run=None, **fields)
    assert words in outlook_of_outcome(reading.outcome, reading, None, as_of=TODAY).why_not


def test_for_a_level_no_day_can_be_named_and_an_outcome_nobody_read_waits_for_its_first_signals() -> None:
    level = ReadingFactory.build(outcome=outcome_at(kind="level"), run=None, health="waiting", health_note="One value.")
    assert "no day can be named" in why_not([level])
    assert "the first ones start the evidence" in why_not([])


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "with the next night"),
        (1, "in about 1 day"),
        (13, "in about 13 days"),
        (14, "in about 2 weeks"),
        (69, "in about 10 weeks"),
        (70, "in about 2 months"),
        (730, "in about 24 months"),
    ],
)
def test_times_are_said_as_people_say_them(days: int, said: str) -> None:
    assert about(days) == said


def test_numbers_and_dates_follow_the_reader() -> None:
    with translation.override("de"):
        outlook = outlook_at(0.385, replace(RULE, standing={"miss"}), days=20)
    assert "38,5 %" in outlook.changes[0].supposed
    assert "1. Mai 2026" in " ".join(outlook.changes[0].sentences)
