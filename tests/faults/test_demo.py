"""Whole runs of the demo, ended in every way at many moments; each test has data and a port of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from config.embedded.servers import Folders
from config.embedded.supervisor import answers
from tests.leftovers import assert_nothing_left, processes_of, wait_for

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed"),
]
CHECKOUT = Path(__file__).resolve().parent.parent.parent
PYTHON = [sys.executable, "-m", "config.embedded"]
MAKE = ["make", "--no-print-directory", "demo"]
# In the order in which they are reached, so that each run comes further than the one before was let.
MOMENTS = ["Starting PostgreSQL", "Preparing the database", "Loading the sample", "Starting web", "Stakes is running"]


@dataclass
class Run:
    """One start of the demo and what it has said so far."""

    process: subprocess.Popen[bytes]
    output: Path
    data: Path
    port: int

    def said(self) -> str:
        return self.output.read_text()

    def wait_for_words(self, words: str) -> None:
        wait_for(lambda: words in self.said() or self.process.poll() is not None, 120)
        assert words in self.said(), self.said()

    def wait_until_up(self) -> "Run":
        self.wait_for_words("Stakes is running")
        assert answers(self.port)
        return self

    def end(self, number: signal.Signals, *, group: bool = False) -> int:
        """Sends the signal; the exit code, once nothing is left."""
        assert self.process.poll() is None, self.said()
        (os.killpg if group else os.kill)(self.process.pid, number)
        code = self.process.wait(30)
        assert_nothing_left(self.data)
        return code

    def pids(self) -> dict[str, int]:
        """Numbers of the family, by what their command line says."""
        words = {
            "web": "waitress",
            "worker": "config worker",
            "beat": "config beat",
            "postgresql": "bin/postgres -D",
            "redis": "redis-server",
        }
        return {
            name: next(pid for pid, line in processes_of(self.data).items() if word in line)
            for name, word in words.items()
        }


class Place:
    """Data and port for some runs of the demo, one after another."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.runs = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self, command: list[str] = PYTHON, **more: str) -> Run:
        self.runs += 1
        output = self.data.with_name(f"{self.data.name}.{self.runs}.log")
        others = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
        }
        environment = others | {"PORT": str(self.port), "DEMO_DATA": str(self.data)} | more
        with output.open("wb") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=CHECKOUT, env=environment, start_new_session=True
            )
        return Run(process, output, self.data, self.port)

    def url(self) -> str:
        return Folders.below(self.data).database_url()


@contextlib.contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that the account of PostgreSQL can reach; at the end it is gone, and what ran in it."""
    folder = Path(tempfile.mkdtemp(prefix="stakes-faults-"))
    folder.chmod(0o755)
    yield folder
    for pid in processes_of(folder):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
    shutil.rmtree(folder)


@pytest.fixture
def place() -> Iterator[Place]:
    with public_folder() as folder:
        yield Place(folder / "data")


@pytest.fixture(scope="session")
def loaded() -> Iterator[Path]:
    """Data of a demo that has run once."""
    with public_folder() as folder:
        Place(folder / "data").start().wait_until_up().end(signal.SIGTERM)
        yield folder / "data"


@pytest.fixture
def used(place: Place, loaded: Path) -> Place:
    """A place where a demo has run before, so that the next start is quick."""
    subprocess.run(["cp", "-a", loaded, place.data], check=True)
    return place


@pytest.mark.parametrize("after", [0.0, 0.3], ids=["at-once", "a-moment-later"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_an_end_at_any_moment_leaves_nothing_and_the_next_start_heals(place, number, after):
    for moment in MOMENTS:
        run = place.start()
        run.wait_for_words(moment)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.process.wait(after)
        code = run.end(number)
        assert code == (-signal.SIGKILL if number == signal.SIGKILL else 0), run.said()
    assert place.start().wait_until_up().end(signal.SIGTERM) == 0


def test_a_restart_keeps_the_data(used):
    run = used.start().wait_until_up()
    with psycopg.connect(used.url()) as database:
        database.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
    run.end(signal.SIGINT)
    run = used.start().wait_until_up()
    with psycopg.connect(used.url()) as database:
        assert database.execute("SELECT word FROM kept").fetchone() == ("still here",)
    run.end(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_make_passes_its_end_on(used, number):
    run = used.start(MAKE).wait_until_up()
    run.end(number)
    assert not processes_of(run.data)
    assert not answers(run.port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_make_and_all_below_it_ends_in_order(used, number):
    log = used.data / "logs" / "postgresql.log"
    log.unlink()
    run = used.start(MAKE).wait_until_up()
    run.end(number, group=True)
    assert "Stopping" in run.said()
    assert "database system is shut down" in log.read_text()


def test_impatient_signals_change_nothing(used):
    run = used.start().wait_until_up()
    for _ in range(5):
        run.process.send_signal(signal.SIGINT)
    assert run.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("name", ["web", "worker", "beat", "postgresql", "redis"])
def test_a_part_that_dies_ends_the_demo_with_the_name_of_its_log(used, name):
    run = used.start().wait_until_up()
    os.kill(run.pids()[name], signal.SIGKILL)
    assert run.process.wait(40) == 1
    assert f"logs/{name}.log" in run.said()
    assert_nothing_left(used.data)


def test_a_second_start_says_so_and_leaves_the_first_alone(used):
    first = used.start().wait_until_up()
    second = used.start()
    assert second.process.wait(30) == 1
    assert (
        second.said() == f"The demo is already running: http://127.0.0.1:{used.port}/ (process {first.process.pid}).\n"
    )
    assert answers(used.port)
    first.end(signal.SIGTERM)


def test_two_starts_at_once_give_one_demo(used):
    runs = [used.start(), used.start()]
    wait_for(lambda: any(run.process.poll() is not None for run in runs), 60)
    loser, winner = sorted(runs, key=lambda run: run.process.poll() is None)
    assert "The demo is already running" in loser.said()
    winner.wait_until_up().end(signal.SIGTERM)


def test_given_servers_are_used_and_left_running(used):
    own = used.start().wait_until_up()
    other = Place(used.data.with_name("other"))
    folders = Folders.below(used.data)
    run = other.start(DATABASE_URL=folders.database_url(), REDIS_URL=folders.redis_url(5)).wait_until_up()
    assert not any("bin/postgres" in line or "redis-server" in line for line in processes_of(other.data).values())
    assert run.end(signal.SIGTERM) == 0
    assert answers(own.port)
    own.end(signal.SIGTERM)
