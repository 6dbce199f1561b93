"""`make bench`: measures at full size and writes docs/benchmarks.md. Each ratio and its reference come from one run.

`make bench ONLY=pages` (or engine, night, desk, imports, budgets, ledger, reviews, demo; several with commas) measures
these and only prints.
BENCH_LARGE=0 leaves out the night of 100,000 outcomes, which needs 6 GB of disk and most of the time.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

import django

from tests.infrastructure import Servers

DOCS = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PARTS = ("engine", "night", "pages", "desk", "imports", "budgets", "ledger", "reviews", "demo")


def main() -> int:
    chosen = [part for part in os.environ.get("ONLY", "").split(",") if part]
    if unknown := set(chosen) - set(PARTS):
        print(f"ONLY names {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 1
    text = _measure(chosen or list(PARTS))
    if not chosen:
        DOCS.write_text(text)
    sys.stdout.write(text)
    return 0


def _measure(parts: list[str]) -> str:
    servers = Servers()
    servers.prepare_addresses()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    # Playwright runs an event loop in this thread, which Django would otherwise take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    servers.start()
    try:
        django.setup()
        from tests.bench import report

        return report.page([row for part in parts for row in import_module(f"tests.bench.{part}").rows()])
    finally:
        servers.stop()


if __name__ == "__main__":
    sys.exit(main())
