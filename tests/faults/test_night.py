"""A night under a real Celery worker that is killed with -9 again and again: nothing lost, nothing done twice."""

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from bets.models import Bet, Flag, Outcome, Reading, Verdict
from metrics.actions import write_signals
from org import actions as jobs
from org.models import Job, Run
from org.tasks import ring, tick
from tests.factories import BetFactory, MetricFactory, OutcomeFactory, SeriesFactory, SourceFactory

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
START = dt.date(2026, 1, 1)
AS_OF = START + dt.timedelta(days=60)
BETS = 240
KILLS = 5


def make_portfolio() -> None:
    source, metric, at = SourceFactory(), MetricFactory(), dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    for number in range(BETS):
        bet = BetFactory(domain=source.domain, starts_on=START)
        series = SeriesFactory(source=source, metric=metric)
        OutcomeFactory(bet=bet, number=1, series=series, starts_on=START, decide_by=AS_OF + dt.timedelta(days=90))
        rate = 0.3 if number % 6 == 0 else 0.43
        dice = random.Random(number)
        rows = [
            (
                series.pk,
                "treatment",
                START + dt.timedelta(days=day),
                400,
                float(round(400 * rate + dice.gauss(0, 9))),
                None,
            )
            for day in range(60)
        ]
        write_signals(rows, at=at)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A prefork worker on the database of this test, in a session of its own, so that it is killed as a whole."""
    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].replace("/stakes?", f"/{name}?")
    environment = os.environ | {"DATABASE_URL": url, "C_FORCE_ROOT": "1", "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "2", "-l", "WARNING"]
    started = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield started
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Waits for the world outside this process, which nothing in it can tell us about."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_a_night_whose_worker_is_killed_again_and_again_ends_as_if_nothing_had_happened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_portfolio()
    monkeypatch.setattr("portfolio.night.CHUNK", 1)  # many jobs, many moments to be killed at
    run = jobs.start_run("night", "killed", as_of=AS_OF, at=now())
    assert run
    jobs.advance_run(run.pk, at=now())
    dice, kills = random.Random(5), 0
    while kills < KILLS:
        with worker():
            ring()
            before = ended(run)
            until(lambda before=before: ended(run) > before or finished(run), 60)
            until(lambda: False, dice.random() * 0.03)
            kills += 1
        Job.objects.filter(state="running").update(lease_until=now() - dt.timedelta(minutes=1))
        tick()
    assert not finished(run), "the night was over before the last kill: the kills came too late to prove anything"
    with worker():
        assert until(lambda: bool(tick() or finished(run)), 120), "the night did not end"
    assert Reading.objects.filter(run=run).count() == Outcome.objects.count() == BETS
    assert Verdict.objects.filter(run=run).count() == Bet.objects.count() == BETS
    assert Job.objects.filter(run=run, state="dead").count() == 0
    assert Flag.objects.filter(kind="cease").count() == BETS // 6


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def ended(run: Run) -> int:
    return run.jobs.filter(state="done").count()


def finished(run: Run) -> bool:
    return Run.objects.get(pk=run.pk).state == Run.State.DONE
