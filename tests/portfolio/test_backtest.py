"""The rule replayed: each night knows what was known then, says what the night said, and flags as it flagged."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bets.models import Bet, Flag, Outcome, Reading
from bets.reading import read_outcomes
from bets.signals import reads_of
from metrics.actions import write_signals
from metrics.models import Signal
from org.actions import start_run
from org.models import Event
from portfolio.backtest.compare import Backtest, Material, Row, backtest, material_until, nights_until
from portfolio.backtest.evidence import LOGS, logs_of, past_of
from portfolio.backtest.known import formers_of
from portfolio.backtest.policy import IN_FORCE, Policy, asked
from portfolio.backtest.replay import activity
from portfolio.replay import perform_run
from tests.factories import (
    TODAY,
    BetFactory,
    DecisionFactory,
    ResolutionFactory,
    RunFactory,
    SegmentFactory,
    SeriesFactory,
    TrancheFactory,
)
from tests.portfolio.history import DAY, PULLED, arrive, night, pull, rows_of, stated

pytestmark = pytest.mark.django_db
FIRST = TODAY - 120 * DAY
NIGHTS = nights_until(TODAY, FIRST, 7)
EACH = Policy(log_e=math.log(20))


def told(outcomes: list[Outcome], nights: list[dt.date] = NIGHTS) -> dict[str, Any]:
    """Log e-values by name, a row for each outcome."""
    reads = reads_of(outcomes, nights[-1])
    formers = formers_of(series for outcome in outcomes for series in [outcome.series_id, *parts_of(outcome)])
    found = {}
    for read in reads:
        logs = logs_of(past_of(read, nights, formers), read.question)
        found |= {outcome.pk: {name: logs[name][row] for name in LOGS} for row, outcome in enumerate(read.group)}
    return {name: np.array([found[outcome.pk][name] for outcome in outcomes]) for name in LOGS}


def parts_of(outcome: Outcome) -> list[int]:
    return [segment.series_id for segment in outcome.segments.all()]


def read_on(outcomes: list[Outcome], night: dt.date) -> list[Reading]:
    found = {reading.outcome_id: reading for reading in read_outcomes(outcomes, RunFactory.build(as_of=night))}
    return [found[outcome.pk] for outcome in outcomes]


def every_kind() -> list[Outcome]:
    """Outcomes of several shapes with their history: settling late, by week, with a gap, capped, against a control."""
    late, weekly, gap = stated("B-1", settle_days=3), stated("B-2", grain="week"), stated("B-3")
    capped = stated("B-4", kind="mean", cap=1.0)
    contrast = stated("B-5", has_control=True, contrast="difference", kill_line=0.0, target=0.05)
    pull(late, [0.36] * 120)
    pull(weekly, [0.50] * 17)
    write_signals([row for place, row in enumerate(rows_of(gap, [0.34] * 120)) if not 60 <= place < 72], at=PULLED)
    pull(capped, [0.5] * 120)
    write_signals(rows_of(contrast, [0.45] * 120) + rows_of(contrast, [0.40] * 120, arm="control"), at=PULLED)
    return [late, weekly, gap, capped, contrast]


def test_each_night_of_a_replay_says_what_the_night_itself_says() -> None:
    outcomes = every_kind()
    logs = told(outcomes)
    silent = 0
    for place in (1, 5, 9, 11, 16):
        for row, reading in enumerate(read_on(outcomes, NIGHTS[place])):
            for name in ("log_e_cease", "log_e_miss", "log_e_scale", "log_e_alive"):
                assert logs[name][row, place] == pytest.approx(getattr(reading, name), abs=1e-9), (row, place, name)
            silent += reading.health == "broken"
    assert silent, "the gap should have silenced a night"
    assert np.abs(logs["log_e_cease"]).max() > 3


def test_a_night_is_silent_where_the_mix_of_segments_explains_it() -> None:
    """Crude and standardised numbers differ once everybody comes from the part that does worse."""
    outcome = stated("B-1")
    whole = np.zeros((120, 2))
    for name, rate, share in (("good", 0.46, 0.1), ("poor", 0.30, 0.9)):
        series = SeriesFactory(source=outcome.series.source, metric=outcome.series.metric)
        SegmentFactory(outcome=outcome, name=name, series=series, weight=1 - share)
        part = [(series.pk, *row[1:]) for row in rows_of(outcome, [rate] * 120, n=int(1000 * share))]
        whole += [row[3:5] for row in part]
        write_signals(part, at=PULLED)
    write_signals(
        [(*row[:3], int(n), total, None) for row, (n, total) in zip(rows_of(outcome, [0.4] * 120), whole, strict=True)],
        at=PULLED,
    )
    reading = read_on([outcome], TODAY)[0]
    assert reading.health == "broken" and "mix of segments" in reading.health_note
    assert told([outcome])["log_e_cease"][0, -1] == 0.0


def test_a_correction_is_unknown_until_the_day_it_was_made() -> None:
    outcomes = [stated("B-1"), stated("B-2")]
    for outcome in outcomes:
        arrive(outcome, [0.42] * 120)
    before = told(outcomes)
    write_signals(rows_of(outcomes[0], [0.30] * 40, first=10), at=night(NIGHTS[9]))
    after = told(outcomes)
    for name in LOGS:
        assert after[name][:, :9] == pytest.approx(before[name][:, :9], abs=1e-9)
        assert after[name][1] == pytest.approx(before[name][1], abs=1e-9)
    assert after["log_e_cease"][0, 9] > before["log_e_cease"][0, 9] + 0.5
    assert after["log_e_cease"][0, -1] == pytest.approx(read_on(outcomes, TODAY)[0].log_e_cease, abs=1e-9)


def test_of_several_corrections_each_night_knows_the_latest_then() -> None:
    outcome = stated("B-1")
    arrive(outcome, [0.42] * 120)
    known = [told([outcome])["log_e_miss"][0]]
    for day, rate in ((NIGHTS[6], 0.30), (NIGHTS[10], 0.60)):
        write_signals(rows_of(outcome, [rate] * 20, first=5), at=night(day))
        known.append(told([outcome])["log_e_miss"][0])
    assert known[2][:6] == pytest.approx(known[0][:6], abs=1e-9)
    assert known[2][6:10] == pytest.approx(known[1][6:10], abs=1e-9)
    assert known[2][10:] != pytest.approx(known[1][10:], abs=1e-9)


def test_a_value_that_came_late_is_missing_until_it_came() -> None:
    outcome = stated("B-1", typed=True)
    rows = rows_of(outcome, [0.36] * 120)
    for row in rows[:80] + rows[90:]:
        write_signals([row], at=night(row[2] + DAY))
    without = told([outcome])
    write_signals(rows[80:90], at=night(NIGHTS[14]))
    late = told([outcome])
    for name in LOGS:
        assert late[name][:, :14] == pytest.approx(without[name][:, :14], abs=1e-9)
    assert late["log_e_cease"][0, -1] == pytest.approx(read_on([outcome], TODAY)[0].log_e_cease, abs=1e-9)
    assert late["log_e_cease"][0, -1] != pytest.approx(without["log_e_cease"][0, -1], abs=1e-9)


def test_a_history_that_is_typed_in_at_once_counts_from_that_day() -> None:
    typed, pulled = stated("B-1", typed=True), stated("B-2")
    for outcome in (typed, pulled):
        pull(outcome, [0.34] * 80, at=night(NIGHTS[12]))
    logs = told([typed, pulled])["log_e_cease"]
    assert not logs[0, :12].any() and logs[1, 6:12].all()
    assert logs[:, 12:].all()


def test_segments_are_replayed_with_what_was_known_of_each() -> None:
    outcome = stated("B-1")
    pull(outcome, [0.36] * 120, at=night(FIRST))
    for name in ("new", "old"):
        series = SeriesFactory(source=outcome.series.source, metric=outcome.series.metric)
        SegmentFactory(outcome=outcome, name=name, series=series, weight=0.5)
        write_signals(
            [(series.pk, *row[1:3], 500, row[4] // 2, None) for row in rows_of(outcome, [0.36] * 120)], at=night(FIRST)
        )
    before = told([outcome])
    part = outcome.segments.all()[0].series_id
    write_signals([(part, "treatment", FIRST + 20 * DAY, 500, 400.0, None)], at=night(NIGHTS[10]))
    after = told([outcome])
    assert before["log_e_cease"][0, 9] > 0
    assert after["log_e_cease"][0, :10] == pytest.approx(before["log_e_cease"][0, :10], abs=1e-9)
    assert after["log_e_cease"][0, 10:] != pytest.approx(before["log_e_cease"][0, 10:], abs=1e-9)


def some_bets() -> dict[str, Bet]:
    """Far below the kill line, a little below it, between the lines, and far above the target."""
    rates = {"far": 0.33, "near": 0.385, "between": 0.425, "above": 0.50}
    bets = {}
    for key, rate in rates.items():
        outcome = stated(f"B-{key}", bet=BetFactory(key=f"B-{key}", starts_on=FIRST, is_sample=True))
        pull(outcome, [rate] * 120, n=250)
        bets[key] = outcome.bet
    return bets


def a_bet_of(key: str, *rates: float, guarded: bool = False, **fields: Any) -> Bet:
    """A bet with an outcome for each rate; `guarded`: the last one is a guardrail."""
    bet = BetFactory(key=key, starts_on=FIRST, is_sample=True, **fields)
    for number, rate in enumerate(rates, 1):
        role = "guardrail" if guarded and number == len(rates) else "primary"
        pull(stated(key, bet=bet, number=number, role=role, weight=number), [rate] * 120, n=250)
    return bet


def rows_by(tested: Backtest) -> dict[tuple[str, str], Row]:
    return {(row.bet.key, row.kind): row for row in tested.rows}


def test_the_rule_in_force_flags_as_the_nights_did() -> None:
    """Bets of several outcomes too: one kept from being scaled by its guardrail, one that ceases once two fail."""
    some_bets()
    a_bet_of("B-guarded", 0.50, 0.33, guarded=True)
    a_bet_of("B-joint", 0.33, 0.425, 0.34, fails_at=2)
    for day in nights_until(TODAY, FIRST, 14):
        run = start_run("replay", f"night {day}", as_of=day, at=night(day))
        assert run is not None
        perform_run(run, at=night(day))
    tested = backtest(material_until(TODAY, 14), IN_FORCE)
    ours = {(row.bet.key, row.kind): (row.ours.night, row.ours.log_e, row.ours.cut) for row in tested.rows if row.ours}
    raised = Flag.objects.filter(kind__in=["cease", "pivot", "scale"])
    flags = {(f.bet.key, f.kind): (f.raised_on, f.log_e, f.cut) for f in raised.select_related("bet")}
    assert len(flags) > 3 and ours.keys() == flags.keys()
    assert ("B-joint", "cease") in flags and ("B-guarded", "scale") not in flags
    for key, (day, log_e, cut) in flags.items():
        assert ours[key] == (day, pytest.approx(log_e, abs=1e-9), pytest.approx(cut, abs=1e-9)), key


@pytest.fixture
def material() -> Material:
    some_bets()
    return material_until(TODAY, 1)


def test_the_same_policy_gains_nothing(material: Material) -> None:
    tested = backtest(material, IN_FORCE)
    assert tested.rows and all(row.ours == row.other and row.days == row.money == 0 for row in tested.rows)


@pytest.mark.parametrize("policy", [Policy(alpha=0.5), Policy(log_e=math.log(3))])
def test_a_laxer_policy_flags_earlier(policy: Policy, material: Material) -> None:
    rows = rows_by(backtest(material, policy))
    assert all(row.days is None or row.days >= 0 for row in rows.values())
    assert any(row.days for row in rows.values())
    assert all(row.other for row in rows.values())


def test_a_stricter_policy_flags_later_or_not_at_all(material: Material) -> None:
    rows = rows_by(backtest(material, Policy(log_e=math.log(100_000))))
    far = rows["B-far", "cease"]
    assert far.days is not None and far.days < 0 and far.later == -far.days
    assert rows["B-near", "pivot"].other is None or rows["B-near", "pivot"].days < 0


def test_a_kill_line_moved_to_the_target_flags_what_lies_between(material: Material) -> None:
    rows = rows_by(backtest(material, Policy(shift=0.9)))
    assert ("B-between", "cease") in rows and rows["B-between", "cease"].ours is None
    assert rows["B-far", "cease"].days and rows["B-far", "cease"].days > 0
    assert rows["B-above", "scale"].days == 0


def test_a_line_that_no_share_can_have_is_not_asked(material: Material) -> None:
    read = material.pasts[0].read
    assert np.isnan(asked(read, -9.0).kill).all()
    assert asked(read, 0.5).kill == pytest.approx(0.425)


def test_a_bet_that_went_bad_late_is_found_by_restarts_alone() -> None:
    outcome = stated("B-late", days=308, decide_by=TODAY + 30 * DAY)
    pull(outcome, [0.52] * 120 + [0.34] * 188)
    row = rows_by(backtest(material_until(TODAY, 7), Policy(restarts=False)))["B-late", "cease"]
    assert row.ours is not None and row.other is None


def test_money_is_what_was_planned_between_the_flags() -> None:
    bet = some_bets()["far"]
    first = rows_by(backtest(material_until(TODAY, 1), EACH))["B-far", "cease"]
    assert first.ours and first.other and first.days and first.money == 0
    for day, amount in ((first.other.night, 1), (first.other.night + DAY, 20), (first.ours.night, 300)):
        TrancheFactory(bet=bet, planned_on=day, amount=amount)
    TrancheFactory(bet=bet, planned_on=first.ours.night + DAY, amount=4000)
    earlier = rows_by(backtest(material_until(TODAY, 1), EACH))
    assert earlier["B-far", "cease"].money == 320
    assert earlier["B-far", "cease"].ours.held == 4000 and earlier["B-far", "cease"].other.held == 4320
    assert earlier["B-far", "pivot"].money == 0
    never = rows_by(backtest(material_until(TODAY, 1), Policy(log_e=300.0)))["B-far", "cease"]
    assert never.other is None and never.days is None and never.money == -4000 and never.lost == 4000


def test_a_flag_is_contradicted_by_how_the_outcome_resolved() -> None:
    bets = some_bets()
    for key, reached in (("far", True), ("above", False), ("near", False)):
        ResolutionFactory(outcome=bets[key].outcomes.get(), reached=reached)
    rows = rows_by(backtest(material_until(TODAY, 7), EACH))
    wrong = {key for key, row in rows.items() if row.other and row.other.wrong == "resolved"}
    assert wrong == {("B-far", "cease"), ("B-far", "pivot"), ("B-above", "scale")}


def test_a_flag_is_contradicted_when_all_signals_say_the_opposite() -> None:
    outcome = stated("B-back", days=400, decide_by=TODAY + 30 * DAY)
    pull(outcome, [0.37] * 40 + [0.55] * 360)
    row = rows_by(backtest(material_until(TODAY, 7), EACH))["B-back", "cease"]
    assert row.other is not None and row.other.wrong == "signals"


def test_a_bet_that_ended_counts_until_the_end_of_its_quarter() -> None:
    bets = some_bets()
    ceased = bets["far"]
    DecisionFactory(bet=ceased, number=1, kind="cease", look_again_on=None, decided_at=PULLED - 30 * DAY)
    ceased.state = "ceased"
    ceased.save()
    material = material_until(TODAY + 60 * DAY, 1)
    active, counted = activity(material.cases, material.nights)
    place = [case.bet.key for case in material.cases].index("B-far")
    ended = material.nights.index(TODAY - 30 * DAY)
    assert active[place, ended] and not active[place, ended + 1 :].any()
    april = material.nights.index(dt.date(2026, 4, 1))
    assert set(counted[ended : april - 1]) == {4} and set(counted[april:]) == {3}


def test_drafts_and_bets_without_outcomes_are_left_out() -> None:
    some_bets()
    BetFactory(key="B-idle", starts_on=FIRST)
    stated("B-draft", bet=BetFactory(key="B-draft", starts_on=FIRST, state="draft"))
    assert [case.bet.key for case in material_until(TODAY, 7).cases] == ["B-above", "B-between", "B-far", "B-near"]


def test_nothing_to_replay_is_said_without_a_night() -> None:
    tested = backtest(material_until(TODAY, 1), EACH)
    assert (tested.bets, tested.nights, tested.rows) == (0, [], [])
    stated("B-soon", days=-3)
    tested = backtest(material_until(TODAY, 1), EACH)
    assert (tested.bets, tested.nights, tested.rows) == (1, [], [])


def test_a_replay_writes_nothing(django_assert_num_queries: Any, material: Material) -> None:
    before = [model.objects.count() for model in (Event, Flag, Signal)]
    with django_assert_num_queries(0):
        backtest(material, EACH)
    assert [model.objects.count() for model in (Event, Flag, Signal)] == before


def test_loading_takes_as_many_queries_for_one_bet_as_for_many(
    django_assert_num_queries: Callable[..., Any],
) -> None:
    for number in (1, 5):
        for place in range(number):
            pull(stated(f"B-{number}-{place}"), [0.4] * 20)
        with django_assert_num_queries(10):
            material_until(TODAY, 7)
