"""What the page of one source shows: its state, the account of one pull, what is under way, rows to mend, series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q

from metrics.account import account_of
from metrics.health import NOTHING, Health, freshness_of, keepers_of
from metrics.models import Pull, QuarantinedRow, QuarantineQuerySet, Series, Source
from metrics.rules import freshness
from org.models import Job
from org.rules import Powers

PULLS, ROWS, REASONS, SERIES = 10, 25, 12, 50  # shown on a page at once


@dataclass(frozen=True)
class Work:
    """A pull that somebody asked for or the night planned: under way, or given up since the last pull."""

    job: Job
    since: datetime

    @property
    def underway(self) -> bool:
        return self.job.state in (Job.State.QUEUED, Job.State.RUNNING)

    @property
    def reading(self) -> bool:
        return self.job.state == Job.State.RUNNING


@dataclass(frozen=True)
class SeriesRow:
    series: Series
    last_period: date | None
    state: str


def source_page(source: Source, asked: Mapping[str, str], powers: Powers, *, today: date) -> dict[str, Any]:
    """Everything but the report of a test. `asked`: pull, reason, page and series as in the URL; what is unknown means
    the first. The source comes with its domain and `open_rows`. Eleven queries."""
    pulls = list(source.pulls.select_related("by", "job")[:PULLS])
    chosen = _chosen(source, pulls, asked.get("pull", ""))
    typed, reason = source.kind == Source.Kind.TYPED, asked.get("reason", "")
    rows = rows_of(source, reason)
    return {
        "source": source,
        "health": Health(source, freshness_of([source], today=today).get(source.pk, NOTHING)),
        "keepers": keepers_of([source])[source.domain_id],
        "pulls": pulls,
        "account": account_of(chosen) if chosen else None,
        "is_latest": bool(chosen and chosen == pulls[0]),
        "work": _work(source),
        "reasons": reasons_of(source),
        "reason": reason,
        "quarantine": Paginator(rows.order_by("row", "pk"), ROWS).get_page(asked.get("page")),
        "series": series_page(source.series.all(), asked.get("series"), today=today),
        "may_pull": not typed and powers.may("pull_source", source.domain_id),
        "may_record": typed and powers.may("record_signal", source.domain_id),
    }


def rows_of(source: Source, reason: str) -> QuarantineQuerySet:
    """The rows of a source that are open; with a reason only those of that pattern."""
    rows = QuarantinedRow.objects.filter(source=source).open()
    return rows.with_pattern().filter(Q(("pattern", reason))) if reason else rows


def reasons_of(source: Source) -> list[dict[str, Any]]:
    """The patterns of the reasons for which rows are set aside, with their rows, most first. One query that reads every
    open row."""
    rows: Any = QuarantinedRow.objects.filter(source=source).open()
    patterns = rows.with_pattern().order_by().values("pattern")
    return list(patterns.annotate(rows=Count("pk")).order_by("-rows", "pattern")[:REASONS])


def series_page(series: Any, number: str | None, *, today: date) -> Page[SeriesRow]:
    """Those without a signal for longest first. Two queries."""
    listed = series.with_last_period().select_related("metric", "source")
    page = Paginator(listed.order_by(F("last_period").asc(nulls_first=True), "key", "pk"), SERIES).get_page(number)
    page.object_list = [_row(one, today) for one in page.object_list]
    return page


def _row(series: Any, today: date) -> SeriesRow:
    state = freshness(series.last_period, series.grain, series.metric.settle_days, today)
    return SeriesRow(series, series.last_period, state)


def _chosen(source: Source, pulls: list[Pull], asked: str) -> Pull | None:
    """The pull that is asked for, else the last one."""
    if asked.isascii() and asked.isdigit() and len(asked) < 16:
        wanted = next((pull for pull in pulls if pull.pk == int(asked)), None)
        wanted = wanted or source.pulls.select_related("by", "job").filter(pk=int(asked)).first()
        if wanted:
            return wanted
    return pulls[0] if pulls else None


def _work(source: Source) -> Work | None:
    """The pull under way, else one that was given up after the last pull."""
    pulls = Job.objects.filter(kind="pull", payload__source=source.pk)
    at_work = Q(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    given_up = Q(state=Job.State.DEAD)
    if source.last_pull_at:
        given_up &= Q(finished_at__gt=source.last_pull_at)
    job = pulls.filter(at_work | given_up).select_related("run").order_by("-state", "-pk").first()
    return Work(job, job.run.started_at) if job else None
