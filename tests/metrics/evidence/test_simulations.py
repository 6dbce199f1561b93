"""Small seeded simulations: what the method promises, measured on made-up signals watched every day."""

import numpy as np

from metrics.evidence import Family, Series, path
from metrics.evidence.mixtures import beta_binomial, boundary_constant, gamma_poisson
from tests.metrics.evidence.worlds import FLAG, amounts, contrast, ever, proportion, question


def ever_by_the_unit_leg_alone(series, theta0, planned, leg=beta_binomial):
    n, y = (np.cumsum(values, axis=1, dtype=float) for values in (series.n, series.y))
    tau = np.array(planned / boundary_constant(0.01))
    return (leg(y, n, np.array(theta0), tau, np.array(-1.0)) >= FLAG)[:, 13:].any(axis=1).mean()


def test_campaign_noise_raises_no_false_flags_though_the_exact_test_alone_raises_many():
    series = proportion(np.random.default_rng(11), 200, 180, 20_000, 0.05, cv=0.15)
    ours = ever(series, question(200, kill=0.05, planned=20_000.0 * 60))
    alone = ever_by_the_unit_leg_alone(series, 0.05, 20_000.0 * 60)
    assert ours < 0.05
    assert alone > 0.40
    assert alone - ours > 0.35


def test_independent_exposures_raise_few_false_flags_on_either_side():
    series = proportion(np.random.default_rng(12), 200, 180, 200, 0.05)
    asked = question(200, kill=0.05, target=0.05, planned=200.0 * 60)
    assert ever(series, asked, "log_e_cease") < 0.05
    assert ever(series, asked, "log_e_scale") < 0.05


def test_rates_with_noisy_days_raise_few_false_flags():
    rng = np.random.default_rng(13)
    n = np.ones((200, 180))
    series = Series("rate", n, rng.poisson(500 * np.clip(1 + 0.2 * rng.normal(size=n.shape), 0, None)))
    assert ever(series, question(200, kill=500.0, target=550.0, planned=60.0)) < 0.05
    assert ever_by_the_unit_leg_alone(series, 500.0, 60.0, gamma_poisson) > 0.40


def test_capped_skewed_amounts_raise_few_false_flags():
    rng = np.random.default_rng(14)
    line = float(np.minimum(rng.lognormal(0, 1.8, 3_000_000), 50).mean())
    series = amounts(rng, 200, 120, 30, 1.8, cap=50.0)
    assert ever(series, question(200, kill=line, target=1.1 * line, cap=50.0, planned=3_600.0)) < 0.05


def test_capped_skewed_amounts_far_below_the_line_are_flagged():
    series = amounts(np.random.default_rng(15), 50, 90, 30, 1.8, cap=50.0)
    assert ever(series, question(50, kill=5.2, target=6.0, cap=50.0, planned=3_600.0)) > 0.9


def test_rare_conversions_without_a_difference_raise_few_false_flags():
    series = contrast(np.random.default_rng(16), 200, 180, 25, 0.005, 0.0)
    asked = question(200, kill=0.0, target=0.0, planned=25.0 * 30)
    assert ever(series, asked, "log_e_cease") < 0.05
    assert ever(series, asked, "log_e_scale") < 0.05


def test_shocks_of_one_arm_alone_raise_few_false_flags():
    series = contrast(np.random.default_rng(21), 150, 150, 5_000, 0.05, 0.0, arm_cv=0.2)
    asked = question(150, kill=0.0, target=0.0, planned=5_000.0 * 30)
    assert ever(series, asked, "log_e_cease") < 0.05
    assert ever(series, asked, "log_e_scale") < 0.05


def test_a_bet_15_percent_below_its_line_is_flagged_by_day_60_in_most_runs():
    series = proportion(np.random.default_rng(17), 200, 60, 200, 0.85 * 0.05)
    assert ever(series, question(200, kill=0.05, planned=200.0 * 60)) > 0.65


def test_a_5_percent_drop_against_control_is_mostly_found_within_four_months():
    series = contrast(np.random.default_rng(18), 60, 120, 2_500, 0.05, -0.05)
    assert ever(series, question(60, kill=0.0, target=0.01, planned=2_500.0 * 30)) > 0.7


def test_the_interval_covers_the_truth_on_all_days_at_once():
    asked = question(200, kill=0.04, target=0.06, planned=2_000.0 * 60)
    for cv in (0.0, 0.10):
        chart = path(proportion(np.random.default_rng(19), 200, 150, 2_000, 0.05, cv), asked)
        assert ((chart.lower <= 0.05) & (chart.upper >= 0.05)).all(axis=1).mean() > 0.95


def test_nightly_flags_of_a_portfolio_are_mostly_right():
    rng = np.random.default_rng(20)
    truth = np.repeat([0.9, 1.0], [30, 90])
    n = rng.poisson(2_000, (120, 120))
    level = 0.05 * truth[:, None] * (1 + 0.10 * rng.normal(size=n.shape))
    chart = path(Series("proportion", n, rng.binomial(n, np.clip(level, 0, 1))), question(120, planned=2_000.0 * 60))
    family, frozen = Family("cease"), np.full(120, np.nan)
    for night in range(13, 120):
        log_e = chart.log_e_cease[:, night]
        flagged = family.flag(log_e, frozen).flagged
        frozen = np.where(flagged & np.isnan(frozen), log_e, frozen)
    assert flagged[:30].mean() > 0.9
    assert flagged[30:].sum() / flagged.sum() < 0.10
