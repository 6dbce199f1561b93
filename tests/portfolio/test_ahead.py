"""An outcome that goes on: the same as the engine says of the longer series, sane in direction."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bets.signals import Read, Shape, engine_input, question_of, shape_of
from metrics import evidence
from metrics.reading import Arrays
from portfolio.ahead import DAYS, HORIZON, ahead_of
from portfolio.change import (
    LOG_20,
)
from tests.factories import TODAY, ReadingFactory
from tests.portfolio.continued import CUT, SENT, ahead_at, first_day, outcome_at, reading_at, reading_of, signals_at


@pytest.mark.parametrize("fields", [{}, {"kind": "rate"}, {"kind": "mean", "cap": 9.0}, {"kind": "mean"}])
def test_with_no_further_period_it_is_the_reading_of_today(fields) -> None:
    _, reading, ahead = ahead_at(0.395, **fields)
    for family in ("miss", "scale", "alive"):
        today = float(getattr(reading, f"log_e_{family}"))
        assert ahead.log_e["now"][family][0] == pytest.approx(today, rel=0.05, abs=0.05)


@settings(max_examples=12, deadline=None)
@given(
    level=st.floats(0.30, 0.50),
    place=st.integers(1, len(DAYS) - 1),
    supposed=st.sampled_from(["now", "target", "kill"]),
)
def test_each_day_ahead_is_what_the_engine_says_of_the_longer_series(level: float, place: int, supposed: str) -> None:
    outcome, reading, ahead = ahead_at(level)
    more = int(DAYS[place])
    at = {"now": reading.estimate, "target": outcome.target, "kill": outcome.kill_line}[supposed]
    longer = signals_at(outcome, level).arrays
    n = np.concatenate([longer.n, np.full((1, more), 1_000.0)], axis=1)
    y = np.concatenate([longer.y, np.full((1, more), 1_000.0 * at)], axis=1)
    for family, line in (("cease", outcome.kill_line), ("scale", outcome.target)):
        floor = max(1.0, reading.phi * reading.estimate * (1 - reading.estimate) / (line * (1 - line)))
        asked = replace(question_of(shape_of(outcome), [outcome]), phi_floor_whole=np.array([floor]))
        said = evidence.read(evidence.Series("proportion", n, y), asked)
        engine = float(getattr(said, f"log_e_{family}")[0])
        assert ahead.log_e[supposed][family][place] == pytest.approx(engine, rel=1e-9, abs=1e-9)


@settings(max_examples=8, deadline=None)
@given(level=st.floats(0.32, 0.48), place=st.integers(1, 40))
def test_steady_periods_do_not_pass_for_less_noise_than_there_was(level: float, place: int) -> None:
    outcome, reading, ahead = ahead_at(level)
    more = int(DAYS[place])
    n, y = np.full((1, SENT + more), 1_000.0), np.full((1, SENT + more), 1_000.0 * reading.estimate)
    y[:, :SENT] = signals_at(outcome, level).arrays.y
    bold = evidence.read(evidence.Series("proportion", n, y), question_of(shape_of(outcome), [outcome]))
    assert ahead.log_e["now"]["cease"][place] <= bold.log_e_cease[0] + 1e-9
    assert ahead.log_e["now"]["scale"][place] <= bold.log_e_scale[0] + 1e-9


def test_after_a_drop_that_a_restart_has_noticed_nothing_fades_with_the_next_night() -> None:
    """The drop itself makes the whole history noisy; that must not be held against the weeks since."""
    outcome = outcome_at(decide_by=TODAY + timedelta(days=365))
    some = signals_at(outcome, 0.46, days=160)
    some.arrays.y[0, 112:] = 1_000.0 * (some.arrays.y[0, 112:] / 1_000.0 - 0.10)
    reading = reading_at(some)
    ahead = ahead_of([some], {1: reading})[1]
    assert reading.phi > 20
    assert reading.log_e_cease > CUT
    assert ahead.log_e["now"]["cease"][0] == pytest.approx(reading.log_e_cease, rel=1e-9)
    assert (ahead.log_e["kill"]["cease"][:10] > CUT).all()


def test_segments_go_on_in_their_ratios_and_are_read_with_their_weights() -> None:
    outcome = outcome_at()
    better, worse = (signals_at(outcome, level).arrays for level in (0.50, 0.32))
    both = Arrays(*(getattr(better, name) + getattr(worse, name) for name in ("n", "y", "q", "cn", "cy", "cq")),
                  better.present, better.last)  # fmt: skip
    weights = np.array([[0.25, 0.75]])
    some = Read(Shape("proportion", "day", "", 2), [outcome], both, parts=(better, worse))
    whole = engine_input(some.shape, both)
    parts = tuple(engine_input(some.shape, part) for part in some.parts)
    some.__dict__["series"] = replace(whole, segments=parts, weights=weights)  # without a database for the weights
    result = evidence.read(some.series, question_of(some.shape, some.group))
    reading = reading_of(outcome, result)
    ahead = ahead_of([some], {1: reading})[1]
    assert reading.estimate == pytest.approx(0.25 * 0.50 + 0.75 * 0.32, abs=1e-3)
    assert ahead.log_e["now"]["cease"][0] == pytest.approx(reading.log_e_cease, rel=0.05)
    assert ahead.log_e["now"]["cease"][20] > ahead.log_e["now"]["cease"][0] > LOG_20
    assert ahead.log_e["target"]["cease"][-1] < LOG_20


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
    assert ahead.log_e["now"]["cease"][53] > ahead.log_e["now"]["cease"][0]
    assert ahead.log_e["target"]["cease"][53] < ahead.log_e["target"]["cease"][0]


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
    assert path[0] > LOG_20 > path[-1]


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
