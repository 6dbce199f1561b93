"""Servers, a browser and a closed network for the tests; the people they tell of are in tests/cast.py."""

import os

import django
import pytest

from config.embedded.processes import Failed
from tests import infrastructure

SERVERS = infrastructure.Servers()
NUMBER = infrastructure.worker_number()

if NUMBER == 0:
    SERVERS.prepare_addresses()
else:
    os.environ["REDIS_URL"] = infrastructure.redis_url_for(NUMBER, os.environ["REDIS_URL"])
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Playwright runs an event loop in this thread, which Django would otherwise take for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()

pytest_plugins = ["tests.browser", "tests.cast", "tests.world"]


def pytest_sessionstart(session: pytest.Session) -> None:
    if session.config.option.collectonly:
        return
    if NUMBER == 0:
        try:
            SERVERS.start()
        except Failed as error:
            pytest.exit(str(error), returncode=3)
        if session.config.getoption("numprocesses", None):
            # The workers inherit it, and would read the settings before their own Redis number is in the address.
            del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure() -> None:
    if NUMBER == 0:
        SERVERS.stop()


@pytest.fixture(scope="session", autouse=True)
def _empty_redis() -> None:
    infrastructure.empty_redis()
