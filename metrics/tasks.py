"""The pull job: fetch a source outside any transaction, then store what came in one."""

from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any

from django.conf import settings

from lib.refusals import refuse_if
from metrics import actions
from metrics.models import Source
from metrics.rules import pull_refusals
from metrics.sources.base import Batch, Limits, Report
from metrics.sources.csv_source import CsvSource, parse_config
from metrics.sources.errors import SourceError, TryLater
from org.models import Job, Person, Run
from org.registry import Later, Planned
from org.visibility import powers_of

TRIES = 3  # a source that does not answer is asked so often in one run, then its failure is recorded


CHECK_SECONDS = 15.0  # somebody waits for the answer of a test


def connector(source: Source, *, seconds: float | None = None) -> CsvSource:
    """The connector of a source, with the operator's limits. NeedsAttention when its configuration is wrong."""
    longest: float = settings.SIGNALS_MAX_SECONDS
    return CsvSource(
        parse_config(source.config),
        folder=settings.SIGNALS_FOLDER,
        allow=tuple(settings.SIGNALS_ALLOW_NETWORKS),
        limits=Limits(max_bytes=settings.SIGNALS_MAX_BYTES, seconds=min(longest, seconds or longest)),
    )


def read_source(source: Source, closed_before: date) -> Batch:
    """What the source holds of closed periods. SourceError with a sentence when it cannot be read."""
    return connector(source).pull(closed_before=closed_before)


def check_source(source: Source, *, by: Person) -> Report:
    """What a pull of this source would see, without keeping any of it. Refused to whom may not pull it."""
    refuse_if(pull_refusals(powers_of(by), source.kind, source.domain_id))
    try:
        return connector(source, seconds=CHECK_SECONDS).check()
    except SourceError as reason:
        return Report(ok=False, sentence=reason.sentence)


def plan_pull(run: Run, at: datetime) -> list[Planned] | None:
    """The one job of a pull out of turn, whose run names the source (actions.pull_source); then nothing more."""
    if run.jobs.exists():
        return None
    source = Source.objects.get(pk=int(run.key.split()[1]))
    return [("pull", source.key, {"source": source.pk})]


@dataclass(frozen=True)
class Fetched:
    """The batch, or the sentence that says why there is none; and how long the source was read."""

    found: Batch | str
    read_ms: int


def fetch_source(job: Job) -> Fetched:
    begun = monotonic()
    found = _found(job)
    return Fetched(found, round(1000 * (monotonic() - begun)))


def _found(job: Job) -> Batch | str:
    source = Source.objects.get(pk=job.payload["source"])
    try:
        return read_source(source, job.run.as_of)
    except TryLater as reason:
        if job.attempts < TRIES:
            raise Later(str(reason)) from reason
        return str(reason)
    except SourceError as reason:
        return str(reason)


def store_pull(job: Job, fetched: Fetched, at: datetime) -> str:
    source, found = Source.objects.get(pk=job.payload["source"]), fetched.found
    by: Any = job.run.started_by
    if isinstance(found, str):
        actions.record_failed_pull(source, found, at=at, by=by, job=job, read_ms=fetched.read_ms)
        return found
    pull = actions.record_pull(source, found, at=at, by=by, job=job, read_ms=fetched.read_ms)
    return f"{pull.signals_new} new, {pull.signals_corrected} corrected, {pull.rows_set_aside} set aside"
