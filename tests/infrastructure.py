"""PostgreSQL and Redis for one run of the tests: started once, shared by all workers, each with its own database.

DATABASE_URL and REDIS_URL, when set, name servers to use instead; the tests then make and drop databases called
test_* there, and empty the Redis numbers they use.
"""

import atexit
import contextlib
import fcntl
import os
import re
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, TextIO

import redis
from whitenoise.middleware import WhiteNoiseMiddleware

from config.embedded.processes import Child
from config.embedded.servers import CARELESS, Folders, start_postgres, start_redis

PREFIX = "stakes-test-"
ADDRESSES = ("DATABASE_URL", "REDIS_URL")


def keep_compiled() -> None:
    """Each module is compiled once, and not once for each worker, its children and each run: that is what
    PYTHONDONTWRITEBYTECODE would mean, which the images of many containers set."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def wait_for_who_compiles() -> TextIO | None:
    """In a new checkout the first worker compiles all modules, and the others read what it has compiled: each would
    else do the same at the same time. Open until it has collected its tests; None for the others, when it has."""
    latch = Path(__file__).open()  # noqa: SIM115 - it is held while it is open
    try:
        fcntl.flock(latch, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(latch, fcntl.LOCK_SH)
        latch.close()
        return None
    return latch


def worker_number() -> int:
    """0 without xdist, else 1 for gw0, 2 for gw1, ..."""
    name = os.environ.get("PYTEST_XDIST_WORKER", "")
    return int(name.removeprefix("gw")) + 1 if name else 0


def redis_url_for(number: int, url: str) -> str:
    """The address `url` of a Redis with its database number replaced."""
    if url.startswith("unix:"):
        return re.sub(r"([?&]db=)\d+", rf"\g<1>{number}", url)
    return re.sub(r"^(rediss?://[^/?]*)(/\d*)?", rf"\1/{number}", url)


def latched(folder: Path) -> TextIO | None:
    """Marks `folder` as in use for as long as the answer is open and we live; None when somebody else uses it."""
    latch = (folder / "latch").open("w")
    try:
        fcntl.flock(latch, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        latch.close()
        return None
    return latch


def remove_what_killed_runs_left() -> None:
    for latch in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/latch"):
        with contextlib.suppress(OSError):
            if mine := latched(latch.parent):
                shutil.rmtree(latch.parent, ignore_errors=True)
                mine.close()


class Servers:
    """The servers of this run; those with a given address are not started."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.folder: Path | None = None
        self.folders: Folders | None = None

    def prepare_addresses(self) -> None:
        """Must come before Django reads its settings."""
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
        if any(name not in os.environ for name in ADDRESSES):
            remove_what_killed_runs_left()
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX))
            self.latch = latched(self.folder)
            atexit.register(self.stop)  # also when Django cannot be set up
            self.folder.chmod(0o755)
            self.folders = Folders.below(self.folder)
            self.starting = [name for name in ADDRESSES if name not in os.environ]
            os.environ.setdefault("DATABASE_URL", self.folders.database_url())
            os.environ.setdefault("REDIS_URL", self.folders.redis_url())

    def start(self) -> None:
        if self.folders is None:
            return
        if "DATABASE_URL" in self.starting:
            self.children.append(start_postgres(self.folders, settings=tuple(CARELESS)))
        if "REDIS_URL" in self.starting:
            self.children.append(start_redis(self.folders, durable=False))

    def stop(self) -> None:
        while self.children:
            self.children.pop().stop()
        for folder in {self.folder, self.folders and self.folders.data, self.folders and self.folders.run} - {None}:
            shutil.rmtree(str(folder), ignore_errors=True)


def find_static_files_once() -> None:
    """Each client of a test loads the middleware, and WhiteNoise then looks at every static file there is."""
    found: dict[str, Any] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def known(self: WhiteNoiseMiddleware) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = known


def empty_redis() -> None:
    with contextlib.closing(redis.Redis.from_url(os.environ["REDIS_URL"])) as client:
        client.flushdb()
