"""What the next proof is worth, against simulated decisions."""

import numpy as np
import pytest

from metrics.evidence import worth


def arrays(*values):
    return [np.array([float(value)]) for value in values]


def simulated(mean, sd, kill, slope, phi_v, n_next, draws=400_000):
    """(EVPI, EVSI) of going on or stopping, by drawing truths and what the next exposures would show."""
    rng = np.random.default_rng(4)
    truth = mean + sd * rng.standard_normal(draws)
    gain = slope * (truth - kill)
    now = max(gain.mean(), 0.0)
    seen = truth + np.sqrt(phi_v / n_next) * rng.standard_normal(draws)
    weight = sd**2 / (sd**2 + phi_v / n_next)
    expected = slope * (mean + weight * (seen - mean) - kill)
    return np.maximum(gain, 0).mean() - now, np.maximum(expected, 0).mean() - now


@pytest.mark.parametrize(("mean", "kill", "target"), [(0.052, 0.05, 0.06), (0.047, 0.05, 0.06), (0.047, 0.05, 0.04)])
def test_closed_forms_agree_with_simulated_decisions(mean, kill, target):
    sd, phi_v, n_next = 0.004, 1.3 * 0.05 * 0.95, 3_000.0
    got = worth.value(*arrays(mean, sd, kill, target, 100.0, phi_v, n_next))
    evpi, evsi = simulated(mean, sd, kill, 100.0 / (target - kill), phi_v, n_next)
    assert got.evpi[0] == pytest.approx(evpi, abs=0.15)
    assert got.evsi[0] == pytest.approx(evsi, abs=0.15)
    assert got.evpi[0] > 5


def test_a_proof_is_worth_less_than_certainty_and_approaches_it():
    n_next = np.array([0.0, 10.0, 1e3, 1e5, 1e12])
    ones = np.ones(5)
    got = worth.value(0.05 * ones, 0.01 * ones, 0.045 * ones, 0.06 * ones, 1e6 * ones, 0.05 * ones, n_next)
    assert (np.diff(got.evsi) > 0).all()
    assert (got.evsi <= got.evpi).all()
    assert got.evsi[0] == 0
    assert got.evsi[-1] == pytest.approx(got.evpi[-1], rel=1e-6)


def test_nothing_unknown_or_a_kill_line_out_of_reach_leaves_nothing_to_pay_for():
    sure = worth.value(*arrays(0.05, 0.0, 0.05, 0.06, 1e6, 0.05, 1e4))
    far = worth.value(*arrays(0.90, 0.001, 0.05, 0.06, 1e9, 0.05, 1e4))
    assert [sure.evpi[0], sure.evsi[0], far.evpi[0], far.evsi[0]] == [0, 0, 0, 0]


def test_the_worth_is_the_same_on_either_side():
    up = worth.value(*arrays(0.048, 0.005, 0.05, 0.06, 1e6, 0.05, 1e4))
    down = worth.value(*arrays(0.052, 0.005, 0.05, 0.04, 1e6, 0.05, 1e4))
    assert [up.evpi[0], up.evsi[0]] == pytest.approx([down.evpi[0], down.evsi[0]])


def test_what_is_not_known_has_no_worth_to_show():
    inputs = arrays(0.048, 0.005, 0.05, 0.06, 1e6, 0.05, 1e4)
    for place in range(6):
        unknown = [np.array([np.nan]) if at == place else value for at, value in enumerate(inputs)]
        assert np.isnan(worth.value(*unknown).evsi[0])
    assert np.isnan(worth.value(*inputs[:6], np.array([np.nan])).evsi[0])
    assert np.isfinite(worth.value(*inputs[:6], np.array([np.nan])).evpi[0])
