"""Data that are corrected after a flag: read again as of its night, and taken back when they do not support it."""

import datetime as dt
import math

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from bets.actions import record_decision
from bets.corrections import corrected, withdrawals
from bets.models import Bet, Flag, Outcome, Verdict
from bets.reading import read_outcomes
from metrics.actions import write_signals
from metrics.definition import definition_of
from org.models import Event, Person, Run
from portfolio.judge import judge, store_judgement
from tests.factories import (
    AT,
    BetFactory,
    FlagFactory,
    JobFactory,
    OutcomeFactory,
    RunFactory,
    SegmentFactory,
    SeriesFactory,
)

pytestmark = pytest.mark.django_db
START, DAYS = dt.date(2026, 1, 1), 60
NIGHT = START + dt.timedelta(days=DAYS)
DAY = dt.timedelta(days=1)


def send(outcome: Outcome, rate: float, at: dt.datetime, days: range = range(DAYS)) -> None:
    random = np.random.default_rng(3)
    rows = [
        (outcome.series_id, "treatment", START + day * DAY, 500, float(random.binomial(500, rate)), None)
        for day in days
    ]
    write_signals(rows, at=at)


def whole_night(as_of: dt.date, started: dt.datetime) -> Run:
    """Readings and a judgement of all outcomes, as the night makes them."""
    run: Run = RunFactory(as_of=as_of, started_at=started, key=f"night {as_of}")
    for reading in read_outcomes(Outcome.objects.select_related("bet", "series__metric", "series__source"), run):
        reading.save()
    job = JobFactory(run=run, kind="judge")
    store_judgement(job, judge(job), started)
    return run


@pytest.fixture
def flagged() -> Flag:
    """A bet at 33 % with the kill line at 40 %, flagged on its sixtieth day."""
    series = SeriesFactory()
    outcome = OutcomeFactory(
        bet=BetFactory(starts_on=START), number=1, starts_on=START, series=series, definition=definition_of(series)
    )
    send(outcome, 0.33, AT - 2 * DAY)
    whole_night(NIGHT, AT - DAY)
    return Flag.objects.select_related("run", "bet").get(kind="cease")


def test_a_flag_whose_data_were_corrected_away_is_withdrawn_and_says_so(flagged: Flag) -> None:
    send(flagged.outcome, 0.42, AT)
    whole_night(NIGHT + DAY, AT + DAY)
    flagged.refresh_from_db()
    assert (flagged.cleared_how, flagged.cleared_on) == ("correction", NIGHT + DAY)
    assert flagged.cleared_because.startswith("Withdrawn by correction: the corrected data reach E = ")
    assert flagged.cleared_because.endswith("not the 10 that was asked for.")
    assert Event.objects.filter(kind="flag cleared", sentence__startswith="Cease: withdrawn by correction").exists()
    assert not Flag.objects.filter(kind="cease", cleared_on=None).exists()


def test_a_correction_that_still_supports_the_flag_leaves_it_as_it_was(flagged: Flag) -> None:
    send(flagged.outcome, 0.34, AT)
    assert corrected([flagged]) == [flagged]
    assert withdrawals([flagged]) == []
    whole_night(NIGHT + DAY, AT + DAY)
    flagged.refresh_from_db()
    assert flagged.cleared_on is None


def test_a_flag_that_was_decided_on_stays_as_it_is_written_but_no_longer_stands(
    flagged: Flag, executive: Person
) -> None:
    record_decision(
        flagged.bet, "persist", rationale="The feed looks odd.", would_change="Another month.", by=executive,
        look_again_on=NIGHT + 90 * DAY, at=AT - DAY, today=NIGHT,
    )  # fmt: skip
    kept = whole_night(NIGHT + DAY, AT)
    send(flagged.outcome, 0.42, AT + DAY)
    after = whole_night(NIGHT + 2 * DAY, AT + 2 * DAY)
    assert [Verdict.objects.get(run=run).kind for run in (kept, after)] == ["cease", "pivot"]
    flagged.refresh_from_db()
    assert flagged.cleared_how == "decision"


def test_good_days_that_come_later_are_no_correction(flagged: Flag) -> None:
    """Evidence that fades takes back nothing: the flag waits for a decision."""
    send(flagged.outcome, 0.60, AT, range(DAYS, DAYS + 60))
    send(flagged.outcome, 0.61, AT + DAY, range(DAYS, DAYS + 60))
    assert corrected([flagged]) == []
    whole_night(NIGHT + 60 * DAY, AT + 60 * DAY)
    flagged.refresh_from_db()
    assert flagged.cleared_on is None


def test_what_is_read_again_ends_where_the_night_ended(flagged: Flag) -> None:
    send(flagged.outcome, 0.60, AT, range(DAYS, DAYS + 60))
    send(flagged.outcome, 0.33, AT, range(1))
    send(flagged.outcome, 0.50, AT + DAY, range(1))
    assert corrected([flagged]) == [flagged]
    assert withdrawals([flagged]) == []


def test_a_correction_of_a_segment_counts_as_one(flagged: Flag) -> None:
    part = SegmentFactory(outcome=OutcomeFactory(bet=flagged.bet, number=2))
    for at in (AT - 2 * DAY, AT):
        write_signals([(part.series_id, "treatment", START, 10, 4.0 if at == AT else 5.0, None)], at=at)
    assert corrected([flagged]) == [flagged]


def test_a_feed_that_is_broken_by_now_takes_nothing_back(flagged: Flag) -> None:
    send(flagged.outcome, 0.42, AT)
    metric = flagged.outcome.series.metric
    metric.counts = "Cancelled orders count too."
    metric.save()
    assert corrected([flagged]) == [flagged]
    assert withdrawals([flagged]) == []


def test_a_flag_on_the_former_lines_is_read_again_against_them(flagged: Flag) -> None:
    former = flagged.outcome
    OutcomeFactory(
        bet=flagged.bet, number=1, version=2, replaces=former, reason="Cut.", series=former.series, kill_line=0.2,
        starts_on=START,
    )  # fmt: skip
    send(former, 0.34, AT)
    assert corrected([flagged]) == [flagged]
    assert withdrawals([flagged]) == []


def test_nothing_corrected_takes_the_same_queries_for_any_number_of_flags(
    flagged: Flag, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    flags = [flagged, *(FlagFactory(bet=BetFactory(), run=flagged.run) for _ in range(5))]
    for count in (1, 6):
        with django_assert_num_queries(3):
            assert withdrawals(flags[:count]) == []
    with django_assert_num_queries(0):
        assert withdrawals([]) == []


def test_the_cut_of_the_flag_and_not_a_round_number_is_asked_for(flagged: Flag) -> None:
    send(flagged.outcome, 0.42, AT)
    [found] = withdrawals([flagged])
    assert found.flag == flagged
    assert found.log_e < math.log(10) == pytest.approx(flagged.cut)
    assert Bet.objects.get().state == "live"
