"""What the demo says before it starts; whole runs of it are in tests/faults."""

import fcntl
import socket

import pytest
import redis
from django.db import connection

from config.embedded import supervisor
from config.embedded.processes import Failed
from config.embedded.supervisor import (
    Demo,
    chosen_port,
    kept_secret,
    require_database,
    require_free_port,
    require_redis,
)


@pytest.fixture
def taken_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free_port(taken_port):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", "80 80", "٣"])
def test_a_port_that_is_none_is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Failed, match="PORT must be a number from 1 to 65535"):
        chosen_port()


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("8010", 8010)])
def test_the_port_is_honoured(monkeypatch, text, port):
    monkeypatch.setenv("PORT", text)
    assert chosen_port() == port


def test_a_taken_port_is_told_before_anything_starts(tmp_path, taken_port):
    with pytest.raises(Failed) as told:
        Demo(tmp_path, taken_port, tmp_path / ".demo").run()
    reason, other = "address already in use", taken_port + 1
    assert str(told.value) == f"Port {taken_port} cannot be used ({reason}); choose another one: make demo PORT={other}"
    assert [file.name for file in (tmp_path / ".demo").iterdir()] == ["lock"]


def test_after_a_kill_the_port_may_take_a_moment_to_be_free(free_port, monkeypatch):
    answers = iter(["address already in use", None])
    monkeypatch.setattr(supervisor, "_why_not_bound", lambda port: next(answers))
    require_free_port(free_port, patience=3)
    assert next(answers, "asked twice") == "asked twice"


def test_a_second_start_names_the_first(tmp_path, free_port):
    (tmp_path / ".demo").mkdir()
    with (tmp_path / ".demo" / "lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        first.write("http://127.0.0.1:8000/ (process 42)")
        first.flush()
        with pytest.raises(Failed, match=r"^The demo is already running: http://127\.0\.0\.1:8000/ \(process 42\)\.$"):
            Demo(tmp_path, free_port, tmp_path / ".demo").run()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://me:hidden@localhost/stakes", "DATABASE_URL is wrong: DATABASE_URL must look like"),
        ("postgresql://me:hidden@127.0.0.1:1/stakes", "DATABASE_URL does not lead to a database: .*refused"),
        ("postgresql://me:hidden@127.0.0.1:port/stakes", "DATABASE_URL is wrong"),
        ("postgresql://me:hidden@/stakes?nonsense=1", "DATABASE_URL does not lead to a database"),
    ],
)
def test_a_wrong_database_is_told_without_its_password(url, sentence):
    with pytest.raises(Failed, match=sentence) as told:
        require_database(url)
    assert "hidden" not in str(told.value)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://:hidden@localhost", "REDIS_URL is wrong: REDIS_URL must look like"),
        ("redis://:hidden@127.0.0.1:1/0", "REDIS_URL does not lead to a Redis: .*refused"),
        ("redis://:hidden@127.0.0.1:port/0", "REDIS_URL is wrong"),
        ("unix:///nowhere/redis.sock?db=0", "REDIS_URL does not lead to a Redis: .*No such file"),
    ],
)
def test_a_wrong_redis_is_told_without_its_password(url, sentence):
    with pytest.raises(Failed, match=sentence) as told:
        require_redis(url)
    assert "hidden" not in str(told.value)


@pytest.mark.django_db
def test_servers_that_answer_are_taken(settings):
    require_database(settings.DATABASE_URL)
    require_redis(settings.REDIS_URL)
    assert connection.vendor == "postgresql"
    assert redis.Redis.from_url(settings.REDIS_URL).ping()


def test_the_secret_key_is_made_once_and_private(tmp_path):
    first = kept_secret(tmp_path / "secret_key")
    assert len(first) > 50
    assert kept_secret(tmp_path / "secret_key") == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_secret_key_half_written_by_a_killed_start_is_made_again(tmp_path):
    (tmp_path / "secret_key.part").write_text("half")
    assert len(kept_secret(tmp_path / "secret_key")) > 50
