"""State changes of metrics: definitions (in metrics.defining), sources, series; and signals, each row accounted for."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from lib.refusals import Refused, refuse_if
from metrics.defining import change_metric as change_metric
from metrics.defining import register_metric as register_metric
from metrics.models import Metric, Pull, QuarantinedRow, Series, Signal, Source
from metrics.rules import pull_refusals, signal_refusals
from metrics.sources.base import Batch, Point, SetAside
from org.actions import advance_run, record_event, start_run
from org.models import Domain, Job, Person, Run
from org.rules import refusals
from org.visibility import powers_of

CHUNK = 20_000
LONGEST_HEADER = 20_000
Row = tuple[int, str, date, int, float, float | None]  # series id, arm, period, n, total, squares


@dataclass(frozen=True)
class Written:
    """What an upsert did: observations that were new, corrected, and already there; `former` is what a person's
    correction replaced."""

    new: int
    corrected: int
    unchanged: int
    former: Signal | None = None


@transaction.atomic
def register_source(
    key: str, name: str, kind: str, domain: Domain, *, at: datetime, by: Person | None = None, **fields: Any
) -> Source:
    source = Source.objects.create(key=key, name=name, kind=kind, domain=domain, **fields)
    record_event(source, "source registered", f"Source {name} registered.", at=at, by=by)
    return source


@transaction.atomic
def register_series(
    source: Source, key: str, metric: Metric, *, at: datetime, by: Person | None = None, **fields: Any
) -> Series:
    series = Series.objects.create(source=source, key=key, metric=metric, **fields)
    record_event(series, "series registered", f"Series {key} of {source} registered.", at=at, by=by)
    return series


@transaction.atomic
def pull_source(source: Source, *, by: Person, at: datetime, today: date) -> Run:
    """Starts a pull of one source now, out of turn; a worker does it. Refused while another such pull is under way."""
    refuse_if(pull_refusals(powers_of(by), source.kind, source.domain_id))
    run = start_run("pull", f"source {source.pk} {at.isoformat(timespec='microseconds')}", as_of=today, at=at, by=by)
    if run is None:
        raise Refused("Another source is being pulled right now; it takes a few minutes at most. Try again then.")
    advance_run(run.pk, at=at)
    return run


@transaction.atomic
def record_pull(
    source: Source, batch: Batch, *, at: datetime, by: Person | None = None, job: Job | None = None,
    read_ms: int | None = None,
) -> Pull:  # fmt: skip
    """Writes what a pull brought: signals, corrections with their history, quarantine, and the account of it.

    The source's row is locked first, so two pulls of one source follow each other. Pulling twice changes nothing.
    """
    source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    source.columns, source.delimiter = _columns(batch), batch.delimiter
    wanted = {series.key: series for series in source.series.select_related("metric")}
    points = [point for point in batch.points if point.key in wanted and _fits(wanted[point.key], point, batch)]
    written = write_signals([_row(wanted[point.key].pk, point) for point in points], at=at, by=by)
    _quarantine(source, batch.set_aside, at)
    pull = Pull.objects.create(
        source=source, job=job, at=at, by=by, state=Pull.State.OK, message=_kind_message(wanted, batch),
        rows_seen=batch.rows_seen, rows_kept=batch.rows_kept, rows_folded=batch.rows_folded, rows_open=batch.rows_open,
        rows_unselected=batch.rows_unselected, rows_set_aside=batch.rows_set_aside, read_ms=read_ms,
        rows_unclaimed=len({point.row for point in batch.points} - {point.row for point in points}),
        signals_new=written.new, signals_corrected=written.corrected, signals_unchanged=written.unchanged,
    )  # fmt: skip
    _settle_source(source, Source.State.ATTENTION if pull.message else Source.State.OK, pull.message, failures=0, at=at)
    record_event(pull, "pulled", f"{source}: {written.new} new, {written.corrected} corrected signals.", at=at, by=by)
    return pull


@transaction.atomic
def record_failed_pull(
    source: Source, sentence: str, *, at: datetime, by: Person | None = None, job: Job | None = None,
    read_ms: int | None = None,
) -> Pull:  # fmt: skip
    """Writes that a pull failed, and why; no signal is touched, because a failed pull is not a bad outcome."""
    source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    pull = Pull.objects.create(
        source=source, job=job, at=at, by=by, state=Pull.State.FAILED, message=sentence[:500], read_ms=read_ms
    )
    _settle_source(source, Source.State.ATTENTION, sentence, failures=source.failures + 1, at=at)
    record_event(pull, "pull failed", f"{source}: {sentence}", at=at, by=by)
    return pull


@transaction.atomic
def record_signal(
    series: Series, *, period: date, n: int, total: float, squares: float | None, arm: str = "treatment",
    by: Person, at: datetime, today: date,
) -> Written:  # fmt: skip
    """A person types in one observation; the same checks as for files."""
    refuse_if(refusals(powers_of(by), "record_signal", series.source.domain_id))
    kind = series.metric.kind
    refuse_if(signal_refusals(kind, n=n, total=total, squares=squares, period=period, grain=series.grain, today=today))
    Source.objects.select_for_update(no_key=True).get(pk=series.source_id)
    former = Signal.objects.filter(series=series, arm=arm, period=period).first()
    written = write_signals([(series.pk, arm, period, n, total, squares)], at=at, by=by)
    record_event(
        series, "signal typed in", f"{series}: {total:g} of {n} in the {series.grain} from {period}.", at=at, by=by,
        period=str(period), n=n, total=total, squares=squares, corrected=bool(written.corrected),
    )  # fmt: skip
    return replace(written, former=former if written.corrected else None)


def write_signals(rows: Sequence[Row], *, at: datetime, by: Person | None = None) -> Written:
    """Upserts observations in chunks; a changed one is replaced and kept as a revision, an equal one is not touched.

    `rows` names each (series, arm, period) once; the caller holds the lock of their source.
    """
    new = corrected = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            columns: list[Any] = [list(column) for column in zip(*chunk, strict=True)]
            cursor.execute(UPSERT, [*columns, at, at, by.pk if by else None])
            chunk_new, chunk_corrected = cursor.fetchone()
            new, corrected = new + chunk_new, corrected + chunk_corrected
    return Written(new, corrected, len(rows) - new - corrected)


# One statement a chunk: all parts see the same snapshot, so `old` holds what `written` replaces. The caller holds the
# source's lock; locking rows here too would hide those that `written` has just replaced.
UPSERT = """
WITH incoming AS (
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bigint[], %s::float8[], %s::float8[])
    AS i(series_id, arm, period, n, total, squares)
), old AS (
  SELECT s.* FROM metrics_signal s JOIN incoming i USING (series_id, arm, period)
  WHERE (s.n, s.total, s.squares) IS DISTINCT FROM (i.n, i.total, i.squares)
), written AS (
  INSERT INTO metrics_signal AS s (series_id, arm, period, n, total, squares, recorded_at)
  SELECT series_id, arm, period, n, total, squares, %s FROM incoming
  ON CONFLICT (series_id, arm, period) DO UPDATE
    SET n = excluded.n, total = excluded.total, squares = excluded.squares, recorded_at = excluded.recorded_at
    WHERE (s.n, s.total, s.squares) IS DISTINCT FROM (excluded.n, excluded.total, excluded.squares)
  RETURNING 1
), kept AS (
  INSERT INTO metrics_signalrevision
    (series_id, arm, period, n, total, squares, recorded_at, replaced_at, replaced_by_id)
  SELECT series_id, arm, period, n, total, squares, recorded_at, %s, %s FROM old RETURNING 1
)
SELECT (SELECT count(*) FROM written) - (SELECT count(*) FROM kept), (SELECT count(*) FROM kept)
"""


def _fits(series: Series, point: Point, batch: Batch) -> bool:
    return batch.kinds.get(point.key) == series.metric.kind and (series.has_control or point.arm != "control")


def _kind_message(wanted: dict[str, Series], batch: Batch) -> str:
    """One sentence when the file gives a series in another kind than its metric is defined; such rows are not read."""
    for key, series in wanted.items():
        given = batch.kinds.get(key, series.metric.kind)
        if given != series.metric.kind:
            return (
                f"The column mapping reads {key} as a {given}, but the metric {series.metric} is a"
                f" {series.metric.kind}: its rows were not read."
            )
    return ""


def _row(series_id: int, point: Point) -> Row:
    return (series_id, point.arm, point.period, point.n, point.total, point.squares)


def _settle_source(source: Source, state: str, message: str, *, failures: int, at: datetime) -> None:
    source.state, source.message, source.failures, source.last_pull_at = state, message[:500], failures, at
    source.save(update_fields=["state", "message", "failures", "last_pull_at", "columns", "delimiter"])


def _columns(batch: Batch) -> list[str]:
    """The header line, as far as it is worth keeping; without it rows to mend are exported as they came."""
    if sum(map(len, batch.columns)) > LONGEST_HEADER:
        return []
    return [name.replace("\x00", "␀") for name in batch.columns]


def _quarantine(source: Source, set_aside: Iterable[SetAside], at: datetime) -> None:
    """What is set aside now is open; what a former pull set aside and this one does not is resolved."""
    found = {_fingerprint(item): item for item in set_aside}
    source.quarantine.filter(resolved_at=None).exclude(fingerprint__in=found).update(resolved_at=at)
    source.quarantine.filter(fingerprint__in=found).exclude(resolved_at=None).update(resolved_at=None)
    QuarantinedRow.objects.bulk_create(
        (
            QuarantinedRow(
                source=source, fingerprint=mark, row=item.row, key=item.key[:200], reason=item.reason[:300],
                raw=item.raw[:2000].replace("\x00", "�"), first_seen_at=at,
            )
            for mark, item in found.items()
        ),
        ignore_conflicts=True, batch_size=5_000,
    )  # fmt: skip


def _fingerprint(item: SetAside) -> str:
    return hashlib.sha256(f"{item.row}\n{item.key}\n{item.reason}\n{item.raw}".encode()).hexdigest()
