"""Can it still be settled, and when will we know: against the engine's own verdicts, and what must follow."""

from dataclasses import fields, replace

import numpy as np
import pytest

from metrics.evidence import Series, read, settle
from tests.metrics.evidence.worlds import FLAG, amounts, contrast, padded, proportion, question, rows, some_series

PLAN = 84


def bets(seed, size, per_day, *, cv=0.0, days=PLAN):
    """Bets whose truths come from the prior: N(5 %, 1 %^2)."""
    rng = np.random.default_rng(seed)
    return proportion(rng, size, days, per_day, np.clip(rng.normal(0.05, 0.01, (size, 1)), 0.005, 1), cv)


def asked(size, per_day, **more):
    return question(size, **{"kill": 0.045, "target": 0.06, "planned": per_day * PLAN / 3, **more})


def upto(series, periods):
    arms = {name: getattr(series, name) for name in ("n", "y", "q", "control_n", "control_y", "control_q")}
    return replace(series, **{name: None if arm is None else arm[:, :periods] for name, arm in arms.items()})


def stand_of(series, q, *, baseline=0.05, planned=np.nan, closed=None):
    size = len(series.n)
    return settle.standing(series, q, read(series, q), np.full(size, baseline), np.full(size, planned), closed=closed)


def answer(series, q, left, log_asked=FLAG, **more):
    size = len(series.n)
    return settle.when(stand_of(series, q, **more), np.full(size, float(left)), np.full(size, log_asked))


def settled(series, q):
    got = read(series, q)
    return np.max([got.log_e_cease, got.log_e_miss, got.log_e_scale, got.log_e_alive], axis=0) >= FLAG


def chance_on(stand, days, log_asked=FLAG):
    return settle.p_settle(stand, np.array([float(days)]), np.full(len(stand.v), log_asked))[:, 0]


@pytest.mark.parametrize(("per_day", "cv"), [(30, 0.0), (60, 0.0), (60, 0.3)])
def test_bets_are_settled_as_often_as_was_said_after_a_third_of_the_plan(per_day, cv):
    series, q = bets(1, 500, per_day, cv=cv), asked(500, per_day)
    known = upto(series, 28)
    open_yet = ~settled(known, q)
    said, got = chance_on(stand_of(known, q), 56)[open_yet], settled(series, q)[open_yet]
    assert said.mean() == pytest.approx(got.mean(), abs=0.06)
    assert got[said > np.median(said)].mean() > got[said <= np.median(said)].mean() + 0.1
    assert ((said - got) ** 2).mean() < got.var()


def test_bets_are_settled_about_as_often_as_was_said_before_any_data():
    series, q = bets(2, 400, 100), asked(400, 100)
    before = chance_on(stand_of(upto(series, 0), q, planned=100.0), PLAN)
    assert before == pytest.approx(np.full(400, settled(series, q).mean()), abs=0.1)


def test_experiments_are_settled_as_often_as_was_said():
    rng = np.random.default_rng(3)
    series = contrast(rng, 400, PLAN, 500, 0.05, rng.normal(0, 0.1, (400, 1)), shared_cv=0.1)
    q = question(400, kill=0.0, target=0.1, planned=250.0 * PLAN / 3)
    said = chance_on(stand_of(upto(series, 28), q), 56)
    assert said.mean() == pytest.approx(settled(series, q).mean(), abs=0.05)
    planned = chance_on(stand_of(upto(series, 0), q, planned=1_000.0), PLAN)
    assert planned == pytest.approx(np.full(400, settled(series, q).mean()), abs=0.1)


def test_levels_are_settled_about_as_often_as_was_said():
    rng = np.random.default_rng(4)
    values = rng.normal(50, 5, (400, 1)) + 4 * rng.normal(size=(400, 52))
    series, q = Series("level", np.ones((400, 52)), values, days=7), question(400, kill=48.0, target=55.0, planned=17.0)
    said = chance_on(stand_of(upto(series, 12), q, baseline=50.0), 40 * 7)
    assert said.mean() == pytest.approx(settled(series, q).mean(), abs=0.07)


def test_more_traffic_answers_sooner():
    days = [answer(Series("proportion", np.zeros((1, 0)), np.zeros((1, 0))), asked(1, n), PLAN, planned=n).days[0]
            for n in (10.0, 30.0, 100.0, 300.0)]  # fmt: skip
    assert days == sorted(days, reverse=True)
    assert days[0] > 182
    assert days[-1] < 28


def test_the_multiple_is_the_least_that_answers_in_time():
    series, q = upto(bets(5, 200, 30), 28), asked(200, 30)
    stand, got = stand_of(series, q), answer(series, q, 56)
    late = np.isfinite(got.times)
    assert late.sum() > 30
    assert (np.isnan(got.days[late]) | (got.days[late] > 56)).all()
    assert (got.days_with[late] <= 56).all()
    assert np.isnan(got.days_with[~late]).all()
    end, log_asked = np.array([56.0]), np.full(200, FLAG)
    for times in settle.TIMES:
        chosen = got.times == times
        less = 1.0 if times == settle.TIMES[0] else settle.TIMES[settle.TIMES.index(times) - 1]
        assert (settle.p_settle(stand, end, log_asked, times)[chosen, 0] >= 0.5).all()
        assert (settle.p_settle(stand, end, log_asked, less)[chosen, 0] < 0.5).all()


def test_an_answer_in_time_needs_no_multiple_and_a_past_date_has_none():
    in_time, late = (answer(Series("rate", np.zeros((1, 0)), np.zeros((1, 0))), asked(1, 300), left, planned=300.0)
                     for left in (PLAN, -1))  # fmt: skip
    assert in_time.days[0] <= PLAN
    assert in_time.settles[0] >= 0.5
    assert np.isnan([in_time.times[0], late.times[0], late.days_with[0]]).all()
    assert late.settles[0] == 0.0


def test_money_that_ends_sooner_ends_the_chance_and_nothing_else():
    series, q = upto(bets(21, 300, 100), 28), asked(300, 100)
    stand = stand_of(series, q)
    left, log_asked = np.full(300, 84.0), np.full(300, FLAG)
    whole = settle.when(stand, left, log_asked)
    part = settle.when(stand, left, log_asked, days_of_money=np.where(np.arange(300) % 2, 14.0, np.inf))
    short = np.arange(300) % 2 == 1
    direct = settle.p_settle(stand, np.array([14.0]), log_asked)[:, 0]
    assert np.array_equal(part.settles[short], direct[short], equal_nan=True)
    assert np.array_equal(part.settles[~short], whole.settles[~short], equal_nan=True)
    assert (direct[short] < whole.settles[short]).sum() > 50
    assert np.array_equal(part.days, whole.days, equal_nan=True)


def test_what_is_settled_is_known_today():
    series = proportion(np.random.default_rng(6), 3, 60, 2_000, 0.03)
    got = answer(series, asked(3, 2_000), 30)
    assert got.days.tolist() == [0.0, 0.0, 0.0]
    assert got.settles.tolist() == [1.0, 1.0, 1.0]


def test_what_is_settled_stays_so_even_where_it_may_fade_again():
    series, q = upto(bets(21, 300, 100), 28), asked(300, 100)
    done = settled(series, q)
    chances = chance_on(stand_of(series, q), 7)
    assert done.sum() > 50
    assert (chances[done] == 1).all()
    assert (chances[~done] < 1).any()


def test_no_verdict_is_expected_before_two_whole_weeks():
    got = answer(upto(bets(7, 20, 100_000), 4), asked(20, 100_000), 80)
    assert (got.days >= 14).all()


def test_without_a_plan_or_data_nothing_is_promised():
    nothing = Series("proportion", np.zeros((1, 0)), np.zeros((1, 0)))
    unplanned = answer(nothing, asked(1, 100), PLAN)
    assert np.isnan([unplanned.days[0], unplanned.times[0], unplanned.settles[0]]).all()
    experiment = Series("proportion", nothing.n, nothing.y, None, nothing.n, nothing.y)
    unknown = answer(experiment, question(1, kill=0.0, target=0.1), PLAN, baseline=np.nan, planned=100.0)
    assert np.isnan(unknown.days[0])


def test_a_feed_that_stopped_will_not_answer():
    series, q = upto(bets(8, 30, 60), 28), asked(30, 60)
    going, stopped = answer(series, q, 56), answer(series, q, 56, closed=np.full(30, 60))
    assert np.isfinite(going.days[~settled(series, q)]).all()
    assert np.isnan(stopped.days[~settled(series, q)]).all()


def test_more_exposures_do_not_help_where_the_weeks_themselves_differ():
    calm, wild = (proportion(np.random.default_rng(9), 60, 56, 60, 0.052, cv) for cv in (0.0, 0.7))
    stand = [stand_of(series, asked(60, 60)) for series in (calm, wild)]
    end, log_asked = np.array([56.0]), np.full(60, FLAG)
    gains = [settle.p_settle(one, end, log_asked, 20.0).mean() - chance_on(one, 56).mean() for one in stand]
    assert gains[0] > 0.2
    assert gains[1] < 0.05


def test_noise_far_above_the_usual_is_expected_to_fade_but_not_below_that_of_the_history():
    series = proportion(np.random.default_rng(23), 30, 28, 2_000, 0.05, 0.3)
    free, known = (stand_of(series, asked(30, 2_000, **more)) for more in ({}, {"phi_floor": 4.0, "history_weeks": 12}))
    loud = free.phi > 4
    assert loud.sum() > 10
    assert (free.phi_ahead[loud] < 0.9 * free.phi[loud]).all()
    assert (known.phi_ahead >= 4).all()


def test_more_exposures_are_no_help_to_a_level_and_noise_that_lasts_forbids_an_answer():
    rng = np.random.default_rng(10)
    walk = Series("level", np.ones((20, 40)), 50 + np.cumsum(rng.normal(size=(20, 40)), axis=1), days=7)
    got = answer(walk, question(20, kill=48.0, target=55.0, planned=17.0), 70, baseline=50.0)
    assert np.isnan(got.times).all()
    assert np.isnan(got.days).mean() > 0.5


def test_a_higher_cut_asks_for_more():
    series, q = upto(bets(11, 50, 60), 28), asked(50, 60)
    stand, open_yet = stand_of(series, q), ~settled(series, q)
    assert (chance_on(stand, 56, np.log(200))[open_yet] < chance_on(stand, 56)[open_yet]).all()


def test_a_bet_that_is_clear_of_its_kill_line_has_its_answer_though_the_target_is_open():
    series, q = proportion(np.random.default_rng(18), 10, 60, 2_000, 0.06), asked(10, 2_000)
    got = read(series, q)
    assert (np.maximum(got.log_e_miss, got.log_e_scale) < FLAG).all()
    assert (got.log_e_alive > FLAG).all()
    assert answer(series, q, 30).settles.tolist() == [1.0] * 10


def test_a_line_that_is_not_asked_is_left_out():
    series = upto(bets(19, 50, 60), 28)
    both, one = asked(50, 60), asked(50, 60, kill=np.nan)
    assert (chance_on(stand_of(series, one), 56) <= chance_on(stand_of(series, both), 56)).all()
    neither = asked(50, 60, kill=np.nan, target=np.nan)
    assert np.isnan(chance_on(stand_of(series, neither), 56)).all()


def test_lower_is_better_is_the_same_question_from_the_other_side():
    rng = np.random.default_rng(12)
    series = contrast(rng, 30, 28, 500, 0.05, 0.03)
    q = question(30, kill=-0.001, target=0.004, relative=False)
    swapped = Series("proportion", series.control_n, series.control_y, None, series.n, series.y)
    mirrored = question(30, kill=0.001, target=-0.004, relative=False, higher=False)
    one, other = answer(series, q, 56), answer(swapped, mirrored, 56)
    assert one.settles == pytest.approx(other.settles)
    assert np.array_equal(one.days, other.days, equal_nan=True)


def test_the_posterior_is_the_prior_and_what_was_measured():
    series, q = upto(bets(13, 5, 200), 28), asked(5, 200)
    got, (mean, sd) = read(series, q), settle.posterior(stand_of(series, q))
    n, y = series.n.sum(axis=1), series.y.sum(axis=1)
    share = (y + 0.5) / (n + 1)
    noise = got.phi * share * (1 - share) / n
    assert sd == pytest.approx((1 / 0.01**2 + 1 / noise) ** -0.5)
    assert mean == pytest.approx((0.05 / 0.01**2 + (y / n) / noise) * sd**2)
    unseen = settle.posterior(stand_of(upto(series, 0), q))
    assert [unseen[0][0], unseen[1][0]] == pytest.approx([0.05, 0.01])


def test_a_large_lift_is_as_unsure_as_both_arms_make_it():
    n = np.full((1, 28), 1_000)
    series = Series("proportion", n, n * 0.2, None, n, n * 0.1)
    q = question(1, kill=0.0, target=10.0)
    variance = 1.0 * (0.2 * 0.8 + 4 * 0.1 * 0.9) / 28_000 / 0.1**2
    stand = stand_of(series, q)
    assert (stand.phi * stand.v / stand.weight)[0] == pytest.approx(stand.phi[0] * variance, rel=0.01)
    assert settle.posterior(stand)[0][0] == pytest.approx(1.0, rel=0.01)


def test_a_level_is_as_unsure_as_its_weeks():
    values = 55 + 6 * np.random.default_rng(22).normal(size=(50, 40))
    series = Series("level", np.ones((50, 40)), values, days=7)
    sd = settle.posterior(stand_of(series, question(50, kill=48.0, target=100.0), baseline=50.0))[1]
    assert 0.85 < np.median(sd) / (6 / np.sqrt(40)) < 1.5


def test_a_bet_on_its_glide_path_is_measured_from_the_path_not_from_its_end():
    rng = np.random.default_rng(14)
    path = 0.05 + 0.02 * np.minimum(np.arange(1, 57) / 84, 1)
    series = proportion(rng, 20, 56, 1_000, path)
    flat = question(20, kill=0.07, target=0.08, planned=28_000.0)
    glide = replace(flat, glide_from=np.full(20, 0.05), glide_periods=np.full(20, 84.0))
    assert settle.posterior(stand_of(series, flat))[0].max() < 0.0635
    assert settle.posterior(stand_of(series, glide))[0] == pytest.approx(np.full(20, 0.07), abs=0.003)
    for q in (flat, glide):
        assert ((chance_on(stand_of(series, q), 0) == 1) == settled(series, q)).mean() > 0.7


def test_segments_are_answered_like_the_whole_when_the_mix_is_the_declared_one():
    rng = np.random.default_rng(15)
    parts = tuple(proportion(rng, 30, 28, 100, 0.054) for _ in range(2))
    crude = Series("proportion", parts[0].n + parts[1].n, parts[0].y + parts[1].y)
    whole = replace(crude, segments=parts, weights=np.full((30, 2), 0.5))
    q = asked(30, 200)
    for periods in (28, 0):
        cut = replace(upto(whole, periods), segments=tuple(upto(part, periods) for part in parts))
        standard, plain = (chance_on(stand_of(one, q, planned=200.0), 56) for one in (cut, upto(crude, periods)))
        assert standard == pytest.approx(plain, abs=0.1)


@pytest.mark.parametrize(
    ("kind", "control"), [("proportion", False), ("rate", True), ("mean", False), ("level", False)]
)
def test_an_answer_is_the_same_to_the_last_bit_alone_padded_and_in_any_company(kind, control):
    series = replace(some_series("mean" if kind == "level" else kind, 16, control=control), kind=kind)
    if kind == "level":
        series = replace(series, y=np.where(series.n > 0, series.y, 0.0))
    q = asked(7, 60)

    def answered(series, q):
        got, size = read(series, q), len(series.n)
        stand = settle.standing(series, q, got, np.full(size, 0.05), np.full(size, 60.0))
        return settle.when(stand, np.full(size, 100.0), np.full(size, FLAG))

    whole = answered(series, q)
    chosen = np.array([5, 2])
    for other, places in (
        (answered(padded(series, 9), q), slice(None)),
        (answered(rows(series, chosen), rows(q, chosen)), chosen),
    ):
        for field in fields(whole):
            assert getattr(other, field.name).tobytes() == getattr(whole, field.name)[places].tobytes(), field.name


@pytest.mark.parametrize("kind", ["proportion", "rate", "mean"])
def test_extreme_feeds_are_answered_without_nonsense(kind):
    n = np.array([[1.0] * 30, [1e12] * 30, [0.0] * 30, [5.0] * 30, [1.0] + [0.0] * 29])
    y = n * np.array([[0.0], [0.05], [0.0], [1.0], [1.0]])
    got = answer(Series(kind, n, y, y), asked(5, 60), 60, planned=60.0)
    constant = [0, 3] if kind == "mean" else []
    assert np.flatnonzero(np.isnan(got.settles)).tolist() == constant
    assert not ((got.settles < 0) | (got.settles > 1)).any()
    assert (np.isnan(got.days) | (got.days >= 0)).all()


def test_amounts_are_answered_from_their_spread():
    series = amounts(np.random.default_rng(17), 20, 28, 30, 0.5)
    tight = question(20, kill=1.1, target=1.2, planned=840.0)
    assert np.isfinite(answer(series, tight, 56, baseline=1.1).days).mean() > 0.8


def test_amounts_without_a_limit_wait_until_they_are_worth_500_exposures():
    rng = np.random.default_rng(20)
    values = rng.lognormal(0, 1.8, (5, 28, 20))
    series = Series("mean", np.full((5, 28), 20), values.sum(axis=2), (values**2).sum(axis=2))
    q = question(5, kill=1.0, target=1.2, planned=560.0)
    got = read(series, q)
    waits = (500 / got.n_eff - 1) * 28
    assert (waits > 28).all()
    days = answer(series, q, 700, baseline=1.0).days
    assert (np.isnan(days) | (days >= waits)).all()
    assert np.isfinite(days).any()
    limited = replace(q, cap=np.full(5, values.max()))
    assert stand_of(series, q).wait == pytest.approx(waits)
    assert (stand_of(series, limited).wait == 0).all()


def test_an_answer_needs_its_inputs_for_every_series():
    series, q = some_series("rate", 1), asked(7, 60)
    with pytest.raises(ValueError, match="one baseline, plan and date per series"):
        settle.standing(series, q, read(series, q), np.zeros(6), np.zeros(7))
