import datetime as dt
from dataclasses import replace

import pytest

from bets.rules import Feed, Statement, cannot_conclude, decide, grade, health, is_silent, outcome_refusals, read_before

TODAY = dt.date(2026, 3, 2)
SOUND = Statement(
    kind="proportion", contrast="", has_control=False, higher_is_better=True, kill_line=0.40, target=0.45,
    baseline=0.41, starts_on=TODAY, decide_by=TODAY + dt.timedelta(days=90), planned_exposures=9_000,
)  # fmt: skip
FEED = Feed(arrived=True, late=False, ready=True, constant=False, abstains=False, srm_log_e=0.0, missing=0.0)


def reasons(**changes: object) -> list[str]:
    return list(outcome_refusals(replace(SOUND, **changes), today=TODAY))  # type: ignore[arg-type]


def test_a_sound_outcome_is_not_refused() -> None:
    assert reasons() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kill_line": 0.5}, "wrong side of the target"),
        ({"kill_line": 0.45}, "wrong side of the target"),
        ({"higher_is_better": False}, "lower is better"),
        ({"decide_by": TODAY}, "not in the future"),
        ({"decide_by": TODAY - dt.timedelta(days=1)}, "not in the future"),
        ({"starts_on": TODAY + dt.timedelta(days=200)}, "after the start"),
        ({"planned_exposures": 0.0}, "more than none"),
        ({"target": float("nan")}, "must be numbers"),
        ({"target": 45.0}, "between 0 % and 100 %"),
        ({"contrast": "relative"}, "has none"),
        ({"contrast": "relative", "has_control": True, "kind": "level"}, "cannot be compared"),
    ],
)
def test_an_outcome_is_refused_with_the_reason(changes: dict[str, object], words: str) -> None:
    assert any(words in reason for reason in reasons(**changes))


def test_lower_is_better_turns_the_lines_around() -> None:
    assert reasons(higher_is_better=False, kill_line=0.45, target=0.40) == []


@pytest.mark.parametrize(
    ("flags", "verdict"),
    [
        ({"cease": True}, "cease"),
        ({"scale": True}, "persist"),
        ({"miss": True}, "pivot"),
        ({"cease": True, "miss": True}, "cease"),
        ({"cease": True, "scale": True}, "contradiction"),
        ({}, "measure"),
    ],
)
def test_the_decision_table(flags: dict[str, bool], verdict: str) -> None:
    given = {"cease": False, "scale": False, "miss": False} | flags
    assert decide(**given, health="healthy") == verdict


@pytest.mark.parametrize("state", ["waiting", "stale", "broken"])
def test_without_health_there_is_no_verdict_unless_a_flag_stands(state: str) -> None:
    assert decide(cease=False, scale=False, miss=False, health=state) == "none"
    assert decide(cease=False, scale=False, miss=False, health=state, unsettled=True) == "none"
    assert decide(cease=True, scale=False, miss=False, health=state) == "cease"


@pytest.mark.parametrize(
    ("flag", "verdict"), [("", "inconclusive"), ("cease", "cease"), ("scale", "persist"), ("miss", "pivot")]
)
def test_that_nothing_will_be_settled_is_said_only_of_what_no_flag_has_settled(flag: str, verdict: str) -> None:
    given = {name: name == flag for name in ("cease", "scale", "miss")}
    assert decide(**given, health="healthy", unsettled=True) == verdict


@pytest.mark.parametrize(
    ("chances", "standing", "said"),
    [
        ([0.19], False, True),
        ([0.20], False, False),
        ([0.29], True, True),
        ([0.30], True, False),
        ([0.0, 0.25], False, False),  # one that is settled is enough
        ([0.0, None], False, False),  # what is not known is not said
        ([0.9, None], True, True),  # nor taken back
        ([], False, False),
    ],
)
def test_a_bet_cannot_conclude_when_no_outcome_is_likely_to_be_settled_and_that_never_flickers(
    chances: list[float | None], standing: bool, said: bool
) -> None:
    assert cannot_conclude(chances, standing=standing) is said


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "healthy"),
        ({"arrived": False}, "waiting"),
        ({"ready": False}, "waiting"),
        ({"abstains": True}, "waiting"),
        ({"late": True}, "stale"),
        ({"constant": True}, "broken"),
        ({"srm_log_e": 9.331}, "broken"),
        ({"srm_log_e": 6.8}, "healthy"),
        ({"missing": 0.21}, "broken"),
        ({"missing": 0.20}, "healthy"),
    ],
)
def test_health_names_what_is_wrong_with_the_feed(changes: dict[str, object], state: str) -> None:
    found, note = health(replace(FEED, **changes))  # type: ignore[arg-type]
    assert found == state
    assert bool(note) is (state != "healthy")


def test_the_grade_falls_with_what_is_known() -> None:
    assert [
        grade(silent=False, has_contrast=True, kind="proportion"),
        grade(silent=False, has_contrast=False, kind="mean"),
        grade(silent=False, has_contrast=False, kind="level"),
        grade(silent=True, has_contrast=True, kind="proportion"),
    ] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    ("grain", "settle", "before"),
    [
        ("day", 0, dt.date(2026, 3, 18)),
        ("day", 3, dt.date(2026, 3, 15)),
        ("week", 0, dt.date(2026, 3, 12)),
        ("month", 0, dt.date(2026, 3, 1)),
        ("month", 20, dt.date(2026, 2, 1)),
    ],
)
def test_only_periods_that_have_ended_and_settled_are_read(grain: str, settle: int, before: dt.date) -> None:
    assert read_before(dt.date(2026, 3, 18), settle, grain) == before


@pytest.mark.parametrize(
    ("changes", "silent"),
    [
        ({}, False),
        ({"late": True}, False),
        ({"late": True, "ready": False}, True),
        ({"late": True, "abstains": True}, True),
        ({"missing": 0.5}, True),
        ({"arrived": False}, True),
    ],
)
def test_a_feed_that_went_stale_too_early_to_be_judged_proves_nothing(changes: dict[str, object], silent: bool) -> None:
    assert is_silent(replace(FEED, **changes)) is silent  # type: ignore[arg-type]
