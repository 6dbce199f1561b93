"""Child processes that never outlive the process that started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
STOPPING = sum(1 << (number - 1) for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM))
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
Command = Sequence[str | Path]


class Failed(Exception):
    """Carries one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """An account of this machine that a child runs as, because PostgreSQL refuses to be root."""

    name: str
    uid: int
    gid: int


def die_with(parent: int, death: signal.Signals) -> None:
    """Asks the kernel to send `death` to this process when `parent` dies, even by kill -9 (Linux)."""
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, int(death), 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), death)


def caught_signals(pid: int) -> int:
    """Mask of the signals for stopping that process `pid` catches; 0 where it cannot be known."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return int(line.split()[1], 16) & STOPPING
    return 0


def _as_child_of_this_process(death: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()  # the terminal's Ctrl-C must reach the supervisor only, which stops things in order
        die_with(parent, death)

    return prepare


def as_account(account: Account | None) -> dict[str, object]:
    """Arguments of subprocess that run a command as `account`; none for ourselves."""
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


@dataclass
class Child:
    """A running process, how it is stopped (signal, seconds of patience) and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_with: signal.Signals = signal.SIGTERM
    patience: float = 10.0

    def has_ended(self) -> bool:
        """Looks without taking the news away: until `kill` does, the process's number cannot become somebody else's."""
        if self.process.returncode is not None or not hasattr(os, "waitid"):  # macOS has none
            return self.process.poll() is not None
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def ask_to_stop(self) -> None:
        if not self.has_ended():
            os.kill(self.process.pid, self.stop_with)

    def stop(self) -> None:
        """Returns when the process and everything in its session is gone."""
        self.ask_to_stop()
        end = time.monotonic() + self.patience
        while not self.has_ended() and time.monotonic() < end:
            time.sleep(0.01)
        self.kill()

    def kill(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def failure(self) -> Failed:
        """What to tell when the process has ended by itself."""
        self.kill()
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()][-5:]
        said = "".join(f"\n  {line}" for line in lines)
        return Failed(f"{self.name} ended with code {self.process.returncode}; the last lines of {self.log}:{said}")


def spawn(
    name: str,
    command: Command,
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    account: Account | None = None,
    death: signal.Signals = signal.SIGKILL,
    stop_with: signal.Signals = signal.SIGTERM,
    patience: float = 10.0,
) -> Child:
    """Starts `command` in its own session; it gets `death` when this process dies. OSError when it cannot start."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # type: ignore[call-overload]
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(env),
            cwd=cwd,
            preexec_fn=_as_child_of_this_process(death),
            **as_account(account),
        )
    return Child(name, process, log, stop_with, patience)


def wait_until(ready: Callable[[], bool], child: Child, seconds: float, pause: Callable[[float], None]) -> None:
    """Returns once `ready()`; Failed when the child ends first or `seconds` pass. `pause` waits, and may raise."""
    end = time.monotonic() + seconds
    while not ready():
        if child.has_ended():
            raise child.failure()
        if time.monotonic() > end:
            raise Failed(f"{child.name} was not ready after {seconds:.0f} seconds; see {child.log}.")
        pause(0.03)


def finish(child: Child, pause: Callable[[float], None]) -> None:
    """Waits for a command that should end by itself; Failed when its code is not 0."""
    try:
        while not child.has_ended():
            pause(0.03)
    finally:
        child.stop()
    if child.process.returncode:
        raise child.failure()
