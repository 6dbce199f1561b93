"""Finds the processes that belong to a folder, to see that none are left."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil


def processes_of(folder: Path) -> dict[int, str]:
    """Processes that work in `folder` or name it in their command or environment: number and command line."""
    found = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            command = process.cmdline()
            named = [process.cwd(), *command, *process.environ().values()]
            if process.pid != os.getpid() and any(str(folder) in word for word in named):
                found[process.pid] = " ".join(command)
    return found


def wait_for(what: Callable[[], object], seconds: float = 20) -> None:
    """Returns once `what()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


def assert_nothing_left(folder: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while left := processes_of(folder):
        assert time.monotonic() < end, f"left behind: {left}"
        time.sleep(0.05)
