"""What would change a verdict: the same as the engine says of the longer series, sane in direction, said in words."""

import math
from dataclasses import replace

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from bets.models import Outcome, Reading
from bets.reading import engine_input, question_of, shape_of
from metrics import evidence
from metrics.reading import Arrays
from portfolio.ahead import HORIZON, Ahead, ahead_of
from portfolio.change import (
    ALONE,
    LOG_20,
    OF_A_BET,
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
from portfolio.moments import Signals
from tests.factories import TODAY, BetFactory, MetricFactory, OutcomeFactory, ReadingFactory, SeriesFactory

DAYS = 60
CUT = math.log(50.0)
RULE = Asked({**ALONE, "cease": CUT, "miss": CUT, "scale": CUT}, set(), OF_A_BET)


def outcome_at(**fields) -> Outcome:
    """An outcome that is in no database: kill line 40 %, target 45 %."""
    metric = {"kind": fields.pop("kind", "proportion"), "cap": fields.pop("cap", None), "name": "Conversion"}
    series = SeriesFactory.build(metric=MetricFactory.build(**metric), source=None, grain=fields.pop("grain", "day"))
    return OutcomeFactory.build(
        pk=fields.pop("pk", 1), bet=BetFactory.build(domain=None, lead=None), series=series, **fields
    )


def signals_at(outcome: Outcome, level: float, *, days: int = DAYS, n: float = 1_000.0, sway: float = 0.02) -> Signals:
    """So many periods around `level`, swaying evenly; a control arm at 40 % where the outcome is a contrast."""
    sways = sway * np.where(np.arange(days) % 2 == 0, 1.0, -1.0)
    mean = (0.40 * (1 + level) if outcome.contrast == "relative" else level) + sways
    exposed, nothing = np.full((1, days), n), np.zeros((1, days))
    control = exposed if outcome.contrast else nothing
    squares = exposed * (mean**2 + 1.0)
    return Signals(
        shape_of(outcome),
        [outcome],
        Arrays(
            exposed, exposed * mean, squares, control, control * (0.40 - sways), control * 1.16, exposed > 0,
            np.array([days]),
        ),
    )  # fmt: skip


def reading_at(some: Signals) -> Reading:
    """What the night would read of these signals."""
    result = evidence.read(engine_input(some.shape, some.arrays), question_of(some.shape, some.group))
    numbers = (
        "estimate",
        "lower",
        "upper",
        "exposures",
        "phi",
        "nu",
        "log_e_cease",
        "log_e_miss",
        "log_e_scale",
        "log_e_alive",
    )
    return ReadingFactory.build(
        outcome=some.group[0], run=None, as_of=TODAY, **{name: float(getattr(result, name)[0]) for name in numbers}
    )


def ahead_at(level: float, **kwargs) -> tuple[Outcome, Reading, Ahead]:
    fields = {
        key: kwargs.pop(key) for key in ("kind", "cap", "contrast", "grain", "kill_line", "target") if key in kwargs
    }
    outcome = outcome_at(**fields)
    some = signals_at(outcome, level, **kwargs)
    reading = reading_at(some)
    return outcome, reading, ahead_of([some], {outcome.pk: reading})[outcome.pk]


def first_day(ahead: Ahead, supposed: str, family: str, cut: float = LOG_20) -> int:
    """The first day on which evidence reaches the cut; beyond the horizon when it never does."""
    return next((int(day) for day in np.flatnonzero(ahead.log_e[supposed][family] >= cut)), HORIZON + 1)


# ---- the same as the engine


@pytest.mark.parametrize("fields", [{}, {"kind": "rate"}, {"kind": "mean", "cap": 9.0}, {"kind": "mean"}])
def test_with_no_further_period_it_is_the_reading_of_today(fields) -> None:
    _, reading, ahead = ahead_at(0.395, **fields)
    for family in ("miss", "scale", "alive"):
        today = float(getattr(reading, f"log_e_{family}"))
        assert ahead.log_e["now"][family][0] == pytest.approx(today, rel=0.05, abs=0.05)


@settings(max_examples=12, deadline=None)
@given(level=st.floats(0.30, 0.50), more=st.integers(1, HORIZON), supposed=st.sampled_from(["now", "target", "kill"]))
def test_each_day_ahead_is_what_the_engine_says_of_the_longer_series(level: float, more: int, supposed: str) -> None:
    outcome, reading, ahead = ahead_at(level)
    at = {"now": reading.estimate, "target": outcome.target, "kill": outcome.kill_line}[supposed]
    longer = signals_at(outcome, level).arrays
    n = np.concatenate([longer.n, np.full((1, more), 1_000.0)], axis=1)
    y = np.concatenate([longer.y, np.full((1, more), 1_000.0 * at)], axis=1)
    for family, line in (("cease", outcome.kill_line), ("scale", outcome.target)):
        floor = max(1.0, reading.phi * reading.estimate * (1 - reading.estimate) / (line * (1 - line)))
        asked = replace(question_of(shape_of(outcome), [outcome]), phi_floor=np.array([floor]))
        said = evidence.read(evidence.Series("proportion", n, y), asked)
        engine = float(getattr(said, f"log_e_{family}")[0])
        assert ahead.log_e[supposed][family][more] == pytest.approx(engine, rel=1e-9, abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(level=st.floats(0.32, 0.48), more=st.integers(1, 120))
def test_steady_periods_do_not_pass_for_less_noise_than_there_was(level: float, more: int) -> None:
    outcome, reading, ahead = ahead_at(level)
    n, y = np.full((1, DAYS + more), 1_000.0), np.full((1, DAYS + more), 1_000.0 * reading.estimate)
    y[:, :DAYS] = signals_at(outcome, level).arrays.y
    bold = evidence.read(evidence.Series("proportion", n, y), question_of(shape_of(outcome), [outcome]))
    assert ahead.log_e["now"]["cease"][more] <= bold.log_e_cease[0] + 1e-9
    assert ahead.log_e["now"]["scale"][more] <= bold.log_e_scale[0] + 1e-9


def test_a_week_counts_as_seven_days() -> None:
    _, _, ahead = ahead_at(0.38, grain="week")
    assert ahead.a_day == pytest.approx(1_000 / 7)
    path = ahead.log_e["now"]["cease"]
    assert path[0] == path[6] < path[7]


def test_the_present_rate_is_that_of_the_last_four_weeks_with_their_gaps() -> None:
    outcome = outcome_at()
    some = signals_at(outcome, 0.42)
    some.arrays.n[0, :30] = some.arrays.y[0, :30] = 500.0  # long ago: does not count
    some.arrays.n[0, -14:-7] = some.arrays.y[0, -14:-7] = 0.0
    reading = ReadingFactory.build(outcome=outcome, run=None)
    assert ahead_of([some], {1: reading})[1].a_day == pytest.approx(1_000 * 21 / 28)


@pytest.mark.parametrize(("contrast", "level"), [("relative", -0.10), ("difference", 0.30)])
def test_a_contrast_goes_on_against_its_own_control(contrast: str, level: float) -> None:
    _, reading, ahead = ahead_at(level, contrast=contrast, kill_line=0.0, target=0.05)
    assert ahead.a_day == pytest.approx(2_000)
    assert ahead.log_e["now"]["cease"][0] == pytest.approx(reading.log_e_cease, abs=0.2)
    assert ahead.log_e["now"]["cease"][200] > ahead.log_e["now"]["cease"][0]
    assert ahead.log_e["target"]["cease"][200] < ahead.log_e["target"]["cease"][0]


# ---- sane in direction


def test_the_further_below_the_kill_line_the_sooner_a_cease() -> None:
    days = [first_day(ahead_at(level, days=20)[2], "now", "cease") for level in (0.395, 0.39, 0.385)]
    assert days[0] > days[1] > days[2] > 0


def test_the_further_above_the_target_the_sooner_a_scale() -> None:
    days = [first_day(ahead_at(level, days=20)[2], "now", "scale") for level in (0.455, 0.46, 0.465)]
    assert days[0] > days[1] > days[2] > 0


def test_more_exposures_a_day_settle_sooner() -> None:
    few, many = (first_day(ahead_at(0.39, days=20, n=n)[2], "now", "cease") for n in (300.0, 900.0))
    assert many < few <= HORIZON


def test_on_the_kill_line_nothing_is_ever_a_cease_and_on_the_target_nothing_a_scale() -> None:
    _, _, ahead = ahead_at(0.425)
    assert first_day(ahead, "kill", "cease") == first_day(ahead, "target", "scale") == HORIZON + 1


def test_periods_at_the_target_take_the_evidence_against_it_away() -> None:
    _, _, ahead = ahead_at(0.42)
    path = ahead.log_e["target"]["miss"]
    assert path[0] > LOG_20 > path[HORIZON]


def test_lower_can_be_better() -> None:
    lines = {"kill_line": 0.45, "target": 0.40}
    outcome = outcome_at(higher_is_better=False, **lines)
    some = signals_at(outcome, 0.46)
    ahead = ahead_of([some], {1: reading_at(some)})[1]
    assert first_day(ahead, "now", "cease") < HORIZON
    assert first_day(ahead, "target", "cease") > first_day(ahead, "now", "cease")


def test_a_mean_without_an_upper_limit_never_comes_to_a_cease() -> None:
    _, _, ahead = ahead_at(0.30, kind="mean")
    assert not ahead.log_e["now"]["cease"].any()
    assert ahead_at(0.30, kind="mean", cap=9.0)[2].log_e["now"]["cease"].any()


# ---- who is left out


@pytest.mark.parametrize("health", ["waiting", "stale", "broken"])
def test_an_unhealthy_outcome_is_left_out(health: str) -> None:
    outcome = outcome_at()
    assert (
        ahead_of([signals_at(outcome, 0.42)], {1: ReadingFactory.build(outcome=outcome, run=None, health=health)}) == {}
    )


def test_an_outcome_without_reading_signals_or_exposures_is_left_out() -> None:
    outcome = outcome_at()
    reading = ReadingFactory.build(outcome=outcome, run=None)
    assert ahead_of([signals_at(outcome, 0.42)], {}) == {}
    assert ahead_of([signals_at(outcome, 0.42, days=0)], {1: reading}) == {}
    assert ahead_of([signals_at(outcome, 0.42, n=0.0)], {1: reading}) == {}


# ---- the rule for the portfolio


@settings(max_examples=60, deadline=None)
@given(others=st.lists(st.floats(-10, 12), max_size=30), ended=st.integers(0, 5))
def test_the_cut_of_one_more_bet_is_where_the_rule_begins_to_flag_it(others: list[float], ended: int) -> None:
    m = len(others) + 1 + ended
    cut = cut_among(others, m)
    for log_e, flagged in ((cut + 1e-9, True), (cut - 1e-9, False)):
        nobody = np.full(len(others) + 1, np.nan)
        rule = evidence.e_bh(np.array([log_e, *others]), nobody, alpha=0.10, m=m)
        assert bool(rule.flagged[0]) is flagged


def test_evidence_on_a_bet_is_joined_as_the_night_joins_it() -> None:
    one, other = ahead_at(0.38)[2], ahead_at(0.47)[2]
    both = joined([one, other])["now"]
    mean = (np.exp(one.log_e["now"]["cease"][5]) + np.exp(other.log_e["now"]["cease"][5])) / 2
    assert both["cease"][5] == pytest.approx(math.log(mean))
    assert both["scale"][5] == min(one.log_e["now"]["scale"][5], other.log_e["now"]["scale"][5])


def test_an_outcome_that_cannot_be_judged_proves_nothing_on_its_bet() -> None:
    one = ahead_at(0.38)[2]
    both = joined([one, None])["now"]
    assert both["cease"][5] == pytest.approx(np.logaddexp(one.log_e["now"]["cease"][5], 0.0) - math.log(2))
    assert both["scale"].max() <= 0


# ---- turns


def path(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_a_turn_is_the_first_day_on_which_evidence_reaches_what_is_asked() -> None:
    turns = turns_of({"cease": path(0, 1, 4, 2, 4), "miss": path(5, 5, 5, 5, 5)}, dict.fromkeys(ALONE, 3.0), {"miss"})
    assert [(turn.family, turn.rises, turn.days) for turn in turns] == [("cease", True, 2)]


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
    assert now.turns[-1].days == first_day(ahead, "now", now.turns[-1].family)
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


def test_a_level_is_never_judged_and_an_outcome_nobody_read_waits_for_its_first_signals() -> None:
    level = ReadingFactory.build(outcome=outcome_at(kind="level"), run=None, health="waiting", health_note="One value.")
    assert "shown and never judged" in why_not([level])
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
