"""Whatever a source sends: the pull says why in one sentence, no signal is lost, and nothing is half-written."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from metrics.models import Pull, QuarantinedRow, Series, Signal, Source
from org import actions as jobs
from org.models import Job
from tests.factories import AT, JobFactory, RunFactory, SeriesFactory, SourceFactory
from tests.lib.local_server import LocalServer

pytestmark = pytest.mark.django_db
GOOD = b"day,trials,successes\n2026-01-01,100,40\n2026-01-02,100,41\n"
MAPPING: dict[str, Any] = {
    "location": {"file": "signals.csv"},
    "grain": "day",
    "period": {"column": "day"},
    "key": [],
    "series": [{"key": "all", "kind": "proportion", "arms": {"treatment": {"n": "trials", "sum": "successes"}}}],
}


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.SIGNALS_FOLDER = tmp_path
    settings.SIGNALS_MAX_BYTES = 1_000_000
    settings.SIGNALS_MAX_SECONDS = 1.0
    return tmp_path


@pytest.fixture
def series(folder: Path) -> Series:
    """A series whose first pull went well."""
    (folder / "signals.csv").write_bytes(GOOD)
    series = SeriesFactory(key="all", source=SourceFactory(kind="csv", config=MAPPING))
    first = pull(series.source)
    assert first.signals_new == 2, first.message
    return series


def pull(source: Source) -> Pull:
    """One pull, through the job as the worker does it, until it is done or recorded as failed."""
    job = JobFactory(kind="pull", payload={"source": source.pk}, run=RunFactory(as_of=AT.date()))
    at = AT
    while job.state == Job.State.QUEUED:
        claimed = jobs.claim_job(at=at)
        assert claimed
        jobs.perform_job(claimed, at=at)
        job.refresh_from_db()
        at = max(at, job.available_at)
    assert job.state == Job.State.DONE, job.message
    return source.pulls.latest("id")


FILES: dict[str, tuple[bytes | None, str]] = {
    "missing": (None, "no file"),
    "empty": (b"", "is empty"),
    "wrong columns": (b"date,n,y\n2026-01-01,1,1\n", "day"),
    "one endless line": (b"day,trials,successes\n" + b"1" * 900_000, ""),
    "larger than allowed": (b"day,trials,successes\n" + b"2026-01-01,1,1\n" * 90_000, "larger than the limit"),
    "wrong encoding": (b"day,trials,successes\n2026-01-01,\xff\xfe,1\n", ""),
    "still being written": (GOOD[:-3], ""),
    "binary": (bytes(range(256)) * 100, ""),
}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_that_cannot_be_read_as_a_whole_changes_nothing(series: Series, folder: Path, name: str) -> None:
    before = list(Signal.objects.values())
    data, words = FILES[name]
    (folder / "signals.csv").unlink()
    if data is not None:
        (folder / "signals.csv").write_bytes(data)
    failed = pull(series.source)
    assert failed.state == Pull.State.FAILED
    assert words in failed.message
    assert failed.message.endswith(".") and "Traceback" not in failed.message
    assert list(Signal.objects.values()) == before
    assert not QuarantinedRow.objects.exists()


@pytest.fixture
def server(settings: Settings) -> Iterator[LocalServer]:
    settings.SIGNALS_ALLOW_NETWORKS = ["127.0.0.1/32"]
    server = LocalServer()
    yield server
    server.close()


def silent(connection: Any, closing: threading.Event) -> None:
    closing.wait(20)


WEB: dict[str, tuple[Callable[[LocalServer], str], str]] = {
    "HTTP 500": (lambda server: server.answers("/a", b"oops", status=500), "500"),
    "HTTP 404": (lambda server: server.answers("/a", b"gone", status=404), "404"),
    "no answer": (lambda server: server.does("/a", silent), ""),
    "redirect to a private address": (
        lambda server: server.answers("/a", status=302, Location="https://10.0.0.1/secret"),
        "10.0.0.1",
    ),
    "redirect to the cloud's own": (
        lambda server: server.answers("/a", status=302, Location="http://169.254.169.254/latest"),
        "169.254.169.254",
    ),
    "truncated body": (lambda server: server.answers("/a", GOOD, length=len(GOOD) + 50), ""),
    "a page instead of a file": (lambda server: server.answers("/a", b"<html>Please sign in</html>\n"), "day"),
}


@pytest.mark.parametrize("name", sorted(WEB))
def test_a_server_that_misbehaves_changes_nothing(series: Series, server: LocalServer, name: str) -> None:
    before = list(Signal.objects.values())
    answer, words = WEB[name]
    Source.objects.update(config=MAPPING | {"location": {"url": answer(server)}})
    failed = pull(series.source)
    assert failed.state == Pull.State.FAILED
    assert words in failed.message
    assert failed.message.endswith(".")
    assert list(Signal.objects.values()) == before


def test_a_sound_file_from_the_web_is_read(series: Series, server: LocalServer) -> None:
    more = GOOD + b"2026-01-03,100,39\n"
    Source.objects.update(config=MAPPING | {"location": {"url": server.answers("/a", more)}})
    assert (pull(series.source).state, Signal.objects.count()) == (Pull.State.OK, 3)


def test_an_address_inside_the_house_is_refused_unless_the_operator_allows_it(
    series: Series, server: LocalServer, settings: Settings
) -> None:
    settings.SIGNALS_ALLOW_NETWORKS = []
    Source.objects.update(config=MAPPING | {"location": {"url": server.answers("/a", GOOD)}})
    assert pull(series.source).state == Pull.State.FAILED
    assert server.requests == []


def test_unsound_rows_are_set_aside_with_their_number_and_the_rest_is_kept(series: Series, folder: Path) -> None:
    bad = b"2026-01-03,100,101\n2026-01-04,100,NaN\n2026-01-05,100,44\nsoon,100,1\n"
    (folder / "signals.csv").write_bytes(GOOD + bad)
    done = pull(series.source)
    assert (done.rows_seen, done.rows_kept, done.rows_set_aside, done.signals_new) == (6, 3, 3, 1)
    assert list(QuarantinedRow.objects.values_list("row", flat=True)) == [4, 5, 7]
