"""The pull job: fetch a source outside any transaction, then store what came in one."""

from datetime import date, datetime
from typing import Any

from django.conf import settings

from metrics import actions
from metrics.models import Source
from metrics.sources.base import Batch, Limits
from metrics.sources.csv_source import CsvSource, parse_config
from metrics.sources.errors import SourceError, TryLater
from org.models import Job
from org.registry import Later

TRIES = 3  # a source that does not answer is asked so often in one run, then its failure is recorded


def connector(source: Source) -> CsvSource:
    """The connector of a source, with the operator's limits. NeedsAttention when its configuration is wrong."""
    return CsvSource(
        parse_config(source.config),
        folder=settings.SIGNALS_FOLDER,
        allow=tuple(settings.SIGNALS_ALLOW_NETWORKS),
        limits=Limits(max_bytes=settings.SIGNALS_MAX_BYTES, seconds=settings.SIGNALS_MAX_SECONDS),
    )


def read_source(source: Source, closed_before: date) -> Batch:
    """What the source holds of closed periods. SourceError with a sentence when it cannot be read."""
    return connector(source).pull(closed_before=closed_before)


def fetch_source(job: Job) -> Batch | str:
    """The batch, or the sentence that says why there is none."""
    source = Source.objects.get(pk=job.payload["source"])
    try:
        return read_source(source, job.run.as_of)
    except TryLater as reason:
        if job.attempts < TRIES:
            raise Later(str(reason)) from reason
        return str(reason)
    except SourceError as reason:
        return str(reason)


def store_pull(job: Job, found: Batch | str, at: datetime) -> str:
    source = Source.objects.get(pk=job.payload["source"])
    by: Any = job.run.started_by
    if isinstance(found, str):
        actions.record_failed_pull(source, found, at=at, by=by, job=job)
        return found
    pull = actions.record_pull(source, found, at=at, by=by, job=job)
    return f"{pull.signals_new} new, {pull.signals_corrected} corrected, {pull.rows_set_aside} set aside"
