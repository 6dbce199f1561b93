"""`make screenshots`: draws docs/images/ anew from the sample as of one fixed day; the pictures never go stale."""

import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import django

from tests.infrastructure import Servers

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
# The sample moves with the day it is loaded on; pictures of the same code must be the same on any day.
AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)


def main() -> int:
    servers = Servers()
    servers.prepare_addresses()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    # Playwright runs an event loop in this thread, which Django would otherwise take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    servers.start()
    try:
        with tempfile.TemporaryDirectory(prefix="stakes-signals-") as signals, _on_that_day():
            os.environ["SIGNALS_FOLDER"] = signals
            django.setup()
            from tests.screenshots.shots import take_all

            for taken in take_all(IMAGES, AT):
                print(f"{taken.name}  {taken.stat().st_size // 1000} kB", flush=True)
    finally:
        servers.stop()
    return 0


@contextmanager
def _on_that_day() -> Iterator[None]:
    with mock.patch("django.utils.timezone.now", lambda: AT):
        yield


if __name__ == "__main__":
    sys.exit(main())
