"""`make lint`: everything that can be said about the code without running it, one line for each check.

The slowest runs beside the others.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PYTHON = (sys.executable, "-m")
# Types are those of the packages installed, and the lock has another numpy for each Python.
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
CHECKS = {
    "types": (*PYTHON, "mypy", "--python-version", VERSION, "."),
    "lint": (*PYTHON, "ruff", "check", "."),
    "format": (*PYTHON, "ruff", "format", "--check", "."),
    "templates": (*PYTHON, "djlint", "templates", "--lint"),
    "contracts": (
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ),
    "migrations": (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"),
}
# Nothing here asks a database, but the settings want to know where one would be.
NOWHERE = {
    "SECRET_KEY": "only for the checks",
    "DATABASE_URL": "postgresql://nobody@/nothing?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent/redis.sock?db=0",
}


def check(name: str, command: tuple[str, ...]) -> bool:
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, env=os.environ | NOWHERE)
    seconds = time.monotonic() - begun
    said = f"{name:12}{'ok' if done.returncode == 0 else 'FAILS':6}{seconds:5.1f} s"
    print(said if done.returncode == 0 else f"{said}\n{done.stdout}{done.stderr}", flush=True)
    return done.returncode == 0


def main() -> int:
    with ThreadPoolExecutor(2) as two:
        results = list(two.map(check, CHECKS, CHECKS.values()))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
