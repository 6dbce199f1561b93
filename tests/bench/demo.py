"""Seconds from `make demo`, with the environment built, to the first page."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench.report import Row

ROOT = Path(__file__).resolve().parents[2]


def rows() -> list[Row]:
    folder = Path(tempfile.mkdtemp(prefix="stakes-bench-", dir="/var/tmp"))
    try:
        checkout = folder / "stakes"
        shutil.copytree(
            ROOT, checkout, ignore=shutil.ignore_patterns(".demo", ".git", "__pycache__", ".venv", ".*cache")
        )
        (checkout / ".venv").symlink_to(ROOT / ".venv")
        first, again = _seconds(checkout), _seconds(checkout)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Row("`make demo` to the first page, first time (environment built)", f"{first:.1f} s"),
        Row(
            "`make demo` to the first page, again",
            f"{again:.1f} s",
            f"first time: {first:.1f} s",
            f"{again / first:.2f}",
        ),
    ]


def _seconds(checkout: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    unset = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    env = {name: value for name, value in os.environ.items() if name not in unset} | {"PORT": str(port)}
    begun = time.monotonic()
    demo = subprocess.Popen(["make", "demo"], cwd=checkout, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        while not _answers(port):
            if demo.poll() is not None:
                raise RuntimeError("make demo ended before its first page.")
            time.sleep(0.05)
        return time.monotonic() - begun
    finally:
        os.killpg(demo.pid, signal.SIGTERM)
        demo.wait(60)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
