"""PostgreSQL and Redis as the demo and the tests start them, each test with servers of its own."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection

from config.embedded import places, servers
from config.embedded.processes import Failed, finish, spawn
from tests.infrastructure import redis_url_for
from tests.leftovers import processes_of, wait_for

ROOT = os.geteuid() == 0
RUNS, COPY = places.runs, places._copy_programs


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account can reach; pytest's own is closed to the account of PostgreSQL."""
    made = Path(tempfile.mkdtemp(prefix="stakes-servers-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@contextlib.contextmanager
def both(folders: servers.Folders) -> Iterator[None]:
    with contextlib.ExitStack() as running:
        for child in (servers.start_postgres(folders), servers.start_redis(folders)):
            running.callback(child.stop)
        yield


@pytest.mark.django_db
def test_each_worker_has_a_database_and_a_redis_number_of_its_own():
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    assert connection.settings_dict["NAME"].endswith(worker)
    with contextlib.closing(redis.Redis.from_url(settings.REDIS_URL)) as client:
        number = client.connection_pool.connection_kwargs["db"]
    assert number == (int(worker.removeprefix("gw")) + 1 if worker else number)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=3"),
        ("redis://host:6379/0", "redis://host:6379/3"),
        ("redis://host:6379", "redis://host:6379/3"),
        ("rediss://:word@host:6379/12?ssl_cert_reqs=none", "rediss://:word@host:6379/3?ssl_cert_reqs=none"),
    ],
)
def test_the_redis_number_is_replaced_in_every_form_of_address(given, expected):
    assert redis_url_for(3, given) == expected


def test_a_restart_keeps_what_was_written(folder):
    folders = servers.Folders.below(folder)
    with both(folders):
        with psycopg.connect(folders.database_url()) as database:
            database.execute("CREATE TABLE kept (word text)")
            database.execute("INSERT INTO kept VALUES ('still here')")
        with contextlib.closing(redis.Redis.from_url(folders.redis_url())) as client:
            client.set("kept", "still here")
    assert processes_of(folder) == {}
    with both(folders):
        with psycopg.connect(folders.database_url()) as database:
            assert database.execute("SELECT word FROM kept").fetchone() == ("still here",)
        with contextlib.closing(redis.Redis.from_url(folders.redis_url())) as client:
            assert client.get("kept") == b"still here"


START_AND_WAIT = """
import signal, sys
from pathlib import Path
from config.embedded.servers import Folders, start_postgres, start_redis
folders = Folders.below(Path(sys.argv[1]))
children = [start_postgres(folders), start_redis(folders)]
print("ready", flush=True)
signal.pause()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_servers_die_with_a_parent_that_is_killed_and_the_next_start_heals(folder):
    parent = subprocess.Popen([sys.executable, "-c", START_AND_WAIT, folder], stdout=subprocess.PIPE)
    assert parent.stdout.readline() == b"ready\n"
    assert len(processes_of(folder)) > 3
    parent.kill()
    parent.communicate()
    wait_for(lambda: not processes_of(folder))
    with both(servers.Folders.below(folder)):
        pass


def test_a_killed_postgresql_recovers_at_the_next_start(folder):
    folders = servers.Folders.below(folder)
    child = servers.start_postgres(folders)
    with psycopg.connect(folders.database_url(), autocommit=True) as database:
        database.execute("CREATE TABLE kept ()")
    child.process.kill()
    child.stop()
    again = servers.start_postgres(folders)
    try:
        with psycopg.connect(folders.database_url()) as database:
            assert database.execute("SELECT to_regclass('kept') IS NOT NULL").fetchone() == (True,)
    finally:
        again.stop()


def test_a_note_of_a_dead_server_whose_number_is_now_somebody_elses_is_dropped(folder):
    folders = servers.Folders.below(folder)
    servers.start_postgres(folders).stop()
    other = subprocess.Popen(["sleep", "60"], **places_arguments(folders))
    try:
        note = folders.data / servers.CLUSTER / "postmaster.pid"
        note.write_text(f"{other.pid}\n{folders.data / servers.CLUSTER}\n1\n5432\n{folders.run}\n\n0 0\nready\n")
        servers.start_postgres(folders).stop()
        assert not note.exists()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def places_arguments(folders: servers.Folders) -> dict:
    account = folders.account
    return {"user": account.uid, "group": account.gid} if account else {}


def test_a_set_up_that_was_killed_half_way_is_begun_again(folder):
    folders = servers.Folders.below(folder)
    part = folder / f"{servers.CLUSTER}.part"
    part.mkdir()
    (part / "PG_VERSION").write_text("18")
    servers.start_postgres(folders).stop()
    assert not part.exists()


def test_a_long_path_gets_short_sockets_that_are_found_again(folder):
    deep = folder / ("a" * 60) / ("b" * 60)
    first, second = servers.Folders.below(deep), servers.Folders.below(deep)
    assert first.run == second.run
    assert len(str(first.run)) < 60
    child = servers.start_redis(first)
    child.stop()
    shutil.rmtree(first.run)


def test_a_server_that_ends_by_itself_is_told_with_the_end_of_its_log(folder):
    folders = servers.Folders.below(folder)
    (folders.data / "redis").mkdir()
    (folders.data / "redis" / "appendonly.aof").write_text("this is no log of Redis\n" * 3)
    with pytest.raises(Failed, match=r"Redis ended with code 1; the last lines of .*redis\.log"):
        servers.start_redis(folders)


def test_a_command_that_fails_is_told_with_its_last_words(folder):
    command = [sys.executable, "-c", "import sys; sys.exit('there is no disk left')"]
    child = spawn("The set-up", command, log=folder / "log", env=os.environ, cwd=folder)
    with pytest.raises(Failed, match=r"(?s)The set-up ended with code 1.*there is no disk left"):
        finish(child, time.sleep)


def test_a_child_that_ignores_the_wish_to_stop_is_killed_with_all_it_started(folder):
    stubborn = "trap '' TERM; sleep 60 & echo $! > child; wait; sleep 60"
    child = spawn("Stubborn", ["/bin/sh", "-c", stubborn], log=folder / "log", env=os.environ, cwd=folder, patience=0.2)
    wait_for(lambda: (folder / "child").exists() and (folder / "child").read_text())
    child.stop()
    assert child.process.returncode == -signal.SIGKILL
    wait_for(lambda: not processes_of(folder))


@pytest.mark.skipif(not ROOT, reason="only root runs PostgreSQL under another account")
def test_data_below_a_closed_folder_go_to_a_public_place_always_the_same(folder, monkeypatch):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(places, "public_places", lambda: [folder])
    account = places.postgres_account()
    found = places.data_folder(closed / ".demo", account)
    assert found.parent == folder
    assert found == places.data_folder(closed / ".demo", account)
    assert places.reaches(account, found)


@pytest.mark.skipif(not ROOT, reason="only root runs PostgreSQL under another account")
def test_programs_that_the_account_cannot_run_are_copied_once_to_a_public_place(folder, monkeypatch):
    copies = []
    monkeypatch.setattr(places, "public_places", lambda: [folder])
    monkeypatch.setattr(
        places, "runs", lambda programs, account: folder in programs.parents and RUNS(programs, account)
    )
    monkeypatch.setattr(places, "_copy_programs", lambda package, copy: copies.append(copy) or COPY(package, copy))
    account = places.postgres_account()
    programs = places.postgres_programs(account)
    assert places.postgres_programs(account) == programs
    assert copies == list(folder.iterdir())
    assert copies[0] in programs.parents


@pytest.mark.skipif(not ROOT, reason="only root can prepare a folder of somebody else")
def test_a_public_folder_prepared_by_somebody_else_is_not_used(folder, monkeypatch):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    account = places.postgres_account()
    monkeypatch.setattr(places, "public_places", lambda: [folder])
    shutil.chown(places.data_folder(closed, account), account.uid)
    with pytest.raises(Failed, match="put the project into a folder every account can read"):
        places.data_folder(closed, account)
