"""The proof that anybody can run: it keeps what the engine keeps, and it would notice an engine that does not."""

import math
from dataclasses import replace

import numpy as np
import pytest

from metrics.evidence import Question
from metrics.evidence.proof import SCENARIOS, Verdict, chunks_of, prove, worlds
from metrics.evidence.proof.draws import portfolio, restarted
from metrics.evidence.proof.prove import holds
from metrics.evidence.proof.rivals import benjamini_hochberg, score, unit_log_e
from metrics.evidence.proof.trials import Scenario, Tally, _by_night, _issued, joined

KNOWN = {scenario.name: scenario for scenario in SCENARIOS}


def verdicts(names: list[str], runs: int, seed: int = 1) -> list[Verdict]:
    return [verdict for verdict in prove([KNOWN[name] for name in names], runs, seed) if verdict is not None]


@pytest.mark.parametrize("name", ["restless", "campaigns", "memory", "events-many", "climb", "mix", "ab-shocks"])
def test_the_engine_keeps_promises_that_its_unit_leg_alone_would_break(name: str) -> None:
    (verdict,) = verdicts([name], 40)
    assert verdict.kept
    assert not holds(verdict.scenario, float(verdict.tally.unit.mean()), verdict.runs)


def test_the_textbooks_test_breaks_every_promise_about_errors() -> None:
    for verdict in verdicts(["events-few", "amounts", "ab", "days"], 40):
        assert verdict.kept
        assert not holds(verdict.scenario, float(verdict.tally.naive.mean()), verdict.runs)


def test_flags_of_a_portfolio_are_right_where_other_rules_are_mostly_wrong() -> None:
    (verdict,) = verdicts(["book-growing"], 40)
    assert verdict.kept
    assert verdict.tally.naive.mean() > 0.4
    assert verdict.tally.unit.mean() > 0.1
    assert verdict.tally.shares["of the bad ones found"].mean() > 0.9


def test_a_bet_gone_bad_is_found_with_restarts_only() -> None:
    (verdict,) = verdicts(["novelty"], 40)
    assert verdict.kept
    assert verdict.measured > 0.6
    assert verdict.tally.shares["without restarts"].mean() == 0


def test_the_same_seed_gives_the_same_numbers_whatever_runs_beside_it() -> None:
    alone, beside = verdicts(["few"], 10), verdicts(["steady", "few"], 10)
    assert np.array_equal(alone[0].tally.day, beside[1].tally.day)
    assert not np.array_equal(alone[0].tally.naive, verdicts(["few"], 10, seed=2)[0].tally.naive)


def test_scenarios_have_names_of_their_own_and_sound_bounds() -> None:
    assert len(KNOWN) == len(SCENARIOS)
    assert all(0 < scenario.bound < 1 and 0 < scenario.part <= 1 for scenario in SCENARIOS)


def scenario(**more: object) -> Scenario:
    return Scenario("x", "table", "says", 0.05, lambda rng, size: Tally(rng.random(size)), **more)


def test_a_promise_is_broken_only_where_chance_would_hardly_go_so_far() -> None:
    ceiling, floor = scenario(), replace(scenario(), bound=0.5, least=True)
    assert holds(ceiling, 12 / 100, 100)  # 0.0043 of 100 tosses at 5 %
    assert not holds(ceiling, 14 / 100, 100)  # 0.0005
    assert holds(floor, 35 / 100, 100)  # 0.0018 of 100 tosses at 50 %
    assert not holds(floor, 34 / 100, 100)  # 0.0009
    assert holds(ceiling, 0.0, 100)
    assert holds(floor, 1.0, 100)


def test_one_run_breaks_no_promise() -> None:
    assert holds(scenario(), 1.0, 1)


def test_runs_are_cut_into_chunks_and_every_scenario_gets_at_least_one() -> None:
    assert chunks_of(scenario(chunk=50), 120) == [50, 50, 20]
    assert chunks_of(scenario(part=0.05, chunk=5), 100) == [5]
    assert chunks_of(scenario(part=0.05), 1) == [1]


def test_what_never_happened_in_a_few_runs_is_not_certain() -> None:
    verdict = Verdict(scenario(), 10, Tally(np.zeros(10)))
    assert verdict.measured == 0
    assert verdict.error > 0.05


def test_tallies_are_joined_share_by_share() -> None:
    one, other = Tally(np.zeros(2), shares={"a": np.ones(2)}), Tally(np.ones(1), shares={"a": np.zeros(1)})
    whole = joined([one, other])
    assert whole.ours.tolist() == [0, 0, 1]
    assert whole.shares["a"].tolist() == [1, 1, 0]
    assert whole.naive is None


def test_bets_that_join_later_are_silent_until_they_are_two_weeks_old() -> None:
    by_age = np.arange(40.0)[None, :].repeat(2, axis=0)
    nights = _by_night(by_age, np.array([0, 10]))
    assert np.isnan(nights[0, :13]).all()
    assert nights[0, 13] == 13
    assert np.isnan(nights[1, :23]).all()
    assert nights[1, 23] == 13
    assert nights[1, 39] == 29


def test_a_flag_of_one_night_stays_issued() -> None:
    log_e = np.array([[0.0, 9.0, 0.0], [0.0, 0.0, 0.0]])
    assert _issued(log_e).tolist() == [True, False]


def test_the_rule_for_many_tests_is_that_of_benjamini_and_hochberg() -> None:
    z = np.random.default_rng(3).normal(1, 1, (20, 6))
    z[:3] += 3
    flags = benjamini_hochberg(z, 0.1)
    for night in range(6):
        p = np.sort(0.5 * (1 - np.vectorize(math.erf)(z[:, night] / np.sqrt(2))))
        passing = [rank for rank in range(1, 21) if p[rank - 1] <= 0.1 * rank / 20]
        assert flags[:, night].sum() == max(passing, default=0)


def test_a_night_without_bets_flags_none() -> None:
    assert not benjamini_hochberg(np.full((5, 2), np.nan), 0.1).any()


def test_the_unit_leg_of_amounts_with_a_cap_is_not_guessed() -> None:
    rng = np.random.default_rng(4)
    series = worlds.amounts(rng, 2, 10, 5, 1.0, cap=50.0)
    assert unit_log_e(series, worlds.question(2, kill=1.6, target=2.0, cap=50.0), "cease") is None


def test_the_z_score_of_two_arms_is_that_of_the_textbook() -> None:
    series = worlds.contrast(np.random.default_rng(5), 3, 1, 1_000, 0.05, 0.1)
    z = score(series, worlds.question(3, kill=0.0, target=0.0), "scale").z[:, 0]
    n, y, cn, cy = (np.asarray(values)[:, 0] for values in (series.n, series.y, series.control_n, series.control_y))
    p, c = y / n, cy / cn
    assert z == pytest.approx((p - c) / np.sqrt(p * (1 - p) / n + c * (1 - c) / cn))


def test_worlds_are_what_they_say() -> None:
    rng = np.random.default_rng(6)
    assert worlds.WEEK.mean() == pytest.approx(1)
    noise = worlds.wander(rng, (200, 300), 0.1, 0.7) - 1
    assert noise.std() == pytest.approx(0.1, rel=0.05)
    assert np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1] == pytest.approx(0.7, abs=0.02)
    drawn = np.minimum(rng.lognormal(0, 1.8, 400_000), 50)
    assert worlds.mean_amount(1.8, 50.0) == pytest.approx(drawn.mean(), rel=0.02)
    assert worlds.mean_amount(1.0) == pytest.approx(np.exp(0.5))


def test_histories_end_where_the_bet_begins() -> None:
    series, asked = restarted(100)(np.random.default_rng(7), 4)
    assert np.shape(series.n) == (4, 365)
    assert asked.history_weeks.tolist() == [12] * 4
    assert (asked.phi_floor >= 1).all()
    unknown: Question = restarted(100, before=0)(np.random.default_rng(7), 4)[1]
    assert unknown.phi_floor is None


def test_a_portfolio_knows_which_of_its_bets_are_truly_below() -> None:
    series, asked, below, joins = portfolio(drop=0.1, joins=90)(np.random.default_rng(8))
    share = series.y.sum(axis=1) / series.n.sum(axis=1)
    assert (share[below] < 0.047).all()
    assert (share[~below] > 0.047).all()
    assert below.sum() == 15
    assert 0 <= joins.min() <= joins.max() <= 90
    assert (asked.kill == 0.05).all()
