"""Scores of chances: closed forms against what they stand for, and the comparison of engine and lead."""

import numpy as np
import pytest

from metrics.evidence import scores
from metrics.evidence.mixtures import boundary_constant, gamma_exponential


def logistic(x):
    return 1 / (1 + np.exp(-x))


def test_the_brier_score_is_0_when_right_for_certain_and_a_quarter_for_a_coin():
    assert scores.brier([1.0, 0.0, 0.5, 0.5, 1.0], [1, 0, 1, 0, 0]).tolist() == [0, 0, 0.25, 0.25, 1]


def test_the_logarithmic_score_never_punishes_beyond_one_in_a_hundred():
    got = scores.log_score(np.array([0.0, 0.005, 1.0, 0.8]), np.array([1, 1, 1, 0]))
    assert got == pytest.approx([np.log(100), np.log(100), -np.log(0.99), -np.log(0.2)])


@pytest.mark.parametrize("value", [-3.0, 0.2, 1.0, 4.5])
def test_crps_is_the_integral_of_squared_differences_of_distribution_functions(value):
    from scipy.special import ndtr

    x = np.linspace(-12, 14, 200_001)
    difference = (ndtr((x - 1) / 1.5) - (x >= value)) ** 2
    whole = difference.sum() * (x[1] - x[0])
    assert scores.crps_normal(1.0, 1.5, value) == pytest.approx(whole, rel=1e-3)


def test_crps_without_doubt_is_the_distance():
    assert scores.crps_normal(np.array([2.0, 2.0]), np.array([0.0, 0.0]), np.array([5.0, 2.0])).tolist() == [3.0, 0.0]


def test_the_parts_of_the_brier_score_add_up_to_it():
    rng = np.random.default_rng(1)
    p = rng.random(500)
    y = rng.random(500) < p**2
    parts = scores.murphy(p, y)
    assert parts.brier == pytest.approx(((p - y) ** 2).mean())
    assert parts.reliability - parts.resolution + parts.uncertainty + parts.within == pytest.approx(parts.brier)
    assert parts.uncertainty == pytest.approx(y.mean() * (1 - y.mean()))
    assert abs(parts.within) < 0.01


def test_honest_chances_are_more_reliable_than_boasting_ones():
    rng = np.random.default_rng(2)
    log_odds = rng.normal(0, 1, 2_000)
    y = rng.random(2_000) < logistic(log_odds)
    honest, boasting = scores.murphy(logistic(log_odds), y), scores.murphy(logistic(4 * log_odds), y)
    assert honest.reliability < 0.003
    assert boasting.reliability > 10 * honest.reliability
    assert boasting.brier > honest.brier


def test_a_base_rate_given_to_all_has_no_resolution_and_is_reliable():
    y = np.array([1, 0, 0, 1, 0])
    parts = scores.murphy(np.full(5, 0.4), y)
    assert (parts.reliability, parts.resolution) == (pytest.approx(0.0), pytest.approx(0.0))
    assert parts.brier == pytest.approx(parts.uncertainty)


def test_nothing_resolved_has_no_score():
    with pytest.raises(ValueError, match="no resolved forecast"):
        scores.murphy([], [])


def test_calibration_shows_every_bin_and_counts_certainty_in_the_last():
    rows = scores.calibration(np.array([0.0, 0.24, 0.25, 1.0]), np.array([0, 1, 1, 1]), bins=4)
    assert [(row.low, row.high, row.count) for row in rows] == [
        (0, 0.25, 2),
        (0.25, 0.5, 1),
        (0.5, 0.75, 0),
        (0.75, 1, 1),
    ]
    assert [row.share for row in rows][:2] == [0.5, 1.0]
    assert rows[0].mean == pytest.approx(0.12)
    assert np.isnan(rows[2].mean)
    assert np.isnan(rows[2].share)


def brier_of(seed, doubt_of_lead, doubt_of_engine, size=400):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, 2, size)
    y = rng.random(size) < logistic(log_odds)
    told = [
        logistic(log_odds * (1 + doubt / 4) + rng.normal(0, doubt, size)) for doubt in (doubt_of_lead, doubt_of_engine)
    ]
    return [scores.brier(p, y) for p in told]


def test_a_far_overconfident_lead_is_told_apart_but_only_after_many_bets():
    first = []
    for seed in range(40):
        log_e = scores.lead_against_engine(*brier_of(seed, 4.5, 0.0))
        first.append(int(np.argmax(log_e >= np.log(20))) + 1 if (log_e >= np.log(20)).any() else 401)
    assert scores.FEW < np.median(first) < 220


def test_a_lead_who_is_no_worse_is_never_accused_however_often_people_look():
    accused = [(scores.lead_against_engine(*brier_of(seed, 0.0, 0.0)) >= np.log(20)).any() for seed in range(100)]
    better = [(scores.lead_against_engine(*brier_of(seed, 0.0, 1.5)) >= np.log(20)).any() for seed in range(100)]
    assert sum(accused) + sum(better) == 0


def test_the_comparison_looks_at_no_later_bet():
    lead, engine = brier_of(3, 3.0, 0.0, size=60)
    whole = scores.lead_against_engine(lead, engine)
    assert scores.lead_against_engine(lead[:25], engine[:25]).tobytes() == whole[:25].tobytes()
    assert scores.lead_against_engine([], []).shape == (0,)


def test_each_difference_is_taken_about_the_mean_of_those_before_it():
    lead, engine = np.array([0.8, 0.1, 0.9]), np.array([0.2, 0.3, 0.1])
    d, centres = np.array([0.6, -0.2, 0.8]), np.array([0.0, 0.6, 0.2])
    rho = np.array(scores.PLANNED_SPREAD / boundary_constant(0.05))
    by_hand = [
        float(gamma_exponential(d[:n].sum(), ((d - centres)[:n] ** 2).sum(), rho, np.array(2.0))) for n in (1, 2, 3)
    ]
    assert scores.lead_against_engine(lead, engine) == pytest.approx(by_hand)


def test_overwhelming_evidence_for_the_lead_counts_nothing_against_them():
    assert (scores.lead_against_engine(np.zeros(5_000), np.ones(5_000)) < 0).all()
