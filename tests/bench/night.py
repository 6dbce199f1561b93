"""The whole night from rows in PostgreSQL to readings and flags written, split by step, against one binary COPY.

The largest portfolio writes 36.5 million rows (about 5 GB) and takes most of the time: BENCH_LARGE=0 leaves it out.
"""

import datetime as dt
import os
import time
from collections import defaultdict
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection

from bets.models import Bet, Flag, Outcome
from metrics.models import Metric, Series, Source
from org import actions as jobs
from org.models import Domain, Person, Run
from tests.bench.report import Row, best

DAYS, BATCH = 365, 5_000
SIZES = (1_000, 10_000, 100_000)
START = dt.date(2025, 1, 1)
AS_OF = START + dt.timedelta(days=DAYS)
AT = dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)
COPY = """
COPY (SELECT s.series_id, s.arm, s.period, s.n, s.total, s.squares FROM metrics_signal s
      JOIN bets_outcome o ON o.series_id = s.series_id WHERE s.period >= o.starts_on AND s.period < %s)
TO STDOUT (FORMAT BINARY)
"""
# 200 people a day; a tenth of the series truly below the kill line. The noise is that of a binomial, rounded.
SIGNALS = """
INSERT INTO metrics_signal (series_id, arm, period, n, total, recorded_at)
SELECT s.id, 'treatment', %(start)s::date + day, 200,
  greatest(0, round(200 * p.share + sqrt(200 * p.share * (1 - p.share)) * random_normal())), %(at)s
FROM metrics_series s
CROSS JOIN LATERAL (SELECT CASE WHEN s.key::int %% 10 = 0 THEN 0.04 ELSE 0.053 END AS share) p
CROSS JOIN generate_series(0, %(days)s - 1) AS day
WHERE s.id = ANY(%(series)s) ORDER BY s.id, day
"""


@dataclass(frozen=True)
class Night:
    """Seconds by step, CPU seconds of the worker alone, and how many flags it raised."""

    steps: dict[str, float]
    cpu: float
    flags: int

    @property
    def total(self) -> float:
        return sum(self.steps.values())


@dataclass(frozen=True)
class Measured:
    """One size: the night that meets the portfolio for the first time, an ordinary one, and the rows read by COPY."""

    count: int
    first: Night
    ordinary: Night
    copied: float


def rows() -> list[Row]:
    call_command("migrate", verbosity=0)
    sizes = SIZES if os.environ.get("BENCH_LARGE", "1") != "0" else SIZES[:-1]
    measured = [_measure(size) for size in sizes]
    growth = [row for larger in measured[1:] for row in _growth(measured[0], larger)]
    return [*(row for size in measured for row in _lines(size)), *growth]


def _measure(count: int) -> Measured:
    """Adds outcomes up to `count`; then three nights, or two of the largest portfolio, and the best COPY of as many."""
    _fill(count)
    again = 1 if count == SIZES[-1] else 2
    copied = best(again + 1, _copy)
    first = _night(f"bench {count} first")
    later = [_night(f"bench {count} {turn}") for turn in range(again)]
    return Measured(count, first, min(later, key=lambda night: night.total), copied)


def _lines(size: Measured) -> list[Row]:
    reference = f"one binary COPY of the same rows: {size.copied:.2f} s"
    name = f"Night, {size.count:,} outcomes x {DAYS} days"

    def row(what: str, seconds: float) -> Row:
        return Row(what, f"{seconds:.2f} s", reference, f"{seconds / size.copied:.2f}")

    split = [row(f"{name}: {step}", seconds) for step, seconds in size.ordinary.steps.items()]
    first = row(f"{name}: the first night, which raises {size.first.flags:,} flags", size.first.total)
    return [row(name, size.ordinary.total), *split, first]


def _growth(small: Measured, large: Measured) -> list[Row]:
    def row(what: str, later: float, before: float) -> Row:
        a_piece, was = later / large.count * 1000, before / small.count * 1000
        name = f"Night, {what} per outcome at {large.count:,} against {small.count:,}"
        return Row(name, f"{a_piece:.2f} ms", f"{was:.2f} ms", f"{a_piece / was:.2f}")

    return [
        row("time", large.ordinary.total, small.ordinary.total),
        row("CPU of the worker", large.ordinary.cpu, small.ordinary.cpu),
    ]


def _copy() -> None:
    with connection.cursor() as cursor, cursor.copy(COPY, [AS_OF]) as stream:
        for _ in stream:
            pass


def _night(key: str) -> Night:
    """One night, done job after job by one worker."""
    before = Flag.objects.count()
    run = jobs.start_run("night", key, as_of=AS_OF, at=AT)
    assert isinstance(run, Run)
    steps: dict[str, float] = defaultdict(float)
    worked = time.process_time()
    while jobs.advance_run(run.pk, at=AT):
        while True:
            begun = time.perf_counter()
            job = jobs.claim_job(at=AT)
            if job is None:
                break
            jobs.perform_job(job, at=AT)
            steps[job.kind] += time.perf_counter() - begun
    return Night(dict(steps), time.process_time() - worked, Flag.objects.count() - before)


def _fill(count: int) -> None:
    """Bets with one outcome and a year of signals each, up to `count`. The signals are made by the server."""
    domain, _ = Domain.objects.get_or_create(key="bench", name="Bench")
    lead = Person.objects.filter(email="bench@example.org").first() or Person.objects.create_user("bench@example.org")
    source, _ = Source.objects.get_or_create(key="bench", name="Bench", kind="typed", domain=domain)
    metric, _ = Metric.objects.get_or_create(key="bench", name="Conversion", kind="proportion")
    _execute("SELECT setseed(0.5)")
    for start in range(Bet.objects.count(), count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        bets = Bet.objects.bulk_create(
            Bet(key=f"X-{n}", name="Bench", domain=domain, lead=lead, state="live", starts_on=START) for n in numbers
        )
        series = Series.objects.bulk_create(Series(metric=metric, source=source, key=str(n)) for n in numbers)
        Outcome.objects.bulk_create(_outcome(*pair) for pair in zip(bets, series, strict=True))
        _write_signals([one.pk for one in series])
    _execute("VACUUM ANALYZE")


def _outcome(bet: Bet, series: Series) -> Outcome:
    return Outcome(
        bet=bet, number=1, series=series, target=0.053, kill_line=0.05, starts_on=START, planned_exposures=73_000.0,
        decide_by=AS_OF + dt.timedelta(days=90),
    )  # fmt: skip


def _write_signals(series: list[int]) -> None:
    # Looking up the series of each of millions of rows costs more than writing them; these are there.
    _execute("SET session_replication_role = replica")
    _execute(SIGNALS, {"start": START, "at": AT, "days": DAYS, "series": series})
    _execute("RESET session_replication_role")


def _execute(statement: str, values: dict[str, object] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
