"""Starts PostgreSQL and Redis from the packages in the environment, for the demo and for the tests."""

import contextlib
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded import places
from config.embedded.processes import Account, Child, Failed, finish, spawn, wait_until

OWNER = "stakes"
CLUSTER = "postgresql-18"
# What a crash could cost does not matter to a test, and waiting for the disk does.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
Pause = Callable[[float], None]


@dataclass(frozen=True)
class Folders:
    """Where one pair of servers lives: their files, their sockets, their logs, and who runs PostgreSQL."""

    data: Path
    run: Path
    logs: Path
    account: Account | None

    @classmethod
    def below(cls, wanted: Path) -> "Folders":
        """Folders in `wanted`, or where PostgreSQL's account can reach them. Failed when there is no such place."""
        account = places.postgres_account()
        data = places.data_folder(wanted, account)
        logs = data / "logs"
        logs.mkdir(exist_ok=True)
        run = places.socket_folder(data)
        places.give(run, account)
        return cls(data, run, logs, account)

    def database_url(self, name: str = OWNER) -> str:
        return f"postgresql://{OWNER}@/{quote(name)}?host={quote(str(self.run), safe='/')}"

    def redis_url(self, number: int = 0) -> str:
        return f"unix://{quote(str(self.run), safe='/')}/redis.sock?db={number}"


def start_postgres(folders: Folders, pause: Pause = time.sleep, settings: tuple[str, ...] = ()) -> Child:
    """PostgreSQL, ready and with an empty database `stakes` on the first start. Failed when it does not come up."""
    programs = places.postgres_programs(folders.account)
    cluster = folders.data / CLUSTER
    if not (cluster / "PG_VERSION").exists():
        _make_cluster(programs, cluster, folders, pause)
    _outlive_the_previous(cluster, pause)
    child = spawn(
        "PostgreSQL",
        [programs / "postgres", "-D", cluster, *_options(folders, settings)],
        log=folders.logs / "postgresql.log",
        env=_plain_environment(),
        cwd=Path("/"),
        account=folders.account,
        death=signal.SIGINT,
        stop_with=signal.SIGINT,  # fast shutdown: does not wait for clients
        patience=20,
    )
    try:
        wait_until(lambda: _has_database(folders), child, 120, pause)  # recovery after a crash can take long
    except BaseException:
        child.stop()
        raise
    return child


def _options(folders: Folders, settings: tuple[str, ...]) -> list[str]:
    always = (
        f"unix_socket_directories={folders.run}",
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "max_connections=100",
        "shared_buffers=128MB",
        "timezone=UTC",
    )
    return [word for setting in (*always, *settings) for word in ("-c", setting)]


def _make_cluster(programs: Path, cluster: Path, folders: Folders, pause: Pause) -> None:
    """Under another name first, so that a start that was killed half-way is simply begun again."""
    part = cluster.with_name(f"{cluster.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    places.give(part, folders.account)
    locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    initdb = spawn(
        "The set-up of PostgreSQL",
        [programs / "initdb", "-D", part, "-U", OWNER, "--auth=trust", *locale, "--no-instructions", "--no-sync"],
        log=folders.logs / "initdb.log",
        env=_plain_environment(),
        cwd=Path("/"),
        account=folders.account,
    )
    finish(initdb, pause)
    part.rename(cluster)


def _plain_environment() -> dict[str, str]:
    """PG* variables of the person at the terminal must not steer our own server."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _outlive_the_previous(cluster: Path, pause: Pause) -> None:
    """Waits for a server whose supervisor was killed a moment ago; drops the note of one that is long gone."""
    note = cluster / "postmaster.pid"
    end = time.monotonic() + 30
    while (pid := _noted_process(note)) and _is_server_of(pid, cluster):
        if time.monotonic() > end:
            raise Failed(f"Another PostgreSQL (process {pid}) already uses {cluster}: stop it first.")
        pause(0.05)
    if pid:
        note.unlink(missing_ok=True)  # after a restart of the machine its number may be anybody's


def _noted_process(note: Path) -> int | None:
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        return int(note.read_text().splitlines()[0])
    return None


def _is_server_of(pid: int, cluster: Path) -> bool:
    if not Path("/proc/self").exists():
        return False
    with contextlib.suppress(OSError):
        return os.fsencode(cluster) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def _has_database(folders: Folders) -> bool:
    """Whether the server answers; makes the database when it is missing."""
    try:
        with psycopg.connect(folders.database_url("postgres"), connect_timeout=5, autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(OWNER)))
    except psycopg.OperationalError:
        return False
    return True


def start_redis(folders: Folders, pause: Pause = time.sleep, *, durable: bool = True) -> Child:
    """Redis on a socket, ready to answer. Failed when it does not come up."""
    files = folders.data / "redis"
    files.mkdir(exist_ok=True)
    address = folders.run / "redis.sock"
    child = spawn(
        "Redis",
        [places.redis_program(), *_redis_options(address, files, durable=durable)],
        log=folders.logs / "redis.log",
        env=os.environ,
        cwd=files,
    )
    try:
        wait_until(lambda: _redis_answers(address), child, 60, pause)
    except BaseException:
        child.stop()
        raise
    return child


def _redis_options(address: Path, files: Path, *, durable: bool) -> list[str | Path]:
    keep = ("--appendonly", "yes", "--appendfsync", "everysec") if durable else ("--appendonly", "no")
    return [
        *("--port", "0", "--unixsocket", address, "--unixsocketperm", "700"),
        *("--dir", files, "--daemonize", "no", "--databases", "64", "--save", ""),
        *("--maxmemory-policy", "noeviction", *keep),
    ]


def _redis_answers(address: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False
