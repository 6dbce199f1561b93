"""The night, from a file to a flag; killed at every step and run again; twice, with the same result."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from bets.models import Bet, Flag, Reading, Verdict
from lib.refusals import Refused
from metrics.models import Pull, Signal, Source
from org import actions as jobs
from org.models import Event, Job, Person, Run
from portfolio import night
from portfolio.actions import run_night
from tests.factories import BetFactory, MetricFactory, OutcomeFactory, SeriesFactory, SourceFactory
from tests.metrics.sources.examples import BY_BET

pytestmark = pytest.mark.django_db
START = dt.date(2026, 1, 1)
AS_OF = START + dt.timedelta(days=100)
AT = dt.datetime(2026, 4, 11, 2, tzinfo=dt.UTC)
RATES = {"failing": 0.33, "between": 0.425, "healthy": 0.52, "unsettled": 0.425}


def write_file(folder: Path, rates: dict[str, float], days: int = 100, first: dt.date = START) -> None:
    random = np.random.default_rng(7)
    lines = ["day,bet,trials,successes"]
    for name, rate in rates.items():
        for day in range(days):
            trials = 10 if name == "unsettled" else 1000
            lines.append(f"{first + dt.timedelta(days=day)},{name},{trials},{random.binomial(trials, rate)}")
    (folder / "signals.csv").write_text("\n".join(lines) + "\n")


def make_bet(source: Source, key: str) -> Bet:
    bet = BetFactory(key=key, domain=source.domain, starts_on=START)
    series = SeriesFactory(source=source, key=key, metric=MetricFactory(name="Conversion"))
    OutcomeFactory(bet=bet, number=1, series=series, starts_on=START, decide_by=START + dt.timedelta(days=300))
    return bet


@pytest.fixture
def portfolio(tmp_path: Path, settings: Settings) -> dict[str, Bet]:
    """Kill line 40 %, target 45 %: a bet far below, one between, one far above, and one with too little traffic."""
    settings.SIGNALS_FOLDER = tmp_path
    write_file(tmp_path, RATES)
    source = SourceFactory(kind="csv", config=BY_BET)
    return {key: make_bet(source, key) for key in RATES}


def run_jobs(at: dt.datetime = AT, run: Run | None = None) -> Run:
    """Does what the worker does, in this process: plan, claim, perform, until the run is done."""
    run = run or Run.objects.get(state="open")
    while jobs.advance_run(run.pk, at=at):
        while job := jobs.claim_job(at=at):
            jobs.perform_job(job, at=at)
    run.refresh_from_db()
    return run


def whole_night(as_of: dt.date = AS_OF, key: str = "") -> Run:
    run = jobs.start_run("night", key or f"night {as_of}", as_of=as_of, at=AT)
    assert run
    return run_jobs(run=run)


def verdicts(run: Run) -> dict[str, str]:
    return dict(Verdict.objects.filter(run=run).values_list("bet__key", "kind"))


def test_signals_in_flags_out(portfolio: dict[str, Bet]) -> None:
    run = whole_night()
    assert verdicts(run) == {"failing": "cease", "between": "pivot", "healthy": "persist", "unsettled": "measure"}
    flag = Flag.objects.get(bet=portfolio["failing"], kind="cease")
    assert (flag.raised_on, flag.cycle) == (AS_OF, "2026-Q2")
    assert "kill line is 40.0 %" in flag.sentence
    assert flag.log_e > flag.cut
    assert Event.objects.filter(kind="flag raised", subject_id=portfolio["failing"].pk).exists()


def test_every_step_of_a_night_is_a_job_and_ends_done(portfolio: dict[str, Bet]) -> None:
    run = whole_night()
    assert dict(run.jobs.values_list("kind", "state")) == {"pull": "done", "read": "done", "judge": "done"}


def test_a_second_night_with_the_same_signals_reads_the_same_to_the_last_bit(portfolio: dict[str, Bet]) -> None:
    first, second = whole_night(key="first"), whole_night(key="second")

    def readings(run: Run) -> list[Any]:
        fields = [f.attname for f in Reading._meta.fields if f.attname not in {"id", "run_id"}]
        return list(Reading.objects.filter(run=run).order_by("outcome").values_list(*fields))

    assert readings(first) == readings(second)
    assert verdicts(first) == verdicts(second)


def test_flags_are_raised_once_and_keep_the_evidence_of_their_night(portfolio: dict[str, Bet], tmp_path: Path) -> None:
    whole_night()
    before = list(Flag.objects.order_by("id").values())
    write_file(tmp_path, RATES | {"failing": 0.55}, days=160)
    whole_night(as_of=AS_OF + dt.timedelta(days=60))
    assert list(Flag.objects.filter(pk__in=[flag["id"] for flag in before]).order_by("id").values()) == before


def test_a_night_killed_after_any_job_goes_on_where_it_stood(portfolio: dict[str, Bet]) -> None:
    reference = verdicts(whole_night(key="whole"))
    flags = Flag.objects.count()
    run = jobs.start_run("night", "killed", as_of=AS_OF, at=AT)
    assert run
    at = AT
    for _ in range(3):  # one worker vanishes in each of the three steps, after it took a job
        jobs.advance_run(run.pk, at=at)
        assert jobs.claim_job(at=at)
        at += jobs.LEASE + dt.timedelta(minutes=1)
        jobs.requeue_expired_jobs(at=at)
        while job := jobs.claim_job(at=at):
            jobs.perform_job(job, at=at)
    assert verdicts(run_jobs(at=at, run=run)) == reference
    assert Flag.objects.count() == flags


def test_a_source_that_fails_does_not_stop_the_night_nor_look_like_a_bad_outcome(
    portfolio: dict[str, Bet], tmp_path: Path
) -> None:
    whole_night()
    (tmp_path / "signals.csv").unlink()
    signals, flags = Signal.objects.count(), Flag.objects.filter(kind="cease").count()
    run = whole_night(as_of=AS_OF + dt.timedelta(days=30))
    assert run.state == Run.State.DONE
    assert Pull.objects.filter(state="failed", message__contains="signals.csv").exists()
    assert (Signal.objects.count(), Flag.objects.filter(kind="cease").count()) == (signals, flags)
    assert verdicts(run)["unsettled"] == "none"


def test_a_stale_flag_is_raised_when_two_arrivals_are_missed_and_cleared_by_the_next_signal(
    portfolio: dict[str, Bet], tmp_path: Path
) -> None:
    later = AS_OF + dt.timedelta(days=5)
    whole_night(as_of=later)
    flag = Flag.objects.get(bet=portfolio["unsettled"], kind="stale")
    assert "says nothing about the result" in flag.sentence
    write_file(tmp_path, RATES, days=106)
    whole_night(as_of=later + dt.timedelta(days=1))
    flag.refresh_from_db()
    assert flag.cleared_because == "Signals arrive again."


def test_fewer_than_two_weeks_of_signals_flag_nothing(portfolio: dict[str, Bet]) -> None:
    run = whole_night(as_of=START + dt.timedelta(days=13))
    assert set(verdicts(run).values()) == {"none"}
    assert not Flag.objects.exclude(kind="stale").exists()


def test_bets_that_ended_in_this_quarter_still_count_in_the_family(portfolio: dict[str, Bet]) -> None:
    whole_night()
    cut = Flag.objects.get(bet=portfolio["failing"], kind="cease").cut
    Bet.objects.filter(key="unsettled").update(state="ceased")
    run = whole_night(key="next")
    assert night.active_in_cycle(run, 3) == 4
    assert cut == pytest.approx(np.log(4 / night.ALPHA))


def test_a_night_with_nothing_to_do_ends() -> None:
    run = whole_night()
    assert run.state == Run.State.DONE
    assert not Verdict.objects.exists()


def test_tonight_is_started_once_its_hour_has_come_and_only_once(settings: Settings) -> None:
    settings.NIGHT_HOUR = 2
    night.due(dt.datetime(2026, 4, 11, 1, 59, tzinfo=dt.UTC))
    assert not Run.objects.exists()
    for minute in (0, 1):
        night.due(dt.datetime(2026, 4, 11, 2, minute, tzinfo=dt.UTC))
    assert [run.as_of for run in Run.objects.all()] == [dt.date(2026, 4, 11)]


def test_product_operations_run_the_night_now_and_nobody_else(product_operations: Person, executive: Person) -> None:
    with pytest.raises(Refused, match="product operations"):
        run_night(by=executive, at=AT, today=AS_OF)
    assert run_night(by=product_operations, at=AT, today=AS_OF).started_by == product_operations
    with pytest.raises(Refused, match="under way already"):
        run_night(by=product_operations, at=AT + dt.timedelta(seconds=1), today=AS_OF)


def test_a_job_of_the_night_that_is_given_up_does_not_hold_the_rest(portfolio: dict[str, Bet]) -> None:
    run = jobs.start_run("night", "broken", as_of=AS_OF, at=AT)
    assert run
    jobs.advance_run(run.pk, at=AT)
    Job.objects.filter(run=run).update(state="dead", finished_at=AT, message="Given up.")
    assert run_jobs(run=run).state == Run.State.DONE


def test_days_on_which_nobody_came_are_observations_and_not_gaps(portfolio: dict[str, Bet]) -> None:
    whole_night()
    series = portfolio["unsettled"].outcomes.get().series
    Signal.objects.filter(series=series, period__gte=AS_OF - dt.timedelta(days=12)).update(n=0, total=0)
    Source.objects.update(kind="typed")
    assert verdicts(whole_night(key="quiet"))["unsettled"] == "measure"
    Signal.objects.filter(series=series, n=0).exclude(period=AS_OF - dt.timedelta(days=1)).delete()
    assert verdicts(whole_night(key="gaps"))["unsettled"] == "none"


def test_ten_days_of_bad_signals_that_then_stop_flag_nothing_but_the_silence(
    portfolio: dict[str, Bet], tmp_path: Path
) -> None:
    write_file(tmp_path, RATES | {"failing": 0.1}, days=10)
    whole_night()
    assert set(Flag.objects.values_list("kind", flat=True)) == {"stale"}
    assert set(Reading.objects.values_list("grade", flat=True)) == {"D"}


def test_the_size_of_a_chunk_changes_no_bit_of_a_reading(
    portfolio: dict[str, Bet], monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = [f.attname for f in Reading._meta.fields if f.attname not in {"id", "run_id"}]
    found = []
    for size in (500, 1):
        monkeypatch.setattr(night, "CHUNK", size)
        run = whole_night(key=f"chunks of {size}")
        found.append(list(Reading.objects.filter(run=run).order_by("outcome").values_list(*fields)))
    assert found[0] == found[1]
    assert len(found[0]) == 4
