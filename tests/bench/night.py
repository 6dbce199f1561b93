"""The whole night from rows in PostgreSQL to readings and flags written, split by step, against one binary COPY."""

import datetime as dt
import time
from collections import defaultdict

import numpy as np
from django.core.management import call_command
from django.db import connection, transaction

from bets.models import Bet, Outcome
from metrics.actions import write_signals
from metrics.models import Metric, Series, Source
from org import actions as jobs
from org.models import Domain, Person, Run
from tests.bench.report import Row, best

DAYS = 365
START = dt.date(2025, 1, 1)
AS_OF = START + dt.timedelta(days=DAYS)
AT = dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)
COPY = """
COPY (SELECT s.series_id, s.arm, s.period, s.n, s.total, s.squares FROM metrics_signal s
      JOIN bets_outcome o ON o.series_id = s.series_id WHERE s.period >= o.starts_on AND s.period < %s)
TO STDOUT (FORMAT BINARY)
"""


def rows() -> list[Row]:
    call_command("migrate", verbosity=0)
    measured = [_size(1_000), _size(10_000)]
    small, large = (total / count for count, total, _, _ in measured)
    lines = [row for size in measured for row in _lines(*size)]
    growth = Row(
        "Night, seconds per outcome at 10,000 against 1,000",
        f"{large * 1000:.2f} ms",
        f"{small * 1000:.2f} ms",
        f"{large / small:.2f}",
    )
    return [*lines, growth]


def _size(count: int) -> tuple[int, float, float, dict[str, float]]:
    """Adds outcomes up to `count`; the best night of two, and the best COPY of three."""
    _fill(count)
    copied = best(3, _copy)
    nights = [_night(f"bench {count} {turn}") for turn in range(2)]
    steps = min(nights, key=lambda steps: sum(steps.values()))
    return count, sum(steps.values()), copied, steps


def _lines(count: int, total: float, copied: float, steps: dict[str, float]) -> list[Row]:
    reference = f"one binary COPY of the same rows: {copied:.2f} s"
    name = f"Night, {count:,} outcomes x {DAYS} days"
    split = [Row(f"{name}: {step}", f"{s:.2f} s", reference, f"{s / copied:.2f}") for step, s in steps.items()]
    return [Row(name, f"{total:.2f} s", reference, f"{total / copied:.2f}"), *split]


def _copy() -> None:
    with connection.cursor() as cursor, cursor.copy(COPY, [AS_OF]) as stream:
        for _ in stream:
            pass


def _night(key: str) -> dict[str, float]:
    """Seconds by step of one night, done job after job by one worker."""
    run = jobs.start_run("night", key, as_of=AS_OF, at=AT)
    assert isinstance(run, Run)
    steps: dict[str, float] = defaultdict(float)
    while jobs.advance_run(run.pk, at=AT):
        while True:
            begun = time.perf_counter()
            job = jobs.claim_job(at=AT)
            if job is None:
                break
            jobs.perform_job(job, at=AT)
            steps[job.kind] += time.perf_counter() - begun
    return dict(steps)


def _fill(count: int) -> None:
    """Bets with one outcome and a year of signals each; a tenth of them truly below the kill line."""
    random = np.random.default_rng(count)
    domain, _ = Domain.objects.get_or_create(key="bench", name="Bench")
    lead = Person.objects.filter(email="bench@example.org").first() or Person.objects.create_user("bench@example.org")
    source, _ = Source.objects.get_or_create(key="bench", name="Bench", kind="typed", domain=domain)
    metric, _ = Metric.objects.get_or_create(key="bench", name="Conversion", kind="proportion")
    for number in range(Bet.objects.count(), count):
        _bet(number, domain, lead, Series.objects.create(metric=metric, source=source, key=str(number)), random)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _bet(number: int, domain: Domain, lead: Person, series: Series, random: np.random.Generator) -> None:
    with transaction.atomic():
        bet = Bet.objects.create(
            key=f"X-{number}", name="Bench", domain=domain, lead=lead, state="live", starts_on=START
        )
        Outcome.objects.create(
            bet=bet, number=1, series=series, target=0.06, kill_line=0.05, starts_on=START, planned_exposures=73_000.0,
            decide_by=AS_OF + dt.timedelta(days=90),
        )  # fmt: skip
        rate = 0.04 if number % 10 == 0 else 0.053
        totals = random.binomial(200, rate, DAYS)
        days = [START + dt.timedelta(days=day) for day in range(DAYS)]
        written = [(series.pk, "treatment", day, 200, float(y), None) for day, y in zip(days, totals, strict=True)]
        write_signals(written, at=AT)
