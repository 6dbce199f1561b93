"""`make bench`: measures at full size and writes docs/benchmarks.md. Each ratio and its reference come from one run."""

import os
import sys
from pathlib import Path

import django

from tests.infrastructure import Servers

DOCS = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def main() -> int:
    servers = Servers()
    servers.prepare_addresses()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    servers.start()
    try:
        django.setup()
        from tests.bench import demo, engine, night, report

        text = report.page([*engine.rows(), *night.rows(), *demo.rows()])
    finally:
        servers.stop()
    DOCS.write_text(text)
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
