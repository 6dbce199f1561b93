import os
from datetime import date

import pytest

from metrics.sources import csv_source
from metrics.sources.base import Connector, Limits
from metrics.sources.csv_source import CsvSource, load
from metrics.sources.errors import NeedsAttention, SourceError, TooBig, TryLater
from tests.lib.local_server import LocalServer
from tests.metrics.sources.examples import config, rows

FILE = rows("a,2024-01-01,10,3", "a,2024-01-02,10,99", "b,2024-01-01,20,4")
LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
def server():
    server = LocalServer()
    yield server
    server.close()


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "files"
    inside.mkdir()
    (inside / "signals.csv").write_text(FILE)
    (tmp_path / "secret.csv").write_text(FILE)
    return inside


def refusal(kind, folder, *, file=None, url=None, **options):
    location = {"url": url} if url else {"file": file or "signals.csv"}
    with pytest.raises(SourceError) as caught:
        load(config(location=location), folder=folder, allow=LOOPBACK, **options)
    assert type(caught.value) is kind
    assert str(caught.value).endswith(".")
    return caught.value


def test_a_file_below_the_folder_is_read(folder):
    (folder / "deep").mkdir()
    (folder / "deep" / "a.csv").write_text(FILE)
    assert load(config(location={"file": "deep/a.csv"}), folder=folder) == FILE.encode()


def test_a_folder_that_is_itself_a_link_is_fine_and_so_is_a_link_that_stays_inside(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    (folder / "latest.csv").symlink_to(folder / "signals.csv")
    assert load(config(location={"file": "latest.csv"}), folder=tmp_path / "link") == FILE.encode()


def test_a_missing_file_is_named(folder):
    assert (
        str(refusal(NeedsAttention, folder, file="none.csv")) == "There is no file 'none.csv' in the folder for files."
    )


def test_a_link_out_of_the_folder_is_refused(folder, tmp_path):
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "up").symlink_to(tmp_path)
    for file in ("out.csv", "up/secret.csv"):
        assert "outside" in str(refusal(NeedsAttention, folder, file=file))


def test_what_is_not_a_file_is_refused_without_waiting(folder):
    (folder / "folder.csv").mkdir()
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop.csv").symlink_to("loop.csv")
    for file in ("folder.csv", "pipe.csv", "loop.csv", "x" * 400):
        assert "file" in str(refusal(NeedsAttention, folder, file=file))


def test_an_empty_file_is_named(folder):
    (folder / "empty.csv").touch()
    assert str(refusal(NeedsAttention, folder, file="empty.csv")) == "The file 'empty.csv' is empty."


def test_a_file_above_the_limit_is_too_big(folder):
    assert "limit of 10 bytes" in str(refusal(TooBig, folder, limits=Limits(max_bytes=10)))
    assert load(config(), folder=folder, limits=Limits(max_bytes=len(FILE)))


@pytest.mark.parametrize("change", [lambda path: path.write_text(FILE + FILE), lambda path: os.utime(path, ns=(1, 1))])
def test_a_file_that_changes_while_it_is_read_is_tried_later(folder, monkeypatch, change):
    opened = csv_source.os.fdopen

    class Changing:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def fileno(self):
            return self.file.fileno()

        def read(self, size):
            data = self.file.read(size)
            change(folder / "signals.csv")
            return data

    monkeypatch.setattr(csv_source.os, "fdopen", lambda *args: Changing(opened(*args)))
    assert "changed while" in str(refusal(TryLater, folder))


def test_an_address_is_fetched_with_the_secrets_that_the_configuration_lacks(server, folder):
    url = server.answers("/a.csv", FILE.encode())
    data = load(config(location={"url": url}), folder=folder, allow=LOOPBACK, headers={"Authorization": "Bearer x"})
    assert data == FILE.encode()
    assert "Authorization: Bearer x" in server.requests[0]


def test_the_errors_of_the_web_become_those_of_a_source(server, folder):
    later = refusal(TryLater, folder, url=server.answers("/a", status=500, Retry_After="30"))
    assert (str(later), later.retry_after) == ("The server answered 500.", 30.0)
    refusal(NeedsAttention, folder, url=server.answers("/b", status=404))
    refusal(NeedsAttention, folder, url=server.answers("/c", status=302, Location="https://10.0.0.5/"))
    refusal(NeedsAttention, folder, url=server.answers("/d", b""))
    refusal(TryLater, folder, url=server.answers("/e", b"key", length=99))
    refusal(TooBig, folder, url=server.answers("/f", b"x" * 99), limits=Limits(max_bytes=50))
    silent = server.does("/g", lambda connection, closing: closing.wait())
    assert "0.2 seconds" in str(refusal(TryLater, folder, url=silent, limits=Limits(seconds=0.2)))


def test_a_pull_delivers_the_batch_of_closed_periods(folder):
    source: Connector = CsvSource(config(), folder)
    batch = source.pull(closed_before=date(2024, 1, 2))
    assert [point.key for point in batch.points] == ["a", "b"]
    assert batch.rows_open == 1


def test_a_check_tells_columns_series_a_sample_and_what_would_be_set_aside(folder):
    report = CsvSource(config(), folder).check()
    assert report.ok
    assert report.sentence == "2 series in 3 rows; 1 row would be set aside."
    assert report.columns == ["key", "day", "n", "sum"]
    assert report.series == {"a": "proportion", "b": "proportion"}
    assert [point.row for point in report.sample] == [2, 4]
    assert [aside.row for aside in report.set_aside] == [3]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (rows(), "The file has a header but no rows."),
        (
            rows("a,2024-01-01,1,2"),
            "No row of 1 can be used; the first, in line 2: There are more successes (2) than trials (1).",
        ),
        ("key,day,n\n", "The file has no column 'sum'; it has 'key', 'day', 'n'."),
    ],
)
def test_a_check_that_finds_nothing_to_read_says_why_and_still_tells_the_columns(folder, text, sentence):
    (folder / "signals.csv").write_text(text)
    report = CsvSource(config(), folder).check()
    assert (report.ok, report.sentence) == (False, sentence)
    assert report.columns[:2] == ["key", "day"]


def test_a_check_of_a_missing_file_does_not_raise(tmp_path):
    assert not CsvSource(config(), tmp_path).check().ok


def test_rows_of_other_series_only_are_told(folder):
    series = [{"kind": "proportion", "when": {"key": "z"}, "arms": {"treatment": {"n": "n", "sum": "sum"}}}]
    report = CsvSource(config(series=series), folder).check()
    assert report.sentence == "No row of 3 belongs to a configured series."
