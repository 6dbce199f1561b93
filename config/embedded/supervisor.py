"""The demo as one family of processes: servers, web, worker and beat start together and end together."""

import contextlib
import fcntl
import http.client
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import psycopg
import redis

from config.addresses import celery_broker, database
from config.embedded.processes import Child, Failed, caught_signals, finish, spawn, wait_until
from config.embedded.servers import Folders, start_postgres, start_redis

HOST = "127.0.0.1"
LARGEST_BODY = "--max-request-body-size=250000000"  # it lays whole requests aside before anybody can refuse them
LARGEST_LOG = 5_000_000  # bytes; a larger one is begun anew at the next start
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, SIGTERM, a closed terminal, or make was killed."""


def chosen_port() -> int:
    """PORT of the environment, 8000 without it. Failed when it is not a port."""
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Failed(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def say(text: str) -> None:
    """Prints a line, also when nobody reads any more: the terminal may be gone while we are stopping."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), f"{text}\n".encode())


class Demo:
    """One run of the demo from `checkout` on `port`; its data lie in `wanted` if PostgreSQL's account can get there."""

    def __init__(self, checkout: Path, port: int, wanted: Path) -> None:
        self.checkout = checkout
        self.wanted = wanted
        self.port = port
        self.children: list[Child] = []
        self.asked_to_stop = ""  # by what
        self.parent: tuple[int, int] | None = None

    def follow(self, parent: int) -> None:
        """Ends also when only `parent`, a make, was interrupted.

        On SIGINT and SIGHUP make waits for its children without telling them, because a terminal tells all. What can be
        seen from outside is that it no longer catches the signal.
        """
        self.parent = (parent, caught_signals(parent))

    def _is_left_alone(self) -> bool:
        if self.parent is None:
            return False
        caught = caught_signals(self.parent[0])
        return caught not in {0, self.parent[1]}  # 0: it cannot be known

    def run(self) -> int:
        """Returns when somebody asked for the end. Failed when something did not start or ended by itself."""
        with self._only_one():
            for number in SIGNALS:
                signal.signal(number, self._note_signal)
            try:
                self._start()
                while True:
                    self.pause(0.2)
            except Stopped as reason:
                say(f"Stopping ({reason}) ...")
                return 0
            finally:
                self._stop()

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = signal.Signals(number).name

    def pause(self, seconds: float) -> None:
        """Waits; Stopped when somebody asked for the end, Failed when one of the family has ended."""
        time.sleep(seconds)
        if self._is_left_alone():
            self.asked_to_stop = "make has ended"
        if self.asked_to_stop:
            raise Stopped(self.asked_to_stop)
        for child in self.children:
            if child.has_ended():
                raise child.failure()

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        """Holds the lock of this checkout and knows that the port is free; the kernel drops the lock when we die."""
        self.wanted.mkdir(parents=True, exist_ok=True)
        with (self.wanted / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise Failed(f"The demo is already running: {lock.read().strip() or 'it is starting'}.") from None
            lock.seek(0)
            was_killed = bool(lock.read())
            require_free_port(self.port, patience=3 if was_killed else 0)
            self.lock = lock
            self._note(f"{self.url} (process {os.getpid()})")
            try:
                yield
            finally:
                self._note("")

    def _note(self, text: str) -> None:
        """What a second start tells of this one; empty once all has ended in order."""
        self.lock.truncate(0)
        self.lock.write(text)
        self.lock.flush()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def _start(self) -> None:
        begun = time.monotonic()
        require_given_servers()
        self.folders = Folders.below(self.wanted)
        for log in self.folders.logs.glob("*.log"):
            if log.stat().st_size > LARGEST_LOG:
                log.unlink()
        self.environment = self._environment()
        say("Starting PostgreSQL and Redis ...")
        self._start_servers()
        say("Preparing the database ...")
        self._manage("migrate", "-v0", "--noinput")
        say("Loading the sample ...")
        self._manage("load_sample")
        say("Starting web, worker and beat ...")
        self._start_product()
        say(f"\nStakes is running: {self.url}\n\n{self._logins()}\n")
        seconds = time.monotonic() - begun
        say(f"Started in {seconds:.0f} s. Data and logs are in {self.folders.data}. Ctrl-C stops; nothing is lost.")

    def _environment(self) -> dict[str, str]:
        ours = {
            "DATABASE_URL": self.folders.database_url(),
            "REDIS_URL": self.folders.redis_url(),
            "SECRET_KEY": kept_secret(self.folders.data / "secret_key"),
            "SIGNALS_FOLDER": str(self.folders.data / "signals"),
            "FILES_FOLDER": str(self.folders.data / "files"),
            "SITE_URL": self.url,
        }
        # Celery would obey its own variable before our REDIS_URL.
        inherited = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL" and value}
        fixed = {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"}
        if os.geteuid() == 0:
            fixed["C_FORCE_ROOT"] = "1"
        return ours | inherited | fixed

    def _start_servers(self) -> None:
        """Those that were not given to us."""
        if not os.environ.get("DATABASE_URL"):
            self.children.append(start_postgres(self.folders, self.pause))
        if not os.environ.get("REDIS_URL"):
            self.children.append(start_redis(self.folders, self.pause))

    def _manage(self, command: str, *words: str) -> None:
        finish(self._python(f"manage.py {command}", command, "manage.py", command, *words), self.pause)

    def _start_product(self) -> None:
        listen = f"--listen={HOST}:{self.port}"
        serve = ("-m", "waitress", listen, "--threads=8", LARGEST_BODY, "config.wsgi:application")
        web = self._python("The web server", "web", *serve)
        celery = ("-m", "celery", "-A", "config")
        quiet = ("--without-gossip", "--without-mingle")
        worker = self._python(
            "The worker", "worker", *celery, "worker", "-P", "threads", "-c", "2", "-l", "INFO", *quiet
        )
        # Its file is only a memory of what rang last; one that a kill cut short would stop beat.
        schedule = self.folders.data / "beat"
        for file in self.folders.data.glob("beat*"):
            file.unlink()
        # Not `worker -B`: that beat would be a child of the worker, and outlive a worker that was killed.
        beat = self._python("Beat", "beat", *celery, "beat", "-s", str(schedule), "--pidfile=", "-l", "INFO")
        self.children += [beat, worker, web]
        self._tell_logins()
        wait_until(lambda: answers(self.port), web, 60, self.pause)

    def _tell_logins(self) -> None:
        """In a process of its own, because the sample needs Django, which would make this one slow and large."""
        (self.folders.logs / "logins.log").unlink(missing_ok=True)
        finish(self._python("The list of logins", "logins", "-m", "config.embedded.logins"), self.pause)

    def _logins(self) -> str:
        lines = (self.folders.logs / "logins.log").read_text().splitlines()
        return "\n".join(line for line in lines if line.startswith("  "))

    def _python(self, name: str, log: str, *words: str) -> Child:
        return spawn(
            name,
            [sys.executable, *words],
            log=self.folders.logs / f"{log}.log",
            env=self.environment,
            cwd=self.checkout,
            patience=8,
        )

    def _stop(self) -> None:
        """Web, worker and beat at once, then the servers they used."""
        self._note("it is stopping, try again in a moment")
        servers = {"PostgreSQL", "Redis"}
        for child in self.children:
            if child.name not in servers:
                child.ask_to_stop()
        while self.children:
            self.children.pop().stop()


def require_free_port(port: int, patience: float = 0) -> None:
    """Failed when somebody listens on `port` and still does after `patience` seconds."""
    end = time.monotonic() + patience
    while reason := _why_not_bound(port):
        if time.monotonic() >= end:
            other = port + 1 if port < 65535 else 8000
            raise Failed(f"Port {port} cannot be used ({reason}); choose another one: make demo PORT={other}")
        time.sleep(0.1)


def _why_not_bound(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return None


def require_given_servers() -> None:
    """Failed when DATABASE_URL or REDIS_URL is set and leads nowhere."""
    if url := os.environ.get("DATABASE_URL"):
        require_database(url)
    if url := os.environ.get("REDIS_URL"):
        require_redis(url)


def require_database(url: str) -> None:
    """Failed, without the password, when DATABASE_URL names no database that answers."""
    try:
        database(url)
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as error:
        raise Failed(f"DATABASE_URL does not lead to a database: {' '.join(str(error).split())}") from None
    except ValueError as error:
        raise Failed(f"DATABASE_URL is wrong: {error}") from None


def require_redis(url: str) -> None:
    """Failed, without the password, when REDIS_URL names no Redis that answers."""
    try:
        celery_broker(url)
        with contextlib.closing(redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)) as client:
            client.ping()
    except redis.RedisError as error:
        raise Failed(f"REDIS_URL does not lead to a Redis: {error}") from None
    except ValueError as error:
        raise Failed(f"REDIS_URL is wrong: {error}") from None


def answers(port: int) -> bool:
    """Whether the web server on `port` answers /healthz; a proxy of the environment is not asked."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def kept_secret(file: Path) -> str:
    """The secret key of this data folder, made at its first start; whole or not there, whenever we are killed."""
    if not file.exists():
        part = file.with_name(f"{file.name}.part")
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writing:
            writing.write(secrets.token_urlsafe(48))
        part.rename(file)
    return file.read_text()
